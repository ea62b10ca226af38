"""Of the small world: a framework, a role profile, and a learner's plan to it."""

from __future__ import annotations

import orjson

from stackmark_web import clock
from stackmark_web.pathways.actions import roles
from stackmark_web.pathways.models import Plan

SKILL = "https://skills.example/sow"


def fill(world):
    """``framework``, ``role`` (public), ``role_draft``, ``plan`` (followed)."""
    say, owner = world.say, world.owner
    package = {
        "CFDocument": {
            "title": say("framework.title", "Field skills", 150),
            "licenseURI": say("framework.licence", "Free for all", 150),
            "creator": say("framework.creator", "Growers", 100),
        },
        "CFItems": [
            {"identifier": "s1", "uri": SKILL, "fullStatement": say("framework.skill", "sow", 200)}
        ],
    }
    data = orjson.dumps(package)
    world.framework = roles.load(world.here, actor=owner, name="field.json", data=data)
    world.role = _role(world, say("role.title", "Grower", 200))
    roles.publish(world.role, actor=owner)
    world.role_draft = _role(world, say("role.draft", "Gardener", 200))
    world.plan = Plan.objects.create(
        user=world.learner,
        title=world.role.title,
        role=world.role,
        limits={"currency": "EUR", "by": clock.today().replace(year=2099).isoformat()},
        answer=answer(world),
        chosen="cheapest",
        made_at=clock.now(),
        followed_at=clock.now(),
    )


def _role(world, title):
    made = roles.make(
        world.here,
        actor=world.owner,
        framework=world.framework,
        title=title,
        summary=world.say("role.summary", "Makes things grow.", 1500),
    )
    roles.put(made, world.framework.skills.get(), actor=world.owner, confidence=80)
    made.refresh_from_db()
    return made


def answer(world):
    """What the planner answered, as it is kept."""
    start = world.offering.starts_on
    step = {
        "offering": str(world.offering.pk),
        "achievement": str(world.achievement.pk),
        "title": world.version.title,
        "issuer": world.here.name,
        "group": world.offering.title,
        "place": world.offering.place,
        "delivery": "onsite",
        "language": ["en"],
        "start": start.isoformat(),
        "end": start.replace(year=start.year + 1).isoformat(),
        "starts_on": start.isoformat(),
        "apply_by": "",
        "own_pace": False,
        "cost": 0,
        "currency": "",
        "hours": 20,
        "load": 2,
        "chance": 0.8,
        "chance_n": 50,
        "chance_about": "first",
        "before": {"en": world.say("plan.before", "A garden.")},
        "reasons": [{"code": "skills", "names": [world.role.skills[0]["name"]]}],
    }
    path = {
        "labels": ["cheapest", "fastest", "fewest"],
        "cost": 0,
        "hours": 20,
        "load": 2,
        "finish": step["end"],
        "steps": [step],
        "skills": [],
        "left": [],
        "bonuses": [],
    }
    return {
        "feasible": True,
        "at": clock.today().isoformat(),
        "currency": "EUR",
        "plans": [path],
        "changes": [],
        "gaps": [],
        "short": [],
        "have": [],
        "left_out": [],
        "not_taken": 0,
        "unknown_interests": [],
    }
