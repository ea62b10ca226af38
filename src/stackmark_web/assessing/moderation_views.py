"""Moderation meetings, and the scripts kept to be marked again blind."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.assessing import meetings as figures
from stackmark_web.assessing import plans
from stackmark_web.assessing import queries_desk as queries
from stackmark_web.assessing.actions import deciding, moderating
from stackmark_web.assessing.desk_views import page, place_for, refused, say
from stackmark_web.assessing.forms_desk import MeetingForm, TextForm
from stackmark_web.assessing.marksheets import MarkSheet
from stackmark_web.assessing.models import Attempt, Decision, Moderation
from stackmark_web.assessing.refusing import Problem
from stackmark_web.catalogue.models import Achievement


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def meetings(request: HttpRequest, slug: str) -> HttpResponse:
    """The meetings there were, and a new one."""
    place = place_for(request.user, slug)
    people = queries.markers_of(place)
    form = MeetingForm(
        request.POST if request.method == "POST" else None,
        achievements=queries.achievements_here(place),
        people=[(str(one.pk), str(one)) for one in people],
    )
    if form.is_bound and form.is_valid():
        made = _held(request, place, form, people)
        if made is not None:
            return redirect("assessing:moderation", slug, made.pk)
    rows = queries.moderations(place)[: queries.SHOWN]
    status = 422 if form.is_bound else 200
    return page(
        request, "moderations", place, rows=rows, form=form, tab="moderation", status=status
    )


def _held(
    request: HttpRequest, place: Any, form: MeetingForm, people: list[Any]
) -> Moderation | None:
    given = form.cleaned_data
    achievement = Achievement.objects.within(place).get(pk=given["achievement"])
    try:
        return moderating.hold_meeting(
            achievement,
            actor=request.user,
            held_on=clock.today(),
            attempts=figures.scripts_between(achievement, given["start"], given["end"]),
            present=[one for one in people if str(one.pk) in given["present"]],
        )
    except StackmarkError as error:
        say(form, error)
        return None


@login_required
@require_safe
def meeting(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Pairs with their differences, markers under codes, agreement; to look at and to print."""
    place = place_for(request.user, slug)
    found = queries.moderation_of(place, pk)
    return _shown(request, place, found, _closing())


def _closing(data: Any = None) -> TextForm:
    return TextForm(data, label=_("What the meeting concluded"))


def _shown(request: HttpRequest, place: Any, found: Moderation, form: TextForm) -> HttpResponse:
    scripts = [
        one
        for one in figures.scripts_of(found, request.user)
        if not queries.is_hidden_from(request.user, one)
    ]
    pairs = figures.pairs(found, scripts)
    return page(
        request,
        "moderation",
        place,
        meeting=found,
        scripts=len(scripts),
        pairs=[(one, queries.code_of(one.attempt)) for one in pairs],
        spreads=figures.spreads(figures.markings_of(scripts)),
        figures=figures.figures(pairs),
        least=figures.LEAST_PAIRS,
        form=form,
        tab="moderation",
        status=422 if form.is_bound else 200,
    )


