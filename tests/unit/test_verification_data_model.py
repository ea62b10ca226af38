"""The verifier that asks what the W3C data model asks: only there do our stricter rules rest."""

from __future__ import annotations

import json

import pytest

from simulators.issuer import NOW, Issuer
from stackmark.canonical.shapes import SHAPES
from stackmark.errors import CheckFailed
from stackmark.issuing.lint import lint
from stackmark.proofs.suites import Canonicals
from stackmark.verification.data_model import DataModelVerifier
from stackmark.verification.verifier import Verifier

VC2 = "https://www.w3.org/ns/credentials/v2"
OWN = {"nick": "https://terms.example/nick"}


def plain(issuer, context):
    return {
        "@context": [VC2, context],
        "type": ["VerifiableCredential"],
        "issuer": issuer.did,
        "credentialSubject": {"id": "did:example:s", "nick": "Al"},
    }


def judge(issuer, tree, kind=DataModelVerifier):
    return kind(now=NOW, fetcher=issuer.web).verify(issuer.sign(tree))


def test_contexts_written_into_a_document_are_taken_here_and_nowhere_else():
    issuer = Issuer()
    tree = plain(issuer, OWN)
    assert judge(issuer, tree).verdict == "verified"
    report = judge(issuer, tree, Verifier)
    assert (report.verdict, report.check("context").reason) == ("refused", "context.inline")
    lint(tree, inline=True)
    with pytest.raises(CheckFailed) as caught:
        lint(tree)
    assert caught.value.reason == "context.inline"


@pytest.mark.parametrize("context", [4, None, ["x"], True])
def test_what_is_neither_address_nor_object_is_refused(context):
    with pytest.raises(CheckFailed) as caught:
        lint(plain(Issuer(), context), inline=True)
    assert caught.value.reason == "context.inline"


def test_no_known_term_gets_another_meaning():
    with pytest.raises(CheckFailed) as caught:
        lint(
            plain(Issuer(), {"VerifiableCredential": "https://evil.example/x", **OWN}), inline=True
        )
    assert caught.value.reason == "context.protected"


def test_what_was_learnt_of_one_meaning_is_not_used_for_another():
    """Plans are kept by the outline of a document, and contexts inside change no outline."""
    issuer = Issuer()
    SHAPES.forget()
    try:
        for _ in range(6):
            assert judge(issuer, plain(issuer, OWN)).verdict == "verified"
        first = Canonicals(plain(issuer, OWN)).hash("rdfc", "sha256")
        other = Canonicals(plain(issuer, {"nick": "https://evil.example/x"}))
        assert other.hash("rdfc", "sha256") != first
        assert not other.settled
    finally:
        SHAPES.forget()


def test_nothing_presented_is_no_fault_but_nothing_unsigned_is_believed():
    issuer = Issuer()
    empty = {"@context": [VC2], "type": ["VerifiablePresentation"]}
    signed = issuer.sign(empty, purpose="authentication")
    verifier = DataModelVerifier(now=NOW, fetcher=issuer.web)
    issuer.publish(authentication=[issuer.method])
    assert verifier.verify(signed).verdict == "verified"
    assert Verifier(now=NOW, fetcher=issuer.web).verify(signed).check("format").reason == (
        "format.empty"
    )
    good, report = verifier.unsigned_presentation(empty)
    assert (good, report.check("format").reason) == (False, "format.empty")
    inside = json.loads(issuer.sign(plain(issuer, OWN)))
    good, report = verifier.unsigned_presentation({**empty, "verifiableCredential": [inside]})
    assert (good, report.verdict, len(report.parts)) == (True, "could-not-tell", 1)
    inside["credentialSubject"]["nick"] = "Bo"
    assert not verifier.unsigned_presentation({**empty, "verifiableCredential": [inside]})[0]
