"""Values of a rules file, and how they are refused: by place and in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, NoReturn, TypeGuard

from stackmark.errors import UsageError
from stackmark.model.holding import exact

MAX_VALUES: Final = 1_000


def refuse(slug: str, place: str, sentence: str) -> NoReturn:
    """Raise the ``UsageError`` ``rules.<slug>`` whose sentence begins with the place."""
    raise UsageError(f"rules.{slug}", f"{place}: {sentence}" if place else sentence)


def as_object(value: Any, place: str) -> Mapping[str, Any]:
    """An object."""
    if not isinstance(value, Mapping):
        refuse("type", place, "must be an object.")
    return value


def only(found: Mapping[str, Any], allowed: tuple[str, ...], place: str) -> None:
    """Refuse members that are not among ``allowed``."""
    odd = sorted(str(name) for name in found if name not in allowed)
    if odd:
        known = ", ".join(sorted(allowed))
        refuse("unknown", f"{place}/{odd[0]}".lstrip("/"), f"is not known here; there is {known}.")


def one_of(
    found: Mapping[str, Any], kinds: tuple[str, ...], place: str, more: tuple[str, ...]
) -> str:
    """The one member of ``kinds`` that stands there, besides ``more``."""
    only(found, (*kinds, *more), place)
    given = [name for name in kinds if name in found]
    if len(given) != 1:
        told = " and ".join(given) or "none"
        refuse("choice", place, f"needs exactly one of {', '.join(kinds)}; it has {told}.")
    return given[0]


def text_of(found: Mapping[str, Any], name: str, place: str) -> str:
    """A text; empty when it is not there."""
    value = found.get(name, "")
    if not isinstance(value, str) or len(value) > 2_000:
        refuse("type", f"{place}/{name}".lstrip("/"), "must be a text, 2000 characters at most.")
    return value


def texts_of(found: Mapping[str, Any], name: str, place: str) -> tuple[str, ...]:
    """Texts, each once; one text is a list of one."""
    if name not in found:
        return ()
    value = found[name]
    rows = [value] if isinstance(value, str) else value
    good = isinstance(rows, Sequence) and all(is_word(one) for one in rows)
    if not good or not rows:
        refuse("type", f"{place}/{name}", "must be a text or a list of texts, not empty.")
    if len(rows) > MAX_VALUES:
        refuse("many", f"{place}/{name}", f"has more than {MAX_VALUES} values.")
    return tuple(dict.fromkeys(rows))


def is_word(value: Any) -> TypeGuard[str]:
    """A text that is not empty and not over-long."""
    return isinstance(value, str) and 0 < len(value) <= 2_000


def truth_of(found: Mapping[str, Any], name: str, place: str, *, default: bool) -> bool:
    """True or false; ``default`` when it is not there."""
    value = found.get(name, default)
    if not isinstance(value, bool):
        refuse("type", f"{place}/{name}", "must be true or false.")
    return value


def years_of(found: Mapping[str, Any], name: str, place: str) -> Fraction:
    """Years that are whole months: 7, 2.5 or 0.25."""
    years = number_of(found, name, place)
    if (years * 12).denominator != 1:
        refuse("number", f"{place}/{name}", "must be whole, half or quarter years.")
    return years


def as_list(found: Mapping[str, Any], name: str, most: int) -> Sequence[Any]:
    """A list of at most ``most``; empty when it is not there."""
    rows = found.get(name, [])
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        refuse("type", name, "must be a list.")
    if len(rows) > most:
        refuse("many", name, f"are more than {most}.")
    return rows


def number_of(found: Mapping[str, Any], name: str, place: str) -> Fraction:
    """An exact number from 0 that must be there."""
    if name not in found:
        refuse("missing", f"{place}/{name}", "is missing.")
    return exact(found[name], f"{place}/{name}", "rules")


def maybe_number(found: Mapping[str, Any], name: str, place: str) -> Fraction | None:
    """An exact number from 0, or nothing."""
    return number_of(found, name, place) if name in found else None


def share_of(found: Mapping[str, Any], name: str, place: str) -> Fraction | None:
    """A share from 0 to 1, or nothing."""
    share = maybe_number(found, name, place)
    if share is not None and share > 1:
        refuse("number", f"{place}/{name}", "is a share from 0 to 1; 34 % is 0.34.")
    return share


def whole_of(found: Mapping[str, Any], name: str, place: str) -> int:
    """A whole number from 0 that must be there."""
    value = number_of(found, name, place)
    if value.denominator != 1:
        refuse("number", f"{place}/{name}", "must be a whole number.")
    return int(value)


def maybe_whole(found: Mapping[str, Any], name: str, place: str) -> int | None:
    """A whole number from 0, or nothing."""
    return whole_of(found, name, place) if name in found else None
