"""Numbers as text: xsd lexical forms of JSON-LD (to RDF 8.2) and ECMAScript's (JCS)."""

from __future__ import annotations

from typing import Any, Final

_INTEGER_LIMIT: Final = 1e21  # JSON-LD 1.1 API, Data Round Tripping: from here on, double form


def is_double(value: Any) -> bool:
    """Whether JSON-LD treats the number as xsd:double rather than xsd:integer."""
    if value.__class__ is int:
        return not -_INTEGER_LIMIT < value < _INTEGER_LIMIT
    return bool(value % 1 != 0) or not -_INTEGER_LIMIT < value < _INTEGER_LIMIT


def integer_form(value: float) -> str:
    """Canonical xsd:integer."""
    return str(int(value))


def double_form(value: float) -> str:
    """Canonical xsd:double with at most 15 digits after the point (``%1.15E``, zeros cut)."""
    mantissa, _, exponent = f"{float(value):.15E}".partition("E")
    mantissa = mantissa.rstrip("0")
    if mantissa.endswith("."):
        mantissa += "0"
    return f"{mantissa}E{int(exponent)}"


def ecmascript(value: Any) -> str:
    """A number as ECMAScript's ``Number::toString`` writes it (RFC 8785 section 3.2.2.3)."""
    if value.__class__ is int and -(2**53) <= value <= 2**53:
        return str(value)
    number = float(value)
    if number == 0:
        return "0"
    sign, number = ("-", -number) if number < 0 else ("", number)
    mantissa, _, exponent = f"{number!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + ("" if fraction == "0" else fraction)
    point = len(whole) + int(exponent or 0)
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    digits = stripped.rstrip("0")
    return sign + _place_point(digits, point)


def _place_point(digits: str, point: int) -> str:
    """ECMA-262 section 6.1.6.1.20 with n = ``point`` and k = ``len(digits)``."""
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    exponent = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return (digits if count == 1 else f"{digits[0]}.{digits[1:]}") + exponent
