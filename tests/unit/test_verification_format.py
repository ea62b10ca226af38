from __future__ import annotations

import json

import pytest

from judging import outcomes, reasons
from simulators.issuer import EXTENSIONS, OB, V1, V2, Issuer
from stackmark.reading.received import types_of

ISSUER = Issuer()
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"


def judge(unsecured, *, suite="eddsa-jcs-2022"):
    """Signed as it is: JCS covers what JSON-LD would refuse, so that the shape alone speaks."""
    return ISSUER.verify(ISSUER.sign(unsecured, suite=suite))


def test_a_badge_in_order_passes_every_step_that_applies():
    report = ISSUER.verify(ISSUER.sign())
    assert (report.verdict, reasons(report)) == ("verified", [])
    assert [check.code for check in report.checks if check.outcome == "passed"] == [
        "read",
        "format",
        "context",
        "schema",
        "lossless",
        "proof",
        "issuer-key",
        "key-time",
        "validity",
    ]
    assert all(check.detail.endswith(".") or check.code == "context" for check in report.checks)


def test_the_report_names_what_the_document_says():
    report = ISSUER.verify(ISSUER.sign())
    assert report.to_json("a.json") | {"checks": None} == {
        "source": "a.json",
        "verdict": "verified",
        "headline": "Unaltered and in force; issuer not known to us",
        "format": "ob3+di",
        "policy": "standard",
        "checkedAt": "2026-06-01T12:00:00Z",
        "credential": {
            "id": "https://uni.example/c/1",
            "name": "Soil Science I",
            "types": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": {"id": "did:web:uni.example", "name": "Faculty of Agriculture"},
            "recipient": "did:example:alice",
            "issuerTrust": "unknown",
            "validFrom": "2026-01-01T00:00:00Z",
            "validUntil": "2031-01-01T00:00:00Z",
        },
        "checks": None,
    }


FAULTS = {
    "type missing": ({"type": None}, "format.type"),
    "type of another kind": ({"type": ["OpenBadgeCredential"]}, "format.type"),
    "type with a number": ({"type": ["VerifiableCredential", 1]}, "format.type"),
    "no badge by its type": ({"type": ["VerifiableCredential"]}, "format.type"),
    "id list": ({"id": ["https://a.example/1"]}, "format.id"),
    "id relative": ({"id": "c/1"}, "format.id"),
    "issuer missing": ({"issuer": None}, "format.issuer"),
    "issuer list": ({"issuer": [ISSUER.did]}, "format.issuer"),
    "issuer without id": ({"issuer": {"type": ["Profile"]}}, "format.issuer"),
    "subject missing": ({"credentialSubject": None}, "format.subject"),
    "subject empty": ({"credentialSubject": {}}, "format.subject"),
    "subject text": ({"credentialSubject": "alice"}, "format.subject"),
    "subject nobody": ({"credentialSubject": ISSUER.subject(id=None)}, "format.subject"),
    "no achievement": (
        {"credentialSubject": ISSUER.subject(achievement=None)},
        "format.achievement",
    ),
    "status without type": ({"credentialStatus": {"id": "https://a.example/s"}}, "format.typed"),
    "status text": ({"credentialStatus": "https://a.example/s"}, "format.typed"),
    "evidence text": ({"evidence": ["seen"]}, "format.typed"),
    "terms without type": ({"termsOfUse": {"id": "https://a.example/t"}}, "format.typed"),
    "refresh without type": ({"refreshService": {"id": "https://a.example/r"}}, "format.typed"),
    "empty id of evidence": ({"evidence": {"id": "", "type": ["Evidence"]}}, "format.typed"),
    "name number": ({"name": 5}, "format.text"),
    "name object": ({"name": {"@value": "A", "note": "x"}}, "format.text"),
    "dangling result": (
        {
            "credentialSubject": ISSUER.subject(
                result=[{"type": ["Result"], "resultDescription": "urn:uuid:1", "value": "A"}]
            )
        },
        "format.reference",
    ),
}


@pytest.mark.parametrize(("change", "reason"), FAULTS.values(), ids=FAULTS)
def test_format(change, reason):
    report = judge(ISSUER.badge(**change))
    assert report.verdict == "refused"
    assert report.check("format").reason == reason


@pytest.mark.parametrize(
    "entry",
    [{"id": "https://a.example/s"}, {"type": "JsonSchema"}, {"id": 1, "type": "JsonSchema"}],
)
def test_a_schema_entry_without_type_or_id(entry):
    report = judge(ISSUER.plain(credentialSchema=entry))
    assert report.check("format").reason == "format.typed"


def test_a_language_object_is_a_name():
    report = judge(ISSUER.plain(name={"@value": "Bodenkunde", "@language": "de"}))
    assert report.verdict == "verified"
    assert report.credential.name == "Bodenkunde"


def test_a_result_that_points_into_the_achievement():
    described = {
        "id": "urn:uuid:f6ab24cd-86e8-4eaf-b8c6-ded74e8fd41c",
        "type": ["ResultDescription"],
        "name": "Grade",
        "resultType": "LetterGrade",
    }
    subject = ISSUER.achievement(resultDescription=[described])
    subject["result"] = [
        {"type": ["Result"], "resultDescription": described["id"], "value": "A"},
    ]
    assert judge(ISSUER.badge(credentialSubject=subject)).verdict == "verified"


