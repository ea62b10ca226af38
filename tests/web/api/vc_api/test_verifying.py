"""Verifying, resolving and status over the VC API, and who may ask at all."""

from __future__ import annotations

import json
import shutil

import pytest
from django.core.exceptions import ImproperlyConfigured

from stackmark.keys.did import did_key
from stackmark.keys.multibase import b58decode, b58encode
from stackmark.keys.private import PrivateKey
from stackmark.limits import MIN_STATUS_ENTRIES
from stackmark.proofs.data_integrity import make_proof
from stackmark.proofs.suites import Canonicals
from stackmark.status import bitstring
from stackmark_web.api.vc_api import asking, config, statuses
from stackmark_web.api.vc_api.issuers import ISSUERS, key_of
from stackmark_web.settings import env
from stackmark_web.verifying import standing

VC2 = "https://www.w3.org/ns/credentials/v2"


def reasons(answer):
    return [one["reason"] for one in answer["errors"]]


CHANGED = [  # member of the proof, its value (... takes it away), and the reason
    ("type", ..., "proof.unsupported"),
    ("type", "UnknownProofType", "proof.unsupported"),
    ("cryptosuite", ..., "proof.unsupported"),
    ("cryptosuite", "invalid-cryptosuite", "proof.unsupported"),
    ("cryptosuite", 5, "proof.unsupported"),
    ("verificationMethod", ..., "issuer-key.method-url"),
    ("verificationMethod", "did:key:not-a-key", "issuer-key.method-url"),
    ("verificationMethod", 5, "issuer-key.method-url"),
    ("proofPurpose", ..., "proof.purpose"),
    ("proofPurpose", "authentication", "proof.purpose"),
    ("proofValue", ..., "proof.encoding"),
    ("proofValue", None, "proof.encoding"),
    ("proofValue", "not multibase", "proof.encoding"),
    ("created", ..., "proof.signature"),
    ("created", "yesterday", "proof.time"),
    ("created", "2026-01-01T00:00:00", "proof.time"),
    ("expires", "2020-01-01T00:00:00Z", "proof.expired"),
    ("previousProof", "urn:uuid:nowhere", "proof.chain"),
    ("previousProof", ["urn:uuid:nowhere"], "proof.chain"),
    ("previousProof", 5, "proof.chain"),
]


@pytest.mark.parametrize(("name", "value", "reason"), CHANGED)
@pytest.mark.parametrize("word", ["eddsa-rdfc-2022", "ecdsa-jcs-2019-p384"])
def test_a_changed_proof_is_refused(caller, credential, word, name, value, reason):
    made = caller.issue(credential, word)
    made["proof"][name] = value
    if value is ...:
        del made["proof"][name]
    status, answer = caller.verify(made)
    assert (status, answer["verified"]) == (400, False)
    assert reason in reasons(answer)


@pytest.mark.parametrize("proof", [None, "text", 10, True, [], {}, [{}], [None]])
def test_a_proof_that_is_none_is_refused(caller, credential, proof):
    made = {**caller.issue(credential), "proof": proof}
    assert caller.verify(made)[1]["errors"][0]["reason"] == "proof.missing"


def test_a_chain_of_proofs_names_the_one_before(caller, credential):
    """previousProof may be one text or a list of them."""
    key = key_of("Ed25519")
    unsecured = {**credential, "issuer": key.did}
    how = {"signer": key.private, "method": key.method_id, "created": "2026-01-01T00:00:00Z"}
    first = make_proof(
        Canonicals(unsecured), suite="eddsa-rdfc-2022", more={"id": "urn:uuid:p1"}, **how
    )
    for named in ("urn:uuid:p1", ["urn:uuid:p1"]):
        second = make_proof(
            Canonicals({**unsecured, "proof": [first]}),
            suite="eddsa-rdfc-2022",
            more={"previousProof": named},
            **how,
        )
        status, answer = caller.verify({**unsecured, "proof": [first, second]})
        assert (status, answer["errors"]) == (200, [])


