"""The ledger as rows: reading what there is of one credential, adding one entry, secrets, codes.

A row names nobody. Who holds which credential is known only to who has its salt: the learner by
their sealed secret, and whom they handed the code.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from django.db import IntegrityError, transaction

from stackmark.errors import UsageError
from stackmark.model import achievement_rules as rule
from stackmark.recognition.commitments import SECRET_BYTES, Entry, Thread, commitment, salt_of
from stackmark_web.passport import tokens
from stackmark_web.passport.checking import credential_bytes
from stackmark_web.passport.contents import Contents
from stackmark_web.passport.models import Holding
from stackmark_web.recognising.models import LedgerEntry, LedgerSecret

_TRIES: Final = 5  # others may add an entry in the same moment
_CHECK: Final = 3  # bytes at the end of a code by which a slip of the pen is noticed
_GROUP: Final = 4


def thread(name: str) -> Thread:
    """What there is of one credential, by its commitment."""
    return threads([name])[name]


def threads(names: Iterable[str]) -> dict[str, Thread]:
    """The same of several."""
    found: dict[str, list[tuple[int, Entry]]] = {name: [] for name in names}
    rows = LedgerEntry.objects.filter(commitment__in=list(found)).order_by("number")
    for row in rows:
        found[row.commitment].append((row.number, entry_of(row)))
    last = LedgerEntry.objects.order_by("-number").values_list("digest", flat=True).first()
    return {name: Thread(name, tuple(rows), last or "") for name, rows in found.items()}


def entry_of(row: LedgerEntry) -> Entry:
    """A row as the library's entry."""
    found: Entry = rule.read(Entry, row.content)
    return found


def append(name: str, make: Callable[[Thread], Entry]) -> LedgerEntry:
    """Add the entry that ``make`` gives for the thread as it is now."""
    for attempt in range(_TRIES):
        try:
            with transaction.atomic():
                return _added(make(thread(name)))
        except IntegrityError:
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _added(entry: Entry) -> LedgerEntry:
    last = LedgerEntry.objects.order_by("-number").values_list("number", flat=True).first()
    return LedgerEntry.objects.create(
        number=0 if last is None else last + 1,
        act=entry.act,
        commitment=entry.commitment,
        day=entry.day,
        content=rule.write(entry),
        digest=entry.digest,
    )


def entries() -> Iterator[dict[str, Any]]:
    """The whole ledger in order, as its digests take it."""
    rows = LedgerEntry.objects.order_by("number").values_list("content", flat=True)
    yield from rows.iterator(chunk_size=1_000)


# -- who may find what -------------------------------------------------------------------------


def new_secret() -> str:
    """A learner's secret, sealed with the server's key."""
    return tokens.seal(secrets.token_bytes(SECRET_BYTES).hex())


def secret_for(user: Any) -> bytes | None:
    """A learner's secret; None without an opt-in, or when the server's own key was changed."""
    row = LedgerSecret.objects.filter(user=user).first()
    secret = tokens.unsealed(row.sealed) if row is not None else ""
    return bytes.fromhex(secret) if secret else None


def names_of(secret: bytes | None, credential: str, *digests: str) -> list[str]:
    """The commitments a credential may stand under; none without an opt-in or an id."""
    if secret is None or not credential:
        return []
    salt = salt_of(secret, credential)
    return [commitment(salt, credential, one) for one in dict.fromkeys(digests)]


def digests_of(holding: Holding) -> tuple[str, ...]:
    """SHA-256 of the document, and of the picture around it where it came in one."""
    return digests(credential_bytes(holding))


def digests(data: bytes) -> tuple[str, ...]:
    """The same of any file. Raises ``ReadError`` for what nobody can read."""
    found = (Contents(data).text, data)
    return tuple(dict.fromkeys(hashlib.sha256(one).hexdigest() for one in found))


# -- codes -------------------------------------------------------------------------------------


def code_of(salt: bytes) -> str:
    """A salt as a holder hands it over: letters and digits in groups, the last ones a check."""
    whole = salt + hashlib.sha256(salt).digest()[:_CHECK]
    text = base64.b32encode(whole).decode().rstrip("=")
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def salt_in(code: str) -> bytes:
    """The salt of a code, however it is spaced. Raises ``UsageError`` ``recognition.salt``."""
    plain = "".join(c for c in code.upper() if c.isascii() and c.isalnum())
    plain = plain.replace("0", "O").replace("1", "I").replace("8", "B")
    try:
        whole = base64.b32decode(plain[:200])
    except binascii.Error:
        whole = b""
    salt, check = whole[:-_CHECK], whole[-_CHECK:]
    if len(salt) != SECRET_BYTES or hashlib.sha256(salt).digest()[:_CHECK] != check:
        raise UsageError("recognition.salt", "This is no code of the ledger as it was made.")
    return salt
