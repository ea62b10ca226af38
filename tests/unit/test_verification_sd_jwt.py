"""SD-JWT VCs through the verifier: every answer with its reason, and never a traceback."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

import sd_jwt_vectors as published
from sample_keys import key
from stackmark.adapters.randomness import SystemRandom
from stackmark.errors import CheckFailed, CouldNotTell, UsageError
from stackmark.issuing.sd_jwt import sign_claims
from stackmark.keys.did import default_identity
from stackmark.proofs import sd_jwt
from stackmark.proofs.sd_jwt_binding import bind, choose
from stackmark.proofs.sd_jwt_make import make, sign
from stackmark.reading.received import EUDI_VCT, receive
from stackmark.trust.register import Register
from stackmark.verification.policy import STRICT
from stackmark.verification.report import CODES
from stackmark.verification.sd_jwt_issuer import metadata_url
from stackmark.verification.verifier import Verifier
from unit import seals

AT = datetime(2026, 5, 4, 10, tzinfo=UTC)
ISSUER, HOLDER = key("p256", 3), key("ed25519", 4)
DID, METHOD = default_identity(ISSUER.public_key)
CLAIMS = {
    "vct": EUDI_VCT,
    "iat": int(AT.timestamp()),
    "issuing_authority": "Northfield University",
    "issuing_country": "IE",
    "date_of_issuance": "2026-05-04",
    "family_name": "Neal",
    "given_name": "Tyler",
    "achievement_title": "Soil sampling",
    "learner_identification": "0123456",
    "learning_outcomes": ["Take samples", "Keep records"],
}


class Web:
    """Documents by their address."""

    def __init__(self, **pages):
        self.pages = pages

    def fetch(self, url):
        if url not in self.pages:
            raise CouldNotTell("fetch.offline", f"{url} is not there.")
        return json.dumps(self.pages[url]).encode()


def issued(holder=None, **changes):
    whole = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return sign_claims(
        whole,
        did=DID,
        method=METHOD,
        signer=ISSUER,
        random=SystemRandom(),
        now=AT,
        holder=holder,
    )


def raw(claims=None, **more):
    """Signed without our own look at it."""
    whole = {"iss": DID, **CLAIMS} if claims is None else claims
    given_ = {"signer": ISSUER, "random": SystemRandom(), "kid": METHOD} | more
    return make(whole, **given_).encode()


def report(data, now=AT, **more):
    found = Verifier(now=now, **more).verify(data)
    assert [check.code for check in found.checks] == list(CODES)
    return found


def reason(data, code, **more):
    check = report(data, **more).check(code)
    return check.outcome, check.reason


def test_a_learning_credential_is_verified_as_a_non_qualified_attestation():
    found = report(issued())
    assert (found.verdict, found.format) == ("verified", "eudi+sd-jwt")
    assert "non-qualified attestation" in found.check("format").detail
    assert "Nothing is withheld" in found.check("proof").detail
    for code in ("context", "schema", "lossless"):
        assert found.check(code).outcome == "not-applicable"
        assert found.check(code).reason == f"{code}.none"
    told = found.credential
    assert (told.name, told.issuer_name, told.recipient) == (
        "Soil sampling",
        "Northfield University",
        "Tyler Neal",
    )


def test_what_is_disclosed_and_withheld_is_told():
    sd = sd_jwt.parse(issued())
    found = report(choose(sd, ["/family_name"]).encode())
    assert "Disclosed by choice: family_name. 4 part(s) are withheld" in found.check("proof").detail
    assert found.credential.recipient == "Neal"


def test_another_type_is_judged_too():
    found = report(raw({"iss": DID, "vct": "https://types.example/a"}))
    assert (found.verdict, found.format) == ("verified", "sd-jwt-vc")


@pytest.mark.parametrize("vct", [None, "", 5, ["a"]])
def test_a_type_is_needed(vct):
    assert reason(raw({"iss": DID, "vct": vct}), "format") == ("failed", "format.vct")


def test_the_published_example_is_verified_by_the_issuers_metadata():
    jwk = {**published.KEY, "kid": "doc-signer-05-25-2022"}
    web = Web(
        **{
            "https://example.com/.well-known/jwt-vc-issuer/issuer": {
                "issuer": "https://example.com/issuer",
                "jwks": {"keys": [jwk, {**published.KEY, "kid": "other"}]},
            }
        }
    )
    found = report(published.VC.encode(), fetcher=web)
    assert (found.verdict, found.format) == ("verified", "sd-jwt-vc")
    assert "is_over_65" in found.check("proof").detail


# -- whose key -------------------------------------------------------------------------

HTTPS = "https://uni.example/dept"
URL = "https://uni.example/.well-known/jwt-vc-issuer/dept"
JWK = {**ISSUER.public_key.to_jwk(), "kid": "k1"}
BY_HTTPS = {**CLAIMS, "iss": HTTPS}


def test_the_address_of_metadata():
    assert metadata_url("https://uni.example") == "https://uni.example/.well-known/jwt-vc-issuer"
    assert metadata_url(f"{HTTPS}/") == URL


@pytest.mark.parametrize(
    ("pages", "kid", "outcome"),
    [
        ({URL: {"issuer": HTTPS, "jwks": {"keys": [JWK]}}}, "k1", ("passed", "issuer-key.ok")),
        ({URL: {"issuer": HTTPS, "jwks": {"keys": [JWK]}}}, None, ("passed", "issuer-key.ok")),
        (
            {
                URL: {"issuer": HTTPS, "jwks_uri": "https://uni.example/keys"},
                "https://uni.example/keys": {"keys": [JWK]},
            },
            "k1",
            ("passed", "issuer-key.ok"),
        ),
        ({}, "k1", ("could-not-tell", "issuer-key.unresolvable")),
        (
            {URL: {"issuer": "https://uni.example", "jwks": {"keys": [JWK]}}},
            "k1",
            ("failed", "issuer-key.metadata"),
        ),
        ({URL: {"issuer": HTTPS}}, "k1", ("failed", "issuer-key.metadata")),
        (
            {URL: {"issuer": HTTPS, "jwks": {}, "jwks_uri": "https://a.example"}},
            "k1",
            ("failed", "issuer-key.metadata"),
        ),
        (
            {URL: {"issuer": HTTPS, "jwks_uri": "http://uni.example"}},
            "k1",
            ("failed", "issuer-key.metadata"),
        ),
        ({URL: [1]}, "k1", ("failed", "issuer-key.metadata")),
        (
            {URL: {"issuer": HTTPS, "jwks": {"keys": [JWK]}}},
            "k2",
            ("failed", "issuer-key.key-id"),
        ),
        (
            {URL: {"issuer": HTTPS, "jwks": {"keys": [JWK, JWK]}}},
            "k1",
            ("failed", "issuer-key.key-id"),
        ),
        ({URL: {"issuer": HTTPS, "jwks": 5}}, "k1", ("failed", "issuer-key.key-id")),
        (
            {URL: {"issuer": HTTPS, "jwks": {"keys": [{"kty": "oct", "kid": "k1"}]}}},
            "k1",
            ("failed", "issuer-key.malformed"),
        ),
    ],
)
def test_keys_by_metadata(pages, kid, outcome):
    data = raw(BY_HTTPS, kid=kid)
    assert reason(data, "issuer-key", fetcher=Web(**pages)) == outcome


def test_metadata_of_another_key_do_not_fit():
    pages = {URL: {"issuer": HTTPS, "jwks": {"keys": [key("p256", 8).public_key.to_jwk()]}}}
    data = raw(BY_HTTPS, kid=None)
    assert reason(data, "proof", fetcher=Web(**pages)) == ("failed", "proof.signature")


@pytest.mark.parametrize("issuer", [None, "", 5, "urn:x:y", "http://uni.example"])
def test_an_issuer_that_leads_nowhere(issuer):
    data = raw({**CLAIMS, "iss": issuer})
    assert reason(data, "issuer-key") == ("failed", "issuer-key.no-issuer")


def test_the_key_of_another_did_is_refused():
    other = default_identity(key("p256", 8).public_key)[0]
    data = raw({**CLAIMS, "iss": other})
    assert reason(data, "issuer-key") == ("failed", "issuer-key.not-issuer")


def named(ca, public, *names):
    """A certificate for addresses and hosts."""
    return (
        x509.CertificateBuilder()
        .subject_name(seals.name("Northfield University"))
        .issuer_name(ca.certificate.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(seals.START)
        .not_valid_after(seals.END)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(ca.key, hashes.SHA256())
    )


def certified(issuer, *names, **more):
    ca = seals.Authority()
    private, signer = seals.new_key()
    leaf = (
        named(ca, private.public_key(), *names) if names else ca.leaf(private.public_key(), **more)
    )
    x5c = [b64encode(leaf.public_bytes(Encoding.DER)).decode()]
    claims = CLAIMS if issuer is None else {**CLAIMS, "iss": issuer}
    return ca, make(claims, signer=signer, random=SystemRandom(), x5c=x5c).encode()


@pytest.mark.parametrize(
    ("issuer", "names", "outcome"),
    [
        (None, (), ("passed", "issuer-key.ok")),
        (HTTPS, (x509.UniformResourceIdentifier(HTTPS),), ("passed", "issuer-key.ok")),
        (HTTPS, (x509.DNSName("uni.example"),), ("passed", "issuer-key.ok")),
        (HTTPS, (x509.DNSName("uni.example.evil"),), ("failed", "issuer-key.not-issuer")),
        (HTTPS, (), ("failed", "issuer-key.not-issuer")),
        (DID, (), ("could-not-tell", "issuer-key.other-body")),
    ],
)
def test_certificates_name_the_issuer(issuer, names, outcome):
    ca, data = certified(issuer, *names)
    assert reason(data, "issuer-key", anchors=[ca.certificate]) == outcome


def test_a_certificate_nobody_vouches_for_is_not_told():
    _, data = certified(None)
    assert reason(data, "issuer-key") == ("could-not-tell", "issuer-key.anchor")
    assert report(data).verdict == "could-not-tell"


def test_a_certificate_that_had_run_out():
    ca, data = certified(None, end=AT - timedelta(days=1))
    assert reason(data, "key-time", anchors=[ca.certificate])[1] == "key-time.certificate"
    assert report(data, anchors=[ca.certificate]).verdict == "refused"


def test_a_certificate_not_for_signing():
    ca, data = certified(None, sealing=False)
    outcome = reason(data, "issuer-key", anchors=[ca.certificate])
    assert outcome == ("failed", "issuer-key.key-usage")


@pytest.mark.parametrize("x5c", [[], "x", ["!"], ["AAAA"], [5]])
def test_broken_certificates(x5c):
    token = sign({"typ": "dc+sd-jwt", "x5c": x5c}, json.dumps(CLAIMS).encode(), ISSUER)
    outcome, why = reason(f"{token}~".encode(), "issuer-key")
    assert (outcome, why) == ("failed", "issuer-key.certificate")


# -- dates, status, recipient, trust ---------------------------------------------------

NOW = int(AT.timestamp())


@pytest.mark.parametrize(
    ("claims", "outcome"),
    [
        ({"exp": NOW + 1}, ("passed", "validity.ok")),
        ({"exp": NOW}, ("failed", "validity.expired")),
        ({"nbf": NOW + 301}, ("failed", "validity.not-yet")),
        ({"iat": NOW + 301}, ("failed", "validity.not-yet")),
        ({"nbf": NOW, "exp": NOW - 1}, ("failed", "validity.order")),
        ({"date_of_expiry": "2026-05-04"}, ("passed", "validity.ok")),
        ({"date_of_expiry": "2026-05-03"}, ("failed", "validity.expired")),
        ({"date_of_expiry": "soon"}, ("failed", "validity.malformed")),
        ({"date_of_expiry": 5}, ("failed", "validity.malformed")),
    ],
)
def test_dates(claims, outcome):
    assert reason(raw({"iss": DID, **CLAIMS, **claims}), "validity") == outcome


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", ["1", True, 10**15, None])
def test_odd_dates(claim, value):
    data = raw({"iss": DID, **CLAIMS, claim: value})
    assert reason(data, "format") == ("failed", "format.claim")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ({"status_list": {"idx": 1, "uri": "https://a"}}, ("could-not-tell", "status.unsupported")),
        ({"other": 1}, ("could-not-tell", "status.unsupported")),
        ({}, ("failed", "status.malformed")),
        ("revoked", ("failed", "status.malformed")),
    ],
)
def test_a_status_is_never_taken_as_good(status, outcome):
    data = raw({"iss": DID, **CLAIMS, "status": status})
    assert reason(data, "status") == outcome
    assert report(data).verdict != "verified"


def test_a_list_of_revocations_is_named():
    data = raw({"iss": DID, **CLAIMS, "status": {"status_list": {}}})
    assert "token status list, which is not read here" in report(data).check("status").detail


def test_the_recipient_is_compared_with_what_is_shown():
    data = issued()
    asked = {"learner_identification=0123456": "recipient.ok", "0123456": "recipient.ok"}
    asked |= {"0000000": "recipient.other", "sub=0123456": "recipient.unidentified"}
    for wanted, why in asked.items():
        assert reason(data, "recipient", recipient=wanted)[1] == why
    hidden = choose(sd_jwt.parse(data), []).encode()
    assert reason(hidden, "recipient", recipient="0123456") == (
        "could-not-tell",
        "recipient.unidentified",
    )


def test_the_register_is_asked():
    entry = {"id": DID, "name": "Northfield"}
    known = Register.parse(json.dumps({"issuers": [entry]}).encode())
    found = report(issued(), register=known)
    assert found.headline == "Verified: unaltered, in force, from an issuer you accept"
    other = Register.parse(json.dumps({"issuers": [{**entry, "id": "did:web:a.example"}]}).encode())
    assert reason(issued(), "trust", register=other)[1] == "trust.unknown-issuer"
    assert report(issued(), register=other, policy=STRICT).verdict == "could-not-tell"
    spoiled = issued().replace(b"~", b"~YQ~", 1)
    assert reason(spoiled, "trust", register=known)[1] == "trust.unproven"


# -- holder ----------------------------------------------------------------------------


def presented(nonce="n", aud="me"):
    shown = choose(sd_jwt.parse(issued(holder=HOLDER.public_key)), ["/given_name"])
    return bind(shown, signer=HOLDER, nonce=nonce, aud=aud, at=AT, hash_="sha256").encode()


def test_a_presentation_is_verified_once():
    verifier = Verifier(now=AT, challenge="n", domain="me")
    data = presented()
    assert verifier.verify(data).verdict == "verified"
    assert verifier.verify(data).check("proof").reason == "proof.challenge-used"


@pytest.mark.parametrize(
    ("asked", "outcome"),
    [
        ({"challenge": "n", "domain": "me"}, ("passed", "proof.ok")),
        ({"challenge": "other", "domain": "me"}, ("failed", "proof.challenge")),
        ({"challenge": "n", "domain": "other"}, ("failed", "proof.domain")),
        ({}, ("could-not-tell", "proof.challenge")),
    ],
)
def test_a_presentation_is_for_who_asked(asked, outcome):
    assert reason(presented(), "proof", **asked) == outcome


def test_a_bare_copy_does_not_answer_a_challenge():
    data = issued(holder=HOLDER.public_key)
    assert reason(data, "proof", challenge="n") == ("failed", "proof.binding-missing")
    assert "did not sign with it" in report(data).check("proof").detail


# -- hostile ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "code", "why"),
    [
        (lambda d: d.replace(b"~", b"~YQ~", 1), "proof", "proof.disclosure-unreadable"),
        (lambda d: d + b"x", "proof", "proof.disclosure-unreadable"),
        (lambda d: d + b"a.b.c", "proof", "proof.disclosure-unreadable"),
        (lambda d: d[:-1], "proof", "proof.disclosure-unreadable"),
        (lambda d: d.replace(b"~", b"~~", 1), "read", "read.sd-jwt"),
        (lambda d: d.split(b"~")[0], "proof", "proof.typ"),
        (lambda d: b"eyJ~", "read", "read.jws"),
        (lambda d: b"eyJ~" * 5000, "read", "read.too-many"),
    ],
)
def test_spoiled_texts(spoil, code, why):
    found = report(spoil(issued(holder=HOLDER.public_key)))
    assert found.verdict == "refused"
    assert found.check(code).reason == why


@pytest.mark.parametrize("typ", ["JWT", "vc+jwt", "at+jwt", "kb+jwt"])
def test_a_token_of_another_type_is_none(typ):
    token = sign({"typ": typ, "kid": METHOD}, json.dumps({"iss": DID, **CLAIMS}).encode(), ISSUER)
    assert reason(f"{token}~".encode(), "proof") == ("failed", "proof.typ")


def test_an_sd_jwt_is_no_part_of_a_presentation_unseen():
    """The signed claims alone, without what makes it an SD-JWT, are no credential."""
    assert report(issued().split(b"~")[0]).verdict == "refused"


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_no_text_is_too_odd(data):
    text = bytearray(issued(holder=HOLDER.public_key))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        what = data.draw(st.sampled_from([b"~", b".", b"A", b"\xff", b""]))
        text[at : at + data.draw(st.integers(0, 3))] = what
    found = report(bytes(text))
    assert not any(check.reason.endswith(".internal") for check in found.checks)


@settings(deadline=None, max_examples=100)
@given(
    st.dictionaries(
        st.sampled_from([*CLAIMS, "iss", "cnf", "status", "exp", "_sd_alg", "_sd", "..."]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(st.sampled_from(["_sd", "...", "jwk", "a"]), inner, max_size=2)
            ),
            max_leaves=6,
        ),
    )
)
def test_no_claims_are_too_odd(claims):
    payload = json.dumps({"iss": DID, "vct": EUDI_VCT, **claims}).encode()
    token = sign({"typ": "dc+sd-jwt", "kid": METHOD}, payload, ISSUER)
    found = report(f"{token}~".encode())
    assert not any(check.reason.endswith(".internal") for check in found.checks)


# -- making ----------------------------------------------------------------------------


def test_what_is_read_are_the_disclosed_claims():
    received = receive(choose(sd_jwt.parse(issued()), ["/given_name"]).encode())
    assert received.kind == "sd-jwt"
    assert received.tree["given_name"] == "Tyler"
    assert "family_name" not in received.tree
    assert "_sd" not in received.tree


def test_an_issuer_cannot_borrow_a_name():
    with pytest.raises(CheckFailed) as caught:
        issued(iss="did:web:famous.example")
    assert caught.value.reason == "issuer-key.not-issuer"


@pytest.mark.parametrize("changes", [{"vct": None}, {"cnf": {"jwk": {}}}, {"_sd": []}])
def test_claims_that_are_not_signed(changes):
    with pytest.raises(UsageError) as caught:
        issued(**changes)
    assert caught.value.reason == "usage.claims"


def test_a_certificate_is_that_of_the_key():
    ca = seals.Authority()
    with pytest.raises(UsageError) as caught:
        sign_claims(
            CLAIMS,
            did=DID,
            method=METHOD,
            signer=ISSUER,
            random=SystemRandom(),
            now=AT,
            chain=[ca.certificate],
        )
    assert caught.value.reason == "usage.certificate"
