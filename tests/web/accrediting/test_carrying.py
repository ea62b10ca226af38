"""Statements inside what is issued from the grant on, and what a verifier makes of them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

import stackmark
from stackmark.keys.did import did_web_url
from stackmark_web import clock
from stackmark_web.accrediting import actions, checking, queries
from stackmark_web.awarding import queries as awarding
from stackmark_web.awarding.others import carried
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.verifying import actions as verifying

from .conftest import NOW

pytestmark = pytest.mark.django_db


def inside(award):
    tree = json.loads(awarding.credential_bytes(award))
    achievement = tree["credentialSubject"]["achievement"]
    return tree["issuer"].get("endorsementJwt", []), achievement.get("endorsementJwt", [])


def test_a_credential_carries_what_was_granted_before_and_not_after(award, grant):
    before = award()
    assert inside(before) == ([], [])
    row = grant("accreditation")
    assert inside(award()) == ([bytes(row.signed).decode()], [])


def test_a_statement_about_an_achievement_stands_on_it(award, grant, version):
    row = grant("endorsement", version=version, comment="Well made.")
    assert inside(award()) == ([], [bytes(row.signed).decode()])


def test_out_of_scope_is_not_carried(award, grant):
    grant("accreditation", scope={"lowest": 7, "highest": 8})
    assert inside(award()) == ([], [])
    grant("right-to-issue", scope={"fields": ["06"], "countries": ["IE"], "lowest": 4})
    assert len(inside(award())[0]) == 1


def test_expired_and_withdrawn_are_not_carried(
    award, grant, rhea, django_capture_on_commit_callbacks
):
    row = grant("accreditation", end=clock.today() + timedelta(days=10))
    with clock.at(NOW + timedelta(days=11)):
        assert inside(award()) == ([], [])
    assert len(inside(award())[0]) == 1
    with django_capture_on_commit_callbacks(execute=True):
        actions.withdraw(row, actor=rhea, reason="The board changed.")
    assert inside(award()) == ([], [])


def test_the_report_says_quality_in_scope_and_by_whom(award, grant, trusted):
    grant("accreditation", scope={"lowest": 4, "highest": 7})
    report = verifying.check(awarding.credential_bytes(award())).report
    assert report.verdict == "verified", report.why
    assert report.check("endorsements").outcome == "passed"
    quality = report.standing.quality
    assert (quality.outcome, quality.by) == ("in-scope", "Quality Board")
    assert report.standing.identity.outcome == "in-scope"


def test_an_endorsement_is_no_quality(award, grant, trusted, version):
    grant("endorsement", version=version)
    report = verifying.check(awarding.credential_bytes(award())).report
    assert report.check("endorsements").outcome == "passed"
    assert report.standing.quality.outcome == "unknown"
    assert "opinion" in report.standing.quality.sentence


def test_after_withdrawal_it_warns_and_is_not_refused(
    award, grant, trusted, rhea, django_capture_on_commit_callbacks
):
    row, made = grant("accreditation"), award()
    with django_capture_on_commit_callbacks(execute=True):
        actions.withdraw(row, actor=rhea, reason="Found wanting.")
    report = verifying.check(awarding.credential_bytes(made)).report
    assert report.verdict == "verified"
    assert report.check("endorsements").reason == "endorsements.not-confirmed"
    assert report.standing.quality.outcome == "unknown"


def test_the_library_alone_verifies_it_with_the_documents(award, grant, agency, university):
    """What the command line has: a file, documents, a register; no server."""
    row, made = grant("accreditation"), award()
    documents = checking.documents_for(row) | {
        did_web_url(tenancy.did_of(university)): json.dumps(
            tenancy.did_document(university)
        ).encode(),
    }
    listed = made.status_list
    from stackmark_web.awarding.lists import list_url

    documents[list_url(listed.pk, "revocation")] = awarding.status_list_document(
        listed.pk, "revocation"
    )
    register = {"issuers": [{"id": tenancy.did_of(agency), "name": "Board", "as": ["agency"]}]}
    report = stackmark.verify(
        awarding.credential_bytes(made),
        documents={url: json.loads(body) for url, body in documents.items()},
        trust=json.dumps(register).encode(),
        now=NOW,
    )
    assert report.verdict == "verified", report.why
    assert report.standing.quality.outcome == "in-scope"


def test_a_statement_by_itself_verifies(grant):
    row = grant("accreditation")
    report = checking.report_on(row)
    assert report.verdict == "verified", report.why
    assert report.check("status").outcome == "passed"
    assert checking.standing(row) == "holds"


def test_bulk_and_single_carry_the_same(grant, version, university):
    grant("accreditation")
    grant("endorsement", version=version)
    first, second = carried(version, university), carried(version, university)
    assert first == second
    assert (len(first.issuer), len(first.achievement)) == (1, 1)


def test_a_unit_carries_what_its_institution_has(grant, version, university, organisation):
    grant("accreditation")
    unit = organisation("science", parent=university)
    assert len(carried(version, unit).issuer) == 1


def test_a_key_that_was_revoked_makes_it_worthless(grant, version, university, agency):
    row = grant("accreditation")
    agency.keys.update(revoked_at=clock.now(), state="revoked")
    assert checking.standing(row) != "holds"
    assert carried(version, university).issuer == ()


def test_who_looked_tells_what_came_later(award, grant, university):
    made = award()
    with clock.at(NOW + timedelta(days=1)):
        grant("accreditation")
        issuer, about = tenancy.did_of(university), made.version.signable["id"]
        (found,) = queries.looked_at_credential(issuer, about, carried=())
        assert found.later
        assert found.holds
        (found,) = queries.looked_at_credential(issuer, about, carried=(found.row.sha256,))
        assert not found.later
