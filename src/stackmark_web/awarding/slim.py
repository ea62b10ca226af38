"""Slim rows: a signed credential kept as what sets it apart from others of its kind.

The credentials of one achievement share nine tenths of their bytes. What they share is kept once
(``CommonPart``: built from the credential without anything about a person, never changed, named by
its own SHA-256); a row keeps the rest: the whole credential packed by DEFLATE (RFC 1951) with the
common part as its preset dictionary, and the SHA-256 of the whole. Unpacking gives the exact bytes
that were signed, or, when a bit of either has changed, an error, never other bytes.

    1 byte 0x01 | 16 bytes id of the common part | 32 bytes SHA-256 of the credential | packed

Rows written before this keep their full bytes, which begin with ``{`` or with a letter.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from base64 import b64encode
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import orjson
from django.db import models
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark.limits import MAX_DOCUMENT_BYTES

_MARK: Final = b"\x01"
_ID: Final = slice(1, 17)
_DIGEST: Final = slice(17, 49)
_PACKED: Final = slice(49, None)
_RAW: Final = -15  # DEFLATE without a header: 32 KiB of window, which the common part fills
_WINDOW: Final = 32 * 1024
_PERSONAL: Final = ("id", "validFrom", "validUntil")  # and the subject
_SHARED: Final = ("type", "identityType", "hashed")
# The beginning of an address up to its last slash, or of a hash: the same in all of a kind.
_STEM: Final = re.compile(r"https?://[A-Za-z0-9.:-]+/credentials/|sha256\$|")


def damaged() -> StackmarkError:
    """What is stored is not what was signed."""
    return StackmarkError(
        "award.damaged",
        _(
            "The stored credential is damaged: it is not what was signed. Restore it from a "
            "backup; the SHA-256 in its row says which bytes are right."
        ),
    )


class Slim:
    """A credential that is kept slim; ``bytes()`` of it are the exact signed bytes.

    They are worked out and compared with their SHA-256 when they are asked for, each time.
    """

    __slots__ = ("stored",)

    def __init__(self, stored: bytes) -> None:
        self.stored = stored

    def __bytes__(self) -> bytes:
        """The signed bytes. Raises ``StackmarkError`` ``award.damaged``."""
        common = common_part(self.stored[_ID])
        if common is None:
            raise damaged()
        unpacker = zlib.decompressobj(_RAW, zdict=common)
        try:
            signed = unpacker.decompress(self.stored[_PACKED], MAX_DOCUMENT_BYTES)
        except zlib.error:
            raise damaged() from None
        if not unpacker.eof or hashlib.sha256(signed).digest() != self.stored[_DIGEST]:
            raise damaged()
        return signed

    def __eq__(self, other: object) -> bool:
        """Equal as the bytes that were signed."""
        return isinstance(other, Slim) and self.stored[_DIGEST] == other.stored[_DIGEST]

    def __hash__(self) -> int:
        """By the digest of what was signed."""
        return hash(self.stored[_DIGEST])


class SignedField(models.BinaryField):
    """Signed bytes, full or slim: ``bytes``, or a ``Slim`` that gives them."""

    def from_db_value(self, value: Any, *_more: Any) -> bytes | Slim | None:
        """What is stored, as it is to be used."""
        if value is None:
            return None
        stored = bytes(value)
        return Slim(stored) if stored[:1] == _MARK else stored

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's
        """What is to be stored."""
        plain = value.stored if isinstance(value, Slim) else value
        return super().get_db_prep_value(plain, connection, prepared)

    def value_to_string(self, obj: Any) -> str:
        """For serialisers: as it is stored; its common part must go with it."""
        value = self.value_from_object(obj)
        return b64encode(value.stored if isinstance(value, Slim) else value).decode("ascii")


def common_of(signed: bytes) -> bytes | None:
    """What a signed credential shares with others of its kind; None for what is no JSON badge.

    Nothing that varies is in it, least of all a person: every text of the subject but its
    achievement, evidence, dates, ids, the index on the status list and the signature are blank.
    """
    if not signed.startswith(b"{") or len(signed) > _WINDOW:
        return None
    tree = orjson.loads(signed)
    subject, proof = tree.get("credentialSubject"), tree.get("proof")
    if not isinstance(subject, dict) or not isinstance(proof, dict):
        return None
    kept = {name: value for name, value in tree.items() if name != "evidence"}
    kept |= {name: _blank(tree[name]) for name in _PERSONAL if name in tree}
    kept["credentialSubject"] = _blank(subject) | (
        {"achievement": subject["achievement"]} if "achievement" in subject else {}
    )
    kept["proof"] = proof | {"proofValue": "z", "created": ""}
    status = tree.get("credentialStatus")
    if isinstance(status, dict) and isinstance(status.get("id"), str):
        kept["credentialStatus"] = status | {
            "id": status["id"].partition("#")[0] + "#",
            "statusListIndex": "",
        }
    return orjson.dumps(kept)


def _blank(value: Any) -> Any:
    """The same shape without a word about anybody; lists keep their first entry."""
    if isinstance(value, dict):
        return {
            name: inner if name in _SHARED else _blank(inner)
            for name, inner in value.items()
            if name not in ("achievement", "narrative", "result")
        }
    if isinstance(value, list):
        return [_blank(value[0])] if value else []
    if isinstance(value, str):
        return _STEM.match(value)[0]  # type: ignore[index] # it matches the empty text
    return value if isinstance(value, bool) else None


class Packer:
    """Makes rows slim against one common part; for one thread."""

    def __init__(self, common: bytes) -> None:
        self.common = common
        self.id = id_of(common)
        self._blank = zlib.compressobj(3, zlib.DEFLATED, _RAW, 8, zlib.Z_DEFAULT_STRATEGY, common)

    def pack(self, signed: bytes) -> Slim:
        """The slim row, proved to give the same bytes back."""
        press = self._blank.copy()
        packed = press.compress(signed) + press.flush()
        if zlib.decompressobj(_RAW, zdict=self.common).decompress(packed) != signed:
            raise damaged()
        return Slim(_MARK + self.id + hashlib.sha256(signed).digest() + packed)


def id_of(common: bytes) -> bytes:
    """The name of a common part: the first 16 bytes of its SHA-256."""
    return hashlib.sha256(common).digest()[:16]


@lru_cache(maxsize=64)
def packer_of(common: bytes) -> Packer:
    """One packer for each common part in use."""
    return Packer(common)


_READ: Final[dict[bytes, bytes]] = {}
_MOST: Final = 500


def common_part(name: bytes) -> bytes | None:
    """A common part by its name, read once in a process and compared with its name."""
    found = _READ.get(name)
    if found is None:
        from stackmark_web.awarding.models import CommonPart

        row = CommonPart.objects.filter(pk=name.hex()).first()
        found = None if row is None else bytes(row.data)
        if found is None or id_of(found) != name:
            return None
        if len(_READ) >= _MOST:
            _READ.clear()
        _READ[name] = found
    return found


def slimmed(made: Sequence[tuple[Any, bytes]]) -> tuple[list[bytes | Slim], set[bytes]]:
    """Each signed credential slim, or as it is where it has no common part; and these parts.

    ``made``: a key that credentials of one kind share, and the bytes. Whoever stores slim rows
    stores the common parts with them (``keep_common``).
    """
    packers: dict[Any, Packer | None] = {}
    found: list[bytes | Slim] = []
    for kind, signed in made:
        if kind not in packers:
            common = common_of(signed)
            packers[kind] = None if common is None else packer_of(common)
        packer = packers[kind]
        found.append(signed if packer is None else packer.pack(signed))
    return found, {one.common for one in packers.values() if one is not None}


def keep_common(commons: set[bytes]) -> None:
    """Store common parts that are not there yet, in the caller's transaction."""
    from stackmark_web.awarding.models import CommonPart

    CommonPart.objects.bulk_create(
        [CommonPart(pk=id_of(one).hex(), data=one) for one in sorted(commons)],
        ignore_conflicts=True,
    )
