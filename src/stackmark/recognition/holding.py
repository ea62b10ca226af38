"""What a recognised credential counts as in an audit of the body that recognised it.

It stays what it is: issuer, level, field, kind, dates, grade, supervision and status are the
source's. So credit that was recognised never serves a residency rule, and a source that is revoked
or expired does not count, whatever was decided about it. What changes is what it stands for.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Final

from stackmark.errors import UsageError
from stackmark.model.achievement import Achievement, Credit
from stackmark.model.holding import Credits, Holding
from stackmark.recognition.decision import FULL, PARTIAL, Decision

BY: Final = "recognition"
"""The policy of credits that a decision gave."""
_RENAMED: Final = re.compile(r"#[0-9]+\Z")


def counts(decision: Decision) -> bool:
    """Whether something counts by it: one under conditions does so only when decided anew."""
    return decision.verdict in (FULL, PARTIAL)


def recognised(holding: Holding, decision: Decision, wanted: Achievement | None = None) -> Holding:
    """The holding as the decision lets it count.

    In full: it stands for the target, with the credit of the decision, else of the target. In
    part: it stays its own achievement, with the credit that was recognised and none of its skills
    but those of the recognised outcomes. ``wanted`` is the target's descriptor: from it come the
    skills; without it a full recognition adds none and a partial one leaves none.

    Raises ``UsageError`` ``recognition.other-source`` for a decision about something else and
    ``recognition.not-counted`` for one by which nothing counts.
    """
    _same(holding, decision)
    if not counts(decision):
        raise UsageError(
            "recognition.not-counted",
            f"By a verdict of {decision.verdict} nothing counts until it is decided anew.",
        )
    if decision.verdict == PARTIAL:
        skills = _skills(wanted, decision.outcomes)
        return replace(holding, credits=_credits(decision.credit), skills=skills)
    whole = decision.comparison.credit if decision.comparison else None
    return replace(
        holding,
        achievement=decision.target,
        title=decision.target_name or holding.title,
        credits=_credits(decision.credit or whole) or holding.credits,
        skills=tuple(dict.fromkeys((*holding.skills, *_skills(wanted, None)))),
    )


def _same(holding: Holding, decision: Decision) -> None:
    source = decision.source
    named = source.id in (holding.id, _RENAMED.sub("", holding.id))
    if not named or (source.issuer and source.issuer != holding.issuer):
        raise UsageError(
            "recognition.other-source",
            f"The decision is about {source.id}, not about {holding.id}.",
        )


def _credits(credit: Credit | None) -> Credits | None:
    if credit is None or credit.value is None:
        return None
    unit = credit.unit_name if credit.unit == "other" else credit.unit
    return Credits(Fraction(credit.value), Fraction(credit.value), unit, BY)


def _skills(wanted: Achievement | None, outcomes: tuple[str, ...] | None) -> tuple[str, ...]:
    """The skills of the outcomes named; of all outcomes for ``None``."""
    found: dict[str, None] = {}
    for one in wanted.outcomes if wanted else ():
        if outcomes is None or wanted is None or wanted.say(one.statement) in outcomes:
            found |= dict.fromkeys(each.uri for each in one.skills if each.uri)
    return tuple(found)
