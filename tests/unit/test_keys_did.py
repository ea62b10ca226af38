from __future__ import annotations

import orjson
import pytest

import sample_keys
from stackmark.errors import CheckFailed, UsageError
from stackmark.keys.did import (
    DidUrl,
    default_identity,
    did_jwk,
    did_key,
    did_key_method_id,
    did_web,
    did_web_url,
)
from stackmark.keys.multibase import b64url_decode
from stackmark.keys.public import PublicKey

GOOD = {
    "did:web:uni.example": "https://uni.example/.well-known/did.json",
    "did:web:uni.example%3A8443": "https://uni.example:8443/.well-known/did.json",
    "did:web:uni.example%3A443:a": "https://uni.example:443/a/did.json",
    "did:web:a.b-c.uni.example:staff:2024": "https://a.b-c.uni.example/staff/2024/did.json",
    "did:web:xn--hxajbheg2az3al.example": "https://xn--hxajbheg2az3al.example/.well-known/did.json",
    "did:web:uni.xn--jxalpdlp": "https://uni.xn--jxalpdlp/.well-known/did.json",
    "did:web:uni.example:%7Eann": "https://uni.example/%7Eann/did.json",
    "did:web:uni.example:A_b.c-d": "https://uni.example/A_b.c-d/did.json",
    "did:web:uni.example:z%C3%BCrich": "https://uni.example/z%C3%BCrich/did.json",
    f"did:web:{'a' * 63}.example": f"https://{'a' * 63}.example/.well-known/did.json",
}

BAD = [
    "", "did:web", "did:web:", "did:web::", "did:web:uni.example:", "did:web:uni.example::a",
    "did:web:uni.example:8443", "did:web:uni.example%3A", "did:web:uni.example%3A22",
    "did:web:uni.example%3a8443", "did:web:uni.example%3A08443", "did:web:uni.example%3A8443%3A1",
    "did:web:uni.example%3A80", "did:web:uni.example%3A6379", "did:web:uni.example%3A٨٤٤٣",
    "did:web:UNI.example", "did:web:Uni.example", "did:WEB:uni.example", "DID:web:uni.example",
    "did:web:uni", "did:web:localhost", "did:web:a.localhost", "did:web:printer.local",
    "did:web:metadata.google.internal", "did:web:host.localdomain", "did:web:127.0.0.1",
    "did:web:127.1", "did:web:0x7f000001", "did:web:a.0x7f", "did:web:1.2.3.4.5", "did:web:a.1",
    "did:web:[::1]", "did:web:%5B%3A%3A1%5D", "did:web:uni.example.", "did:web:.uni.example",
    "did:web:uni..example", "did:web:-uni.example", "did:web:uni-.example", "did:web:u_i.example",
    f"did:web:{'a' * 64}.example", f"did:web:{'a.' * 125}example", "did:web:bücher.example",
    "did:web:uni.example\n", "did:web:uni.example ", "did:web:uni.example\0", "did:web: uni.example",
    "did:web:uni.example/a", "did:web:uni.example%2Fa", "did:web:uni.example?x", "did:web:uni.example#k",
    "did:web:user@uni.example", "did:web:user%40uni.example", "did:web:uni.example:.",
    "did:web:uni.example:..:a", "did:web:uni.example:%2E%2E", "did:web:uni.example:%2e", "did:web:uni.example:...",
    "did:web:uni.example:a%2Fb", "did:web:uni.example:a%5Cb", "did:web:uni.example:a\\b",
    "did:web:uni.example:a%00", "did:web:uni.example:a%0A", "did:web:uni.example:a%20b",
    "did:web:uni.example:a%23b", "did:web:uni.example:a%3Fb", "did:web:uni.example:a%25b",
    "did:web:uni.example:a%41", "did:web:uni.example:a%7e", "did:web:uni.example:a%", "did:web:uni.example:é",
    "did:web:uni.example:a~b", "did:web:" + "a." * 2_100 + "example",
    "did:key:z6Mk", "https://uni.example",
]  # fmt: skip


@pytest.mark.parametrize("did", GOOD)
def test_did_web_url(did):
    assert did_web_url(did) == GOOD[did]


@pytest.mark.parametrize("did", BAD)
def test_did_web_url_refuses(did):
    with pytest.raises(CheckFailed) as caught:
        did_web_url(did)
    assert caught.value.reason == "issuer-key.did-web"
    assert caught.value.detail.isprintable()


@pytest.mark.parametrize(
    ("text", "did"),
    [
        ("web:uni.example", "did:web:uni.example"),
        ("uni.example", "did:web:uni.example"),
        ("uni.example/", "did:web:uni.example"),
        ("web:uni.example:8443", "did:web:uni.example%3A8443"),
        ("uni.example/badges/2026", "did:web:uni.example:badges:2026"),
        ("web:uni.example:8443/badges/", "did:web:uni.example%3A8443:badges"),
    ],
)
def test_did_web(text, did):
    assert did_web(text) == did


@pytest.mark.parametrize(
    "text",
    ["", "web:", "uni", "UNI.example", "uni.example:22", "uni.example:", "uni.example//a", "uni.example/2026",
     "https://uni.example", "uni.example/a b", "uni.example/..", "127.0.0.1", "a@uni.example", "did:web:uni.example"],
)  # fmt: skip
def test_did_web_refuses(text):
    with pytest.raises(UsageError) as caught:
        did_web(text)
    assert caught.value.reason == "usage.did-web"


def test_did_key():
    # The key of RFC 8037 appendix A.
    public = PublicKey.from_jwk(
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    )
    name = "z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw"
    assert did_key(public) == f"did:key:{name}"
    assert did_key_method_id(public) == f"did:key:{name}#{name}"


def test_did_key_of_rsa():
    with pytest.raises(UsageError) as caught:
        did_key(sample_keys.key("rsa").public_key)
    assert caught.value.reason == "usage.did-key"


@pytest.mark.parametrize("kind", sample_keys.TYPES)
def test_did_jwk_and_default_identity(kind):
    public = sample_keys.key(kind).public_key
    name = did_jwk(public).removeprefix("did:jwk:")
    assert orjson.loads(b64url_decode(name)) == public.to_jwk()
    did, method = default_identity(public)
    assert method.startswith(f"{did}#")
    assert did.startswith("did:jwk:" if kind == "rsa" else "did:key:")


def test_did_url_parts():
    url = DidUrl.parse("did:web:uni.example%3A8443:a/path;x?query=1#frag/?")
    assert url == DidUrl(
        did="did:web:uni.example%3A8443:a",
        method="web",
        identifier="uni.example%3A8443:a",
        path="/path;x",
        query="?query=1",
        fragment="frag/?",
    )
    assert DidUrl.parse("did:x:y").fragment is None
    assert DidUrl.parse("did:x:y#").fragment == ""


@pytest.mark.parametrize(
    "text",
    ["", "did", "did:", "did:web", "did:web:", "did:web:a:", "did:Web:a", "DID:web:a", "did:web:a#b#c",
     "did:web:a b", "did:web:a#b\n", "did:web:a\n", "did:web:é", "did:web:a#é", "did:web:a%2", "did:web:a%zz",
     "did:web:a%3a", "did:web:a#\0", "did:web:a<", " did:web:a", "https://a.example", "did:x:" + "y" * 5_000],
)  # fmt: skip
def test_did_url_refuses(text):
    with pytest.raises(CheckFailed) as caught:
        DidUrl.parse(text)
    assert caught.value.reason == "issuer-key.method-url"
    assert caught.value.detail.isprintable()
