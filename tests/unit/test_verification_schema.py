"""Schemas that a credential names itself (VC JSON Schema 1.0)."""

from __future__ import annotations

import base64
import hashlib

import orjson
import pytest

from judging import bounded, reasons
from simulators.issuer import EXTENSIONS, OB, V2, Issuer, changed
from stackmark.verification.schema import family_of

ISSUER = Issuer()
URL = "https://uni.example/schemas/student.json"
META = "https://www.w3.org/2022/credentials/v2/json-schema-credential-schema.json"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
BODY = {
    "$schema": DRAFT,
    "$id": URL,
    "type": "object",
    "properties": {
        "credentialSubject": {
            "required": ["description"],
            "properties": {"description": {"maxLength": 20}},
        }
    },
}


def judge(body=BODY, *, entry=None, credential=None):
    issuer = Issuer()
    if body is not None:
        issuer.web.put(URL, body)
    credential = credential or issuer.plain(
        credentialSchema=entry or {"id": URL, "type": "JsonSchema"}
    )
    return issuer.verify(issuer.sign(credential, suite="eddsa-jcs-2022"))


def test_a_credential_of_the_shape_it_names():
    report = judge()
    assert (report.verdict, reasons(report)) == ("verified", [])
    assert report.check("schema").detail == "It has the shape of the schema it names (1)."


@pytest.mark.parametrize(
    "draft",
    [
        DRAFT,
        "https://json-schema.org/draft/2019-09/schema",
        "http://json-schema.org/draft-07/schema#",
    ],
)
def test_drafts(draft):
    assert judge({**BODY, "$schema": draft}).verdict == "verified"


BODIES = {
    "other shape": ({"required": ["evidence"]}, "refused", "schema.invalid"),
    "too long": (
        {"properties": {"credentialSubject": {"properties": {"description": {"maxLength": 3}}}}},
        "refused",
        "schema.invalid",
    ),
    "no draft": ({"$schema": None}, "refused", "schema.draft"),
    "unknown draft": (
        {"$schema": "https://json-schema.org/draft/2038-01/schema"},
        "could-not-tell",
        "schema.unknown-draft",
    ),
    "own meta-schema": ({"$schema": URL}, "could-not-tell", "schema.unknown-draft"),
    "no id": ({"$id": None}, "refused", "schema.id"),
    "other id": ({"$id": "https://uni.example/schemas/other.json"}, "refused", "schema.id"),
    "broken": ({"type": "thing"}, "could-not-tell", "schema.unreadable"),
    "points outside": (
        {"$ref": "https://uni.example/schemas/part.json"},
        "could-not-tell",
        "schema.unreadable",
    ),
    "points to a file": ({"$ref": "file:///etc/passwd"}, "could-not-tell", "schema.unreadable"),
}


@pytest.mark.parametrize(("change", "verdict", "reason"), BODIES.values(), ids=BODIES)
def test_schema(change, verdict, reason):
    with bounded():
        report = judge(changed(BODY, change))
    assert (report.verdict, reasons(report)) == (verdict, [reason])


@pytest.mark.parametrize("body", [None, b"<html/>", b'{"a":1,"a":2}'])
def test_a_schema_that_cannot_be_had(body):
    report = judge(body)
    assert (report.verdict, reasons(report)) == ("could-not-tell", ["schema.unreadable"])


def test_a_schema_that_is_no_object():
    assert reasons(judge([BODY])) == ["schema.draft"]


def test_the_digest_of_a_schema():
    digest = base64.b64encode(hashlib.sha384(orjson.dumps(BODY)).digest()).decode()
    entry = {"id": URL, "type": "JsonSchema", "digestSRI": f"sha384-{digest}"}
    assert judge(entry=entry).verdict == "verified"
    assert reasons(judge(orjson.dumps(BODY) + b" ", entry=entry)) == ["related.changed"]


def test_a_schema_of_an_unknown_type():
    report = judge(entry={"id": URL, "type": "https://uni.example/OwnSchema"})
    assert (report.verdict, reasons(report)) == ("could-not-tell", ["schema.unknown-type"])


def test_two_schemas_must_both_fit():
    issuer = Issuer()
    other = "https://uni.example/schemas/other.json"
    issuer.web.put(URL, BODY)
    issuer.web.put(other, {"$schema": DRAFT, "$id": other, "required": ["evidence"]})
    entries = [{"id": url, "type": "JsonSchema"} for url in (URL, other)]
    signed = issuer.sign(issuer.plain(credentialSchema=entries))
    assert reasons(issuer.verify(signed)) == ["schema.invalid"]


def test_a_schema_that_refers_to_itself_ends():
    tree = {"$defs": {"node": {"properties": {"credentialSubject": {"$ref": "#/$defs/node"}}}}}
    with bounded():
        report = judge({**BODY, **tree, "$ref": "#/$defs/node"})
    assert report.verdict == "verified"


