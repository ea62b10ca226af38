"""An OpenID provider in memory: discovery, keys, codes with PKCE, ID tokens as wrong as wanted."""

from __future__ import annotations

import base64
import hashlib
import secrets
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlsplit

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from stackmark.errors import CouldNotTell

ISSUER = "https://login.northfield.example"


def key():
    return ec.generate_private_key(ec.SECP256R1())


class Provider:
    """Stands in for the fetcher: ``fetch`` and ``post`` as ``HttpFetcher`` has them."""

    client_id, secret = "stackmark", "a secret: with + signs"

    def __init__(self):
        self.key, self.kid = key(), "one"
        self.codes = {}
        self.changes = {}  # claims of the next ID token; None takes one out
        self.signer, self.header = None, {}
        self.description = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
        }
        self.asked = []

    def fetch(self, url):
        self.asked.append(url)
        if url == f"{ISSUER}/.well-known/openid-configuration":
            return orjson.dumps(self.description)
        if url == f"{ISSUER}/keys":
            members = orjson.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
            return orjson.dumps({"keys": [members | {"kid": self.kid, "use": "sig"}]})
        raise CouldNotTell("fetch.not-given", url)

    def consent(self, url, now, **claims):
        """What the person's browser does there: the query it comes back with."""
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{ISSUER}/authorize"
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        said = {
            "iss": ISSUER,
            "aud": query["client_id"],
            "sub": "0042",
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + 300,
            "nonce": query["nonce"],
        } | claims
        self.codes[code] = query, said
        return {"code": code, "state": query["state"], "iss": ISSUER}

    def post(self, url, body, fields, *, keep):
        assert url == f"{ISSUER}/token"
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        scheme, _, word = dict(fields)["Authorization"].partition(" ")
        who, _, secret = base64.b64decode(word).decode().partition(":")
        assert (scheme, unquote_plus(who), unquote_plus(secret)) == (
            "Basic",
            self.client_id,
            self.secret,
        )
        query, said = self.codes.pop(form["code"], (None, None))
        if query is None:
            return 400, b'{"error": "invalid_grant"}'
        challenge = hashlib.sha256(form["code_verifier"].encode()).digest()
        pkce = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        if query["code_challenge"] != pkce or query["redirect_uri"] != form["redirect_uri"]:
            return 400, b'{"error": "invalid_grant"}'
        said = {name: one for name, one in (said | self.changes).items() if one is not None}
        token = jwt.encode(
            said, self.signer or self.key, "ES256", headers={"kid": self.kid} | self.header
        )
        return 200, orjson.dumps({"access_token": "x", "token_type": "Bearer", "id_token": token})
