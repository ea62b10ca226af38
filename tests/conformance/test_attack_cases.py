"""Attacks on credentials, presentations and tokens, each with the reason that must stop it."""

from __future__ import annotations

import json
import socket
import tracemalloc
from datetime import UTC, datetime

import pytest

from judging import bounded, reasons, shared_cases
from shared import need_shared
from simulators.issuer import Issuer, Web
from stackmark.adapters.fetcher import HttpFetcher
from stackmark.verification.verifier import Verifier

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
OWN = "security/own/"
EMBEDDED = "credentials-data-integrity.json"
TOKENS = "credentials-jwt.json"

# What the suites call a reason → ours.
REASONS = {
    "DATA_LOSS_DETECTION_ERROR": {
        "lossless.direction",
        "lossless.empty",
        "lossless.keyword",
        "lossless.null",
        "lossless.relative-id",
        "lossless.undefined-term",
        "lossless.undefined-type",
    },
    "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID": {"issuer-key.document-id"},
    "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD": {"issuer-key.relationship"},
    "INVALID_VERIFICATION_METHOD": {"issuer-key.method"},
    "INVALID_VERIFICATION_METHOD_URL": {"issuer-key.method-url"},
    "PROOF_VERIFICATION_ERROR": {"proof.purpose", "proof.chain"},
    "RANGE_ERROR or malformed": {"status.malformed", "status.range"},
    "STATUS_RETRIEVAL_ERROR": {"status.unreachable"},
    "algorithm": {"proof.algorithm"},
    "aud": {"proof.audience"},
    "b64": {"proof.crit"},
    "base64url": {"read.jws"},
    "base64url not canonical": {"read.jws"},
    "challenge": {"proof.challenge"},
    "challenge used": {"proof.challenge-used"},
    "context not on the allow list": {"context.inline", "context.order"},
    "context not on the allow list, and no request is made": {"context.inline", "context.unknown"},
    "context order": {"context.order"},
    "credential 2": {"proof.signature"},
    "crit": {"proof.crit"},
    "cty": {"proof.typ"},
    "domain": {"proof.domain"},
    "duplicate member": {"read.duplicate-member"},
    "empty": {"format.empty"},
    "every proof must verify": {"proof.signature", "proof.two-forms"},
    "expired": {"validity.expired"},
    "holder binding": {"recipient.holder"},
    "invalid context nullification or not on the allow list": {"context.inline"},
    "invalid string": {"read.encoding"},
    "iss": {"proof.claim"},
    "issuer is not the controller": {"proof.signature"},
    "issuer is not the controller of the key": {"issuer-key.not-issuer"},
    "jti": {"proof.claim"},
    "key identifier": {
        "issuer-key.key-id",
        "issuer-key.method",
        "issuer-key.method-url",
        "issuer-key.not-issuer",
    },
    "key is not the issuer's": {"issuer-key.header-key", "issuer-key.not-issuer"},
    "key revoked": {"key-time.revoked"},
    "key revoked and no trusted time stamp": {"key-time.revoked"},
    "key source": {"issuer-key.header-key"},
    "key source; no request": {"issuer-key.header-key"},
    "key too small": {"issuer-key.too-small"},
    "key type": {"proof.key-type"},
    "key type does not fit the suite": {"proof.key-type"},
    "malformed": {
        "format.claim",
        "format.empty",
        "format.nested",
        "format.type",
        "lossless.keyword",
        "proof.encoding",
        "read.encoding",
        "read.jws",
        "read.not-object",
    },
    "malformed issuer": {"format.issuer"},
    "nbf": {"proof.claim"},
    "nested context": {"context.nested"},
    "no proof": {"proof.missing", "lossless.undefined-term"},
    "no request is made": {"lossless.undefined-type"},
    "no subject": {"format.subject"},
    "not JSON": {"read.encoding", "read.not-json"},
    "not yet valid": {"validity.not-yet"},
    "number out of range": {"read.number"},
    "one algorithm for one key": {"proof.algorithm"},
    "private key in header": {"issuer-key.private"},
    "proof encoding": {"proof.encoding"},
    "proof expired": {"proof.expired"},
    "proof ids not unique": {"proof.ids"},
    "proof purpose": {"proof.purpose"},
    "proof time": {"proof.time"},
    "protected term redefinition": {"context.inline"},
    "relationship": {"issuer-key.relationship"},
    "schema cannot be read": {"schema.unreadable"},
    "serialisation": {"read.jws-json"},
    "signature": {"proof.signature", "proof.purpose"},
    "signature encoding": {"proof.signature"},
    "signature length": {"proof.encoding", "proof.signature"},
    "sub": {"proof.claim"},
    "too deep": {"read.too-deep"},
    "too large": {"read.too-large"},
    "too long, in bounded time": {"proof.encoding"},
    "trailing data": {"read.not-json"},
    "typ": {"proof.typ"},
    "unknown proof type": {"proof.unsupported"},
    "unknown suite": {"proof.unsupported"},
    "validity": {
        "validity.expired",
        "validity.malformed",
        "validity.not-yet",
        "validity.order",
    },
    "vc claim not allowed beside VC 2.0 members": {"proof.two-forms"},
    "weak key": {"issuer-key.weak"},
    "zip not allowed": {"proof.crit"},
}
# Where a suite leaves the answer open, or ours is another one: verdict, reasons, why.
OTHERWISE = {
    "JWT-086": ("verified", [], "a line end after a token is the file's, not the token's"),
    "LD-017": (
        "refused",
        ["schema.invalid", "proof.signature"],
        "a base direction is carried into what is signed",
    ),
    "LD-114": ("refused", ["validity.malformed"], "second 60 does not exist in UTC's calendar"),
    "LD-134": ("verified", [], "only the issuer's own id is ever said to be confirmed"),
    "LD-135": ("verified", ["endorsements.not-confirmed"], "a warning under policy standard"),
    "LD-138": (
        "could-not-tell",
        ["status.unreachable"],
        "a list that cannot be had proves nothing",
    ),
    "LD-141": ("could-not-tell", ["status.unreachable"], "its list is not among the documents"),
}


