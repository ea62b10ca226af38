"""SD-JWT (RFC 9901): published examples, making and showing, and what is refused and why."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sd_jwt_vectors as published
from sample_keys import key
from stackmark.errors import CheckFailed, CouldNotTell, ReadError, UsageError
from stackmark.keys.multibase import b64url_decode, b64url_encode
from stackmark.keys.public import PublicKey
from stackmark.proofs import sd_jwt
from stackmark.proofs.sd_jwt_binding import Asked, bind, check_binding, choose
from stackmark.proofs.sd_jwt_make import make, sign

AT = datetime(2026, 5, 4, 10, tzinfo=UTC)
ISSUER, HOLDER = key("p256", 3), key("ed25519", 4)
CLAIMS = {
    "vct": "https://types.example/course",
    "iat": 1_760_000_000,
    "name": "Ada",
    "langs": ["en", "fr"],
    "address": {"city": "Cork", "geo": {"lat": 51, "lon": -8}},
}
ALL = ["/name", "/langs/*", "/address", "/address/city", "/address/geo", "/address/geo/lat"]


class Counting:
    """Bytes that are all different."""

    def __init__(self):
        self.count = 0

    def bytes(self, count):
        self.count += 1
        return hashlib.sha256(str(self.count).encode()).digest()[:count]


def made(claims=None, disclose=ALL, **more):
    given_ = {"signer": ISSUER, "random": Counting(), "disclose": disclose} | more
    return make(claims or CLAIMS, **given_)


def parsed(text):
    return sd_jwt.parse(text.encode())


def claims_of(text):
    return sd_jwt.recreate(parsed(text)).claims


def disclosure(*parts):
    return b64url_encode(json.dumps(parts).encode())


def signed(payload, *disclosures, **header):
    token = sign({"typ": "dc+sd-jwt", **header}, json.dumps(payload).encode(), ISSUER)
    return "~".join((token, *disclosures, ""))


def digest(text):
    return sd_jwt.digest_of(text, "sha256")


def refused(text):
    with pytest.raises((CheckFailed, ReadError)) as caught:
        claims_of(text)
    return caught.value.reason


# -- published -------------------------------------------------------------------------


@pytest.mark.parametrize("text", [published.RFC9901, published.VC])
def test_published_signatures_fit(text):
    sd_jwt.check_issuer_signature(parsed(text), PublicKey.from_jwk(published.KEY))


def test_rfc_9901_section_5_recreates_all_claims():
    found = sd_jwt.recreate(parsed(published.RFC9901))
    assert found.withheld == 0
    assert found.claims["nationalities"] == ["US", "DE"]
    assert found.claims["address"] == {
        "street_address": "123 Main St",
        "locality": "Anytown",
        "region": "Anystate",
        "country": "US",
    }
    assert (found.claims["updated_at"], found.claims["phone_number_verified"]) == (1570000000, True)
    assert not found.claims.keys() & {"_sd", "_sd_alg"}


def test_rfc_9901_section_5_2_shows_a_part():
    wanted = ["/family_name", "/address", "/given_name", "/nationalities/0"]
    found = sd_jwt.recreate(parsed(choose(parsed(published.RFC9901), wanted)))
    assert found.claims["nationalities"] == ["US"]
    assert found.claims.keys() == {
        *("iss", "iat", "exp", "sub", "nationalities", "cnf"),
        *("family_name", "address", "given_name"),
    }
    assert found.withheld == 6


def test_rfc_9901_says_it_is_no_credential():
    with pytest.raises(CheckFailed, match=r"example\+sd-jwt") as caught:
        sd_jwt.check_header(parsed(published.RFC9901).jws.header)
    assert caught.value.reason == "proof.typ"


# -- making and showing ----------------------------------------------------------------


def test_the_holders_copy_holds_everything_and_the_token_nothing_of_it():
    text = made(decoys=3)
    found = sd_jwt.recreate(parsed(text))
    assert found.claims == CLAIMS
    assert found.withheld == 3
    payload = parsed(text).jws.payload
    assert not any(word in payload for word in (b"Ada", b"Cork", b'"en"', b"lat"))
    assert parsed(text).payload["_sd"] == sorted(parsed(text).payload["_sd"])


def test_salts_have_128_bits_and_none_serves_twice():
    salts = [json.loads(b64url_decode(one))[0] for one in parsed(made()).disclosures]
    assert len(set(salts)) == len(salts) == 7
    assert all(len(b64url_decode(one)) == 16 for one in salts)


@pytest.mark.parametrize(
    ("pointers", "shown"),
    [
        ([], {"langs": []}),
        (["/name"], {"langs": [], "name": "Ada"}),
        (["/langs/1"], {"langs": ["fr"]}),
        (["/address/geo/lat"], {"langs": [], "address": {"geo": {"lat": 51, "lon": -8}}}),
        (["/address"], {"langs": [], "address": CLAIMS["address"]}),
    ],
)
def test_what_is_chosen_is_shown_with_what_is_around_it_and_below(pointers, shown):
    always = {"vct": CLAIMS["vct"], "iat": CLAIMS["iat"]}
    assert claims_of(choose(parsed(made()), pointers)) == {**always, **shown}


@pytest.mark.parametrize("pointer", ["/nope", "name", "/langs/2", "/langs/x", "/name/x", ""])
def test_a_pointer_to_nothing_is_said(pointer):
    with pytest.raises(UsageError) as caught:
        choose(parsed(made()), [pointer])
    assert caught.value.reason == "usage.pointer"


@pytest.mark.parametrize(
    ("claims", "disclose", "reason"),
    [
        ({"iss": "did:key:z", "vct": "a"}, ["/iss"], "usage.pointer"),
        ({"vct": "a"}, ["/vct"], "usage.pointer"),
        ({"vct": "a"}, ["/name"], "usage.pointer"),
        ({"vct": "a", "_sd": []}, [], "usage.claims"),
        ({"vct": "a", "list": [{"...": 1}]}, [], "usage.claims"),
        ({"vct": "a", "in": {"_sd_alg": "md5"}}, [], "usage.claims"),
    ],
)
def test_what_cannot_be_made_is_said(claims, disclose, reason):
    with pytest.raises(UsageError) as caught:
        made(claims, disclose)
    assert caught.value.reason == reason


def test_rsa_signs_no_sd_jwt():
    with pytest.raises(UsageError) as caught:
        made(signer=key("rsa"))
    assert caught.value.reason == "usage.suite"


names = st.text("abc~/_é", min_size=1, max_size=4).filter(lambda name: name != "_sd")
values = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)


def pointers(value, path=""):
    inside = value.items() if isinstance(value, dict) else ()
    inside = enumerate(value) if isinstance(value, list) else inside
    for name, inner in inside:
        place = f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}"
        yield place
        yield from pointers(inner, place)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_any_claims_come_back_and_no_more_than_was_chosen_is_shown(data):
    claims = {"vct": "a", **data.draw(st.dictionaries(names, values, max_size=4))}
    every = [one for one in pointers(claims) if one != "/vct"]
    hidden = data.draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    text = made(claims, hidden)
    assert claims_of(text) == claims
    chosen = data.draw(st.lists(st.sampled_from(hidden), unique=True)) if hidden else []
    found = sd_jwt.recreate(parsed(choose(parsed(text), chosen)))
    assert len(found.disclosed) + found.withheld <= len(hidden)
    if not chosen:
        assert found.disclosed == ()


# -- hostile: disclosures --------------------------------------------------------------

GOOD = disclosure("salt", "name", "Ada")
ITEM = disclosure("salt", "en")


def test_a_tampered_disclosure_belongs_to_nothing():
    changed = disclosure("salt", "name", "Eve")
    assert refused(signed({"_sd": [digest(GOOD)]}, changed)) == "proof.disclosure-unknown"


def test_a_disclosure_of_another_credential_belongs_to_nothing():
    other = parsed(made(random=type("Fixed", (), {"bytes": lambda self, n: b"x" * n})()))
    text = signed({"_sd": [digest(GOOD)]}, GOOD, other.disclosures[0])
    assert refused(text) == "proof.disclosure-unknown"


@pytest.mark.parametrize(
    ("payload", "disclosures", "reason"),
    [
        ({"_sd": [digest(GOOD)]}, [GOOD, GOOD], "proof.disclosure-twice"),
        ({"_sd": [digest(GOOD), digest(GOOD)]}, [GOOD], "proof.digest-twice"),
        ({"_sd": ["a"], "b": {"_sd": ["a"]}}, [], "proof.digest-twice"),
        ({"_sd": [digest(ITEM)]}, [ITEM], "proof.disclosure"),
        ({"a": [{"...": digest(GOOD)}]}, [GOOD], "proof.disclosure"),
        ({"name": 1, "_sd": [digest(GOOD)]}, [GOOD], "proof.disclosure-name"),
        ({"_sd": "x"}, [], "proof.digest"),
        ({"_sd": [1]}, [], "proof.digest"),
        ({"a": [{"...": 5}]}, [], "proof.digest"),
        ({"...": "x"}, [], "proof.digest"),
        ({"a": [{"...": "x", "b": 1}]}, [], "proof.digest"),
        ({"_sd_alg": "md5"}, [], "proof.sd-alg"),
        ({"_sd_alg": ["sha-256"]}, [], "proof.sd-alg"),
        ({"_sd_alg": None}, [], "proof.sd-alg"),
    ],
)
def test_what_does_not_fit_the_digests(payload, disclosures, reason):
    assert refused(signed(payload, *disclosures)) == reason


@pytest.mark.parametrize(
    "parts",
    [
        ["salt", "_sd", ["x"]],
        ["salt", "...", "x"],
        ["salt", 5, "x"],
        [5, "name", "x"],
        ["salt"],
        ["salt", "name", "x", "y"],
    ],
)
def test_a_disclosure_of_no_form_is_refused(parts):
    text = disclosure(*parts)
    assert refused(signed({"_sd": [digest(text)]}, text)) == "proof.disclosure"


@pytest.mark.parametrize("name", sorted(sd_jwt.OPEN_CLAIMS))
def test_some_claims_must_not_come_by_disclosure(name):
    text = disclosure("salt", name, 1)
    assert refused(signed({"_sd": [digest(text)]}, text)) == "proof.disclosure-open"


def test_they_may_stand_deeper():
    text = disclosure("salt", "status", 1)
    assert claims_of(signed({"a": {"_sd": [digest(text)]}}, text)) == {"a": {"status": 1}}


def test_a_disclosure_inside_another_may_not_replace_a_name():
    inner = disclosure("s", "a", 2)
    outer = disclosure("s", "o", {"a": 1, "_sd": [digest(inner)]})
    assert refused(signed({"_sd": [digest(outer)]}, outer, inner)) == "proof.disclosure-name"


def test_two_disclosures_of_one_name_are_refused():
    other = disclosure("other", "name", "Eve")
    text = signed({"_sd": [digest(GOOD), digest(other)]}, GOOD, other)
    assert refused(text) == "proof.disclosure-name"


@pytest.mark.parametrize("text", ["!!", "é", "YQ", "", b64url_encode(b'{"a":1}')])
def test_a_disclosure_that_cannot_be_read(text):
    with pytest.raises((CheckFailed, ReadError)) as caught:
        claims_of(signed({}, text))
    assert caught.value.reason in ("proof.disclosure", "read.sd-jwt", "read.not-json")


def test_another_hash_is_used_where_it_is_named():
    other = sd_jwt.digest_of(GOOD, "sha512")
    assert claims_of(signed({"_sd_alg": "sha-512", "_sd": [other]}, GOOD)) == {"name": "Ada"}
    assert refused(signed({"_sd": [other]}, GOOD)) == "proof.disclosure-unknown"


# -- hostile: size ---------------------------------------------------------------------


def test_too_many_disclosures_are_not_looked_at():
    with pytest.raises(ReadError) as caught:
        parsed(signed({}, *["YQ"] * 1001))
    assert caught.value.reason == "read.too-many"


def test_a_giant_is_not_looked_at():
    with pytest.raises(ReadError) as caught:
        parsed("eyJ." + "A" * 2_000_000 + "~")
    assert caught.value.reason == "read.too-large"


def test_disclosures_nested_in_disclosures_have_a_depth():
    text = disclosure("s", "n", 1)
    chain = [text]
    for _ in range(900):
        text = disclosure("s", "n", {"_sd": [digest(text)]})
        chain.append(text)
    assert refused(signed({"_sd": [digest(text)]}, *chain)) == "read.too-deep"


def test_lists_nested_in_disclosures_have_a_depth():
    text = disclosure("s", 1)
    chain = [text]
    for _ in range(900):
        text = disclosure("s", [{"...": digest(text)}])
        chain.append(text)
    assert refused(signed({"a": [{"...": digest(text)}]}, *chain)) == "read.too-deep"


# -- hostile: header and signature -----------------------------------------------------


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"alg": "none"}, "proof.algorithm"),
        ({"alg": "HS256"}, "proof.algorithm"),
        ({"alg": "RS256"}, "proof.algorithm"),
        ({"alg": ["ES256"]}, "proof.algorithm"),
        ({"typ": "JWT"}, "proof.typ"),
        ({"typ": "kb+jwt"}, "proof.typ"),
        ({"typ": "vc+jwt"}, "proof.typ"),
        ({"typ": None}, "proof.typ"),
        ({"typ": ["dc+sd-jwt"]}, "proof.typ"),
        ({"jwk": {}}, "issuer-key.header-key"),
        ({"jku": "https://evil.example"}, "issuer-key.header-key"),
        ({"kid": 5}, "issuer-key.key-id"),
        ({"odd": 1}, "proof.header"),
    ],
)
def test_headers_that_are_refused(header, reason):
    with pytest.raises(CheckFailed) as caught:
        sd_jwt.check_header({"alg": "ES256", "typ": "dc+sd-jwt", **header})
    assert caught.value.reason == reason


def test_the_older_type_is_read():
    sd_jwt.check_header({"alg": "EdDSA", "typ": "vc+sd-jwt"})


def test_the_algorithm_is_that_of_the_key():
    with pytest.raises(CheckFailed) as caught:
        sd_jwt.check_issuer_signature(parsed(made()), HOLDER.public_key)
    assert caught.value.reason == "proof.key-type"


@pytest.mark.parametrize("kind", ["ed25519", "p256", "p384"])
def test_each_key_signs_and_a_changed_payload_is_noticed(kind):
    text = made(signer=key(kind, 3))
    sd_jwt.check_issuer_signature(parsed(text), key(kind, 3).public_key)
    head, payload, rest = text.split(".", 2)
    changed = b64url_encode(b64url_decode(payload).replace(b"course", b"degree"))
    with pytest.raises(CheckFailed) as caught:
        sd_jwt.check_issuer_signature(parsed(f"{head}.{changed}.{rest}"), key(kind, 3).public_key)
    assert caught.value.reason == "proof.signature"


# -- key binding -----------------------------------------------------------------------

ASKED = Asked("n-1", "https://employer.example")


def presented(holder=HOLDER, nonce="n-1", aud="https://employer.example", at=AT, **more):
    shown = choose(parsed(made(holder=HOLDER.public_key, **more)), ["/name"])
    return bind(shown, signer=holder, nonce=nonce, aud=aud, at=at, hash_="sha256")


def bound(text, asked=ASKED, now=AT):
    sd = parsed(text)
    return check_binding(sd, sd_jwt.recreate(sd).claims, asked, now)


def unbound(text, asked=ASKED, now=AT):
    with pytest.raises((CheckFailed, CouldNotTell)) as caught:
        bound(text, asked, now)
    return caught.value.reason


def forged(**changes):
    """A holder's token over the right selection, with other claims or header."""
    shown = presented().rpartition("~")[0] + "~"
    claims = {
        "iat": int(AT.timestamp()),
        "aud": "https://employer.example",
        "nonce": "n-1",
        "sd_hash": b64url_encode(hashlib.sha256(shown.encode()).digest()),
    } | changes.pop("claims", {})
    kept = {name: value for name, value in claims.items() if value is not None}
    return shown + sign({"typ": "kb+jwt", **changes}, json.dumps(kept).encode(), HOLDER)


