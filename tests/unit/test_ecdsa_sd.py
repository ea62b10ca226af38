"""ecdsa-sd-2023 against the W3C vectors step by step, a foreign derived badge, and own badges."""

import copy
import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared import need_shared

from stackmark.canonical import contexts
from stackmark.canonical.active_context import INITIAL
from stackmark.canonical.emitter import to_quads
from stackmark.canonical.rdfc import canonicalize_quads
from stackmark.errors import CheckFailed, UsageError
from stackmark.keys.multibase import b64url_decode, b64url_encode, multibase_decode
from stackmark.keys.private import PrivateKey
from stackmark.keys.public import PublicKey
from stackmark.limits import MAX_PROOF_VALUE
from stackmark.proofs import ecdsa_sd
from stackmark.proofs.ecdsa_sd import derive, make_base_proof, verify_base, verify_derived
from stackmark.proofs.sd_select import select
from stackmark.proofs.sd_statements import Statements, label, secret_digest
from stackmark.proofs.sd_values import BaseValue, DerivedValue, parse_value
from stackmark.proofs.suites import SUITES, Canonicals, proof_options

# -- the W3C vectors ---------------------------------------------------------------------

CITIZENSHIP = "https://w3id.org/citizenship/v4rc1"
CITIZENSHIP_TERMS = {  # ours: just the terms that the vectors' statements show
    **{
        name: f"https://schema.org/{name}"
        for name in ("familyName", "gender", "givenName", "identifier", "Person")
    },
    **{
        name: f"https://w3id.org/citizenship#{name}"
        for name in (
            "PermanentResidentCardCredential",
            "PermanentResidentCard",
            "PermanentResident",
            "permanentResidentCard",
            "birthCountry",
            "commuterClassification",
            "lprCategory",
            "lprNumber",
        )
    },
    "image": {"@id": "https://schema.org/image", "@type": "@id"},
    "birthDate": {
        "@id": "https://schema.org/birthDate",
        "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
    },
    "residentSince": {
        "@id": "https://w3id.org/citizenship#residentSince",
        "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
    },
}


class Vectors:
    """The files of one vector; the credential, its proof and its keys."""

    def __init__(self):
        suite = need_shared() / "vectors" / "vc-di-ecdsa"
        self.folder = suite / "ecdsa-sd-2023" / "prc"
        keys = json.loads((suite / "ecdsa-sd-2023" / "SDKeyMaterial.json").read_text())
        self.base_key = PrivateKey.from_multikey(keys["baseKeyPair"]["secretKeyMultibase"])
        self.proof_key = PrivateKey.from_multikey(keys["proofKeyPair"]["secretKeyMultibase"])
        self.hmac_key = bytes.fromhex(keys["hmacKeyString"])
        self.mandatory = json.loads((suite / "prCredMandatory.json").read_text())
        self.selective = json.loads((suite / "prCredSelective.json").read_text())
        self.secured = self["addSignedSDBase"]
        self.proof = self.secured["proof"]
        self.document = {k: v for k, v in self.secured.items() if k != "proof"}

    def __getitem__(self, name):
        return json.loads((self.folder / f"{name}.json").read_text())

    def statements(self):
        return Statements(self.document, self.hmac_key, strict=False)


@pytest.fixture
def prc(monkeypatch):
    vectors = Vectors()
    pinned = contexts.load

    def load(url):
        return {"@context": CITIZENSHIP_TERMS} if url == CITIZENSHIP else pinned(url)

    monkeypatch.setattr(contexts, "load", load)
    monkeypatch.setattr(INITIAL, "memo", {})  # nothing made from our stand-in may live on
    return vectors


def as_map(entry):
    assert entry["dataType"] == "Map"
    return dict(entry["value"])


def test_vector_canonical_document(prc):
    lines = canonicalize_quads(to_quads(prc.document)).lines
    assert sorted(lines) == sorted(prc["addBaseDocCanon"])


def test_vector_secret_labels(prc):
    assert prc.statements().lines == prc["addBaseDocHMACCanon"]


