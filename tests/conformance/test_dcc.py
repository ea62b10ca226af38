"""Signed badges of the Digital Credentials Consortium, beside its own verifier's answers.

``expected.json`` was measured by running that verifier. It looks at the signature, the dates and
the status; so do we, and then at more: that is why most of these badges are refused here.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from judging import bounded, reasons, shared_cases
from shared import need_shared
from simulators.issuer import Web
from stackmark.limits import MIN_STATUS_ENTRIES
from stackmark.status.bitstring import decode, get_value
from stackmark.status.entry import read_entry
from stackmark.verification.verifier import Verifier

NOW = datetime(2026, 11, 23, tzinfo=UTC)
FIXTURES = "https://digitalcredentials.github.io/vc-test-fixtures/"
LISTS = {
    FIXTURES + "statusLists/didkey-ed25519Signature2020/": "didkey-ed25519Signature2020",
    "https://raw.githubusercontent.com/digitalcredentials/verifier-core/refs/heads/main/"
    "src/test-fixtures/status/": "verifier-core",
}
# Why we refuse what their verifier lets pass: reason → clause.
STRICTER = {
    "format.subject": "OB 3.0 8.1 step 2: a badge's subject has an id or an identifier",
    "schema.invalid": "OB 3.0 8.1 step 3: achievementType Program is not of the published list",
    "context.unknown": "https://w3id.org/dcc/v1 is in no registry; none is fetched",
    "status.issuer": "the list is not signed by the badge's issuer (docs/divergences.md)",
    "status.wrong-list": "Bitstring Status List 3.2: the list calls itself something else",
}
AGREED = {"validity.expired", "status.proof", "issuer-key.unresolvable"}


def folder():
    return need_shared() / "vectors" / "dcc-fixtures"


def web():
    found = Web()
    for name in ("oidf", "legacy"):
        found.put(
            f"{FIXTURES}dids/{name}/did.json", (folder() / f"dids/{name}/did.json").read_bytes()
        )
    for url, name in LISTS.items():
        for path in (folder() / "statusLists" / name).iterdir():
            found.put(url + path.name, path.read_bytes())
    return found


def named(tree):
    return [{"name": name, **wished} for name, wished in tree.items()]


@pytest.mark.parametrize("wished", shared_cases("dcc-fixtures/expected.json", named, name="name"))
def test_badge(wished):
    data = (folder() / "verifiableCredentials" / wished["name"]).read_bytes()
    with bounded():
        report = Verifier(now=NOW, fetcher=web()).verify(data)
    found = set(reasons(report))
    assert found <= STRICTER.keys() | AGREED
    if "context.unknown" in found:
        assert report.check("proof").reason == "proof.not-reached"
        return
    if "fatal" in wished:
        assert report.check("issuer-key").reason == "issuer-key.unresolvable"
        return
    assert wished["valid_signature"] is (report.check("proof").outcome == "passed")
    assert report.check("issuer-key").outcome == "passed"
    assert wished["expiration"] is ("validity.expired" not in found)
    assert status_of(data, report) == wished.get("revocation_status", True)


def status_of(data, report):
    """What the status comes to: our answer, and what the list says whoever signed it."""
    entry = json.loads(data).get("credentialStatus")
    if entry is None:
        assert report.check("status").reason == "status.none"
        return True
    if report.check("status").reason == "status.proof":
        return {"error": "status_list_signature_error"}
    assert report.check("status").reason in ("status.issuer", "status.wrong-list")
    read = read_entry(entry)
    bits = decode(json.loads(web().documents[read.list_url])["credentialSubject"]["encodedList"])
    assert len(bits) * 8 < MIN_STATUS_ENTRIES  # 100,000: it would be refused for that as well
    return get_value(bits, read.index) == 0


def test_how_many_are_verified_and_how_many_lack_a_person():
    """The figures of docs/divergences.md; the rest would also pass if all were refused."""
    at_hand = web()
    reports = [
        Verifier(now=NOW, fetcher=at_hand).verify(path.read_bytes())
        for path in (folder() / "verifiableCredentials").rglob("*.json")
    ]
    assert len(reports) == 43
    assert [report.verdict for report in reports].count("verified") == 6
    assert sum("format.subject" in reasons(report) for report in reports) == 34
