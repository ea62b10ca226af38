"""``Statistic``: a figure that never travels without n, interval, method, source, population."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final

LEAST: Final = 30
"""Below so many candidates nothing is published (reference: project policy, AERA/APA/NCME 2.x)."""
WIDE: Final = 100
"""Below so many an interval is shown as wide."""

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """One figure.

    ``value`` is ``None`` where there is none: too few (``insufficient``), or undefined, which
    ``note`` explains. ``interval`` is the 95 % interval in the value's own unit. ``n`` counts what
    ``of`` names ("candidates", "units", "items", "judges", "attempts"); ``least`` is the
    fewest it is given for. ``method`` names formula and interval method, ``source`` paper or
    standard, ``population`` whom it speaks of ("first attempts, all candidates"). ``unit`` is
    "share", "points", "logit", "bits", "ratio" or empty for a pure number.
    """

    value: float | None
    interval: Interval | None = None
    n: int
    of: str = "candidates"
    least: int = LEAST
    method: str
    source: str
    population: str = ""
    unit: str = ""
    note: str = ""
    insufficient: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether n is small enough that the interval must be read first."""
        return self.value is not None and self.n < WIDE

    def about(self, population: str) -> Statistic:
        """The same figure, said of whom."""
        return replace(self, population=population)

    def to_json(self) -> dict[str, Any]:
        """All members, rounded to 12 significant digits; no NaN."""
        return {
            "value": _number(self.value),
            "interval": None if self.interval is None else [_number(one) for one in self.interval],
            "n": self.n,
            "of": self.of,
            "least": self.least,
            "method": self.method,
            "source": self.source,
            "population": self.population,
            "unit": self.unit,
            "note": self.note,
            "insufficient": self.insufficient,
        }

    @staticmethod
    def from_json(found: dict[str, Any]) -> Statistic:
        """Read back what ``to_json`` wrote."""
        interval = found.get("interval")
        pair = None if interval is None else (float(interval[0]), float(interval[1]))
        return Statistic(**{**found, "interval": pair})


def settle(figure: Statistic, *, all_n: bool = False) -> Statistic:
    """The figure as it may be published: without its value where n is below ``least``.

    ``all_n`` keeps the number and marks it insufficient all the same. What is not finite becomes
    "not defined", never NaN.
    """
    value, interval = figure.value, figure.interval
    if value is not None and not math.isfinite(value):
        value, interval = None, None
    if interval is not None and not all(math.isfinite(one) for one in interval):
        interval = None
    few = figure.n < figure.least
    if few and not all_n:
        value, interval = None, None
    note = figure.note
    if few and not note:
        note = f"insufficient data: {figure.n} {figure.of}, at least {figure.least} are needed"
    elif value is None and not note:
        note = "not defined for these data"
    return replace(figure, value=value, interval=interval, insufficient=few, note=note)


def _number(value: float | None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.12g}")