def test_the_holder_is_recognised():
    assert bound(presented()) == "Whoever showed it has the holder's key and signed for you."
    assert bound(forged()) == bound(presented())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (lambda: presented(nonce="n-2"), "proof.challenge"),
        (lambda: presented(aud="https://other.example"), "proof.domain"),
        (lambda: presented(holder=key("ed25519", 9)), "proof.signature"),
        (lambda: presented(holder=ISSUER), "proof.key-type"),
        (lambda: presented(at=datetime(2026, 5, 4, 11, tzinfo=UTC)), "proof.binding-time"),
        (lambda: forged(claims={"sd_hash": "x"}), "proof.binding-hash"),
        (lambda: forged(claims={"sd_hash": None}), "proof.binding-hash"),
        (lambda: forged(claims={"iat": None}), "proof.binding-time"),
        (lambda: forged(claims={"iat": "now"}), "proof.binding-time"),
        (lambda: forged(claims={"iat": True}), "proof.binding-time"),
        (lambda: forged(claims={"nonce": None}), "proof.binding"),
        (lambda: forged(claims={"aud": ["https://employer.example"]}), "proof.binding"),
        (lambda: forged(typ="JWT"), "proof.binding"),
        (lambda: forged(typ="dc+sd-jwt"), "proof.binding"),
        (lambda: forged(jwk=HOLDER.public_key.to_jwk()), "proof.binding"),
        (lambda: choose(parsed(made(holder=HOLDER.public_key)), []), "proof.binding-missing"),
    ],
)
def test_a_holders_token_that_does_not_fit(text, reason):
    assert unbound(text()) == reason


