from __future__ import annotations

import orjson
import pytest

from judging import outcomes, reasons
from simulators.issuer import NOW, Issuer, Web, private_key
from stackmark.keys import did_jwk, rotate
from stackmark.verification.verifier import Verifier

DOCUMENT = "https://uni.example/.well-known/did.json"


def judge(change, **how):
    """A badge by an issuer whose document was changed by ``change(issuer)``."""
    issuer = Issuer()
    signed = issuer.sign(**how)
    change(issuer)
    return issuer.verify(signed)


# Whose key it is


def test_a_key_of_somebody_else():
    issuer, other = Issuer(), Issuer(did="did:web:other.example", number=1)
    other.web = issuer.web
    other.publish()
    report = issuer.verify(other.sign(issuer.badge()))
    assert outcomes(report) == {"issuer-key": ("failed", "issuer-key.not-issuer")}
    assert report.check("proof").outcome == "passed"
    assert report.headline.startswith("Refused: The key did:web:other.example#key-1")


@pytest.mark.parametrize(
    "name", ["did:web:UNI.example", "did:web:uni.example/", "https://uni.example"]
)
def test_names_that_are_only_alike(name):
    issuer = Issuer()
    report = issuer.verify(issuer.sign(issuer.badge(issuer={"id": name, "type": ["Profile"]})))
    assert reasons(report) == ["issuer-key.not-issuer"]


DOCUMENTS = {
    "gone": (
        lambda issuer: issuer.web.documents.clear(),
        "could-not-tell",
        "issuer-key.unresolvable",
    ),
    "no JSON": (
        lambda issuer: issuer.web.put(DOCUMENT, b"{"),
        "could-not-tell",
        "issuer-key.unresolvable",
    ),
    "a list": (
        lambda issuer: issuer.web.put(DOCUMENT, [1]),
        "could-not-tell",
        "issuer-key.unresolvable",
    ),
    "another id": (
        lambda issuer: (
            issuer.publish(id="did:web:other.example") or issuer.web.put(DOCUMENT, issuer.document)
        ),
        "refused",
        "issuer-key.document-id",
    ),
    "no such key": (
        lambda issuer: issuer.publish(verificationMethod=[]),
        "refused",
        "issuer-key.method",
    ),
    "another controller": (
        lambda issuer: issuer.describe_key(controller="did:web:other.example"),
        "refused",
        "issuer-key.method",
    ),
    "another purpose": (
        lambda issuer: issuer.publish(assertionMethod=[], authentication=[issuer.method]),
        "refused",
        "issuer-key.relationship",
    ),
    "another key": (
        lambda issuer: issuer.describe_key(
            publicKeyMultibase=private_key(number=1).public_key.to_multikey()
        ),
        "refused",
        "proof.signature",
    ),
    "unknown kind": (
        lambda issuer: issuer.describe_key(type="Own"),
        "refused",
        "issuer-key.unsupported",
    ),
    "secret shown": (
        lambda issuer: issuer.describe_key(secretKeyMultibase="z1"),
        "refused",
        "issuer-key.private",
    ),
    "small-order key": (
        lambda issuer: issuer.describe_key(
            publicKeyMultibase="z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP"
        ),
        "refused",
        "issuer-key.weak",
    ),
}


@pytest.mark.parametrize(("change", "verdict", "reason"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_document(change, verdict, reason):
    report = judge(change)
    assert (report.verdict, reasons(report)) == (verdict, [reason])


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("did:web:uni.example", "issuer-key.method-url"),
        ("did:web:uni.example#", "issuer-key.method-url"),
        ("did:web:uni.example?x#key-1", "issuer-key.method-url"),
        ("http://uni.example#key-1", "issuer-key.method-url"),
        ("did:web:uni.example#key-2", "issuer-key.method"),
        ("did:web:localhost#key-1", "issuer-key.did-web"),
        ("did:web:127.0.0.1#key-1", "issuer-key.did-web"),
        ("did:web:uni.example%3A99#key-1", "issuer-key.did-web"),
        ("did:ion:abc#key-1", "issuer-key.unresolvable"),
        (5, "issuer-key.method-url"),
        ("did:web:" + "a" * 5_000, "issuer-key.method-url"),
    ],
)
def test_method(method, reason):
    issuer = Issuer()
    proof = {**issuer.proof(issuer.plain()), "verificationMethod": method}
    report = issuer.verify(orjson.dumps({**issuer.plain(), "proof": proof}))
    assert reasons(report) == [reason]
    assert issuer.web.asked in ([], [DOCUMENT])


