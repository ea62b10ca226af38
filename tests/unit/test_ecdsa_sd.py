"""ecdsa-sd-2023 on own badges: what can be shown, which pointers work, wrong ingredients."""

import copy
import json

import pytest

from sd_badges import (
    BADGE,
    CHOSEN,
    ISSUER,
    KEY,
    MANDATORY,
    OPTIONS,
    SECRET,
    issued,
    pointer_error,
    shown,
)
from stackmark.canonical.emitter import to_quads
from stackmark.canonical.rdfc import canonicalize_quads
from stackmark.errors import UsageError
from stackmark.keys.multibase import b64url_decode, b64url_encode
from stackmark.keys.private import PrivateKey
from stackmark.proofs.ecdsa_sd import derive, verify_base, verify_derived
from stackmark.proofs.sd_statements import Statements, hidden_labels
from stackmark.proofs.sd_values import parse_value


def test_round_trip():
    secured = issued()
    assert secured["proof"]["proofValue"].startswith("u2V0A")
    verify_base(BADGE, secured["proof"], KEY)
    document, proof = shown(CHOSEN, secured)
    assert proof["proofValue"].startswith("u2V0B")
    verify_derived(document, proof, KEY)
    subject = document["credentialSubject"]
    assert "name" not in document
    assert subject == {
        "type": ["AchievementSubject"],
        "identifier": [BADGE["credentialSubject"]["identifier"][1]],
        "achievement": {
            key: BADGE["credentialSubject"]["achievement"][key]
            for key in ("id", "type", "criteria", "resultDescription")
        },
    }


def test_nothing_hidden_is_in_the_derived_text():
    document, proof = shown(["/credentialSubject/identifier/1"])
    text = json.dumps([document, proof])
    assert "ana@example.org" not in text
    assert b64url_encode(SECRET) not in text
    assert SECRET not in b64url_decode(proof["proofValue"][1:])


def test_only_what_is_mandatory():
    document, proof = shown([])
    verify_derived(document, proof, KEY)
    assert document["credentialSubject"]["achievement"].keys() == {"id", "type", "criteria"}


def test_everything_shown():
    document, proof = shown([""])
    assert document == BADGE
    verify_derived(document, proof, KEY)


def test_everything_mandatory():
    secured = issued(mandatory=[""])
    document, proof = shown([], secured)
    assert document == BADGE
    value = parse_value(proof["proofValue"])
    assert value.signatures == []
    verify_derived(document, proof, KEY)


def test_nothing_mandatory():
    secured = issued(mandatory=[])
    document, proof = shown(["/name"], secured)
    verify_derived(document, proof, KEY)
    assert parse_value(proof["proofValue"]).mandatory == []
    assert "choose" in pointer_error(lambda: shown([], secured))


def test_other_proofs_are_left_out():
    secured = issued()
    base = secured["proof"]
    secured["proof"] = [base, {**base, "created": "2026-04-01T00:00:00Z"}]
    derived = derive(secured, proof=base, selective_pointers=["/name"])
    assert derived["proof"]["created"] == base["created"]
    verify_derived({k: v for k, v in derived.items() if k != "proof"}, derived["proof"], KEY)


def test_equal_objects_stay_apart():
    one = {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": "x",
        "identityType": "identifier",
    }
    other = {**one, "identityHash": "y"}
    document = copy.deepcopy(BADGE)
    document["credentialSubject"]["identifier"] = [one, one, other]  # one object, two places
    secured = issued(document)
    total = len(canonicalize_quads(to_quads(document)).lines)
    value = parse_value(secured["proof"]["proofValue"])
    mandatory = Statements(document, hidden_labels(SECRET)).group(MANDATORY).lines
    assert len(value.signatures) == total - len(mandatory)
    for pointers in (["/credentialSubject/identifier/0"], ["/credentialSubject/identifier"]):
        verify_derived(*shown(pointers, secured), KEY)


def test_embedded_graph_can_be_shown_in_parts():
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": "VerifiablePresentation",
        "verifiableCredential": [
            {
                "@context": ["https://www.w3.org/ns/credentials/v2"],
                "type": "VerifiableCredential",
                "issuer": "https://a.example",
                "name": "One",
                "credentialSubject": {"id": "did:example:1"},
            }
        ],
    }
    secured = issued(document, [])
    part, proof = shown(["/verifiableCredential/0/name"], secured)
    (embedded,) = part["verifiableCredential"]
    assert embedded.keys() == {"@context", "type", "name"}
    verify_derived(part, proof, KEY)


