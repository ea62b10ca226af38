"""Everything about the items of a test in one answer: classical figures, Rasch, 2PL, the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from stackmark.assessment import irt
from stackmark.assessment.items import Item, item_statistics
from stackmark.assessment.read_scores import ResponseTable
from stackmark.assessment.reliability import reliability
from stackmark.assessment.statistic import Statistic
from stackmark.errors import UsageError

_MODELS: Final = {"rasch": ("b", "infit", "outfit"), "twopl": ("a", "b")}
_TOLD: Final = {
    "rasch": "Rasch model with a common slope, marginal maximum likelihood",
    "twopl": "two-parameter logistic model, marginal maximum likelihood",
}
_SOURCE: Final = "Bock and Aitkin (1981), Psychometrika 46, 443-459"
_LEAST: Final = {"rasch": irt.LEAST_RASCH, "twopl": irt.LEAST_2PL}
NOT_BINARY: Final = "not defined: items are not all scored 0 or 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReport:
    """Figures by item and name, those of the whole test, and whether each item should stay.

    ``advice`` has for each item keep, review, probable wrong key or insufficient data, and why.
    """

    candidates: int
    items: Mapping[str, Mapping[str, Statistic]]
    test: Mapping[str, Statistic]
    advice: Mapping[str, tuple[str, tuple[str, ...]]]
    notes: tuple[str, ...]


def item_report(
    responses: ResponseTable, *, population: str = "", all_n: bool = False
) -> ItemReport:
    """The items of a test, each candidate once (the first attempt where there are more).

    Names: ``difficulty``, ``discrimination``, ``upper_lower``, ``rasch_b``, ``rasch_infit``,
    ``rasch_outfit``, ``twopl_a``, ``twopl_b``; of the test ``alpha``, ``omega``, ``kr20``. Least n:
    30 candidates, 100 for Rasch, 500 for 2PL. The models are for items scored 0 or 1; an item all
    or none got right is left out of them. Raises ``UsageError`` ``usage.responses``.
    """
    mine = responses.once()
    classical = item_statistics(mine.scores, names=mine.items, population=population, all_n=all_n)
    figures = {one.name: _classical(one) for one in classical}
    for kind in _MODELS:
        for name, found in _model(kind, mine, population, all_n=all_n).items():
            figures[name].update(found)
    whole = reliability(mine.scores, population=population, all_n=all_n)
    return ItemReport(
        candidates=len(mine.candidates),
        items=figures,
        test={"alpha": whole.alpha, "omega": whole.omega, "kr20": whole.kr20},
        advice={one.name: (one.flag, one.reasons) for one in classical},
        notes=(*mine.notes, *whole.notes, *_left_out(whole.left_out)),
    )


def _left_out(candidates: int) -> tuple[str, ...]:
    if not candidates:
        return ()
    return (f"Reliability is of those who answered every item; {candidates} did not.",)


def _classical(one: Item) -> dict[str, Statistic]:
    return {
        "difficulty": one.difficulty,
        "discrimination": one.discrimination,
        "upper_lower": one.upper_lower,
    }


def _model(
    kind: str, responses: ResponseTable, population: str, *, all_n: bool
) -> dict[str, dict[str, Statistic]]:
    """A model's figures by item; where there are none, why."""
    if not responses.dichotomous:
        return {name: _none(kind, 0, NOT_BINARY, population) for name in responses.items}
    still = set(irt.constant(responses.scores))
    moving = [place for place in range(len(responses.items)) if place not in still]
    names = [responses.items[place] for place in moving]
    seen = (~np.isnan(responses.scores)).sum(axis=0)
    found = {
        responses.items[place]: _none(
            kind, int(seen[place]), "not defined: all answers are the same", population
        )
        for place in still
    }
    fit = irt.rasch if kind == "rasch" else irt.two_parameter
    try:
        model = fit(responses.scores[:, moving], names=names, all_n=all_n)
    except UsageError as error:  # too few items for a model
        why = f"not defined: {error.detail}"
        return found | {
            responses.items[place]: _none(kind, int(seen[place]), why, population)
            for place in moving
        }
    return found | {
        one.name: {
            f"{kind}_{figure}": getattr(one, figure).about(population) for figure in _MODELS[kind]
        }
        for one in model.items
    }


def _none(kind: str, n: int, why: str, population: str) -> dict[str, Statistic]:
    empty = Statistic(
        value=None,
        n=n,
        least=_LEAST[kind],
        method=_TOLD[kind],
        source=_SOURCE,
        population=population,
        note=why,
        insufficient=n < _LEAST[kind],
    )
    return {f"{kind}_{figure}": empty for figure in _MODELS[kind]}
