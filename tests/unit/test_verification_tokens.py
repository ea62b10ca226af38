from __future__ import annotations

import orjson
import pytest

from judging import outcomes, reasons
from simulators.issuer import V1, V2, Issuer, b64, epoch
from stackmark.keys import did_jwk

ISSUER = Issuer()
OTHER = Issuer(ISSUER.web, "did:web:other.example", number=1)


def judge(token, **how):
    return ISSUER.verify(token, **how)


# Keys and headers


@pytest.mark.parametrize("kind", ["ed25519", "p256", "p384", "rsa3072"])
@pytest.mark.parametrize("profile", ["ob_token", "token"])
def test_both_profiles_with_every_kind_of_key(kind, profile):
    issuer = Issuer(kind=kind)
    token = getattr(issuer, profile)()
    report = issuer.verify(token)
    assert (report.verdict, report.format) == ("verified", "ob3+jwt")
    head, payload, signature = token.split(b".")
    other = b64(orjson.dumps(issuer.badge(name="B"))).encode()
    assert issuer.verify(b".".join((head, other, signature))).verdict == "refused"
    last = b64(bytes(len(signature) * 3 // 4)).encode()
    assert reasons(issuer.verify(b".".join((head, payload, last)))) == ["proof.signature"]


def test_rsa_issuers_are_did_jwk_when_they_have_no_host():
    issuer = Issuer(kind="rsa3072")
    issuer.did = did_jwk(issuer.key.public_key)
    token = issuer.token(header={"kid": None})
    assert issuer.verify(token).verdict == "verified"


HEADERS = {
    "none": ({"alg": "none"}, "proof.algorithm"),
    "HMAC": ({"alg": "HS256"}, "proof.algorithm"),
    "another kind": ({"alg": "ES256"}, "proof.key-type"),
    "PS256": ({"alg": "PS256"}, "proof.algorithm"),
    "typ": ({"typ": "at+jwt"}, "proof.typ"),
    "cty": ({"cty": "JWT"}, "proof.typ"),
    "crit": ({"crit": ["exp"]}, "proof.crit"),
    "b64": ({"b64": False}, "proof.crit"),
    "zip": ({"zip": "DEF"}, "proof.crit"),
    "iss in the header": ({"iss": "did:web:uni.example"}, "proof.header"),
    "jwk": ({"jwk": ISSUER.key.public_key.to_jwk()}, "issuer-key.header-key"),
    "jku": ({"jku": "https://uni.example/keys"}, "issuer-key.header-key"),
    "private jwk": ({"jwk": {"kty": "OKP", "d": "x"}}, "issuer-key.private"),
    "no kid": ({"kid": None}, "issuer-key.key-id"),
    "kid number": ({"kid": 5}, "issuer-key.key-id"),
    "kid path": ({"kid": "../key-1"}, "issuer-key.key-id"),
    "kid unknown": ({"kid": "key-9"}, "issuer-key.method"),
    "kid of another": ({"kid": OTHER.method}, "issuer-key.not-issuer"),
    "kid elsewhere": ({"kid": "https://other.example/key"}, "issuer-key.not-issuer"),
}


@pytest.mark.parametrize(("header", "reason"), HEADERS.values(), ids=HEADERS)
def test_header(header, reason):
    asked = len(ISSUER.web.asked)
    report = judge(ISSUER.token(header=header))
    assert (report.verdict, reasons(report)) == ("refused", [reason])
    assert set(ISSUER.web.asked[asked:]) <= {"https://uni.example/.well-known/did.json"}


@pytest.mark.parametrize("kid", ["key-1", "#key-1", "did:web:uni.example#key-1"])
def test_ways_to_write_the_kid(kid):
    assert judge(ISSUER.token(header={"kid": kid})).verdict == "verified"


def test_a_kid_that_is_the_jwks_own():
    issuer = Issuer(kind="p256")
    jwk = issuer.key.public_key.to_jwk()
    issuer.describe_key(
        type="JsonWebKey", publicKeyMultibase=None, publicKeyJwk=jwk | {"kid": "a-1"}
    )
    assert issuer.verify(issuer.token(header={"kid": "a-1"})).verdict == "verified"
    assert reasons(issuer.verify(issuer.token(header={"kid": "a-2"}))) == ["issuer-key.method"]


def test_a_kid_that_is_a_bare_jwk_on_the_issuers_own_host():
    issuer = Issuer(kind="rsa3072")
    issuer.did, kid = "https://uni.example/issuer", "https://uni.example/keys/1"
    token = issuer.ob_token(header={"kid": kid})
    assert reasons(issuer.verify(token)) == ["issuer-key.unresolvable"]
    issuer.web.put(kid, issuer.key.public_key.to_jwk())
    assert issuer.verify(token).verdict == "verified"
    for elsewhere in ("https://keys.uni.example/1", "https://uni.example:8443/1"):
        issuer.web.put(elsewhere, issuer.key.public_key.to_jwk())
        token = issuer.ob_token(header={"kid": elsewhere})
        assert reasons(issuer.verify(token)) == ["issuer-key.not-issuer"]


# Claims


def test_the_ob_profile_needs_iss_and_the_vc_profile_does_not():
    assert reasons(judge(ISSUER.ob_token(iss=None))) == ["proof.claim"]
    assert judge(ISSUER.token()).verdict == "verified"
    for name in ("jti", "sub", "nbf", "exp"):
        assert judge(ISSUER.ob_token(**{name: None})).verdict == "verified"


CLAIMS = {
    "iss": ({"iss": "did:web:other.example"}, "proof.claim"),
    "iss list": ({"iss": ["did:web:uni.example"]}, "proof.claim"),
    "jti": ({"jti": "https://uni.example/c/2"}, "proof.claim"),
    "sub": ({"sub": "did:example:bob"}, "proof.claim"),
    "nbf": ({"nbf": epoch("2026-01-01T00:00:00Z") + 60}, "proof.claim"),
    "exp": ({"exp": epoch("2031-01-01T00:00:00Z") - 60}, "proof.claim"),
    "nbf to come": ({"nbf": epoch("2026-06-01T12:06:00Z")}, "validity.not-yet"),
    "exp passed": ({"exp": epoch("2026-06-01T11:59:59Z")}, "validity.expired"),
    "exp text": ({"exp": "1893456000"}, "format.claim"),
    "exp true": ({"exp": True}, "format.claim"),
    "exp huge": ({"exp": 10**15}, "format.claim"),
    "aud": ({"aud": "https://verify.example"}, "proof.audience"),
    "vc beside": ({"vc": {}}, "proof.two-forms"),
    "vp beside": ({"vp": {}}, "proof.two-forms"),
    "proof inside": ({"proof": {"type": "DataIntegrityProof"}}, "proof.two-forms"),
}


@pytest.mark.parametrize(("claims", "reason"), CLAIMS.values(), ids=CLAIMS)
def test_claim(claims, reason):
    report = judge(ISSUER.ob_token(**claims))
    assert (report.verdict, reasons(report)) == ("refused", [reason])


def test_iat_says_when_the_key_was_used():
    issuer = Issuer()
    late = issuer.ob_token(iat=epoch("2026-04-01T00:00:00Z"))
    early = issuer.ob_token(iat=epoch("2026-02-01T00:00:00Z"))
    issuer.describe_key(expires="2026-03-01T00:00:00Z")
    assert reasons(issuer.verify(late)) == ["key-time.expired"]
    assert issuer.verify(early).verdict == "verified"


def test_members_that_are_no_credential():
    assert reasons(judge(ISSUER.token({"sub": "alice"}))) == ["format.token"]
    assert reasons(judge(ISSUER.token({"vc": ISSUER.plain()}))) == ["proof.two-forms"]
    assert reasons(judge(ISSUER.token({"vc": {"@context": ["https://a.example"]}}))) == [
        "context.order"
    ]


# VC 1.1: the vc claim


def old_credential(**members):
    made = {
        "@context": [V1],
        "type": ["VerifiableCredential"],
        "credentialSubject": {},
    }
    return made | members


def old_claims(**claims):
    made = {
        "iss": ISSUER.did,
        "jti": "urn:uuid:6deb4a00-ebce-4b28-8cc2-afa705ef7be4",
        "sub": "did:example:alice",
        "nbf": epoch("2026-01-01T00:00:00Z"),
        "exp": epoch("2027-01-01T00:00:00Z"),
    }
    return made | claims


def test_claims_stand_for_members_that_were_left_out():
    report = judge(ISSUER.token({"vc": old_credential()}, claims=old_claims(), typ="JWT"))
    assert (report.verdict, report.format) == ("verified", "vc1+jwt")
    about = report.credential
    assert (about.issuer_id, about.recipient) == (ISSUER.did, "did:example:alice")
    assert (about.valid_from, about.valid_until) == ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("members", "claims", "reason"),
    [
        ({"issuer": "did:web:other.example"}, {}, "proof.claim"),
        ({"id": "urn:uuid:1"}, {}, "proof.claim"),
        ({"credentialSubject": {"id": "did:example:bob"}}, {}, "proof.claim"),
        ({"issuanceDate": "2025-01-01T00:00:00Z"}, {}, "proof.claim"),
        ({}, {"exp": epoch("2026-05-01T00:00:00Z")}, "validity.expired"),
        ({}, {"colour": "red"}, "proof.claim"),
        ({"@context": [V2]}, {}, "proof.two-forms"),
    ],
)
def test_the_vc_claim_and_the_claims_beside_it(members, claims, reason):
    token = ISSUER.token({"vc": old_credential(**members)}, claims=old_claims(**claims), typ="JWT")
    report = judge(token)
    assert (report.verdict, reasons(report)) == ("refused", [reason])


def test_vc_1_1_needs_a_date():
    claims = {name: value for name, value in old_claims().items() if name not in ("nbf", "exp")}
    report = judge(ISSUER.token({"vc": old_credential()}, claims=claims, typ="JWT"))
    assert reasons(report) == ["validity.missing"]


# Envelopes


def envelope(token, *, media="vc+jwt", **members):
    made = {
        "@context": V2,
        "id": f"data:application/{media},{token.decode()}",
        "type": "EnvelopedVerifiableCredential",
    }
    return orjson.dumps(made | members)


def without_context(made):
    return orjson.dumps({k: v for k, v in orjson.loads(made).items() if k != "@context"})


def test_an_enveloped_credential_is_judged_as_its_token():
    report = judge(envelope(ISSUER.token()))
    assert (report.verdict, report.format) == ("verified", "ob3+jwt")
    other = OTHER.token(ISSUER.badge())
    assert reasons(judge(envelope(other))) == ["issuer-key.not-issuer"]


@pytest.mark.parametrize(
    "made",
    [
        envelope(b"a.b.c", media="json"),
        envelope(ISSUER.token(), name="An unsigned name"),
        envelope(ISSUER.token(), media="vp+jwt"),
        envelope(ISSUER.token(), id="https://uni.example/c/1"),
        envelope(ISSUER.token(), id=5),
        envelope(ISSUER.token(), **{"@context": "https://uni.example/context"}),
        envelope(ISSUER.token(), **{"@context": None}),
        without_context(envelope(ISSUER.token())),
    ],
    ids="no token,a name,a presentation,an address,a number,foreign,null,no context".split(","),
)
def test_envelopes_that_are_none(made):
    report = judge(made)
    assert (report.verdict, reasons(report)) == ("refused", ["read.envelope"])


def test_a_broken_token_in_an_envelope():
    assert reasons(judge(envelope(b"a.b"))) == ["read.jws"]
    assert outcomes(judge(envelope(b"e30.e30.")))["proof"][1] == "proof.algorithm"
