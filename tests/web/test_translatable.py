"""Every page in a language that nobody speaks: what stays plain was never given to a translator.

The catalogue of translations is replaced by one that writes each message in other letters, as a
translation would change it, and leaves placeholders alone. What people wrote (tests/small_world.py
collects it) is shown as it is, and what a library says in English stands in an element that says
so (lang), on pages named here. Anything else that still reads as English is a literal.
"""

from __future__ import annotations

import json
import re

import pytest
from django.db import transaction
from django.utils import translation

import small_world
from hostile_reading import Page
from stackmark.exchange.formats import NAMES as FORMATS
from stackmark.quality.profile import NAMES as PROFILES
from stackmark.quality.profile import named
from stackmark_web.approvals.models import Change
from stackmark_web.assessing.models import Attempt
from stackmark_web.catalogue import profiles
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.passport.models import Holding
from web import test_routes

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("hostile")]
OTHER = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "абцдефгхийклмнопярстувшхызАБЦДЕФГХИЙКЛМНОПЯРСТУВШХЫЗ",
)
KEPT = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|\{\{\s*\w+\s*\}\}|<[^>]+>|&\w+;|https?://\S+")
# Names of standards, files, programs and codes: the same in every language.
NAMES = set(
    """Stackmark JSON JWT PNG SVG PDF CSV XLSX Excel ZIP URL DID DNS TXT SMTP ECTS EQF ISCED ESCO
    ROR Erasmus DEQAR LinkedIn Markdown SHA UTC Open Badges Credly Parchment Accredible Certifier
    Badge Factory WCAG axe did web key https http www com org txt json example well known html
    stackmark Lines UTF Latin EUR English Deutsch Espa Moodle Canvas edX""".split()
)


def other(message):
    """The message as a translator would leave it: other letters, the same placeholders."""
    out, last = [], 0
    for kept in KEPT.finditer(message):
        out += [message[last : kept.start()].translate(OTHER), kept.group()]
        last = kept.end()
    return "".join([*out, message[last:].translate(OTHER)])


@pytest.fixture(scope="module")
def pages(django_db_setup, django_db_blocker):
    """(route, page) of every page in letters of that language; what people wrote; item names."""
    said = set()

    def say(place, usual, most=200):
        said.add(usual)
        return usual

    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        small_world.no_network(patch)
        with transaction.atomic():
            stage = object.__new__(test_routes.Stage)
            stage.world = small_world.SmallWorld(say)
            stage.world.claim_token = stage.world.link("offered")
            people = ("owner", "learner", "operator", "stranger", "colleague")
            stage.cookies = {
                w: test_routes.signed_in(getattr(stage.world, w)).cookies for w in people
            }
            stage.cookies["nobody"] = {}
            speak(patch)
            found = list(read(stage))
            said |= {*written(), *rule_sets()}
            items = {name for one in answers() for name in one}
            transaction.set_rollback(True)
    small_world.forget_files()
    return found, said, items


def speak(patch):
    """From here on every message comes out in other letters."""
    for name in ("gettext", "pgettext", "ngettext", "npgettext"):
        asked = getattr(translation.trans_real, name)

        def told(*given, asked=asked):
            return other(asked(*given))

        patch.setattr(translation._trans, name, told)


def written():
    """Every text inside designs and credentials, shown as it stands; the names of rule sets."""
    yield from (named(name).title for name in PROFILES)
    yield from Change.everywhere.values_list("title", flat=True)  # as its asker read it
    versions = AchievementVersion.everywhere.values_list("content", "signable")
    holdings = (
        json.loads(bytes(data)) for data in Holding.objects.values_list("data", flat=True) if data
    )
    yield from texts_in([*versions, *holdings])


def answers():
    """Points by item of every attempt: its keys are names that came with the results."""
    return Attempt.everywhere.values_list("responses", flat=True)


def titles():
    """What rule sets and formats are called: names of the library's, the same in every language."""
    yield from (named(name).title for name in PROFILES)
    yield from (one.title for one in FORMATS.values())


def rule_sets():
    """What the rule sets of an organisation are called; its own are written by people."""
    draft = AchievementVersion.everywhere.filter(state="draft").first()
    yield from (one.title for one in profiles.available(draft.organisation))


def texts_in(value):
    if isinstance(value, str):
        yield value
    for inner in (
        value.values()
        if isinstance(value, dict)
        else value
        if isinstance(value, list | tuple)
        else ()
    ):
        yield from texts_in(inner)


