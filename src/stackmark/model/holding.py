"""``Holding``: a credential as judgement sees it: who, what, level, credits, dates, status.

Numbers are exact. Credits are an interval in one unit: both ends equal when the document states a
number, apart when a named policy gave them. What is not known is ``None`` or empty, and no rule
takes it for a yes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, NoReturn

from stackmark.errors import UsageError

CLASSES: Final = (
    *("recognition", "attendance", "micro-credential", "certificate", "micro-certification"),
    *("nano-degree-part", "nano-degree", "degree-module", "degree"),
)
SUPERVISION: Final = ("none", "remote-recorded", "remote-live", "onsite")
"""From low to high."""
STATUSES: Final = ("valid", "expired", "revoked", "suspended", "unknown")
STATED: Final = "stated"
VERIFIED: Final = "verified"
MAX_HOLDINGS: Final = 5_000
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T.*)?\Z")


@dataclass(frozen=True, slots=True)
class Credits:
    """Credit in a unit; ``policy`` names what gave the interval, empty for a stated number."""

    low: Fraction
    high: Fraction
    unit: str
    policy: str = ""


@dataclass(frozen=True, slots=True)
class HeldGrade:
    """A grade on a named scale."""

    value: str
    scale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One credential.

    ``evidence`` is the evidence-strength level 0–6; where it may be higher, because not all facts
    of the assessment are known, ``evidence_most`` is the highest it may be. ``provenance`` is
    ``verified`` (the document was checked) or ``stated`` (somebody says so). ``applied_to`` are
    ids of awards that used it already; ``None`` says that nobody knows.
    """

    id: str
    achievement: str = ""
    title: str = ""
    issuer: str = ""
    issuer_classes: tuple[str, ...] = ()
    kind: str = ""
    skills: tuple[str, ...] = ()
    field: str = ""
    level: int | None = None
    credits: Credits | None = None
    awarded: dt.date | None = None
    expires: dt.date | None = None
    grade: HeldGrade | None = None
    supervision: str = ""
    status: str = "unknown"
    evidence: int | None = None
    evidence_most: int | None = None
    applied_to: tuple[str, ...] | None = None
    provenance: str = STATED

    @property
    def name(self) -> str:
        """How it is called in a sentence."""
        return self.title or self.achievement or self.id


def read_holdings(value: Any) -> tuple[Holding, ...]:
    """The holdings of a file ``{"holder": …, "holdings": […]}`` or a bare list of them.

    Raises ``UsageError`` ``holdings.…`` with the place of what is wrong.
    """
    rows = value.get("holdings") if isinstance(value, Mapping) else value
    if not isinstance(rows, Sequence) or isinstance(rows, str | bytes):
        _refuse("type", "holdings", "must be a list.")
    if len(rows) > MAX_HOLDINGS:
        _refuse("many", "holdings", f"are more than {MAX_HOLDINGS}.")
    found = tuple(read_holding(one, f"holdings/{number}") for number, one in enumerate(rows))
    seen: set[str] = set()
    for number, one in enumerate(found):
        if one.id in seen:
            _refuse("repeated", f"holdings/{number}/id", f"{one.id} stands there already.")
        seen.add(one.id)
    return found


def read_holding(value: Any, place: str = "holding") -> Holding:
    """One holding as the contracts write it; unknown members are refused."""
    if not isinstance(value, Mapping):
        _refuse("type", place, "must be an object.")
    odd = sorted(str(name) for name in value if name not in _MEMBERS)
    if odd:
        _refuse("unknown", f"{place}/{odd[0]}", "is not a member of a holding.")
    if not _text(value, "id", place):
        _refuse("missing", f"{place}/id", "a holding needs an id.")
    return Holding(
        id=_text(value, "id", place),
        achievement=_text(value, "achievement", place),
        title=_text(value, "title", place),
        issuer=_text(value, "issuer", place),
        issuer_classes=_texts(value, "issuer_class", place),
        kind=_text(value, "class", place),
        skills=_texts(value, "skills", place),
        field=_text(value, "field", place),
        level=_whole(value, "level", place, 1, 8),
        credits=_credits(value.get("credits"), f"{place}/credits"),
        awarded=_day(value, "awarded", place),
        expires=_day(value, "expires", place),
        grade=_grade(value.get("grade"), f"{place}/grade"),
        supervision=_choice(value, "supervision", place, SUPERVISION),
        status=_choice(value, "status", place, STATUSES) or "unknown",
        evidence=_whole(value, "evidence", place, 0, 6),
        applied_to=_texts(value, "applied_to", place) if "applied_to" in value else None,
        provenance=_choice(value, "provenance", place, (STATED, VERIFIED)) or STATED,
    )


