"""The public catalogue: search, facets, compare."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from stackmark_web.catalogue import comparing, queries, searching
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.searching import FACETS, ORDERS, Choice, Wish

PER_PAGE: Final = 24
MOST_COMPARED: Final = 4
MAX_TEXT: Final = 200
_TITLES: Final[words.Words] = {
    "kind": _("Kind"),
    "skill": _("Skill"),
    "level": _("Level"),
    "workload": _("Workload"),
    "price": _("Price"),
    "delivery": _("Form"),
    "language": _("Language"),
    "issuer": _("Issuer"),
}
_BANDS: Final[words.Words] = {
    "0-5": _("Up to 5 hours"),
    "5-25": _("5 to 25 hours"),
    "25-60": _("25 to 60 hours"),
    "60-150": _("60 to 150 hours"),
    "150-": _("More than 150 hours"),
}
_PRICES: Final[words.Words] = {"free": _("Free"), "paid": _("Costs something")}
_ORDERS: Final[words.Words] = {
    "best": _("Best match"),
    "newest": _("Newest"),
    "title": _("Title"),
    "shortest": _("Shortest"),
}


@dataclass(frozen=True, slots=True)
class FacetPart:
    """A facet as the page shows it."""

    name: str
    title: str | Promise
    choices: list[Choice]
    chosen: int


@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """What can be earned, found by words and narrowed by facets."""
    wish = wish_of(request.GET)
    page = Paginator(searching.published(wish), PER_PAGE).get_page(request.GET.get("page"))
    compared = _asked(request.GET)
    facets = _facets(searching.choices(wish))
    return render(
        request,
        "catalogue/list.html",
        {
            "wish": wish,
            "page": page,
            "entries": [
                {
                    "card": queries.card(one),
                    "id": one.achievement_id,
                    "ticked": one.achievement_id in compared,
                }
                for one in page
            ],
            "facets": facets,
            "chips": _chips(request.GET, facets),
            "orders": _ORDERS.items(),
            "query": _without(request.GET, "page").urlencode(),
            "elsewhere": [
                one for one in compared if one not in {row.achievement_id for row in page}
            ],
            "narrowed": bool(wish.text or wish.chosen),
        },
    )


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Up to four achievements side by side; unknown is shown."""
    asked = _asked(request.GET)
    return render(
        request,
        "catalogue/compare.html",
        {
            "table": comparing.table(asked[:MOST_COMPARED]),
            "too_many": len(asked) > MOST_COMPARED,
            "most": MOST_COMPARED,
            "asked": asked[:MOST_COMPARED],
        },
    )


def wish_of(given: QueryDict) -> Wish:
    """What the address asks for; unknown words are ignored."""
    chosen = {name: _values(given, name) for name in FACETS}
    order = given.get("order", "best")
    return Wish(
        text=" ".join(given.get("q", "").replace("\x00", " ").split())[:MAX_TEXT],
        chosen={name: values for name, values in chosen.items() if values},
        order=order if order in ORDERS else "best",
    )


def value_label(name: str, value: str, said: str = "") -> str:
    """A facet's value in words."""
    vocabulary: dict[str, words.Words] = {
        "kind": words.KINDS,
        "workload": _BANDS,
        "price": _PRICES,
        "delivery": words.PARTICIPATION,
    }
    if name == "language":
        return words.language_name(value)
    if name == "level":
        return words.level_name(value)
    return str(vocabulary.get(name, {}).get(value) or said or value)


def _values(given: QueryDict, name: str) -> list[str]:
    found = [one.replace("\x00", "")[:200] for one in given.getlist(name) if one]
    return list(dict.fromkeys(found))[: searching.MAX_VALUES]


def _facets(found: dict[str, list[Choice]]) -> list[FacetPart]:
    parts = []
    for name, choices in found.items():
        said = [
            Choice(one.value, value_label(name, one.value, one.label), one.count, one.chosen)
            for one in choices
        ]
        if name in ("level", "workload"):
            said.sort(key=lambda one: _place(one.value))
        if said:
            parts.append(FacetPart(name, _TITLES[name], said, sum(one.chosen for one in said)))
    return parts


def _place(value: str) -> float:
    head = value.partition("-")[0]
    return float(head) if head.isdigit() else 99.0


def _chips(given: QueryDict, facets: list[FacetPart]) -> list[dict[str, Any]]:
    """What is chosen, each with the address without it."""
    found = []
    for facet in facets:
        for choice in facet.choices:
            if choice.chosen:
                rest = _without(given, "page")
                kept = [one for one in rest.getlist(facet.name) if one != choice.value]
                rest.setlist(facet.name, kept)
                found.append({"label": choice.label, "query": rest.urlencode()})
    return found


def _without(given: QueryDict, name: str) -> QueryDict:
    found = given.copy()
    found.pop(name, None)
    return found


def _asked(given: QueryDict) -> list[uuid.UUID]:
    """The achievements to be compared; what is no id is ignored."""
    found = []
    for one in given.getlist("a")[: 2 * MOST_COMPARED]:
        try:
            found.append(uuid.UUID(one))
        except ValueError:
            continue
    return list(dict.fromkeys(found))
