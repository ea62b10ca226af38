"""Accreditation, right to issue and endorsement as signed statements; three answers kept apart."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from simulators.issuer import NOW, Issuer
from stackmark.errors import CheckFailed, CouldNotTell, ReadError, UsageError
from stackmark.model.data_address import data_address, data_of
from stackmark.trust.register import Register
from stackmark.trust.signed_register import sign_register
from stackmark.trust.standing import Matter, covers, judge
from stackmark.trust.statements import Scope, Statement, endorsement, read_statement
from stackmark.verification.registers import check_register

START, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
ISSUER = Issuer()
AGENCY = Issuer(ISSUER.web, "did:web:agency.example", number=1)
ACHIEVEMENT = "https://uni.example/a/7"


def stated(kind="accreditation", **more):
    about = more.pop("about", ISSUER.did)
    return Statement(statement=kind, about=about, start=START, end=END, **more)


def tree_of(statement, by=AGENCY, number=1):
    profile = {"id": by.did, "type": ["Profile"], "name": "Quality Agency"}
    return endorsement(statement, id=f"https://agency.example/s/{number}", issuer=profile)


def carried(*statements, by=AGENCY, tokens=False):
    """A signed badge whose issuer carries signed statements."""
    trees = [tree_of(one, by, number) for number, one in enumerate(statements)]
    if tokens:
        inside = {"endorsementJwt": [by.token(tree).decode() for tree in trees]}
    else:
        inside = {"endorsement": [orjson.loads(by.sign(tree)) for tree in trees]}
    own = {"id": ISSUER.did, "type": ["Profile"], "name": "Faculty of Agriculture"}
    return ISSUER.sign(ISSUER.badge(issuer=own | inside))


def register(*entries):
    return Register.parse(json.dumps({"issuers": list(entries)}).encode())


ACCEPTED = register({"id": AGENCY.did, "name": "Quality Agency", "as": ["agency"]})


def test_a_statement_comes_back_as_it_was_made():
    made = stated(
        scope=Scope(achievements=("https://uni.example/a/*",), lowest=4, highest=6),
        profile="eu-2022",
        comment="Visited in May.",
    )
    found = read_statement(json.loads(json.dumps(tree_of(made))))
    assert (found.by, found.by_name) == (AGENCY.did, "Quality Agency")
    assert (found.statement, found.about, found.scope) == (made.statement, made.about, made.scope)
    assert (found.profile, found.comment) == ("eu-2022", "Visited in May.")
    assert (found.start, found.end) == (START, END)


def test_a_right_ends_some_day():
    endless = Statement(statement="right-to-issue", about=ISSUER.did, start=START)
    with pytest.raises(UsageError) as told:
        tree_of(endless)
    assert told.value.reason == "statement.endless"
    praise = Statement(statement="endorsement", about=ISSUER.did, start=START)
    assert "validUntil" not in tree_of(praise)


@pytest.mark.parametrize("tokens", [False, True], ids=["embedded", "tokens"])
def test_a_badge_with_an_accreditation_verifies_and_tells_by_whom(tokens):
    badge = carried(stated(), stated("right-to-issue"), tokens=tokens)
    report = ISSUER.verify(badge, register=ACCEPTED)
    assert report.verdict == "verified", report.why
    assert report.check("endorsements").reason == "endorsements.ok"
    standing = report.to_json()["standing"]
    assert standing["identity"]["outcome"] == "unknown"
    assert standing["authority"] == {
        "outcome": "in-scope",
        "sentence": "Quality Agency states that it has the right to issue, until 2029-01-01.",
        "by": "Quality Agency",
        "until": "2029-01-01",
    }
    assert standing["quality"]["outcome"] == "in-scope"
    assert report.credential.issuer_trust == "known"


def test_a_statement_by_an_agency_nobody_accepts_is_unknown():
    report = ISSUER.verify(carried(stated(), stated("right-to-issue")))
    assert report.verdict == "verified"
    assert {one["outcome"] for one in report.to_json()["standing"].values()} == {"unknown"}
    assert "does not name as an agency" in report.standing.quality.sentence
    assert report.credential.issuer_trust == "unknown"


def test_an_issuer_cannot_accredit_itself():
    known = register({"id": ISSUER.did, "name": "Uni"})
    report = ISSUER.verify(carried(stated(), by=ISSUER, tokens=True), register=known)
    assert report.standing.identity.outcome == "in-scope"
    assert report.standing.quality.outcome == "unknown"


def test_an_endorsement_is_never_an_accreditation():
    report = ISSUER.verify(carried(stated("endorsement")), register=ACCEPTED)
    assert report.standing.quality.outcome == "unknown"
    assert "opinions" in report.standing.quality.sentence
    assert report.credential.issuer_trust == "unknown"


def test_a_plain_endorsement_of_others_is_read_as_one():
    report = ISSUER.verify(
        ISSUER.sign(ISSUER.badge(endorsement=[AGENCY.endorsement(ACHIEVEMENT)])), register=ACCEPTED
    )
    assert report.verdict == "verified"
    assert "opinions" in report.standing.quality.sentence


def test_a_scope_exchanged_after_signing_breaks_the_endorsement():
    signed = orjson.loads(AGENCY.sign(tree_of(stated(scope=Scope(kinds=("certificate",))))))
    wider = orjson.loads(data_of(signed["relatedResource"][0]["id"]))
    del wider["scope"]
    signed["relatedResource"][0]["id"] = data_address(orjson.dumps(wider))
    own = {"id": ISSUER.did, "type": ["Profile"], "name": "Uni", "endorsement": [signed]}
    report = ISSUER.verify(ISSUER.sign(ISSUER.badge(issuer=own)), register=ACCEPTED)
    assert report.verdict == "refused"
    assert report.check("endorsements").reason == "endorsements.broken"


def test_a_digest_that_does_not_fit_is_refused_on_reading():
    tree = tree_of(stated())
    tree["relatedResource"][0]["id"] = data_address(
        orjson.dumps(
            {"type": "StackmarkStatement", "statement": "accreditation", "about": ISSUER.did}
        )
    )
    with pytest.raises(CheckFailed) as told:
        read_statement(tree | {"relatedResource": tree["relatedResource"]})
    assert told.value.reason == "statement.changed"


def test_a_statement_about_another_subject_is_refused():
    tree = tree_of(stated())
    tree["credentialSubject"]["id"] = "did:web:mill.example"
    with pytest.raises(CheckFailed) as told:
        read_statement(tree)
    assert told.value.reason == "statement.changed"


MATTER = Matter(ISSUER.did, (ACHIEVEMENT,), NOW, "certificate", 5, "0541", "FR")
SCOPES = {
    "no limits": (Scope(), "in-scope"),
    "pattern": (Scope(achievements=("https://uni.example/a/*",)), "in-scope"),
    "other achievement": (Scope(achievements=("https://uni.example/a/8",)), "out-of-scope"),
    "levels": (Scope(lowest=4, highest=5), "in-scope"),
    "too low": (Scope(lowest=6), "out-of-scope"),
    "broad field": (Scope(fields=("05",)), "in-scope"),
    "other field": (Scope(fields=("06",)), "out-of-scope"),
    "kind": (Scope(kinds=("digital-badge",)), "out-of-scope"),
    "country": (Scope(countries=("DE", "FR")), "in-scope"),
}


@pytest.mark.parametrize(("scope", "outcome"), SCOPES.values(), ids=SCOPES)
def test_what_a_scope_covers(scope, outcome):
    assert covers(scope, MATTER) == outcome


@pytest.mark.parametrize(
    "scope", [Scope(lowest=4), Scope(fields=("05",)), Scope(kinds=("certificate",))]
)
def test_what_is_not_said_is_unknown(scope):
    assert covers(scope, Matter(ISSUER.did, (ACHIEVEMENT,), NOW)) == "unknown"


def test_a_statement_counts_for_its_time_only():
    late = Matter(ISSUER.did, (ACHIEVEMENT,), END + timedelta(days=1))
    made = read_statement(tree_of(stated()))
    assert judge(ACCEPTED, [made], late).quality.outcome == "out-of-scope"
    ended = register({"id": AGENCY.did, "as": ["agency"], "until": "2024-12-31T00:00:00Z"})
    assert judge(ended, [made], MATTER).quality.outcome == "unknown"


def test_a_wrong_role_is_named():
    with pytest.raises(UsageError) as told:
        register({"id": AGENCY.did, "as": ["king"]})
    assert told.value.reason == "usage.trust"
    assert "issuer, agency" in told.value.detail


# -- registers that somebody publishes ---------------------------------------------------------


def signed_register(**more):
    tree = {"issuers": [{"id": ISSUER.did, "name": "Uni Example"}]}
    how = {"by": AGENCY.did, "kid": AGENCY.method, "signer": AGENCY.key, "name": "Agency list"}
    return sign_register(tree, **(how | {"start": NOW, "end": NOW + timedelta(days=30)} | more))


def test_a_signed_register_is_used_when_it_holds():
    found = check_register(signed_register(), ISSUER.web, NOW)
    assert (found.by, found.name) == (AGENCY.did, "Agency list")
    assert ISSUER.verify(ISSUER.sign(), register=found.register).credential.issuer_trust == "known"


def test_a_changed_register_is_refused():
    head, payload, signature = signed_register().split(b".")
    other = signed_register(name="Other list").split(b".")[1]
    with pytest.raises(CheckFailed) as told:
        check_register(b".".join((head, other, signature)), ISSUER.web, NOW)
    assert told.value.reason == "proof.signature"
    assert payload != other


def test_an_old_register_says_nothing():
    with pytest.raises(CouldNotTell) as told:
        check_register(signed_register(), ISSUER.web, NOW + timedelta(days=31))
    assert told.value.reason == "validity.register-ended"


def test_a_register_signed_by_somebody_else_is_refused():
    data = signed_register(by=ISSUER.did)
    with pytest.raises(CheckFailed) as told:
        check_register(data, ISSUER.web, NOW)
    assert told.value.code == "issuer-key"


def test_a_register_is_no_credential_and_a_credential_no_register():
    assert ISSUER.verify(signed_register()).verdict == "refused"
    with pytest.raises(ReadError) as told:
        check_register(ISSUER.token(), ISSUER.web, NOW)
    assert told.value.reason == "read.register"


def test_a_register_that_never_ends_is_not_made():
    with pytest.raises(UsageError) as told:
        signed_register(end=NOW + timedelta(days=500))
    assert told.value.reason == "usage.trust"
