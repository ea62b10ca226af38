"""An institution that assesses: people, a published achievement with a plan, a learner."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from allauth.account.models import EmailAddress

from achievement_designs import bare
from small_world import key_file
from stackmark_web import clock
from stackmark_web.accounts.models import User
from stackmark_web.assessing.models import Setup
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.tenancy.models import Membership, Organisation, SigningKey
from stackmark_web.tenancy.queries import did_of


def levels(*names: str) -> list[dict[str, Any]]:
    """Levels from low to high, 0 points and up."""
    return [
        {
            "id": name,
            "name": {"en": name.title()},
            "description": {"en": f"The work is {name}."},
            "points": points,
        }
        for points, name in enumerate(names)
    ]


FOUR = ("absent", "beginning", "secure", "excellent")
RUBRIC = {
    "id": "project",
    "name": {"en": "Project"},
    "description": {"en": "A project of your own."},
    "method": "project",
    "kind": "rubric",
    "weight": 60,
    "minimum": 40,
    "criteria": [
        {"id": "cleaning", "name": {"en": "Cleaning"}, "weight": 2, "levels": levels(*FOUR)},
        {"id": "telling", "name": {"en": "Telling"}, "weight": 1, "levels": levels(*FOUR)},
    ],
    "submissions": ["file", "text", "link", "repository"],
}
TEST = {
    "id": "test",
    "name": {"en": "Test"},
    "method": "online-exam",
    "kind": "items",
    "weight": 40,
    "items": 10,
}
PLAN = {
    "components": [RUBRIC, TEST],
    "identity": "document",
    "binding": "live",
    "supervision": "remote-live",
    "authorship": ["statement", "oral-defence"],
    "ai": "limited",
    "markers": 1,
    "independence": "same-organisation",
}


def design(**changes: Any) -> dict[str, Any]:
    """A descriptor with the plan: outcomes in both components, 60 of 100 to pass, 3 attempts."""
    made = bare(
        title={"en": "Data cleaning"},
        outcomes=[
            {
                "statement": {"en": "Clean a data set"},
                "assessed_by": ["project", "online-exam"],
                "components": ["project", "test"],
            },
            {
                "statement": {"en": "Explain a result"},
                "assessed_by": ["project"],
                "components": ["project"],
            },
        ],
        assessment={
            "methods": ["project", "online-exam"],
            "scale": "percent",
            "required": 60,
            "attempts": 3,
        },
        plan=deepcopy(PLAN),
    )
    return made | changes


class World:
    """Northfield with owner, designer, two assessors, a learner, and what they assess.

    ``cleaning`` and ``telling`` are criteria of ``project`` with the levels absent, beginning,
    secure, excellent (0 to 3 points); ``test`` has ten items of one point.
    """

    def __init__(self, plan: dict[str, Any] | None = None, **setup: Any) -> None:
        self.here = self.organisation("northfield", "Northfield University")
        self.key = self.signing_key(self.here)
        self.owner = self.member("olga", "owner")
        self.designer = self.member("dora", "designer")
        self.assessor = self.member("asa", "assessor")
        self.second = self.member("sam", "assessor")
        self.learner = self.person("lena")
        content = design() if plan is None else design(plan=plan)
        draft = catalogue.create_draft(self.here, actor=None, content=content)
        self.version = catalogue.publish(draft, actor=None)
        self.achievement = self.version.achievement
        self.achievement.refresh_from_db()
        self.setup = Setup.everywhere.create(
            organisation=self.here,
            achievement=self.achievement,
            **{"takes_applications": True, **setup},
        )

    def organisation(self, slug: str, name: str) -> Organisation:
        return Organisation.objects.create(
            slug=slug, name=name, kind="university", country="IE", email=f"badges@{slug}.example"
        )

    def signing_key(self, organisation: Organisation) -> SigningKey:
        did = did_of(organisation)
        made = key_file(did)
        return SigningKey.everywhere.create(
            organisation=organisation,
            method_id=f"{did}#key-1",
            algorithm=made.public_key.algorithm,
            public_multibase=made.public_key.to_multikey(),
            location=made.location,
            created_at=clock.now(),
        )

    def person(self, word: str) -> User:
        email = f"{word}@people.example"
        made = User.objects.create_user(email, None, name=word.title())
        EmailAddress.objects.create(user=made, email=email, verified=True, primary=True)
        return made

    def member(self, word: str, role: str) -> User:
        made = self.person(word)
        Membership.everywhere.create(user=made, organisation=self.here, role=role)
        return made
