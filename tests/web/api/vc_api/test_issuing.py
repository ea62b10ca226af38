"""Issuing over the VC API: the table of what suites send, and what each must get."""

from __future__ import annotations

import base64
import copy
import hashlib
import json

import orjson
import pytest

from stackmark.canonical import contexts
from stackmark.keys.multibase import b64url_decode
from stackmark.proofs.bbs_values import parse_value
from stackmark_web.api.vc_api.issuers import ISSUERS, key_of

VC2 = "https://www.w3.org/ns/credentials/v2"
VC1 = "https://www.w3.org/2018/credentials/v1"
EMBEDDED = [word for word, one in ISSUERS.items() if not one.suite.endswith("jwt")]
SD = "ecdsa-sd-2023"
SELECTIVE = {SD: ("u2V0A", "u2V0B"), "bbs-2023": ("u2V0C", "u2V0D")}  # starts of base, derived


@pytest.mark.parametrize("word", [word for word in EMBEDDED if word not in SELECTIVE])
def test_every_issuer_signs_as_itself_and_its_proof_verifies(caller, licence, word):
    made = caller.issue(licence, word)
    one = ISSUERS[word]
    assert made["issuer"] == one.key.did
    assert made["issuer"].startswith("did:key:z")
    assert made["proof"]["cryptosuite"] == one.suite
    assert made["proof"]["type"] == "DataIntegrityProof"
    assert made["proof"]["proofPurpose"] == "assertionMethod"
    assert made["proof"]["proofValue"].startswith("z")
    assert made["proof"]["verificationMethod"].partition("#")[0] == one.key.did
    status, answer = caller.verify(made)
    assert (status, answer["verified"], answer["errors"]) == (200, True, [])


def test_each_kind_of_key_has_its_did(caller):
    assert key_of("Ed25519").did.startswith("did:key:z6Mk")
    assert key_of("P-256").did.startswith("did:key:zDn")
    assert key_of("P-384").did.startswith("did:key:z82")
    assert key_of("BLS12-381").did.startswith("did:key:zUC7")


@pytest.mark.parametrize(
    ("options", "suite"),
    [
        ({"cryptosuite": "eddsa-jcs-2022"}, "eddsa-jcs-2022"),
        ({"type": "ecdsa-rdfc-2019"}, "ecdsa-rdfc-2019"),
        ({"type": "DataIntegrityProof", "cryptosuite": "ecdsa-jcs-2019"}, "ecdsa-jcs-2019"),
        ({}, "eddsa-rdfc-2022"),
    ],
)
def test_one_address_issues_with_the_suite_that_is_asked_for(caller, credential, options, suite):
    assert caller.issue(credential, **options)["proof"]["cryptosuite"] == suite


def test_the_key_follows_the_issuer_that_is_named(caller, credential):
    did = key_of("P-384").did
    made = caller.issue({**credential, "issuer": did}, cryptosuite="ecdsa-rdfc-2019")
    assert made["proof"]["verificationMethod"].startswith(did)


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ({"name": "Example Issuer"}, {"name": "Example Issuer"}),
        ({}, {}),
        ({"id": "did:example:issuer"}, {}),
    ],
)
def test_an_issuer_object_keeps_its_members_and_gets_our_id(caller, credential, stated, kept):
    made = caller.issue({**credential, "issuer": stated})
    assert made["issuer"] == {**kept, "id": key_of("Ed25519").did}
    assert caller.verify(made)[0] == 200


def test_a_token_comes_enveloped_and_verifies_in_every_form(caller, credential):
    made = caller.issue(credential, "vc-jwt-p256")
    assert made["type"] == "EnvelopedVerifiableCredential"
    assert made["@context"] == VC2
    token = made["id"].removeprefix("data:application/vc+jwt,")
    inside = json.loads(b64url_decode(token.split(".")[1].encode()))
    assert (inside["type"], inside["issuer"]) == (["VerifiableCredential"], key_of("P-256").did)
    assert "vc" not in inside
    for form in (made, token):
        assert caller.verify(form)[0] == 200
    broken = {**made, "id": made["id"][:-8] + "AAAAAAAA"}
    status, answer = caller.verify(broken)
    assert status == 400
    assert answer["errors"][0]["reason"] in ("proof.signature", "read.jws")