def test_vector_mandatory_and_other_statements(prc):
    expected = prc["addBaseTransform"]
    assert expected["mandatoryPointers"] == prc.mandatory
    statements = prc.statements()
    chosen = statements.group(prc.mandatory).lines
    numbered = dict(enumerate(statements.lines))
    assert {k: v for k, v in numbered.items() if v in chosen} == as_map(expected["mandatory"])
    assert {k: v for k, v in numbered.items() if v not in chosen} == as_map(
        expected["nonMandatory"]
    )


def test_vector_pointer_values(prc):
    for entry in prc["addPointerValues"]:
        chosen = select(prc.document, [entry["pointer"]]).tree
        assert chosen[entry["pointer"][1:]] == entry["value"]


def test_vector_proof_options(prc):
    options = proof_options(prc.proof, prc.document["@context"], SUITES["ecdsa-sd-2023"])
    assert options == prc["addProofConfig"]
    canonical = (prc.folder / "addProofConfigCanon.txt").read_text().strip()
    assert "".join(Canonicals(options).lines()).strip() == canonical


def test_vector_hashes(prc):
    expected = prc["addHashData"]
    options = proof_options(prc.proof, prc.document["@context"], SUITES["ecdsa-sd-2023"])
    assert Canonicals(options).hash("rdfc", "sha256").hex() == expected["proofHash"]
    statements = prc.statements()
    chosen = statements.group(prc.mandatory).lines
    joined = "".join(line for line in statements.lines if line in chosen)
    assert hashlib.sha256(joined.encode()).hexdigest() == expected["mandatoryHash"]


def test_vector_base_signatures(prc):
    raw = prc["addRawBaseSignatureInfo"]
    value = parse_value(prc.proof["proofValue"])
    assert isinstance(value, BaseValue)
    assert value.signature.hex() == raw["baseSignature"]
    assert value.proof_key == multibase_decode(raw["publicKey"])
    assert [signature.hex() for signature in value.signatures] == raw["signatures"]
    others = as_map(prc["addBaseTransform"]["nonMandatory"]).values()
    for line, signature in zip(others, value.signatures, strict=True):
        assert prc.proof_key.public_key.verify(signature, line.encode())
    hashes = prc["addHashData"]
    data = (
        bytes.fromhex(hashes["proofHash"])
        + value.proof_key
        + bytes.fromhex(hashes["mandatoryHash"])
    )
    assert prc.base_key.public_key.verify(value.signature, data)


def test_vector_base_proof_is_made_bit_for_bit(prc):
    if prc.base_key.sign(b"same") != prc.base_key.sign(b"same"):
        pytest.skip("this build of the crypto library signs with fresh nonces only")
    options = {name: value for name, value in prc.proof.items() if name != "proofValue"}
    made = make_base_proof(
        prc.document,
        options=options,
        signer=prc.base_key,
        mandatory_pointers=prc.mandatory,
        hmac_key=prc.hmac_key,
        proof_private=prc.proof_key,
        strict=False,
    )
    assert made == prc.proof


def test_vector_base_proof_verifies(prc):
    verify_base(prc.document, prc.proof, prc.base_key.public_key, strict=False)


def test_vector_recovered_base_data(prc):
    expected = prc["derivedRecoveredBaseData"]
    value = parse_value(prc.proof["proofValue"])
    assert isinstance(value, BaseValue)
    assert value.signature.hex() == expected["baseSignature"]
    assert value.proof_key == multibase_decode(expected["proofPublicKey"])
    assert value.hmac_key.hex() == expected["hmacKey"]
    assert [signature.hex() for signature in value.signatures] == expected["signatures"]
    assert value.pointers == expected["mandatoryPointers"]


