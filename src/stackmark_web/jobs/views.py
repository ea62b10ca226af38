"""Runs as people see them: what is under way, how far it is, what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from stackmark_web.jobs import actions, queries
from stackmark_web.jobs.models import Run
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for

_PER_PAGE: Final = 30
_TONES: Final = {
    Run.State.WAITING: "neutral",
    Run.State.RUNNING: "accent",
    Run.State.DONE: "good",
    Run.State.FAILED: "bad",
    Run.State.CANCELLED: "neutral",
}
View = Callable[..., HttpResponse]


def _of_run(view: View) -> View:
    """The view gets the organisation and the run, if the person may award there."""

    @wraps(view)
    def found(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
        organisation = organisation_for(request.user, slug, Permission.AWARD)
        return view(request, organisation, queries.run_of(organisation, pk))

    return login_required(never_cache(found))


@login_required
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """The runs, newest first."""
    organisation = organisation_for(request.user, slug, Permission.AWARD)
    page = Paginator(queries.runs(organisation), _PER_PAGE).get_page(request.GET.get("page"))
    for run in page:
        run.tone = _TONES[run.state]
    context = {"organisation": organisation, "section": "runs", "page": page}
    return render(request, "jobs/list.html", context)


@_of_run
@require_safe
def detail(request: HttpRequest, organisation: Any, run: Run) -> HttpResponse:
    """One run; its numbers come anew while it is under way."""
    return render(request, "jobs/run.html", _context(organisation, run))


@_of_run
@require_safe
def progress(request: HttpRequest, organisation: Any, run: Run) -> HttpResponse:
    """The part of the page that changes."""
    return render(request, "jobs/run_progress.html", _context(organisation, run))


def _context(organisation: Any, run: Run) -> dict[str, Any]:
    return {
        "organisation": organisation,
        "section": "runs",
        "run": run,
        "tone": _TONES[run.state],
        "handled": min(run.total, run.done + run.failed),
        "open": queries.is_open(run),
        "waits": queries.lacks_worker(run),
        "again": queries.has_failed_chunks(run),
        "report": queries.report_path(run),
    }


@_of_run
@require_POST
def cancel(request: HttpRequest, organisation: Any, run: Run) -> HttpResponse:
    """Stop after the chunks under way; what is done stays."""
    if actions.cancel(run, actor=request.user):
        messages.success(request, _("Stopped. What was done stays as it is."))
    return redirect("jobs:run", organisation.slug, run.pk)


@_of_run
@require_POST
def retry(request: HttpRequest, organisation: Any, run: Run) -> HttpResponse:
    """Go on where it stopped."""
    if actions.retry(run, actor=request.user):
        messages.success(request, _("It goes on where it stopped."))
    return redirect("jobs:run", organisation.slug, run.pk)