def test_a_credential_of_the_old_data_model_gets_its_date_and_context(caller, credential):
    old = {**credential, "@context": [VC1, {"alumniOf": "https://schema.org/alumniOf"}]}
    made = caller.issue(old)
    assert made["@context"][-1] == "https://w3id.org/security/data-integrity/v2"
    assert "issuanceDate" in made
    assert caller.verify(made)[0] == 200


def test_a_second_proof_joins_the_first(caller, credential):
    first = caller.issue(credential)
    second = caller.issue(first, cryptosuite="eddsa-jcs-2022")
    assert [one["cryptosuite"] for one in second["proof"]] == ["eddsa-rdfc-2022", "eddsa-jcs-2022"]
    assert caller.verify(second)[0] == 200


def test_asked_for_members_of_the_proof_are_signed(caller, credential):
    made = caller.issue(credential, domain="https://ask.example", challenge="c-1")
    assert made["proof"]["domain"] == "https://ask.example"
    assert caller.verify(made, domain="https://ask.example", challenge="c-1")[0] == 200
    status, answer = caller.verify(made, domain="https://other.example", challenge="c-1")
    assert status == 400
    assert answer["errors"][0]["type"].endswith("#INVALID_DOMAIN_ERROR")
    made["proof"]["challenge"] = "c-2"
    status, answer = caller.verify(made)
    assert (status, answer["errors"][0]["reason"]) == (400, "proof.signature")


def sri(data):
    return f"sha256-{base64.b64encode(hashlib.sha256(data).digest()).decode()}"


def change(tree, path, value):
    """A copy with one member changed; a value of ... takes it away."""
    tree = copy.deepcopy(tree)
    *way, last = path.split("/")
    place = tree
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return tree


REFUSED = [  # what is changed, to what, and the reason
    ("@context", ..., "context.missing"),
    ("@context", 4, "context.missing"),
    ("@context", [{"foo": True}, 4, False, None], "context.order"),
    ("@context", [VC2, "https://contexts.example/unknown"], "context.unknown"),
    ("@context", [VC2, {"VerifiableCredential": "https://example.org/#Bad"}], "context.protected"),
    ("type", ..., "format.type"),
    ("type", 4, "format.type"),
    ("type", [2, None, {"foo": True}, False], "format.type"),
    ("type", ["VerifiableCredential", 3], "format.type"),
    ("issuer", None, "format.issuer"),
    ("issuer", 4, "format.issuer"),
    ("issuer", "not a url", "format.issuer"),
    ("issuer", {"id": None}, "format.issuer"),
    ("issuer", {"id": "not a url"}, "format.issuer"),
    ("id", 4, "format.id"),
    ("id", "not a url", "format.id"),
    ("id", ["urn:a:1", "urn:a:2"], "format.id"),
    ("credentialSubject", ..., "format.subject"),
    ("credentialSubject", {}, "format.subject"),
    ("credentialSubject", [None, True, 4], "format.subject"),
    ("validFrom", "yesterday", "validity.malformed"),
    ("validFrom", "2026-01-01T00:00:00", "validity.malformed"),
    ("validUntil", "nonsense", "validity.malformed"),
    ("name", {"@value": "A", "@language": "en", "url": "x"}, "format.text"),
    ("credentialSchema", {"id": "https://schemas.example/1"}, "format.typed"),
    ("credentialSchema", {"type": "JsonSchema"}, "format.typed"),
    ("credentialSchema", {"type": "JsonSchema", "id": 5}, "format.typed"),
    ("credentialSchema", {"type": "JsonSchema", "id": "no url"}, "format.typed"),
    ("refreshService", {"id": "https://refresh.example/1"}, "format.typed"),
    ("refreshService", "https://refresh.example/1", "format.typed"),
    ("termsOfUse", {"id": "https://terms.example/1"}, "format.typed"),
    ("evidence", {"id": "https://evidence.example/1"}, "format.typed"),
    ("credentialStatus", {"id": "urn:status:1"}, "format.typed"),
    ("credentialStatus", {"type": 2}, "format.typed"),
    ("credentialStatus", {"type": "S", "id": "https ://not-a-url/4"}, "lossless.relative-id"),
    (
        "credentialStatus",
        {"type": "BitstringStatusListEntry", "statusListIndex": True},
        "status.malformed",
    ),
    ("relatedResource", ["https://www.w3.org/ns/credentials/v2"], "related.malformed"),
    ("relatedResource", {"digestSRI": "sha256-x"}, "related.malformed"),
    ("relatedResource", {"id": VC2}, "related.malformed"),
    ("relatedResource", {"id": VC2, "digestSRI": "sha256-!"}, "related.malformed"),
    ("proof", {"created": "2026-01-01T00:00:00Z"}, "format.proof"),
]


