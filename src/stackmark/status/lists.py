"""Status lists as credentials: make one, read one, look an entry up.

Reading here covers the content only. That the list is signed, by whom, and whether it is in
date, is for the caller to check first; nothing read from an unproven list may be believed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from stackmark import limits
from stackmark.errors import CheckFailed, UsageError
from stackmark.status import bitstring
from stackmark.status.entry import BITSTRING, LIST_TYPES, PURPOSES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stackmark.status.entry import StatusEntry

_VC2_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
_SUBJECT_TYPES: Final = {
    "BitstringStatusListCredential": "BitstringStatusList",
    "StatusList2021Credential": "StatusList2021",
}
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class StatusValue:
    """What a list says about one credential: the number, and the issuer's text for it, if any."""

    value: int
    message: str | None


@dataclass(frozen=True, slots=True)
class StatusList:
    """A list unpacked once for many look-ups.

    ``bits`` are the raw bytes, ``ttl_ms`` the longest time in milliseconds to keep them, if the
    list states one.
    """

    url: str
    list_type: str
    purposes: frozenset[str]
    bits: bytes
    ttl_ms: int | None

    def value(self, entry: StatusEntry) -> StatusValue:
        """What the list says at ``entry``.

        Raises ``CheckFailed`` with ``status.purpose`` (STATUS_VERIFICATION_ERROR),
        ``status.length`` or ``status.range``. Bitstring Status List v1.0, section 3.2.
        """
        if entry.index is None or entry.list_type != self.list_type:
            raise _malformed(f"The list is a {self.list_type}, the entry is a {entry.kind}.")
        if entry.purpose not in self.purposes:
            raise CheckFailed(
                "status.purpose",
                f"The list at {self.url} is for {', '.join(sorted(self.purposes))}, not for "
                f"{entry.purpose} (STATUS_VERIFICATION_ERROR).",
            )
        # A list short in itself comes first, then an index past its end, then the privacy of
        # wide entries: so each fault is called by its own name when two meet.
        bitstring.check_length(self.bits)
        value = bitstring.get_value(self.bits, entry.index, entry.size)
        bitstring.check_length(self.bits, entry.size)
        return StatusValue(value, entry.messages[value] if entry.messages else None)


