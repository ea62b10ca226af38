"""A decision as a signed credential, and when it falls into review."""

from __future__ import annotations

import copy
import json
from datetime import timedelta

import orjson
import pytest

from recognition_world import BODY, BYTES, decision, decision_json, record
from simulators.issuer import NOW, Issuer, Web
from stackmark.errors import CheckFailed, UsageError
from stackmark.issuing.lint import lint
from stackmark.model.data_address import data_address, data_of
from stackmark.recognition.decision import VERDICTS, Decision, source_of
from stackmark.recognition.statement import (
    MOST,
    credential_of,
    in_words,
    is_about,
    read_decision,
    standing_of,
)
from stackmark.trust.statements import ENDORSEMENT, read_statement

UNI = Issuer()
COLLEGE = Issuer(UNI.web, BODY["id"], number=1)
PROFILE = {"id": BODY["id"], "type": ["Profile"], "name": BODY["name"]}
ID = "https://college.example/decisions/1"


def tree_of(found, **more):
    return credential_of(found, id=ID, issuer=PROFILE, valid_from=NOW - timedelta(days=1), **more)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_decision_is_signed_verified_and_read_back(verdict):
    found = decision(verdict)
    tree = tree_of(found)
    lint(tree)
    for signed in (COLLEGE.sign(tree), COLLEGE.token(tree)):
        report = UNI.verify(signed)
        assert report.verdict == "verified", report.why
        assert report.warnings == ("1 related resource(s) are not at hand.",)
    assert read_decision(orjson.loads(COLLEGE.sign(tree))) == found
    assert ("EndorsementCredential" in tree["type"]) == (verdict != "refused")


def test_with_the_recognised_credential_at_hand_its_bytes_are_compared():
    signed = COLLEGE.sign(tree_of(decision()))
    name = decision().source.id
    good = UNI.verify(signed, at_hand=Web({name: BYTES}))
    assert (good.verdict, good.check("related").outcome) == ("verified", "passed")
    other = UNI.verify(signed, at_hand=Web({name: BYTES + b" "}))
    assert (other.verdict, other.check("related").reason) == ("refused", "related.changed")


def test_other_software_reads_no_right_and_no_accreditation_in_it():
    assert read_statement(tree_of(decision())).statement == ENDORSEMENT


def test_the_sentence_that_is_signed_says_everything():
    said = in_words(decision("partial"))
    for part in (
        "Riverside College",
        "in part",
        "Map a soil",
        "3 ects",
        "Field work",
        "2026-06-01",
    ):
        assert part in said
    assert "Pass the field course" in in_words(decision("conditional"))
    assert ".." not in said + in_words(decision("conditional"))


def test_only_the_body_that_decided_signs():
    with pytest.raises(UsageError) as told:
        credential_of(decision(), id=ID, issuer={"id": UNI.did}, valid_from=NOW)
    assert told.value.reason == "recognition.issuer"
    with pytest.raises(UsageError) as told:
        credential_of(decision(), id=decision().source.id, issuer=PROFILE, valid_from=NOW)
    assert told.value.reason == "recognition.id"


def test_a_decision_made_past_its_reader_is_checked_before_it_is_signed():
    odd = Decision(verdict="full")
    with pytest.raises(UsageError) as told:
        tree_of(odd)
    assert told.value.reason == "recognition.incomplete"


def test_a_decision_that_is_too_long_is_refused():
    many = [f"{number} {'x' * 3_990}" for number in range(20)]
    wanted = [f"{number} {'y' * 990}" for number in range(60)]
    given = decision_json("refused", reasons=many)
    given["comparison"] |= {"matches": [], "wanted_outcomes": wanted}
    given["comparison"]["matches"] = [
        {
            "wanted": wanted[number],
            "held": "z" * 990,
            "relation": "related",
            "basis": "skill-ids",
            "evidence": "w" * 4_000,
        }
        for number in range(60)
    ]
    with pytest.raises(UsageError) as told:
        tree_of(Decision.from_json(given))
    assert told.value.reason == "recognition.length"
    assert f"{MOST:,}" in told.value.detail


def broken(change):
    tree = json.loads(json.dumps(tree_of(decision("partial"))))
    change(tree)
    with pytest.raises(CheckFailed) as told:
        read_decision(tree)
    return told.value.reason.removeprefix("recognition.")


def inner(tree):
    return orjson.loads(data_of(tree["relatedResource"][0]["id"]))


