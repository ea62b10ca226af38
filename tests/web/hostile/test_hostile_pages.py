"""Worlds in which every text a person can give is hostile: each page, document and letter of them.

The same pages of a harmless world are the measure: no element, attribute or header may be there
that is not there, and whatever was said stands on the page as text.
"""

from __future__ import annotations

import csv
import email
import html
import io
import json
import re
from collections import Counter, defaultdict
from email import policy
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client

import small_world
from each import THOROUGH
from hostile_reading import Page, dangers_of_svg
from hostile_words import TURNS as TURNING
from hostile_words import Voice, plain, short
from stackmark_web.ui.text import markdown_html
from web import test_routes

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("hostile")]
TURNS = 3 if THOROUGH else 2
# Routes whose pages hold no text of people; the first turn opens them too.
SILENT = re.compile(r"mfa_|account_|ui:|demo:|usersessions|registry:(did|own_did|status|asset)")
MARKDOWN = {
    *((tag, "") for tag in ("em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "hr")),
    *((tag, "") for tag in ("h3", "h4", "h5", "h6", "br", "p", "a")),
    *(("ol", "start"), ("a", "href"), ("a", "rel")),
}
WRITTEN_OUT = re.compile(r"\[U\+([0-9A-F]{4,6})\]|\\u([0-9a-f]{4})")


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


def paths(stage, turn, sought):
    """(route, path, who) of all there is to open."""
    world = stage.world
    for name, rule in test_routes.RULES.items():
        if "GET" in rule.methods and (turn == 0 or not SILENT.match(name)):
            yield name, stage.path(name, rule), rule.who
    work, own = "/manage/northfield", f"/passport/{world.imported.pk}"
    for word, award in {**world.award, "new": world.replacement}.items():
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
    for public in (world.elsewhere, world.unit, world.handed_over):
        yield "registry:organisation", f"/o/{public.slug}", "nobody"
    yield "tenancy:overview", "/manage/elsewhere", "stranger"
    done = world.attempt_done.pk
    yield "assessing:attempt", f"/assessments/attempts/{done}", "learner"
    closed = world.meeting_closed.pk
    yield "assessing:moderation", f"{work}/assessing/moderation/{closed}", "owner"
    yield "assessing:decision", f"{work}/assessing/attempts/{done}", "owner"
    yield "passport:holding", own, "learner"
    yield "passport:remove", f"{own}/remove", "learner"
    yield "passport:share", f"/s/{world.single_token}", "nobody"
    yield "passport:share", f"/s/{world.pinned_token}", "nobody"
    for page, who in (
        ("/passport", "learner"),
        ("/catalogue", "owner"),
        (f"{work}/awards", "owner"),
    ):
        yield f"search {page}", f"{page}?q={sought}", who
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
        for name, path, who in paths(stage, turn, "a" if say is small_world.nice else "Qq"):
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


# -- pages ------------------------------------------------------------------------------------


def pages_of(rounds):
    return [(one, each) for one in rounds for each in one.answers if each.page]


def test_nothing_breaks_and_everything_answers_as_in_a_harmless_world(calm, rounds):
    wanted = defaultdict(set)
    for one in calm[0].answers:
        wanted[one.name].add((one.status, one.kind))
    for one in rounds:
        got = [each for each in one.answers if (each.status, each.kind) not in wanted[each.name]]
        assert got == []
    assert len(rounds[0].answers) == len(calm[0].answers) > 190


def test_no_element_or_attribute_comes_from_a_text(calm, rounds, measure):
    for _, one in pages_of(rounds):
        assert one.page.names <= measure.names | MARKDOWN, one
        assert one.page.counts in measure.counts[one.name], one


def test_nothing_could_run_load_or_lead_away(calm, rounds):
    ours = {
        (one.name, each[:40]) for one in calm[0].answers if one.page for each in one.page.dangers()
    }
    assert {name for name, _ in ours} == {
        "mfa_activate_totp",
        "catalogue:edit",
        "registry:embed",
    }  # seen
    for _, one in pages_of(rounds):
        assert {(one.name, each[:40]) for each in one.page.dangers()} <= ours, one


def test_every_text_stands_there_as_it_was_written(rounds):
    checked = 0
    for turn, one in pages_of(rounds):
        for mark, follows in turn.say.found(one.page.text):
            said, place = turn.say.said[mark], turn.say.places[mark]
            assert reads(said, follows), (one, place, follows[:80])
            checked += 1
    assert checked > 1_000 * TURNS


def test_every_place_is_shown_somewhere(rounds):
    places, shown = set(), set()
    for turn, one in pages_of(rounds):
        places |= set(turn.say.places.values())
        shown |= {turn.say.places[mark] for mark, _ in turn.say.found(one.page.text)}
    assert places - shown == set()


def reads(said, follows):
    """Whether it is shown: in full or cut, hidden characters written out or not."""
    written = WRITTEN_OUT.sub(lambda code: chr(int(code[1] or code[2], 16)), follows)
    in_json = json.dumps(said, ensure_ascii=False)[1:-1]
    drawn = Page(markdown_html(f"x {said}")).text[2:]  # also a skill: it stands in the criteria
    return any(
        begins_alike(plain(seen), plain(wanted))
        for seen in (follows, written, html.unescape(follows))  # also in a snippet to copy
        for wanted in (said, in_json, drawn)
    )


def begins_alike(seen, wanted):
    most = min(40, len(wanted), max(4, len(seen.partition("…")[0])))
    return seen[:most] == wanted[:most]


def test_no_text_turns_what_stands_around_it(rounds):
    for turn, one in pages_of(rounds):
        for around, chunk in one.page.seen:
            alone = len(turn.say.found(chunk)) == 1 and chunk.strip().startswith("Qq")
            apart = {"bdi", "pre", "option", "title"} & set(around)
            assert alone or apart or not TURNING.search(chunk), (one, around, chunk)


def test_no_header_says_what_a_person_said_and_the_policy_stays(rounds, measure):
    for turn in rounds:
        for one in turn.answers:
            for name, value in one.headers.items():
                assert name == "Location" or not turn.say.found(value), (one, name)
            leads = one.headers.get("Location", "/")
            assert re.match(r"/(?![/\\])|https://www\.linkedin\.com/", leads), leads
            assert one.headers["X-Content-Type-Options"] == "nosniff"
            if one.page:
                assert one.headers["Content-Security-Policy"] == measure.policy[one.name]
            named = one.headers.get("Content-Disposition", "inline")
            assert re.fullmatch(r'inline|attachment; filename="[\w.-]+"', named, re.ASCII), one


def test_data_inside_pages_is_one_piece_of_json(rounds):
    found = 0
    for _, one in pages_of(rounds):
        for text in filter(None, one.page.scripts):
            assert not re.search("[<>&\u2028\u2029]", text), one
            found += isinstance(json.loads(text), dict)
    assert found >= 2 * TURNS


# -- documents --------------------------------------------------------------------------------


def test_documents_are_whole_and_do_nothing(calm, rounds):
    kinds = Counter()
    for turn in rounds:
        for one in turn.answers:
            kinds[one.kind] += 1
            check_document(turn, one)
    assert set(kinds) == {each.kind for each in calm[0].answers}
    assert {"application/json", "text/csv", "image/svg+xml", "image/png", "application/pdf"} < set(
        kinds
    )


def check_document(turn, one):
    if one.kind.endswith(("json", "jsonl", "x-ndjson")):
        is_lines = one.path.endswith(".jsonl")
        read = [json.loads(line) for line in one.body.splitlines()] if is_lines else one.body
        said = json.dumps(read if is_lines else json.loads(read), ensure_ascii=False)
        for mark, _ in turn.say.found(said):
            whole = json.dumps(turn.say.said[mark], ensure_ascii=False)[1:-1]
            assert whole[:50] in said, (one, turn.say.places[mark])
    elif one.kind == "image/svg+xml":
        assert dangers_of_svg(one.text) == [], one
    elif one.kind == "application/pdf":
        assert not re.search(
            rb"/(JS|JavaScript|Launch|OpenAction|AA|SubmitForm|ImportData)\b", one.body
        )
    elif one.kind == "text/csv":
        rows = list(csv.reader(io.StringIO(one.text.removeprefix("\ufeff"), newline="")))
        assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r"))], one
    elif one.kind == "application/xml":
        ET.fromstring(one.body)
    elif one.kind == "text/css":
        assert not turn.say.found(one.text)


# -- letters ----------------------------------------------------------------------------------


def test_letters_have_our_headers_and_one_reader(calm, rounds):
    wanted = {tuple(sorted(each.message().keys())) for each in calm[0].letters}
    for turn in rounds:
        assert len(turn.letters) == len(calm[0].letters) > 10
        for each in turn.letters:
            message = email.message_from_bytes(each.message().as_bytes(), policy=policy.default)
            assert tuple(sorted(message.keys())) in wanted
            assert re.fullmatch(r"[a-z]+@(people|other|firm|northfield|x)\.example", message["To"])
            assert len(each.recipients()) == len(message["From"].addresses) == 1
            assert "\n" not in message["Subject"]
            assert not TURNING.search(apart(message["Subject"]) + message["From"])


def test_letters_hold_texts_as_texts(calm, rounds):
    names, styles = set(), set()
    for each in calm[0].letters:
        names |= letter_page(each).names
        styles |= set(letter_page(each).dangers())
    checked = 0
    for turn in rounds:
        for each in turn.letters:
            page = letter_page(each)
            assert page.names <= names | MARKDOWN, each.subject
            assert set(page.dangers()) <= styles, each.subject
            for body in (page.text, each.body):
                assert not TURNING.search(apart(body)), each.subject
                for mark, follows in turn.say.found(body):
                    assert reads(turn.say.said[mark], follows), (each.subject, follows)
                    checked += 1
    assert checked > 50 * TURNS


def apart(text):
    """Without the names that are kept in a direction of their own: begun and ended by us."""
    return re.sub("\u2068([^\u202a-\u202e\u2066-\u2069\n]*)\u2069", r"\1", text)


def letter_page(letter):
    ((body, kind),) = letter.alternatives
    assert kind == "text/html"
    return Page(body)