class Net:
    """The given documents, and the real fetcher behind them on a net without names."""

    def __init__(self, documents):
        self.web = Web({url: json.dumps(body).encode() for url, body in documents.items()})
        self.looked_up = []
        self.fetcher = HttpFetcher(resolver=self.look_up)

    def look_up(self, host, port):
        self.looked_up.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    def fetch(self, url):
        return self.web.fetch(url) if url in self.web.documents else self.fetcher.fetch(url)


def suite(name):
    return json.loads((need_shared() / "vectors" / OWN / name).read_bytes())


def data_of(case):
    text = case["input"]
    if case["format"] == "template":
        made = json.loads(text)["template"]
        text = made["prefix"] + made["unit"] * made["count"] + made.get("then", "")
        text += made.get("unit2", "") * made.get("count2", 0) + made.get("suffix", "")
    return text.encode("utf-8", "surrogatepass")


def verify(case, net):
    asked = case.get("verifier") or {}
    domain = "verify.example" if case["id"] == "LD-088" else asked.get("domain")
    verifier = Verifier(now=NOW, fetcher=net, challenge=asked.get("challenge"), domain=domain)
    data = data_of(case)
    if case.get("send_twice"):
        assert verifier.verify(data).verdict == "verified"
    with bounded():
        return verifier.verify(data)


@pytest.mark.parametrize(
    ("name", "case"),
    [
        pytest.param(name, *one.values, id=one.id)
        for name in (EMBEDDED, TOKENS)
        for one in shared_cases(OWN + name, lambda tree: tree["cases"])
    ],
)
def test_attack(name, case):
    net = Net(suite(name)["documents"])
    report = verify(case, net)
    found = reasons(report)
    if case.get("fetch_must_not_happen"):
        assert net.looked_up == []
    if case["id"] in OTHERWISE:
        assert (report.verdict, found) == OTHERWISE[case["id"]][:2]
    elif case["expect"]["result"].startswith("accept-or-refuse"):
        assert REASONS[case["expect"]["reason"]] & set(found), found
    elif case["expect"]["result"].startswith("accept"):
        assert (report.verdict, found) == ("verified", [])
    else:
        assert report.verdict == "refused"
        assert REASONS[case["expect"]["reason"]] & set(found), found
    assert "read.internal" not in found


