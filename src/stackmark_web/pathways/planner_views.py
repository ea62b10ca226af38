"""The planner of a learner: ask, keep, follow, plan again."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stackmark.errors import StackmarkError, UsageError
from stackmark_web import clock
from stackmark_web.pathways import planner, planner_targets, planner_watching, queries_planner
from stackmark_web.pathways.actions import planning
from stackmark_web.pathways.forms_planner import PlanForm
from stackmark_web.pathways.planner_answer import Teller
from stackmark_web.pathways.planner_bonus import Bonuses
from stackmark_web.pathways.planner_offers import shelf
from stackmark_web.pathways.planner_pages import chosen_path, view
from stackmark_web.pathways.planner_wanted import Wanted, query, read
from stackmark_web.pathways.planner_words import LABELS
from stackmark_web.verifying.throttle import wait_for

PLAN_COST: Final = 80  # of the allowance of ten minutes: a hundred plans


def answered(user: Any, wanted: Wanted) -> dict[str, Any]:
    """The answer to what is wanted, as it is kept."""
    asked = planner.ask(user, wanted)
    return Teller(asked, Bonuses(user, wanted.target)).answer()


def _allowed(request: HttpRequest, wanted: Wanted) -> dict[str, Any]:
    """The answer, where not too many were asked for: one may take many seconds of work."""
    seconds = wait_for(request, PLAN_COST)
    if seconds:
        told = _("You asked for many plans in a short time. Ask again in %(n)d seconds.")
        raise UsageError("plan.often", told % {"n": seconds})
    return answered(request.user, wanted)


@login_required
@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """The limits, and the plans within them."""
    form = PlanForm(request.GET, there=shelf(), user=request.user)
    context: dict[str, Any] = {"form": form, "tab": "plan"}
    if form.is_valid():
        wanted = form.wanted
        context |= {"wanted": wanted, "target": wanted.target}
        names = wanted.target.names
        context["left_out_names"] = [names.get(one, one) for one in wanted.without]
        try:
            answer = _allowed(request, wanted)
        except StackmarkError as error:
            context["trouble"] = error.detail
        else:
            context["answer"] = view(answer, wanted.target.key, wanted.to_json())
    # htmx shows nothing of an answer that is no success, and the faults stand in its part.
    status = 422 if form.errors and "HX-Request" not in request.headers else 200
    return render(request, "pathways/planner/plan.html", context, status=status)


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the plans for these limits, and follow one where a button says so."""
    form = PlanForm(request.POST, there=shelf(), user=request.user)
    if not form.is_valid():
        messages.error(request, _("These limits could not be read; set them again."))
        return redirect("pathways:plan")
    wanted = form.wanted
    try:
        answer = _allowed(request, wanted)
        made = planning.save(
            request.user, wanted, answer, chosen=request.POST.get("follow", "")[:20]
        )
    except StackmarkError as error:
        messages.error(request, error.detail)
        return redirect(f"{reverse('pathways:plan')}?{wanted.query()}")
    messages.success(request, _("The plan is kept. Only you see it."))
    return redirect("pathways:plan_saved", made.pk)


@login_required
@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """The plans a person keeps."""
    rows = [
        {"plan": one, "path": chosen_path(one.answer, one.chosen, one.limits)}
        for one in queries_planner.plans_of(request.user)
    ]
    return render(request, "pathways/planner/plans.html", {"rows": rows, "tab": "plan"})


@login_required
@require_safe
def saved(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One plan: what is followed with where it stands, or the three to choose from."""
    found = queries_planner.plan_of(request.user, pk)
    target = planner_targets.of_plan(found)
    path = chosen_path(found.answer, found.chosen, found.limits)
    key = target.key if target else ""
    context = {
        "plan": found,
        "target": target,
        "path": path,
        "answer": None if path else view(found.answer, key, found.limits),
        "query": query(key, found.limits) if target else "",
        "tab": "plan",
    }
    if path is not None:
        context |= _followed(request.user, found)
    return render(request, "pathways/planner/saved.html", context)


def _followed(user: Any, found: Any) -> dict[str, Any]:
    path = chosen_path(found.answer, found.chosen, found.limits)
    told = next(one for one in found.answer["plans"] if found.chosen in one["labels"])
    watched = planner_watching.watch(user, told["steps"])
    place = planner_watching.next_step(watched)
    steps = path.steps if path else []
    return {
        "rows": list(zip(steps, watched, strict=True)),
        "next": None if place is None else (steps[place], watched[place]),
        "done": sum(1 for one in watched if one.state == planner_watching.DONE),
        "troubles": sum(1 for one in watched if one.state == planner_watching.BROKEN)
        + sum(len(one.warnings) for one in watched),
    }


@login_required
@require_POST
def follow(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Follow one of the plans, or none of them."""
    found = queries_planner.plan_of(request.user, pk)
    label = request.POST.get("follow", "")
    try:
        if label:
            planning.follow(found, actor=request.user, label=label)
            known = {"label": LABELS.get(label, label)}
            messages.success(request, _("You follow this plan: %(label)s.") % known)
        else:
            planning.unfollow(found, actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
    return redirect("pathways:plan_saved", pk)


@login_required
@require_POST
def replan(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The same question with what is held and offered today."""
    found = queries_planner.plan_of(request.user, pk)
    target = planner_targets.of_plan(found)
    if target is None:
        messages.error(request, _("What it leads to is not published any more."))
        return redirect("pathways:plan_saved", pk)
    wanted = read(target, found.limits, clock.today())
    try:
        planning.replan(found, wanted, _allowed(request, wanted), actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("Planned again, from what you hold and what is on offer now."))
    return redirect("pathways:plan_saved", pk)


@login_required
@require_POST
def delete(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a plan away."""
    planning.delete(queries_planner.plan_of(request.user, pk), actor=request.user)
    messages.success(request, _("The plan is gone."))
    return redirect("pathways:plans")
