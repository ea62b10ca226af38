"""The W3C VC Data Model 2.0 suite's request bodies: -ok must hold once signed, -fail must not.

The suite sends these to an issuer, which fills in ``issuer`` and signs. So does ``made``; it also
names the examples context where a body writes one into itself, which Stackmark never takes. Proofs
are over JCS, which covers what JSON-LD would refuse, so that the signature hides no other answer.
"""

from __future__ import annotations

import json

import pytest

from judging import bounded, reasons, shared_files
from shared import need_shared
from simulators.issuer import Issuer, Web
from stackmark.errors import StackmarkError
from stackmark.issuing.lint import lint

FOLDER = "vc-data-model-2.0"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"

# Bodies that are fine by the suite and not by us: reasons, clause.
OTHERWISE = {
    "presentation-enveloped-vc-ok.json": (
        ["read.envelope"],
        "4.13: vc-ld+jwt is a media type of no final standard, and the token has a vc claim",
    ),
    "presentation-optional-type-ok.json": (
        ["format.empty"],
        "4.13 allows a presentation of nothing; there is nothing to verify in it",
    ),
}
# What our verifier says of services and schemas whose types only an example knows.
UNKNOWN = {
    "credential-schema-type-ok.json": ["schema.unknown-type"],
}
FAMILIES = {"format", "context", "lossless", "validity"}
# One of several reasons must be this, by the end of the suite's name for the fault.
FAULTS = {
    "credential-context-combo3": "context.unknown",
    "credential-evidence-missing-type": "format.typed",
    "credential-id-nonidentifier": "format.id",
    "credential-id-subject-multi": "format.subject",
    "credential-issuer-no-url": "format.issuer",
    "credential-issuer-null": "format.issuer",
    "credential-issuer-object-id-no-url": "format.issuer",
    "credential-issuer-object-id-null": "format.issuer",
    "credential-missing-required-type": "format.type",
    "credential-name-extra-prop-en": "format.text",
    "credential-no-subject": "format.subject",
    "credential-redef-type": "context.inline",
    "credential-redef-type2": "context.inline",
    "credential-refresh-no-type": "format.typed",
    "credential-schema-no-type": "format.typed",
    "credential-status-nonurl-id": "lossless.relative-id",
    "credential-status-type-nonurl": "format.typed",
    "credential-subject-multiple-empty": "format.subject",
    "credential-subject-no-claims": "format.subject",
    "credential-termsofuse-missing-type": "format.typed",
    "credential-type-unmapped": "context.inline",
    "credential-validfrom-invalid": "validity.malformed",
    "credential-validuntil-invalid": "validity.malformed",
    "presentation-context-order": "context.order",
    "presentation-enveloped-vc-missing-type": "format.type",
    "presentation-holder-name": "format.holder",
    "presentation-missing-base-context": "context.order",
    "presentation-missing-required-type": "format.type",
    "presentation-vc-missing-required-type": "format.type",
}


# What the verifier does not notice yet.
def named_contexts(tree):
    """The body with one known context in the place of those written into it."""
    entries = tree.get("@context")
    if not isinstance(entries, list):
        return tree
    named = [EXAMPLES if isinstance(one, dict) else one for one in entries]
    return {**tree, "@context": list(dict.fromkeys(named))}


def issued(issuer, tree):
    """The body as the suite's issuer would fill it in; a malformed issuer stays malformed."""
    found = tree.get("issuer", {})
    tree = {name: value for name, value in tree.items() if name != "proof"}
    if isinstance(found, dict):
        tree["issuer"] = {"id": issuer.did, **found} if found else issuer.did
    elif isinstance(found, str) and ":" in found:
        tree["issuer"] = issuer.did
    return tree


def signed(issuer, tree, **how):
    return issuer.sign(tree, suite="eddsa-jcs-2022", **how)


def presented(issuer, holder, tree):
    """The body signed by its holder, each credential inside about that holder and signed."""
    inner = []
    for one in tree.get("verifiableCredential", []):
        if "credentialSubject" in one:
            about = {**one, "credentialSubject": {"id": holder.did, "description": "A student."}}
            one = json.loads(signed(issuer, issued(issuer, about)))
        inner.append(one)
    found = tree.get("holder", {"id": None})
    if isinstance(found, str) or "id" in found:
        found = {"id": holder.did} if isinstance(found, dict) else holder.did
    made = {**tree, "holder": found}
    return signed(
        holder, made | ({"verifiableCredential": inner} if inner else {}), purpose="authentication"
    )


def judge(tree):
    web = Web()
    issuer, holder = Issuer(web), Issuer(web, None, number=1)
    if "verifiableCredential" in tree or "Presentation" in str(tree.get("type")):
        data = presented(issuer, holder, tree)
    else:
        data = signed(issuer, issued(issuer, tree))
    with bounded():
        return issuer.verify(data)


@pytest.mark.parametrize("path", shared_files(FOLDER, "**/*-ok.json"))
def test_ok(path):
    need_shared()
    tree = json.loads(path.read_bytes())
    report = judge(named_contexts(tree))
    if path.name in OTHERWISE:
        assert (report.verdict, reasons(report)) == ("refused", OTHERWISE[path.name][0])
    elif path.name in UNKNOWN:
        assert (report.verdict, reasons(report)) == ("could-not-tell", UNKNOWN[path.name])
    else:
        assert (report.verdict, reasons(report)) == ("verified", [])


@pytest.mark.parametrize("path", shared_files(FOLDER, "**/credential*-ok.json"))
def test_ok_credentials_may_be_issued(path):
    need_shared()
    body = json.loads(path.read_bytes())
    issuer = Issuer()
    assert len(lint(issued(issuer, named_contexts(body)))) >= 3
    if body != named_contexts(body):
        with pytest.raises(StackmarkError) as caught:
            lint(issued(issuer, body))
        assert caught.value.reason == "context.inline"


@pytest.mark.parametrize("path", shared_files(FOLDER, "**/*-fail.json"))
def test_fail(path):
    need_shared()
    fault = FAULTS[path.stem.removesuffix("-fail")]
    tree = filled(json.loads(path.read_bytes()))
    report = judge(tree if fault.startswith("context.") else named_contexts(tree))
    found = reasons(report)
    assert report.verdict == "refused"
    assert fault in found
    assert FAMILIES & {one.partition(".")[0] for one in found}


@pytest.mark.parametrize("path", shared_files(FOLDER, "**/*-fail-or-inject.json"))
def test_no_context_is_put_in(path):
    need_shared()
    assert "context.missing" in reasons(judge(filled(json.loads(path.read_bytes()))))


def filled(tree):
    """A presentation of nothing gets a credential, so that its own fault comes to light."""
    if "verifiableCredential" not in tree and "Presentation" in str(tree["type"]):
        return {**tree, "verifiableCredential": [Issuer().plain()]}
    return tree
