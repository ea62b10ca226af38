"""``Figure``: one published figure about an assessment, as the judgement floor's rooms share it.

The shape of ``assessment.statistic.Statistic`` with a code, so that the facts label can print it
without knowing how it was computed. A figure without n, interval, method or population says so by
its empty member; nothing is made up here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure, or the reason why there is none.

    ``code`` says which ("first_pass_rate"). ``value`` is ``None`` where there is none: too few
    (``insufficient``), or undefined, which ``note`` explains. ``interval`` is the 95 % interval
    in the value's own unit. ``n`` counts what ``of`` names ("candidates", "units", "judges").
    ``unit`` is "share", "percent", "points", "ratio", "bits" or empty for a pure number.
    """

    code: str
    value: float | None
    interval: Interval | None = None
    n: int
    of: str = "candidates"
    method: str
    source: str
    population: str = ""
    unit: str = ""
    note: str = ""
    insufficient: bool = False

    def to_json(self) -> dict[str, Any]:
        """All members."""
        return {
            "code": self.code,
            "value": self.value,
            "interval": None if self.interval is None else list(self.interval),
            "n": self.n,
            "of": self.of,
            "method": self.method,
            "source": self.source,
            "population": self.population,
            "unit": self.unit,
            "note": self.note,
            "insufficient": self.insufficient,
        }

    @staticmethod
    def from_json(code: str, found: Mapping[str, Any]) -> Figure:
        """A figure from ``to_json`` or from a ``Statistic``'s; what else stands there is left."""
        interval = found.get("interval")
        texts = ("of", "method", "source", "population", "unit", "note")
        said = {name: str(found[name]) for name in texts if found.get(name) is not None}
        return Figure(
            code=code,
            value=None if found.get("value") is None else float(found["value"]),
            interval=None if interval is None else (float(interval[0]), float(interval[1])),
            n=int(found["n"]),
            insufficient=bool(found.get("insufficient")),
            **{"method": "", "source": "", **said},
        )
