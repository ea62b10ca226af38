"""The credential that comes of a decision: results, achieved levels, sealed evidence, assessor.

An assessor need not hold the right to award: passing is the right, checked where the decision was
confirmed. The award is made by the system in the decision's name, once: its id is drawn from the
decision, so that a signer that was away, a crash or two workers at once end in one credential.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError, UsageError
from stackmark_web.assessing import artefacts, plans
from stackmark_web.assessing.models import Artefact, Attempt, Decision
from stackmark_web.audit.actions import record
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding.models import Award

BATCH: Final = 100
SEALED: Final = (Artefact.State.KEPT, Artefact.State.REENCODED)
_LOG: Final = logging.getLogger(__name__)


def award_for(decision: Decision, *, actor: Any = None) -> Award:
    """The credential of a confirmed pass; asked twice it is the same one.

    ``actor`` is who confirmed, for the trail. Raises what keeps it from being made or signed
    (``StackmarkError``); then the duty tries again.
    """
    check(decision)
    award = decision.award or _made(decision, actor)
    if award.state in (Award.State.DRAFT, Award.State.SCHEDULED):
        awarding.offer(award, via="assessing")
    return award


def check(decision: Decision) -> None:
    """Only a confirmed, present pass of an attempt that counts earns anything."""
    attempt = Attempt.everywhere.get(pk=decision.attempt_id)  # as it is now
    earns = (
        decision.is_current
        and decision.confirmed_at is not None
        and decision.outcome == Decision.Outcome.PASSED
        and attempt.state == Attempt.State.DECIDED
        and attempt.purpose in (Attempt.Purpose.FIRST, Attempt.Purpose.RESIT)
    )
    if not earns:
        raise UsageError(
            "assessing.no-award", _("Only a confirmed pass of a counting attempt is awarded.")
        )


def _made(decision: Decision, actor: Any) -> Award:
    """The award of this decision, made now or found."""
    attempt = decision.attempt
    try:
        award = awarding.create_award(
            attempt.version,
            actor=None,
            organisation=attempt.organisation,
            **recipient_of(attempt),
            evidence=evidence_of(attempt),
            again=True,
            nonce=f"decision {decision.pk}",
            via="assessing",
            **extras_of(decision),
        )
    except awarding.UsedBefore as error:  # name or address changed since: the first one counts
        award = error.existing
    _note(decision, award, actor)
    decision.award = award
    return award


@transaction.atomic
def _note(decision: Decision, award: Award, actor: Any) -> None:
    """Which award came of the decision, and by whose confirmation."""
    if not Decision.everywhere.filter(pk=decision.pk, award=None).update(award=award):
        return
    record(
        "decision.awarded",
        actor=actor,
        target=decision.attempt,
        organisation=decision.organisation,
        via="assessing",
        label=decision.attempt.version.title,
    )


def recipient_of(attempt: Attempt) -> dict[str, Any]:
    """Whom it is for: the person as they are now, else as they applied."""
    learner, application = attempt.learner, attempt.application
    return {
        "recipient_email": getattr(learner, "email", "") or getattr(application, "email", ""),
        "recipient_name": getattr(application, "name", "") or getattr(learner, "name", ""),
        "locale": getattr(learner, "locale", "") or "",
    }


# -- what stands inside ---------------------------------------------------------------------


def extras_of(decision: Decision) -> dict[str, Any]:
    """Results, sealed artefacts, and who assessed where that is published."""
    found: dict[str, Any] = {
        "results": results_of(decision),
        "related": related_of(decision.attempt),
    }
    if plans.setup_of(decision.attempt.achievement).publishes_assessor and decision.confirmed_by:
        found["assessor"] = {"name": str(decision.confirmed_by)}
    return found


def results_of(decision: Decision) -> list[dict[str, str]]:
    """The total, each component, each criterion with its level, by the ids of the plan."""
    found = [_result(decision.total)] if decision.total is not None else []
    plan = plans.plan_of(decision.attempt.version)
    for component in plan.components if plan else ():
        score = decision.scores.get(component.id)
        if score is not None:
            found.append(_result(score, component=component.id))
        chosen = decision.levels.get(component.id, {})
        found += [
            _achieved(component.id, each, chosen[each.id])
            for each in component.criteria
            if chosen.get(each.id)
        ]
    return found


def _result(score: float, **of: str) -> dict[str, str]:
    return {**of, "value": number(score), "status": "Completed"}


def _achieved(component: str, criterion: Any, level: str) -> dict[str, str]:
    points = next((one.points for one in criterion.levels if one.id == level), None)
    return {
        "component": component,
        "criterion": criterion.id,
        "level": level,
        "value": "" if points is None else f"{points:f}",
        "status": "Completed",
    }


def number(score: float) -> str:
    """A score as it stands in the credential: two decimals at most, rounded for reading only."""
    return f"{score:.2f}".rstrip("0").rstrip(".")


def evidence_of(attempt: Attempt) -> list[dict[str, str]]:
    """One entry for each thing handed in, by its lasting address."""
    return [
        {"url": artefacts.public_url(one), "name": shown_name(one), "text": ""}
        for one in sealed(attempt)
    ]


def related_of(attempt: Attempt) -> list[dict[str, str]]:
    """The digest of each, so that later loss or change shows."""
    return [
        {
            "url": artefacts.public_url(one),
            "sha256": one.sha256,
            "media_type": one.media_type or "application/octet-stream",
            "name": shown_name(one),
        }
        for one in sealed(attempt)
    ]


def sealed(attempt: Attempt) -> list[Artefact]:
    """What was marked: nothing refused, erased or still in quarantine."""
    return list(attempt.artefacts.filter(state__in=SEALED))


def shown_name(artefact: Artefact) -> str:
    """How it is called in the credential."""
    return artefact.name or artefact.url[:300] or str(artefact.get_kind_display())


# -- later ------------------------------------------------------------------------------------


def waiting() -> list[Decision]:
    """Confirmed passes without a signed credential."""
    rows = Decision.everywhere.filter(
        is_current=True,
        confirmed_at__isnull=False,
        outcome=Decision.Outcome.PASSED,
        attempt__state=Attempt.State.DECIDED,
        attempt__source=None,
        attempt__purpose__in=(Attempt.Purpose.FIRST, Attempt.Purpose.RESIT),
    )
    unsigned = rows.filter(award=None) | rows.filter(award__signed=None)
    return list(
        unsigned.select_related("attempt__version", "attempt__organisation", "award").order_by(
            "confirmed_at"
        )[:BATCH]
    )


def award_waiting() -> int:
    """Award what was decided while nothing could be signed; how many."""
    return sum(_tried(one) for one in waiting())


def _tried(decision: Decision) -> bool:
    try:
        award_for(decision)
    except StackmarkError as error:
        _LOG.warning("decision %s could not be awarded: %s", decision.pk, error.reason)
        return False
    return True