def test_did_key_and_did_jwk_ask_nobody():
    issuer = Issuer(did=None)
    assert issuer.verify(issuer.sign()).verdict == "verified"
    issuer.did = did_jwk(issuer.key.public_key)
    issuer.method = f"{issuer.did}#0"
    assert issuer.verify(issuer.sign()).verdict == "verified"
    assert issuer.web.asked == []


def test_a_profile_at_an_https_address_is_an_issuer():
    issuer = Issuer()
    url = "https://uni.example/issuer"
    method = f"{url}#key-1"
    entry = {**issuer.document["verificationMethod"][0], "id": method, "controller": url}
    issuer.web.put(url, {"id": url, "verificationMethod": [entry], "assertionMethod": [method]})
    badge = issuer.badge(issuer={"id": url, "type": ["Profile"]})
    assert issuer.verify(issuer.sign(badge, method=method)).verdict == "verified"


def test_a_key_is_looked_up_once_a_run():
    issuer = Issuer()
    verifier = Verifier(now=NOW, fetcher=issuer.web)
    for number in range(3):
        assert (
            verifier.verify(issuer.sign(issuer.badge(id=f"urn:uuid:{number}"))).verdict
            == "verified"
        )
    assert issuer.web.asked == [DOCUMENT]


def test_without_a_fetcher_nothing_is_fetched():
    report = Verifier(now=NOW).verify(Issuer().sign())
    assert (report.verdict, reasons(report)) == ("could-not-tell", ["issuer-key.unresolvable"])
    assert Verifier(now=NOW).verify(Issuer(did=None).sign()).verdict == "verified"


# Its history


@pytest.mark.parametrize(
    ("history", "verdict", "reason"),
    [
        ({"expires": "2026-01-02T03:04:05Z"}, "verified", None),
        ({"expires": "2026-01-02T03:04:04Z"}, "refused", "key-time.expired"),
        ({"expires": "2027-01-01T00:00:00Z"}, "verified", None),
        ({"revoked": "2026-05-01T00:00:00Z"}, "refused", "key-time.revoked"),
        ({"revoked": "2020-01-01T00:00:00Z"}, "refused", "key-time.revoked"),
        ({"revoked": "2026-06-01T12:00:00Z"}, "refused", "key-time.revoked"),
        ({"revoked": "2026-06-01T12:00:01Z"}, "verified", None),
        ({"expires": "soon"}, "refused", "issuer-key.malformed"),
        ({"revoked": "2026-02-30T00:00:00Z"}, "refused", "issuer-key.malformed"),
    ],
)
def test_history(history, verdict, reason):
    report = judge(lambda issuer: issuer.describe_key(**history))
    assert (report.verdict, reasons(report)) == (verdict, [reason] if reason else [])


def test_a_key_that_ran_out_says_so_beside_what_it_signed_before():
    report = judge(lambda issuer: issuer.describe_key(expires="2026-05-01T00:00:00Z"))
    assert report.check("key-time").detail == (
        "The key was replaced at 2026-05-01T00:00:00Z; this was signed before."
    )


def test_a_proof_without_a_time_under_a_key_that_ran_out():
    issuer = Issuer()
    signed = issuer.token(issuer.plain(validFrom=None))
    assert issuer.verify(signed).verdict == "verified"
    issuer.describe_key(expires="2026-05-01T00:00:00Z")
    report = issuer.verify(signed)
    assert outcomes(report) == {"key-time": ("could-not-tell", "key-time.no-time")}


def test_a_rotated_key_keeps_what_it_signed():
    issuer = Issuer()
    before = issuer.sign(created="2026-03-01T00:00:00Z")
    new = Issuer(Web(), number=1)
    issuer.document = rotate(
        issuer.document,
        method_id="did:web:uni.example#key-2",
        public=new.key.public_key,
        now="2026-04-01T00:00:00Z",
    )
    issuer.publish()
    new.method = "did:web:uni.example#key-2"
    assert issuer.verify(before).verdict == "verified"
    assert issuer.verify(new.sign(created="2026-04-02T00:00:00Z")).verdict == "verified"
    late = issuer.sign(created="2026-04-02T00:00:00Z")
    assert reasons(issuer.verify(late)) == ["key-time.expired"]


def test_every_key_of_a_set_must_have_been_good():
    issuer = Issuer()
    other = Issuer(issuer.web, "did:web:other.example", number=1)
    badge = issuer.badge()
    signed = orjson.dumps({**badge, "proof": [issuer.proof(badge), other.proof(badge)]})
    assert issuer.verify(signed).verdict == "verified"
    other.describe_key(revoked="2026-05-01T00:00:00Z")
    assert reasons(issuer.verify(signed)) == ["key-time.revoked"]
