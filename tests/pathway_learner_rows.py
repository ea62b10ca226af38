"""What the small world's learner follows: complete and waiting, awarded, and a list of the board."""

from __future__ import annotations

from stackmark_web import clock
from stackmark_web.catalogue.publishing import identity
from stackmark_web.passport import claiming
from stackmark_web.pathways.actions import auditing, conferring, designing, publishing
from stackmark_web.pathways.actions.following import follow
from stackmark_web.pathways.models import Completion, Following


def fill(world):
    """``following`` with ``newer``, ``completion`` awarded, ``candidate`` waiting on ``listed``."""
    world.following = Following.objects.get(user=world.learner, pathway=world.pathway)
    auditing.audit_now(world.following)
    world.board_pathway = _pathway(world, "Harvest")
    world.newer = _newer(world, world.board_pathway)
    done = _complete(world, world.learner, world.board_pathway)
    conferring.confer_one(done, actor=world.owner, minute=world.say("minute", "All agreed.", 900))
    done.refresh_from_db()
    claiming.keep(done.award, user=world.learner)
    world.completion = done
    other = _pathway(world, "Storage")
    world.candidate = _complete(world, world.learner, other)
    world.listed = conferring.make_list(
        other, actor=world.owner, name=world.say("list.name", "Board of June", 100)
    )


def _pathway(world, title):
    draft = designing.create(
        world.here,
        actor=world.owner,
        kind="certificate",
        title=world.say(f"pathway.{title}", title),
        achievement=world.achievement,
        rules={"rule": {"id": "award", "all": [_any(world)]}},
    )
    return publishing.publish(draft, actor=world.owner).pathway


def _any(world):
    aim = identity(world.holding.award.version)
    return {"id": "one", "count": {"select": {"achievement": [aim]}, "min": 1}}


def _newer(world, pathway):
    """The learner joined before it: it is newer than theirs."""
    Following.objects.create(
        user=world.learner,
        pathway=pathway,
        version=pathway.current,
        joined_on=clock.today(),
        dirty_since=clock.now(),
    )
    draft = designing.start_version(pathway, actor=world.owner)
    note = world.say("pathway.note", "Nothing much has changed.", 900)
    return publishing.publish(draft, actor=world.owner, changed=note)


def _complete(world, user, pathway):
    made = follow(user, pathway)
    auditing.audit_now(made)
    return Completion.everywhere.get(following=made, state="waiting")
