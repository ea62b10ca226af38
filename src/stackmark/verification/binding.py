"""Steps "issuer-key" and "key-time": whose key it is, and whether it was good.

Security rule 4: verification method → controller document → ``controller`` → ``issuer.id``, exact
comparison, assertionMethod. Controlled Identifiers 1.0 sections 2.2 and 3.3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from stackmark.errors import CheckFailed, CouldNotTell
from stackmark.keys.controller import (
    VerificationMethod,
    document_for,
    fetch_jwk,
    resolve_method,
)
from stackmark.keys.public import PublicKey
from stackmark.limits import MAX_KEY_ID
from stackmark.ports import Fetcher
from stackmark.verification.dates import parse_stamp, stamp
from stackmark.verification.structure import as_list

_BARE_KID: Final = re.compile(r"#?[A-Za-z0-9._~\-]{1,200}\Z")
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key, whose it is (``owner``), and its history."""

    public: PublicKey
    owner: str
    method: str
    expires: str | None = None
    revoked: str | None = None


class KeyRing:
    """Resolves verification methods, each once a run."""

    def __init__(self, fetcher: Fetcher) -> None:
        self.fetcher = fetcher
        self._found: dict[tuple[str, str], FoundKey | CheckFailed | CouldNotTell] = {}

    def method(self, url: object, relationship: str = "assertionMethod") -> FoundKey:
        """The key a verification method URL names.

        Raises ``CheckFailed`` or ``CouldNotTell`` with an ``issuer-key.`` reason.
        """
        if not isinstance(url, str) or len(url) > MAX_KEY_ID:
            raise CheckFailed("issuer-key.method-url", "The verificationMethod is no usable URL.")
        key = (url, relationship)
        if key not in self._found:
            if len(self._found) > 1_000:
                self._found.clear()
            self._found[key] = self._resolve(url, relationship)
        found = self._found[key]
        if isinstance(found, FoundKey):
            return found
        raise found.again()  # one exception raised over and over would collect tracebacks

    def _resolve(self, url: str, relationship: str) -> FoundKey | CheckFailed | CouldNotTell:
        try:
            method, owner = resolve_method(url, self.fetcher, relationship=relationship)
        except (CheckFailed, CouldNotTell) as error:
            return error
        return _found(method, owner)

    def for_token(self, kid: str | None, issuer: str, relationship: str) -> FoundKey:
        """The key of a JWS header's ``kid`` for an issuer (OB 3.0 section 8.2, VC-JOSE 4)."""
        if kid is None:
            return self._only_key(issuer, relationship)
        if not _ABSOLUTE.match(kid):
            if not _BARE_KID.match(kid):
                raise CheckFailed("issuer-key.key-id", "The header's kid is no key identifier.")
            return self._in_document(kid.removeprefix("#"), issuer, relationship)
        if kid.startswith("https://") and "#" not in kid:
            return self._jwk_at(kid, issuer)
        if kid.partition("#")[0] != issuer:
            _refuse_stranger(kid, issuer)
        return self.method(kid, relationship)

    def _in_document(self, name: str, issuer: str, relationship: str) -> FoundKey:
        """A kid that is no URL: a fragment of the issuer's document, or a JWK's own kid there."""
        try:
            return self.method(f"{issuer}#{name}", relationship)
        except CheckFailed as error:
            if error.reason != "issuer-key.method":
                raise
            for method in as_list(document_for(issuer, self.fetcher).get("verificationMethod")):
                if isinstance(method, dict) and isinstance(method.get("id"), str):
                    jwk = method.get("publicKeyJwk")
                    if isinstance(jwk, dict) and jwk.get("kid") == name:
                        return self.method(method["id"], relationship)
            raise

    def _only_key(self, issuer: str, relationship: str) -> FoundKey:
        if issuer.startswith("did:key:"):
            return self.method(f"{issuer}#{issuer.removeprefix('did:key:')}", relationship)
        if issuer.startswith("did:jwk:"):
            return self.method(f"{issuer}#0", relationship)
        raise CheckFailed("issuer-key.key-id", "The token does not say which key signed it (kid).")

    def _jwk_at(self, url: str, issuer: str) -> FoundKey:
        """OB 3.0 lets kid be the https URL of a bare JWK; it must be on the issuer's own host."""
        try:
            mine, theirs = urlsplit(url), urlsplit(issuer)
        except ValueError:
            _refuse_stranger(url, issuer)
        if theirs.scheme != "https" or mine.netloc != theirs.netloc:
            _refuse_stranger(url, issuer)
        return FoundKey(fetch_jwk(url, self.fetcher), issuer, url)


def _found(method: VerificationMethod, owner: str) -> FoundKey:
    return FoundKey(method.public_key, owner, method.id, method.expires, method.revoked)


def _refuse_stranger(method: str, issuer: str) -> None:
    raise CheckFailed(
        "issuer-key.not-issuer",
        f"The key {method[:120]} does not belong to the issuer {issuer[:120]}.",
    )


def check_owner(key: FoundKey, issuer: str) -> None:
    """Raises ``CheckFailed`` ``issuer-key.not-issuer`` unless the key is the issuer's own."""
    if key.owner != issuer:
        _refuse_stranger(key.method, issuer)


def check_key_time(key: FoundKey, used: datetime | None, now: datetime) -> str:
    """A sentence when the key was good.

    A revoked key is never good: the time of signing is its holder's word only (security section
    2, item 12). A key that ran out stays good for what was signed before. Raises ``CheckFailed``
    ``key-time.revoked``, ``key-time.expired`` or ``key-time.malformed``, ``CouldNotTell``
    ``key-time.no-time``.
    """
    if key.revoked is not None:
        since = parse_stamp(key.revoked, "The key's revoked", reason="key-time.malformed")
        if since <= now:
            raise CheckFailed(
                "key-time.revoked",
                f"The issuer declared the key lost at {stamp(since)}; nothing independent shows "
                "that this was signed before.",
            )
    if key.expires is not None:
        until = parse_stamp(key.expires, "The key's expires", reason="key-time.malformed")
        if used is None and until < now:
            raise CouldNotTell("key-time.no-time", "The key ran out, and no signing time is given.")
        if used is not None and used > until:
            raise CheckFailed(
                "key-time.expired", f"The key ran out at {stamp(until)}, before it was used."
            )
        if until < now:
            return f"The key was replaced at {stamp(until)}; this was signed before."
    return "The key has not been revoked and had not run out."
