"""One script: take it, read it, mark it by the rubric, hand the marking in."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web.assessing import allotting, artefacts, plans
from stackmark_web.assessing import queries_desk as queries
from stackmark_web.assessing.actions import marking as actions
from stackmark_web.assessing.desk_views import page, place_for, refused
from stackmark_web.assessing.marksheets import MarkSheet
from stackmark_web.assessing.models import Artefact, Attempt, Marking
from stackmark_web.assessing.refusing import Problem

LETTERS: Final = "AB"
LOCKED: Final = {"default-src": "'none'", "script-src": None, "style-src": None, "sandbox": ""}


def _of(request: HttpRequest, slug: str, pk: uuid.UUID) -> tuple[Any, Marking]:
    place = place_for(request.user, slug)
    return place, queries.marking_of(request.user, place, pk)


@login_required
@require_POST
def take(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Take it; who comes second by a moment is told."""
    _place, found = _of(request, slug, pk)
    try:
        if found.marker_id is None:
            actions.take(found, actor=request.user)
    except (PermissionDenied, StackmarkError) as error:
        refused(request, error)
        return redirect("assessing:desk", slug)
    return redirect("assessing:marking", slug, pk)


@login_required
@require_POST
def give_back(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Let somebody else mark it."""
    _place, found = _of(request, slug, pk)
    try:
        actions.give_back(found, actor=request.user)
    except (PermissionDenied, StackmarkError) as error:
        refused(request, error)
    else:
        messages.success(request, _("It waits for somebody else now."))
    return redirect("assessing:desk", slug)


@login_required
@require_POST
def conflict(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The marker recognises whose work it is, or knows the person: they never meet it again."""
    _place, found = _of(request, slug, pk)
    why = request.POST.get("why", "")
    try:
        actions.declare_conflict(found.attempt, actor=request.user, why=why)
    except (PermissionDenied, StackmarkError) as error:
        refused(request, error)
        return redirect("assessing:marking", slug, pk)
    messages.success(request, _("Noted. Somebody else marks it, and you will not meet it again."))
    return redirect("assessing:desk", slug)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def marking(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The script on one side, the rubric on the other."""
    place, found = _of(request, slug, pk)
    plan = plans.plan_of(found.attempt.version)
    if plan is None:
        raise Http404("There is nothing here.")
    if found.state == Marking.State.SUBMITTED or request.method != "POST":
        return _shown(request, place, found, MarkSheet.stored(plan, found))
    sheet = MarkSheet.sent(plan, request.POST.dict())
    if not sheet.errors:
        answer = _store(request, slug, found, sheet)
        if answer is not None:
            return answer
    return _shown(request, place, found, sheet, status=422)


def _store(
    request: HttpRequest, slug: str, found: Marking, sheet: MarkSheet
) -> HttpResponse | None:
    final = "final" in request.POST
    do = actions.submit_marking if final else actions.save_draft
    try:
        do(found, actor=request.user, marks=sheet.marks, revision=_revision(request))
    except Problem as problem:
        sheet.fault(problem)
        if final and problem.field not in ("", "revision"):
            sheet.say_missing()
        return None
    except PermissionDenied as error:
        sheet.errors[""] = str(error)
        return None
    if final:
        messages.success(request, _("Handed in. Thank you."))
        return redirect("assessing:desk", slug)
    messages.success(request, _("Saved. Nobody else sees it yet."))
    return redirect("assessing:marking", slug, found.pk)


def _revision(request: HttpRequest) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isdigit() and len(text) < 10 else -1


def _shown(
    request: HttpRequest, place: Any, found: Marking, sheet: MarkSheet, *, status: int = 200
) -> HttpResponse:
    attempt = found.attempt
    third = found.kind == Marking.Kind.ADJUDICATION
    others = dict(zip(LETTERS, _two(attempt), strict=False)) if third else {}
    setup = plans.setup_of(attempt.achievement)
    return page(
        request,
        "marking",
        place,
        marking=found,
        code=queries.code_of(found),
        name="" if setup.is_blind else str(attempt.learner or ""),
        attempt=attempt,
        parts=sheet.parts(others),
        others=others,
        pieces=queries.pieces_of(attempt),
        sheet=sheet,
        errors=sheet.errors,
        mine=found.marker_id == request.user.pk,
        done=found.state == Marking.State.SUBMITTED,
        is_blind=setup.is_blind,
        authorship=getattr(attempt, "authorship", None),
        status=status,
    )


def _two(attempt: Attempt) -> list[Marking]:
    """The two markings that differ, in an order that says nothing of who was first."""
    live = allotting.live_by_kind(attempt)
    two = [live[kind] for kind in (Marking.Kind.FIRST, Marking.Kind.SECOND) if kind in live]
    return sorted(two, key=queries.code_of)


@login_required
@require_safe
def file(request: HttpRequest, slug: str, pk: uuid.UUID, piece: uuid.UUID) -> HttpResponse:
    """A file of the script; its name tells nothing of whose it is."""
    _place, found = _of(request, slug, pk)
    return served(queries.artefact_of(found.attempt, piece), queries.code_of(found))


def served(artefact: Artefact, code: str, *, quarantined: bool = False) -> HttpResponse:
    """The bytes: a re-encoded picture to be shown, anything else only to be saved."""
    shut = artefact.state not in (Artefact.State.KEPT, Artefact.State.REENCODED)
    if shut and not (quarantined and artefact.state == Artefact.State.QUARANTINED):
        raise Http404("There is nothing here.")
    data = artefacts.stored(artefact)
    if data is None:
        raise Http404("There is nothing here.")
    picture = artefact.state == Artefact.State.REENCODED and artefact.media_type in queries.PICTURES
    kind = artefact.media_type if picture else "application/octet-stream"
    answer = HttpResponse(data, content_type=kind)
    dot = artefact.name.rpartition(".")[2].lower()
    ending = f".{dot}" if dot.isalnum() and dot.isascii() and len(dot) <= 5 else ""
    name = f"script-{code}-{str(artefact.pk)[:4]}{ending}"
    how = "inline" if picture else "attachment"
    answer["Content-Disposition"] = f'{how}; filename="{name}"'
    answer.stackmark_csp = LOCKED  # type: ignore[attr-defined]  # read by ui.middleware
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_POST
def quarantine(request: HttpRequest, slug: str, pk: uuid.UUID, piece: uuid.UUID) -> HttpResponse:
    """Open a file in quarantine to whoever marks it, or refuse it for a reason."""
    _place, found = _of(request, slug, pk)
    one = queries.artefact_of(found.attempt, piece)
    try:
        if request.POST.get("answer") == "release":
            actions.release(one, actor=request.user)
        else:
            actions.refuse(one, actor=request.user, why=request.POST.get("why", ""))
    except (PermissionDenied, StackmarkError) as error:
        refused(request, error)
    else:
        messages.success(request, _("Noted."))
    return redirect("assessing:marking", slug, pk)
