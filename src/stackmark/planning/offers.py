"""Offers of a catalogue: one object a line, read strictly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, NoReturn

from stackmark.errors import ReadError, UsageError
from stackmark.model.holding import VERIFIED, Holding, read_holding
from stackmark.model.strict_json import parse_json

MAX_OFFERS: Final = 100_000
MAX_STARTS: Final = 200
_SHARED: Final = frozenset(
    {
        *("id", "achievement", "title", "issuer", "issuer_class", "class", "skills", "field"),
        *("level", "credits", "supervision", "evidence"),
    }
)
_OWN: Final = frozenset(
    {"price", "hours", "weeks", "starts", "prerequisites", "language", "delivery", "pass"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something that can be taken.

    ``holding`` is what it gives to whoever passes, but for the day. ``prerequisites`` are groups of
    achievements; of each group one must be held or finished before the start. ``starts`` are the
    days it begins; without any it begins in every week, counted from the day of planning. What is
    not stated is ``None``; ``pass_chance`` is from 0 to 1.
    """

    holding: Holding
    price: Fraction | None = None
    currency: str = ""
    hours: Fraction | None = None
    weeks: int | None = None
    starts: tuple[dt.date, ...] = ()
    prerequisites: tuple[tuple[str, ...], ...] = ()
    language: tuple[str, ...] = ()
    delivery: str = ""
    pass_chance: Fraction | None = None

    @property
    def id(self) -> str:
        """The offer's own id, not that of its achievement."""
        return self.holding.id

    @property
    def load(self) -> Fraction | None:
        """Hours in each of its weeks."""
        if self.hours is None or not self.weeks:
            return None
        return self.hours / self.weeks

    def earned(self, day: dt.date) -> Holding:
        """What somebody holds who passes; it will be a credential, so it can be verified."""
        return replace(self.holding, awarded=day)


def read_catalogue(lines: Iterable[bytes]) -> tuple[Offer, ...]:
    """The offers of a file of JSON lines; empty lines are passed over.

    Raises ``UsageError`` ``catalogue.…`` with the number of the line.
    """
    found: list[Offer] = []
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            offer = read_offer(parse_json(line.strip()), f"line {number}")
        except ReadError as error:
            _refuse("json", f"line {number}", error.detail)
        if offer.id in seen:
            _refuse("repeated", f"line {number}/id", f"{offer.id} stands there already.")
        seen.add(offer.id)
        found.append(offer)
        if len(found) > MAX_OFFERS:
            _refuse("many", f"line {number}", f"a catalogue has at most {MAX_OFFERS} offers.")
    return tuple(found)


def read_offer(value: Any, place: str = "offer") -> Offer:
    """One offer as the contracts write it; unknown members are refused."""
    if not isinstance(value, Mapping):
        _refuse("type", place, "must be an object.")
    odd = sorted(str(name) for name in value if name not in _SHARED | _OWN)
    if odd:
        _refuse("unknown", f"{place}/{odd[0]}", "is not a member of an offer.")
    price, currency = _price(value.get("price"), f"{place}/price")
    weeks = _number(value, "weeks", place, 520)
    if weeks is not None and (weeks.denominator != 1 or not weeks):
        _refuse("range", f"{place}/weeks", "must be a whole number of 1 or more.")
    return Offer(
        holding=_holding(value, place),
        price=price,
        currency=currency,
        hours=_number(value, "hours", place, 100_000),
        weeks=None if weeks is None else int(weeks),
        starts=_starts(value, place),
        prerequisites=_prerequisites(value.get("prerequisites", []), f"{place}/prerequisites"),
        language=_texts(value.get("language", []), f"{place}/language"),
        delivery=_text(value, "delivery", place),
        pass_chance=_number(value, "pass", place, 1),
    )


def _holding(value: Mapping[str, Any], place: str) -> Holding:
    told = {name: one for name, one in value.items() if name in _SHARED}
    try:
        found = read_holding({**told, "status": "valid", "provenance": VERIFIED}, place)
    except UsageError as error:
        raise UsageError(f"catalogue.{error.reason.partition('.')[2]}", error.detail) from error
    if not found.achievement:
        _refuse("type", f"{place}/achievement", "must be a text.")
    return replace(found, applied_to=())


def _price(value: Any, place: str) -> tuple[Fraction | None, str]:
    if value is None:
        return None, ""
    if not isinstance(value, Mapping) or set(value) != {"amount", "currency"}:
        _refuse("type", place, "needs an amount and a currency, and nothing else.")
    return _number(value, "amount", place, 10**7), _text(value, "currency", place)


def _number(value: Mapping[str, Any], name: str, place: str, most: int) -> Fraction | None:
    found = value.get(name)
    if found is None:
        return None
    good = isinstance(found, int | float) and not isinstance(found, bool)
    if not good or not 0 <= found <= most:
        _refuse("range", f"{place}/{name}", f"must be a number from 0 to {most}.")
    return _exact(found)


@lru_cache(4096)
def _exact(value: float) -> Fraction:
    return Fraction(str(value))


def _starts(value: Mapping[str, Any], place: str) -> tuple[dt.date, ...]:
    rows = _texts(value.get("starts", []), f"{place}/starts")
    if len(rows) > MAX_STARTS:
        _refuse("many", f"{place}/starts", f"are more than {MAX_STARTS}.")
    try:
        return tuple(sorted({_day(one) for one in rows}))
    except ValueError:
        _refuse("date", f"{place}/starts", "must be days (YYYY-MM-DD).")


@lru_cache(4096)
def _day(text: str) -> dt.date:
    if len(text) != len("2026-09-01"):
        raise ValueError(text)
    return dt.date.fromisoformat(text)


def _prerequisites(value: Any, place: str) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list):
        _refuse("type", place, "must be a list of lists of achievements.")
    rows = tuple(_texts(one, f"{place}/{number}") for number, one in enumerate(value))
    if not all(rows):
        _refuse("type", place, "must name an achievement in each of its lists.")
    return rows


def _texts(value: Any, place: str) -> tuple[str, ...]:
    rows = [value] if isinstance(value, str) else value
    if not isinstance(rows, list) or not all(isinstance(one, str) and one for one in rows):
        _refuse("type", place, "must be a list of texts.")
    return tuple(rows)


def _text(value: Mapping[str, Any], name: str, place: str) -> str:
    found = value.get(name, "")
    if not isinstance(found, str):
        _refuse("type", f"{place}/{name}", "must be a text.")
    return found


def _refuse(slug: str, place: str, sentence: str) -> NoReturn:
    raise UsageError(f"catalogue.{slug}", f"{place}: {sentence}")
