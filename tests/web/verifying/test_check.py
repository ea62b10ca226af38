"""The three answers, each with the reason a person reads."""

from __future__ import annotations

import json

import pytest

from simulators.issuer import NOW
from simulators.ob2_issuer import Host
from stackmark_web import clock
from stackmark_web.verifying import actions

pytestmark = pytest.mark.django_db


def answer(checked):
    found = checked.shown.answer
    return found.verdict, found.reason, str(found.saying.title)


def test_a_good_badge_of_an_unknown_issuer_is_verified_but_never_called_trusted(badge):
    checked = actions.check(badge(revocable=True))
    assert answer(checked) == ("verified", "", "Unaltered and in force")
    assert checked.trusted is None
    assert checked.shown.trust == "unknown"
    assert "only you can say" in str(checked.shown.answer.saying.way_on)


def test_a_known_issuer_is_named_with_who_says_so_and_since_when(badge, issuer):
    actions.trust(actor=None, issuer=issuer.did, name="Uni Example", note="Visited")
    checked = actions.check(badge())
    assert answer(checked)[2] == "Unaltered, in force, from a trusted issuer"
    assert checked.trusted == {
        "by": "the operator of this server",
        "name": "Uni Example",
        "since": "2026-06-01T12:00:00+00:00",
        "note": "Visited",
    }


def test_out_of_the_registers_time_is_not_trusted(badge, issuer):
    actions.trust(actor=None, issuer=issuer.did, name="Uni", valid_until=NOW.replace(year=2020))
    checked = actions.check(badge())
    assert answer(checked)[2] == "Unaltered and in force, but not accepted for this"
    assert checked.trusted is None


def test_tampered(badge):
    checked = actions.check(badge().replace(b"Soil Science I", b"Soil Science X", 1))
    assert answer(checked) == ("refused", "proof.signature", "Changed after it was signed")
    assert not checked.shown.proven


def test_expired(badge):
    data = badge()
    with clock.at(NOW.replace(year=2040)):
        checked = actions.check(data)
    assert answer(checked) == ("refused", "validity.expired", "Expired")
    assert checked.shown.answer.detail == "It expired at 2031-01-01T00:00:00Z."
    assert checked.shown.proven
    assert checked.shown.card.status == "expired"


def test_revoked(badge, issuer):
    data = badge(revocable=True)
    issuer.set_status()
    checked = actions.check(data)
    assert answer(checked) == ("refused", "status.revoked", "Revoked by its issuer")
    assert checked.shown.card.status == "revoked"


def test_suspended(issuer):
    data = issuer.sign(issuer.badge(credentialStatus=issuer.status(purpose="suspension")))
    issuer.set_status()
    checked = actions.check(data)
    assert answer(checked) == ("refused", "status.suspended", "Suspended by its issuer")
    assert checked.shown.answer.tone == "warn"


def test_every_kind_of_no_looks_different(badge, issuer):
    good = badge(revocable=True)
    tampered = actions.check(good.replace(b"Soil", b"Toil", 1)).shown.answer
    with clock.at(NOW.replace(year=2040)):
        expired = actions.check(badge()).shown.answer
    issuer.set_status()
    revoked = actions.check(good).shown.answer
    seen = {(one.icon, str(one.saying.title)) for one in (tampered, expired, revoked)}
    assert seen == {
        ("cross", "Changed after it was signed"),
        ("clock", "Expired"),
        ("ban", "Revoked by its issuer"),
    }


def test_a_key_that_cannot_be_had_is_no_verdict(badge, web):
    data = badge()
    web.faults["https://uni.example/.well-known/did.json"] = "fetch.timeout"
    checked = actions.check(data)
    assert checked.verdict == "could-not-tell"
    assert str(checked.shown.answer.saying.title) == "The issuer's key could not be had"
    assert not checked.shown.proven


def test_a_list_that_cannot_be_had_is_no_verdict(badge, web):
    data = badge(revocable=True)
    web.faults["https://uni.example/status/list"] = "fetch.status"
    checked = actions.check(data)
    assert answer(checked) == (
        "could-not-tell",
        "status.unreachable",
        "Not known whether it was revoked",
    )


