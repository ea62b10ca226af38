"""The examples of the Open Badges 3.0 specification: the signed one step by step, then the rest."""

from __future__ import annotations

import json

import pytest

from judging import bounded, reasons, shared_files
from shared import need_shared
from simulators.issuer import NOW, Issuer, Web
from stackmark.errors import CheckFailed
from stackmark.issuing.lint import lint
from stackmark.keys import PublicKey, new_document
from stackmark.proofs.data_integrity import check_proof
from stackmark.proofs.suites import Canonicals, proof_options, suite_of
from stackmark.verification.verifier import Verifier

FOLDER = "ob3-spec-examples"
SIGNED = "linked-data-proof-ob-3-signed-credential.json"

# Examples that may not be issued here: our reason, and why.
REFUSED = {
    "fullOpenBadge-1-complete-openbadgecredential.json": (
        "lossless.described-twice",
        "a refresh service inside has the id of the credential itself",
    ),
} | {
    f"equality-and-comparison-{number}-sample-credential-{letter}.json": (
        "context.unknown",
        "the VC 2.0 examples context has another address; this one is in no registry",
    )
    for number, letter in enumerate("abcd", 1)
}
# What cannot be told of an example that names services of its own.
OPEN = {
    "endorsement-1-sample-endorsementcredential.json": ["schema.unreadable", "status.unreachable"],
}


def folder():
    return need_shared() / "vectors" / FOLDER


def signed():
    tree = json.loads((folder() / SIGNED).read_bytes())
    return tree, tree.pop("proof")


def test_the_canonical_forms_are_those_of_the_specification():
    unsecured, proof = signed()
    options = proof_options(proof, unsecured["@context"], suite_of(proof))
    base = folder() / "test-vectors" / "obv3p0"
    for tree, name in ((unsecured, "document-canon.txt"), (options, "proof-canon.txt")):
        found = "".join(Canonicals(tree).lines())
        assert found.strip() == (base / name).read_text(encoding="utf-8").strip()


def test_the_parts_of_the_example_are_one_document():
    unsecured, proof = signed()
    for name, part in (("1-credential", unsecured), ("2-proof", proof)):
        path = folder() / f"linked-data-proof-ob-{name}.json"
        assert json.loads(path.read_bytes()) == part


def test_the_signature_is_valid_under_the_key_in_the_fragment():
    unsecured, proof = signed()
    url, _, fragment = proof["verificationMethod"].partition("#")
    public = PublicKey.from_multikey(fragment)
    check_proof(Canonicals(unsecured), proof, public)
    web = Web()
    web.put(url, new_document(url, proof["verificationMethod"], public))
    with bounded():
        report = Verifier(now=NOW, fetcher=web).verify((folder() / SIGNED).read_bytes())
    assert (report.verdict, reasons(report)) == ("verified", [])


@pytest.mark.parametrize("path", shared_files(FOLDER, "*[!f].json"))  # all but -proof.json
def test_example(path):
    need_shared()
    tree = json.loads(path.read_bytes())
    tree.pop("proof", None)
    issuer = Issuer()
    tree["issuer"] = {**tree["issuer"], "id": issuer.did} if "issuer" in tree else issuer.did
    if path.name in REFUSED:
        with pytest.raises(CheckFailed) as caught:
            lint(tree)
        assert caught.value.reason == REFUSED[path.name][0]
        return
    lint(tree)
    report = issuer.verify(issuer.sign(tree))
    assert reasons(report) == OPEN.get(path.name, [])
    assert report.verdict == ("could-not-tell" if path.name in OPEN else "verified")
