"""Worlds in which every text a person can give is hostile: each page, document and letter of them.

The same pages of a harmless world are the measure: no element, attribute or header may be there
that is not there, and whatever was said stands on the page as text.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from types import SimpleNamespace

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client

import small_world
from hostile_reading import Page, dangers_of_svg
from hostile_words import Voice, plain, short
from web import test_routes

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("hostile")]
TURNS = 5
# Routes whose pages hold no text of people; the first turn opens them too.
SILENT = re.compile(r"mfa_|account_|ui:|demo:|usersessions|registry:(did|own_did|status|asset)")
# Texts written as Markdown are drawn, and may look other than they were typed.
DRAWN = {
    *("criteria", "assessment", "pass rule", "narrative", "evidence", "about", "mail.body"),
    *("foreign.criteria", "foreign.description", "description", "sheet.text", "ai policy"),
    *("northfield.description", "elsewhere.description", "unit.description", "prerequisites"),
}
MORE = {
    "awarding:detail": [f"award.{word}.pk" for word in ("draft", "scheduled", "offered", "revoked",
                        "suspended", "declined", "lapsed", "corrected", "astray")],
}  # fmt: skip
STEPS = ("basics", "outcomes", "assessment", "size", "quality", "future")


class Seen:
    """One answer, read."""

    def __init__(self, name, path, who, answer):
        self.name, self.path, self.who, self.status = name, path, who, answer.status_code
        self.kind = answer.headers.get("Content-Type", "").partition(";")[0]
        self.headers = dict(answer.items())
        self.body = answer.getvalue() if answer.streaming else answer.content
        self.page = Page(self.text) if self.kind == "text/html" else None

    @property
    def text(self):
        return self.body.decode()

    def __repr__(self):
        return f"<{self.name} {self.path} as {self.who}>"


def paths(stage, turn):
    """(route, path, who) of all there is to open."""
    world = stage.world
    for name, rule in test_routes.RULES.items():
        if "GET" in rule.methods and (turn == 0 or not SILENT.match(name)):
            yield name, stage.path(name, rule), rule.who
    work, own = "/manage/northfield", f"/passport/{world.imported.pk}"
    for word, award in world.award.items():
        yield "awarding:detail", f"{work}/awards/{award.pk}", "owner"
        yield "registry:credential", f"/credentials/{award.pk}", "nobody"
        if award.state in ("offered", "revoked", "suspended", "declined"):
            yield "passport:claim", f"/claim/{world.link(word)}", "nobody"
    for step in catalogue_steps():
        yield (
            "catalogue:edit",
            f"{work}/achievements/{world.draft.achievement_id}/edit/{step}",
            "owner",
        )
    yield "passport:holding", own, "learner"
    yield "passport:remove", f"{own}/remove", "learner"
    yield "passport:share", f"/s/{world.single_token}", "nobody"
    yield "passport:share", f"/s/{world.pinned_token}", "nobody"
    for page in (
        "/passport?view=timeline",
        "/passport?q=Qq",
        "/catalogue?q=Qq",
        f"{work}/awards?q=Qq",
    ):
        yield page, page, "learner" if "passport" in page else "owner"
    for one in (world.holding, world.imported):
        for form in ("json", "jwt", "png", "svg", "pdf") if turn == 0 else ("svg", "pdf"):
            yield f"download {form}", f"/passport/{one.pk}/download/{form}", "learner"


def catalogue_steps():
    from stackmark_web.catalogue.steps import STEPS

    return [step.slug for step in STEPS]


def seen_of(say, turn):
    """A world of this voice, all its pages, and the letters that were sent in it."""
    mail.outbox = []
    with transaction.atomic():
        stage = object.__new__(test_routes.Stage)
        stage.world = world = small_world.SmallWorld(say)
        world.claim_token = world.link("offered")
        people = ("owner", "learner", "operator", "stranger", "colleague")
        stage.cookies = {w: test_routes.signed_in(getattr(world, w)).cookies for w in people}
        stage.cookies["nobody"] = {}
        answers = []
        for name, path, who in paths(stage, turn):
            answers.append(Seen(name, path, who, stage.browser(who).get(path)))
        data = bytes(world.imported.data).decode()
        answer = Client(REMOTE_ADDR=f"10.9.{turn}.1").post("/verify", {"text": data})
        answers.append(Seen("verify by paste", "/verify", "nobody", answer))
        transaction.set_rollback(True)
    return SimpleNamespace(say=say, turn=turn, answers=answers, letters=list(mail.outbox))


@pytest.fixture(scope="module")
def calm(django_db_setup, django_db_blocker):
    yield from worlds(django_db_blocker, [(small_world.nice, 0)])


@pytest.fixture(scope="module")
def rounds(django_db_setup, django_db_blocker):
    texts = short(most=150)
    yield from worlds(django_db_blocker, [(Voice(texts, turn), turn) for turn in range(TURNS)])


def worlds(blocker, voices):
    with pytest.MonkeyPatch.context() as patch, blocker.unblock():
        small_world.no_network(patch)
        yield [seen_of(*one) for one in voices]
    small_world.forget_files()


@pytest.fixture(scope="module")
def measure(calm):
    """What pages of a harmless world have: per route, and all together."""
    pages = [one for one in calm[0].answers if one.page]
    found = SimpleNamespace(names=set(), counts=defaultdict(list), policy={})
    for one in pages:
        found.names |= one.page.names
        found.counts[one.name].append(one.page.counts)
        found.policy[one.name] = one.headers["Content-Security-Policy"]
    return found


def test_measure(calm, rounds, measure):
    print(
        len(calm[0].answers), len(rounds[0].answers), len(calm[0].letters), len(rounds[1].answers)
    )
    bad = defaultdict(int)
    for r in rounds:
        for one in r.answers:
            if one.status >= 500:
                print("500", one)
            if not one.page:
                continue
            d = one.page.dangers()
            if d and bad[one.name] < 2:
                print(one, d[:3])
                bad[one.name] += 1
            new = one.page.names - measure.names
            if new and bad[one.name] < 4:
                print("NEW", one, new)
                bad[one.name] += 1
            if one.page.counts not in measure.counts[one.name] and bad[one.name + "c"] < 1:
                bad[one.name + "c"] += 1
                print("COUNTS", one, one.status, one.page.counts, measure.counts[one.name][:1])
    for one in calm[0].answers:
        if one.page and one.page.dangers():
            print("CALM", one, one.page.dangers()[:3])
    miss = defaultdict(int)
    for r in rounds:
        heard = set()
        for one in r.answers:
            if not one.page:
                continue
            for mark, follows in r.say.found(one.page.text):
                heard.add(mark)
                want = plain(r.say.said[mark])[:40]
                got = plain(follows)[: len(want)]
                place = r.say.places[mark]
                if got != want and place.split(".")[0] not in DRAWN and place not in DRAWN:
                    miss[place, one.name] += 1
                    if miss[place, one.name] == 1:
                        print("MISS", place, one.name, repr(want), repr(got))
        print("never", [r.say.places[m] for m in r.say.said if m not in heard])
