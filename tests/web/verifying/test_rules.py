"""Any document against any rule set, and in other formats: from /verify, with nothing kept."""

from __future__ import annotations

import base64
import json

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from achievement_designs import FULL
from hostile_reading import Page
from judging import bounded, shared_files
from stackmark.exchange.formats import NAMES as FORMATS
from stackmark.exchange.formats import read_record, write_record
from stackmark.model.record import Record
from stackmark.quality.check import check
from stackmark.quality.profile import NAMES, named
from stackmark_web import clock
from stackmark_web.verifying.models import Batch, VerificationRecord

pytestmark = pytest.mark.django_db
DESIGN = {
    "id": "https://uni.example/achievements/1",
    "achievement": FULL,
    "issuer": {
        "id": "did:web:uni.example",
        "name": "Uni",
        "legal_name": "Uni DAC",
        "country": "IE",
        "url": "https://uni.example",
    },
}
OWN_RULES = """
id = "mine"
title = "Rules of the club"
source = "Club book"
version = "1"
reading = "official"
kind = "rule-set"
clause = "p. 1"
[[row]]
id = "mine.title"
element = "Title of the thing"
what = "It has a title."
where = ["/achievement/title"]
severity = "mandatory"
test = "language-tagged"
fix = "Give it one."
"""


@pytest.fixture(autouse=True)
def _uncounted():
    cache.clear()


def file(tree, name="design.json"):
    data = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return SimpleUploadedFile(name, data)


def words(response):
    return " ".join(response.content.decode().split())


def ask(client, where="rules", **given):
    return client.post(f"/verify/{where}", {"profile": "eu-2022"} | given)


@pytest.mark.parametrize("name", NAMES)
def test_the_json_is_that_of_the_command_line(client, name):
    answer = ask(client, file=file(DESIGN), profile=name, **{"as": "json"})
    judged = check(read_record(DESIGN), named(name), now=clock.now())
    assert answer.json() == json.loads(json.dumps(judged.to_json("design.json")))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Cache-Control"] == "no-store"


def test_findings_come_first_with_what_where_and_how(client):
    lacking = {**FULL}
    del lacking["outcomes"]
    page = words(ask(client, file=file({**DESIGN, "achievement": lacking})))
    assert "Does not conform" in page
    assert page.index("To be mended") < page.index("Passed (")
    assert "Learning outcomes" in page
    assert "What to do:" in page
    assert "/achievement/outcomes" in page
    assert "2022/C 243/02" in page


def test_silence_of_a_foreign_form_is_not_told_as_a_no(client):
    foreign = write_record(Record.from_json(DESIGN), "ob3").document
    page = words(ask(client, file=file(foreign), profile="open-mc"))
    assert "Open Badges 3.0" in page
    assert "a design that nobody holds yet" in page


def test_a_checklist_is_never_called_conformity(client):
    page = words(ask(client, file=file(DESIGN), profile="iso-17024"))
    assert "Readiness checklist" in page
    assert "This is no conformity." in page
    assert "unofficial reading" in page
    assert ">Conforms<" not in page


def test_an_own_rule_set_is_used_and_not_kept(client):
    answer = ask(client, file=file(DESIGN), profile="own", own=file(OWN_RULES.encode(), "m.toml"))
    assert "Rules of the club" in words(answer)
    again = ask(
        client,
        profile="own",
        own_text=OWN_RULES,
        carried=base64.b64encode(json.dumps(DESIGN).encode()).decode(),
        **{"as": "json"},
    )
    assert again.json()["profile"] == "mine"


@pytest.mark.parametrize(
    "text", ["id = 1", "not toml at all [", OWN_RULES.replace("language-tagged", "x")]
)
def test_a_bad_rule_set_is_refused_with_the_place(client, text):
    answer = ask(client, file=file(DESIGN), profile="own", own=file(text.encode(), "mine.toml"))
    assert answer.status_code == 422
    assert "mine.toml" in words(answer)


@pytest.mark.parametrize("name", ["rules", "convert"])
def test_nothing_brought_is_said(client, name):
    answer = ask(client, name, to="ob3")
    assert answer.status_code == 422
    assert "Choose a file, or give a link or the text." in words(answer)


@pytest.mark.parametrize("name", ["rules", "convert"])
def test_looking_asks_nobody(client, web, name):
    page = words(client.get(f"/verify/{name}?link=https://uni.example/c/1"))
    assert 'value="https://uni.example/c/1"' in page
    assert web.asked == []


def test_a_link_is_fetched_when_asked(client, web):
    web.put("https://uni.example/a/1", json.dumps(DESIGN).encode())
    assert "Conforms" in words(ask(client, link="https://uni.example/a/1"))


