"""The facts document of a version: what has no home in Open Badges 3.0, bound by its digest.

Every credential of a version names it under ``relatedResource`` (VC Data Model 2.0, section 5.3).
Its bytes are kept in ``DATA/facts`` under the version and the beginning of their SHA-256, which is
their public address as well, so that an address never gives other bytes: were they made in another
way one day, they would have another address. Serving one touches no database.
"""

from __future__ import annotations

import hashlib
import logging
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from stackmark.adapters.files import read_limited, write_atomic
from stackmark.errors import StackmarkError
from stackmark.exchange.ob3 import facts
from stackmark.exchange.ob3.read import native
from stackmark.limits import MAX_FETCH_BYTES
from stackmark.model.record import Record
from stackmark_web.catalogue.models import AchievementVersion

_NAME: Final = re.compile(r"[0-9a-f]{8}")
_LOG: Final = logging.getLogger(__name__)
_MOST: Final = 256  # kept


@dataclass(frozen=True, slots=True)
class FactsDocument:
    """A document: its address, its bytes, and the entry that binds a credential to it."""

    url: str
    data: bytes

    @property
    def binding(self) -> dict[str, Any]:
        """The relatedResource entry."""
        return facts.binding(self.url, self.data)


_MADE: Final[dict[uuid.UUID, FactsDocument | None]] = {}


def of_version(version: AchievementVersion) -> FactsDocument | None:
    """The document of a published version, kept from now on; None where there is nothing to add."""
    made = _made(version)
    if made is None:
        return None
    path = _path(version.achievement_id, version.number or 0, _name_of(made.data))
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, made.data)
    return made


def _made(version: AchievementVersion) -> FactsDocument | None:
    """Worked out from what is frozen in the version, once in a process."""
    if version.pk not in _MADE:
        if len(_MADE) >= _MOST:
            _MADE.clear()
        _MADE[version.pk] = _laid(version)
    return _MADE[version.pk]


def _laid(version: AchievementVersion) -> FactsDocument | None:
    record = Record.from_json({"achievement": version.content}).to_json()
    signed = native(version.signable).to_json()
    laid = facts.overlay(record, {"achievement": signed["achievement"]})
    if not laid:
        return None
    data = facts.document(laid)
    return FactsDocument(facts.address(str(version.signable["id"]), data), data)


def _name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:8]


def _path(achievement: uuid.UUID | str, number: int, name: str) -> Path:
    folder: Path = settings.DATA / "facts"
    return folder / f"{achievement}-{number}-{name}.json"


def document(achievement: uuid.UUID, number: int, name: str) -> bytes | None:
    """The bytes at an address, from their file; made again if it was lost. None: there is none."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return read_limited(_path(achievement, number, name), MAX_FETCH_BYTES)
    except StackmarkError:
        return _again(achievement, number, name)


def _again(achievement: uuid.UUID, number: int, name: str) -> bytes | None:
    rows = AchievementVersion.everywhere.filter(
        achievement_id=achievement, number=number, state=AchievementVersion.State.PUBLISHED
    )
    version = rows.first()
    made = None if version is None else _made(version)
    if made is None or _name_of(made.data) != name:
        return None
    _LOG.info("facts document %s of %s made again", name, achievement)
    return made.data
