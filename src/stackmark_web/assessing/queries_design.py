"""Reads about plans, cuts and workshops, for this capability and those above."""

from __future__ import annotations

import re
from typing import Any, Final

from django.db.models import Count, Q
from django.http import Http404
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stackmark_web import clock
from stackmark_web.assessing import cuts, plans
from stackmark_web.assessing.models import Attempt, CutScore, Judge, Workshop
from stackmark_web.catalogue.models import Achievement
from stackmark_web.catalogue.plan_pages import Standing
from stackmark_web.catalogue.plan_vocabulary import percent
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import (
    inherited_members_of,
    members_of,
    organisation_for,
    require,
)
from stackmark_web.ui.text import best_text

MAX_ATTEMPTS: Final = 200  # rated whole, more would tire any judge


def standing(version: Any) -> Standing | None:
    """The cut in force for a version as its public page tells it; None without a plan."""
    if not version.content.get("plan"):
        return None
    cut = cuts.in_force(version.achievement, clock.now(), version=version)
    plan = plans.plan_of(version)
    names = {one.id: best_text(one.name) for one in plan.components} if plan else {}
    scores = [one for one in (cut.score, *cut.scores.values()) if one is not None]
    notes = tuple(how_set(one, names.get(one.component, "")) for one in scores)
    doubtful = cut.total is not None and not cut.is_justified
    return Standing(cut.total, cut.components, notes, not_justified() if doubtful else "")


def not_justified() -> str:
    """What is said of a cut nobody derived."""
    return _("Cut score not justified: it is stated, and no method of standard setting led to it.")


def how_set(score: CutScore, part: str = "") -> str:
    """How a cut was come by, in words: which part, method, judges, rounds, date, error."""
    if score.method == CutScore.Method.STATED:
        return not_justified()
    many = len(score.judges)
    said = ngettext(
        "The cut of %(cut)s %% was set on %(day)s by %(method)s: %(n)s judge, %(rounds)s rounds.",
        "The cut of %(cut)s %% was set on %(day)s by %(method)s: %(n)s judges, %(rounds)s rounds.",
        many,
    ) % {
        "cut": percent(score.cut, 2),
        "day": date_format(score.set_at.date()),
        "method": score.get_method_display(),
        "n": many,
        "rounds": score.rounds or "?",
    }
    told = [str(said)]
    if part:
        told.insert(0, _("For “%(part)s”:") % {"part": part})
    if score.standard_error is not None:
        error = _("Its standard error is %(error)s percent points.")
        told.append(error % {"error": percent(score.standard_error, 2)})
    return " ".join(told)


# -- the work area ----------------------------------------------------------------------------


def designs(organisation: Any) -> list[dict[str, Any]]:
    """The published achievements of an organisation with plan, cut and setup, by title."""
    rows = Achievement.objects.within(organisation).filter(
        current__isnull=False, retired_at__isnull=True
    )
    rows = rows.select_related("current", "organisation", "assessing").order_by("current__title")
    return [_design(one) for one in rows]


def _design(achievement: Any) -> dict[str, Any]:
    plan = plans.plan_of(achievement.current)
    cut = cuts.in_force(achievement, clock.now())
    return {
        "achievement": achievement,
        "plan": plan,
        "parts": len(plan.components) if plan else 0,
        "cut": cut,
        "percent": "" if cut.total is None else percent(cut.total, 2),
        "setup": getattr(achievement, "assessing", None),
    }


def workshops_in(organisation: Any) -> list[Workshop]:
    """The workshops of an organisation, newest first, each with its judges counted."""
    rows = Workshop.objects.within(organisation).select_related("achievement__current")
    there = Count("judges", filter=Q(judges__withdrawn_at=None))
    return list(rows.annotate(many=there).order_by("-made_at"))