def read(stage):
    for name, rule in test_routes.RULES.items():
        if "GET" not in rule.methods:
            continue
        path = stage.path(name, rule)
        answer = stage.browser(rule.who).get(path)
        html = answer.headers.get("Content-Type", "").startswith("text/html")
        if answer.status_code == 200 and html:
            yield name, Page(answer.content.decode())


# Ids, hashes, keys, addresses, codes of checks, clauses of standards: nothing of that is a language.
CODED = re.compile(
    r"https?://\S+|\b[a-z-]+\.[a-z-]+\b|#?\b(?=\w*\d)[\w-]{6,}|\bz6Mk\w+|[\w-]{20,}|[A-Z]{2,}[\w .]*§.*|[^§]*§.*"
    r"|^(VC|Bitstring) [A-Z].*\d$|\bJ-[0-9A-F]{4}\b"  # the last are codes of judges, drawn at random
)
ELSEWHERE = {  # what is known to be left, and why
    ("mfa_edit_webauthn", "Name"),  # allauth makes this label from the name of its field
    # a title as its asker read it, and the site beside it
    ("approvals:change", "Ask for less four eyes at Northfield University · Stackmark"),
    ("ui:design", "Amara Okafor"),  # people of the examples
    ("ui:design", "João Pereira"),
    ("verifying:batch_item", "Stackmark trust register"),  # the name of a standard's place is ours
}
LIBRARY = set(  # pages that show what a library says, in English and marked so
    """accrediting:review assessing:figures_items assessing:figures_of assessing:retest
    catalogue:detail catalogue:edit catalogue:findings catalogue:quality passport:claim
    passport:holding passport:person_holding passport:shared_one recognising:decision
    recognising:desk_appeal recognising:desk_decision recognising:source recognising:source_confirm
    pathways:detail pathways:draft pathways:files pathways:pathway pathways:publish pathways:try
    pathways:version pathways:progress pathways:what_if pathways:compare pathways:candidate
    pathways:proof passport:proof
    api:docs registry:assessment_facts
    registry:credential registry:register_achievement verifying:batch_item
    verifying:record""".split()
)
APART = {"code", "pre", "textarea", "bdi", "style", "script", "kbd", "samp"}


def plain_words(page):
    """Runs of words in the page's language, with what names and descriptions attributes hold."""
    for (around, chunk), tongue in zip(page.seen, page.tongues, strict=True):
        if not APART & set(around) and tongue != "en":
            yield chunk
    for _, attrs in page.elements:
        for name, value in attrs:
            if name in {
                "alt",
                "title",
                "placeholder",
                "aria-label",
                "aria-description",
                "data-confirm",
            }:
                yield value


def test_nothing_on_any_page_is_written_past_the_translators(pages):
    found, said, items = pages
    known = NAMES | {
        one for text in said if len(text) < 40 for one in re.findall("[A-Za-z]+", text)
    }
    known |= {one for title in titles() for one in re.findall("[A-Za-z]+", title)}
    whole, left = " ".join(" ".join(map(str, said)).split()), {}
    for name, page in found:
        for chunk in plain_words(page):
            if name == "ui:design" and re.fullmatch("[a-z-]+", chunk.strip()):
                continue  # names of icons and colours, for whoever writes templates
            ours = " ".join(one for one in chunk.split() if one not in items)
            read = re.findall(r"[A-Za-z]{3,}", CODED.sub("", ours))
            words = [one for one in read if one not in known]
            if words and "@" not in chunk and " ".join(chunk.split()) not in whole:
                left.setdefault(" ".join(chunk.split())[:90], name)
    assert len(found) > 100
    left = {text: name for text, name in left.items() if (name, text) not in ELSEWHERE}
    assert left == {}, "\n".join(f"{name}: {text}" for text, name in sorted(left.items(), key=str))


def speaks_english(page):
    """Whether something on it is marked as English, the name of that language apart."""
    return any(
        tongue == "en" and "option" not in around
        for (around, _), tongue in zip(page.seen, page.tongues, strict=True)
    )


def test_english_is_marked_only_where_a_library_speaks(pages):
    found, _said, _items = pages
    marked = {name for name, page in found if speaks_english(page)}
    assert marked - LIBRARY == set()
    assert {"assessing:figures_of", "catalogue:findings", "verifying:record"} <= marked


def test_only_what_is_marked_is_left_out():
    page = Page(
        '<html lang="en"><p>one <b lang="en">two <i>three</i></b> <q lang="fr">four</q></p>'
    )
    assert [one.strip() for one in plain_words(page) if one.strip()] == ["one", "four"]
