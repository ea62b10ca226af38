"""Decisions: what is proposed, the whole of an attempt, a person's yes."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web.assessing import agreement, allotting, plans
from stackmark_web.assessing import queries_desk as queries
from stackmark_web.assessing.actions import deciding, moderating
from stackmark_web.assessing.actions import marking as markings
from stackmark_web.assessing.desk_views import page, place_for, refused, say
from stackmark_web.assessing.forms_desk import ConfirmForm, ConflictForm
from stackmark_web.assessing.marking_views import served
from stackmark_web.assessing.marksheets import MarkSheet
from stackmark_web.assessing.models import Attempt, Decision, Marking


def _of(request: HttpRequest, slug: str, pk: uuid.UUID) -> tuple[Any, Attempt]:
    place = place_for(request.user, slug)
    return place, queries.attempt_of(request.user, place, pk)


@login_required
@require_safe
def decisions(request: HttpRequest, slug: str) -> HttpResponse:
    """What waits for a person's yes: passes may be confirmed together, the others one by one."""
    place = place_for(request.user, slug)
    rows = [(one, queries.code_of(one.attempt)) for one in queries.to_decide(request.user, place)]
    passed = [row for row in rows if row[0].outcome == deciding.PASSED]
    return page(
        request,
        "decisions",
        place,
        passed=passed,
        failed=[row for row in rows if row not in passed],
        marking=[
            (one, queries.code_of(one), _what_is_missing(one))
            for one in queries.in_marking(request.user, place)
        ],
        decided=[
            (one, queries.code_of(one.attempt)) for one in queries.decided(request.user, place)
        ],
        tab="decisions",
    )


def _what_is_missing(attempt: Attempt) -> str:
    live = allotting.live_by_kind(attempt)
    if Marking.Kind.ADJUDICATION in live and live["adjudication"].state != "submitted":
        return _("Two markings differ; a third person looks at them")
    if any(one.state != Marking.State.SUBMITTED for one in live.values()):
        return _("Not marked yet")
    return _("No pass mark is set, so nothing can be decided")


