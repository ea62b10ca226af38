"""Step "recipient": is it about the person asked for (OB 3.0 section 8.1 step 8, section 8.4)."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackmark.errors import CheckFailed, CouldNotTell
from stackmark.verification.structure import as_list

_HASHES: Final = ("sha256", "md5")  # md5 only to read what is old


def check_recipient(tree: Mapping[str, Any], wanted: str) -> str:
    """Whether ``wanted`` (``VALUE`` or ``TYPE=VALUE``) is the subject.

    A value without a type is tried against every identity; those it could never equal (a name
    against an address) say nothing. Names are compared as people do (case, spaces), unless only
    their hash is there. Raises ``CheckFailed`` ``recipient.other``, ``CouldNotTell``
    ``recipient.unidentified`` when the document has no identifier that could be compared.
    """
    kind, value = split_wanted(wanted)
    compared = 0
    for subject in as_list(tree.get("credentialSubject")):
        for own_kind, entry in _identities(subject):
            if kind is not None and kind != own_kind:
                continue
            if _is(entry, value, own_kind):
                return "It was issued to the person you named."
            compared += kind is not None or _alike(own_kind, value)
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


def told_apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two documents are shown to be about different people.

    What one says in clear is looked for in the other, hashed or not. A name and an address say
    nothing of each other, nor do two hashes with different salts: then nothing is shown.
    """
    shown = False
    for tree, against in ((one, other), (other, one)):
        for wanted in _in_clear(tree):
            try:
                check_recipient(against, wanted)
            except CheckFailed:
                shown = True
            except CouldNotTell:
                continue
            else:
                return False
    return shown


def _in_clear(tree: Mapping[str, Any]) -> Iterator[str]:
    """Everything it says of whom it is about, as ``TYPE=VALUE``."""
    for subject in as_list(tree.get("credentialSubject")):
        for kind, entry in _identities(subject):
            if not entry.get("hashed") and kind.replace(":", "").isalpha():
                yield f"{kind}={entry.get('identityHash')}"


def _identities(subject: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(subject, dict):
        return
    if isinstance(subject.get("id"), str):
        yield "id", {"identityHash": subject["id"], "hashed": False}
    for entry in as_list(subject.get("identifier")):
        if isinstance(entry, dict):
            yield str(entry.get("identityType")), entry


def _alike(own_kind: str, value: str) -> bool:
    """Whether a value without a type could be of this type: a name says nothing of an address."""
    if own_kind == "emailAddress":
        return "@" in value
    if own_kind == "name":
        return "@" not in value and ":" not in value
    return own_kind != "id" or ":" in value


def _is(entry: Mapping[str, Any], value: str, own_kind: str) -> bool:
    stored = str(entry.get("identityHash"))
    named = own_kind == "name"
    if not entry.get("hashed"):
        return stored == value or (named and _folded(stored) == _folded(value))
    name, _, digest = stored.partition("$")
    if name not in _HASHES:
        return False
    salt = entry.get("salt")
    more = salt if isinstance(salt, str) else ""
    tries = {value, unicodedata.normalize("NFC", " ".join(value.split()))} if named else {value}
    return any(hmac.compare_digest(_digest(name, one + more), digest.lower()) for one in tries)


def _digest(name: str, text: str) -> str:
    return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


def _folded(name: str) -> str:
    """A name as people compare it: spaces, case and how letters are composed do not count."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
