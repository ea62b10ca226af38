"""The public catalogue's search: words, facets with counts, order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from stackmark_web import clock
from stackmark_web.catalogue.models import Facet, SearchTerm
from stackmark_web.catalogue.queries import listed
from stackmark_web.catalogue.words import query_words, singular

FACETS: Final = ("kind", "skill", "level", "workload", "price", "delivery", "language", "issuer")
ORDERS: Final = ("best", "newest", "title", "shortest")
MAX_VALUES: Final = 20  # of one facet, taken from the address
_MOST_SHOWN: Final = {"skill": 20, "issuer": 20}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a visitor looks for."""

    text: str = ""
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    order: str = "best"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet, and how many there are with everything else as chosen."""

    value: str
    label: str
    count: int
    chosen: bool


def published(wish: Wish) -> QuerySet[Any]:
    """The versions that match, in the order wished for."""
    rows = _narrowed(_matching(listed(), wish.text), wish.chosen)
    return _ordered(rows, wish)


def choices(wish: Wish) -> dict[str, list[Choice]]:
    """The values of every facet with counts.

    Within a facet values add up, between facets they narrow: so each facet is counted with the
    choices of all the others.
    """
    found = _counted(wish, None)
    for name in wish.chosen:
        found[name] = _counted(wish, name).get(name, [])
    return {name: _marked(name, found.get(name, []), wish) for name in FACETS}


def _matching(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Every word must be found; the heaviest place of each counts, whole words double."""
    score: Any = Value(0)
    for word in query_words(text):
        terms = SearchTerm.objects.filter(_begins(word), version=OuterRef("pk"))
        rows = rows.filter(Exists(terms))
        score = score + _weight(terms, word)
    return rows.annotate(score=score)


def _begins(word: str) -> Q:
    return Q(term__startswith=word) | Q(term__startswith=singular(word))


def _weight(terms: QuerySet[Any], word: str) -> Coalesce:
    whole = When(term__in=[word, singular(word)], then=F("weight") * 2)
    counted = Case(whole, default=F("weight"), output_field=IntegerField())
    best = terms.values("version").annotate(best=Max(counted)).values("best")
    return Coalesce(Subquery(best, output_field=IntegerField()), 0)


def _narrowed(
    rows: QuerySet[Any], chosen: Mapping[str, Sequence[str]], leave: str | None = None
) -> QuerySet[Any]:
    for name, values in chosen.items():
        if name in FACETS and name != leave and values:
            fits = _current().filter(version=OuterRef("pk"), name=name, value__in=values)
            rows = rows.filter(Exists(fits))
    return rows


def _current() -> QuerySet[Any]:
    return Facet.objects.filter(Q(until=None) | Q(until__gte=clock.today()))


def _ordered(rows: QuerySet[Any], wish: Wish) -> QuerySet[Any]:
    if wish.order == "title":
        return rows.order_by("title", "pk")
    if wish.order == "shortest":
        return rows.order_by(F("workload_hours").asc(nulls_last=True), "title", "pk")
    if wish.order == "newest" or not query_words(wish.text):
        return rows.order_by("-published_at", "pk")
    return rows.order_by("-score", "title", "pk")


def _counted(wish: Wish, leave: str | None) -> dict[str, list[tuple[str, str, int]]]:
    versions = _narrowed(_matching(listed(), wish.text), wish.chosen, leave)
    rows = _current().filter(version__in=versions.order_by().values("pk"))
    if leave is not None:
        rows = rows.filter(name=leave)
    rows = rows.values("name", "value").annotate(
        many=Count("version", distinct=True), said=Max("label")
    )
    found: dict[str, list[tuple[str, str, int]]] = {}
    for row in rows:
        found.setdefault(row["name"], []).append((row["value"], row["said"], row["many"]))
    return found


def _marked(name: str, counted: Iterable[tuple[str, str, int]], wish: Wish) -> list[Choice]:
    """Choices by count; what is chosen stays in sight, even when nothing has it."""
    chosen = list(wish.chosen.get(name, ()))
    ranked = sorted(counted, key=lambda row: (-row[2], row[1]))
    shown = ranked[: _MOST_SHOWN.get(name, len(ranked))]
    shown += [row for row in ranked[len(shown) :] if row[0] in chosen]
    there = {row[0] for row in shown}
    shown += [(value, value, 0) for value in chosen if value not in there]
    return [Choice(value, label, many, value in chosen) for value, label, many in shown]
