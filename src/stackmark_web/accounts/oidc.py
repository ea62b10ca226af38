"""Signing in with an institution by OpenID Connect Core 1.0: code flow, PKCE (RFC 7636), nonce.

Everything that goes out goes through the one fetcher. The answer counts only in the session that
asked, once; the ID token's signature, issuer, audience, times and nonce are always checked, and
the issuer of the answer (RFC 9207) where the provider sends it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus, urlencode, urlsplit

import orjson
from django.conf import settings
from django.core.cache import cache

from stackmark.adapters.fetcher import HttpFetcher
from stackmark.errors import StackmarkError
from stackmark.keys.public import PublicKey
from stackmark.model.strict_json import parse_json
from stackmark.proofs.jose import ALGORITHMS, Jws, check_signature, parse_compact
from stackmark_web import clock
from stackmark_web.accounts.claims import Claims, Refused, claims_of
from stackmark_web.accounts.providers import Provider

LEEWAY: Final = 300  # seconds between two clocks
MAX_AGE: Final = 600  # seconds an ID token may be old
KEPT: Final = 3_600  # seconds a provider's own description is remembered
_ANSWER: Final = 256 * 1024
_OUTSIDE: Final = HttpFetcher()  # a test puts another in its place


@dataclass(frozen=True, slots=True)
class Asked:
    """What a session remembers of a sign-in that was begun."""

    state: str
    nonce: str
    verifier: str


def new_question() -> Asked:
    """Fresh secrets, 256 bits each."""
    return Asked(*(secrets.token_urlsafe(32) for _ in range(3)))


def redirect_uri(provider: Provider) -> str:
    """The one address the provider may lead back to."""
    return f"{settings.PUBLIC_URL}/account/from/{provider.name}"


def authorization_url(provider: Provider, asked: Asked) -> str:
    """Where the browser goes. Raises ``Refused``."""
    challenge = hashlib.sha256(asked.verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri(provider),
        "scope": " ".join(provider.scopes),
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{_endpoint(provider, 'authorization_endpoint')}?{urlencode(query)}"


def answer(provider: Provider, asked: Asked, query: Mapping[str, str]) -> Claims:
    """Who came back. Raises ``Refused``."""
    if not hmac.compare_digest(query.get("state", "").encode(), asked.state.encode()):
        raise Refused("state")
    if query.get("iss", provider.issuer) != provider.issuer:
        raise Refused("mix-up")
    if "error" in query:
        raise Refused("denied" if query["error"] == "access_denied" else "provider")
    token = _token(provider, asked, query.get("code", ""))
    said = _check(provider, token, asked.nonce)
    return claims_of(
        provider,
        subject=said.get("sub"),
        email=said.get("email"),
        name=said.get("name"),
        said_verified=said.get("email_verified") is True,
    )


def _token(provider: Provider, asked: Asked, code: str) -> bytes:
    if not code or len(code) > 4_096:
        raise Refused("code")
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri(provider),
        "code_verifier": asked.verifier,
    }
    fields = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
    if provider.client_auth == "basic":  # RFC 6749 section 2.3.1: both are form-encoded first
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}"
        word = base64.b64encode(pair.encode()).decode()
        fields.append(("Authorization", f"Basic {word}"))
    else:
        form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    url = _endpoint(provider, "token_endpoint")
    try:
        status, body = _OUTSIDE.post(url, urlencode(form).encode(), fields, keep=_ANSWER)
    except StackmarkError as error:
        raise Refused(error.reason) from None
    tree = _object(body)
    token = tree.get("id_token")
    if status != 200 or not isinstance(token, str):
        raise Refused("token")
    return token.encode()


def _check(provider: Provider, token: bytes, nonce: str) -> dict[str, Any]:
    """The claims of an ID token (OpenID Connect Core, section 3.1.3.7)."""
    try:
        jws = parse_compact(token)
        if jws.header.get("alg") not in ALGORITHMS:
            raise Refused("algorithm")
        check_signature(jws, _key(provider, jws))
        said = parse_json(jws.payload)
    except StackmarkError as error:
        raise Refused(error.reason) from None
    if not isinstance(said, dict):
        raise Refused("token")
    _check_claims(provider, said, nonce)
    return said


def _check_claims(provider: Provider, said: Mapping[str, Any], nonce: str) -> None:
    now = clock.now().timestamp()
    audience = said.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if said.get("iss") != provider.issuer:
        raise Refused("issuer")
    party = said.get("azp", None if len(audiences) > 1 else provider.client_id)
    if provider.client_id not in audiences or party != provider.client_id:
        raise Refused("audience")
    if not hmac.compare_digest(str(said.get("nonce", "")).encode(), nonce.encode()):
        raise Refused("nonce")
    ends, begun = said.get("exp"), said.get("iat")
    if not isinstance(ends, int) or ends <= now - LEEWAY:
        raise Refused("expired")
    if not isinstance(begun, int) or not now - MAX_AGE - LEEWAY <= begun <= now + LEEWAY:
        raise Refused("time")


def _key(provider: Provider, jws: Jws) -> PublicKey:
    """The provider's key of the token; asked anew once when it is not known."""
    for fresh in (False, True):
        found = _find_key(_keys(provider, fresh=fresh), jws)
        if found is not None:
            return found
    raise Refused("key")


def _find_key(keys: list[Any], jws: Jws) -> PublicKey | None:
    algorithm = jws.header["alg"]
    wanted = jws.header.get("kid")
    for one in keys:
        if not isinstance(one, dict) or (wanted is not None and one.get("kid") != wanted):
            continue
        try:
            found = PublicKey.from_jwk(one, alg=algorithm)
        except StackmarkError:
            continue
        if found.algorithm == ALGORITHMS[algorithm] and one.get("use", "sig") == "sig":
            return found
    return None


def _keys(provider: Provider, *, fresh: bool) -> list[Any]:
    found = _remembered(provider, _endpoint(provider, "jwks_uri"), fresh=fresh).get("keys")
    return found[:50] if isinstance(found, list) else []


def _endpoint(provider: Provider, name: str) -> str:
    """An address of the provider's own description (OpenID Connect Discovery 1.0, section 4)."""
    url = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
    tree = _remembered(provider, url, fresh=False)
    found = tree.get(name)
    if tree.get("issuer") != provider.issuer:
        raise Refused("discovery")
    if not isinstance(found, str) or urlsplit(found).scheme != "https" or len(found) > 2_000:
        raise Refused("discovery")
    return found


def _remembered(provider: Provider, url: str, *, fresh: bool) -> dict[str, Any]:
    key = "oidc:" + hashlib.sha256(f"{provider.name} {url}".encode()).hexdigest()
    kept = None if fresh else cache.get(key)
    if kept is None:
        try:
            kept = _OUTSIDE.fetch(url)
        except StackmarkError as error:
            raise Refused(error.reason) from None
        cache.set(key, kept, KEPT)
    return _object(kept)


def _object(data: bytes) -> dict[str, Any]:
    try:
        tree = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise Refused("json") from None
    if not isinstance(tree, dict):
        raise Refused("json")
    return tree