def test_language_map_and_value_objects():
    document = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            {
                "motto": {"@id": "https://t.example/motto", "@container": "@language"},
                "raw": {"@id": "https://t.example/raw", "@type": "@json"},
            },
        ],
        "type": "VerifiableCredential",
        "issuer": "https://a.example",
        "name": {"@value": "Un", "@language": "fr"},
        "motto": {"en": "one", "de": "eins"},
        "raw": {"id": "x", "type": "y", "deep": [1, {"a": None}], "more": 2},
        "credentialSubject": {"id": "did:example:1"},
    }
    secured = issued(document, ["/issuer"])
    part, proof = shown(["/motto/de", "/raw", "/name"], secured)
    assert part["motto"] == {"de": "eins"}
    verify_derived(part, proof, KEY)
    for pointer in ("/raw/deep", "/name/@value"):
        assert pointer in pointer_error(lambda pointer=pointer: shown([pointer], secured))


# -- pointers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pointer",
    [
        "name",
        "/nowhere",
        "/credentialSubject/identifier/2",
        "/credentialSubject/identifier/01",
        "/credentialSubject/identifier/-",
        "/credentialSubject/identifier/-1",
        "/name/0",
        "/na~me",
        "/proof/proofValue",
        "/",
    ],
)
def test_pointer_that_leads_nowhere(pointer):
    assert repr(pointer) in pointer_error(lambda: shown(["/name", pointer]))
    assert repr(pointer) in pointer_error(lambda: issued(mandatory=[pointer]))


def test_pointer_into_a_list_that_is_signed_whole():
    inside = "/credentialSubject/achievement/resultDescription/0/allowedValue/1"
    detail = pointer_error(lambda: shown(["/name", inside]))
    assert inside in detail
    assert "whole" in detail
    assert inside in pointer_error(lambda: issued(mandatory=[inside]))


def test_pointer_with_a_broken_escape():
    assert "~1" in pointer_error(lambda: shown(["/na~me"]))


def test_list_of_one_that_is_no_array():
    document = copy.deepcopy(BADGE)
    (results,) = document["credentialSubject"]["achievement"]["resultDescription"]
    results["allowedValue"] = "only"
    with pytest.raises(UsageError, match="only") as caught:
        issued(document)
    assert caught.value.reason == "usage.list"


def test_pointer_that_is_no_text():
    assert "7" in pointer_error(lambda: shown([7]))


def test_pointer_escapes():
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2", {"a/b~1c": "https://t.example/abc"}],
        "type": "VerifiableCredential",
        "issuer": "https://a.example",
        "a/b~1c": "odd name",
        "credentialSubject": {"id": "did:example:1"},
    }
    part, proof = shown(["/a~1b~01c"], issued(document, []))
    assert part["a/b~1c"] == "odd name"
    verify_derived(part, proof, KEY)


def test_types_and_ids_on_the_way_are_always_whole():
    document, proof = shown(["/type/0", "/credentialSubject/achievement/id"])
    assert document["type"] == BADGE["type"]
    assert document["id"] == BADGE["id"]
    verify_derived(document, proof, KEY)


def test_order_of_pointers_does_not_matter():
    first, _ = shown([*CHOSEN, "/credentialSubject/identifier"])
    second, _ = shown(["/credentialSubject/identifier", *reversed(CHOSEN)])
    assert first == second
    assert list(first) == list(second)


def test_half_of_an_object_described_twice():
    document = copy.deepcopy(BADGE)
    twin = {"id": "https://n.example/creator", "type": ["Profile"], "name": "N", "phone": "1"}
    document["credentialSubject"]["achievement"]["creator"] = twin
    document["credentialSubject"]["source"] = twin
    secured = issued(document)
    both = ["/credentialSubject/achievement/creator", "/credentialSubject/source"]
    verify_derived(*shown(both, secured), KEY)
    detail = pointer_error(lambda: shown([both[0], both[1] + "/name"], secured))
    assert "two places" in detail


# -- what the issuer may get wrong ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"hmac_key": bytes(31)}, "usage.key"),
        ({"proof_private": ISSUER}, "usage.key"),
        ({"proof_private": PrivateKey.generate("ed25519")}, "usage.key"),
        ({"signer": PrivateKey.generate("p384")}, "usage.key"),
        ({"options": {**OPTIONS, "cryptosuite": "ecdsa-rdfc-2019"}}, "usage.suite"),
        ({"options": {**OPTIONS, "proofValue": "u"}}, "usage.suite"),
    ],
)
def test_wrong_ingredients(more, reason):
    with pytest.raises(UsageError) as caught:
        issued(**more)
    assert caught.value.reason == reason


def test_document_too_large_to_be_read_again():
    document = copy.deepcopy(BADGE)
    document["credentialSubject"]["achievement"]["tag"] = [f"tag {n}" for n in range(4_600)]
    with pytest.raises(UsageError) as caught:
        issued(document)
    assert caught.value.reason == "usage.too-large"
    secured = issued(document, [*MANDATORY, "/credentialSubject/achievement/tag"])
    verify_base(document, secured["proof"], KEY)