@login_required
@require_POST
def close(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """End the meeting with its conclusion."""
    place = place_for(request.user, slug)
    found = queries.moderation_of(place, pk)
    form = _closing(request.POST)
    if form.is_valid():
        try:
            moderating.close(found, actor=request.user, conclusion=form.cleaned_data["text"])
        except StackmarkError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, _("Closed."))
            return redirect("assessing:moderation", slug, pk)
    return _shown(request, place, found, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def script(request: HttpRequest, slug: str, pk: uuid.UUID, script: uuid.UUID) -> HttpResponse:
    """One script of the meeting: both markings, what was said, and what the meeting changes."""
    place = place_for(request.user, slug)
    found = queries.moderation_of(place, pk)
    attempt = queries.attempt_of(request.user, place, script)
    plan = plans.plan_of(attempt.version)
    if plan is None or not found.attempts.filter(pk=attempt.pk).exists():
        raise Http404("There is nothing here.")
    if queries.is_hidden_from(request.user, attempt):
        raise Http404("There is nothing here.")
    if request.method != "POST":
        return _script(request, place, found, attempt, _proposed(plan, attempt))
    sheet = MarkSheet.sent(plan, request.POST.dict())
    if _keep(request, found, attempt, sheet):
        return redirect("assessing:moderation", slug, pk)
    return _script(request, place, found, attempt, sheet, status=422)


def _proposed(plan: Any, attempt: Attempt) -> MarkSheet:
    decision = attempt.decisions.filter(is_current=True).first()
    sheet = MarkSheet.stored(plan, decision or Decision())
    for component in plan.components:
        score = decision.scores.get(component.id) if decision else None
        most = figures_most(component)
        if not component.criteria and score is not None and most:
            sheet.raw_points[component.id] = f"{score * most / 100:g}"
    return sheet


def figures_most(component: Any) -> float:
    """The most points a component without rubric can give; 0 when nobody said."""
    return float(component.maximum or component.items or 0)


def _keep(request: HttpRequest, found: Moderation, attempt: Attempt, sheet: MarkSheet) -> bool:
    text = request.POST.get("text", "")
    try:
        moderating.write_note(found, attempt, actor=request.user, text=text)
        if "change" not in request.POST:
            messages.success(request, _("Kept."))
            return True
        if sheet.errors:
            return False
        deciding.moderate(
            attempt,
            actor=request.user,
            levels=sheet.marks.levels,
            points=sheet.marks.points,
            reason=text,
        )
    except Problem as problem:
        sheet.fault(problem)
        return False
    except PermissionDenied as error:
        sheet.errors[""] = str(error)
        return False
    messages.success(request, _("Changed. It waits to be confirmed under Decisions."))
    return True


def _script(
    request: HttpRequest,
    place: Any,
    found: Moderation,
    attempt: Attempt,
    sheet: MarkSheet,
    *,
    status: int = 200,
) -> HttpResponse:
    shown = queries.markings_shown(attempt)
    letters = {chr(ord("A") + n): one for n, one in enumerate(shown)}
    decision = attempt.decisions.filter(is_current=True).first()
    changeable = decision is not None and decision.confirmed_at is None and found.closed_at is None
    return page(
        request,
        "moderation_script",
        place,
        meeting=found,
        attempt=attempt,
        code=queries.code_of(attempt),
        letters=letters,
        parts=sheet.parts(letters),
        errors=sheet.errors,
        decision=decision,
        changeable=changeable,
        text=request.POST.get("text", found.notes.get(str(attempt.pk), "")),
        tab="moderation",
        status=status,
    )


# -- kept scripts ---------------------------------------------------------------------------


@login_required
@require_safe
def kept(request: HttpRequest, slug: str) -> HttpResponse:
    """By achievement: how many scripts are kept, of how many wanted, and what re-marking said."""
    place = place_for(request.user, slug)
    ids = Attempt.objects.within(place).filter(source=None).values("achievement").distinct()
    rows = []
    for one in Achievement.objects.within(place).filter(pk__in=ids).select_related("current"):
        count = queries.kept_count(one)
        rows.append((one, queries.title_of(one), count, figures.drift(one)))
    context = {"rows": rows, "wanted": moderating.WANTED, "least": figures.LEAST_PAIRS}
    return page(request, "kept", place, tab="kept", **context)


@login_required
@require_POST
def cycle(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Put every kept script of an achievement among the others to be marked again."""
    place = place_for(request.user, slug)
    found = Achievement.objects.within(place).filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    try:
        made = moderating.start_cycle(found, actor=request.user)
    except (PermissionDenied, StackmarkError) as error:
        refused(request, error)
    else:
        words = ngettext(
            "%d script waits in the queue, among the others.",
            "%d scripts wait in the queue, among the others.",
            len(made),
        )
        messages.success(request, words % len(made))
    return redirect("assessing:kept_scripts", slug)
