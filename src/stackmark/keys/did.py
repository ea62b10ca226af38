"""Decentralized identifiers: did:key, did:jwk and did:web, written and taken apart.

One spelling for one DID: everything is compared as exact text, so whatever could be written in a
second way is refused (DID Core v1.0 section 3; did:web method; security goal A62).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import orjson

from stackmark.errors import CheckFailed, UsageError
from stackmark.keys.multibase import b64url_encode
from stackmark.keys.public import PublicKey
from stackmark.limits import MAX_KEY_ID

WEB_PORTS: Final = frozenset({443, 8443})  # the ports the fetcher goes to
_INTERNAL: Final = frozenset({"localhost", "localdomain", "local", "internal"})  # last labels

_URL: Final = re.compile(
    r"(?P<did>did:(?P<method>[a-z0-9]+):(?P<identifier>(?:[\w.:-]|%[0-9A-F]{2})*(?:[\w.-]|%[0-9A-F]{2})))"
    r"(?P<path>/[\w.~!$&'()*+,;=:@%/-]*)?"
    r"(?P<query>\?[\w.~!$&'()*+,;=:@%/?-]*)?"
    r"(?:#(?P<fragment>[\w.~!$&'()*+,;=:@%/?-]*))?",
    re.ASCII,
)
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"(?:{_LABEL}\.)+([a-z](?:[a-z0-9-]{{0,61}}[a-z0-9]))", re.ASCII)
_PORT: Final = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
# A path part: plain characters, a tilde, or letters beyond ASCII; each escape in upper case.
_PART: Final = re.compile(r"(?:[A-Za-z0-9._-]|%7E|%[89A-F][0-9A-F])+", re.ASCII)


@dataclass(frozen=True, slots=True)
class DidUrl:
    """A DID URL in parts (DID Core v1.0 section 3.2).

    ``did`` is the part before path, query and fragment; ``method`` and ``identifier`` its own
    parts. ``path`` and ``query`` keep their first character; absent ones are ``None``, so that
    an empty fragment differs from none.
    """

    did: str
    method: str
    identifier: str
    path: str | None
    query: str | None
    fragment: str | None

    @classmethod
    def parse(cls, text: str) -> DidUrl:
        """Take ``text`` apart; raises ``CheckFailed("issuer-key.method-url")``."""
        match = _URL.fullmatch(text) if len(text) <= MAX_KEY_ID else None
        if match is None:
            raise CheckFailed(
                "issuer-key.method-url",
                f"{text[:80]!a} is not a DID URL (INVALID_VERIFICATION_METHOD_URL).",
            )
        return cls(**match.groupdict())


def did_key(public: PublicKey) -> str:
    """The did:key of a key; raises ``UsageError("usage.did-key")`` for RSA."""
    if public.algorithm == "RSA":
        raise UsageError("usage.did-key", "RSA keys are not written as did:key; use did:jwk.")
    return f"did:key:{public.to_multikey()}"


def did_key_method_id(public: PublicKey) -> str:
    """The verification method of a did:key: the DID, ``#``, and the Multikey again."""
    return f"{did_key(public)}#{public.to_multikey()}"


def did_jwk(public: PublicKey) -> str:
    """The did:jwk of a key; its only verification method is ``#0``."""
    return f"did:jwk:{b64url_encode(orjson.dumps(public.to_jwk()))}"


def default_identity(public: PublicKey) -> tuple[str, str]:
    """DID and verification method of a key that names none: did:key, for RSA did:jwk."""
    if public.algorithm == "RSA":
        did = did_jwk(public)
        return did, f"{did}#0"
    return did_key(public), did_key_method_id(public)


def did_web_url(did: str) -> str:
    """The https URL of the DID document of a did:web DID (did:web method section 2.5.2).

    Raises ``CheckFailed("issuer-key.did-web")`` for anything but the one spelling of a DID with
    a public host name, an allowed port and plain path parts.
    """
    if not did.startswith("did:web:") or len(did) > MAX_KEY_ID:
        raise _refused(did, 'it does not start with "did:web:", or it is too long')
    authority, *parts = did.removeprefix("did:web:").split(":")
    host, escape, port = authority.partition("%3A")
    _check_host(did, host)
    if escape:
        _check_port(did, port)
        host = f"{host}:{port}"
    if not parts:
        return f"https://{host}/.well-known/did.json"
    if parts[0].isdigit():
        raise _refused(did, f'a port is written as "{authority}%3A{parts[0]}"')
    if not all(_PART.fullmatch(part) and part.strip(".") for part in parts):
        raise _refused(
            did, "a part of its path is empty, only dots, or has a character not allowed"
        )
    return f"https://{host}/{'/'.join(parts)}/did.json"


def did_web(host_path: str) -> str:
    """The DID for ``web:HOST``, ``HOST``, ``HOST:PORT`` or any of them with ``/PATH``.

    Raises ``UsageError("usage.did-web")`` with what is wrong and how to write it.
    """
    authority, *parts = host_path.removeprefix("web:").removesuffix("/").split("/")
    host, colon, port = authority.partition(":")
    did = ":".join(["did:web", host + ("%3A" if colon else "") + port, *parts])
    try:
        did_web_url(did)
    except CheckFailed as error:
        raise UsageError("usage.did-web", error.detail) from None
    return did


def _check_host(did: str, host: str) -> None:
    match = _HOST.fullmatch(host) if len(host) <= 253 else None
    if match is None:
        raise _refused(
            did,
            f"{host[:80]!a} is not a public host name in lower case (letters beyond ASCII as xn--)",
        )
    if match[1] in _INTERNAL:
        raise _refused(did, f'"{host}" is a name for internal use')


def _check_port(did: str, port: str) -> None:
    if not _PORT.fullmatch(port) or int(port) not in WEB_PORTS:
        allowed = ", ".join(map(str, sorted(WEB_PORTS)))
        raise _refused(did, f"the port {port[:20]!a} is not one of {allowed}")


def _refused(did: str, why: str) -> CheckFailed:
    return CheckFailed("issuer-key.did-web", f"The DID {did[:80]!a} cannot be used: {why}.")
