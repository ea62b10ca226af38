"""Whether stated credit and stated hours fit each other."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackmark.credit.numbers import outward, plain, show, show_range
from stackmark.credit.policies import CEU, HOURS, Policy, Range, of_country, policies, unit
from stackmark.model.achievement import Credit, Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursCheck:
    """What came of comparing credit with hours.

    ``outcome`` is ``agrees`` (the stated hours lie in the scheme's range), ``partly`` (some of
    them do), ``disagrees`` (none does) or ``could-not-tell`` (no range is known). ``per_credit``
    is stated hours by stated credit, ``allowed`` the scheme's range; ``allowed_high`` is ``None``
    where the scheme names a minimum only. ``policy`` is whose range it is.
    """

    outcome: str
    reason: str
    sentence: str
    per_credit: Range | None = None
    allowed_low: Fraction | None = None
    allowed_high: Fraction | None = None
    policy: str = ""
    source: str = ""

    def to_json(self) -> dict[str, Any]:
        """As JSON, numbers rounded outwards."""
        per = [*map(plain, outward(self.per_credit))] if self.per_credit else None
        ends = (self.allowed_low, self.allowed_high)
        return {
            "outcome": self.outcome,
            "reason": self.reason,
            "sentence": self.sentence,
            "hours_per_credit": per,
            "allowed": [None if end is None else float(end) for end in ends],
            "policy": self.policy,
            "source": self.source,
        }


def check_hours(credit: Credit, workload: Workload, *, country: str = "") -> HoursCheck:
    """Compare the hours of learning with the credit.

    ECTS: 25 to 30 hours a credit (ECTS Users' Guide 2015); an issuer in the United Kingdom
    (``country`` GB) may have 20, as follows from its 2 to 1 rule. A US credit has a minimum only.
    """
    hours = Range(Fraction(workload.low or 0), Fraction(workload.high or 0))
    value = Fraction(credit.value or 0)
    if not value or credit.unit not in (*policies()[HOURS].per, CEU):
        return _untold(credit)
    if credit.unit == CEU:
        return _contact(value, hours)
    per = Range(hours.low / value, hours.high / value)
    rules = [policies()[HOURS]]
    if country == "GB" and credit.unit == "ects":
        rules.append(of_country("GB"))
    answers = [_judge(per, hours, credit, rule) for rule in rules]
    order = ("agrees", "partly", "disagrees")
    return min(answers, key=lambda one: order.index(one.outcome))


def _untold(credit: Credit) -> HoursCheck:
    named = credit.unit_name or credit.unit or "unit"
    return HoursCheck(
        outcome="could-not-tell",
        reason="credit.no-factor",
        sentence=f"No range of hours is known for this credit ({named}), or it is 0.",
    )


def _judge(per: Range, hours: Range, credit: Credit, rule: Policy) -> HoursCheck:
    row = rule.per[credit.unit]
    high = None if row.least else row.hours.high
    fits = per.low >= row.hours.low and (high is None or per.high <= high)
    touches = per.high >= row.hours.low and (high is None or per.low <= high)
    outcome = "agrees" if fits else "partly" if touches else "disagrees"
    limits = f"at least {show(row.hours.low)}" if row.least else show_range(row.hours)
    stated = f"{show_range(hours)} hours for {_credits(credit)}"
    verdict = {
        "agrees": "which fits",
        "partly": "which lies partly outside",
        "disagrees": "which lies outside",
    }[outcome]
    return HoursCheck(
        outcome=outcome,
        reason=f"credit.hours-{outcome}",
        sentence=f"{stated} is {show_range(per)} hours a credit, {verdict} the scheme's {limits}.",
        per_credit=per,
        allowed_low=row.hours.low,
        allowed_high=high,
        policy=rule.id,
        source=row.source,
    )


def _contact(value: Fraction, hours: Range) -> HoursCheck:
    """CEU count contact hours: the hours in all can be more, never fewer."""
    least = value * 10
    fits = hours.high >= least
    told = "which can be" if fits else "fewer than the contact hours alone"
    return HoursCheck(
        outcome="agrees" if fits else "disagrees",
        reason="credit.hours-agrees" if fits else "credit.hours-disagrees",
        sentence=f"{show(value)} CEU are {show(least)} contact hours; {show_range(hours)} hours of "
        f"learning in all are stated, {told}.",
        per_credit=Range(hours.low / value, hours.high / value),
        allowed_low=Fraction(10),
        policy="iacet-ceu",
        source=policies()["iacet-ceu"].source,
    )


def _credits(credit: Credit) -> str:
    value = Fraction(credit.value or 0)
    return f"{show(value)} {unit(credit.unit).one if value == 1 else unit(credit.unit).many}"
