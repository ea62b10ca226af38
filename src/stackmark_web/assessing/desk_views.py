"""The desk: what to mark next, and the applications that wait for an answer."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stackmark.errors import StackmarkError
from stackmark_web.assessing import queries_desk as queries
from stackmark_web.assessing.actions import applying
from stackmark_web.assessing.forms_desk import AnswerForm
from stackmark_web.assessing.refusing import Problem
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for


def place_for(user: Any, slug: str) -> Organisation:
    """The organisation, for who may assess there."""
    return organisation_for(user, slug, Permission.ASSESS)


def page(
    request: HttpRequest, name: str, place: Organisation, /, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of the desk, with the tabs above it."""
    frame = {
        "organisation": place,
        "section": "assessing",
        "counts": queries.counts(request.user, place),
    }
    return render(request, f"assessing/desk/{name}.html", frame | context, status=status)


def say(form: Any, error: Exception) -> None:
    """A refusal beside its field, or above the form."""
    field = error.field if isinstance(error, Problem) else ""
    words = getattr(error, "detail", "") or str(error)
    form.add_error(field if field in form.fields else None, words)


def refused(request: HttpRequest, error: Exception) -> None:
    """A refusal where there is no form: above the page that comes next."""
    messages.error(request, getattr(error, "detail", "") or str(error))


def end_of(day: date | None) -> datetime | None:
    """The last moment of a day."""
    return None if day is None else datetime.combine(day + timedelta(days=1), time.min, tzinfo=UTC)


def links(slug: str) -> list[tuple[str, str]]:
    """What else belongs to assessing; a part that is not there has no link."""
    named = (
        (_("Design and pass marks"), "assessing:design_list"),
        (_("Standard-setting workshops"), "assessing:workshops"),
        (_("Figures"), "assessing:figures"),
        (_("Import of results"), "assessing:imports"),
        (_("Re-tests"), "assessing:retests"),
        (_("Fairness"), "assessing:fairness"),
    )
    return [(label, url) for label, name in named if (url := _address(name, slug))]


def _address(name: str, slug: str) -> str:
    try:
        return reverse(name, args=[slug])
    except NoReverseMatch:
        return ""


@login_required
@require_safe
def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """What this person took, and what waits for somebody; by achievement if one is chosen."""
    place = place_for(request.user, slug)
    achievements = queries.achievements_here(place)
    chosen = request.GET.get("achievement", "")
    if chosen not in dict(achievements):
        chosen = ""
    return page(
        request,
        "queue",
        place,
        mine=queries.mine(request.user, place, achievement=chosen),
        waiting=queries.to_take(request.user, place, achievement=chosen),
        achievements=achievements,
        chosen=chosen,
        also=links(slug),
        tab="queue",
    )


@login_required
@require_safe
def applications(request: HttpRequest, slug: str) -> HttpResponse:
    """Who asks to be assessed."""
    place = place_for(request.user, slug)
    rows = queries.applications(place)[: queries.SHOWN]
    return page(request, "applications", place, rows=rows, tab="applications")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def application(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """One application and the answer to it."""
    place = place_for(request.user, slug)
    found = queries.application_of(place, pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            applying.answer(
                found,
                actor=request.user,
                accept=given["decision"] == "accept",
                text=given["text"],
                due_at=end_of(given["due_at"]),
            )
        except (PermissionDenied, StackmarkError) as error:
            say(form, error)
        else:
            messages.success(request, _("Answered. The learner gets a letter."))
            return redirect("assessing:applications", slug)
    context = {"asked": found, "form": form, "tab": "applications"}
    context["adjustments"] = list(found.adjustments.all())
    return page(request, "application", place, status=422 if form.is_bound else 200, **context)
