from __future__ import annotations

import copy
from datetime import date, datetime

import orjson
import pytest

import quality_records
import stackmark
from badge_design import ACHIEVEMENT, NOW, PROFILE, keyfile
from sample_keys import key
from stackmark.adapters.clock import SystemClock
from stackmark.errors import CheckFailed, ReadError, UsageError
from stackmark.keys import KeyFile, did_web_url, new_document

ANA = {"recipient": "ana@example.org", "key": key("ed25519", 1), "now": NOW}


def test_issue_and_verify():
    badge = stackmark.issue(ACHIEVEMENT, issuer=PROFILE, **ANA)
    report = stackmark.verify(badge, now=NOW, offline=True, recipient="ana@example.org")
    assert report.verdict == "verified"
    assert report.headline == "Unaltered and in force; issuer not known to us"
    assert report.check("recipient").outcome == "passed"
    other = stackmark.verify(badge.decode(), now=NOW, recipient="bo@example.org", documents={})
    assert other.check("recipient").reason == "recipient.other"


def test_without_a_time_it_is_now():
    before = SystemClock().now().replace(microsecond=0)
    badge = orjson.loads(stackmark.issue(ACHIEVEMENT, recipient="did:example:ana", key=ANA["key"]))
    assert before <= datetime.fromisoformat(badge["validFrom"]) <= SystemClock().now()
    assert stackmark.verify(orjson.dumps(badge), offline=True).verdict == "verified"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("ana@example.org", {"identifier"}),
        ("did:example:ana", {"id"}),
        ("https://people.example/@ana", {"id"}),
        ({"email": "ana@example.org", "name": "Ana"}, {"identifier", "name"}),
        ({"email": "ana@example.org", "id": "did:example:ana"}, {"id"}),
    ],
)
def test_a_recipient_may_be_written_in_several_ways(given, wanted):
    badge = orjson.loads(stackmark.issue(ACHIEVEMENT, **(ANA | {"recipient": given})))
    assert badge["credentialSubject"].keys() - {"type", "achievement"} == wanted


def test_a_recipient_has_no_other_members():
    with pytest.raises(UsageError) as caught:
        stackmark.issue(ACHIEVEMENT, **(ANA | {"recipient": {"mail": "x"}}))
    assert caught.value.reason == "usage.recipient"


@pytest.mark.parametrize(
    ("kind", "more", "format_"),
    [
        ("p384", {}, "ob3+di"),
        ("ed25519", {"suite": "eddsa-jcs-2022"}, "ob3+di"),
        ("rsa", {"form": "jwt"}, "ob3+jwt"),
        ("p256", {"form": "jwt", "suite": "vc+jwt"}, "ob3+jwt"),
    ],
)
def test_forms_and_suites(kind, more, format_):
    badge = stackmark.issue(ACHIEVEMENT, **(ANA | {"key": key(kind, 1)} | more))
    assert stackmark.verify(badge, now=NOW, offline=True).verdict == "verified"
    assert stackmark.read(badge).format == format_


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"form": "pdf"}, "usage.form"),
        ({"key": key("rsa", 1)}, "usage.suite"),
        ({"suite": "rot13"}, "usage.suite"),
        ({"valid_until": "2020-01-01T00:00:00Z"}, "validity.order"),
        ({"recipient": {"name": "Ana"}}, "usage.recipient"),
        ({"issuer": {"id": "did:web:other.example"}}, "usage.profile"),
    ],
)
def test_what_cannot_be_issued_is_named(more, reason):
    with pytest.raises((UsageError, CheckFailed)) as caught:
        stackmark.issue(ACHIEVEMENT, **(ANA | more))
    assert caught.value.reason == reason


def test_all_the_members_there_are():
    badge = orjson.loads(
        stackmark.issue(
            ACHIEVEMENT,
            narrative="Well done.",
            evidence="https://portfolio.example/1",
            valid_from="2026-05-01T00:00:00Z",
            valid_until="2031-05-01T00:00:00Z",
            status=("https://uni.example/status/1", 7),
            **ANA,
        )
    )
    assert badge["credentialStatus"]["statusListIndex"] == "7"
    assert badge["evidence"] == [{"id": "https://portfolio.example/1", "type": ["Evidence"]}]
    assert badge["credentialSubject"]["narrative"] == "Well done."


