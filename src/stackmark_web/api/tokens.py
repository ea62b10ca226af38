"""The form of a token: ``smk_``, 16 signs that name it, ``_``, 32 secret signs, 6 of a checksum.

The secret part holds 190 unpredictable bits. Programs that look for lost secrets know a token by
its beginning and its checksum (as GitHub's are known), and a mistyped one is told apart without
asking the database.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import zlib
from typing import Final

PREFIX: Final = "smk_"
_SIGNS: Final = string.digits + string.ascii_letters
_ID: Final = 16
_SECRET: Final = 32
_SUM: Final = 6
SHAPE: Final = re.compile(
    rf"{PREFIX}([0-9A-Za-z]{{{_ID}}})_([0-9A-Za-z]{{{_SECRET}}})([0-9A-Za-z]{{{_SUM}}})"
)


def new() -> tuple[str, str]:
    """A new token, and the part of it that names it."""
    name = _random(_ID)
    begun = f"{PREFIX}{name}_{_random(_SECRET)}"
    return begun + _checksum(begun), name


def name_of(token: str) -> str:
    """The readable part of a well-formed token; empty for anything else."""
    found = SHAPE.fullmatch(token)
    if found is None or not hmac.compare_digest(_checksum(token[:-_SUM]), found[3]):
        return ""
    return found[1]


def digest(token: str) -> str:
    """What is stored of a token. It is random and long, so one fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def fits(token: str, kept: str) -> bool:
    """Whether this is the token that was stored."""
    return hmac.compare_digest(digest(token), kept)


def _random(length: int) -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(length))


def _checksum(text: str) -> str:
    number = zlib.crc32(text.encode())
    signs = ""
    for _ in range(_SUM):
        number, place = divmod(number, len(_SIGNS))
        signs = _SIGNS[place] + signs
    return signs