@pytest.mark.parametrize(("path", "value", "reason"), REFUSED)
def test_what_may_not_be_issued_is_refused_with_a_reason(caller, credential, path, value, reason):
    body = {"credential": change({**credential, "issuer": "did:example:i"}, path, value)}
    status, answer = caller.post("credentials/issue", body)
    assert (status, answer["reason"]) == (400, reason)
    assert answer["type"].startswith("https://")
    assert answer["errors"][0]["detail"]


@pytest.mark.parametrize("word", ["eddsa-rdfc-2022", "ecdsa-jcs-2019", "ecdsa-sd-2023"])
def test_a_base_direction_is_signed(caller, credential, word):
    name = {"@value": "شهادة", "@language": "ar", "@direction": "rtl"}
    made = caller.issue({**credential, "name": name}, word, mandatoryPointers=["/issuer"])
    if word == "ecdsa-sd-2023":
        body = {
            "verifiableCredential": made,
            "options": {"selectivePointers": ["/name", "/credentialSubject"]},
        }
        made = caller.post("credentials/derive", body)[1]["verifiableCredential"]
    status, answer = caller.verify(made)
    assert status == 200, answer["errors"]
    for changed in ({**name, "@direction": "ltr"}, {"@value": "شهادة", "@language": "ar"}):
        status, answer = caller.verify({**made, "name": changed})
        assert (status, answer["errors"][0]["reason"]) == (400, "proof.signature")


def test_a_member_nobody_defines_is_refused(caller, credential):
    body = {**credential, "@context": [VC2], "statusEntry": {"type": "BitstringStatusListEntry"}}
    for word in EMBEDDED:
        status, answer = caller.post(f"{word}/credentials/issue", {"credential": body})
        assert (status, answer["reason"].partition(".")[0]) == (400, "lossless"), word


def test_digests_of_related_resources_are_compared(caller, credential):
    right = {"id": VC2, "digestSRI": sri(contexts.raw_bytes(VC2))}
    assert "relatedResource" in caller.issue({**credential, "relatedResource": right})
    wrong = {"id": VC2, "digestSRI": sri(b"something else")}
    for resource, reason in (
        (wrong, "related.changed"),
        ([right, right], "related.malformed"),
    ):
        status, answer = caller.post(
            "credentials/issue", {"credential": {**credential, "relatedResource": resource}}
        )
        assert (status, answer["reason"]) == (400, reason)


