"""A target and limits: as a form reads them, an address carries them, a plan keeps them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from stackmark.planning.result import plain
from stackmark_web.pathways.planner_targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A target and the limits set; ``None`` or empty sets none.

    ``interests`` are names of skills. ``without`` are skills of a role that are left out.
    """

    target: Target
    currency: str
    by: dt.date
    budget: Fraction | None = None
    hours: Fraction | None = None
    delivery: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The limits as a plan keeps them; the target is kept beside them."""
        return {
            "currency": self.currency,
            "by": self.by.isoformat(),
            "budget": plain(self.budget),
            "hours": plain(self.hours),
            "delivery": list(self.delivery),
            "language": list(self.language),
            "interests": list(self.interests),
            "without": list(self.without),
        }

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The same as names and values of a form."""
        return pairs(self.target.key, self.to_json())

    def query(self, **other: Any) -> str:
        """The address of the planner with these limits, some of them changed."""
        return query(self.target.key, {**self.to_json(), **other})


def read(target: Target, limits: Mapping[str, Any], today: dt.date) -> Wanted:
    """The limits of a saved plan; a last day that is over is a year from now."""
    by = dt.date.fromisoformat(limits["by"])
    return Wanted(
        target=target,
        currency=limits["currency"],
        by=by if by > today else a_year_from(today),
        budget=_number(limits.get("budget")),
        hours=_number(limits.get("hours")),
        delivery=tuple(limits.get("delivery", ())),
        language=tuple(limits.get("language", ())),
        interests=tuple(limits.get("interests", ())),
        without=tuple(limits.get("without", ())),
    )


def query(key: str, limits: Mapping[str, Any]) -> str:
    """Limits in an address."""
    return urlencode(pairs(key, limits))


def pairs(key: str, limits: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Limits as names and values; what is not set is not there."""
    rows: list[tuple[str, str]] = [("target", key)]
    for name, value in limits.items():
        if name == "interests":
            value = ", ".join(value)  # noqa: PLW2901 - as a person writes them
        if isinstance(value, list | tuple):
            rows += [(name, str(one)) for one in value]
        elif value is not None and value != "":
            rows.append((name, str(value)))
    return rows


def a_year_from(day: dt.date) -> dt.date:
    """The deadline where none was set."""
    return day + dt.timedelta(days=365)


def _number(value: Any) -> Fraction | None:
    return None if value is None else Fraction(str(value))
