"""The W3C VC JSON Schema suite: both types, both drafts, three answers.

The suite's documents carry no proof; each is signed here by a simulated issuer, as it stands but
for the issuer. Proofs over JCS cover what JSON-LD would refuse, so that only the schema speaks.
"""

from __future__ import annotations

import json

import pytest

from judging import bounded
from shared import SHARED, need_shared
from simulators.issuer import Issuer

DRAFTS = ("Draft-7", "2019-09")
ANSWERS = {"success": "passed", "failure": "failed", "indeterminate": "could-not-tell"}
# What a description asks for → our reason.
REASONS = {
    "URL does not identify associated schema": {"schema.id", "schema.unproven"},
    "type property is not JsonSchema": {"schema.unknown-type"},
    "type property is not JsonSchemaCredential": {"schema.unknown-type"},
    "$id is not present": {"schema.id"},
    "$id is not valid": {"schema.id"},
    "$schema is not present": {"schema.draft"},
    "credentialSubject does not contain type property": {"schema.unproven"},
    "credentialSubject contains the wrong type property": {"schema.unproven"},
    "credentialSubject does not contain jsonSchema property": {"schema.unproven"},
    "credentialSchema set to incorrect value": {"schema.unproven"},
    "Validation fails": {"schema.invalid", "schema.id"},
    "Validation is indeterminate": {"schema.unknown-draft"},
}
# Cases that wish "failure", where we say that we could not tell: clause and why.
OPEN = {
    "type property is not JsonSchema": "2.1: another type may be another standard's",
    "type property is not JsonSchemaCredential": "2.2: likewise",
}


def cases():
    if SHARED is None:
        return [pytest.param(None, None, None, id="shared-absent")]
    listed = json.loads((SHARED / "vectors/vc-json-schema/cases.json").read_bytes())
    return [
        pytest.param(kind, draft, case, id=f"{kind}-{draft}-{case['number']}")
        for kind, clauses in listed.items()
        for draft in DRAFTS
        for group in clauses.values()
        for case in group
    ]


def load(kind, draft, number, what):
    path = need_shared() / "vectors/vc-json-schema" / kind.lower() / draft / f"{number}-{what}.json"
    return json.loads(path.read_bytes())


def sign(issuer, tree):
    return issuer.sign({**tree, "issuer": issuer.did}, suite="eddsa-jcs-2022")


@pytest.mark.parametrize(("kind", "draft", "case"), cases())
def test_case(kind, draft, case):
    need_shared()
    credential = load(kind, draft, case["cred_number"], "credential")
    schema = load(kind, draft, case["schema_number"], "schema")
    issuer = Issuer()
    body = schema if kind == "JsonSchema" else sign(issuer, schema)
    issuer.web.put(credential["credentialSchema"]["id"], body)
    with bounded():
        check = issuer.verify(sign(issuer, credential)).check("schema")
    description = case["description"]
    if case["expected_result"] == "success":
        assert (check.outcome, check.reason) == ("passed", "schema.ok"), check.detail
        return
    assert check.reason in REASONS[description], check.detail
    wished = "could-not-tell" if description in OPEN else ANSWERS[case["expected_result"]]
    assert check.outcome == wished


def test_every_case_is_there():
    listed = json.loads((need_shared() / "vectors/vc-json-schema/cases.json").read_bytes())
    found = [case for clauses in listed.values() for group in clauses.values() for case in group]
    assert len(found) >= 29
    negative = {case["description"] for case in found if case["expected_result"] != "success"}
    assert negative == REASONS.keys()