def test_an_edition_of_a_setting_counts_for_digests_only(caller, credential, settings, tmp_path):
    (tmp_path / "old.jsonld").write_bytes(b'{"@context": {}}')
    (tmp_path / "map.json").write_text(json.dumps({VC2: "old.jsonld"}))
    body = {**credential, "relatedResource": {"id": VC2, "digestSRI": sri(b'{"@context": {}}')}}
    assert caller.post("credentials/issue", {"credential": body})[1]["reason"] == "related.changed"
    settings.VC_API_RESOURCES = str(tmp_path / "map.json")
    made = caller.issue(body)
    assert caller.verify(made)[0] == 200


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"verifiableCredential": {}}, "request.malformed"),
        ({"credential": []}, "request.malformed"),
        ({"credential": "eyJ"}, "request.malformed"),
        (b"[]", "read.not-json"),
        (b"{", "read.not-json"),
        (b"", "request.malformed"),
        (b'{"credential": {}, "credential": {}}', "read.duplicate-member"),
    ],
)
def test_a_body_that_is_no_request_is_refused(caller, body, reason):
    status, answer = caller.post("credentials/issue", body)
    assert (status, answer["reason"]) == (400, reason)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"cryptosuite": "no-such-suite"}, "usage.suite"),
        ({"cryptosuite": 5}, "usage.suite"),
        ({"type": "Ed25519Signature2018"}, "usage.suite"),
        ({"created": "yesterday"}, "usage.created"),
        ({"created": 5}, "request.malformed"),
        ({"expires": "soon"}, "usage.expires"),
        ({"proofPurpose": "authentication"}, "usage.purpose"),
        ({"verificationMethod": "did:example:a#b"}, "usage.key-id"),
        ({"cryptosuite": SD, "mandatoryPointers": ["/non/existent/path"]}, "usage.pointer"),
        ({"cryptosuite": SD, "mandatoryPointers": "/issuer"}, "request.malformed"),
        ({"credentialStatus": {"type": "Other"}}, "request.malformed"),
        ({"credentialStatus": {"statusPurpose": "moon"}}, "request.malformed"),
    ],
)
def test_an_option_that_cannot_be_is_refused(caller, credential, options, reason):
    body = {"credential": credential, "options": options}
    status, answer = caller.post("credentials/issue", body)
    assert (status, answer["reason"]) == (400, reason)


@pytest.mark.parametrize("word", SELECTIVE)
def test_parts_are_derived_and_nothing_else_is_shown(caller, licence, word):
    base = caller.issue(licence, word, mandatoryPointers=["/issuer"])
    assert base["proof"]["cryptosuite"] == word
    assert base["proof"]["proofValue"].startswith(SELECTIVE[word][0])
    status, answer = caller.verify(base)
    assert (status, answer["errors"][0]["reason"]) == (400, "proof.base")
    pointer = "/credentialSubject/driverLicense/documentIdentifier"
    body = {"verifiableCredential": base, "options": {"selectivePointers": [pointer]}}
    status, answer = caller.post("credentials/derive", body)
    assert status == 201
    shown = answer["verifiableCredential"]
    assert shown["proof"]["proofValue"].startswith(SELECTIVE[word][1])
    assert shown["credentialSubject"]["driverLicense"] == {
        "type": "DriverLicense",
        "documentIdentifier": "T21387yc328c7y32h23f23",
    }
    assert caller.verify(shown)[0] == 200
    shown["credentialSubject"]["driverLicense"]["documentIdentifier"] = "other"
    status, answer = caller.verify(shown)
    assert (status, answer["errors"][0]["reason"]) == (400, "proof.signature")


def test_the_same_parts_derived_twice_by_bbs_cannot_be_linked_by_the_proof(caller, licence):
    base = caller.issue(licence, "bbs-2023", mandatoryPointers=["/issuer"])
    body = {
        "verifiableCredential": base,
        "options": {"selectivePointers": ["/type", "/credentialSubject/id"]},
    }
    made = [caller.post("credentials/derive", body)[1]["verifiableCredential"] for _ in range(2)]
    one, two = (parse_value(each["proof"]["proofValue"]) for each in made)
    assert one.proof != two.proof
    assert one.proof[:48] != two.proof[:48]
    assert [caller.verify(each)[0] for each in made] == [200, 200]


