"""Credit from one unit into another: an interval, and the one policy that gave it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NoReturn

from stackmark.credit.numbers import amount, outward, plain, show_range, value_json
from stackmark.credit.policies import (
    CEU,
    CONTACT,
    HOURS,
    Policy,
    Range,
    default_for,
    policy,
    unit,
)
from stackmark.errors import CheckFailed

_TENTH: Final = Fraction(1, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """An answer: between ``low`` and ``high`` of ``to``, says ``policy``.

    ``value`` and ``unit`` are what was asked. ``official`` is true when the body that owns the
    scheme, or a law, states the rule. ``source`` names where it is stated.
    """

    value: Range
    unit: str
    to: str
    low: Fraction
    high: Fraction
    policy: str
    official: bool
    source: str
    sentence: str

    @property
    def found(self) -> Range:
        """The answer as an interval."""
        return Range(self.low, self.high)

    def to_json(self) -> dict[str, Any]:
        """As ``stackmark credits --json`` prints it; ends are rounded outwards to 6 digits."""
        low, high = outward(self.found)
        return {
            "from": {"value": value_json(self.value), "unit": self.unit},
            "to": self.to,
            "low": plain(low),
            "high": plain(high),
            "policy": self.policy,
            "official": self.official,
            "source": self.source,
            "sentence": self.sentence,
        }


def convert(
    value: Range | Decimal | Fraction | int | tuple[Any, Any],
    from_unit: str,
    to: str,
    *,
    by: str = "",
    total_hours: Range | Decimal | Fraction | int | tuple[Any, Any] | None = None,
) -> Conversion:
    """``value`` (one number, or low and high) of ``from_unit`` in the unit ``to``.

    ``by`` is the id of a policy; without it the pair's convention is taken, else the hours.
    ``total_hours`` are the hours of learning in all that an issuer of CEU states: with them, and
    only with them, CEU become credit, by these hours and not by the CEU.

    Raises ``UsageError`` ``usage.unit``, ``usage.policy``, ``usage.number`` for what cannot be
    asked, and ``CheckFailed`` ``credit.no-factor``, ``credit.contact-hours`` or
    ``credit.out-of-range`` where the policy has no answer.
    """
    asked = amount(value)
    unit(from_unit), unit(to)
    named = policy(by) if by else None
    if from_unit == to:
        return _same(asked, to, named)
    if unit(from_unit).measures == "contact" and total_hours is not None:
        return _by_stated_hours(asked, from_unit, to, amount(total_hours), named)
    used = named or default_for(from_unit, to)
    return _by(used, asked, from_unit, to)


def _by(used: Policy, asked: Range, from_unit: str, to: str) -> Conversion:
    if unit(from_unit).measures != unit(to).measures:
        _refuse_contact(from_unit, to)
    if used.kind == "ratio" and (from_unit, to) in used.ratios:
        return _ratio(used, asked, from_unit, to)
    if not {from_unit, to} <= used.units or used.kind == "ratio":
        raise CheckFailed(
            "credit.no-factor",
            f"The policy {used.id} has no factor from {unit(from_unit).many} to {unit(to).many}, "
            "and two policies are never chained.",
        )
    return {"ranges": _ranges, "ceu": _ceu, "hours": _hours}[used.kind](used, asked, from_unit, to)


def _refuse_contact(from_unit: str, to: str) -> NoReturn:
    way = (
        "Give the total hours that the issuer states."
        if unit(from_unit).measures == "contact"
        else "State the contact hours."
    )
    raise CheckFailed(
        "credit.contact-hours",
        f"There is no factor from {unit(from_unit).many} to {unit(to).many}: 1 CEU is 10 contact "
        f"hours, and contact hours are not hours of learning in all. {way}",
    )


def _same(asked: Range, to: str, named: Policy | None) -> Conversion:
    if named is not None and to not in named.units:
        raise CheckFailed(
            "credit.no-factor", f"The policy {named.id} does not speak of {unit(to).many}."
        )
    return Conversion(
        value=asked,
        unit=to,
        to=to,
        low=asked.low,
        high=asked.high,
        policy=named.id if named else "same-unit",
        official=True,
        source=named.source if named else "the same unit",
        sentence=f"{_say(asked, to)} stay what they are.",
    )


def _ratio(used: Policy, asked: Range, from_unit: str, to: str) -> Conversion:
    factor = used.ratios[from_unit, to]
    found = Range(asked.low * factor, asked.high * factor)
    give, get = (1 / factor, Fraction(1)) if factor < 1 else (Fraction(1), factor)
    rule = f"{_say(Range(give, give), from_unit)} to {_say(Range(get, get), to)}"
    return _answer(used, asked, from_unit, to, found, f"by convention, {rule}")


def _ranges(used: Policy, asked: Range, from_unit: str, to: str) -> Conversion:
    """A framework that calls two intervals equal says nothing of the points within them."""
    own, found = used.ranges[from_unit], used.ranges[to]
    if asked not in own:
        raise CheckFailed(
            "credit.out-of-range",
            f"The policy {used.id} speaks of {_say(own, from_unit)} only, "
            f"not of {show_range(asked)}.",
        )
    why = f"as {used.id} calls {_say(own, from_unit)} and {_say(found, to)} the same size"
    return _answer(used, asked, from_unit, to, found, why)


def _ceu(used: Policy, asked: Range, from_unit: str, to: str) -> Conversion:
    found = (
        Range(_tenths(asked.low / 10), _tenths(asked.high / 10))
        if from_unit == CONTACT
        else Range(asked.low * 10, asked.high * 10)
    )
    return _answer(used, asked, from_unit, to, found, f"as {used.title}")


def _hours(used: Policy, asked: Range, from_unit: str, to: str) -> Conversion:
    give, get = used.per[from_unit], used.per[to]
    found = Range(
        asked.low * give.hours.low / get.hours.high, asked.high * give.hours.high / get.hours.low
    )
    rows = [(code, row) for code, row in ((from_unit, give), (to, get)) if code != HOURS]
    why = "; ".join(
        f"1 {unit(code).one} is {'at least ' if row.least else ''}{show_range(row.hours)} hours"
        for code, row in rows
    )
    sources = (row.source for _, row in rows)
    # Between two schemes the hours are our bridge: no body states the result.
    official = len(rows) == 1 and rows[0][1].official
    return replace(
        _answer(used, asked, from_unit, to, found, f"by hours: {why}"),
        source=". ".join(sources),
        official=official,
    )


def _by_stated_hours(
    asked: Range, from_unit: str, to: str, hours: Range, named: Policy | None
) -> Conversion:
    if unit(to).measures == "contact":
        return _by(named or default_for(from_unit, to), asked, from_unit, to)
    contact = asked.low * (10 if from_unit == CEU else 1)
    if hours.high < contact:
        raise CheckFailed(
            "credit.hours-conflict",
            f"{_say(asked, from_unit)} are at least {show_range(Range(contact, contact))} contact "
            f"hours; {show_range(hours)} hours in all cannot hold them.",
        )
    used = named or default_for(HOURS, to)
    inner = _same(hours, HOURS, used) if to == HOURS else _by(used, hours, HOURS, to)
    told = f"Taken from the total hours that were stated, not from the {unit(from_unit).many}."
    return replace(
        inner,
        value=asked,
        unit=from_unit,
        official=False,
        sentence=f"{told} {inner.sentence}",
    )


def _answer(
    used: Policy, asked: Range, from_unit: str, to: str, found: Range, why: str
) -> Conversion:
    verb = "is" if asked == Range(Fraction(1), Fraction(1)) else "are"
    return Conversion(
        value=asked,
        unit=from_unit,
        to=to,
        low=found.low,
        high=found.high,
        policy=used.id,
        official=used.official,
        source=used.source,
        sentence=f"{_say(asked, from_unit)} {verb} {_say(found, to)}, {why}.",
    )


def ceu_of(contact_hours: Decimal | Fraction | int) -> Decimal:
    """CEU of contact hours: a tenth of them, rounded to tenths (half a tenth up).

    Source: IACET, definition of the CEU. Raises ``UsageError`` ``usage.number``.
    """
    found = _tenths(amount(contact_hours).low / 10)
    return Decimal(found.numerator) / Decimal(found.denominator)


def _tenths(value: Fraction) -> Fraction:
    return (value / _TENTH + Fraction(1, 2)) // 1 * _TENTH


def _say(value: Range, code: str) -> str:
    one = value == Range(Fraction(1), Fraction(1))
    return f"{show_range(value)} {unit(code).one if one else unit(code).many}"