def test_vector_groups(prc):
    expected = prc["derivedAllGroupData"]
    statements = prc.statements()
    assert statements.lines == expected["nquads"]
    groups = {
        "mandatory": statements.group(prc.mandatory),
        "selective": statements.group(prc.selective),
        "combined": statements.group(prc.mandatory + prc.selective),
    }
    for name, group in groups.items():
        matching = {k: v for k, v in enumerate(statements.lines) if v in group.lines}
        assert matching == as_map(expected["groups"][name]["matching"])
        assert len(group.quads) == len(expected["groups"][name]["deskolemizedNQuads"])
    canonical = canonicalize_quads(to_quads(prc.document)).labels.values()
    labels = {label(secret_digest(prc.hmac_key, name))[2:] for name in canonical}
    assert labels == set(as_map(expected["labelMap"]).values())


def test_vector_group_indexes(prc):
    expected = prc["derivedGroupIndexes"]
    statements = prc.statements()

    def places(pointers):
        chosen = statements.group(pointers).lines
        return [place for place, line in enumerate(statements.lines) if line in chosen]

    mandatory = places(prc.mandatory)
    assert mandatory == expected["mandatoryIndexes"]
    assert places(prc.selective) == expected["selectiveIndexes"]
    assert places(prc.mandatory + prc.selective) == expected["combinedIndexes"]
    others = [place for place in range(len(statements.lines)) if place not in mandatory]
    assert others == expected["nonMandatoryIndexes"]


def test_vector_disclosure_data(prc):
    expected = prc["derivedDisclosureData"]
    derived = derive(prc.secured, proof=prc.proof, selective_pointers=prc.selective, strict=False)
    value = parse_value(derived["proof"]["proofValue"])
    assert isinstance(value, DerivedValue)
    assert value.signature.hex() == expected["baseSignature"]
    assert value.proof_key == multibase_decode(expected["publicKey"])
    assert [signature.hex() for signature in value.signatures] == expected["signatures"]
    adjusted = prc["derivedAdjSignatures"]
    assert expected["signatures"] == adjusted["filteredSignatures"]
    names = {f"c14n{rank}": label(digest)[2:] for rank, digest in enumerate(value.labels)}
    assert names == as_map(expected["labelMap"])
    assert value.mandatory == expected["mandatoryIndexes"]
    assert value.mandatory == prc["derivedAdjMandatoryIndexes"]["adjMandatoryIndexes"]


def test_vector_reveal_document(prc):
    derived = derive(prc.secured, proof=prc.proof, selective_pointers=prc.selective, strict=False)
    assert derived == prc["derivedRevealDocument"]
    del derived["proof"]
    assert derived == prc["derivedUnsignedReveal"]


def test_vector_verification_data(prc):
    shown = prc["derivedRevealDocument"]
    proof = shown.pop("proof")
    value = parse_value(proof["proofValue"])
    assert isinstance(value, DerivedValue)
    parsed = prc["verifyDerivedProofValue"]
    assert value.signature.hex() == parsed["baseSignature"]
    assert value.proof_key == multibase_decode(parsed["publicKey"])
    assert [signature.hex() for signature in value.signatures] == parsed["signatures"]
    assert [label(digest)[2:] for digest in value.labels] == [
        name for _, name in parsed["labelMap"]
    ]
    assert value.mandatory == parsed["mandatoryIndexes"]
    lines = ecdsa_sd._shown_lines(shown, value, strict=False)
    assert lines == prc["verifyNQuads"]
    data = prc["verifyCreateVerifyData"]
    mandatory = [line for place, line in enumerate(lines) if place in value.mandatory]
    assert hashlib.sha256("".join(mandatory).encode()).hexdigest() == data["mandatoryHash"]
    assert [line for line in lines if line not in mandatory] == data["nonMandatory"]
    assert ecdsa_sd._options_hash(shown, proof, strict=False).hex() == data["proofHash"]


def test_vector_derived_proof_verifies_strictly_too(prc):
    shown = prc["derivedRevealDocument"]
    proof = shown.pop("proof")
    verify_derived(shown, proof, prc.base_key.public_key, strict=True)


