"""Reads of the demo world: its people, and the tour that the start page offers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import gettext as _

from stackmark_web.demo.world import CAST, HOUSES, MAIL_DOMAIN, Worker


@dataclass(frozen=True, slots=True)
class Person:
    """One of the cast as the page shows them."""

    word: str
    name: str
    does: str
    where: str
    email: str
    start: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the tour. With ``enter`` it is a button that signs in there, then goes on."""

    title: str
    text: str
    url: str
    enter: str = ""


def address(word: str) -> str:
    """The e-mail address of one of the cast."""
    return f"{word}@{MAIL_DOMAIN}"


def person(word: str) -> Any:
    """The user behind one of the cast, or None."""
    if word not in {one.word for one in CAST}:
        return None
    return get_user_model().objects.filter(email=address(word), is_active=True).first()


def cast() -> list[Person]:
    """Everybody a visitor may be."""
    return [_shown(one) for one in CAST]


def _shown(one: Worker) -> Person:
    names = {house.slug: house.name for house in HOUSES}
    where = ", ".join(dict.fromkeys(names[slug] for slug, _ in one.roles))
    start = f"/manage/{one.roles[0][0]}" if one.roles else "/passport"
    return Person(one.word, one.name, one.does, where, address(one.word), start)


def is_on() -> bool:
    """Whether this server shows the demo world."""
    return bool(settings.DEMO) and person("lena") is not None


def notes() -> Path:
    """Where the tour's addresses are kept: the database holds only hashes of their tokens."""
    return Path(settings.DATA) / "demo-tour.json"


def tour() -> list[Step]:
    """The life of one credential in five clicks; empty where there is no demo world."""
    try:
        place = json.loads(notes().read_bytes())
    except (OSError, ValueError):
        return []
    award = f"/manage/harbour-skills/awards/{place['award']}"
    return [
        Step(
            _("Design"),
            _("What can be earned, said so that others can judge it."),
            f"/achievements/{place['achievement']}",
        ),
        Step(
            _("Award"),
            _("Harbour Skills has awarded Lena a certificate. See it as Tomás, who did."),
            award,
            reverse("demo:enter", args=["tomas"]),
        ),
        Step(
            _("Claim and hold"),
            _("Lena opens the link in her mail and keeps what she earned."),
            _path(place["claim"]),
        ),
        Step(
            _("Share"),
            _("Lena shows some of it to somebody, for as long as she likes."),
            _path(place["share"]),
        ),
        Step(
            _("Verify"),
            _("Anybody checks it: is it real, unaltered, still in force, and from whom?"),
            f"/verify?link={place['credential_url']}",
        ),
    ]


def _path(url: str) -> str:
    """An address of ours without its host."""
    return "/" + url.split("/", 3)[3]