def test_another_s_signature_is_refused(caller, credential):
    made = caller.issue(credential)
    thief = PrivateKey.generate("ed25519")
    bare = {name: value for name, value in made.items() if name != "proof"}
    method = f"{did_key(thief.public_key)}#{thief.public_key.to_multikey()}"
    proof = make_proof(
        Canonicals(bare),
        suite="eddsa-rdfc-2022",
        signer=thief,
        method=method,
        created="2026-01-01T00:00:00Z",
    )
    status, answer = caller.verify({**bare, "proof": proof})
    assert (status, reasons(answer)) == (400, ["issuer-key.not-issuer"])


def test_an_expected_purpose_is_asked_for(caller, credential):
    made = caller.issue(credential)
    assert caller.verify(made, expectedProofPurpose="assertionMethod")[0] == 200
    status, answer = caller.verify(made, expectedProofPurpose="authentication")
    assert (status, reasons(answer)) == (400, ["proof.purpose"])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "request.malformed"),
        ({"verifiableCredential": None}, "request.malformed"),
        ({"verifiableCredential": "no token"}, "request.malformed"),
        ({"verifiableCredential": []}, "request.malformed"),
        ({"verifiableCredential": {}, "options": []}, "request.malformed"),
        ({"verifiableCredential": {}, "options": {"checks": "proof"}}, "request.malformed"),
        ({"verifiableCredential": {"type": ["NonconformingDocument"]}}, "format.type"),
        ({"verifiableCredential": {}}, "format.type"),
        ({"verifiableCredential": "eyJhbGciOiJub25lIn0.e30."}, "read.jws"),
    ],
)
def test_what_is_no_credential_is_refused_and_never_a_fault_of_ours(caller, body, reason):
    status, answer = caller.post("credentials/verify", body)
    assert status == 400
    assert reason in [one["reason"] for one in answer["errors"]] or reason == "read.jws"
    assert answer["verified"] is False


NO_REQUESTS = [b"", b"{", b"null", b"5", b"[]", b"\xff", b'{"a":NaN}', b'{"a":' * 200 + b"{}"]


@pytest.mark.parametrize("path", ["credentials/verify", "presentations/verify"])
def test_what_is_no_request_is_not_verified_either(caller, monkeypatch, path):
    """A caller that looks at nothing but ``verified`` finds it, whatever was wrong."""
    for data in NO_REQUESTS:
        status, answer = caller.post(path, data)
        assert (status, answer["verified"]) == (400, False), data
    status, answer = caller.post(path, b"{}", kind="text/plain")
    assert (status, answer["verified"]) == (400, False)
    monkeypatch.setattr(asking, "MAX_BODY", 100)
    status, answer = caller.post(path, b" " * 200)
    assert (status, answer["verified"]) == (413, False)


def test_old_and_future_credentials_are_refused(caller, credential):
    for dates, reason in (
        ({"validUntil": "2020-01-01T00:00:00Z"}, "validity.expired"),
        ({"validFrom": "2099-01-01T00:00:00Z"}, "validity.not-yet"),
    ):
        made = caller.issue({**credential, **dates})
        status, answer = caller.verify(made)
        assert (status, reasons(answer)) == (400, [reason])
        assert answer["errors"][0]["type"].endswith("#RANGE_ERROR")


# -- presentations -----------------------------------------------------------------------------


@pytest.fixture
def present():
    """Signs a presentation as the data model's suite does."""
    holder = PrivateKey.generate("ed25519")
    did = did_key(holder.public_key)

    def sign(tree, **more):
        proof = make_proof(
            Canonicals(tree, inline=True),
            suite="eddsa-rdfc-2022",
            signer=holder,
            method=f"{did}#{holder.public_key.to_multikey()}",
            created="2026-01-01T00:00:00Z",
            purpose=more.pop("purpose", "authentication"),
            more=more,
        )
        return {**tree, "proof": proof}

    sign.did = did
    return sign