def test_a_key_with_a_name_on_the_web():
    private = keyfile().private
    did = "did:web:uni.example"
    named = KeyFile(did, f"{did}#key-1", private)
    badge = stackmark.issue(ACHIEVEMENT, **(ANA | {"key": named}))
    document = new_document(did, f"{did}#key-1", private.public_key)
    known = stackmark.verify(badge, now=NOW, documents={did_web_url(did): document})
    assert known.verdict == "verified"
    assert stackmark.verify(badge, now=NOW, offline=True).verdict == "could-not-tell"
    register = orjson.dumps({"issuers": [{"id": did}]})
    documents = {did_web_url(did): orjson.dumps(document)}
    trusted = stackmark.verify(badge, now=NOW, documents=documents, trust=register, policy="strict")
    assert (trusted.verdict, trusted.credential.issuer_trust) == ("verified", "known")


def test_verify_never_raises_for_a_document_but_for_a_policy():
    assert stackmark.verify(b"\xff", offline=True).verdict == "refused"
    assert stackmark.verify("\ud800", offline=True).verdict == "refused"
    with pytest.raises(UsageError):
        stackmark.verify(b"", policy="lax")


def test_read_and_canonicalize():
    badge = orjson.loads(stackmark.issue(ACHIEVEMENT, **ANA))
    before = copy.deepcopy(badge)
    assert stackmark.read(orjson.dumps(badge)).tree == badge
    with pytest.raises(ReadError) as caught:
        stackmark.read("neither")
    assert caught.value.reason == "read.unknown"
    text = stackmark.canonicalize(badge)
    assert stackmark.canonicalize(text) == text == stackmark.canonicalize(text, hash="sha256")
    assert stackmark.canonicalize(badge, form="jcs").startswith('{"@context":')
    assert badge == before
    for document, more in (
        (badge, {"form": "xml"}),
        (text, {"form": "jcs"}),
        (text, {"hash": "md5"}),
    ):
        with pytest.raises(UsageError):
            stackmark.canonicalize(document, **more)


def test_check():
    design = orjson.dumps(quality_records.design())
    found = stackmark.check(design, now=NOW)
    assert (found.verdict, found.profile.id) == ("conforms", "eu-2022")
    assert stackmark.check(design.decode(), profile="cmf").findings[0].id == "cmf.01"
    with pytest.raises(UsageError) as caught:
        stackmark.check(design, profile=b"id = 3")
    assert caught.value.reason == "profile.field"
    with pytest.raises(ReadError) as caught:
        stackmark.check(b"%PDF-1.7")
    assert caught.value.reason == "read.pdf-empty"


def test_every_public_name_explains_itself_with_an_example_of_five_lines():
    for name in set(stackmark.__all__) - {"__version__"}:
        example = getattr(stackmark, name).__doc__.partition("::\n\n")[2].rstrip()
        assert 2 < len(example.splitlines()) <= 5, name
        compile("\n".join(line[8:] for line in example.splitlines()), name, "exec")


def test_audit_reads_json_and_takes_todays_date():
    rules = {"version": "1", "id": "urn:award", "rule": {"id": "one", "count": {"min": 1}}}
    held = [{"id": "urn:h:1", "status": "valid", "awarded": "2020-01-01", "expires": "2021-01-01"}]
    found = stackmark.audit(rules, held, at=date(2020, 6, 1))
    assert [(one.holding, one.leaf) for one in found.witness.uses] == [("urn:h:1", "one")]
    assert stackmark.audit(rules, held).verdict == "no"
    assert stackmark.audit(rules, {"holdings": held}).at == SystemClock().now().date()
    with pytest.raises(UsageError) as caught:
        stackmark.audit({**rules, "version": "9"}, held)
    assert caught.value.reason == "rules.version"
