"""What the small world's learner sent to be recognised, in the states the pages need."""

from __future__ import annotations

from stackmark_web.recognising import drafts
from stackmark_web.recognising.actions import (
    appealing,
    deciding,
    evaluating,
    policies,
    requesting,
)


def fill(world):
    """``recog_asked`` with ``recog_source`` and ``recog_kept``; ``recog_decision``, an appeal."""
    say, here = world.say, world.here
    policies.save(
        here,
        actor=world.owner,
        default="policy",
        appeal_route=say("policy.route", "Write to the registrar.", 900),
    )
    world.recog_asked = _send(world, world.imported, world.holding)
    world.recog_source, world.recog_kept = world.recog_asked.sources.all()
    evaluating.ask(
        world.recog_asked, actor=world.owner, question=say("recog.question", "Where?", 900)
    )
    requesting.answer(
        world.recog_asked, actor=world.learner, text=say("recog.answer", "In Bonn.", 900)
    )
    _keep(world, world.recog_kept)
    other = _send(world, world.holding, target=world.planned)
    source = _keep(world, other.sources.get())
    world.recog_decision = deciding.decide(source, actor=world.owner, revision=source.revision)
    world.recog_appeal = appealing.appeal(
        world.recog_decision, actor=world.learner, text=say("recog.appeal", "It is enough.", 900)
    )


def _send(world, *holdings, target=None):
    return requesting.send(
        world.learner,
        organisation=world.here,
        target=target or world.version,
        holdings=holdings,
        note=world.say("recog.note", "Please look.", 900),
    )


def _keep(world, source):
    rows = {one.name: (one.finding, one.reason) for one in drafts.draft_of(source).comparison.rows}
    rows["profile"] = ("substantial", world.say("recog.row", "Another field.", 900))
    given = {
        "rows": rows,
        "default": "policy",
        "verdict": "conditional",
        "reasons": [world.say("recog.reasons", "Half of it is missing.", 900)],
        "conditions": [world.say("recog.conditions", "Pass the practical.", 900)],
    }
    kept = evaluating.keep(source, actor=world.owner, revision=source.revision, given=given)
    kept.request = source.request
    return kept
