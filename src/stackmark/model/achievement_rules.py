"""How one field of the canonical descriptor is read from JSON, and what is refused.

A rule takes the JSON value and its place and gives the field's value. Whatever is wrong is a
``UsageError`` with reason ``descriptor.<slug>`` whose sentence begins with the place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NoReturn, TypeVar

from stackmark.errors import UsageError

Texts = Mapping[str, str]  # language tag → text
Rule = Callable[[Any, str], Any]
Kind = TypeVar("Kind", bound="Part")

LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
MAX_LANGUAGES: Final = 30  # of one text
LINE: Final = 300  # characters of a one-line text
PARAGRAPH: Final = 4_000  # characters of a longer text
ESSAY: Final = 20_000  # characters of the criteria
_ADDRESS: Final = re.compile(r"https?://[^\s/?#<>\"{}|\\^`]+[^\s<>\"{}|\\^`]*")
_IDENTIFIER: Final = re.compile(r"(https?://|urn:|did:)[^\s<>\"{}|\\^`]+")
# Controls but tab and line feed, halves of characters: nothing that can be signed and shown.
_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LONGEST_NUMBER: Final = 9  # digits before the point and behind it: exact in every program


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a descriptor; ``check`` looks at its fields together."""

    def check(self, place: str) -> None:
        """Raise ``UsageError`` for what does not go together; here nothing."""


class DescriptorError(UsageError):
    """A descriptor that cannot be read; ``place`` is where, ``""`` for the whole."""

    def __init__(self, reason: str, detail: str, place: str = "") -> None:
        super().__init__(reason, detail)
        self.place = place

    def __reduce__(self) -> Any:
        """Cross a process pool unharmed."""
        return (type(self), (self.reason, self.detail, self.place))


def refuse(slug: str, place: str, sentence: str) -> NoReturn:
    """The one way a descriptor is refused."""
    where = place or "descriptor"
    raise DescriptorError(f"descriptor.{slug}", f"{where}: {sentence}", place)


def text(limit: int = LINE) -> Any:
    """One text, without language."""
    return field(default="", metadata={"rule": lambda value, place: _text(value, place, limit)})


def texts(limit: int = PARAGRAPH) -> Any:
    """A language map."""
    return field(
        default_factory=dict, metadata={"rule": lambda value, place: _texts(value, place, limit)}
    )


def choice(allowed: tuple[str, ...]) -> Any:
    """One word of a list; empty when nobody said."""
    return field(default="", metadata={"rule": lambda value, place: _choice(value, place, allowed)})


def choices(allowed: tuple[str, ...]) -> Any:
    """Several words of a list, each once."""
    return field(default=(), metadata={"rule": _each(lambda v, p: _choice(v, p, allowed), 30)})


def token(limit: int = 60) -> Any:
    """A word of letters, digits, dots, hyphens and underscores: the name of a scheme or scale."""
    return field(default="", metadata={"rule": lambda value, place: _token(value, place, limit)})


def words(limit: int, most: int) -> Any:
    """Several short texts, each once."""
    return field(default=(), metadata={"rule": _each(lambda v, p: _text(v, p, limit), most)})


def languages() -> Any:
    """Several language tags."""
    return field(default=(), metadata={"rule": _each(read_language, MAX_LANGUAGES)})


def language() -> Any:
    """One language tag."""
    return field(default="en", metadata={"rule": read_language})


def address() -> Any:
    """A web address."""
    return field(default="", metadata={"rule": _address})


def identifier() -> Any:
    """A web address, URN or DID."""
    return field(default="", metadata={"rule": _identifier})


def whole(low: int, high: int) -> Any:
    """A whole number, or nothing."""
    return field(default=None, metadata={"rule": lambda v, p: _whole(v, p, low, high)})


def number(high: int) -> Any:
    """A number from 0, or nothing."""
    return field(default=None, metadata={"rule": lambda v, p: _number(v, p, high)})


def day() -> Any:
    """A calendar day, or nothing."""
    return field(default=None, metadata={"rule": _day})


def moment() -> Any:
    """An instant with its zone, or nothing."""
    return field(default=None, metadata={"rule": _moment})


def country() -> Any:
    """A country of ISO 3166-1, two capital letters."""
    return field(default="", metadata={"rule": _country})


def flag() -> Any:
    """Yes or no."""
    return field(default=False, metadata={"rule": _flag})


def part(kind: type[Part]) -> Any:
    """Another part of the descriptor, or nothing."""
    return field(default=None, metadata={"rule": lambda v, p: read(kind, v, p)})


def parts(kind: type[Part], most: int) -> Any:
    """A list of parts."""
    return field(default=(), metadata={"rule": _each(lambda v, p: read(kind, v, p), most)})


