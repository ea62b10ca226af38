"""Bring credentials from elsewhere."""

from __future__ import annotations

import uuid
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from stackmark.errors import StackmarkError
from stackmark_web.jobs.models import Run
from stackmark_web.passport import actions
from stackmark_web.passport.cards import own_card
from stackmark_web.passport.forms import ImportForm
from stackmark_web.passport.importing import Refusal, fetched
from stackmark_web.passport.models import Holding
from stackmark_web.passport.queries import holdings
from stackmark_web.verifying.throttle import wait_for

_COST: Final = 20  # of the checks a person may ask for; an import makes several


@login_required
@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest) -> HttpResponse:
    """Files, a link or a text; afterwards what came of it."""
    if request.method == "GET":
        return render(request, "passport/import.html", {"form": ImportForm(), "tab": "import"})
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid() and wait_for(request, _COST):
        form.add_error(None, _("You have brought a lot just now; try again in a few minutes."))
    if not form.is_valid():
        return _again(request, form)
    uploads = form.uploads()
    link = form.cleaned_data["link"]
    if link:
        try:
            uploads.append(fetched(link))
        except StackmarkError as error:
            form.add_error("link", error.detail)
            return _again(request, form)
    brought = actions.bring(request.user, uploads)
    if brought.run is not None:
        return redirect("passport:import_run", pk=brought.run.pk)
    return _result(request, brought)


def _again(request: HttpRequest, form: ImportForm) -> HttpResponse:
    context = {"form": form, "tab": "import"}
    return render(request, "passport/import.html", context, status=400)


def _result(request: HttpRequest, brought: actions.Brought) -> HttpResponse:
    if len(brought.added) == 1 and not brought.refused and not brought.known:
        messages.success(request, _("It is in your passport now. Nobody else sees it yet."))
        return redirect("passport:holding", pk=brought.added[0].pk)
    context = {
        "added": [own_card(one) for one in brought.added],
        "known": [own_card(one) for one in brought.known],
        "refused": brought.refused,
        "headline": ngettext(
            "%(count)d credential added", "%(count)d credentials added", len(brought.added)
        )
        % {"count": len(brought.added)},
        "tab": "import",
    }
    return render(request, "passport/import_result.html", context)


@login_required
@require_GET
def import_run(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How far the checks of a large import are; the page can be left."""
    run = Run.everywhere.filter(pk=pk, actor=request.user, kind=actions.RUN_KIND).first()
    if run is None:
        raise Http404("There is nothing here.")
    rows = holdings(request.user).filter(pk__in=run.params["holdings"])
    checked = rows.exclude(provenance=Holding.Provenance.WAITING)
    context = {
        "run": run,
        "done": checked.count(),
        "total": rows.count(),
        "cards": [own_card(one) for one in rows[:60]],
        "refused": [Refusal(*one) for one in run.params["refused"]],
        "tab": "import",
    }
    part = request.headers.get("HX-Request") == "true"
    template = "passport/parts/import_progress.html" if part else "passport/import_run.html"
    return render(request, template, context)
