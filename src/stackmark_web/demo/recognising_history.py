"""What was sent to be recognised: one decided in part, one refused and appealed, two that wait.

The one that waits at Northfield for what Lena's was decided about shows its precedent.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from stackmark_web import clock
from stackmark_web.awarding import publishing
from stackmark_web.awarding.models import StatusList
from stackmark_web.demo.founding import owner_of
from stackmark_web.passport import queries as passport
from stackmark_web.passport.models import Holding
from stackmark_web.recognising import drafts
from stackmark_web.recognising.actions import (
    appealing,
    deciding,
    evaluating,
    policies,
    requesting,
)
from stackmark_web.recognising.models import Decision, Request, Source

_ROUTE: Final = "Write to the registrar, or appeal on the page of the decision."
_DATA: Final = "Manage research data over its whole life"
_OPEN: Final = ("northfield", "harbour-skills", "guild-of-assurance")


def requests(
    versions: dict[str, Any], cast: dict[str, Any], houses: dict[str, Any], *, today: datetime
) -> int:
    """Policies, and requests in four states; how many requests there are."""
    for slug in _OPEN:
        policies.save(
            houses[slug],
            actor=owner_of(slug, cast),
            default="policy",
            appeal_route=_ROUTE if slug == "northfield" else "",
            via="demo",
        )
    with clock.at(today - timedelta(days=31)):
        for one in StatusList.everywhere.all():
            publishing.try_publish(one.pk)  # so that what is sent can be checked
    made = [
        _in_part(versions, cast, houses["northfield"], today),
        _appealed(versions, cast, houses["northfield"], today),
        _waiting(versions, cast, houses["northfield"], today),
        _elsewhere(versions, cast, houses["guild-of-assurance"], today),
    ]
    return len([one for one in made if one is not None])


def _in_part(versions: Any, cast: Any, place: Any, today: datetime) -> Request | None:
    """Lena's certificate of the Guild counts for half of a module."""
    sent = _sent(
        cast["lena"],
        place,
        versions["privacy-officer"],
        versions["research-integrity"],
        at=today - timedelta(days=30),
        note="I passed the oral on a research register.",
    )
    if sent is not None:
        _decided(
            sent,
            cast["rhea"],
            at=today - timedelta(days=12),
            verdict="partial",
            row=("profile", "It examines data protection; research ethics is no part of it."),
            reasons="Data management is covered in full. Protecting participants is not examined.",
            outcomes=[_DATA],
            credit={"value": "1", "unit": "ects"},
        )
    return sent


def _appealed(versions: Any, cast: Any, place: Any, today: datetime) -> Request | None:
    """A badge that is too small, and its holder does not agree."""
    version = versions["workplace-coach"]
    learner = _holder(version, cast)
    sent = _sent(
        learner, place, version, versions["research-integrity"], at=today - timedelta(days=28)
    )
    if sent is not None:
        made = _decided(
            sent,
            cast["rhea"],
            at=today - timedelta(days=15),
            verdict="refused",
            row=("outcomes", "None of its outcomes is about research."),
            reasons="It prepares for coaching at work, and neither outcome of the module is met.",
        )
        with clock.at(today - timedelta(days=4)):
            appealing.appeal(
                made,
                actor=learner,
                text="My portfolio was a study of how apprentices learn, with consent forms.",
                via="demo",
            )
    return sent


def _waiting(versions: Any, cast: Any, place: Any, today: datetime) -> Request | None:
    version = versions["privacy-officer"]
    return _sent(
        _holder(version, cast),
        place,
        version,
        versions["research-integrity"],
        at=today - timedelta(days=6),
    )


def _elsewhere(versions: Any, cast: Any, place: Any, today: datetime) -> Request | None:
    """Lena waits for the Guild."""
    return _sent(
        cast["lena"],
        place,
        versions["research-integrity"],
        versions["privacy-officer"],
        at=today - timedelta(days=3),
    )


def _holder(version: Any, cast: Any) -> Any:
    """Somebody other than Lena whose credential of this version stands."""
    rows = Holding.objects.filter(award__version=version, award__state="claimed")
    found = rows.exclude(user=cast["lena"]).order_by("-award__signed_at", "user__email").first()
    return cast["lena"] if found is None else found.user


def _sent(
    learner: Any, place: Any, held: Any, target: Any, *, at: datetime, note: str = ""
) -> Request | None:
    """What was sent; None where the learner holds no such credential that stands."""
    rows = passport.holdings(learner).filter(award__version=held, award__state="claimed")
    holding = rows.first()
    if holding is None:
        return None
    with clock.at(at):
        return requesting.send(
            learner,
            organisation=place,
            target=target,
            holdings=[holding],
            note=note,
            via="demo",
        )


def _decided(
    sent: Request,
    evaluator: Any,
    *,
    at: datetime,
    verdict: str,
    row: tuple[str, str],
    reasons: str,
    **more: Any,
) -> Decision:
    source: Source = sent.sources.get()
    proposed = drafts.draft_of(source).comparison
    rows = {one.name: (one.finding, one.reason) for one in proposed.rows}
    rows[row[0]] = ("substantial", row[1])
    given = {"rows": rows, "default": "policy", "verdict": verdict, "reasons": [reasons]} | more
    with clock.at(at):
        evaluating.assign(sent, actor=evaluator, reader=evaluator, via="demo")
        kept = evaluating.keep(source, actor=evaluator, revision=0, given=given, via="demo")
        kept.request = sent
        return deciding.decide(kept, actor=evaluator, revision=kept.revision, via="demo")