def test_stand_in_context_does_not_stay():
    with pytest.raises(CheckFailed) as caught:
        to_quads({"@context": CITIZENSHIP, "type": "Person"})
    assert caught.value.reason == "context.unknown"


# -- a badge derived by somebody else's software ------------------------------------------

FOREIGN_KEY = "zDnaekGZTbQBerwcehBSXLqAg6s55hVEBms1zFy89VHXtJSa9"


def foreign():
    path = need_shared() / "vectors/1edtech-validator/ob30/sd/derivedcredential.json"
    document = json.loads(path.read_text())
    (proof,) = document.pop("proof")
    return document, proof, PublicKey.from_multikey(FOREIGN_KEY)


def test_foreign_derived_badge_verifies():
    document, proof, key = foreign()
    verify_derived(document, proof, key)


def test_foreign_derived_badge_changed():
    document, proof, key = foreign()
    document["credentialSubject"]["achievement"]["name"] = "Leadership"
    with pytest.raises(CheckFailed, match="Leadership") as caught:
        verify_derived(document, proof, key)
    assert caught.value.reason == "proof.signature"


# -- own badges ----------------------------------------------------------------------------

ISSUER = PrivateKey.from_multikey("z42twTcNeSYcnqg1FLuSFs2bsGH3ZqbRHFmvS9XMsYhjxvHN")
ONCE = PrivateKey.from_multikey("z42tqvNGyzyXRzotAYn43UhcFtzDUVdxJ7461fwrfhBPLmfY")
KEY = ISSUER.public_key
DID = f"did:key:{KEY.to_multikey()}"
SECRET = bytes(range(32))
OPTIONS = {
    "type": "DataIntegrityProof",
    "cryptosuite": "ecdsa-sd-2023",
    "created": "2026-03-01T09:00:00Z",
    "verificationMethod": f"{DID}#{KEY.to_multikey()}",
    "proofPurpose": "assertionMethod",
}
BADGE = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ],
    "id": "urn:uuid:5d1c1e9a-6d0f-4a53-8a5c-0f6b0d0a9c11",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": DID, "type": ["Profile"], "name": "Northfield University"},
    "validFrom": "2026-03-01T09:00:00Z",
    "name": "Soil sampling",
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "activityStartDate": "2026-02-02",
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": "ana@example.org",
                "identityType": "emailAddress",
            },
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": "s-1042",
                "identityType": "identifier",
            },
        ],
        "creditsEarned": 2.5,
        "achievement": {
            "id": "https://northfield.example/achievements/soil",
            "type": ["Achievement"],
            "name": "Soil sampling",
            "description": "Takes samples that a laboratory can use.",
            "criteria": {"narrative": 'Ten samples,\n"clean" – judged by two markers.'},
            "tag": ["soil", "field/work", "~lab"],
            "alignment": [
                {
                    "type": ["Alignment"],
                    "targetName": "Sampling",
                    "targetUrl": "https://frameworks.example/1",
                },
                {
                    "type": ["Alignment"],
                    "targetName": "Safety",
                    "targetUrl": "https://frameworks.example/2",
                },
            ],
            "resultDescription": [
                {
                    "id": "urn:uuid:0a5b3c0e-0b57-4f6e-9d55-3f3f3d1d7c55",
                    "type": ["ResultDescription"],
                    "name": "Grade",
                    "resultType": "LetterGrade",
                    "allowedValue": ["C", "B", "A"],
                }
            ],
        },
        "result": [
            {
                "type": ["Result"],
                "resultDescription": "urn:uuid:0a5b3c0e-0b57-4f6e-9d55-3f3f3d1d7c55",
                "value": "A",
            }
        ],
    },
}
MANDATORY = ["/issuer", "/validFrom", "/credentialSubject/achievement/criteria"]
CHOSEN = ["/credentialSubject/identifier/1", "/credentialSubject/achievement/resultDescription"]


