"""The first half of the seed: people, organisations, and what they offer."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

from stackmark.rendering.badge_art import default_art
from stackmark_web import clock
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.catalogue.offerings import save_offering
from stackmark_web.demo import world
from stackmark_web.demo.contents import descriptor
from stackmark_web.demo.courses import Course
from stackmark_web.demo.queries import address
from stackmark_web.tenancy import actions as tenancy
from stackmark_web.tenancy.models import Organisation

_ART_KINDS: Final = {
    "digital-badge": "badge",
    "certificate": "certificate",
    "nano-degree-part": "nano-degree",
    "micro-certification": "micro-certification",
}
_OWNERS: Final = {
    "northfield": "olga",
    "harbour-skills": "tomas",
    "guild-of-assurance": "greta",
    "meridian-health": "amir",
    "european-quality-board": "petra",
}


def people(chance: random.Random) -> dict[str, Any]:
    """People by a short word: the cast, the unusual names, and everybody else."""
    named = [(one.word, one.name) for one in world.CAST]
    named += [(f"guest{n}", name) for n, name in enumerate(world.UNUSUAL, 1)]
    pairs = [(first, last) for first in world.GIVEN for last in world.FAMILY]
    for number, (first, last) in enumerate(chance.sample(pairs, world.PEOPLE - len(named)), 1):
        named.append((f"learner{number:02}", f"{first} {last}"))
    hashed = make_password(world.PASSWORD)  # one slow hash for all of them
    operators = {one.word for one in world.CAST if one.operator}
    users = [
        get_user_model()(
            email=address(word), name=name, password=hashed, is_operator=word in operators
        )
        for word, name in named
    ]
    get_user_model().objects.bulk_create(users)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    return {word: user for (word, _), user in zip(named, users, strict=True)}


def organisations(cast: dict[str, Any]) -> dict[str, Organisation]:
    """The organisations with their keys and units, and who works there."""
    made: dict[str, Organisation] = {}
    for house in world.HOUSES:
        shared = {"slug": house.slug, "description": house.description, "country": house.country}
        if house.parent:
            owner = cast[_OWNERS["northfield"]]
            made[house.slug] = tenancy.create_unit(
                made[house.parent],
                actor=owner,
                name=house.name,
                unit_kind=house.unit_kind,
                **shared,
            )
            continue
        made[house.slug] = tenancy.create_organisation(
            actor=cast[_OWNERS[house.slug]],
            name=house.name,
            kind=house.kind,
            accent=house.accent,
            legal_name=house.legal_name,
            erasmus_code=house.erasmus_code,
            deqar_id=house.deqar_id,
            website=f"https://{house.slug}.example",
            email=f"badges@{house.slug}.example",
            **shared,
        )
        name, post = house.signatory
        owner = cast[_OWNERS[house.slug]]
        tenancy.edit_organisation(
            made[house.slug], actor=owner, signatory_name=name, signatory_post=post
        )
    for one in world.CAST:
        for slug, role in one.roles:
            if role != "owner":
                tenancy.give_role(
                    made[slug], actor=cast[_OWNERS[slug]], user=cast[one.word], role=role
                )
    return made


FIRST_REVIEW: Final = 36  # months: what was published three years ago is due about now


def owner_of(house: str, cast: dict[str, Any]) -> Any:
    """Who owns the institution behind an organisation or unit."""
    return cast[_OWNERS["northfield" if house.startswith("northfield") else house]]


def achievement(
    course: Course, cast: dict[str, Any], houses: dict[str, Organisation]
) -> AchievementVersion:
    """A published version with its art."""
    owner, house = owner_of(course.house, cast), houses[course.house]
    draft = catalogue.create_draft(house, actor=owner, content=descriptor(course))
    draft = _draw(draft, course, owner)
    return catalogue.publish(draft, actor=owner, review_months=FIRST_REVIEW)


def _draw(draft: AchievementVersion, course: Course, owner: Any) -> AchievementVersion:
    accent = next(one.accent for one in world.HOUSES if one.slug == course.house)
    art = default_art(
        course.title,
        accent,
        _ART_KINDS[course.kind],
        sub=f"EQF {course.level}" if course.level else "",
    )
    art = replace(art, icon=course.icon, shape=course.shape)
    return catalogue.set_art(draft, actor=owner, art=art, revision=draft.revision)


def offers(version: AchievementVersion, course: Course) -> None:
    """From today on: two dates for what is taught in groups, one standing offer for the rest."""
    price, currency = course.price or ("0", "EUR")
    shared = {
        "delivery": "work-based" if course.participation == "work-based" else course.participation,
        "price": price,
        "currency": currency,
        "language": "en",
        "enrol_url": f"https://{course.house}.example/enrol/{course.word}",
    }
    if course.participation == "online":
        save_offering(version.achievement, actor=None, values=shared)
        return
    today = clock.today()
    for weeks in (6, 24):
        starts = today + timedelta(weeks=weeks)
        values = {
            **shared,
            "starts_on": starts,
            "ends_on": starts + timedelta(weeks=max(2, course.hours // 8)),
            "apply_by": starts - timedelta(weeks=2),
            "seats": 24,
            "place": "Northfield" if course.participation in ("onsite", "blended") else "",
        }
        save_offering(version.achievement, actor=None, values=values)


def unfinished(cast: dict[str, Any], houses: dict[str, Organisation]) -> AchievementVersion:
    """What Dana is working on: a draft with gaps, so that the editor has something to say."""
    content = {
        "language": "en",
        "kind": "digital-badge",
        "title": {"en": "Visualising Uncertainty"},
        "description": {"en": "Show what is known, and how well, in one picture."},
        "outcomes": [{"statement": {"en": "Choose a chart that does not hide doubt"}}],
        "participation": ["online"],
    }
    return catalogue.create_draft(houses["northfield-data"], actor=cast["dana"], content=content)
