"""An Open Badges 2 issuer with a web host, in memory: hosted and signed badges, plain and baked."""

from __future__ import annotations

import base64
import copy
import hashlib
import zlib
from functools import cache

import orjson
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stackmark.errors import CouldNotTell
from stackmark.keys.private import PrivateKey

CONTEXT = "https://w3id.org/openbadges/v2"
ALGORITHMS = {"ed25519": "EdDSA", "p256": "ES256", "p384": "ES384", "rsa3072": "RS256"}
PERSON = "alice@example.org"


@cache
def private_key(kind="p256", number=0):
    """One key a kind and number for the whole run: RSA keys take long to make."""
    return PrivateKey.generate(kind)


@cache
def small_rsa_pem():
    public = rsa.generate_private_key(65_537, 1024).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class Host:
    """The web as far as it is known here: address → body. A ``ports.Fetcher``."""

    def __init__(self):
        self.documents = {}
        self.gone = set()
        self.asked = []

    def put(self, document, url=None):
        self.documents[url or document["id"]] = (
            document if isinstance(document, bytes) else orjson.dumps(document)
        )
        return document

    def fetch(self, url):
        self.asked.append(url)
        if url in self.gone:
            raise CouldNotTell("fetch.gone", "it answers 410 Gone.")
        if url not in self.documents:
            raise CouldNotTell("fetch.not-given", f"{url} is not there.")
        return self.documents[url]


class Ob2Issuer:
    """Publishes a Profile, a BadgeClass and a key on one host, and awards badges."""

    def __init__(self, *, kind="p256", home="https://badges.example", host=None):
        self.kind = kind
        self.home = home
        self.host = host or Host()
        self.key = private_key(kind)
        self.profile = {
            "@context": CONTEXT,
            "id": f"{home}/issuer",
            "type": "Profile",
            "name": "Northfield University",
            "url": home,
            "email": "badges@northfield.example",
            "publicKey": f"{home}/key",
        }
        self.badge = {
            "@context": CONTEXT,
            "id": f"{home}/robotics",
            "type": "BadgeClass",
            "name": "Robotics",
            "description": "Builds and programs a robot.",
            "image": f"{home}/robotics.png",
            "criteria": {"narrative": "Pass the course."},
            "issuer": f"{home}/issuer",
        }
        self.key_document = {
            "@context": CONTEXT,
            "id": f"{home}/key",
            "type": "CryptographicKey",
            "owner": f"{home}/issuer",
            "publicKeyPem": self.key.public_key.to_pem().decode(),
        }
        self.publish()

    def publish(self):
        for document in (self.profile, self.badge, self.key_document):
            self.host.put(document)

    def change(self, document, /, **members):
        """Change the published profile, badge or key_document; None takes a member away."""
        _change(getattr(self, document), members)
        self.publish()

    def revocation_list(self, entries, **members):
        url = f"{self.home}/revoked"
        self.host.put(
            {"@context": CONTEXT, "id": url, "type": "RevocationList", "revokedAssertions": entries}
            | members
        )
        self.change("profile", revocationList=url)

    def assertion(self, verification, /, **members):
        salt = "deadsea"
        digest = hashlib.sha256((PERSON + salt).encode()).hexdigest()
        made = {
            "@context": CONTEXT,
            "id": f"{self.home}/awards/1",
            "type": "Assertion",
            "recipient": {
                "type": "email",
                "hashed": True,
                "salt": salt,
                "identity": f"sha256${digest}",
            },
            "badge": f"{self.home}/robotics",
            "issuedOn": "2026-01-02T03:04:05Z",
            "verification": verification,
        }
        return _change(made, members)

    def hosted(self, **members):
        """A hosted badge, published at its id."""
        made = self.assertion({"type": "HostedBadge"}, **members)
        if isinstance(made.get("id"), str):
            self.host.put(made)
        return made

    def to_sign(self, **members):
        made = {"id": "urn:uuid:6deb4a00-ebce-4b28-8cc2-afa705ef7be4"} | members
        return self.assertion({"type": "SignedBadge", "creator": f"{self.home}/key"}, **made)

    def sign(self, payload, *, header=None, key=None):
        key = key or self.key
        header = {"alg": ALGORITHMS[self.kind]} if header is None else header
        start = f"{b64(orjson.dumps(header))}.{b64(orjson.dumps(payload))}"
        return f"{start}.{b64(key.sign(start.encode()))}".encode()

    def signed(self, *, header=None, key=None, **members):
        return self.sign(self.to_sign(**members), header=header, key=key)


def _change(made, members):
    for name, value in copy.deepcopy(members).items():
        name = "@context" if name == "context" else name
        if value is None:
            made.pop(name, None)
        else:
            made[name] = value
    return made


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _chunk(kind, data):
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def png(text):
    """A PNG of one pixel with the text baked in as Open Badges 2 does (iTXt "openbadges")."""
    header = (1).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", header),
            _chunk(b"iTXt", b"openbadges" + bytes(5) + text),
            _chunk(b"IDAT", zlib.compress(b"\0\0")),
            _chunk(b"IEND", b""),
        )
    )


def svg(text):
    """An SVG with the text baked in as Open Badges 2 does: JSON in the body, a token outside it."""
    if text.startswith(b"{"):
        inside = b"<openbadges:assertion><![CDATA[" + text + b"]]></openbadges:assertion>"
    else:
        inside = b'<openbadges:assertion verify="' + text + b'"></openbadges:assertion>'
    return (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="http://openbadges.org" '
        b'width="1" height="1">' + inside + b"</svg>"
    )
