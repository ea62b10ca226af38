"""A pathway of the small world: published, with a draft of its next version and a trial."""

from __future__ import annotations

from django.utils.text import slugify

from stackmark_web import clock
from stackmark_web.catalogue.publishing import identity
from stackmark_web.pathways.actions import designing, publishing, sampling, trying
from stackmark_web.pathways.imagined import holdings_for
from stackmark_web.pathways.models import Following


def rules(world):
    aim = identity(world.version)
    title = world.say("pathway.rule", "Soil")
    leaf = {"title": title, "count": {"select": {"achievement": [aim]}, "min": 1}}
    limit = {"id": "age", "title": world.say("pathway.limit", "Not too old"), "max_age_years": 7}
    return {
        "rule": {"id": "award", "all": [{"id": slugify("soil"), **leaf}]},
        "limits": [limit],
        "substitutes": [
            {
                "use": aim,
                "instead_of": "https://uni.example/a/1",
                "approved_by": world.say("pathway.approved", "Board of studies"),
                "reason": world.say("pathway.reason", "They teach the same."),
            }
        ],
    }


def fill(world):
    """``pathway``, ``pathway_version``, ``pathway_draft``, ``pathway_sample``, ``pathway_trial``."""
    say, owner = world.say, world.owner
    draft = designing.create(
        world.here,
        actor=owner,
        kind="certificate",
        title=say("pathway.title", "From soil to harvest"),
        summary=say("pathway.summary", "Two steps and a report.", 3000),
        achievement=world.achievement,
        rules=rules(world),
    )
    world.pathway_version = publishing.publish(draft, actor=owner)
    world.pathway = world.pathway_version.pathway
    Following.objects.create(
        user=world.learner,
        pathway=world.pathway,
        version=world.pathway_version,
        joined_on=clock.today(),
    )
    world.pathway_draft = designing.start_version(world.pathway, actor=owner)
    world.pathway_sample = sampling.keep_sample(
        world.pathway,
        actor=owner,
        name=say("sample.name", "Somebody", 90),
        holdings=holdings_for([identity(world.version)]),
        expected="no",
    )
    world.pathway_trial = trying.try_on_everyone(world.pathway_draft, actor=owner)