def read(kind: type[Kind], value: Any, place: str = "") -> Kind:
    """A part read strictly: no unknown member, every member as its rule says."""
    if not isinstance(value, Mapping):
        refuse("type", place, "must be an object.")
    known = {one.name: one for one in fields(kind)}
    odd = sorted(str(name) for name in value if name not in known)
    if odd:
        refuse("unknown", _below(place, odd[0]), "is not a field of the descriptor.")
    given = {
        name: known[name].metadata["rule"](inner, _below(place, name))
        for name, inner in value.items()
        if inner is not None
    }
    found = kind(**given)
    found.check(place)
    return found


def write(value: Any) -> Any:
    """A part as JSON: numbers plain, days ISO, and what nobody said left out."""
    if isinstance(value, Part):
        members = {one.name: getattr(value, one.name) for one in fields(value)}
        return {
            one.name: write(members[one.name])
            for one in fields(value)
            if members[one.name] != _empty(one)
        }
    if isinstance(value, Mapping):
        return {name: write(inner) for name, inner in value.items()}
    if isinstance(value, tuple):
        return [write(one) for one in value]
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _empty(one: Field[Any]) -> Any:
    """What a field holds when nobody said; the language is always said."""
    if one.name == "language":
        return None
    return one.default if one.default is not MISSING else {}


def _below(place: str, name: str) -> str:
    return f"{place}/{name[:60]}" if place else name[:60]


def _text(value: Any, place: str, limit: int) -> str:
    if not isinstance(value, str):
        refuse("type", place, "must be text.")
    lines = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(lines) > limit:
        refuse("length", place, f"has {len(lines):,} characters; at most {limit:,} fit.")
    found = _UNFIT.search(lines)
    if found:
        refuse("text", place, f"holds U+{ord(found[0]):04X}, which cannot be shown; remove it.")
    return lines


def _token(value: Any, place: str, limit: int) -> str:
    found = _text(value, place, limit)
    if found and not re.fullmatch(r"[A-Za-z0-9._-]+", found):
        refuse("choice", place, f"{found[:40]!r} may only have letters, digits, and . - _ in it.")
    return found


def _texts(value: Any, place: str, limit: int) -> dict[str, str]:
    if not isinstance(value, Mapping):
        refuse("type", place, 'must be texts by language, such as {"en": "…"}.')
    if len(value) > MAX_LANGUAGES:
        refuse("length", place, f"has over {MAX_LANGUAGES} languages.")
    found = {
        read_language(tag, place): _text(inner, _below(place, str(tag)), limit)
        for tag, inner in value.items()
    }
    return {tag: inner for tag, inner in found.items() if inner}


def read_language(value: Any, place: str) -> str:
    """A language tag of the forms de, de-AT, zh-Hans, zh-Hans-CN."""
    if not isinstance(value, str) or not LANGUAGE.fullmatch(value):
        refuse("language", place, f"{str(value)[:20]!r} is no language; write it like en or de-AT.")
    return value


def _choice(value: Any, place: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        refuse("choice", place, f"{str(value)[:40]!r} is none of {', '.join(allowed)}.")
    return str(value)


def _address(value: Any, place: str) -> str:
    found = _text(value, place, 2_000)
    if found and not _ADDRESS.fullmatch(found):
        refuse("address", place, "is no web address; write it like https://example.org/page.")
    return found


def _identifier(value: Any, place: str) -> str:
    found = _text(value, place, 2_000)
    if found and not _IDENTIFIER.fullmatch(found):
        refuse("address", place, "is no identifier; it begins with https://, urn: or did:.")
    return found


def _whole(value: Any, place: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        refuse("type", place, "must be a whole number.")
    if not low <= value <= high:
        refuse("range", place, f"must be from {low:,} to {high:,}.")
    return value


def _number(value: Any, place: str, high: int) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        refuse("type", place, "must be a number.")
    found = Decimal(str(value))
    if not found.is_finite() or not 0 <= found <= high:
        refuse("range", place, f"must be from 0 to {high:,}.")
    if found != round(found, 2) or len(found.as_tuple().digits) > _LONGEST_NUMBER:
        refuse("range", place, "may have two digits after the point.")
    return found.normalize() + 0


def _day(value: Any, place: str) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        refuse("date", place, f"{str(value)[:20]!r} is no day; write it like 2026-12-25.")


def _moment(value: Any, place: str) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        found = None
    if found is None or found.tzinfo is None:
        refuse("date", place, f"{str(value)[:30]!r} is no instant like 2026-12-25T09:00:00Z.")
    return found


def _country(value: Any, place: str) -> str:
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{2}", value):
        refuse("country", place, f"{str(value)[:20]!r} is no country code like FR (ISO 3166-1).")
    return value


def _flag(value: Any, place: str) -> bool:
    if not isinstance(value, bool):
        refuse("type", place, "must be true or false.")
    return value


def _each(rule: Rule, most: int) -> Rule:
    def read_all(value: Any, place: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            refuse("type", place, "must be a list.")
        if len(value) > most:
            refuse("length", place, f"has {len(value):,} entries; at most {most:,} fit.")
        found = [rule(one, _below(place, str(number))) for number, one in enumerate(value)]
        return tuple(one for place, one in enumerate(found) if one not in found[:place])

    return read_all