def test_a_strangers_key(issuer, web):
    from simulators.issuer import Issuer

    other = Issuer(web, did=None, number=7)
    data = other.sign(issuer.badge())
    checked = actions.check(data)
    assert answer(checked) == (
        "refused",
        "issuer-key.not-issuer",
        "Not signed by the issuer it names",
    )


@pytest.mark.parametrize(
    ("data", "reason", "title"),
    [
        (b"", "read.empty", "This cannot be read as a credential"),
        (b"%!", "read.unknown", "This cannot be read as a credential"),
        (b'{"a": 1, "a": 2}', "read.duplicate-member", "This cannot be read as a credential"),
        (b"{}", "format.type", "Not a complete credential"),
    ],
)
def test_what_is_no_credential(data, reason, title):
    checked = actions.check(data)
    assert answer(checked) == ("refused", reason, title)


def test_the_recipient_is_compared_and_not_told(issuer):
    identity = {
        "type": "IdentityObject",
        "identityType": "name",
        "identityHash": "Ada Lovelace",
        "hashed": False,
    }
    data = issuer.sign(
        issuer.badge(credentialSubject=issuer.subject(id=None, identifier=[identity]))
    )
    assert actions.check(data, recipient="ada  lovelace").verdict == "verified"
    other = actions.check(data, recipient="Grace Hopper")
    assert answer(other) == ("refused", "recipient.other", "Issued to somebody else")
    assert "Grace" not in json.dumps(other.to_json())


def test_a_link(badge, web):
    web.put("https://uni.example/c/1", badge())
    assert actions.check_link("https://uni.example/c/1").verdict == "verified"


def test_a_link_to_nothing_could_not_be_told(web):
    checked = actions.check_link("https://uni.example/gone")
    assert answer(checked)[::2] == ("could-not-tell", "The link could not be opened")


def test_a_link_to_a_web_page_says_what_to_do(web):
    web.put("https://uni.example/page", b"<!DOCTYPE html><html><body>A badge</body></html>")
    checked = actions.check_link("https://uni.example/page")
    assert answer(checked) == ("refused", "read.web-page", "The link leads to a web page")
    assert "Download the badge" in str(checked.shown.answer.saying.way_on)


def test_credentials_inside_have_answers_of_their_own(issuer, badge):
    data = issuer.sign(issuer.clr(badge(), badge(revocable=True)))
    issuer.set_status()
    checked = actions.check(data)
    assert checked.verdict == "refused"
    assert [part.answer.verdict for part in checked.shown.parts] == ["verified", "refused"]
    assert str(checked.shown.answer.saying.title) == "Revoked by its issuer"


def test_a_hosted_open_badge_2(monkeypatch):
    from simulators import ob2_issuer
    from stackmark_web.verifying import fetching

    host = Host()
    monkeypatch.setattr(fetching, "_OUTSIDE", host)
    made = ob2_issuer.Ob2Issuer(host=host)
    assertion = made.hosted()
    checked = actions.check(json.dumps(assertion).encode())
    assert checked.verdict == "verified"
    assert checked.shown.proven
    assert checked.facts["holder"]["by"][0]["kind"] == "emailAddress"


def test_the_checks_go_down_to_hashes_and_clauses(badge):
    steps = {step.code: step for step in actions.check(badge(revocable=True)).shown.steps}
    rows = {key: value for step in steps.values() for _label, value, key in step.rows}
    assert rows["suite"] == "eddsa-rdfc-2022"
    assert rows["document-hash"].startswith("SHA-256 ")
    assert rows["method"] == "did:web:uni.example#key-1"
    assert rows["status-list"] == "https://uni.example/status/list"
    assert rows["status-index"] == "5"
    assert rows["status-published"] == "2026-01-02T03:04:05Z"
    assert "credentialSubject" in rows["lines"]
    assert "Controlled Identifiers" in steps["issuer-key"].clause


def test_the_hash_of_an_address_is_never_shown(issuer):
    identity = {
        "type": "IdentityObject",
        "identityType": "emailAddress",
        "identityHash": "sha256$" + "ab" * 32,
        "hashed": True,
        "salt": "pepper-and-salt",
    }
    data = issuer.sign(
        issuer.badge(credentialSubject=issuer.subject(id=None, identifier=[identity]))
    )
    kept = json.dumps(actions.check(data).to_json())
    assert "ab" * 32 not in kept
    assert "pepper-and-salt" not in kept
    assert "identityHash" in kept  # the line is there, its value is not
