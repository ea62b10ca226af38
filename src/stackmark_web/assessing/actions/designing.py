"""Changes to how an achievement's assessing is run; none of them needs a new version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark_web.assessing import plans
from stackmark_web.assessing.models import Setup
from stackmark_web.assessing.refusing import Problem, words
from stackmark_web.audit.actions import record
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

FIELDS: Final = (
    *("takes_applications", "accepts_by_itself", "is_blind", "second_share", "second_least"),
    *("seconds_near_cut", "publishes_assessor", "appeal_days", "marking_days", "resit_wait_days"),
    *("keep_months", "guidance"),
)
LEAST_SHARE: Final = 10  # percent marked twice; below it agreement is hardly seen


@transaction.atomic
def save_setup(achievement: Any, *, actor: Any, values: Mapping[str, Any]) -> Setup:
    """Keep how assessing is run; names outside ``FIELDS`` are ignored. Raises ``Problem``."""
    if actor is not None:
        require(actor, Permission.DESIGN, achievement.organisation)
    row = Setup.everywhere.select_for_update().filter(achievement=achievement).first()
    row = row or plans.setup_of(achievement)
    before = {name: getattr(row, name) for name in FIELDS}
    for name in FIELDS:
        if name in values:
            setattr(row, name, values[name])
    row.guidance = words("guidance", row.guidance)
    _check(achievement, row)
    row.save()
    after = {name: getattr(row, name) for name in FIELDS}
    changed = {name for name in FIELDS if before[name] != after[name]}
    record(
        "assessment.set-up",
        actor=actor,
        target=row,
        organisation=achievement.organisation,
        before={name: before[name] for name in changed - {"guidance"}},
        after={name: after[name] for name in changed - {"guidance"}} | _guided(changed),
        label=str(achievement),
    )
    return row


def _guided(changed: set[str]) -> dict[str, bool]:
    """That the guidance was changed; its words are no business of the trail."""
    return {"guidance": True} if "guidance" in changed else {}


def _check(achievement: Any, row: Setup) -> None:
    if not LEAST_SHARE <= row.second_share <= 100:
        raise Problem("second_share", _("From 10 to 100 percent are marked twice."))
    if row.appeal_days < 1:
        raise Problem("appeal_days", _("A learner needs a day at least to appeal."))
    ready = achievement.current is not None and plans.is_assessable(achievement.current)
    if row.takes_applications and not ready:
        raise Problem(
            "takes_applications",
            _("Publish a version with an assessment plan first; nobody could be assessed yet."),
        )
