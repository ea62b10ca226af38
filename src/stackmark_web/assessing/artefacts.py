"""The store of what was handed in: ``DATA/artefacts``, each file under the SHA-256 of its bytes.

A file is written whole or not at all and flushed before its row is. It goes when no row names it
any more: ``sweep`` looks from time to time, so that taking a draft back and handing in the same
bytes again never meet.
"""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from pathlib import Path
from typing import Final

from django.conf import settings

from stackmark.adapters.files import write_atomic
from stackmark_web import clock
from stackmark_web.assessing.models import Artefact

UNCLAIMED: Final = 24 * 3600.0  # seconds a file without a row stays
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_PATH: Final = "/evidence/"


def folder() -> Path:
    """Where the files lie."""
    return Path(settings.DATA) / "artefacts"


def digest_of(data: bytes) -> str:
    """The SHA-256 of bytes, as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def keep(data: bytes) -> str:
    """Store bytes and give their SHA-256; what was there and is damaged is put right.

    Raises ``UsageError`` ``usage.file`` when the disk refuses.
    """
    digest = digest_of(data)
    path = _path(digest)
    if _read(path) == data:
        os.utime(path)  # young again: the sweep leaves it alone until a row names it
        return digest
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomic(path, data, mode=0o600)
    return digest


def content(artefact: Artefact) -> bytes:
    """The bytes that ``sha256`` is of where there is no file: the text, or the address."""
    if artefact.kind == Artefact.Kind.TEXT:
        return artefact.text.encode()
    return " ".join(filter(None, (artefact.url, artefact.text))).encode()


def stored(artefact: Artefact) -> bytes | None:
    """What is kept of it now; None when that is lost or was erased. It may have been changed."""
    if artefact.state in (Artefact.State.ERASED, Artefact.State.REFUSED):
        return None
    if artefact.kind != Artefact.Kind.FILE:
        return content(artefact)
    return _read(_path(artefact.sha256))


def is_whole(artefact: Artefact) -> bool:
    """Whether what is kept is still what was sealed."""
    data = stored(artefact)
    return data is not None and digest_of(data) == artefact.sha256


def public_url(artefact: Artefact) -> str:
    """The address credentials name; who may open it is asked there."""
    return f"{settings.IDENTITY_URL}{_PATH}{artefact.pk}"


def artefact_at(url: str) -> Artefact | None:
    """The sealed artefact of an address below ours; None for any other address."""
    for base in (settings.IDENTITY_URL, settings.PUBLIC_URL):
        if url.startswith(f"{base}{_PATH}"):
            try:
                key = uuid.UUID(url.removeprefix(f"{base}{_PATH}").rstrip("/"))
            except ValueError:
                return None
            return Artefact.objects.filter(pk=key).select_related("attempt").first()
    return None


def at(url: str) -> bytes | None:
    """What is kept behind an address of ours now; None when it is none or is lost."""
    found = artefact_at(url)
    return None if found is None else stored(found)


def remove(digest: str) -> None:
    """Remove one file now unless a living row names it. Raises ``OSError``."""
    rows = Artefact.objects.filter(kind=Artefact.Kind.FILE, sha256=digest)
    if not rows.exclude(state__in=(Artefact.State.ERASED, Artefact.State.REFUSED)).exists():
        _path(digest).unlink(missing_ok=True)


def sweep(*, older_than: float = UNCLAIMED) -> int:
    """Remove files that no row names and that are not new; how many went."""
    if not folder().is_dir():
        return 0
    gone = 0
    for part in sorted(folder().iterdir()):
        if part.is_dir():
            gone += _sweep(part, clock.now().timestamp() - older_than)
    return gone


def _sweep(part: Path, before: float) -> int:
    rows = Artefact.objects.filter(kind=Artefact.Kind.FILE, sha256__startswith=part.name)
    live = rows.exclude(state__in=(Artefact.State.ERASED, Artefact.State.REFUSED))
    named = set(live.values_list("sha256", flat=True))
    gone = 0
    for path in part.iterdir():
        if path.name not in named and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _path(digest: str) -> Path:
    if not _DIGEST.fullmatch(digest):
        raise ValueError("not a SHA-256")
    return folder() / digest[:2] / digest


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
