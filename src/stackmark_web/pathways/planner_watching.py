"""A followed plan against the world as it is now: what is done, what comes next, what changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from stackmark_web import clock
from stackmark_web.catalogue.models import Offering
from stackmark_web.pathways import planner_words as words
from stackmark_web.pathways.held import held
from stackmark_web.pathways.planner_offers import Shelf, shelf
from stackmark_web.ui.text import day_text

DONE, RUNNING, COMING, OVER, BROKEN = "done", "running", "coming", "over", "broken"
STATES = {
    DONE: (_l("Done"), "good"),
    RUNNING: (_l("Running"), "accent"),
    COMING: (_l("To come"), "neutral"),
    OVER: (_l("Not done yet"), "warn"),
    BROKEN: (_l("No longer offered"), "bad"),
}


@dataclass(frozen=True, slots=True)
class Watched:
    """A step now: its state, what changed, and what to do about it."""

    state: str
    said: str
    warnings: tuple[str, ...]
    note: str

    @property
    def label(self) -> str:
        """The state in words."""
        return str(STATES[self.state][0])

    @property
    def tone(self) -> str:
        """Of its chip."""
        return STATES[self.state][1]


def watch(user: Any, steps: Sequence[Mapping[str, Any]]) -> list[Watched]:
    """How each step of a plan stands, by the order of the plan."""
    there = shelf()
    have = _held(user, there)
    rows = Offering.everywhere.filter(pk__in=[one["offering"] for one in steps])
    offerings = {str(one.pk): one for one in rows.select_related("achievement")}
    return [_watched(one, offerings.get(one["offering"]), have, there) for one in steps]


def next_step(rows: Sequence[Watched]) -> int | None:
    """The place of the first step that is not done; None when all are."""
    return next((place for place, one in enumerate(rows) if one.state != DONE), None)


def _held(user: Any, there: Shelf) -> set[uuid.UUID]:
    """The achievements of which a person holds some version that is in force."""
    found = (one.holding for one in held(user) if one.counts and one.holding.status == "valid")
    return {there.lineage[one.achievement] for one in found if one.achievement in there.lineage}


def _watched(
    step: Mapping[str, Any], row: Offering | None, have: set[uuid.UUID], there: Shelf
) -> Watched:
    today = clock.today()
    start, end = (dt.date.fromisoformat(step[name]) for name in ("start", "end"))
    if uuid.UUID(step["achievement"]) in have:
        return Watched(DONE, _("The credential is in your passport."), (), "")
    gone = _gone(row, today, start)
    warnings = () if row is None else tuple(_changes(step, row))
    if gone:
        return Watched(BROKEN, gone, warnings, _another(step, there))
    if start > today:
        return Watched(COMING, _coming(step, row), warnings, "")
    if end >= today:
        told = _("It runs until %(day)s.") % {"day": day_text(end)}
        return Watched(RUNNING, told, warnings, "")
    told = _("It was planned to end on %(day)s, and no credential has arrived.")
    return Watched(OVER, told % {"day": day_text(end)}, warnings, _another(step, there))


def _gone(row: Offering | None, today: dt.date, start: dt.date) -> str:
    """Why it cannot be taken any more, before it has begun."""
    if start <= today and row is not None:
        return ""
    if row is None:
        return _("This offering was taken away.")
    if row.closed_at is not None:
        return _("This offering was closed.")
    if row.achievement.retired_at is not None:
        return _("It is no longer awarded.")
    if row.apply_by is not None and row.apply_by < today:
        return _("The last day to apply was %(day)s.") % {"day": day_text(row.apply_by)}
    return ""


def _changes(step: Mapping[str, Any], row: Offering) -> list[str]:
    """What is different from the plan: price and start."""
    found = []
    cost = None if row.price is None else Decimal(row.price)
    if cost is None or cost != Decimal(str(step["cost"])) or row.currency != step["currency"]:
        now = _("not stated") if cost is None else words.money(cost, row.currency)
        was = words.money(step["cost"], step["currency"])
        found.append(_("The price changed from %(was)s to %(now)s.") % {"was": was, "now": now})
    starts = row.starts_on.isoformat() if row.starts_on else ""
    if row.closed_at is not None and dt.date.fromisoformat(step["start"]) <= clock.today():
        found.append(_("It takes no new learners any more."))
    if starts != step["starts_on"]:
        if row.starts_on:
            told = _("It now starts on %(day)s.") % {"day": day_text(row.starts_on)}
        else:
            told = _("It can now be started at any time.")
        found.append(told)
    return found


def _coming(step: Mapping[str, Any], row: Offering | None) -> str:
    day = day_text(row.starts_on if row and row.starts_on else dt.date.fromisoformat(step["start"]))
    if row is not None and row.apply_by is not None:
        known = {"day": day, "apply": day_text(row.apply_by)}
        return _("It starts on %(day)s; apply by %(apply)s.") % known
    if step["own_pace"] and not step["starts_on"]:
        return _("At your own pace; planned from %(day)s.") % {"day": day}
    return _("It starts on %(day)s.") % {"day": day}


def _another(step: Mapping[str, Any], there: Shelf) -> str:
    """The next chance to earn the same."""
    wanted = uuid.UUID(step["achievement"])
    rows = [one for one in there.offered.values() if one.taught.achievement == wanted]
    if not rows:
        return _("Nothing else is on offer for it now. Plan again to find another way.")
    first = min(rows, key=lambda one: (one.starts_on or clock.today(), str(one.pk)))
    if first.starts_on is None:
        return _("It can be started at any time; plan again to take that in.")
    return _("The next one starts on %(day)s; plan again to take it in.") % {
        "day": day_text(first.starts_on)
    }