CONTEXTS = {
    "none": (None, "context.missing"),
    "empty": ([], "context.missing"),
    "object": ({"name": "https://schema.org/name"}, "context.missing"),
    "second first": ([OB, V2], "context.order"),
    "twice": ([V2, OB, OB], "context.order"),
    "without Open Badges": ([V2], "context.missing"),
    "unknown": ([V2, OB, "https://a.example/context"], "context.unknown"),
    "other spelling": ([V2, OB, OB.replace("https", "HTTPS")], "context.unknown"),
    "inline": ([V2, OB, {"name": "https://schema.org/name"}], "context.inline"),
    "null": ([V2, None, OB], "context.inline"),
    "without version": (
        [V2, "https://purl.imsglobal.org/spec/ob/v3p0/context.json"],
        "context.unversioned",
    ),
}


@pytest.mark.parametrize(("context", "reason"), CONTEXTS.values(), ids=CONTEXTS)
def test_context(context, reason):
    proof = ISSUER.proof(ISSUER.badge())
    badge = ISSUER.badge(context=context)
    ISSUER.web.asked.clear()
    report = ISSUER.verify(json.dumps({**badge, "proof": proof}).encode())
    assert report.check("context").reason == reason
    assert report.verdict == "refused"
    assert report.check("lossless").reason == "lossless.not-reached"
    assert ISSUER.web.asked == []


def test_a_clr_needs_its_context():
    inner = ISSUER.sign()
    clr = ISSUER.clr(inner, context=[V2, OB])
    report = ISSUER.verify(json.dumps({**clr, "proof": ISSUER.proof(ISSUER.plain())}).encode())
    assert report.check("context").reason == "context.missing"


LOSSES = {
    "undefined member": ({"colour": "red"}, "lossless.undefined-term"),
    "undefined type": ({"type": ["VerifiableCredential", "Colour"]}, "lossless.undefined-type"),
    "null": ({"credentialSubject": {"id": "urn:uuid:1", "description": None}}, "lossless.null"),
    "empty list": ({"evidence": []}, "lossless.empty"),
    "relative id": ({"evidence": {"id": "e/1", "type": ["Evidence"]}}, "lossless.relative-id"),
    "direction": (
        {"name": {"@value": "A", "@language": "ar", "@direction": "up"}},
        "lossless.direction",
    ),
    "id of two objects": (
        {
            "evidence": [
                {"id": "https://a.example/1", "type": ["Evidence"], "name": "A"},
                {"id": "https://a.example/1", "type": ["Evidence"], "narrative": "B"},
            ]
        },
        "lossless.described-twice",
    ),
}


@pytest.mark.parametrize(("change", "reason"), LOSSES.values(), ids=LOSSES)
def test_lossless(change, reason):
    report = judge(ISSUER.plain(context=[V2, OB], **change))
    assert report.verdict == "refused"
    assert report.check("lossless").reason == reason
    assert report.check("proof").reason == "proof.not-reached"


def test_an_unknown_type_with_an_address_of_its_own_is_covered():
    types = ["VerifiableCredential", "https://uni.example/vocabulary#Attendance"]
    assert judge(ISSUER.plain(type=types)).verdict == "verified"


SCHEMA = {
    "criteria missing": ISSUER.badge(credentialSubject=ISSUER.achievement(criteria=None)),
    "achievement id missing": ISSUER.badge(credentialSubject=ISSUER.achievement(id=None)),
    "two status entries": ISSUER.badge(
        credentialStatus=[ISSUER.status(1, name="a"), ISSUER.status(2, name="b")]
    ),
    "achievement type": ISSUER.badge(
        credentialSubject=ISSUER.achievement(achievementType="Program")
    ),
    "no validFrom": ISSUER.badge(validFrom=None),
}


@pytest.mark.parametrize("badge", SCHEMA.values(), ids=SCHEMA)
def test_the_published_schema(badge):
    report = judge(badge)
    assert outcomes(report)["schema"] == ("failed", "schema.invalid")
    assert report.check("schema").detail.startswith("At /")


def test_a_plain_credential_has_no_published_schema():
    check = judge(ISSUER.plain()).check("schema")
    assert (check.outcome, check.reason) == ("not-applicable", "schema.none")


def test_vc_1_1_dates_are_those_of_its_own_members():
    badge = ISSUER.plain(
        context=[V1],
        validFrom=None,
        issuanceDate="2026-01-01T00:00:00Z",
        credentialSubject={"id": "did:example:alice"},
        expirationDate="2026-05-01T00:00:00Z",
    )
    report = judge(badge)
    assert report.format == "vc1+di"
    assert report.check("validity").reason == "validity.expired"
    assert report.credential.valid_until == "2026-05-01T00:00:00Z"


def test_known_contexts_beside_the_first_two_are_taken():
    assert judge(ISSUER.badge(context=[V2, OB, EXTENSIONS])).verdict == "verified"
    assert judge(ISSUER.plain(context=[V2, EXAMPLES], favourite="soil")).verdict == "verified"


def test_types_of_takes_texts_only():
    assert types_of({"type": ["A", 1, None, "B"]}) == ["A", "B"]
    assert types_of({}) == []