@pytest.mark.parametrize(
    ("context", "mandatory"), [(VC2, ["/issuer"]), (VC1, ["/issuer", "/issuanceDate"])]
)
def test_the_licence_of_the_suite_for_bbs_is_issued_derived_and_verified(
    caller, context, mandatory
):
    """As w3c/vc-di-bbs-test-suite sends it: its words come from a context at an address."""
    licence = {
        "@context": [context, "https://w3id.org/vdl/v1"],
        "id": "urn:uuid:36245ee9-9074-4b05-a777-febff2e69757",
        "type": ["VerifiableCredential", "Iso18013DriversLicenseCredential"],
        "credentialSubject": {
            "id": "urn:uuid:1a0e4ef5-091f-4060-842e-18e519ab9440",
            "type": "LicensedDriver",
            "driversLicense": {
                "type": "Iso18013DriversLicense",
                "document_number": "T21387yc328c7y32h23f23",
                "birth_date": "01-01-1990",
            },
        },
    }
    base = caller.issue(licence, "bbs-2023", mandatoryPointers=mandatory)
    pointer = "/credentialSubject/driversLicense/document_number"
    body = {"verifiableCredential": base, "options": {"selectivePointers": [pointer]}}
    shown = caller.post("credentials/derive", body)[1]["verifiableCredential"]
    assert "birth_date" not in shown["credentialSubject"]["driversLicense"]
    assert caller.verify(shown)[0] == 200
    shown["credentialSubject"]["driversLicense"]["document_number"] = "other"
    status, answer = caller.verify(shown)
    assert (status, answer["errors"][0]["reason"]) == (400, "proof.signature")


@pytest.mark.parametrize("word", SELECTIVE)
@pytest.mark.parametrize(
    ("pointers", "reason"),
    [
        (["/not/there"], "usage.pointer"),
        (["no pointer"], "usage.pointer"),
        ("/issuer", "request.malformed"),
        ([5], "request.malformed"),
        ([], "usage.pointer"),
    ],
)
def test_what_cannot_be_derived_is_refused(caller, licence, word, pointers, reason):
    base = caller.issue(licence, word)
    body = {"verifiableCredential": base, "options": {"selectivePointers": pointers}}
    status, answer = caller.post("credentials/derive", body)
    assert (status, answer["reason"]) == (400, reason)


def test_only_a_base_proof_is_derived_from(caller, credential):
    body = {"verifiableCredential": caller.issue(credential), "options": {}}
    status, answer = caller.post("credentials/derive", body)
    assert (status, answer["reason"]) == (400, "usage.proof")


def test_keys_stay_the_same_and_are_sealed(caller, settings):
    folder = settings.DATA / "vc-api"
    first = key_of("Ed25519").did
    data = orjson.loads((folder / "ed25519.key").read_bytes())
    assert (data["did"], data["protection"]) == (first, "passphrase")
    assert (folder / "ed25519.key").stat().st_mode & 0o77 == 0


def test_options_of_the_proof_are_kept_by_every_suite(caller, credential):
    """What a caller asks for is in the proof, or is refused; it is never left out unsaid."""
    asked = {"expires": "2099-01-01T00:00:00Z", "domain": "https://ask.example", "challenge": "c"}
    for word in EMBEDDED:
        made = caller.issue(credential, word, mandatoryPointers=["/issuer"], **asked)
        assert {name: made["proof"].get(name) for name in asked} == asked, word
    for suite in SELECTIVE:
        options = {"cryptosuite": suite, "mandatoryPointers": ["/issuer"], **asked}
        base = caller.issue(credential, **options)
        pointers = {"selectivePointers": ["/credentialSubject"]}
        body = {"verifiableCredential": base, "options": pointers}
        shown = caller.post("credentials/derive", body)[1]["verifiableCredential"]
        bound = {"domain": asked["domain"], "challenge": "c"}
        assert caller.verify(shown, **bound)[0] == 200
        assert caller.verify(shown, **{**bound, "challenge": "d"})[0] == 400
        shown["proof"]["expires"] = "2098-01-01T00:00:00Z"
        assert caller.verify(shown, **bound)[0] == 400, "it is signed"
    for word in (*SELECTIVE, "eddsa-jcs-2022"):
        body = {"credential": credential, "options": {"expires": "2020-01-01T00:00:00Z"}}
        assert caller.post(f"{word}/credentials/issue", body)[0] == 400
    body = {"credential": credential, "options": {"expires": asked["expires"]}}
    status, answer = caller.post("vc-jwt/credentials/issue", body)
    assert (status, answer["reason"]) == (400, "usage.expires")
