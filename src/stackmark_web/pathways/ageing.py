"""Tell learners in time what stops counting, once for each day on which something does.

An audit is made anew at least every ``auditing.LOOK`` days, and that is when it is told.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.conf import settings
from django.utils.translation import ngettext, override

from stackmark_web.pathways import letters
from stackmark_web.pathways.models import Completion, Following

SOON: Final = dt.timedelta(days=60)


def tell(following: Following, audit: dict[str, Any]) -> None:
    """A letter for each day within 60 on which something of theirs stops counting."""
    today = dt.date.fromisoformat(audit["at"])
    days = ends_of(audit, today, today + SOON)
    over = (Completion.State.AWARDED, Completion.State.RENEWED)
    if not days or following.completions.filter(state__in=over).exists():
        return
    for day, held in days.items():
        with override(following.user.locale or settings.LANGUAGE_CODE):
            reason = _count(len(held))
        letters.write(
            following, "pathway-ageing", key=f"{following.pk}:{day}", reason=reason, when=day
        )


def _count(number: int) -> str:
    told = ngettext("%(count)d credential", "%(count)d credentials", number)
    return told % {"count": number}


def ends_of(audit: dict[str, Any], first: dt.date, last: dt.date) -> dict[dt.date, set[str]]:
    """Day → the holdings that count up to and with that day."""
    found: dict[dt.date, set[str]] = {}
    for one in audit.get("ageing", ()):
        day = dt.date.fromisoformat(one["until"])
        if first <= day <= last:
            found.setdefault(day, set()).add(one["holding"])
    return found
