"""Find the credentials inside a wallet's JSON export, each as the exact bytes it stands there.

Wallets differ in what they put around credentials (a list, a presentation, ``contents`` beside
keys and profiles), so what is looked for is the credential itself, at any depth. Nothing is
written anew: a signature over exact bytes survives. What is no credential, such as a wallet's
private keys, is never kept.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

_TOKENS: Final = re.compile(rb'"((?:[^"\\]|\\.)*)"(\s*:)?|[{}\[\]]', re.DOTALL)
_JWS: Final = re.compile(rb"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
_ENVELOPE: Final = re.compile(rb"data:application/vc(?:\+jwt|\+ld\+json\+jwt)(?:;[^,]*)?,(.*)\Z")
_VC: Final = frozenset({b"@context", b"issuer", b"credentialSubject"})
_OB2: Final = frozenset({b"badge", b"recipient"})
_WATCHED: Final = _VC | _OB2


@dataclass(slots=True)
class _Open:
    """An object whose end is not reached yet."""

    start: int
    names: set[bytes] = field(default_factory=set)
    first_found: int = 0  # how many were found before it began


def credentials_in(data: bytes) -> list[bytes]:
    """The outermost credentials of a JSON text, in order; the text is valid JSON already."""
    found: list[bytes] = []
    stack: list[_Open] = []
    for token in _TOKENS.finditer(data):
        mark = token[0][:1]
        if mark in b"{[":
            stack.append(_Open(token.start(), first_found=len(found)))
        elif mark in b"}]":
            closed = stack.pop()
            if _is_credential(closed.names):
                # Whatever was found inside belongs to this one.
                found[closed.first_found :] = [data[closed.start : token.end()]]
        elif token[2] is not None:
            if stack and token[1] in _WATCHED:
                stack[-1].names.add(token[1])
        else:
            found += _text_in(token[1])
    return list(dict.fromkeys(found))


def is_locked(tree: Any) -> bool:
    """A wallet export that is encrypted with a password."""
    return isinstance(tree, dict) and str(tree.get("status", "")).upper() == "LOCKED"


def is_credential(tree: Any) -> bool:
    """Whether a parsed JSON object is a credential itself and not something around some."""
    return isinstance(tree, dict) and _is_credential({name.encode() for name in tree})


def _is_credential(names: set[bytes]) -> bool:
    return names >= _VC or names >= _OB2


def _text_in(text: bytes) -> Iterator[bytes]:
    """What a text of the export holds: a token, or JSON kept as a text."""
    if text.lstrip(b" ")[:1] in (b"{", b"["):
        yield from _json_in(text)
    else:
        yield from _token_in(text)


def _json_in(text: bytes) -> list[bytes]:
    # Each text inside a text doubles its escapes: how deep they stand is bounded by the length.
    try:
        inner = orjson.loads(b'"' + text + b'"').encode()
        orjson.loads(inner)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return []
    return credentials_in(inner)


def _token_in(text: bytes) -> Iterator[bytes]:
    """A credential as a token: the text itself, or inside a data: URL."""
    text = text.replace(rb"\/", b"/")
    envelope = _ENVELOPE.match(text)
    word = envelope[1] if envelope else text
    if _JWS.match(word) and _holds_credential(word):
        yield word


def _holds_credential(token: bytes) -> bool:
    """Whether the payload is a credential: exports hold access tokens of other kinds too."""
    part = token.split(b".")[1]
    try:
        payload = orjson.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    except (binascii.Error, ValueError):
        return False
    return is_credential(payload) or (isinstance(payload, dict) and "vc" in payload)