def test_every_case_is_there():
    assert len(suite(EMBEDDED)["cases"]) >= 135
    assert len(suite(TOKENS)["cases"]) >= 92


@pytest.mark.parametrize(
    "case",
    shared_cases(
        OWN + EMBEDDED, lambda tree: [one for one in tree["cases"] if "render_must" in one]
    ),
)
def test_signed_text_stands_beside_the_issuers_id_and_is_no_part_of_a_sentence(case):
    report = verify(case, Net(suite(EMBEDDED)["documents"])).to_json()
    assert report["credential"]["issuer"]["id"] == "did:web:uni.example"
    names = {report["credential"]["name"], report["credential"]["issuer"]["name"]}
    sentences = [report["headline"], *(check["detail"] for check in report["checks"])]
    assert [text for text in sentences if any(name in text for name in names)] == []


def test_a_warning_is_a_sentence_of_the_report():
    case = next(case for case in suite(EMBEDDED)["cases"] if case["id"] == "LD-135")
    report = verify(case, Net(suite(EMBEDDED)["documents"]))
    (warning,) = report.warnings
    assert warning == report.check("endorsements").detail
    assert "does not hold" in warning


# Work and memory


def member_of_poison():
    graphs = suite("poison-graphs.json")["cases"]
    name = "POI-credential-many-equal-blank-nodes"
    return next(one for one in graphs if one["id"] == name)["jsonld_member_to_add"]


def test_a_credential_with_many_equal_blank_nodes():
    issuer = Issuer()
    signed = issuer.sign(issuer.badge(**member_of_poison()))
    with bounded(2):
        report = issuer.verify(signed)
    assert (report.verdict, reasons(report)) == ("verified", [])


def test_thousands_of_equal_nodes_end_in_time():
    issuer = Issuer()
    signed = issuer.sign(issuer.badge(evidence=[{"type": ["Evidence"], "name": "same"}] * 4_500))
    with bounded(2):
        report = issuer.verify(signed)
    assert (report.verdict, reasons(report)) == ("verified", [])


def test_poison_graphs_cannot_be_written_for_nodes_have_no_names():
    issuer = Issuer()
    clique = [{"type": ["Evidence"], "id": f"_:b{number}"} for number in range(10)]
    report = issuer.verify(issuer.sign(issuer.badge(evidence=clique), suite="eddsa-jcs-2022"))
    assert "lossless.relative-id" in reasons(report)


HEAVY = {EMBEDDED: ["LD-000", "LD-108", "LD-150", "LD-151", "LD-152"], TOKENS: ["JWT-123"]}


@pytest.mark.parametrize(("name", "number"), [(n, one) for n, ids in HEAVY.items() for one in ids])
def test_memory_stays_within_64_mebibytes(name, number):
    case = next(case for case in suite(name)["cases"] if case["id"] == number)
    data, net = data_of(case), Net(suite(name)["documents"])
    peak = peak_of(lambda: Verifier(now=NOW, fetcher=net).verify(data))
    assert peak < 64 * 1024 * 1024


def test_memory_for_a_compressed_status_list_of_256_mebibytes():
    base = need_shared() / "vectors" / "own"
    web = Web(
        {"https://badges.example/status/bomb": (base / "resources/status-bomb.json").read_bytes()}
    )
    data = (base / "credentials/S16.json").read_bytes()
    verifier = Verifier(now=NOW, fetcher=web)
    assert peak_of(lambda: verifier.verify(data)) < 64 * 1024 * 1024


def peak_of(work):
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
