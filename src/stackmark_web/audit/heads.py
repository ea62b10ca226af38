"""Signed heads: how long a chain was at an instant, in the hand of others too.

The keys are higher up, so tenancy hands in who signs (``provide``). A head is kept in the database
and, the last of each chain, as a file in the data folder: who has rights to the database alone
cannot make that fit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction

from stackmark.adapters.files import read_limited, write_atomic
from stackmark.errors import StackmarkError
from stackmark.keys.public import PublicKey
from stackmark.verification.audit_log import Head, check_head, read_head
from stackmark_web import clock
from stackmark_web.audit.chaining import instant
from stackmark_web.audit.models import SERVER, Chain, SignedHead

FOLDER: Final = "audit-heads"  # in the data folder; not older than the database beside it
EVERY: Final = timedelta(minutes=1)
KEPT: Final = timedelta(days=30)  # each; older ones: the last of a day
_MAX_TOKEN: Final = 20_000
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keeper:
    """What the room with the keys lends: sign a head, find a key, say whose a chain is."""

    sign: Callable[[Head], str]  # raises StackmarkError
    key: Callable[[str, str], PublicKey | None]  # of a chain, by the name of the key
    name: Callable[[str], str]


_keepers: Final[list[Keeper]] = []  # one, as soon as Django is ready


def provide(keeper: Keeper) -> None:
    """Hand in who signs heads."""
    _keepers[:] = [keeper]


def name_of(chain: str) -> str:
    """Whose log a chain is, in words."""
    return _keepers[0].name(chain) if _keepers and chain != SERVER else chain


def sign_due() -> int:
    """Sign every chain that grew since its last head, each at most once a minute. How many."""
    return sum(_sign(chain) for chain in Chain.objects.exclude(name=SERVER) if _due(chain))


def _due(chain: Chain) -> bool:
    last = chain.heads.first()
    if last is None:
        return chain.seq > 0
    return chain.seq > last.seq and last.signed_at <= clock.now() - EVERY


def _sign(chain: Chain) -> bool:
    """One head; a signer that is away is told to the log, and the next minute tries again."""
    if not _keepers:
        return False
    server = Chain.objects.filter(name=SERVER, seq__gt=0).first()
    head = Head(
        chain=chain.name,
        seq=chain.seq,
        hash=bytes(chain.hash),
        signed_at=instant(clock.now()),
        server=(server.seq, bytes(server.hash)) if server else None,
    )
    try:
        token = _keepers[0].sign(head)
        with transaction.atomic():
            SignedHead.objects.create(chain=chain, seq=head.seq, signed_at=clock.now(), token=token)
        write_atomic(file_of(chain.name), token.encode())
    except IntegrityError:  # another worker signed it in this moment
        return False
    except (StackmarkError, OSError) as error:
        _LOG.warning("the head of the audit log %s was not signed: %s", chain.name, error)
        return False
    return True


def file_of(chain: str) -> Path:
    """Where the last head of a chain is kept beside the database."""
    folder = Path(settings.DATA / FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{chain}.jwt"


def kept_files() -> Iterator[tuple[str, str]]:
    """Chain and token of every head that is kept as a file."""
    folder = Path(settings.DATA / FOLDER)
    for path in sorted(folder.glob("*.jwt")) if folder.is_dir() else ():
        try:
            yield path.stem, read_limited(path, _MAX_TOKEN).decode("utf-8", "replace")
        except StackmarkError as error:
            _LOG.warning("a kept head could not be read: %s", error)


def checked(token: str, chain: str) -> Head:
    """A head of this chain whose signature is good.

    Raises ``StackmarkError`` saying what is wrong with it.
    """
    named = read_head(token)
    key = _keepers[0].key(chain, named.method) if _keepers else None
    if key is None:
        raise StackmarkError("signer.none", f"Nobody here has the key {named.method}.")
    return _verified(token, key)


@lru_cache(maxsize=256)
def _verified(token: str, key: PublicKey) -> Head:
    """The same bytes under the same key are verified once a process."""
    return check_head(token, key)


def let_go_of_old() -> int:
    """Of heads older than a month keep the last of each day. How many went."""
    rows = SignedHead.objects.filter(signed_at__lt=clock.now() - KEPT).order_by("chain", "-seq")
    kept: set[tuple[int, object]] = set()
    gone = []
    for pk, chain, at in rows.values_list("pk", "chain_id", "signed_at"):
        day = (chain, at.date())
        if day in kept:
            gone.append(pk)
        kept.add(day)
    SignedHead.objects.filter(pk__in=gone[:5_000]).delete()
    return len(gone)


def ends() -> dict[str, int]:
    """How many events each chain has now."""
    return dict(Chain.objects.values_list("name", "seq"))


def accept_restored(known: dict[str, int] | None = None) -> list[str]:
    """After a backup was restored: put heads aside that know more than the database.

    ``known``: how long the chains were in the backup (``ends``), before the restore wrote more.
    They are kept under another name. Returns the chains they were of.
    """
    lengths = ends() if known is None else known
    aside = []
    for chain, token in kept_files():
        if read_head(token).seq > lengths.get(chain, 0):
            path = file_of(chain)
            path.rename(path.with_suffix(f".before-restore-{clock.now():%Y%m%dT%H%M%S}"))
            aside.append(chain)
    return aside
