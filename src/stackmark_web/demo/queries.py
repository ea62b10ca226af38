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
from stackmark_web.passport import queries as passport
from stackmark_web.passport.models import Holding, Share
from stackmark_web.ui.tour import Step


@dataclass(frozen=True, slots=True)
class Person:
    """One of the cast as the page shows them."""

    word: str
    name: str
    does: str
    where: str
    email: str
    start: str


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


def staged() -> dict[str, str]:
    """What the tour shows: ``achievement``, ``award``, ``claim``; empty without a demo world."""
    try:
        found: dict[str, str] = json.loads(notes().read_bytes())
    except (OSError, ValueError):
        return {}
    return found


def tour_share() -> Share | None:
    """The open link by which Lena shows the credential of the tour, once she does."""
    held = Holding.objects.filter(award_id=staged().get("award")).first()
    return passport.linkedin_share(held) if held is not None else None


def tour() -> list[Step]:
    """The life of one credential in five clicks; empty where there is no demo world."""
    place = staged()
    if not place:
        return []
    design = f"/achievements/{place['achievement']}"
    award = f"/manage/harbour-skills/awards/{place['award']}"
    claim = _path(place["claim"])
    share = tour_share()
    link = passport.share_url(share) if share else ""
    return [
        Step(
            _("Design"),
            _("What can be earned, said so that others can judge it."),
            url=design,
            path=design,
        ),
        Step(
            _("Award"),
            _("Harbour Skills has awarded it to Lena. See it as Tomás, who did."),
            post=reverse("demo:enter", args=["tomas"]),
            fields={"next": award},
            path=award,
        ),
        Step(
            _("Claim"),
            _("Lena opens the link in her mail, and keeps what she earned."),
            post=reverse("demo:enter", args=["lena"]),
            fields={"next": claim},
            path=claim,
        ),
        Step(
            _("Share"),
            _("Lena has it in her passport and gives you a link. This is what you see."),
            post=reverse("demo:share"),
            path=_path(link) if link else "",
        ),
        Step(
            _("Verify"),
            _("Anybody checks it: is it real, unaltered, still in force, and from whom?"),
            post=reverse("verifying:start") if link else reverse("demo:share"),
            fields={"link": link} if link else {"then": "verify"},
            path=reverse("verifying:start") if link else "",
            of={"link": link},
        ),
    ]


def further() -> list[Step]:
    """What many credentials make together, each seen as the person it is about."""
    if not staged():
        return []
    enter = reverse("demo:enter", args=["lena"])
    return [
        Step(
            _("Stack"),
            _("Lena follows a nano-degree across two issuers. See what is missing."),
            post=enter,
            fields={"next": reverse("pathways:home")},
        ),
        Step(
            _("Recognise"),
            _("Rhea decides what credentials of others count for, and signs it with her reasons."),
            post=reverse("demo:enter", args=["rhea"]),
            fields={"next": reverse("recognising:desk", args=["northfield"])},
        ),
        Step(
            _("Plan"),
            _("Lena asks for the cheapest, fastest and shortest way to where she wants to be."),
            post=enter,
            fields={"next": reverse("pathways:plan")},
        ),
    ]


def _path(url: str) -> str:
    """An address of ours without its host."""
    return "/" + url.split("/", 3)[3]
