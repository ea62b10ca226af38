"""Achievements side by side: the facts label as columns."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from stackmark.quality.facts_label import Signed
from stackmark_web.catalogue import facts as label
from stackmark_web.catalogue import plan_pages, queries
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.figures import figures_of
from stackmark_web.catalogue.models import Achievement
from stackmark_web.catalogue.signed import signed_about
from stackmark_web.ui.cards import Card, Fact
from stackmark_web.ui.text import listed


@dataclass(frozen=True, slots=True)
class Column:
    """One achievement."""

    id: uuid.UUID
    card: Card
    facts: list[Fact]
    skills: tuple[str, ...]
    plan: list[Fact]
    prices: list[str]
    retired: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of all of them; ``differs`` when they do not say the same."""

    label: str | Promise
    cells: list[Fact]
    differs: bool


@dataclass(frozen=True, slots=True)
class Table:
    """What the comparison shows."""

    columns: list[Column]
    rows: list[Row]
    shared_skills: list[str]

    @property
    def differing(self) -> int:
        """How many facts are not the same in all columns."""
        return sum(row.differs for row in self.rows)


def table(achievements: Sequence[uuid.UUID]) -> Table:
    """The comparison, in the order asked for; what is not published is left out."""
    columns = _columns(achievements)
    rows = [_row(cells) for cells in zip(*(_cells(one) for one in columns), strict=True)]
    common = set.intersection(*(set(one.skills) for one in columns)) if len(columns) > 1 else set()
    return Table(columns, rows, sorted(common))


def _columns(achievements: Sequence[uuid.UUID]) -> list[Column]:
    rows = {
        one.pk: one
        for one in Achievement.everywhere.filter(
            pk__in=achievements, current__isnull=False
        ).select_related("current__organisation", "current__achievement", "current__review")
    }
    there = [rows[pk] for pk in achievements if pk in rows]
    figures = figures_of([one.current_id for one in there])
    prices = _prices(there)
    signed = signed_about([one.current for one in there])
    return [
        _column(
            one, figures[one.current_id], prices.get(one.pk, []), signed.get(one.current_id, ())
        )
        for one in there
    ]


def _column(
    achievement: Achievement, figures: Any, prices: list[str], signed: tuple[Signed, ...]
) -> Column:
    version = achievement.current
    assert version is not None  # the query leaves out those without
    descriptor = queries.descriptor_of(version)
    return Column(
        achievement.pk,
        queries.card(version),
        queries.facts(version, figures, signed),
        tuple(one.name for one in descriptor.skills),
        plan_pages.compared(descriptor),
        prices,
        achievement.retired_at is not None,
    )


def _prices(achievements: list[Achievement]) -> dict[uuid.UUID, list[str]]:
    found: dict[uuid.UUID, list[str]] = {}
    for one in queries.open_offerings([achievement.pk for achievement in achievements]):
        said = label.price_of(one.price, one.currency)
        if said and said not in found.setdefault(one.achievement_id, []):
            found[one.achievement_id].append(said)
    return found


def _cells(column: Column) -> list[Fact]:
    prices = listed(column.prices)
    return [
        Fact(_("Kind"), column.card.kind),
        *column.facts,
        *column.plan,
        Fact(_("Price"), prices, unknown=not prices),
        Fact(words.SKILLS, listed(column.skills), unknown=not column.skills),
    ]


def _row(cells: tuple[Fact, ...]) -> Row:
    said = {(str(one.value), one.items, one.state == "self-declared") for one in cells}
    return Row(cells[0].label, list(cells), len(said) > 1)
