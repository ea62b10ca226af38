"""Every form there is, filled by a hostile hand: an answer in words, and nothing but text on it.

The forms come from the pages themselves: whatever field a page offers is filled, so that a new form
is tried from the day it is there.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import quote, urljoin

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse

import small_world
from each import some
from hostile_reading import Page
from hostile_words import packs, plain, short, words
from stackmark_web.awarding.models import Award
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.operations import logs
from web import test_routes
from web.hostile.test_hostile_pages import MARKDOWN

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("hostile")]
TYPED = {"text", "search", "url", "email", "tel", "", "hidden", "password"}
# Fields that are ours: a form with no other field is not one that people fill.
KEPT = {"csrfmiddlewaretoken", "nonce", "revision", "agreed", "lang", "next"}


class Forms(HTMLParser):
    """The forms of a page: where each is sent, and what its fields hold."""

    def __init__(self, html):
        super().__init__()
        self.found, self._form = [], None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name = given.get("name")
        if tag == "form":
            self._form = {"action": given.get("action") or "", "fields": {}, "typed": {}}
            self._form["method"] = (given.get("method") or "get").lower()
            self.found.append(self._form)
        elif self._form is None or not name:
            return
        elif tag == "input":
            self._input(name, given)
        elif tag == "textarea":
            self._form["typed"][name] = int(given.get("maxlength") or 4_000)

    def _input(self, name, given):
        kind = given.get("type") or ""
        if kind in ("checkbox", "radio"):
            if "checked" in given or kind == "radio":
                self._form["fields"].setdefault(name, given.get("value") or "on")
        elif kind != "file":
            self._form["fields"][name] = given.get("value") or ""
            if kind in TYPED - {"hidden"}:
                self._form["typed"][name] = int(given.get("maxlength") or 200)

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None


def forms_of(answer, path):
    """(address, method, fields, what can be typed) of each form of our own on a page."""
    for one in Forms(answer.content.decode()).found:
        to = (one["action"] or path).partition("#")[0]
        if not to.startswith(("/theme", "/language", "/account/logout")):
            yield to, one["method"], one["fields"], one["typed"]


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        small_world.no_network(patch)
        with transaction.atomic():
            yield test_routes.Stage()
            transaction.set_rollback(True)
    small_world.forget_files()


GETTABLE = [name for name, rule in test_routes.RULES.items() if "GET" in rule.methods]


@pytest.fixture(scope="module")
def opened(stage):
    """Every page there is, in a harmless world: (route, who, address, page)."""
    found = []
    for name in GETTABLE:
        rule = test_routes.RULES[name]
        path = stage.path(name, rule)
        answer = stage.browser(rule.who).get(path)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            found.append((name, rule.who, path, answer))
    return found


@pytest.fixture(scope="module")
def forms(opened):
    """Each form of ours once: (route, who, where it is sent, method, fields, what can be typed)."""
    found = {}
    for name, who, path, answer in opened:
        for form in forms_of(answer, path):
            if form[3].keys() - KEPT:
                found.setdefault((form[0], tuple(form[3])), (name, who, *form))
    assert len(found) > 40
    return list(found.values())


@pytest.fixture(scope="module")
def ours(opened):
    """Names of elements and attributes, and what our own pages do."""
    invalid = {("textarea", "aria-invalid"), ("select", "aria-invalid")}
    pages = [Page(answer.content.decode()) for *_, answer in opened]
    names = set(MARKDOWN) | invalid | set().union(*(page.names for page in pages))
    return names, {one[:30] for page in pages for one in page.dangers()}


def fitting(texts, most, number):
    """As many of the texts as a field holds, other ones for another number."""
    bundles = packs([one for one in texts if len(one) <= most] or ["<b>"], most)
    return bundles[number % len(bundles)]


def test_every_field_of_every_form_for_itself(stage, forms, ours):
    """The others keep what stands there: most are taken, and shown on the page after."""
    texts, sent = short("html", "markdown", "redirect-target"), Counter()
    tries = [(form, field) for form in forms for field in form[5]]
    for (name, who, to, method, fields, typed), field in some(tries):
        given = fields | {field: fitting(texts, typed[field], sum(sent.values()))}
        sent[told_and_checked(stage, ours, name, who, to, method, given)] += 1
    assert sent["taken"] > 40, sent
    assert sent["refused"] > 30, sent


@pytest.mark.parametrize("hand", ["lines", "addresses"])
def test_every_form_filled_all_over(stage, forms, ours, hand):
    """Control characters and line ends everywhere, and addresses with headers behind them."""
    classes = ("log-value", "csv-cell", "file-name") if hand == "lines" else ("e-mail-address",)
    texts = [one for one in words(*classes) if one]
    for number, (name, who, to, method, fields, typed) in enumerate(forms):
        given = {
            field: fitting(texts, most, number + n) for n, (field, most) in enumerate(typed.items())
        }
        told_and_checked(stage, ours, name, who, to, method, fields | given)
    assert mail.outbox == []  # letters wait in the outbox; a wrong address never gets so far


def told_and_checked(stage, ours, name, who, to, method, given):
    """Send a form, look at the answer and where it leads, and take everything back."""
    with transaction.atomic():
        browser = stage.browser(who)
        ask = browser.post if method == "post" else browser.get
        told = ask(to, given, REMOTE_ADDR="10.3.0.1")
        assert told.status_code in (200, 302, 400, 403, 404, 422, 429), (name, to, told)
        kind = "refused" if told.status_code >= 400 else "taken"
        if told.status_code == 302:
            assert re.match(r"/(?![/\\])", told["Location"]), (name, told["Location"])
            told = browser.get(told["Location"])
            assert told.status_code in (200, 302), (name, told)
        letters_stay_whole()
        transaction.set_rollback(True)
    if told.headers.get("Content-Type", "").startswith("text/html"):
        page = Page(told.content.decode())
        assert page.names <= ours[0], (name, given, page.names - ours[0])
        assert {one[:30] for one in page.dangers()} <= ours[1], (name, given)
        assert told.headers["Content-Security-Policy"].startswith(
            "default-src 'none'; script-src 'self'"
        )
    return kind


def letters_stay_whole():
    """Every letter that waits goes to one address."""
    for to in OutboxMail.everywhere.values_list("to", flat=True):
        assert re.fullmatch(r"[^\s,;<>\x00-\x1f\u2028]+@[^\s,;<>@\x00-\x1f\u2028]+", to), to


# -- one text at a time ------------------------------------------------------------------------


def test_every_text_in_the_search_boxes(stage, ours):
    browser = stage.browser("owner")
    for number, text in enumerate(some(one for one in words() if len(one) < 3_000)):
        for path in ("/catalogue", "/manage/northfield/awards")[: 1 + (number % 3 == 0)]:
            told = browser.get(path, {"q": text})
            assert told.status_code == 200, (path, text)
            page = Page(told.content.decode())
            assert page.names <= ours[0], (path, text)
            assert path == "/catalogue" or plain(text.replace("\x00", "")[:60])[:40] in plain(
                page.text
            ), (path, text)


def test_every_text_as_a_persons_name_and_narrative(stage, ours):
    """Kept exactly, issued and shown; or refused with a plain message."""
    browser, kept, refused = stage.browser("owner"), 0, 0
    address = reverse("awarding:new", args=["northfield"]) + f"?version={stage.world.version.pk}"
    fields = next(
        one for one in forms_of(browser.get(address), address) if "recipient_email" in one[3]
    )[2]
    for number, text in enumerate(some(words())):
        given = fields | {"recipient_email": f"p{number}@people.example", "recipient_name": text}
        given |= {"narrative": text, "nonce": f"n{number}", "evidence-0-name": text}
        given |= {"evidence-0-url": "https://work.example/1"}
        with transaction.atomic():
            told = browser.post(address, given)
            if told.status_code == 302:
                (award,) = Award.everywhere.filter(recipient_email=given["recipient_email"])
                assert award.recipient_name in (" ".join(text.split()), text.strip())
                told, kept = browser.get(told["Location"]), kept + 1
                page = Page(told.content.decode())
                assert plain(text)[:30] in plain(page.text), text
            else:
                assert told.status_code == 422, (text, told)
                page, refused = Page(told.content.decode()), refused + 1
                assert ("input", "aria-invalid") in page.names, text
                assert re.search("at most|not allowed|characters|Write|once", page.text), text
            transaction.set_rollback(True)
        assert page.names <= ours[0], text
        assert {one[:30] for one in page.dangers()} <= ours[1], text
    assert kept > 50
    assert refused < kept


@pytest.mark.parametrize("text", words("e-mail-address"))
def test_an_address_is_one_address_or_refused(stage, text):
    browser = stage.browser("owner")
    before = set(OutboxMail.everywhere.values_list("pk", flat=True))
    with transaction.atomic(), small_world.committed():
        browser.post("/manage/northfield/people", {"email": text, "roles": ["designer"]})
        Client(REMOTE_ADDR="10.4.0.1").post("/claim", {"email": text})
        small_world.work_until_done()
        small_world.duties.run_all()
        for one in OutboxMail.everywhere.exclude(pk__in=before):
            (address,) = [one.to]
            assert re.fullmatch(r"[^\s,;<>\"]+@[^\s,;<>@]+", address, re.ASCII), address
        transaction.set_rollback(True)
    for one in mail.outbox:
        keys = one.message().keys()
        assert len(keys) == len(set(keys))
        assert "Bcc" not in keys
        assert len(one.recipients()) == 1


@pytest.mark.parametrize("text", words("redirect-target"))
def test_signing_in_never_leads_away(stage, text):
    said = {"login": "alice@people.example", "password": "a-long-password", "next": text}
    with transaction.atomic():
        told = Client(REMOTE_ADDR="10.5.0.1").post("/account/login/", said)
        transaction.set_rollback(True)
    leads = urljoin("http://testserver/account/login/", told.headers.get("Location", "/"))
    assert leads.startswith("http://testserver/"), leads
    assert "\\" not in leads
    asked = Client().get("/account/login/", {"next": text})
    assert Page(asked.content.decode()).dangers() == []


@pytest.mark.parametrize("text", words("log-value", "html"))
def test_one_record_is_one_line_of_the_log(stage, text):
    """An address nobody has, a Host and a browser's name go into the log as one line."""
    told = io.StringIO()
    handler = logging.StreamHandler(told)
    handler.setFormatter(logs.Text())
    logging.getLogger().addHandler(handler)
    try:
        Client().get("/" + quote(text[:2_000]), headers={"user-agent": "x"})
        Client().post("/claim", {"email": text}, REMOTE_ADDR="10.6.0.1")
    finally:
        logging.getLogger().removeHandler(handler)
    for line in told.getvalue().split("\n")[:-1]:
        assert re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z (info|warning|error) ", line), line[:200]
        assert line.isprintable(), ascii(line[:200])
        assert len(line) < 4_000
