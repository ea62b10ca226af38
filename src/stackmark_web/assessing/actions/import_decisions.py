"""From imported attempts to decisions and credentials: each an act of a person, none by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.assessing import awarding_from, plans
from stackmark_web.assessing.actions._facts import Problem, note, permit, words
from stackmark_web.assessing.actions.importing import Bars, locked
from stackmark_web.assessing.models import Attempt, AttemptImport, Decision
from stackmark_web.tenancy.permissions import Permission

_BATCH: Final = 500


def decidable(found: AttemptImport) -> list[tuple[Attempt, bool]]:
    """The attempts of an import that can be decided, each with whether it passes.

    They count, have a total and a cut, and a score for every component that needs something by
    itself; where such a score is missing it cannot be told.
    """
    rows = Attempt.everywhere.filter(
        source=found,
        purpose__in=(Attempt.Purpose.FIRST, Attempt.Purpose.RESIT),
        state=Attempt.State.SUBMITTED,
        total__isnull=False,
        cut__isnull=False,
    ).select_related("organisation", "achievement")
    bars = Bars(found.version)
    told = [(one, _passes(one, bars.at(one.sat_on).components)) for one in rows.order_by("total")]
    return [(one, passed) for one, passed in told if passed is not None]


def _passes(one: Attempt, least: Mapping[str, float]) -> bool | None:
    short = [one.scores[name] < bar for name, bar in least.items() if name in one.scores]
    if one.total < one.cut or any(short):
        return False
    return True if len(short) == len(least) else None


@transaction.atomic
def decide(
    found: AttemptImport, *, actor: Any, feedback: str = "", seen: bool = False
) -> tuple[int, int]:
    """Confirm pass or not by the cut in force on the day, for all of them; nothing is awarded.

    A person does this, who has ``seen`` the list and writes what those who did not pass are told.
    Gives how many passed and how many did not.
    """
    if actor is None:
        raise Problem("", _("A person decides."))
    permit(actor, found.organisation, Permission.ASSESS)
    found = locked(found, AttemptImport.State.DONE)
    told = decidable(found)
    _check_decision(told, feedback, seen=seen)
    now, rows = clock.now(), []
    for one, passed in told:
        one.passed, one.state = passed, Attempt.State.DECIDED
        rows.append(one)
    Attempt.everywhere.bulk_update(rows, ["passed", "state"], batch_size=_BATCH)
    days = plans.setup_of(found.achievement).appeal_days
    text = words("feedback", feedback)
    made = [_decision(one, actor, now, now + dt.timedelta(days=days), text) for one in rows]
    Decision.everywhere.bulk_create(made, batch_size=_BATCH)
    passed = sum(bool(one.passed) for one in rows)
    note(
        "results.decided",
        found,
        actor=actor,
        organisation=found.organisation,
        label=found.version.title,
        after={"passed": passed, "failed": len(rows) - passed},
    )
    return passed, len(rows) - passed


def _check_decision(told: list[tuple[Attempt, bool]], feedback: str, *, seen: bool) -> None:
    if not told:
        raise Problem("", _("There is nothing to decide: no attempt with a total and a cut."))
    if all(passed for _one, passed in told):
        return
    if not seen:
        raise Problem("seen", _("Look at the list before you confirm a “not passed”."))
    if not feedback.strip():
        raise Problem("feedback", _("Tell those who did not pass what they can do now."))


def _decision(
    one: Attempt, actor: Any, now: dt.datetime, appeal_by: dt.datetime, feedback: str
) -> Decision:
    return Decision(
        organisation=one.organisation,
        attempt=one,
        outcome=Decision.Outcome.PASSED if one.passed else Decision.Outcome.FAILED,
        basis=Decision.Basis.ONE,
        scores=one.scores,
        total=one.total,
        cut=one.cut,
        feedback="" if one.passed else feedback,
        proposed_at=now,
        confirmed_by=actor,
        confirmed_at=now,
        appeal_by=appeal_by,
    )


def awardable(found: AttemptImport) -> Any:
    """Decisions of an import that somebody passed and that were not awarded yet."""
    return Decision.everywhere.filter(
        attempt__source=found,
        is_current=True,
        outcome=Decision.Outcome.PASSED,
        confirmed_at__isnull=False,
        award__isnull=True,
        attempt__application__isnull=False,
    ).exclude(attempt__application__email="")


def award_passed(found: AttemptImport, *, actor: Any) -> tuple[int, list[str]]:
    """Award those who passed, one by one; gives how many, and why others were not."""
    permit(actor, found.organisation, Permission.ASSESS)
    made, refused = 0, []
    for decision in awardable(found).select_related("attempt__application", "organisation"):
        try:
            awarding_from.award_for(decision, actor=actor)
        except StackmarkError as error:
            refused.append(error.detail)
        else:
            made += 1
    note(
        "results.awarded",
        found,
        actor=actor,
        organisation=found.organisation,
        label=found.version.title,
        after={"awarded": made, "refused": len(refused)},
    )
    return made, list(dict.fromkeys(refused))[:5]