def issued(document=BADGE, mandatory=MANDATORY, **more):
    settings_ = {
        "options": OPTIONS,
        "signer": ISSUER,
        "mandatory_pointers": mandatory,
        "hmac_key": SECRET,
        "proof_private": ONCE,
        **more,
    }
    return {**document, "proof": make_base_proof(document, **settings_)}


def shown(pointers, secured=None):
    secured = secured or issued()
    derived = derive(secured, proof=secured["proof"], selective_pointers=pointers)
    return {name: value for name, value in derived.items() if name != "proof"}, derived["proof"]


def refusal(document, proof, key=KEY, check=verify_derived, **more):
    with pytest.raises(CheckFailed) as caught:
        check(document, proof, key, **more)
    return caught.value.reason


def pointer_error(call):
    with pytest.raises(UsageError) as caught:
        call()
    assert caught.value.reason == "usage.pointer"
    return caught.value.detail


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
    mandatory = Statements(document, SECRET).group(MANDATORY).lines
    assert len(value.signatures) == total - len(mandatory)
    for pointers in (["/credentialSubject/identifier/0"], ["/credentialSubject/identifier"]):
        verify_derived(*shown(pointers, secured), KEY)


def test_embedded_graph_can_be_shown_in_parts():
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": "VerifiablePresentation",
        "verifiableCredential": [
            {
                "type": "VerifiableCredential",
                "issuer": "https://a.example",
                "name": "One",
                "credentialSubject": {"id": "did:example:1"},
            }
        ],
    }
    secured = issued(document, [])
    part, proof = shown(["/verifiableCredential/0/name"], secured)
    assert part["verifiableCredential"] == [{"type": "VerifiableCredential", "name": "One"}]
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
        "raw": {"id": "x", "type": "y", "deep": [1, {"a": None}]},
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


def test_pointer_that_is_no_text():
    assert "7" in pointer_error(lambda: shown([7]))


def test_pointer_escapes():
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2", {"a/b~c": "https://t.example/abc"}],
        "type": "VerifiableCredential",
        "issuer": "https://a.example",
        "a/b~c": "odd name",
        "credentialSubject": {"id": "did:example:1"},
    }
    part, proof = shown(["/a~1b~0c"], issued(document, []))
    assert part["a/b~c"] == "odd name"
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


# -- tampering -------------------------------------------------------------------------------


def leaves(value, path=()):
    if isinstance(value, dict):
        for name, child in value.items():
            yield from leaves(child, (*path, name))
    elif isinstance(value, list):
        for place, child in enumerate(value):
            yield from leaves(child, (*path, place))
    else:
        yield path


def changed(document, path, change):
    result = copy.deepcopy(document)
    place = result
    for step in path[:-1]:
        place = place[step]
    change(place, path[-1])
    return result


def other(value):
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value}x"


def expected_reason(path):
    if path[0] == "@context":
        return "context.unknown"
    return "lossless.undefined-type" if "type" in path else "proof.signature"


@pytest.mark.parametrize("pointers", [CHOSEN, [""]], ids=["part", "all"])
def test_every_changed_value_is_refused(pointers):
    document, proof = shown(pointers)

    def change(place, step):
        place[step] = other(place[step])

    seen = 0
    for path in leaves(document):
        assert refusal(changed(document, path, change), proof) == expected_reason(path), path
        seen += 1
    assert seen > 20


def test_every_removed_member_is_refused():
    document, proof = shown(CHOSEN)

    def change(place, step):
        del place[step]

    for path in leaves(document):
        if path[0] != "@context":
            reason = refusal(changed(document, path, change), proof)
            assert reason in ("proof.signature", "lossless.undefined-term"), path


def test_removed_mandatory_statement():
    document, proof = shown([])
    del document["validFrom"]
    assert refusal(document, proof) == "proof.signature"


