"""Numbers of credit as people write them, and how an exact interval is written for them."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from stackmark.credit.policies import Range
from stackmark.errors import UsageError

MOST: Final = 100_000  # credits or hours of one learner; a life has fewer
_DIGITS: Final = 6  # digits behind the point that are read and given
_NUMBER: Final = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
_COMMA: Final = re.compile(r"-?\d+(,\d+)+", re.ASCII)


def read_amount(text: str) -> Range:
    """``5``, ``2.5`` or an interval ``4-6``, as an exact interval.

    Raises ``UsageError`` ``usage.number`` with what is wrong about it.
    """
    parts = [part.strip() for part in text.strip().split("-")]
    if len(parts) == 2 and all(parts):
        return amount((_one(parts[0]), _one(parts[1])))
    return amount(_one(text.strip()))


def amount(value: Range | Fraction | Decimal | int | tuple[Any, Any]) -> Range:
    """A number, or a pair of them, as an exact interval above 0 and at most 100,000.

    Raises ``UsageError`` ``usage.number``. A ``float`` is refused: it is not exact.
    """
    if isinstance(value, Range):
        ends = (value.low, value.high)
    elif isinstance(value, tuple):
        ends = (_exact(value[0]), _exact(value[1]))
    else:
        ends = (_exact(value), _exact(value))
    for end in ends:
        _check(end)
    if ends[0] > ends[1]:
        raise UsageError("usage.number", f"{show(ends[0])} to {show(ends[1])} runs backwards.")
    return Range(*ends)


def _exact(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
        kind = type(value).__name__
        raise UsageError("usage.number", f"A {kind} is no exact number; give an int or Decimal.")
    if isinstance(value, Decimal) and not value.is_finite():
        raise UsageError("usage.number", f"{value} is no number of credits.")
    return Fraction(value)


def _check(value: Fraction) -> None:
    if value <= 0:
        raise UsageError("usage.number", f"{show(value)} is not more than 0.")
    if value > MOST:
        raise UsageError("usage.number", f"{show(value)} is too many; at most {MOST:,}.")


def _one(text: str) -> Fraction:
    if _NUMBER.fullmatch(text):
        return Fraction(text)
    if _COMMA.fullmatch(text):
        point = text.replace(",", ".") if text.count(",") == 1 else text.replace(",", "")
        raise UsageError(
            "usage.number", f"{text[:40]!r} has a comma; write a decimal point, such as {point}."
        )
    if text.startswith("-") and _NUMBER.fullmatch(text[1:]):
        raise UsageError("usage.number", f"{text[:40]} is not more than 0.")
    raise UsageError(
        "usage.number",
        f"{text[:40]!r} is no number; write one like 5, 2.5 or 4-6, with at most {_DIGITS} "
        "digits behind the point.",
    )


def outward(found: Range, digits: int = _DIGITS) -> tuple[Decimal, Decimal]:
    """The ends as decimals: exact where they can be, else rounded so that nothing is cut off.

    One number that no decimal holds is rounded to the nearest, twice the same.
    """
    unit = 10**digits
    if found.low == found.high:
        nearest = Decimal(round(found.low * unit)) / unit
        return nearest, nearest
    low = Decimal(math.floor(found.low * unit)) / unit
    high = Decimal(math.ceil(found.high * unit)) / unit
    return low, high


def plain(value: Decimal) -> int | float:
    """A decimal as a JSON number: whole where it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)


def show(value: Fraction) -> str:
    """A number for a sentence, to two digits behind the point."""
    return _text(round(Decimal(value.numerator) / Decimal(value.denominator), 2))


def show_range(found: Range) -> str:
    """An interval for a sentence: one number where both ends are the same."""
    low, high = outward(found, 2 if found.low >= 1 else _DIGITS)
    if found.low == found.high:
        return f"{'' if low == found.low else 'about '}{_text(low)}"
    return f"{_text(low)} to {_text(high)}"


def _text(value: Decimal) -> str:
    return f"{value.normalize():,f}"


def value_json(value: Range) -> Any:
    """What was asked, as JSON: a number, or an object with low and high."""
    low, high = map(plain, outward(value))
    return low if low == high else {"low": low, "high": high}
