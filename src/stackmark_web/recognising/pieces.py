"""Files of portfolios: ``DATA/recognition``, each under the SHA-256 of its bytes.

A file is written whole or not at all. It goes when no row names it any more and it is not new;
so taking one out and adding the same bytes again never meet.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Final

from django.conf import settings

from stackmark.adapters.files import write_atomic
from stackmark_web import clock
from stackmark_web.recognising.models import Piece

UNCLAIMED: Final = 24 * 3600.0  # seconds a file without a row stays
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def folder() -> Path:
    """Where the files lie."""
    return Path(settings.DATA) / "recognition"


def keep(data: bytes) -> str:
    """Store bytes and give their SHA-256; what was there and is damaged is put right."""
    digest = hashlib.sha256(data).hexdigest()
    path = _path(digest)
    if _read(path) == data:
        os.utime(path)  # young again: the sweep leaves it alone until a row names it
        return digest
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomic(path, data, mode=0o600)
    return digest


def content(piece: Piece) -> bytes | None:
    """The bytes that were sealed; None when they are lost or are others now."""
    data = _read(_path(piece.sha256))
    whole = data is not None and hashlib.sha256(data).hexdigest() == piece.sha256
    return data if whole else None


def address(piece: Piece) -> str:
    """The address a portfolio names; who may open it is asked there."""
    return f"{settings.IDENTITY_URL}/recognition/pieces/{piece.pk}"


def remove(digest: str) -> None:
    """Remove one file now unless a row names it. Raises ``OSError``."""
    if not Piece.objects.filter(sha256=digest).exists():
        _path(digest).unlink(missing_ok=True)


def sweep(*, older_than: float = UNCLAIMED) -> int:
    """Remove files that no row names and that are not new; how many went."""
    if not folder().is_dir():
        return 0
    before = clock.now().timestamp() - older_than
    return sum(_sweep(part, before) for part in sorted(folder().iterdir()) if part.is_dir())


def _sweep(part: Path, before: float) -> int:
    rows = Piece.objects.filter(sha256__startswith=part.name)
    named = set(rows.values_list("sha256", flat=True))
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