@login_required
@require_POST
def confirm_many(request: HttpRequest, slug: str) -> HttpResponse:
    """Confirm the passes that were ticked."""
    place = place_for(request.user, slug)
    ticked = set(request.POST.getlist("decision"))
    chosen = [one for one in queries.to_decide(request.user, place) if str(one.pk) in ticked]
    done, left = deciding.confirm_passes(chosen, actor=request.user)
    if done:
        words = ngettext("%d pass is confirmed.", "%d passes are confirmed.", len(done))
        messages.success(request, words % len(done))
    for one, why in left:
        messages.error(request, f"{queries.code_of(one.attempt)}: {why}")
    if not chosen:
        messages.error(request, _("Tick what you want to confirm."))
    return redirect("assessing:decisions", slug)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def attempt(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The whole: what was handed in, every marking side by side, what is proposed."""
    place, found = _of(request, slug, pk)
    decision = found.decisions.filter(is_current=True).select_related("award").first()
    adverse = decision is not None and decision.outcome == deciding.FAILED
    form = ConfirmForm(request.POST if request.method == "POST" else None, adverse=adverse)
    if request.method == "POST" and decision is not None and form.is_valid():
        try:
            deciding.confirm(
                decision,
                actor=request.user,
                feedback=form.cleaned_data["feedback"],
                seen=bool(form.cleaned_data.get("seen")),
            )
        except (PermissionDenied, StackmarkError) as error:
            say(form, error)
        else:
            messages.success(request, _told(decision))
            return redirect("assessing:decisions", slug)
    return _shown(request, place, found, decision, form)


def _told(decision: Decision) -> str:
    if decision.outcome == deciding.FAILED:
        return _("Confirmed. The learner gets your feedback and a letter.")
    decision.refresh_from_db()
    if decision.award is not None and decision.award.signed is not None:
        return _("Confirmed. The credential is on its way.")
    if decision.attempt.purpose not in deciding.COUNTING:
        return _("Confirmed.")
    return _("Confirmed. The credential cannot be signed right now; it follows by itself.")


def _shown(
    request: HttpRequest, place: Any, found: Attempt, decision: Decision | None, form: ConfirmForm
) -> HttpResponse:
    hidden = queries.is_hidden_from(request.user, found)
    plan = plans.plan_of(found.version)
    shown = [] if hidden else queries.markings_shown(found)
    letters = {chr(ord("A") + n): one for n, one in enumerate(shown)}
    sheet = MarkSheet.stored(plan, decision or Decision()) if plan else None
    setup = plans.setup_of(found.achievement)
    two = [one for one in shown if one.kind in ("first", "second")]
    sem, known = allotting.sem_of(found.achievement)
    return page(
        request,
        "attempt",
        place,
        attempt=found,
        code=queries.code_of(found),
        name="" if setup.is_blind else str(found.learner or ""),
        decision=None if hidden else decision,
        hidden=hidden,
        letters=letters,
        parts=sheet.parts(letters) if sheet and not hidden else [],
        far=len(two) == 2
        and plan is not None
        and any(one.is_far for one in agreement.differences(plan, *two)),
        pieces=queries.pieces_of(found),
        component_names={one.id: one.name for one in plan.components} if plan else {},
        form=form,
        conflict_form=ConflictForm(people=_people(request, place)),
        live=allotting.live_by_kind(found),
        sem=sem,
        sem_known=known,
        authorship=getattr(found, "authorship", None),
        may_decide=decision is not None and decision.confirmed_at is None,
        is_blind=setup.is_blind,
        tab="decisions",
        status=422 if form.is_bound else 200,
    )


def _people(request: HttpRequest, place: Any) -> list[tuple[str, str]]:
    rows = queries.markers_of(place)
    others = [(str(one.pk), str(one)) for one in rows if one.pk != request.user.pk]
    return [("", _("Myself")), *others]


@login_required
@require_POST
def second(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Ask for a second marking."""
    _place, found = _of(request, slug, pk)
    try:
        markings.ask_second(found, actor=request.user)
    except (PermissionDenied, StackmarkError) as error:
        refused(request, error)
    else:
        messages.success(request, _("A second marking waits in the queue now."))
    return redirect("assessing:decision", slug, pk)


@login_required
@require_POST
def conflict(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Declare a conflict of one's own or of a colleague."""
    place, found = _of(request, slug, pk)
    people = {str(one.pk): one for one in queries.markers_of(place)}
    marker = people.get(request.POST.get("marker", ""), request.user)
    try:
        why = request.POST.get("why", "")
        markings.declare_conflict(found, actor=request.user, marker=marker, why=why)
    except (PermissionDenied, StackmarkError) as error:
        refused(request, error)
    else:
        messages.success(request, _("Noted. They do not meet this candidate at the desk."))
    if marker == request.user:
        return redirect("assessing:desk", slug)
    return redirect("assessing:decision", slug, pk)


@login_required
@require_POST
def keep(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Keep a script for later blind markings, or no longer."""
    _place, found = _of(request, slug, pk)
    wanted = request.POST.get("keep") == "yes"
    try:
        moderating.archive(found, actor=request.user, keep=wanted)
    except (PermissionDenied, StackmarkError) as error:
        refused(request, error)
    else:
        messages.success(
            request, _("Kept to be marked again.") if wanted else _("Not kept any longer.")
        )
    return redirect("assessing:decision", slug, pk)


@login_required
@require_safe
def file(request: HttpRequest, slug: str, pk: uuid.UUID, piece: uuid.UUID) -> HttpResponse:
    """A file of the attempt."""
    _place, found = _of(request, slug, pk)
    return served(queries.artefact_of(found, piece), queries.code_of(found))
