"""JAdES seals: made, and every part of them changed."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from stackmark.errors import UsageError
from stackmark.keys import PrivateKey, b64url_decode, b64url_encode
from stackmark.keys.certificates import der, read_pem, thumbprint
from stackmark.proofs import jades
from unit.seals import AT, END, Authority, new_key, pem

DOCUMENT = '{"type": "Ünsealed",\n "x": 1.0}'.encode()
ROOT = Authority()
BETWEEN = Authority("Issuing CA", ROOT)
RAW, KEY = new_key()
CHAIN = (BETWEEN.leaf(RAW.public_key()), BETWEEN.certificate)
ANCHORS = (ROOT.certificate,)
NOW = AT + timedelta(days=30)


def sealed(**changes):
    given = {"signer": KEY, "chain": CHAIN, "at": AT} | changes
    return jades.make(DOCUMENT, **given)


def rows(data, anchors=ANCHORS, now=NOW):
    _, found = jades.check(data, anchors=anchors, now=now)
    return {one.code: one for one in found}


def reason(data, code="proof", **more):
    one = rows(data, **more)[code]
    return one.outcome, one.reason


def resealed(header, payload=DOCUMENT, key=KEY, pss=None, **more):
    """A seal with any header, signed over it: what a forger with a key can make."""
    protected = b64url_encode(json.dumps(header).encode())
    text = payload.decode() if header.get("b64") is False else b64url_encode(payload)
    signing = f"{protected}.{text}".encode()
    signature = pss(signing) if pss else key.sign(signing)
    tree = {"payload": text, "protected": protected, "signature": b64url_encode(signature)}
    return json.dumps(tree | more).encode()


def header(**changes):
    found = json.loads(b64url_decode(json.loads(sealed())["protected"])) | changes
    return {name: value for name, value in found.items() if value is not None}


class TestMaking:
    @pytest.mark.parametrize(
        ("kind", "alg"), [("p256", "ES256"), ("p384", "ES384"), ("rsa", "RS256")]
    )
    def test_each_kind_of_key(self, kind, alg):
        raw, key = new_key(kind)
        data = sealed(signer=key, chain=(BETWEEN.leaf(raw.public_key()), BETWEEN.certificate))
        assert jades.parse(data).header["alg"] == alg
        found = rows(data)
        assert [found[c].outcome for c in ("read", "proof", "issuer-key", "key-time")] == [
            "passed"
        ] * 4

    def test_the_payload_is_the_documents_bytes(self):
        assert jades.parse(sealed()).payload == DOCUMENT

    def test_the_header_is_that_of_baseline_b(self):
        found = header()
        assert found.keys() == {"alg", "typ", "cty", "x5t#S256", "x5c", "iat"}
        assert found["iat"] == int(AT.timestamp())
        assert found["x5t#S256"] == b64url_encode(thumbprint(CHAIN[0]))
        assert [base64.b64decode(one) for one in found["x5c"]] == [der(one) for one in CHAIN]

    def test_pyjwt_takes_it_too(self):
        jwt = pytest.importorskip("jwt")
        tree = json.loads(sealed())
        compact = ".".join(tree[name] for name in ("protected", "payload", "signature"))
        found = jwt.api_jws.decode(compact, RAW.public_key(), algorithms=["ES256"])
        assert found == DOCUMENT

    @pytest.mark.parametrize(
        ("changes", "slug", "words"),
        [
            ({"signer": PrivateKey.generate("ed25519")}, "usage.key-type", "not with Ed25519"),
            ({"chain": ()}, "usage.certificate", "no certificate"),
            ({"chain": tuple(reversed(CHAIN))}, "usage.certificate", "not for signatures"),
            ({"signer": PrivateKey.generate("p256")}, "usage.certificate", "not that of the key"),
            ({"at": END + timedelta(days=1)}, "usage.certificate", "is good from"),
            (
                {"chain": (ROOT.leaf(RAW.public_key(), sealing=False),)},
                "usage.certificate",
                "not for signatures",
            ),
        ],
    )
    def test_nothing_is_sealed_that_others_would_refuse(self, changes, slug, words):
        with pytest.raises(UsageError, match=words) as caught:
            sealed(**changes)
        assert caught.value.reason == slug


class TestWhoAndWhen:
    def test_all_is_told(self):
        found = rows(sealed())
        assert "Northfield University (VATIE-1234567A, IE)" in found["issuer-key"].detail
        assert "Test CA" in found["issuer-key"].detail
        assert found["key-time"].detail.count("2026-05-04T10:00:00Z") == 1
        assert (found["status"].outcome, found["status"].reason) == (
            "could-not-tell",
            "status.certificate",
        )

    @pytest.mark.parametrize("anchors", [(), (Authority("Other").certificate,)])
    def test_an_unknown_anchor_says_nothing_against_the_seal(self, anchors):
        found = rows(sealed(), anchors=anchors)
        assert found["proof"].outcome == "passed"
        assert found["issuer-key"].outcome == "could-not-tell"
        assert found["issuer-key"].reason == "issuer-key.anchor"

    def test_the_certificate_itself_may_be_the_anchor(self):
        assert reason(sealed(), "issuer-key", anchors=CHAIN[:1]) == ("passed", "issuer-key.ok")

    def test_a_missing_intermediate_cannot_be_told(self):
        found = reason(sealed(chain=CHAIN[:1]), "issuer-key")
        assert found == ("could-not-tell", "issuer-key.anchor")

    def test_an_intermediate_that_is_no_authority_vouches_for_nothing(self):
        raw, _ = new_key()
        false = type("Issuer", (), {"key": raw, "certificate": ROOT.leaf(raw.public_key())})()
        leaf = Authority.leaf(false, RAW.public_key())
        found = reason(sealed(chain=(leaf, false.certificate)), "issuer-key")
        assert found == ("could-not-tell", "issuer-key.anchor")

    def test_a_certificate_that_was_over_when_it_sealed(self):
        over = BETWEEN.leaf(RAW.public_key(), end=AT - timedelta(days=1))
        x5c = [base64.b64encode(der(one)).decode() for one in (over, CHAIN[1])]
        data = resealed(header(x5c=x5c, **{"x5t#S256": b64url_encode(thumbprint(over))}))
        assert reason(data, "key-time") == ("failed", "key-time.certificate")
        assert reason(data)[0] == "passed"

    def test_a_certificate_that_is_over_now_but_was_good_then(self):
        later = END + timedelta(days=400)
        assert reason(sealed(), "key-time", now=later) == ("passed", "key-time.ok")

    def test_a_seal_of_the_future(self):
        assert reason(sealed(), "key-time", now=AT - timedelta(hours=1)) == (
            "failed",
            "key-time.future",
        )

    def test_a_certificate_for_other_uses(self):
        other = BETWEEN.leaf(RAW.public_key(), sealing=False)
        x5c = [base64.b64encode(der(one)).decode() for one in (other, CHAIN[1])]
        data = resealed(header(x5c=x5c, **{"x5t#S256": b64url_encode(thumbprint(other))}))
        assert reason(data, "issuer-key") == ("failed", "issuer-key.key-usage")

    @pytest.mark.parametrize(
        "changes",
        [
            {"iat": None},
            {"iat": "2026"},
            {"iat": True},
            {"iat": -1},
            {"iat": 2**50},
            {"sigT": "2026-05-04T11:00:00Z"},
            {"iat": None, "sigT": "2026-05-04"},
        ],
    )
    def test_an_unclear_time(self, changes):
        assert reason(resealed(header(**changes)), "key-time") == ("failed", "key-time.claimed")

    def test_the_older_time_is_read(self):
        data = resealed(header(iat=None, sigT="2026-05-04T10:00:00Z", crit=["sigT"]))
        assert reason(data, "key-time") == ("passed", "key-time.ok")
        assert jades.sealed_at(jades.parse(data)) == datetime(2026, 5, 4, 10, tzinfo=UTC)


class TestForms:
    def test_general_form_with_unprotected_material(self):
        """As in the Commission's signed samples: payload as text, etsiU beside it."""
        data = resealed(header(b64=False, crit=["b64"]))
        tree = json.loads(data)
        general = {
            "payload": tree["payload"],
            "signatures": [
                {
                    "protected": tree["protected"],
                    "header": {"etsiU": []},
                    "signature": tree["signature"],
                }
            ],
        }
        found = json.dumps(general, ensure_ascii=False).encode()
        assert jades.parse(found).payload == DOCUMENT
        assert reason(found) == ("passed", "proof.ok")

    def test_compact_form(self):
        tree = json.loads(sealed())
        data = ".".join(tree[name] for name in ("protected", "payload", "signature")).encode()
        assert reason(data) == ("passed", "proof.ok")

    def test_pss(self):
        raw, _ = new_key("rsa")
        leaf = ROOT.leaf(raw.public_key())

        def pss(data):
            salt = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=32)
            return raw.sign(data, salt, hashes.SHA256())

        x5c = [base64.b64encode(der(leaf)).decode()]
        head = header(alg="PS256", x5c=x5c, **{"x5t#S256": b64url_encode(thumbprint(leaf))})
        assert reason(resealed(head, pss=pss)) == ("passed", "proof.ok")
        assert reason(resealed(head | {"alg": "RS256"}, pss=pss)) == ("failed", "proof.signature")

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"{}",
            b"[]",
            b"a.b",
            b'{"payload": 1, "signature": "x"}',
            b'{"payload": "e30", "signatures": []}',
            b'{"payload": "e30", "signatures": [{}, {}]}',
            b'{"payload": "e30", "signatures": [{}], "signature": "x", "protected": "e30"}',
            b'{"payload": "e30", "protected": "!!", "signature": "x"}',
            b'{"payload": "e30", "protected": "W10", "signature": "AA"}',
        ],
    )
    def test_what_is_no_seal(self, data):
        found = rows(data)
        assert found.keys() == {"read"}
        assert found["read"].outcome == "failed"
        assert found["read"].reason.startswith("read.")