def presentation(*inside, **more):
    tree = {"@context": [VC2], "type": ["VerifiablePresentation"], **more}
    return {**tree, "verifiableCredential": list(inside)} if inside else tree


def test_a_presentation_verifies_with_its_challenge_and_domain(caller, credential, present):
    bound = {"challenge": "c-1", "domain": "https://ask.example"}
    made = present(presentation(caller.issue(credential)), **bound)
    status, answer = caller.verify_vp(made, **bound)
    assert (status, answer["verified"]) == (200, True)
    assert any("not the holder" in one for one in answer["warnings"])
    assert caller.verify_vp(made, checks=[])[0] == 200, "nothing was asked for"
    for wrong, kind in (
        ({**bound, "challenge": "c-2"}, "INVALID_CHALLENGE_ERROR"),
        ({**bound, "domain": "https://x.example"}, "INVALID_DOMAIN_ERROR"),
    ):
        status, answer = caller.verify_vp(made, **wrong)
        assert status == 400
        assert answer["errors"][0]["type"].endswith(f"#{kind}")


def test_credentials_inside_may_bring_contexts_of_their_own(caller, licence, present):
    made = present(presentation(caller.issue(licence)))
    assert caller.verify_vp(made)[0] == 200
    made["verifiableCredential"][0]["@context"][1]["driverLicense"] = "urn:example:other"
    status, answer = caller.verify_vp(made)
    assert (status, "proof.signature" in reasons(answer)) == (400, True)


def test_an_asked_challenge_must_be_in_the_proof(caller, credential, present):
    made = present(presentation(caller.issue(credential)))
    status, answer = caller.verify_vp(made, challenge="c-1")
    assert (status, reasons(answer)) == (400, ["proof.challenge"])


def test_holders_and_empty_presentations(caller, present):
    for more in ({}, {"holder": present.did}, {"holder": {"id": present.did, "name": "Ann"}}):
        assert caller.verify_vp(present(presentation(**more)))[0] == 200
    for holder, reason in (
        ({"name": "Ann"}, "format.holder"),
        ("not a url", "format.holder"),
        ("did:example:acme", "issuer-key.not-issuer"),
    ):
        tree = presentation(holder=holder)
        with_proof = {**tree, "proof": present(presentation())["proof"]}
        signed = with_proof if reason == "format.holder" else present(tree)
        status, answer = caller.verify_vp(signed)
        assert (status, reasons(answer)) == (400, [reason])


def test_an_unsigned_presentation_is_told_from_a_signed_one(caller, credential):
    made = caller.issue(credential, "vc-jwt")
    status, answer = caller.verify_vp(presentation(made))
    assert status == 200
    assert "Nobody signed the presentation" in answer["warnings"][0]
    status, answer = caller.verify_vp(presentation(made), challenge="c-1")
    assert (status, reasons(answer)) == (400, ["proof.challenge"])
    for tree, reason in (
        (presentation(credential | {"issuer": "did:example:i"}), "proof.missing"),
        (presentation(), "format.empty"),
        (presentation("a text"), "read.part"),
        ({**presentation(made), "@context": ["https://x.example/1", VC2]}, "context.order"),
        (presentation({**made, "type": "Other"}), "format.type"),
        (presentation({**credential, "type": ["Other"]}), "format.type"),
    ):
        status, answer = caller.verify_vp(tree)
        assert status == 400
        assert reason in reasons(answer), (reason, reasons(answer))


@pytest.mark.parametrize("tree", [{"type": ["NonconformingDocument"]}, {}, {"type": 5}])
def test_what_is_no_presentation_is_refused(caller, tree):
    status, answer = caller.verify_vp(tree)
    assert (status, answer["verified"]) == (400, False)


def test_a_credential_is_no_presentation_and_the_reverse(caller, credential, present):
    made = caller.issue(credential)
    assert reasons(caller.verify_vp(made)[1]) == ["format.type"]
    status, _answer = caller.verify(present(presentation(made)))
    assert status == 400