_MEMBERS: Final = frozenset(
    {
        *("id", "achievement", "title", "issuer", "issuer_class", "class", "skills", "field"),
        *("level", "credits", "awarded", "expires", "grade", "supervision", "status"),
        *("evidence", "applied_to", "provenance"),
    }
)


def _refuse(slug: str, place: str, sentence: str) -> NoReturn:
    raise UsageError(f"holdings.{slug}", f"{place}: {sentence}")


def _text(value: Mapping[str, Any], name: str, place: str) -> str:
    found = value.get(name, "")
    if not isinstance(found, str) or len(found) > 2_000:
        _refuse("type", f"{place}/{name}", "must be a text of at most 2000 characters.")
    return found


def _texts(value: Mapping[str, Any], name: str, place: str) -> tuple[str, ...]:
    found = value.get(name, [])
    rows = [found] if isinstance(found, str) else found
    if not isinstance(rows, Sequence) or not all(isinstance(one, str) for one in rows):
        _refuse("type", f"{place}/{name}", "must be a list of texts.")
    return tuple(rows)


def _choice(value: Mapping[str, Any], name: str, place: str, allowed: tuple[str, ...]) -> str:
    found = _text(value, name, place)
    if found and found not in allowed:
        _refuse("choice", f"{place}/{name}", f"{found[:60]!r} is none of {', '.join(allowed)}.")
    return found


def _whole(value: Mapping[str, Any], name: str, place: str, low: int, high: int) -> int | None:
    found = value.get(name)
    if found is None:
        return None
    good = isinstance(found, int | float) and not isinstance(found, bool)
    if not good or found != found // 1 or not low <= found <= high:
        _refuse("range", f"{place}/{name}", f"must be a whole number from {low} to {high}.")
    return int(found)


def _day(value: Mapping[str, Any], name: str, place: str) -> dt.date | None:
    found = _text(value, name, place)
    if not found:
        return None
    try:
        if _DAY.match(found):
            return dt.date.fromisoformat(found[:10])
    except ValueError:
        pass  # no day of the calendar
    _refuse("date", f"{place}/{name}", f"{found[:40]!r} is no day (YYYY-MM-DD).")


def _grade(value: Any, place: str) -> HeldGrade | None:
    if value is None:
        return None
    grade = value.get("value") if isinstance(value, Mapping) else None
    if isinstance(grade, int | float) and not isinstance(grade, bool):
        grade = str(grade)
    if not isinstance(grade, str) or not grade or not _text(value, "scale", place):
        _refuse("type", place, "needs a value and its scale.")
    return HeldGrade(grade, _text(value, "scale", place))


def _credits(value: Any, place: str) -> Credits | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or not _text(value, "unit", place):
        _refuse("type", place, "needs a value and its unit.")
    low, high = value.get("low", value.get("value")), value.get("high", value.get("value"))
    bottom = exact(low, f"{place}/value")
    top = bottom if high == low else exact(high, f"{place}/value")
    if bottom > top:
        _refuse("range", place, "begins above its end.")
    return Credits(bottom, top, value["unit"], _text(value, "policy", place))


def exact(value: Any, place: str, code: str = "holdings") -> Fraction:
    """A number from 0 to 100,000 as it is written: 0.1 is a tenth."""
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not 0 <= value <= 100_000:
        raise UsageError(f"{code}.number", f"{place}: must be a number from 0 to 100000.")
    return Fraction(str(value))