def test_several_documents_are_one_too_many(client):
    two = b"\n".join([json.dumps(DESIGN).encode()] * 2)
    answer = ask(client, file=file(two, "two.jsonl"))
    assert answer.status_code == 422
    assert "Give one document at a time" in words(answer)


def test_two_documents_stand_side_by_side(client):
    lacking = {**FULL}
    del lacking["outcomes"]
    other = file({**DESIGN, "achievement": lacking}, "other.json")
    page = words(ask(client, file=file(DESIGN), other_file=other))
    assert "Row by row" in page
    assert page.count('class="differs"') >= 1
    assert page.index("design.json") < page.index("other.json")


def test_an_answer_of_verify_goes_on(client, badge, web):
    del web
    page = client.post("/verify", {"text": badge().decode()})
    fields = [
        dict(attrs)
        for tag, attrs in Page(page.content.decode()).elements
        if tag == "input" and dict(attrs).get("name") == "carried"
    ]
    assert len(fields) == 2
    told = words(ask(client, carried=fields[0]["value"], source="badge.json"))
    assert "there is one; it was not checked here" in told
    first = client.post("/verify/convert", {"carried": fields[1]["value"]})
    assert first.status_code == 200
    assert "Taken on from the page before" in words(first)
    assert VerificationRecord.objects.count() == Batch.objects.count() == 0


@pytest.mark.parametrize("to", list(FORMATS))
def test_a_design_in_every_format_or_the_reason(client, to):
    answer = ask(client, "convert", file=file(DESIGN), to=to)
    if answer.status_code == 422:
        assert "design.json: " in words(answer)
        return
    page = words(answer)
    assert "The new document is unsigned" in page
    assert page.index("What is lost") < page.index("Download the document")
    made = ask(client, "convert", file=file(DESIGN), to=to, **{"as": "document"})
    assert read_record(made.json()).format == to
    loss = ask(client, "convert", file=file(DESIGN), to=to, **{"as": "loss"}).json()
    assert (loss["to"], loss["signed"]) == (to, False)
    exported = write_record(Record.from_json(DESIGN), to)
    assert {one["path"] for one in loss["loss"]} >= {one.path for one in exported.loss}


def test_what_the_format_demands_and_nobody_said_is_told(client):
    issuer = {**DESIGN["issuer"], "url": "", "email": ""}
    bare = {**DESIGN, "issuer": {name: one for name, one in issuer.items() if one}}
    page = words(ask(client, "convert", file=file(bare), to="ob2"))
    assert "What the format demands and the original does not say" in page
    assert "https://uni.example was taken from its id" in page
    report = ask(client, "convert", file=file(bare), to="ob2", **{"as": "loss"}).json()
    assert {"path": "/issuer/email", "done": "left-out"}.items() <= report["gaps"][-1].items()


def test_a_converted_credential_has_no_proof(client, badge):
    made = ask(client, "convert", file=file(badge()), to="ob3", **{"as": "document"})
    assert made.status_code == 200
    assert "proof" not in json.loads(made.content)


def test_a_text_that_would_run_is_text(client):
    evil = "<script>alert(1)</script>\u202e<img src=x onerror=alert(1)>"
    design = {**DESIGN, "achievement": {**FULL, "title": {"en": evil}}}
    for answer in (
        ask(client, file=file(design)),
        ask(client, "convert", file=file(design), to="ob3"),
    ):
        assert Page(answer.content.decode()).dangers() == []


HOSTILE = [
    *shared_files("security/own", "png/*.png"),
    *shared_files("security/own", "svg/*.svg"),
    *shared_files("security/own", "csv/*"),
    *shared_files("learncard", "*.json"),
    *shared_files("elm", "*.jsonld"),
]


@pytest.mark.parametrize("path", HOSTILE)
@pytest.mark.parametrize("name", ["rules", "convert"])
def test_hostile_files_get_a_clear_answer(client, web, path, name):
    if path is None:
        pytest.skip("the shared reference vectors are not beside this checkout (STACKMARK_SHARED)")
    del web
    with bounded(4):
        answer = ask(client, name, file=file(path.read_bytes(), path.name), to="ob3")
    assert answer.status_code in (200, 413, 422)
    page = Page(answer.content.decode())
    assert page.dangers() == []
    assert "Traceback" not in page.text


def test_a_lost_document_is_said(client):
    answer = ask(client, carried="%%%")
    assert answer.status_code == 422
    assert "give it once more" in words(answer)


def test_one_network_is_asked_to_wait(client, monkeypatch):
    from stackmark_web.verifying import throttle

    monkeypatch.setattr(throttle, "ANONYMOUS", 3)
    assert ask(client, file=file(DESIGN)).status_code == 429