def test_a_holders_token_serves_its_selection_only():
    """Replay: the token of one selection put behind another one, or behind more."""
    binding = presented().rpartition("~")[2]
    whole = made(holder=HOLDER.public_key)
    assert unbound(whole + binding) == "proof.binding-hash"
    assert unbound(choose(parsed(whole), []) + binding) == "proof.binding-hash"


def test_who_does_not_say_what_was_asked_is_not_told():
    assert unbound(presented(), Asked()) == "proof.challenge"
    assert unbound(presented(), Asked("n-1")) == "proof.domain"


def test_a_binding_without_a_key_to_it():
    shown = made()
    text = bind(shown, signer=HOLDER, nonce="n-1", aud="a", at=AT, hash_="sha256")
    assert unbound(text) == "proof.binding"


@pytest.mark.parametrize(
    ("cnf", "reason"),
    [
        ({"kid": "x"}, "proof.binding-method"),
        ({}, "proof.binding-key"),
        ("x", "proof.binding-key"),
        ({"jwk": 5}, "proof.binding-key"),
        ({"jwk": {"kty": "oct", "k": "AA"}}, "proof.binding-key"),
    ],
)
def test_odd_holders_keys(cnf, reason):
    text = bind(signed({"cnf": cnf}), signer=HOLDER, nonce="n-1", aud="a", at=AT, hash_="sha256")
    assert unbound(text) == reason