def test_removed_mandatory_statement_with_the_proof_adapted():
    document, proof = shown([])
    value = parse_value(proof["proofValue"])
    lines = ecdsa_sd._shown_lines(document, value, strict=True)
    gone = next(place for place, line in enumerate(lines) if "validFrom" in line)
    del document["validFrom"]
    mandatory = [place - (place > gone) for place in value.mandatory if place != gone]
    forged = DerivedValue(
        value.signature, value.proof_key, value.signatures, value.labels, mandatory
    )
    with pytest.raises(CheckFailed, match="issuer's signature") as caught:
        verify_derived(document, {**proof, "proofValue": forged.to_text()}, KEY)
    assert caught.value.reason == "proof.signature"


def test_removed_chosen_statement_with_its_signature_is_just_another_choice():
    wide, _ = shown(["/name", "/credentialSubject/identifier/1"])
    narrow, proof = shown(["/name"])
    assert narrow.keys() == wide.keys()
    verify_derived(narrow, proof, KEY)


def test_added_statement():
    document, proof = shown(CHOSEN)
    document["description"] = "added"
    assert refusal(document, proof) == "proof.signature"


def test_statement_of_another_badge_with_its_signature():
    document, proof = shown(["/name"])
    foreign_badge = {**BADGE, "name": "Brain surgery"}
    own_key = PrivateKey.generate("p256")
    _, foreign_proof = shown(["/name"], issued(foreign_badge, proof_private=own_key))
    value, stolen = (parse_value(one["proofValue"]) for one in (proof, foreign_proof))
    forged = DerivedValue(
        value.signature, value.proof_key, stolen.signatures, value.labels, value.mandatory
    )
    document["name"] = "Brain surgery"
    assert refusal(document, {**proof, "proofValue": forged.to_text()}) == "proof.signature"


def test_values_that_change_places():
    document, proof = shown(["/credentialSubject/identifier"])
    first, second = document["credentialSubject"]["identifier"]
    first["identityHash"], second["identityHash"] = second["identityHash"], first["identityHash"]
    assert refusal(document, proof) == "proof.signature"


def test_two_objects_under_one_label():
    document, proof = shown(["/credentialSubject/identifier"])
    value = parse_value(proof["proofValue"])
    forged = DerivedValue(
        value.signature,
        value.proof_key,
        value.signatures,
        [value.labels[0], *value.labels[:-1]],
        value.mandatory,
    )
    assert refusal(document, {**proof, "proofValue": forged.to_text()}) == "proof.encoding"


@pytest.mark.parametrize(
    ("member", "value", "reason"),
    [
        ("created", "2026-03-01T09:00:01Z", "proof.signature"),
        ("verificationMethod", f"{DID}#other", "proof.signature"),
        ("proofPurpose", "authentication", "proof.signature"),
        ("expires", "2030-01-01T00:00:00Z", "proof.signature"),
        ("cryptosuite", "ecdsa-rdfc-2019", "proof.unsupported"),
        ("type", "Ed25519Signature2020", "proof.unsupported"),
        ("surprise", "x", "lossless.undefined-term"),
        ("proofValue", None, "proof.encoding"),
        ("proofValue", "z2V0B", "proof.encoding"),
        ("proofValue", "u2V0B", "proof.encoding"),
        ("proofValue", "u" + "A" * MAX_PROOF_VALUE, "proof.encoding"),
    ],
)
def test_changed_proof_member(member, value, reason):
    document, proof = shown(CHOSEN)
    assert refusal(document, {**proof, member: value}) == reason


def test_every_changed_byte_of_the_value_is_refused():
    document, proof = shown(["/name"])
    data = b64url_decode(proof["proofValue"][1:])
    reasons = set()
    for place in range(len(data)):
        forged = bytearray(data)
        forged[place] ^= 1
        text = "u" + b64url_encode(bytes(forged))
        reasons.add(refusal(document, {**proof, "proofValue": text}))
    assert reasons == {"proof.encoding", "proof.signature", "proof.base"} - {"proof.base"}


def test_cut_value():
    document, proof = shown(["/name"])
    data = b64url_decode(proof["proofValue"][1:])
    for length in range(len(data)):
        text = "u" + b64url_encode(data[:length])
        assert refusal(document, {**proof, "proofValue": text}) == "proof.encoding"
    text = "u" + b64url_encode(data + b"\0")
    assert refusal(document, {**proof, "proofValue": text}) == "proof.encoding"


