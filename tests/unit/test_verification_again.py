"""One verifier at several instants: the clock moves on, what was found is kept."""

from __future__ import annotations

from datetime import timedelta

from badge_design import NOW, award, issuance
from stackmark.issuing.bulk import Mint
from stackmark.trust.register import Register
from stackmark.verification.related import new_seal, read_digests
from stackmark.verification.verifier import Verifier


def test_the_same_at_another_instant_judges_by_that_one_and_keeps_its_keys():
    signed = Mint(issuance()).sign(award(1, valid_until="2031-05-04T00:00:00Z"))
    first = Verifier(now=NOW)
    later = first.at(NOW + timedelta(days=3_650, microseconds=7))
    assert later.ring is first.ring
    assert later.statuses is first.statuses
    assert first.verify(signed).verdict == "verified"
    report = later.verify(signed)
    assert (report.verdict, report.check("validity").reason) == ("refused", "validity.expired")
    assert report.checked_at == "2036-05-29T12:00:00Z"
    assert first.checked_at == "2026-06-01T12:00:00Z"


def test_a_standing_is_given_only_when_the_key_is_the_issuers():
    signed = Mint(issuance()).sign(award(1))
    verifier = Verifier(now=NOW, register=Register({}))
    report = verifier.verify(signed)
    assert report.standing is not None
    assert report.standing.identity.outcome == "unknown"
    assert report.credential.issuer_trust == "unknown"
    broken = verifier.verify(signed.replace(b"Soil sampling", b"Soil tasting!"))
    assert broken.check("issuer-key").outcome != "passed"
    assert broken.standing is None


def test_a_digest_written_in_both_forms_is_one_digest():
    digest = "ab" * 32
    seal = new_seal("https://uni.example/facts/1", digest)
    assert {"digestSRI", "digestMultibase"} <= seal.keys()
    assert read_digests(seal) == [("sha256", bytes.fromhex(digest))]