@pytest.mark.parametrize(
    "pattern", ["^(a+)+$", "^(a|a)*b$", "^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*$"]
)
def test_a_costly_pattern_ends(pattern):
    described = {"properties": {"description": {"pattern": pattern}}}
    body = {**BODY, "properties": {"credentialSubject": described}}
    credential = ISSUER.plain(
        credentialSubject={"id": "did:example:alice", "description": "a" * 5_000 + "!"},
        credentialSchema={"id": URL, "type": "JsonSchema"},
    )
    with bounded():
        report = judge(body, credential=credential)
    assert (report.verdict, reasons(report)) == ("refused", ["schema.invalid"])


def test_costly_patterns_over_many_values_end():
    choice = {"items": {"anyOf": [{"pattern": r"(a*)*\1b"}, {}]}}
    body = {**BODY, "properties": {"credentialSubject": {"properties": {"description": choice}}}}
    many = [f"{'a' * 30}{number}" for number in range(20)]
    credential = ISSUER.plain(
        credentialSubject={"id": "did:example:alice", "description": many},
        credentialSchema={"id": URL, "type": "JsonSchema"},
    )
    with bounded():
        judge(body, credential=credential)


# The schema in a credential of its own


def schema_credential(issuer, *, about=None, **members):
    subject = {
        "id": URL,
        "type": "JsonSchema",
        "jsonSchema": changed(BODY, {}),
    }
    return issuer.plain(
        id="https://uni.example/schemas/1",
        type=["VerifiableCredential", "JsonSchemaCredential"],
        credentialSchema={"id": META, "type": "JsonSchema"},
        credentialSubject=changed(subject, about or {}),
        **members,
    )


def judge_credential(make, *, signer=None):
    """The report under a schema credential that ``make(issuer)`` gives, signed or not."""
    issuer = Issuer()
    made = make(issuer)
    body = made if isinstance(made, bytes) else issuer.sign(made, suite="eddsa-jcs-2022")
    issuer.web.put("https://uni.example/schemas/1", body)
    entry = {"id": "https://uni.example/schemas/1", "type": "JsonSchemaCredential"}
    return issuer.verify(issuer.sign(issuer.plain(credentialSchema=entry)))


def test_a_schema_credential():
    assert judge_credential(schema_credential).verdict == "verified"


CREDENTIALS = {
    "changed": lambda one: one.sign(schema_credential(one)).replace(
        b'maxLength":20', b'maxLength":99'
    ),
    "unsigned": lambda one: orjson.dumps(schema_credential(one)),
    "expired": lambda one: schema_credential(one, validUntil="2026-05-01T00:00:00Z"),
    "other type": lambda one: {**schema_credential(one), "type": ["VerifiableCredential"]},
    "other id": lambda one: {**schema_credential(one), "id": "https://uni.example/schemas/2"},
    "no meta-schema": lambda one: {
        **schema_credential(one),
        "credentialSchema": {"id": URL, "type": "JsonSchema"},
    },
    "subject of another type": lambda one: schema_credential(one, about={"type": "Schema"}),
    "no schema": lambda one: schema_credential(one, about={"jsonSchema": None}),
}


@pytest.mark.parametrize("make", CREDENTIALS.values(), ids=CREDENTIALS)
def test_a_schema_credential_that_proves_nothing(make):
    report = judge_credential(make)
    assert (report.verdict, reasons(report)) == ("refused", ["schema.unproven"])


def test_a_schema_credential_that_cannot_be_had():
    issuer = Issuer()
    entry = {"id": "https://uni.example/schemas/1", "type": "JsonSchemaCredential"}
    report = issuer.verify(issuer.sign(issuer.plain(credentialSchema=entry)))
    assert (report.verdict, reasons(report)) == ("could-not-tell", ["schema.unreadable"])


# The published ones


PUBLISHED = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
)


def test_the_published_schema_named_by_the_badge_is_not_fetched():
    entry = [{"id": PUBLISHED, "type": "1EdTechJsonSchemaValidator2019"}]
    issuer = Issuer()
    badge = issuer.badge(context=[V2, OB, EXTENSIONS], credentialSchema=entry)
    report = issuer.verify(issuer.sign(badge))
    assert (report.verdict, reasons(report)) == ("verified", [])
    assert PUBLISHED not in issuer.web.asked


def test_families():
    assert family_of(ISSUER.badge()) == "badge"
    assert family_of(ISSUER.clr()) == "clr"
    assert family_of(ISSUER.plain()) is None
    assert (
        family_of({**ISSUER.badge(), "@context": ["https://www.w3.org/2018/credentials/v1"]})
        is None
    )
    assert family_of(ISSUER.endorsement("https://uni.example/c/1")) == "endorsement"
