"""How likely it is to pass: what a cohort's published figures say, or nothing.

Only what was measured on enough people counts, and only what their institution publishes. Nothing
about the person who plans goes into it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from stackmark.model.figure import Figure
from stackmark.quality.facts_assessed import LEAST
from stackmark_web.catalogue.figures import Figures, figures_of

FIRST: Final = "first"
EVER: Final = "ever"
_RATES: Final = (("first_pass_rate", FIRST), ("final_pass_rate", EVER))
"""The first attempt is what somebody plans; whether anybody passed in the end comes second."""


@dataclass(frozen=True, slots=True)
class Chance:
    """A share of ``n`` people; ``about`` is whether their first attempt or any is meant."""

    rate: Fraction
    n: int
    about: str


def chances(versions: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Chance]:
    """The chances of those versions of which something is known, by one question for all."""
    found = {version: _chance(one) for version, one in figures_of(versions).items()}
    return {version: one for version, one in found.items() if one is not None}


def _chance(known: Figures) -> Chance | None:
    by_code = {one.code: one for one in known.assessment}
    for code, about in _RATES:
        figure = by_code.get(code)
        if figure is not None and (rate := _rate(figure)) is not None:
            return Chance(rate, figure.n, about)
    if "pass-rate" in known.withheld or known.pass_rate is None or not known.cohort:
        return None
    return _told(known.pass_rate, known.cohort, EVER)


def _rate(figure: Figure) -> Fraction | None:
    if figure.value is None or figure.insufficient:
        return None
    share = figure.value / 100 if figure.unit == "percent" else figure.value
    found = _told(share, figure.n, "")
    return None if found is None else found.rate


def _told(share: float, n: int, about: str) -> Chance | None:
    """Nothing where it would tell of a few people; three digits are enough for a plan."""
    passed = round(share * n)
    if not 0 <= share <= 1 or min(n, passed, n - passed) < LEAST:
        return None
    return Chance(Fraction(round(share * 1000), 1000), n, about)
