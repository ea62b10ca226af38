"""Whom a draft is tried on, and what came of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Q, QuerySet
from django.http import Http404

from stackmark.stacking.rules import Rules
from stackmark_web.passport.models import Holding
from stackmark_web.pathways.models import Following, Pathway, PathwayVersion, Trial, Trialled
from stackmark_web.pathways.naming import achievement_at, achievements_in


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many of each, and how many change."""

    yes: int = 0
    no: int = 0
    undecided: int = 0
    lost: int = 0  # yes under their present version, no under this one
    gained: int = 0
    compared: int = 0  # follow a version already

    @property
    def all(self) -> int:
        """Everybody looked at."""
        return self.yes + self.no + self.undecided


def people(pathway: Pathway, rules: Rules, among: Q | None = None) -> QuerySet[Any]:
    """Whom rules are tried on, by id: everybody who follows; before the first version all holders.

    A holder has something the institution itself awarded and the rules may count: who learns
    elsewhere is nobody's business here. ``among`` narrows the users of both down.
    """
    among = among or Q()
    follow = Following.objects.filter(among, pathway=pathway, left_at=None)
    wanted = Q(pk__in=follow.values("user"))
    if pathway.current_id is None:
        wanted |= Q(pk__in=_holders(pathway, rules).filter(among).values("user"))
    return get_user_model().objects.filter(wanted).order_by("pk")


def _holders(pathway: Pathway, rules: Rules) -> QuerySet[Any]:
    whole = f"{pathway.organisation.root_id.hex}/"
    rows = Holding.objects.filter(award__organisation__path__startswith=whole).order_by()
    if not all(leaf.select.achievement for leaf in rules.leaves()):
        return rows
    found = {achievement_at(one) for one in achievements_in(rules)} - {None}
    return rows.filter(award__version__achievement__in={one.achievement_id for one in found})


def newest(draft: PathwayVersion) -> Any:
    """The last trial of a pathway on everyone, or None; ``fresh`` when of the rules as they are."""
    rows = Trial.everywhere.filter(pathway=draft.pathway_id).select_related("run")
    found = rows.order_by("-made_at").first()
    if found is not None:
        found.fresh = found.rules == draft.rules
    return found


def trial_of(pathway: Pathway, pk: uuid.UUID) -> Any:
    """One trial of a pathway; ``Http404`` for any other."""
    rows = Trial.everywhere.filter(pathway=pathway, pk=pk).select_related("run__actor", "pathway")
    found = rows.first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def outcome(trial: Trial) -> Outcome:
    """How many yes, no, undecided, and how many change."""
    rows = Trialled.objects.filter(trial=trial).order_by()
    many: dict[tuple[str, str], int] = {
        (verdict, before): number
        for verdict, before, number in rows.values_list("verdict", "before").annotate(n=Count("pk"))
    }

    def count(verdict: str = "", before: str | None = None) -> int:
        return sum(
            number
            for (now, was), number in many.items()
            if (not verdict or now == verdict) and (before is None or was == before)
        )

    return Outcome(
        yes=count("yes"),
        no=count("no"),
        undecided=count("undecided"),
        lost=count("no", "yes"),
        gained=count("yes", "no"),
        compared=count() - count(before=""),
    )
