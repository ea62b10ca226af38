"""The 1EdTech public validator's samples of Open Badges 3.0 and CLR 2.0, with its verdicts.

Its resolver answers any verification method with the key in the fragment; so does ``web``, as the
document of the address before it. Open Badges 2.0 samples are in test_ob2_samples.py.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from judging import bounded, reasons
from shared import SHARED, need_shared
from simulators.issuer import Web
from stackmark.keys import PublicKey
from stackmark.proofs.jose import check_signature
from stackmark.reading.received import receive
from stackmark.status.lists import revocation_list
from stackmark.verification.verifier import Verifier

NOW = datetime(2026, 11, 23, tzinfo=UTC)
FOLDER = "vectors/1edtech-validator"
VERDICTS = {"valid": "verified", "invalid": "refused"}

# The probe of theirs that must speak → one of these must be among our reasons.
PROBES = {
    "BitstringStatusListProbe": {"status.malformed"},  # the index is a number
    "ContextPropertyProbe": {"context.order"},
    "CredentialParseProbe": {"context.unversioned"},
    "CredentialSubjectProbe": {"schema.invalid", "lossless.undefined-type"},
    "EmbeddedProofProbe": {"issuer-key.unsupported"},  # the fragment is no key
    "EvidenceProbe": {"lossless.undefined-type"},
    "IssuanceProbe": {"validity.not-yet"},
    "IssuerProbe": {"schema.invalid", "lossless.undefined-type"},
    "JsonLDValidationProbe": {"proof.unsupported"},
    "RevocationListProbe": {"status.revoked"},
    "TypePropertyProbe": {"format.type"},
}
# Samples they take, or only warn of, and we refuse: our one reason and the clause.
HEADER_KEY = ("issuer-key.header-key", "OB 3.0 8.2: a key in the header is anybody's")
STRICTER = {
    "ob30/simple-jwt.png": HEADER_KEY,
    "ob30/simple-jwt.svg": HEADER_KEY,
    "ob30/simple-jwt_v1.png": HEADER_KEY,
    "ob30/simple-jwt_v1.svg": HEADER_KEY,
    "ob30/simple-eddsa-2022.json": (
        "proof.unsupported",
        "eddsa-2022 is a draft of eddsa-rdfc-2022 with other rules",
    ),
    "ob30/velocity.jwt": ("context.unknown", "contexts of a vendor are not fetched"),
    "clr20/simple.json": (
        "lossless.described-twice",
        "Data Integrity 4.6: the issuer stands as creator as well, with other members",
    ),
    "clr20/simple_v1.json": (
        "context.unknown",
        "the CLR 2.0.0 context is in no registry; that of 2.0.1 is",
    ),
}


def samples():
    if SHARED is None:
        return [pytest.param(None, None, None, id="shared-absent")]
    entries = json.loads((SHARED / FOLDER / "expected.json").read_bytes())
    return [
        pytest.param(name, entry["expect"], entry["probes"], id=name)
        for entry in entries
        for name in entry["samples"]
        if name.startswith(("ob30", "clr20"))
    ]


def methods(tree):
    """Every verification method anywhere in a document."""
    if isinstance(tree, dict):
        if isinstance(tree.get("verificationMethod"), str):
            yield tree["verificationMethod"]
        tree = list(tree.values())
    if isinstance(tree, list):
        for one in tree:
            yield from methods(one)


def web(tree):
    found = Web()
    for method in methods(tree):
        url, _, key = method.partition("#")
        entry = {"id": method, "type": "Multikey", "controller": url, "publicKeyMultibase": key}
        found.put(url, {"id": url, "verificationMethod": [entry], "assertionMethod": [method]})
    entry = tree.get("credentialStatus", {})
    if entry.get("type") == "1EdTechRevocationList":
        url = entry["id"]
        found.put(url, revocation_list(tree["issuer"]["id"], {tree["id"]: None}, url=url))
    elif "statusListCredential" in entry:
        path = need_shared() / FOLDER / "ob30/bit-string-list/testlist"
        found.put(entry["statusListCredential"], path.read_bytes())
    return found


@pytest.mark.parametrize(("name", "expect", "probes"), samples())
def test_sample(name, expect, probes):
    data = (need_shared() / FOLDER / name).read_bytes()
    at_hand = web(receive(data).tree)
    with bounded():
        report = Verifier(now=NOW, fetcher=at_hand).verify(data)
    found = reasons(report)
    if name in STRICTER:
        assert (report.verdict, found) == ("refused", [STRICTER[name][0]])
        return
    for probe in probes:
        assert PROBES[probe] & set(found), found
    wished = VERDICTS.get(expect, "refused" if probes else "verified")
    assert report.verdict == wished
    assert bool(found) is (wished != "verified")


@pytest.mark.parametrize("name", [name for name, why in STRICTER.items() if why is HEADER_KEY])
def test_the_tokens_refused_for_their_header_are_signed_with_that_key(name):
    """Nothing else is wrong with them: the divergence is the key's origin alone."""
    jws = receive((need_shared() / FOLDER / name).read_bytes()).jws
    check_signature(jws, PublicKey.from_jwk(jws.header["jwk"]))


def test_the_badge_inside_the_clr_holds_by_itself():
    data = (need_shared() / FOLDER / "clr20/simple.json").read_bytes()
    report = Verifier(now=NOW, fetcher=web(receive(data).tree)).verify(data)
    assert [(part.verdict, reasons(part)) for part in report.parts] == [("verified", [])]
