"""Sealed ELM documents before the verifier: the seal is judged, what is not told stays open."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from stackmark.errors import ReadError
from stackmark.exchange.formats import read_record
from stackmark.proofs import jades
from stackmark.reading.received import receive
from stackmark.verification.verifier import Verifier
from unit.exchange.elm_documents import ISSUER, credential, record
from unit.seals import AT, Authority, new_key

ROOT = Authority()
RAW, KEY = new_key()
CHAIN = (ROOT.leaf(RAW.public_key()),)
NOW = AT + timedelta(days=30)
OWN = {**ISSUER, "legal_name": "Northfield University", "name": "Northfield"}


def sealed(**changes):
    document = json.dumps(credential(**({"issuer": OWN} | changes))).encode()
    return jades.make(document, signer=KEY, chain=CHAIN, at=AT)


def report(data, anchors=(ROOT.certificate,), now=NOW, **more):
    return Verifier(now=now, anchors=anchors, **more).verify(data)


def outcomes(found):
    return {one.code: (one.outcome, one.reason) for one in found.checks}


def test_a_good_seal_and_what_is_not_told():
    found = report(sealed())
    told = outcomes(found)
    assert found.format == "elm+jades"
    assert found.verdict == "could-not-tell"
    assert told["proof"] == ("passed", "proof.ok")
    assert told["issuer-key"] == ("passed", "issuer-key.ok")
    assert told["key-time"] == ("passed", "key-time.ok")
    assert told["validity"] == ("passed", "validity.ok")
    assert told["context"] == ("could-not-tell", "context.elm")
    assert told["schema"] == ("could-not-tell", "schema.shacl")
    assert told["status"] == ("could-not-tell", "status.certificate")


def test_it_tells_what_it_is_about():
    about = report(sealed()).credential
    assert about.name == "Data analysis with open tools"
    assert about.issuer_name == "Northfield University"
    assert about.recipient == "did:example:ada"
    assert about.valid_until == "2029-03-01T09:00:00Z"


def test_it_is_never_called_a_european_digital_credential():
    text = json.dumps(report(sealed()).to_json(None))
    assert "European Digital Credential" not in text.replace("EuropeanDigitalCredential", "")


def test_a_changed_document_is_refused():
    tree = json.loads(sealed())
    other = jades.make(json.dumps(credential()).encode(), signer=KEY, chain=CHAIN, at=AT)
    tree["payload"] = json.loads(other)["payload"]
    found = report(json.dumps(tree).encode())
    assert found.verdict == "refused"
    assert outcomes(found)["proof"] == ("failed", "proof.signature")


def test_an_unknown_anchor_leaves_open_whose_it_is():
    told = outcomes(report(sealed(), anchors=()))
    assert told["proof"] == ("passed", "proof.ok")
    assert told["issuer-key"] == ("could-not-tell", "issuer-key.anchor")


def test_a_seal_by_another_body_than_the_issuer():
    told = outcomes(report(sealed(issuer={**ISSUER, "legal_name": "Somebody Else"})))
    assert told["issuer-key"] == ("could-not-tell", "issuer-key.other-body")


def test_the_number_of_the_certificate_is_enough():
    numbers = [{"scheme": "eIDAS", "value": "VATIE-1234567A"}]
    told = outcomes(report(sealed(issuer={**ISSUER, "identifiers": numbers})))
    assert told["issuer-key"] == ("passed", "issuer-key.ok")


def test_an_expired_document_is_refused():
    found = report(sealed(), now=AT + timedelta(days=2_000))
    assert outcomes(found)["validity"] == ("failed", "validity.expired")
    assert found.verdict == "refused"


def test_its_validity_begins_when_it_says():
    """VC 1.1's issuanceDate is when it was issued; ELM has validFrom beside it."""
    later = {**record().to_json()["award"], "valid_from": "2028-01-01T00:00:00Z"}
    told = outcomes(report(sealed(award=later)))
    assert told["validity"] == ("failed", "validity.not-yet")


def test_a_status_and_a_recipient_that_are_not_read():
    document = credential(issuer=OWN) | {"credentialStatus": {"id": "https://status.example/1"}}
    data = jades.make(json.dumps(document).encode(), signer=KEY, chain=CHAIN, at=AT)
    told = outcomes(report(data, recipient="ada@people.example"))
    assert told["status"][0] == "could-not-tell"
    assert told["recipient"][0] == "could-not-tell"
    assert outcomes(report(data, recipient="did:example:ada"))["recipient"][0] == "passed"


def test_another_kind_of_document_is_not_judged():
    data = jades.make(b'{"type": "Letter"}', signer=KEY, chain=CHAIN, at=AT)
    assert outcomes(report(data))["format"] == ("could-not-tell", "format.sealed")


def test_the_record_of_a_sealed_document_is_read_from_its_payload():
    received = receive(sealed())
    assert received.kind == "sealed"
    assert read_record(received.tree).record.id == record().id


@pytest.mark.parametrize("header", [b"{}", b'{"alg": "ES256", "kid": "did:example:a#1"}'])
def test_other_tokens_in_json_form_are_still_refused(header):
    from stackmark.keys import b64url_encode

    tree = {"payload": "e30", "protected": b64url_encode(header), "signature": "AA"}
    with pytest.raises(ReadError) as caught:
        receive(json.dumps(tree).encode())
    assert caught.value.reason == "read.jws-json"
