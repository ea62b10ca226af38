"""The 1EdTech public validator's Open Badges 2.0 samples, with the verdicts it wishes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import orjson
import pytest

from shared import need_shared
from simulators.ob2_issuer import CONTEXT, Host
from stackmark.errors import StackmarkError
from stackmark.reading.received import receive
from stackmark.verification.verifier import Verifier

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SAME = {"valid": "verified", "invalid": "refused"}

# Sample → our verdict, reason and why it is not 1EdTech's; docs/divergences.md has the same list.
OTHERWISE = {
    "assets/badge-with-data-image.json": (
        "could-not-tell",
        "format.not-award",
        "a BadgeClass alone: 1EdTech validates its shape, we have nothing to verify",
    ),
    "issuer-compact-iri-validation.json": (
        "could-not-tell",
        "format.not-award",
        "a Profile alone, likewise",
    ),
    "basic-assertion-with-allowed-origins-valid-multiple-starts-with.json": (
        "refused",
        "context.inline",
        "its BadgeClass writes its context into itself; only named contexts are taken",
    ),
    "rdf-validation/valid-badge-class.json": ("refused", "context.inline", "likewise"),
    "rdf-validation/valid-badge-class-empty-criteria-type.json": (
        "refused",
        "context.inline",
        "likewise",
    ),
    "rdf-validation/valid-issuer-extension.json": ("refused", "context.inline", "likewise"),
    "rdf-validation/valid-alignment-object.json": (
        "refused",
        "format.type",
        "no class of its own and no named context",
    ),
    "rdf-validation/valid-cool-class.json": ("refused", "format.type", "likewise"),
    "warning-issuer-non-http.json": (
        "refused",
        "issuer-key.profile-id",
        "1EdTech warns: the Profile at a web address gives a urn:uuid as its id",
    ),
}
REASONS = {
    "basic-assertion-invalid-context.json": "context.unknown",
    "basic-assertion-expired.json": "validity.expired",
    "basic-assertion-expired-before-issued.json": "validity.order",
    "assertion-with-extension-node-invalid.json": "schema.extension",
}


def samples():
    """Name and wished verdict; one test of theirs names valid and invalid files together."""
    path = need_shared() / "vectors" / "1edtech-validator"
    for entry in json.loads((path / "expected.json").read_bytes()):
        for name in entry["samples"]:
            if not name.startswith("ob20/") or entry["expect"] is None:
                continue
            wished = "valid" if "/valid-" in name or "-valid-" in name else entry["expect"]
            yield path / name, name.removeprefix("ob20/"), wished


def host_for(data, *, named_contexts=False):
    """Every asset at its address, at its id, and the sample at its own id."""
    host = Host()
    for path in sorted((need_shared() / "vectors/1edtech-validator/ob20/assets").glob("*.json")):
        try:
            tree = json.loads(path.read_bytes())
        except ValueError:  # the context file starts with its URL
            continue
        if named_contexts and isinstance(tree.get("@context"), dict):
            tree["@context"] = CONTEXT
        for scheme in ("http", "https"):
            host.put(tree, f"{scheme}://example.org/{path.name}")
        if str(tree.get("id")).startswith("http"):
            host.put(tree)
    try:
        found = receive(data)
    except StackmarkError:
        return host
    if found.jws is None and "verification" in found.tree:
        host.put(found.document.data, found.tree["id"])
    return host


def verify(data):
    return Verifier(now=NOW, fetcher=host_for(data)).verify(data)


def test_every_sample_has_its_verdict():
    done = set()
    for path, name, wished in samples():
        report = verify(path.read_bytes())
        if name in OTHERWISE:
            verdict, reason, _ = OTHERWISE[name]
        else:
            verdict, reason = SAME[wished], REASONS.get(name)
        assert report.verdict == verdict, name
        assert reason is None or reason in {check.reason for check in report.checks}, name
        done.add(name)
    assert len(done) == 24
    assert OTHERWISE.keys() | REASONS.keys() <= done


@pytest.mark.parametrize(("word", "verdict"), [("valid", "verified"), ("invalid", "refused")])
def test_starts_with_samples_with_their_contexts_named(word, verdict):
    name = f"basic-assertion-with-allowed-origins-{word}-multiple-starts-with.json"
    data = (need_shared() / "vectors/1edtech-validator/ob20" / name).read_bytes()
    host = host_for(data, named_contexts=True)
    # The assets' issuers share one id; the one of this sample must answer there.
    issuer = f"http://example.org/issuer-with-allowed-origins-{word}-multiple-starts-with.json"
    host.put(host.documents[issuer], "http://example.org/issuer-with-allowed-origins")
    report = Verifier(now=NOW, fetcher=host).verify(data)
    assert report.verdict == verdict
    assert report.check("issuer-key").reason == (
        "issuer-key.ok" if word == "valid" else "issuer-key.out-of-scope"
    )


def test_a_changed_signed_sample_is_refused():
    token = (need_shared() / "vectors/1edtech-validator/ob20/simple.jwt").read_bytes().strip()
    assert verify(token).check("proof").outcome == "passed"
    other = (need_shared() / "vectors/1edtech-validator/ob20/simple-not-revoked.jwt").read_bytes()
    mixed = b".".join((*other.split(b".")[:2], token.split(b".")[2]))
    assert verify(mixed).check("proof").reason == "proof.signature"


def test_the_list_of_revoked_badges_of_the_samples_is_read():
    data = (need_shared() / "vectors/1edtech-validator/ob20/simple-not-revoked.jwt").read_bytes()
    host = host_for(data)
    url = "http://example.org/empty-revocation-list.json"
    tree = orjson.loads(host.documents[url])
    host.put({**tree, "revokedAssertions": ["https://example.org/beths-robotics-badge.json"]}, url)
    report = Verifier(now=NOW, fetcher=host).verify(data)
    assert report.check("status").reason == "status.revoked"
