"""Step "recipient": is it about the person asked for (OB 3.0 section 8.1 step 8, section 8.4)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackmark.errors import CheckFailed, CouldNotTell
from stackmark.verification.structure import as_list

_HASHES: Final = ("sha256", "md5")  # md5 only to read what is old


def check_recipient(tree: Mapping[str, Any], wanted: str) -> str:
    """Whether ``wanted`` (``VALUE`` or ``TYPE=VALUE``) is the subject.

    Raises ``CheckFailed`` ``recipient.other``, ``CouldNotTell`` ``recipient.unidentified`` when
    the document has no identifier that could be compared.
    """
    kind, value = split_wanted(wanted)
    compared = 0
    for subject in as_list(tree.get("credentialSubject")):
        for own_kind, entry in _identities(subject):
            if kind is not None and kind != own_kind:
                continue
            compared += 1
            if _is(entry, value):
                return "It was issued to the person you named."
    if not compared:
        raise CouldNotTell(
            "recipient.unidentified", "It names nobody in a way that can be compared with yours."
        )
    raise CheckFailed(
        "recipient.other", "It was issued to somebody else than the person you named."
    )


def split_wanted(wanted: str) -> tuple[str | None, str]:
    """``emailAddress=a@b`` → type and value; a value alone has no type."""
    kind, equals, value = wanted.partition("=")
    if equals and kind.replace(":", "").isalpha():
        return kind, value
    return None, wanted


def _identities(subject: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(subject, dict):
        return
    if isinstance(subject.get("id"), str):
        yield "id", {"identityHash": subject["id"], "hashed": False}
    for entry in as_list(subject.get("identifier")):
        if isinstance(entry, dict):
            yield str(entry.get("identityType")), entry


def _is(entry: Mapping[str, Any], value: str) -> bool:
    stored = str(entry.get("identityHash"))
    if not entry.get("hashed"):
        return stored == value
    name, _, digest = stored.partition("$")
    if name not in _HASHES:
        return False
    salt = entry.get("salt")
    text = value + (salt if isinstance(salt, str) else "")
    found = hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()
    return hmac.compare_digest(found, digest.lower())
