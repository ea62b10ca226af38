"""The W3C VC-JOSE-COSE suite: its JOSE cases, and the rest as never verified."""

from __future__ import annotations

import json

import orjson
import pytest

from judging import bounded, outcomes, reasons, shared_cases
from shared import need_shared
from simulators.issuer import NOW, Web
from stackmark.errors import UsageError
from stackmark.keys import PrivateKey
from stackmark.proofs.jose import sign_compact
from stackmark.verification.verifier import Verifier

CONTROLLER = "https://example.issuer/vc-jose-cose"
SCHEMA = "https://example.org/examples/degree.json"
KEYS = ("p256", "p384", "p521", "ed25519")

# What we cannot do, by case number: the reason a reader of such a token gets.
NO_P521 = {4: "usage.key", 9: "proof.algorithm"}
NO_SD_JWT = {
    17: None,
    18: None,
    # SD-JWTs of the suite are no SD-JWT VCs (they have no vct), besides what is wrong with each.
    21: ["format.vct", "proof.algorithm"],
    23: ["format.vct", "proof.header"],
    25: ["format.vct", "proof.typ"],
    26: ["format.vct", "proof.typ"],
}
NO_COSE = {
    27: None,
    28: None,
    30: "read.unknown",
    31: "read.unknown",
    32: "read.unknown",
    35: "read.unknown",
}
# Issued with a signature that fits; what else is wrong with the suite's own documents.
ISSUED = {
    1: [],
    2: ["status.malformed"],  # no statusListCredential (Status List 2021 section 3.1)
    3: ["read.jws"],  # the token inside lacks its first letter
}
REFUSED = {11: "proof.missing", 12: "proof.signature"}


def suite():
    return need_shared() / "vectors" / "vc-jose-cose"


def web():
    methods = [json.loads((suite() / f"input/vm-{name}.json").read_bytes()) for name in KEYS]
    public = [{k: v for k, v in one.items() if k != "secretKeyJwk"} for one in methods]
    names = [one["id"] for one in public]
    found = Web()
    found.put(
        CONTROLLER,
        {
            "id": CONTROLLER,
            "verificationMethod": public,
            "assertionMethod": names,
            "authentication": names,
        },
    )
    draft = "https://json-schema.org/draft/2020-12/schema"
    found.put(SCHEMA, {"$schema": draft, "$id": SCHEMA, "type": "object"})
    return found


def verify(data):
    with bounded():
        return Verifier(now=NOW, fetcher=web()).verify(data)


def issue(case):
    method = json.loads((suite() / "input" / case["key_file"]).read_bytes())
    key = PrivateKey.from_jwk(method["secretKeyJwk"])
    payload = (suite() / "input" / case["input_file"]).read_bytes()
    typ = "vc+jwt" if case["feature"] == "credential_jose" else "vp+jwt"
    return sign_compact(payload, signer=key, typ=typ, kid=method["id"]).encode()


@pytest.mark.parametrize("case", shared_cases("vc-jose-cose/cases.json", name="number"))
def test_case(case):
    need_shared()
    number = case["number"]
    if case["fn"] == "verify":
        report = verify((suite() / "input" / case["input_file"]).read_bytes())
        judge(case, report)
    elif number in ISSUED:
        report = verify(issue(case))
        assert report.check("proof").outcome == "passed"
        assert report.check("issuer-key").outcome == "passed"
        assert reasons(report) == ISSUED[number]
    elif number in NO_P521:
        with pytest.raises(UsageError) as caught:
            issue(case)
        assert caught.value.reason == NO_P521[number]
    else:
        assert (NO_SD_JWT | NO_COSE)[number] is None


def judge(case, report):
    number = case["number"]
    unsupported = (NO_P521 | NO_SD_JWT | NO_COSE).get(number)
    if unsupported:
        wanted = [unsupported] if isinstance(unsupported, str) else unsupported
        assert (report.verdict, reasons(report)) == ("refused", wanted)
    elif case["expected_result"] == "success":
        assert (report.verdict, reasons(report)) == ("verified", [])
    else:
        assert outcomes(report) == {"proof": ("failed", REFUSED[number])}


def test_every_case_is_judged():
    cases = json.loads((suite() / "cases.json").read_bytes())
    listed = {*ISSUED, *REFUSED, *NO_P521, *NO_SD_JWT, *NO_COSE, 6}
    assert {case["number"] for case in cases} == listed


def minimal():
    return (suite() / "input/credential-jose-minimal.txt").read_bytes().strip()


def test_the_token_that_holds_does_so_for_its_key_and_its_purpose():
    token = minimal()
    head, payload, signature = token.split(b".")
    other = b"A" if signature[:1] != b"A" else b"B"
    assert reasons(verify(b".".join((head, payload, other + signature[1:])))) == ["proof.signature"]
    document = json.loads(web().documents[CONTROLLER])
    login_only = Web({CONTROLLER: orjson.dumps({**document, "assertionMethod": []})})
    report = Verifier(now=NOW, fetcher=login_only).verify(token)
    assert outcomes(report)["issuer-key"] == ("failed", "issuer-key.relationship")


def test_the_text_in_iat_is_read_past():
    """The suite writes iat as RFC 3339 text, which RFC 7519 does not allow; it decides nothing."""
    assert verify(minimal()).check("key-time").outcome == "passed"
