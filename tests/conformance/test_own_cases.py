"""The cases made for this project: credentials, baked images, status lists."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from judging import bounded, reasons, shared_cases
from shared import need_shared
from simulators.issuer import Issuer, Web
from stackmark.reading.received import receive
from stackmark.verification.verifier import Verifier

NOW = datetime(2026, 11, 23, tzinfo=UTC)

# The word a case has for the check that must notice → our reasons.
CHECKS = {
    "alg": {"proof.algorithm"},
    "claims": {"proof.claim"},
    "context": {"context.inline", "context.unknown"},
    "duplicate-key": {"read.duplicate-member"},
    "endorsement": {"endorsements.broken", "endorsements.other-subject"},
    "expired": {"validity.expired"},
    "header": {"proof.crit"},
    "issuer-binding": {"issuer-key.not-issuer"},
    "limits": {"read.too-deep"},
    "malformed": {"status.malformed"},
    "nested": {"proof.signature"},
    "no-proof": {"proof.missing"},
    "private-key": {"issuer-key.private"},
    "proof-chain": {"proof.chain"},
    "proof-expired": {"proof.expired"},
    "reference": {"format.reference"},
    "revoked": {"status.revoked"},
    "schema": {"schema.invalid", "format.issuer"},
    "signature": {"proof.signature", "proof.encoding"},
    "status-bomb": {"status.too-large"},
    "status-issuer": {"status.issuer"},
    "status-length": {"status.length"},
    "status-proof": {"status.proof"},
    "status-purpose": {"status.purpose"},
    "status-range": {"status.range"},
    "suspended": {"status.suspended"},
    "type": {"format.type"},
    "undefined-term": {"lossless.undefined-term"},
    "unsupported-suite": {"proof.unsupported"},
    "validity-order": {"validity.order"},
    "weak-key": {"issuer-key.weak"},
}
# What we say of an image that must not, or need not, give its credential.
IMAGES = {
    "P04": "read.png-two",
    "P05": "read.png-compressed",
    "P07": "read.png-chunk-type",
    "P08": "read.png-crc",
    "P10": "read.png-length",
    "P11": "read.png-encoding",
    "P18": "read.unknown",
    "V06": "read.svg-dtd",
    "V07": "read.svg-dtd",
    "V11": "read.svg-malformed",
    "V13": "read.no-credential",
}


def own():
    return need_shared() / "vectors" / "own"


def verify(data, *, recipient=None):
    documents = json.loads((own() / "documents.json").read_bytes())
    web = Web({url: (own() / name).read_bytes() for url, name in documents.items()})
    return Verifier(now=NOW, fetcher=web, recipient=recipient).verify(data)


@pytest.mark.parametrize("case", shared_cases("own/cases.json"))
def test_case(case):
    data = (own() / case["file"]).read_bytes()
    with bounded():
        report = verify(data, recipient=case.get("recipient"))
    if case["expect"] == "accept":
        assert (report.verdict, reasons(report)) == ("verified", [])
        return
    assert report.verdict == "refused"
    assert CHECKS[case["check"]] & set(reasons(report)), reasons(report)


def test_every_case_is_there():
    cases = json.loads((own() / "cases.json").read_bytes())
    assert len(cases) >= 65
    assert {case["check"] for case in cases if case["expect"] == "reject"} <= CHECKS.keys()


@pytest.mark.parametrize("case", shared_cases("own/image-cases.json"))
def test_image_case(case):
    data = (own() / case["file"]).read_bytes()
    with bounded():
        report = verify(data)
    if case["id"] in IMAGES:
        assert (report.verdict, reasons(report)) == ("refused", [IMAGES[case["id"]]])
        return
    credential = json.loads((own() / f"credentials/{case['payload']}.json").read_bytes())
    assert receive(data).tree == credential
    assert (report.verdict, reasons(report)) == ("verified", [])
    assert report.format == f"{case['file'].rpartition('.')[2]}/ob3+di"


def test_clean_images_hold_no_credential():
    for name in ("clean.png", "clean.svg"):
        report = verify((own() / "images" / name).read_bytes())
        assert reasons(report) == ["read.no-credential"]


@pytest.mark.parametrize("number", range(5))
def test_bitstring(number):
    vector = json.loads((own() / "bitstring.json").read_bytes())["vectors"][number]
    issuer, size = Issuer(), vector["statusSize"]
    purpose = "revocation" if size == 1 else "message"
    messages = [] if size == 1 else [f"message {value}" for value in range(2**size)]
    entry = issuer.status(0, purpose=purpose, size=size, messages=messages)
    listed = issuer.lists["list"][0]
    subject = {**listed["credentialSubject"], "encodedList": vector["encodedList"]}
    issuer.publish_list(credentialSubject=subject)
    wanted = {int(index): value for index, value in vector["set"].items()}
    wanted |= dict.fromkeys(vector["probeZero"], 0)
    for index, value in list(wanted.items())[:20]:
        entry["statusListIndex"] = str(index)
        report = issuer.verify(issuer.sign(issuer.plain(credentialStatus=entry)))
        if size == 1:
            assert reasons(report) == ["status.revoked"] * value
        else:
            assert report.verdict == "verified"
            assert report.check("status").detail == f"Status message {value:#x}: message {value}."
