"""An issuer of Open Badges 3.0 in memory: keys, DID document, status lists, web host and clock.

What it signs is signed by the library's own lower floors with no check at all, so that it can
publish whatever a careless or hostile issuer might.
"""

from __future__ import annotations

import base64
import copy
from datetime import UTC, datetime, timedelta
from functools import cache

import orjson

from stackmark.errors import CouldNotTell
from stackmark.keys import PrivateKey, default_identity, did_web_url, new_document
from stackmark.proofs.data_integrity import make_proof
from stackmark.proofs.suites import Canonicals
from stackmark.status.bitstring import set_value
from stackmark.status.entry import new_entry
from stackmark.status.lists import new_list, with_bits
from stackmark.verification.dates import parse_stamp
from stackmark.verification.verifier import Verifier

V1 = "https://www.w3.org/2018/credentials/v1"
V2 = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CREATED = "2026-01-02T03:04:05Z"
SUITES = {"Ed25519": "eddsa-rdfc-2022", "P-256": "ecdsa-rdfc-2019", "P-384": "ecdsa-rdfc-2019"}
ALGORITHMS = {"Ed25519": "EdDSA", "P-256": "ES256", "P-384": "ES384", "RSA": "RS256"}
LIST_ENTRIES = 131_072


@cache
def private_key(kind="ed25519", number=0):
    """One key a kind and number for the whole run: RSA keys take long to make."""
    return PrivateKey.generate(kind)


class Clock:
    """A ``ports.Clock`` that stands still until it is moved."""

    def __init__(self, start=NOW):
        self.time = start

    def now(self):
        return self.time

    def pass_by(self, **span):
        self.time += timedelta(**span)


class Web:
    """The web as far as it is known here, address → body: a ``ports.Fetcher``.

    ``faults`` names addresses that answer with an error of the real fetcher instead.
    """

    def __init__(self, documents=()):
        self.documents = dict(documents)
        self.faults = {}
        self.asked = []

    def put(self, url, body):
        self.documents[url] = body if isinstance(body, bytes) else orjson.dumps(body)
        return url

    def fetch(self, url):
        self.asked.append(url)
        if url in self.faults:
            raise CouldNotTell(self.faults[url], f"{url} does not answer as it should.")
        if url not in self.documents:
            raise CouldNotTell("fetch.not-given", f"{url} is not there.")
        return self.documents[url]