# -- status ------------------------------------------------------------------------------------


def test_the_issuer_adds_a_status_and_the_verifier_looks_at_it_unasked(caller, credential):
    made = caller.issue(credential, "bitstring")
    entry = made["credentialStatus"]
    assert entry["type"] == "BitstringStatusListEntry"
    assert entry["statusPurpose"] == "revocation"
    assert str(int(entry["statusListIndex"])) == entry["statusListIndex"]
    assert entry["id"] != entry["statusListCredential"]
    assert caller.verify(made)[0] == 200
    path = entry["statusListCredential"].partition("/vc-api/")[2]
    status, found = caller.get(path)
    assert status == 200
    assert found["issuer"] == made["issuer"]
    assert "BitstringStatusListCredential" in found["type"]
    assert found["id"] == entry["statusListCredential"]
    assert found["credentialSubject"]["statusPurpose"] == "revocation"
    assert found["credentialSubject"]["encodedList"].startswith("u")
    bits = bitstring.decode(found["credentialSubject"]["encodedList"])
    assert (len(bits) * 8, any(bits)) == (MIN_STATUS_ENTRIES, False)
    body = {"credentialId": made["id"], "credentialStatus": {"type": entry["type"]}}
    assert caller.post("credentials/status", body)[0] == 200
    status, answer = caller.verify(made, checks=[])
    assert (status, reasons(answer)) == (400, ["status.revoked"])
    assert caller.post(f"{path}/publish", {})[0] == 204
    assert caller.post("credentials/status", {**body, "status": False})[0] == 200
    assert caller.verify(made)[0] == 200


def test_no_two_credentials_share_an_index_and_purposes_can_be_asked_for(caller, credential):
    made = [caller.issue({**credential, "id": f"urn:a:{n}"}, "bitstring") for n in range(5)]
    assert len({one["credentialStatus"]["statusListIndex"] for one in made}) == 5
    both = caller.issue(
        credential,
        credentialStatus=[{"statusPurpose": "revocation"}, {"statusPurpose": "suspension"}],
    )
    assert [one["statusPurpose"] for one in both["credentialStatus"]] == [
        "revocation",
        "suspension",
    ]
    assert caller.verify(both)[0] == 200
    second = both["credentialStatus"][1]
    body = {"credentialStatus": second, "status": True}
    assert caller.post("credentials/status", body)[0] == 200
    assert reasons(caller.verify(both)[1]) == ["status.suspended"]


def test_only_entries_given_out_here_are_set(caller, credential):
    caller.issue(credential, "bitstring")
    for body, status in (
        ({"credentialId": "urn:nobody"}, 400),
        ({"credentialId": 5}, 400),
        ({"credentialId": "urn:a", "credentialStatus": "revoked"}, 400),
        ({"credentialId": "urn:a", "status": "yes"}, 400),
    ):
        assert caller.post("credentials/status", body)[0] == status


def test_one_without_an_id_and_two_of_one_id_are_told_apart_by_their_entries(caller, credential):
    del credential["id"]
    nameless = caller.issue(credential, "bitstring")
    twins = [caller.issue({**credential, "id": "urn:twin"}, "bitstring") for _ in range(2)]
    for one in (nameless, twins[0]):
        assert caller.verify(one)[0] == 200
        body = {"credentialId": one.get("id"), "credentialStatus": one["credentialStatus"]}
        assert caller.post("credentials/status", body)[0] == 200
        assert reasons(caller.verify(one)[1]) == ["status.revoked"]
    assert caller.verify(twins[1])[0] == 200
    for number in ("-1", "131072", "1e3", "٣", "007", 5, None):
        entry = {**nameless["credentialStatus"], "statusListIndex": number}
        status, answer = caller.post("credentials/status", {"credentialStatus": entry})
        assert (status, answer["reason"]) == (400, "usage.status"), number


