"""The units of credit and the named policies between them, read from ``data/policies.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any, Final

import orjson

from stackmark.errors import UsageError

HOURS: Final = "hours"
CONTACT: Final = "contact-hours"
CEU: Final = "ceu"


@dataclass(frozen=True, slots=True)
class Range:
    """An interval of exact numbers, both ends included."""

    low: Fraction
    high: Fraction

    def __contains__(self, other: Range) -> bool:
        """Whether the other lies wholly within."""
        return self.low <= other.low and other.high <= self.high

    def meets(self, other: Range) -> bool:
        """Whether they have a number in common."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of credit or time. ``measures`` is notional (all learning) or contact (taught)."""

    code: str
    one: str
    many: str
    measures: str


@dataclass(frozen=True, slots=True)
class PerCredit:
    """Hours of learning in one credit of a unit; ``least`` says that the low end is a minimum."""

    hours: Range
    official: bool
    source: str
    least: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A named rule. One of ``ratios``, ``ranges``, ``per`` is filled, by ``kind``.

    ``ratios`` maps (from, to) to a factor, both ways; ``ranges`` holds the intervals that a
    framework calls equal; ``per`` holds hours of one credit. ``official`` means that the body
    that owns the scheme says so, or the law; else it is a convention of the field.
    """

    id: str
    title: str
    kind: str
    official: bool
    source: str
    country: str = ""
    ratios: Mapping[tuple[str, str], Fraction]
    ranges: Mapping[str, Range]
    per: Mapping[str, PerCredit]

    @property
    def units(self) -> frozenset[str]:
        """The units it speaks of."""
        if self.kind == "ceu":
            return frozenset({CEU, CONTACT})
        return (
            frozenset(self.ranges) | set(self.per) | {one for pair in self.ratios for one in pair}
        )


@cache
def units() -> Mapping[str, Unit]:
    """All units by code."""
    return {row["code"]: Unit(**row) for row in _data()["units"]}


def unit(code: str) -> Unit:
    """A unit by its code. Raises ``UsageError`` ``usage.unit``."""
    if code not in units():
        raise UsageError("usage.unit", f"{code[:40]!r} is no unit; use {', '.join(units())}.")
    return units()[code]


def unit_name(code: str, amount: object = None) -> str:
    """What a unit is called in a sentence, beside an amount; a code nobody knows as it is."""
    known = units().get(code)
    if known is None:
        return code
    return known.one if amount == 1 else known.many


@cache
def policies() -> Mapping[str, Policy]:
    """All policies by id."""
    rows = _data()["policies"]
    common = _per(next(row["per"] for row in rows if row["id"] == HOURS))
    return {row["id"]: _policy(row, common) for row in rows}


def policy(name: str) -> Policy:
    """A policy by its id. Raises ``UsageError`` ``usage.policy``."""
    if name not in policies():
        known = ", ".join(policies())
        raise UsageError("usage.policy", f"{name[:40]!r} is no policy; use {known}.")
    return policies()[name]


def default_for(one: str, other: str) -> Policy:
    """The policy of a pair of units when none is named: its convention, else the hours."""
    for row in _data()["defaults"]:
        if {one, other} == set(row["units"]):
            return policies()[row["policy"]]
    return policies()[HOURS]


def of_country(country: str) -> Policy:
    """The hours rule of a country (ISO 3166-1 alpha-2), or the common one."""
    return next((one for one in policies().values() if one.country == country), policies()[HOURS])


def _policy(row: Mapping[str, Any], common: Mapping[str, PerCredit]) -> Policy:
    found = Policy(
        id=row["id"],
        title=row["title"],
        kind=row["kind"],
        official=row["status"] == "official",
        source=row["source"],
        country=row.get("country", ""),
        ratios=_ratios(row.get("pairs", ())),
        ranges={code: _range(*ends) for code, ends in row.get("ranges", {}).items()},
        per=common if row["kind"] == HOURS else {},
    )
    if "ects" not in row:
        return found
    own = PerCredit(_range(row["ects"], row["ects"]), found.official, row["source"])
    return replace(found, per={**common, "ects": own})


def _ratios(pairs: Any) -> dict[tuple[str, str], Fraction]:
    found: dict[tuple[str, str], Fraction] = {}
    for pair in pairs:
        factor = Fraction(pair["get"]) / Fraction(pair["give"])
        found[pair["from"], pair["to"]] = factor
        found[pair["to"], pair["from"]] = 1 / factor
    return found


def _per(rows: Mapping[str, Any]) -> dict[str, PerCredit]:
    return {
        code: PerCredit(
            _range(row["low"], row["high"]),
            row["status"] == "official",
            row["source"],
            row.get("least", False),
        )
        for code, row in rows.items()
    }


def _range(low: str, high: str) -> Range:
    return Range(Fraction(low), Fraction(high))


@cache
def _data() -> Any:
    return orjson.loads(
        resources.files("stackmark.credit").joinpath("data", "policies.json").read_bytes()
    )
