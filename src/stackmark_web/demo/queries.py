"""Reads of the demo world: its people, and the tour that the start page offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model

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
    """One step of the tour. With ``person`` it is a button that signs in first."""

    title: str
    text: str
    url: str
    person: str = ""


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