def test_a_full_list_is_followed_by_the_next_without_a_pause(caller, credential):
    first = caller.issue(credential, "bitstring")
    path = statuses._state_path("ed25519", "revocation")
    state = json.loads(path.read_bytes())
    state["order"]["next"] = state["order"]["entries"]
    path.write_bytes(json.dumps(state).encode())
    try:
        second = caller.issue(credential, "bitstring")
        lists = [one["credentialStatus"]["statusListCredential"] for one in (first, second)]
        assert lists[1] == f"{lists[0].removesuffix('/revocation')}-2/revocation"
        assert [caller.verify(one)[0] for one in (first, second)] == [200, 200]
    finally:
        shutil.rmtree(statuses._folder())


# -- resolving ---------------------------------------------------------------------------------

VALID = "did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"


def quoted(text):
    from urllib.parse import quote

    return f"identifiers/{quote(text, safe='')}"


def with_length(cut):
    raw = b58decode(VALID.removeprefix("did:key:z"))
    return f"did:key:z{b58encode(raw[:cut])}"


@pytest.mark.parametrize(
    ("did", "error"),
    [
        (VALID.replace("did:", "notDid:", 1), "invalidDid"),
        (VALID.replace(":key:", ":experimental:"), "invalidDid"),
        (VALID.replace(":key:", ":example:"), "methodNotSupported"),
        (VALID.replace("key:", "key:-4:"), "invalidDid"),
        (VALID.replace(":z", ":"), "invalidDid"),
        ("did:key:@", "invalidDid"),
        ("did:key:z", "invalidDid"),
        (with_length(30), "invalidPublicKeyLength"),
        ("did:key:z6DtP4Eqbz7dpGzVkQQVjHBBpVkWy5hjTnsoEBC8xJ8ZkPdk", "unsupportedPublicKeyType"),
        (f"{VALID}/^bar^/?query=`#x", "invalidDidUrl"),
        (f"{VALID}?service=files", "invalidDidUrl"),
        (f"{VALID}#other", "notFound"),
        ("did:web:localhost", "invalidDid"),
        ("", "invalidDid"),
        ("did:jwk:e30", "invalidPublicKey"),
        ("did:jwk:eyJrdHkiOiJPS1AiLCJjcnYiOiJYMjU1MTkiLCJ4IjoiIn0", "unsupportedPublicKeyType"),
    ],
)
def test_what_cannot_be_resolved_has_the_name_of_its_error(caller, did, error):
    status, answer = caller.get(quoted(did))
    assert 400 <= status < 500
    assert set(answer) >= {
        "@context",
        "didDocument",
        "didDocumentMetadata",
        "didResolutionMetadata",
    }
    assert answer["didResolutionMetadata"]["error"] == error
    assert answer["didDereferencingMetadata"]["error"] == error


def test_a_did_is_resolved_to_a_result(caller):
    status, answer = caller.get(
        quoted(VALID), accept='application/ld+json;profile="https://w3id.org/did-resolution"'
    )
    assert status == 200
    document = answer["didDocument"]
    assert document["id"] == VALID
    (method,) = document["verificationMethod"]
    assert (method["type"], method["controller"]) == ("Multikey", VALID)
    assert document["assertionMethod"] == [method["id"]]
    status, answer = caller.get(quoted(method["id"]))
    assert (status, answer["didDocument"]["controller"]) == (200, VALID)


@pytest.mark.parametrize(
    ("query", "status", "found"),
    [
        ("publicKeyFormat=JsonWebKey2020", 200, "JsonWebKey2020"),
        ("publicKeyFormat=Ed25519VerificationKey2020", 200, "Ed25519VerificationKey2020"),
        ("publicKeyFormat=unknown", 400, "unsupportedPublicKeyType"),
        (
            "publicKeyFormat=Ed25519VerificationKey2018&enableExperimentalPublicKeyTypes=false",
            400,
            "invalidPublicKeyType",
        ),
        ("publicKeyFormat=X25519KeyAgreementKey2020", 400, "invalidPublicKeyType"),
    ],
)
def test_keys_come_in_the_form_that_is_asked_for(caller, query, status, found):
    got, answer = caller.get(f"{quoted(VALID)}?{query}")
    assert got == status
    if status == 200:
        assert answer["didDocument"]["verificationMethod"][0]["type"] == found
    else:
        assert answer["didResolutionMetadata"]["error"] == found


