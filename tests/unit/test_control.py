"""Control of a DID: a signature over a challenge, by the key the DID names for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from stackmark.errors import CheckFailed, CouldNotTell, ReadError, StackmarkError
from stackmark.keys.did import default_identity, did_key_method_id
from stackmark.keys.did_document import new_document
from stackmark.keys.private import PrivateKey
from stackmark.proofs.data_integrity import make_proof
from stackmark.proofs.jose import sign_compact
from stackmark.proofs.suites import Canonicals
from stackmark.reading.received import VC2_CONTEXT
from stackmark.verification.control import check_control
from stackmark.verification.dates import stamp

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ASKED = {"challenge": "n-0S6", "domain": "https://badges.example"}
WEB = "did:web:ada.example"


class Shelf(dict):
    def fetch(self, url):
        if url not in self:
            raise CouldNotTell("fetch.dns", f"{url} is not there.")
        return self[url]


@pytest.fixture(params=["ed25519", "p256"])
def key(request):
    return PrivateKey.generate(request.param)


def token(key, kid=None, **changes):
    did, method = default_identity(key.public_key)
    claims = {
        "iss": did,
        "nonce": ASKED["challenge"],
        "aud": ASKED["domain"],
        "iat": int(NOW.timestamp()),
    } | changes
    payload = orjson.dumps({name: value for name, value in claims.items() if value is not None})
    return sign_compact(payload, signer=key, typ="JWT", kid=kid or method).encode()


def presentation(key, suite="eddsa-rdfc-2022", purpose="authentication", **more):
    did, method = default_identity(key.public_key)
    tree = {"@context": [VC2_CONTEXT], "type": ["VerifiablePresentation"], "holder": did}
    tree |= more.pop("tree", {})
    proof = make_proof(
        Canonicals(tree),
        suite=suite,
        signer=key,
        method=more.pop("method", method),
        created=stamp(more.pop("created", NOW)),
        purpose=purpose,
        more=ASKED | more,
    )
    return orjson.dumps({**tree, "proof": proof})


def reason(data, key=None, did=None, web=(), **asked):
    did = did or default_identity(key.public_key)[0]
    with pytest.raises(StackmarkError) as caught:
        check_control(data, did=did, fetcher=Shelf(web), now=NOW, **(ASKED | asked))
    return caught.value.reason


def test_a_token_over_the_challenge_proves_it(key):
    did, method = default_identity(key.public_key)
    found = check_control(token(key), did=did, fetcher=Shelf(), now=NOW, **ASKED)
    assert (found.did, found.method) == (did, method)


@pytest.mark.parametrize("others", [[], ["https://another.example"]])
def test_an_audience_may_be_one_of_several(key, others):
    """RFC 7519, section 4.1.3."""
    did, method = default_identity(key.public_key)
    signed = token(key, aud=[*others, ASKED["domain"]])
    found = check_control(signed, did=did, fetcher=Shelf(), now=NOW, **ASKED)
    assert (found.did, found.method) == (did, method)


def test_an_empty_presentation_proves_it():
    key = PrivateKey.generate("ed25519")
    did, _ = default_identity(key.public_key)
    found = check_control(presentation(key), did=did, fetcher=Shelf(), now=NOW, **ASKED)
    assert found.method == did_key_method_id(key.public_key)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"nonce": "another"}, "proof.challenge"),
        ({"nonce": None}, "proof.challenge"),
        ({"aud": "https://evil.example"}, "proof.challenge"),
        ({"aud": ["https://evil.example"]}, "proof.challenge"),
        ({"aud": []}, "proof.challenge"),
        ({"aud": [[ASKED["domain"]]]}, "proof.challenge"),
        ({"aud": {ASKED["domain"]: 1}}, "proof.challenge"),
        ({"aud": [ASKED["domain"], 7]}, "proof.challenge"),
        ({"aud": [ASKED["domain"] + "/"]}, "proof.challenge"),
        ({"aud": [ASKED["domain"].upper()]}, "proof.challenge"),
        ({"aud": f"https://evil.example {ASKED['domain']}"}, "proof.challenge"),
        ({"aud": None}, "proof.challenge"),
        ({"iss": "did:key:z6Mkother"}, "proof.challenge"),
        ({"iat": int(NOW.timestamp()) + 3600}, "proof.time"),
        ({"iat": int((NOW - timedelta(days=2)).timestamp())}, "proof.time"),
        ({"iat": None}, "proof.time"),
        ({"exp": int((NOW - timedelta(hours=1)).timestamp())}, "proof.time"),
        ({"exp": "soon"}, "proof.time"),
        ({"nbf": int((NOW + timedelta(hours=1)).timestamp())}, "proof.time"),
    ],
)
def test_a_token_for_something_else_does_not(changes, why):
    key = PrivateKey.generate("ed25519")
    assert reason(token(key, **changes), key) == why


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"challenge": "another"}, "proof.challenge"),
        ({"domain": "https://evil.example"}, "proof.domain"),
        ({"purpose": "assertionMethod"}, "proof.purpose"),
        ({"tree": {"holder": "did:key:z6Mkother"}}, "format.holder"),
        ({"created": NOW + timedelta(hours=1)}, "proof.time"),
    ],
)
def test_a_presentation_for_something_else_does_not(more, why):
    key = PrivateKey.generate("ed25519")
    assert reason(presentation(key, **more), key) == why


def test_another_persons_key_does_not():
    mine, theirs = PrivateKey.generate("ed25519"), PrivateKey.generate("ed25519")
    did, _ = default_identity(theirs.public_key)
    assert reason(token(mine, iss=did), did=did) == "issuer-key.not-issuer"
    stolen = presentation(mine, tree={"holder": did})
    assert reason(stolen, did=did) == "issuer-key.not-issuer"


def test_a_changed_signature_does_not(key):
    head, body, signature = token(key).split(b".")
    flipped = signature[:-4] + (b"AAAA" if signature[-4:] != b"AAAA" else b"BBBB")
    assert reason(b".".join([head, body, flipped]), key).startswith("proof.")


@pytest.mark.parametrize("text", [b"", b"hello", b"a.b", b"[]", b"{}", b"a.b.c"])
def test_what_is_neither_is_refused_with_a_reason(text):
    key = PrivateKey.generate("ed25519")
    did = default_identity(key.public_key)[0]
    with pytest.raises((ReadError, CheckFailed)):
        check_control(text, did=did, fetcher=Shelf(), now=NOW, **ASKED)


def test_a_web_did_needs_its_document_and_the_right_relationship():
    key = PrivateKey.generate("ed25519")
    method = f"{WEB}#key-1"
    signed = token(key, kid=method, iss=WEB)
    url = "https://ada.example/.well-known/did.json"
    holder = orjson.dumps(new_document(WEB, method, key.public_key, holder=True))
    issuer = orjson.dumps(new_document(WEB, method, key.public_key))
    found = check_control(signed, did=WEB, fetcher=Shelf({url: holder}), now=NOW, **ASKED)
    assert found.method == method
    assert reason(signed, did=WEB, web={url: issuer}).startswith("issuer-key.")
    assert reason(signed, did=WEB).startswith("issuer-key.")
