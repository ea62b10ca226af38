"""Imports, a panel, a re-test of the small world: what the pages of facts need."""

from __future__ import annotations

from datetime import timedelta

from stackmark_web import clock
from stackmark_web.assessing.actions import importing, publishing_facts
from stackmark_web.assessing.imports.planning import Choices
from stackmark_web.assessing.models import Retest, RetestInvitation
from stackmark_web.assessing.pseudonyms import candidate_of


def results(number=40, prefix="c"):
    """A file of so many candidates with four items."""
    lines = ["candidate,date,score,max_score,item1,item2,item3,item4"]
    for one in range(number):
        right = [int(one % 40 >= 6 * at) for at in range(4)]
        lines.append(f"{prefix}{one},2026-03-02,{sum(right)},4,{','.join(map(str, right))}")
    return "\n".join(lines).encode()


def fill(world):
    """``results_new``, ``results_done``, ``panel``, ``retest``, ``retest_invitation``."""
    person = world.colleague
    done = importing.upload(
        world.version,
        actor=person,
        filename=world.say("results.filename", "results.csv", 200),
        data=results(),
    )
    importing.choose(done, actor=person, choices=Choices(match_people=False))
    done.refresh_from_db()
    world.results_done = importing.confirm(done, actor=person)
    world.results_new = importing.upload(
        world.version, actor=person, filename="more.csv", data=results(5, "d")
    )
    world.panel = publishing_facts.publish(world.achievement, actor=person)
    now = clock.now()
    world.retest = Retest.everywhere.create(
        organisation=world.here,
        achievement=world.achievement,
        version=world.version,
        share=20,
        seed="00" * 16,
        supervision="onsite",
        made_at=now,
        closes_at=now + timedelta(days=30),
    )
    world.retest_invitation = RetestInvitation.objects.create(
        retest=world.retest,
        award=world.award["claimed"] if isinstance(world.award, dict) else world.award.claimed,
        holder=world.learner,
        candidate=candidate_of(world.here, world.learner),
        sent_at=now,
        answer="yes",
    )