# -- who may ask -------------------------------------------------------------------------------


def test_it_is_not_there_unless_switched_on(caller, settings):
    settings.VC_API = False
    for path in ("credentials/issue", "credentials/verify", "presentations/verify"):
        assert caller.client.post(f"/vc-api/{path}").status_code == 404
    assert caller.client.get(f"/vc-api/identifiers/{VALID}").status_code == 404
    assert caller.client.get("/vc-api/").status_code == 404


def test_a_page_of_another_site_cannot_send_it_a_form(caller, credential):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        status, answer = caller.post(
            "credentials/issue", json.dumps({"credential": credential}).encode(), kind=kind
        )
        assert (status, answer["reason"]) == (400, "request.malformed")


def test_bodies_and_methods_are_bounded(caller, monkeypatch):
    answer = caller.client.get("/vc-api/credentials/issue")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    monkeypatch.setattr(asking, "MAX_BODY", 100)
    assert caller.post("credentials/issue", {"credential": "x" * 200})[0] == 413


def test_with_a_token_only_who_has_it_is_answered(caller, credential, settings):
    settings.VC_API_TOKEN = "t" * 32
    status, _answer = caller.post("credentials/issue", {"credential": credential})
    assert status == 401
    wrong = caller.client.get("/vc-api/", headers={"authorization": f"Bearer {'x' * 32}"})
    assert (wrong.status_code, "WWW-Authenticate" in wrong.headers) == (401, True)
    right = {"authorization": f"Bearer {'t' * 32}"}
    assert caller.client.get("/vc-api/", headers=right).status_code == 200
    assert caller.get("status/ed25519/suspension")[0] in (200, 404), "lists are for everybody"


def test_a_public_server_does_not_start_without_a_token(monkeypatch):
    monkeypatch.delenv("STACKMARK_VC_API_TOKEN", raising=False)
    with pytest.raises(ImproperlyConfigured, match="STACKMARK_VC_API_TOKEN"):
        env.vc_api_token("STACKMARK_VC_API_TOKEN", needed=True)
    monkeypatch.setenv("STACKMARK_VC_API_TOKEN", "short")
    with pytest.raises(ImproperlyConfigured, match="20 characters"):
        env.vc_api_token("STACKMARK_VC_API_TOKEN", needed=False)


def test_the_configuration_lists_every_issuer_with_its_did_and_address(caller):
    found = caller.get("")[1]["implementations"][0]
    assert len(found["issuers"]) == len(ISSUERS)
    for one in found["issuers"]:
        assert one["id"].startswith("did:key:z")
        assert one["endpoint"].startswith("http://127.0.0.1:8000/vc-api/")
    tags = {tag for one in found["issuers"] for tag in one["tags"]}
    assert {"vc2.0", "EnvelopingProof", "BitstringStatusList", "ecdsa-sd-2023"} <= tags
    text = config.as_module()
    assert text.startswith("module.exports = {settings: {")
    written = [
        json.loads(line.rstrip(",")) for line in text.splitlines() if line.startswith("    ")
    ]
    lists = [one for one in found.values() if isinstance(one, list)]
    assert written == [entry for one in lists for entry in one]


def test_what_our_organisations_withdrew_is_refused_before_any_list_says_so(
    caller, credential, monkeypatch
):
    made = caller.issue(credential)
    monkeypatch.setattr(standing, "_standing", lambda report: "revoked")
    status, answer = caller.verify(made)
    assert (status, reasons(answer)) == (400, ["status.revoked"])