def new_list(
    *,
    url: str,
    issuer: str | Mapping[str, Any],
    purpose: str | Sequence[str],
    valid_from: str,
    size: int = 1,
    entries: int = limits.MIN_STATUS_ENTRIES,
    ttl_ms: int | None = None,
) -> dict[str, Any]:
    """An unsigned BitstringStatusListCredential of ``entries`` entries, all zero.

    ``purpose`` is one of ``entry.PURPOSES`` or several of them; ``size`` is bits per entry;
    ``ttl_ms`` is in milliseconds. The size and messages of a status stand in each credential's
    entry, not in the list: the VC 2.0 context defines no term for them here.
    Raises ``UsageError`` with ``usage.status-list``. Bitstring Status List v1.0, section 2.2.
    """
    purposes = [purpose] if isinstance(purpose, str) else list(purpose)
    _check_new(purposes, size, entries)
    subject: dict[str, Any] = {
        "id": f"{url}#list",
        "type": "BitstringStatusList",
        "statusPurpose": purposes[0] if len(purposes) == 1 else purposes,
        "encodedList": bitstring.encode(bytes(entries * size // 8)),
    }
    if ttl_ms is not None:
        subject["ttl"] = ttl_ms
    return {
        "@context": [_VC2_CONTEXT],
        "id": url,
        "type": ["VerifiableCredential", LIST_TYPES[BITSTRING]],
        "issuer": issuer if isinstance(issuer, str) else dict(issuer),
        "validFrom": valid_from,
        "credentialSubject": subject,
    }


def with_bits(
    credential: Mapping[str, Any], bits: bytes | bytearray, *, valid_from: str | None = None
) -> dict[str, Any]:
    """The next version of a list: new bits, a new ``validFrom`` if given, no proof.

    The input is left as it was. Every published version needs a later ``validFrom``, or readers
    that guard against rollback (``newer``) cannot tell which one is the last.
    """
    changed = {name: value for name, value in credential.items() if name != "proof"}
    changed["credentialSubject"] = {
        **credential["credentialSubject"],
        "encodedList": bitstring.encode(bits),
    }
    if valid_from is not None:
        changed["validFrom"] = valid_from
    return changed


def look_up(list_tree: Any, entry: StatusEntry, *, url: str) -> StatusValue:
    """What the list credential ``list_tree``, fetched from ``url``, says at ``entry``.

    Raises ``CheckFailed``: see ``open_list`` and ``StatusList.value``.
    """
    return open_list(list_tree, list_type=entry.list_type, url=url).value(entry)


def open_list(list_tree: Any, *, list_type: str, url: str) -> StatusList:
    """Unpack a list credential that must be of ``list_type`` and, if it has an id, of ``url``.

    Raises ``CheckFailed`` with ``status.malformed``, ``status.wrong-list``,
    ``status.too-large``. Bitstring Status List v1.0, section 3.2.
    """
    if not isinstance(list_tree, dict):
        raise _malformed("The status list is not a JSON object.")
    if list_type not in _SUBJECT_TYPES or list_type not in _as_list(list_tree.get("type")):
        raise _malformed(f"The document at {url} is not a {list_type}.")
    if list_tree.get("id", url) != url:
        raise CheckFailed(
            "status.wrong-list",
            f"The list fetched from {url} calls itself {str(list_tree['id'])[:200]} "
            "(STATUS_VERIFICATION_ERROR).",
        )
    subject = _subject(list_tree, _SUBJECT_TYPES[list_type])
    return StatusList(
        url=url,
        list_type=list_type,
        purposes=_purposes(subject),
        bits=bitstring.decode(
            subject.get("encodedList"), multibase=list_type == LIST_TYPES[BITSTRING]
        ),
        ttl_ms=_ttl(subject),
    )


def revocation_list(issuer: str, entries: Mapping[str, str | None], *, url: str) -> dict[str, Any]:
    """A 1EdTech revocation list; ``entries`` gives each revoked credential's id its reason.

    Written with the member ``revokedCredential``, which 1EdTech's validator reads.
    1EdTech Open Badges 3.0, verification step on status.
    """
    revoked: list[dict[str, Any]] = []
    for credential_id, reason in entries.items():
        item: dict[str, Any] = {"id": credential_id, "revoked": True}
        if reason:
            item["revocationReason"] = reason
        revoked.append(item)
    return {"id": url, "issuer": issuer, "revokedCredential": revoked}


def look_up_1edtech(tree: Any, credential_id: str) -> StatusValue:
    """Value 1 with the reason when the list revokes ``credential_id``, else value 0.

    Both spellings of the member are read, and an entry counts unless it says ``revoked: false``.
    Raises ``CheckFailed`` with ``status.malformed``: a document without the member is no list.
    """
    members = ("revokedCredential", "revokedCredentials")
    if not isinstance(tree, dict) or not any(name in tree for name in members):
        raise _malformed("The revocation list has no member revokedCredential.")
    found: StatusValue | None = None
    for item in [item for name in members for item in _as_list(tree.get(name, []))]:
        entry = {"id": item} if isinstance(item, str) else item
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
            raise _malformed("An entry of the revocation list has no id.")
        revoked = entry.get("revoked", True)
        if not isinstance(revoked, bool):
            raise _malformed("An entry of the revocation list has a revoked that is no boolean.")
        if revoked and entry["id"] == credential_id and found is None:
            reason = entry.get("revocationReason")
            found = StatusValue(1, reason if isinstance(reason, str) else None)
    return found or StatusValue(0, None)


def newer(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Whether list version ``a`` starts to be valid strictly later than ``b``.

    A version without a date counts as older than any with one. ``newer(seen, fetched)`` being
    true means the fetched list is a rollback. Raises ``CheckFailed`` with ``status.malformed``.
    """
    first, second = _valid_from(a), _valid_from(b)
    return first is not None and (second is None or first > second)


def _check_new(purposes: list[str], size: int, entries: int) -> None:
    if not purposes or not PURPOSES.issuperset(purposes):
        raise UsageError(
            "usage.status-list", f"A status list's purpose is one of {', '.join(sorted(PURPOSES))}."
        )
    if not 1 <= size <= 8:
        raise UsageError("usage.status-list", f"A status of {size} bits is not 1 to 8 bits wide.")
    if entries < limits.MIN_STATUS_ENTRIES or entries % 8:
        raise UsageError(
            "usage.status-list",
            f"A status list has {limits.MIN_STATUS_ENTRIES:,} entries or more, in eights; "
            f"{entries:,} were asked for.",
        )
    if entries * size > limits.MAX_STATUS_BYTES * 8:
        raise UsageError(
            "usage.status-list",
            f"A status list of {entries:,} entries is larger than readers take; open a second one.",
        )


def _subject(list_tree: dict[str, Any], subject_type: str) -> dict[str, Any]:
    subjects = _as_list(list_tree.get("credentialSubject"))
    if len(subjects) != 1 or not isinstance(subjects[0], dict):
        raise _malformed("The status list has no credentialSubject, or several.")
    if subject_type not in _as_list(subjects[0].get("type")):
        raise _malformed(f"The status list's credentialSubject is not a {subject_type}.")
    return subjects[0]


def _purposes(subject: dict[str, Any]) -> frozenset[str]:
    purposes = _as_list(subject.get("statusPurpose"))
    if not purposes or not all(isinstance(purpose, str) for purpose in purposes):
        raise _malformed("The status list's statusPurpose is not a text or a list of texts.")
    return frozenset(purposes)


def _ttl(subject: dict[str, Any]) -> int | None:
    ttl = subject.get("ttl")
    if ttl is not None and (type(ttl) is not int or ttl < 0):
        raise _malformed("The status list's ttl is not a whole number of milliseconds.")
    return ttl


def _valid_from(tree: Mapping[str, Any]) -> datetime | None:
    text = tree.get("validFrom", tree.get("issuanceDate"))
    if text is None:
        return None
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        raise _malformed("The status list's validFrom is not a date and time with a zone.")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise _malformed("The status list's validFrom is not a date of the calendar.") from None


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _malformed(sentence: str) -> CheckFailed:
    return CheckFailed("status.malformed", f"{sentence[:-1]} (MALFORMED_VALUE_ERROR).")