class TestTampering:
    @pytest.mark.parametrize("member", ["payload", "protected", "signature"])
    def test_every_byte_of_every_part(self, member):
        tree = json.loads(sealed())
        whole = tree[member]
        for place in range(0, len(whole) - 2, max(1, len(whole) // 60)):
            other = "B" if whole[place] != "B" else "C"
            tree[member] = whole[:place] + other + whole[place + 1 :]
            found = rows(json.dumps(tree).encode())
            first = found.get("proof") or found["read"]
            assert first.outcome in ("failed", "could-not-tell"), place
            assert first.reason != "proof.ok"

    def test_another_document(self):
        tree = json.loads(sealed()) | {"payload": b64url_encode(b'{"type": "Other"}')}
        assert reason(json.dumps(tree).encode()) == ("failed", "proof.signature")

    @pytest.mark.parametrize(
        ("changes", "outcome", "slug"),
        [
            ({"alg": "none"}, "failed", "proof.seal-algorithm"),
            ({"alg": "HS256"}, "failed", "proof.seal-algorithm"),
            ({"alg": None}, "failed", "proof.seal-algorithm"),
            ({"alg": ["ES256"]}, "failed", "proof.seal-algorithm"),
            ({"alg": "RS256"}, "failed", "proof.key-type"),
            ({"alg": "ES384"}, "failed", "proof.key-type"),
            ({"crit": ["exp"], "exp": 1}, "failed", "proof.seal-crit"),
            ({"crit": ["b64"]}, "failed", "proof.seal-crit"),
            ({"crit": []}, "failed", "proof.seal-crit"),
            ({"crit": "b64"}, "failed", "proof.seal-crit"),
            ({"crit": [1]}, "failed", "proof.seal-crit"),
            ({"b64": True}, "failed", "proof.seal-crit"),
            ({"crit": ["adoTst"], "adoTst": {}}, "could-not-tell", "proof.not-evaluated"),
            ({"sigD": {}}, "could-not-tell", "proof.not-evaluated"),
            ({"x5t#S256": "AAAA"}, "failed", "issuer-key.thumbprint"),
            ({"x5t#S256": 1}, "failed", "issuer-key.thumbprint"),
            ({"x5c": None}, "could-not-tell", "issuer-key.no-certificate"),
            ({"x5c": []}, "failed", "issuer-key.certificate"),
            ({"x5c": ["!"]}, "failed", "issuer-key.certificate"),
            ({"x5c": ["AAAA"]}, "failed", "issuer-key.certificate"),
            ({"x5c": [1]}, "failed", "issuer-key.certificate"),
        ],
    )
    def test_a_header_that_cannot_be_relied_on(self, changes, outcome, slug):
        assert reason(resealed(header(**changes))) == (outcome, slug)

    def test_somebody_elses_certificate(self):
        _, other = new_key()
        assert reason(resealed(header(), key=other)) == ("failed", "proof.signature")

    def test_a_changed_certificate_loses_its_authority(self):
        """A forger may make a certificate of any name: the seal fits, but nobody vouches for it."""
        forger = Authority("Issuing CA")
        leaf = forger.leaf(RAW.public_key())
        data = sealed(chain=(leaf, BETWEEN.certificate))
        assert reason(data)[0] == "passed"
        assert reason(data, "issuer-key") == ("could-not-tell", "issuer-key.anchor")


def test_certificates_are_read_from_pem():
    assert read_pem(pem(*CHAIN), "chain.pem") == CHAIN
    for data in (b"", b"nothing", pem(CHAIN[0]).replace(b"M", b"!", 40)):
        with pytest.raises(UsageError, match=r"^chain\.pem holds no certificates") as caught:
            read_pem(data, "chain.pem")
        assert caught.value.reason == "usage.certificate"