def workshop_for(user: Any, slug: str, pk: Any) -> tuple[Any, Workshop]:
    """The work area and a workshop in it, for who may lead it."""
    organisation = organisation_for(user, slug, Permission.DESIGN)
    rows = Workshop.objects.within(organisation).select_related(
        "achievement__current", "organisation", "version"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    require(user, Permission.DESIGN, found.organisation)
    return organisation, found


def judge_of(user: Any, pk: Any) -> Judge:
    """The judge a person is in a workshop; ``Http404`` for everybody else."""
    rows = Judge.objects.select_related("workshop__organisation", "workshop__achievement__current")
    found: Judge | None = rows.filter(workshop=pk, user=user).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def judgings(user: Any) -> list[Judge]:
    """The workshops a person judges in, those that are open first."""
    rows = Judge.objects.filter(user=user, withdrawn_at=None).select_related(
        "workshop__organisation", "workshop__achievement__current"
    )
    return sorted(rows, key=lambda one: (one.workshop.state != Workshop.State.OPEN, -one.pk))


def colleagues(workshop: Workshop) -> list[tuple[str, str]]:
    """The people of the organisation who may still be asked to judge: id and name."""
    asked = set(workshop.judges.filter(withdrawn_at=None).values_list("user_id", flat=True))
    there = [
        *members_of(workshop.organisation),
        *inherited_members_of(workshop.organisation),
    ]
    people = {one.user_id: one.user for one in there if one.user_id not in asked}
    return sorted(((str(pk), str(user)) for pk, user in people.items()), key=lambda row: row[1])


# -- where items come from --------------------------------------------------------------------


def item_sources(achievement: Any) -> list[tuple[str, str]]:
    """What items could be taken from: those of imported responses, of the plan, attempts."""
    found = []
    if answered := answered_items(achievement):
        said = ngettext(
            "The %(n)s item of imported results",
            "The %(n)s items of imported results",
            len(answered),
        )
        found.append(("responses", said % {"n": len(answered)}))
    for one in _item_parts(achievement):
        said = _("The %(n)s items of “%(part)s” in the plan")
        found.append((f"plan:{one.id}", said % {"n": one.items, "part": best_text(one.name)}))
    if many := scored_attempts(achievement).count():
        said = ngettext("%(n)s attempt with its score", "%(n)s attempts with their scores", many)
        found.append(("attempts", said % {"n": min(many, MAX_ATTEMPTS)}))
    return found


def items_from(achievement: Any, source: str, component: str = "") -> list[dict[str, Any]]:
    """The items of one of the sources."""
    word, _colon, rest = source.partition(":")
    if word == "responses":
        return [{"id": one, "text": one} for one in answered_items(achievement)]
    if word == "plan":
        many = next((one.items or 0 for one in _item_parts(achievement) if one.id == rest), 0)
        return [
            {"id": str(number), "text": _("Item %(n)s") % {"n": number}}
            for number in range(1, many + 1)
        ]
    if word == "attempts":
        return _attempt_items(achievement, component)
    return []


def answered_items(achievement: Any) -> list[str]:
    """The names of items that attempts have responses to, in their own order."""
    rows = Attempt.everywhere.filter(achievement=achievement).exclude(responses={})
    found = {name for one in rows.values_list("responses", flat=True)[:2_000] for name in one}
    return sorted((one for one in found if len(one) <= 60), key=_natural)


def scored_attempts(achievement: Any) -> Any:
    """The decided attempts that have a total, oldest first."""
    rows = Attempt.everywhere.filter(achievement=achievement, state=Attempt.State.DECIDED)
    return rows.filter(total__isnull=False).order_by("opened_at", "pk")


def parts_of(achievement: Any) -> list[tuple[str, str]]:
    """The components a cut may be set for: id and name."""
    plan = plans.plan_of(achievement.current) if achievement.current else None
    return [(one.id, best_text(one.name)) for one in plan.components] if plan else []


def part_name(achievement: Any, component: str) -> str:
    """What a cut is for, in words."""
    return dict(parts_of(achievement)).get(component, component) or _("the whole assessment")


def _item_parts(achievement: Any) -> list[Any]:
    plan = plans.plan_of(achievement.current) if achievement.current else None
    return [one for one in plan.components if one.kind == "items" and one.items] if plan else []


def _attempt_items(achievement: Any, component: str) -> list[dict[str, Any]]:
    found = []
    for one in scored_attempts(achievement)[:MAX_ATTEMPTS]:
        score = one.scores.get(component) if component else one.total
        if score is not None:
            text = _("Script %(n)s") % {"n": len(found) + 1}
            found.append({"id": str(one.pk), "text": text, "score": float(score)})
    return found


def _natural(name: str) -> tuple[list[int], str]:
    return [int(one) for one in re.findall(r"\d{1,9}", name)], name
