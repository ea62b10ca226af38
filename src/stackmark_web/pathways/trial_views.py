"""A draft tried on everyone: start, progress, what came of it; not who got which verdict."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from stackmark.errors import UsageError
from stackmark_web.jobs import queries as jobs
from stackmark_web.pathways import queries_design, queries_trials
from stackmark_web.pathways.actions import trying
from stackmark_web.pathways.design_pages import draft_for, page, tell
from stackmark_web.tenancy.permissions import Permission

View = Callable[..., Any]


@login_required
@require_POST
def start(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Try the draft on everyone."""
    _organisation, draft = draft_for(request.user, slug, pk)
    try:
        made = trying.try_on_everyone(draft, actor=request.user)
    except UsageError as problem:
        tell(request, problem)
        return redirect("pathways:try", slug, pk)
    return redirect("pathways:trial", slug, pk, made.pk)


def _of_trial(view: View) -> View:
    """The view gets the organisation and the trial, if the person may build there."""

    @wraps(view)
    def found(request: HttpRequest, slug: str, pk: uuid.UUID, trial: uuid.UUID) -> Any:
        organisation, pathway = queries_design.pathway_for(
            request.user, slug, pk, Permission.DESIGN
        )
        one = queries_trials.trial_of(pathway, trial)
        one.pathway = pathway
        return view(request, organisation, one)

    return login_required(never_cache(found))


@_of_trial
@require_safe
def detail(request: HttpRequest, organisation: Any, trial: Any) -> HttpResponse:
    """How far it is, and what came of it so far."""
    return page(request, "trial", organisation, **_context(trial))


@_of_trial
@require_safe
def progress(request: HttpRequest, organisation: Any, trial: Any) -> HttpResponse:
    """The part of the page that changes."""
    return page(request, "parts/trial", organisation, **_context(trial))


def _context(trial: Any) -> dict[str, Any]:
    draft = queries_design.draft_of(trial.pathway)
    run = trial.run
    return {
        "pathway": trial.pathway,
        "draft": draft,
        "tab": "try",
        "trial": trial,
        "run": run,
        "fresh": draft is not None and draft.rules == trial.rules,
        "handled": min(run.total, run.done + run.failed) if run else 0,
        "open": run is not None and jobs.is_open(run),
        "waits": run is not None and jobs.lacks_worker(run),
        "again": run is not None and jobs.has_failed_chunks(run),
        "outcome": queries_trials.outcome(trial),
    }


@_of_trial
@require_POST
def go_on(request: HttpRequest, organisation: Any, trial: Any) -> HttpResponse:
    """Go on where it stopped, or stop."""
    if request.POST.get("do") == "stop":
        if trying.stop(trial, actor=request.user):
            messages.success(request, _("Stopped. What was done stays as it is."))
    elif trying.go_on(trial, actor=request.user):
        messages.success(request, _("It goes on where it stopped."))
    return redirect("pathways:trial", organisation.slug, trial.pathway_id, trial.pk)
