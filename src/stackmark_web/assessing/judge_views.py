"""A judge's own pages: the workshops they were asked to, and rating, round by round."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark_web.assessing import queries_design as queries
from stackmark_web.assessing import spread_plot, workshops
from stackmark_web.assessing.actions import standards
from stackmark_web.assessing.forms_design import ratings
from stackmark_web.assessing.models import Judge, Workshop
from stackmark_web.assessing.refusing import Problem

State = Workshop.State
SCALE = (
    (1, _l("Clear fail")),
    (2, _l("Borderline")),
    (3, _l("Clear pass")),
    (4, _l("Good")),
    (5, _l("Outstanding")),
)


@login_required
@require_safe
def judging(request: HttpRequest) -> HttpResponse:
    """The workshops this person judges in."""
    rows = queries.judgings(request.user)
    return render(request, "assessing/design/judging.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def judge(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Rate in the open round; between rounds, the own ratings against the range of all."""
    row = queries.judge_of(request.user, pk)
    if request.method == "POST":
        return _rated(request, row)
    return _page(request, row)


@login_required
@require_POST
def leave(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Withdraw from a workshop."""
    row = queries.judge_of(request.user, pk)
    try:
        standards.withdraw_judge(row, actor=request.user)
    except Problem as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("You have withdrawn; your ratings are left out."))
    return redirect("assessing:judging")


@login_required
@require_safe
def state(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Where the workshop stands: asked for again every few seconds while a judge waits."""
    row = queries.judge_of(request.user, pk)
    context = {"judge": row, "workshop": row.workshop, "waits": waits(row)}
    return render(request, "assessing/design/parts/judge_state.html", context)


def waits(row: Judge) -> bool:
    """Whether the judge has nothing to do until the leader goes on."""
    if row.withdrawn_at is not None or row.workshop.state in (State.LOCKED, State.DROPPED):
        return False
    return row.workshop.state != State.OPEN or row.ready_in >= row.workshop.round


def _rated(request: HttpRequest, row: Judge) -> HttpResponse:
    values, wrong = ratings(request.POST, row.workshop)
    done = request.POST.get("go") == "done"
    said = request.POST.get("round", "")
    number = int(said) if said.isdecimal() and len(said) < 4 else 0
    try:
        standards.rate(row, actor=request.user, number=number, values=values)
        if done and not wrong:
            standards.rate(row, actor=request.user, number=number, values={}, done=True)
    except Problem as error:
        return _page(request, row, error=error.detail, typed=request.POST, wrong=wrong)
    if wrong:
        tell = _("%(n)s ratings are not on the scale; the others are kept.") % {"n": len(wrong)}
        return _page(request, row, error=tell, typed=request.POST, wrong=wrong)
    messages.success(request, _("Handed in. Thank you.") if done else _("Kept."))
    return redirect("assessing:judge", row.workshop_id)


def _page(
    request: HttpRequest,
    row: Judge,
    *,
    error: str = "",
    typed: Any = None,
    wrong: list[str] | None = None,
) -> HttpResponse:
    row = queries.judge_of(request.user, row.workshop_id)
    room = row.workshop
    is_angoff = room.method == Workshop.Method.ANGOFF
    may_rate = room.state == State.OPEN and row.withdrawn_at is None
    context = {
        "judge": row,
        "workshop": room,
        "part": queries.part_name(room.achievement, room.component),
        "waits": waits(row),
        "may_rate": may_rate,
        "is_angoff": is_angoff,
        "scale": SCALE,
        "error": error,
        "items": _items(row, typed, wrong or ()) if may_rate else [],
        **_feedback(row, is_angoff=is_angoff),
    }
    return render(request, "assessing/design/judge.html", context, status=422 if error else 200)


def _items(row: Judge, typed: Any, wrong: Any) -> list[dict[str, Any]]:
    """Each item with what to show in its field: typed, kept, or said in the round before."""
    room = row.workshop
    unit = 100 if room.method == Workshop.Method.ANGOFF else 1
    kept: dict[tuple[int, str], float] = {
        (one.round, one.item): one.value for one in row.ratings.all()
    }
    found = []
    for place, item in enumerate(room.items):
        now, before = kept.get((room.round, item["id"])), kept.get((room.round - 1, item["id"]))
        value = now if now is not None else before
        shown = "" if value is None else f"{round(value * unit, 2):g}"
        found.append(
            {
                "name": f"item-{place}",
                "text": item["text"],
                "id": item["id"],
                "value": typed.get(f"item-{place}", shown) if typed is not None else shown,
                "before": None if before is None else f"{round(before * unit, 2):g}",
                "wrong": item["id"] in wrong,
            }
        )
    return found


def _feedback(row: Judge, *, is_angoff: bool) -> dict[str, Any]:
    """The last closed round: the own ratings, and the range of all. Nothing of an open one."""
    room = row.workshop
    number = room.round - (room.state == State.OPEN)
    if number < 1:
        return {}
    found = workshops.spread(room, number, row)
    unit = 100 if is_angoff else 1
    lines = [
        (
            one.text,
            *(None if v is None else v * unit for v in (one.own, one.low, one.mean, one.high)),
        )
        for one in found
    ]
    told = {one["id"]: line for one, line in zip(room.items, lines, strict=True)}
    return {
        "number": number,
        "feedback": lines,
        "told": told,
        "drawing": spread_plot.items(found, top=1 if is_angoff else 5),
        "last": _last(room, number),
        "own_sum": _own_sum(row, number),
    }


def _last(room: Workshop, number: int) -> Any:
    found = workshops.result(room)
    return next((one for one in found.rounds if one.number == number), None)


def _own_sum(row: Judge, number: int) -> float | None:
    last = _last(row.workshop, number)
    return last.sums.get(row.code) if last else None