def test_base_proof_is_not_for_verifiers():
    secured = issued()
    with pytest.raises(CheckFailed, match="derive") as caught:
        verify_derived(BADGE, secured["proof"], KEY)
    assert caught.value.reason == "proof.base"


def test_derived_proof_is_not_derived_again():
    document, proof = shown(["/name"])
    for call in (
        lambda: derive(document, proof=proof, selective_pointers=[]),
        lambda: verify_base(document, proof, KEY),
    ):
        with pytest.raises(UsageError) as caught:
            call()
        assert caught.value.reason == "usage.proof"


def test_another_issuers_key():
    document, proof = shown(["/name"])
    assert refusal(document, proof, PrivateKey.generate("p256").public_key) == "proof.signature"


@pytest.mark.parametrize("algorithm", ["ed25519", "p384"])
def test_key_of_another_kind(algorithm):
    document, proof = shown(["/name"])
    assert refusal(document, proof, PrivateKey.generate(algorithm).public_key) == "proof.key-type"


def test_proof_key_that_is_no_point():
    document, proof = shown(["/name"])
    value = parse_value(proof["proofValue"])
    broken = b"\x80\x24\x02" + b"\xff" * 32
    options_hash = ecdsa_sd._options_hash(document, proof, strict=True)
    lines = ecdsa_sd._shown_lines(document, value, strict=True)
    mandatory = [lines[place] for place in value.mandatory]
    signature = ISSUER.sign(ecdsa_sd._signed_bytes(options_hash, broken, mandatory))
    forged = DerivedValue(signature, broken, value.signatures, value.labels, value.mandatory)
    assert refusal(document, {**proof, "proofValue": forged.to_text()}) == "proof.encoding"


def test_changed_document_is_noticed_by_issuer_and_holder():
    secured = issued()
    proof = secured["proof"]
    for name, value in (("name", "x"), ("validFrom", "2020-01-01T00:00:00Z")):
        assert refusal({**BADGE, name: value}, proof, check=verify_base) == "proof.signature"
    longer = {**secured, "description": "added"}
    with pytest.raises(CheckFailed) as caught:
        derive(longer, proof=proof, selective_pointers=["/name"])
    assert caught.value.reason == "proof.signature"


def test_what_a_strict_reader_refuses_is_not_signed():
    document = {**BADGE, "surprise": "not in a context"}
    with pytest.raises(CheckFailed) as caught:
        issued(document)
    assert caught.value.reason == "lossless.undefined-term"


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


# -- any choice ------------------------------------------------------------------------------


def every_pointer(value, path=""):
    yield path
    if isinstance(value, dict):
        for name, child in value.items():
            if name not in ("@context", "allowedValue"):
                yield from every_pointer(child, f"{path}/{name}")
            elif name == "allowedValue":
                yield f"{path}/{name}"
    elif isinstance(value, list):
        for place, child in enumerate(value):
            yield from every_pointer(child, f"{path}/{place}")


POINTERS = sorted(every_pointer(BADGE))


@settings(max_examples=60)
@given(
    mandatory=st.lists(st.sampled_from(POINTERS[1:]), max_size=3),
    chosen=st.lists(st.sampled_from(POINTERS), min_size=1, max_size=6),
    data=st.data(),
)
def test_any_choice_verifies_and_any_change_does_not(mandatory, chosen, data):
    document, proof = shown(chosen, issued(mandatory=mandatory))
    verify_derived(document, proof, KEY)
    quads = set(canonicalize_quads(to_quads(document)).lines)
    named = {line for line in quads if "_:" not in line}
    assert named <= set(canonicalize_quads(to_quads(BADGE)).lines)
    path = data.draw(st.sampled_from(list(leaves(document))))

    def change(place, step):
        place[step] = other(place[step])

    assert refusal(changed(document, path, change), proof) == expected_reason(path)
