"""A micro-certification lasts a while and is renewed by continuing credits earned meanwhile."""

from __future__ import annotations

import calendar
import datetime as dt
from fractions import Fraction
from typing import Any, Final

from stackmark.stacking.parse import read_rules
from stackmark.stacking.rules import Rules
from stackmark_web import clock
from stackmark_web.pathways.addresses import version_url
from stackmark_web.pathways.models import Completion, PathwayVersion

RENEWAL: Final = "#renewal"
WINDOW: Final = dt.timedelta(days=90)
"""So long before the end, and at any time after it, continuing credits renew."""


def renews(version: PathwayVersion) -> bool:
    """Whether it ends by itself and continuing credits make it last."""
    return bool(version.renewal_months and version.continuing_credits)


def valid_until(version: PathwayVersion, day: dt.date) -> dt.datetime | None:
    """The end of what is awarded on a day; ``None`` where it never ends."""
    if not version.renewal_months:
        return None
    number = day.year * 12 + day.month - 1 + version.renewal_months
    year, month = divmod(number, 12)
    last = calendar.monthrange(year, month + 1)[1]
    end = dt.date(year, month + 1, min(day.day, last))
    return dt.datetime.combine(end, dt.time(23, 59, 59), dt.UTC)


def renewal_rules(version: PathwayVersion) -> dict[str, Any]:
    """What renewing asks for, in the requirement language."""
    needed = Fraction(version.continuing_credits or 0)
    months = version.renewal_months or 0
    # Ages are told in quarters of a year; of other times ``since`` alone sees to it.
    young = {"max_age_years": months / 12} if months and months % 3 == 0 else {}
    return {
        "version": "1",
        "id": f"{version_url(version)}{RENEWAL}",
        "title": f"{version.title}: renewal",
        "issuer": version.rules.get("issuer", ""),
        "unit": version.rules.get("unit", "ects"),
        "rule": {
            "id": "continuing",
            "title": "Continuing credits since it was last awarded",
            "credits": {
                "min": int(needed) if needed.denominator == 1 else float(needed),
                "select": young,
            },
        },
    }


def rules_for_renewal(version: PathwayVersion) -> Rules:
    """The same, read."""
    return read_rules(renewal_rules(version))


def is_open(completion: Completion) -> bool:
    """Whether the time to renew what came of a completion has begun."""
    award = completion.award
    if award is None or award.valid_until is None or not renews(completion.version):
        return False
    return clock.now() >= award.valid_until - WINDOW


def since(completion: Completion) -> dt.date:
    """Continuing credits count that were awarded after this day."""
    award = completion.award
    return award.valid_from.date() if award is not None else completion.completed_on