def put(tree, made, *, seal=True):
    entry = copy.deepcopy(tree["relatedResource"][0])
    if seal:
        fresh = credential_of(
            Decision.from_json({k: v for k, v in made.items() if k != "type"}),
            id=ID,
            issuer={"id": made["recogniser"]["id"]},
            valid_from=NOW,
        )
        entry = fresh["relatedResource"][0]
    else:
        entry["id"] = data_address(orjson.dumps(made))
    tree["relatedResource"][0] = entry


def test_a_document_exchanged_after_signing_is_found():
    assert broken(lambda one: put(one, inner(one) | {"target_name": "x"}, seal=False)) == "changed"


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one["credentialSubject"].update(id="urn:uuid:2"),
        lambda one: one.update(issuer="did:web:other.example"),
        lambda one: one["relatedResource"].pop(),
        lambda one: (
            one["relatedResource"][1].update(digestSRI="sha256-" + "A" * 43 + "=")
            or one["relatedResource"][1].pop("digestMultibase")
        ),
        lambda one: put(one, inner(one) | {"recogniser": {"id": "did:web:b.example", "name": "B"}}),
    ],
    ids=["subject", "issuer", "unbound", "digest", "recogniser"],
)
def test_what_does_not_fit_together_is_found(change):
    assert broken(change) == "changed"


def test_a_credential_without_one_decision_holds_none():
    assert broken(lambda one: one["relatedResource"].pop(0)) == "none"
    twice = lambda one: one["relatedResource"].append(one["relatedResource"][0])  # noqa: E731
    assert broken(twice) == "none"


def test_a_decision_that_contradicts_itself_is_unreadable_even_when_signed():
    def change(tree):
        import base64
        import hashlib

        data = orjson.dumps(inner(tree) | {"verdict": "full"})
        digest = base64.b64encode(hashlib.sha384(data).digest()).decode()
        tree["relatedResource"][0] |= {"id": data_address(data), "digestSRI": f"sha384-{digest}"}

    assert broken(change) == "unreadable"


# -- standing ------------------------------------------------------------------------------------


@pytest.fixture
def issuer():
    return Issuer()


def recognised(issuer, **members):
    """A signed badge with a status, and the decision about it."""
    signed = issuer.sign(issuer.badge(credentialStatus=issuer.status(), **members))
    tree = orjson.loads(signed)
    held = record(award={"id": tree["id"]}, issuer={"id": issuer.did, "name": "Uni"})
    source = source_of(held, signed)
    from stackmark.model.achievement_rules import write

    return signed, decision(source=write(source))


def test_it_stands_while_its_source_does_and_falls_into_review_with_it(issuer):
    signed, found = recognised(issuer)
    assert is_about(found, signed)
    assert not is_about(found, signed + b"\n")
    assert standing_of(found, [issuer.verify(signed)]).word == "in-force"
    issuer.set_status()
    standing = standing_of(found, [issuer.verify(signed)])
    assert standing.word == "review"
    assert [reason for reason, _ in standing.reasons] == ["status.revoked"]
    assert standing.reasons[0][1].endswith(".")


def test_an_expired_source_puts_it_into_review(issuer):
    signed, found = recognised(issuer, validUntil="2026-05-31T00:00:00Z")
    standing = standing_of(found, [issuer.verify(signed)])
    assert standing.word == "review"
    assert [reason for reason, _ in standing.reasons] == ["validity.expired"]


def test_what_cannot_be_asked_is_told_so(issuer):
    signed, found = recognised(issuer)
    assert standing_of(found, []).word == "could-not-tell"
    issuer.web.faults[f"{issuer.home}/status/list"] = "fetch.unreachable"
    standing = standing_of(found, [issuer.verify(signed)])
    assert standing.word == "could-not-tell"
    assert standing.reasons[0][0].startswith(("status.", "fetch."))


def test_a_forgery_with_the_same_id_changes_nothing(issuer):
    signed, found = recognised(issuer)
    other = Issuer(issuer.web, "did:web:rogue.example", number=2)
    expired = issuer.badge(validUntil="2026-05-31T00:00:00Z")
    theirs = other.sign(expired | {"issuer": {"id": other.did, "type": ["Profile"], "name": "R"}})
    tampered = signed.replace(b"2031-01-01", b"2026-05-01")
    assert tampered != signed
    forged = [issuer.verify(theirs), issuer.verify(tampered)]
    assert standing_of(found, forged).word == "could-not-tell"
    assert standing_of(found, [issuer.verify(signed), *forged]).word == "in-force"


def test_a_portfolio_has_nothing_that_could_be_revoked():
    found = decision(source={"kind": "portfolio", "id": "urn:uuid:9", "sha256": "0" * 64})
    assert standing_of(found, []).word == "in-force"
