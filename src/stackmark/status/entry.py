"""One entry of ``credentialStatus``: which list to ask, and where to look in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from stackmark import limits
from stackmark.errors import CheckFailed, CouldNotTell, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

BITSTRING: Final = "BitstringStatusListEntry"
STATUS_LIST_2021: Final = "StatusList2021Entry"
REVOCATION_LIST: Final = "1EdTechRevocationList"

PURPOSES: Final = frozenset({"revocation", "suspension", "refresh", "message"})
LIST_TYPES: Final = {  # the type of the credential that carries the list
    BITSTRING: "BitstringStatusListCredential",
    STATUS_LIST_2021: "StatusList2021Credential",
    REVOCATION_LIST: "1EdTechRevocationList",
}
_INDEX: Final = re.compile(r"0|[1-9][0-9]*")
_MAX_INDEX: Final = limits.MAX_STATUS_BYTES * 8  # one-bit entries of the largest list read
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20<>\"{}|\\^`\x7f]+")
_HEX: Final = re.compile(r"0x[0-9a-fA-F]{1,2}")


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """A status entry, read and checked.

    ``kind`` is the entry's type; ``list_type`` the type its list must have. ``purpose`` is one
    of ``PURPOSES``. ``index`` counts entries of ``size`` bits and is ``None`` for the 1EdTech
    kind, which is looked up by the credential's id. ``messages`` holds one text per status
    value, in order, or nothing.
    """

    kind: str
    purpose: str
    index: int | None
    list_url: str
    size: int
    messages: tuple[str, ...]
    list_type: str


def read_entry(obj: Any) -> StatusEntry:
    """The entry that a ``credentialStatus`` object describes.

    Raises ``CouldNotTell`` with ``status.unknown-type`` or ``status.unknown-purpose``,
    ``CheckFailed`` with ``status.malformed`` (MALFORMED_VALUE_ERROR) or ``status.range``.
    Bitstring Status List v1.0, section 2.1; 1EdTech Open Badges 3.0, verification step on status.
    """
    if not isinstance(obj, dict):
        raise _malformed("The status entry is not an object.")
    kind = _kind(obj.get("type"))
    if kind == REVOCATION_LIST:
        url = _url(obj, "id")
        return StatusEntry(kind, "revocation", None, url, 1, (), LIST_TYPES[kind])
    size = _size(obj) if kind == BITSTRING else 1
    return StatusEntry(
        kind=kind,
        purpose=_purpose(obj),
        index=_index(obj),
        list_url=_url(obj, "statusListCredential"),
        size=size,
        messages=_messages(obj, size) if kind == BITSTRING else (),
        list_type=LIST_TYPES[kind],
    )


def new_entry(
    *,
    list_url: str,
    index: int,
    purpose: str = "revocation",
    size: int = 1,
    messages: Sequence[str] = (),
) -> dict[str, Any]:
    """The ``credentialStatus`` object of a new credential.

    Raises ``UsageError`` with ``usage.status-entry`` when a reader would refuse it.
    Bitstring Status List v1.0, section 2.1.
    """
    entry: dict[str, Any] = {
        "id": f"{list_url}#{index}",
        "type": BITSTRING,
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": list_url,
    }
    if size > 1:
        entry["statusSize"] = size
    if messages:
        entry["statusMessage"] = [
            {"status": hex(value), "message": text} for value, text in enumerate(messages)
        ]
    try:
        read_entry(entry)
    except (CheckFailed, CouldNotTell) as error:
        raise UsageError("usage.status-entry", error.detail) from None
    return entry


def _kind(types: Any) -> str:
    named = types if isinstance(types, list) else [types]
    if not named or not all(isinstance(name, str) for name in named):
        raise _malformed("The status entry has no type, or one that is not a text.")
    known = [name for name in named if name in LIST_TYPES]
    if not known:
        raise CouldNotTell(
            "status.unknown-type",
            f'The status type "{named[0][:80]}" is not known here; ask the issuer.',
        )
    if len(known) > 1:
        raise _malformed("The status entry claims two status types at once.")
    return str(known[0])


def _purpose(obj: dict[str, Any]) -> str:
    purpose = obj.get("statusPurpose")
    if not isinstance(purpose, str) or not purpose:
        raise _malformed("The status entry has no statusPurpose, or one that is not a text.")
    if purpose not in PURPOSES:
        raise CouldNotTell(
            "status.unknown-purpose",
            f'What a status with the purpose "{purpose[:80]}" means is not known here.',
        )
    return purpose


def _index(obj: dict[str, Any]) -> int:
    text = obj.get("statusListIndex")
    if not isinstance(text, str) or not _INDEX.fullmatch(text):
        raise _malformed(
            "The statusListIndex is not a decimal number written as text, such as "
            '"94567" without sign, space or leading zero.'
        )
    # Nine digits reach past the largest list; more would only cost time to convert.
    if len(text) > 9 or int(text) >= _MAX_INDEX:
        raise CheckFailed(
            "status.range",
            f"The statusListIndex {text[:20]} is past the end of any list that is read "
            "(RANGE_ERROR).",
        )
    return int(text)


def _url(obj: dict[str, Any], member: str) -> str:
    url = obj.get(member)
    if not isinstance(url, str) or not _URL.fullmatch(url):
        raise _malformed(f"The status entry's {member} is not an absolute URL.")
    return url


def _size(obj: dict[str, Any]) -> int:
    size = obj.get("statusSize", 1)
    if type(size) is not int or not 1 <= size <= 8:
        raise _malformed("The statusSize is not a whole number from 1 to 8.")
    return int(size)


def _messages(obj: dict[str, Any], size: int) -> tuple[str, ...]:
    """One text per value, sorted by value; the entry may list them in any order."""
    if "statusMessage" not in obj:
        if size > 1:
            raise _malformed(f"A status of {size} bits needs a statusMessage for each value.")
        return ()
    items = obj["statusMessage"]
    if not isinstance(items, list) or len(items) != 2**size:
        raise _malformed(f"The statusMessage is not a list of {2**size} messages.")
    texts: dict[int, str] = {}
    for item in items:
        status = item.get("status") if isinstance(item, dict) else None
        message = item.get("message") if isinstance(item, dict) else None
        if not isinstance(status, str) or not _HEX.fullmatch(status):
            raise _malformed('A statusMessage has no status written like "0x1".')
        if not isinstance(message, str):
            raise _malformed(f"The statusMessage for {status} has no message text.")
        texts[int(status, 16)] = message
    if set(texts) != set(range(2**size)):
        raise _malformed(
            f"The statusMessage does not name each value from 0x0 to {2**size - 1:#x}."
        )
    return tuple(texts[value] for value in range(2**size))


def _malformed(sentence: str) -> CheckFailed:
    return CheckFailed("status.malformed", f"{sentence[:-1]} (MALFORMED_VALUE_ERROR).")