class Issuer:
    """One issuer on one web; ``did`` None means the did:key of its key."""

    def __init__(self, web=None, did="did:web:uni.example", *, kind="ed25519", number=0):
        self.web = Web() if web is None else web
        self.key = private_key(kind, number)
        own, method = default_identity(self.key.public_key)
        self.did = did or own
        self.method = f"{did}#key-1" if did else method
        self.home = "https://uni.example"
        self.lists = {}
        if did:
            self.document = new_document(did, self.method, self.key.public_key)
            self.publish()

    # -- what it publishes -------------------------------------------------------------------

    def publish(self, **members):
        """The DID document, changed; None takes a member away."""
        self.document = changed(self.document, members)
        self.web.put(did_web_url(self.did), self.document)

    def describe_key(self, **members):
        """Members of the one verification method, such as expires and revoked."""
        method = changed(self.document["verificationMethod"][0], members)
        self.publish(verificationMethod=[method])

    def status(self, index=5, *, purpose="revocation", name="list", **how):
        """The ``credentialStatus`` of a credential; its list is opened and published if new."""
        url = f"{self.home}/status/{name}"
        if name not in self.lists:
            self.open_list(name, purpose=purpose, size=how.get("size", 1))
        return new_entry(list_url=url, index=index, purpose=purpose, **how)

    def open_list(self, name="list", *, purpose="revocation", size=1, **members):
        url = f"{self.home}/status/{name}"
        unsigned = new_list(
            url=url, issuer=self.did, purpose=purpose, valid_from=CREATED, size=size
        )
        self.lists[name] = [unsigned, bytearray(LIST_ENTRIES * size // 8), size]
        self.publish_list(name, **members)
        return url

    def set_status(self, index=5, value=1, *, name="list"):
        set_value(self.lists[name][1], index, value, self.lists[name][2])
        self.publish_list(name)

    def publish_list(self, name="list", **members):
        unsigned, bits, _ = self.lists[name]
        self.lists[name][0] = changed(with_bits(unsigned, bits), members)
        self.web.put(f"{self.home}/status/{name}", self.sign(self.lists[name][0]))

    # -- what it issues ----------------------------------------------------------------------

    def badge(self, **members):
        """An unsigned badge; ``context`` stands for @context, None takes a member away."""
        made = {
            "@context": [V2, OB],
            "id": f"{self.home}/c/1",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": "Soil Science I",
            "issuer": {"id": self.did, "type": ["Profile"], "name": "Faculty of Agriculture"},
            "validFrom": "2026-01-01T00:00:00Z",
            "validUntil": "2031-01-01T00:00:00Z",
            "credentialSubject": self.subject(),
        }
        return changed(made, members)

    def subject(self, **members):
        achievement = {
            "id": f"{self.home}/a/7",
            "type": ["Achievement"],
            "name": "Soil Science I",
            "description": "Five credits.",
            "criteria": {"narrative": "Passed the written exam."},
        }
        made = {
            "id": "did:example:alice",
            "type": ["AchievementSubject"],
            "achievement": achievement,
        }
        return changed(made, members)

    def achievement(self, **members):
        """The subject of a badge whose achievement has other members."""
        own = self.subject()["achievement"]
        return self.subject(achievement=changed(own, members))

    def plain(self, **members):
        """An unsigned VC 2.0 credential that is no badge."""
        made = {
            "@context": [V2],
            "type": ["VerifiableCredential"],
            "issuer": self.did,
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": {"id": "did:example:alice", "description": "A student."},
        }
        return changed(made, members)

    def endorsement(self, about, **members):
        """A signed endorsement of ``about``, as an object."""
        made = {
            "@context": [V2, OB],
            "id": f"{self.home}/e/1",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "name": "Endorsement",
            "issuer": {"id": self.did, "type": ["Profile"], "name": "Quality Agency"},
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": {
                "id": about,
                "type": ["EndorsementSubject"],
                "endorsementComment": "We looked at it.",
            },
        }
        return orjson.loads(self.sign(changed(made, members)))

    def clr(self, *inner, **members):
        """An unsigned CLR of signed credentials."""
        made = {
            "@context": [V2, CLR, OB],
            "id": f"{self.home}/clr/1",
            "type": ["VerifiableCredential", "ClrCredential"],
            "name": "Transcript",
            "issuer": {"id": self.did, "type": ["Profile"], "name": "Faculty of Agriculture"},
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": {
                "id": "did:example:alice",
                "type": ["ClrSubject"],
                "verifiableCredential": [
                    orjson.loads(one) if isinstance(one, bytes) else one for one in inner
                ],
            },
        }
        return changed(made, members)

    # -- signing -----------------------------------------------------------------------------

    def proof(self, unsecured, *, suite=None, before=(), purpose="assertionMethod", **more):
        """One proof over the document, after the proofs ``before`` (a chain)."""
        document = {**unsecured, "proof": list(before)} if before else unsecured
        created = more.pop("created", CREATED)
        return make_proof(
            Canonicals(document, strict=False),
            suite=suite or SUITES[self.key.algorithm],
            signer=self.key,
            method=more.pop("method", self.method),
            created=created,
            purpose=purpose,
            more=more,
        )

    def sign(self, unsecured=None, **how):
        """The badge (or the given document) with one proof, as bytes."""
        unsecured = self.badge() if unsecured is None else unsecured
        return orjson.dumps({**unsecured, "proof": self.proof(unsecured, **how)})

    def present(self, *credentials, holder=True, context=(V2,), token=False, **how):
        """A presentation by this party as holder: with an embedded proof, or as a token."""
        made = {
            "@context": list(context),
            "type": ["VerifiablePresentation"],
            "verifiableCredential": [
                orjson.loads(one) if isinstance(one, bytes) else one for one in credentials
            ],
        }
        if holder:
            made["holder"] = self.did
        if token:
            return self.token(made, typ="vp+jwt", **how)
        return self.sign(made, purpose="authentication", **how)

    def token(self, payload=None, *, header=None, claims=None, typ="vc+jwt"):
        """A compact JWS; ``claims`` stand beside the credential's own members."""
        payload = self.badge() if payload is None else payload
        alg = ALGORITHMS[self.key.algorithm]
        made = changed({"alg": alg, "typ": typ, "kid": self.method}, header or {})
        start = f"{b64(orjson.dumps(made))}.{b64(orjson.dumps(payload | (claims or {})))}"
        return f"{start}.{b64(self.key.sign(start.encode()))}".encode()

    def ob_token(self, payload=None, *, header=None, **claims):
        """The Open Badges 3.0 profile: claims beside the members; None takes one away."""
        payload = self.badge() if payload is None else payload
        subject = payload.get("credentialSubject")
        made = {
            "iss": self.did,
            "jti": payload.get("id"),
            "sub": subject.get("id") if isinstance(subject, dict) else None,
            "nbf": epoch(payload.get("validFrom")),
            "exp": epoch(payload.get("validUntil")),
        }
        return self.token(payload, header=header, claims=changed(made, claims), typ="JWT")

    # -- asking ------------------------------------------------------------------------------

    def verify(self, data, *, now=NOW, **how):
        """Our verifier's report with this issuer's web at hand."""
        return Verifier(now=now, fetcher=self.web, **how).verify(data)


def changed(made, members):
    """A copy with other members; ``context`` means @context, None takes a member away."""
    found = copy.deepcopy(made)
    for name, value in copy.deepcopy(members).items():
        name = "@context" if name == "context" else name
        if value is None:
            found.pop(name, None)
        else:
            found[name] = value
    return {name: value for name, value in found.items() if value is not None}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def epoch(stamp):
    return None if stamp is None else int(parse_stamp(stamp, "The time").timestamp())
