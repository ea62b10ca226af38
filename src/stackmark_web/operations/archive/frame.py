"""The outer frame of a backup: plain with a check sum, or sealed with a passphrase.

Plain: a tar file packed with gzip (``tar xzf`` opens it), then ``SMK1`` and the SHA-256 of all
before. Sealed: one line of JSON, then pieces of 1 MiB under AES-256-GCM with a key that scrypt
(RFC 7914) makes from the passphrase; each nonce holds the number of the piece and whether it is
the last, so that pieces can be neither cut off, left out nor exchanged (STREAM; Hoang and others,
2015).
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from stackmark.errors import UsageError

PIECE: Final = 1024 * 1024
_TAG: Final = 16
_MAGIC: Final = b"stackmark sealed backup 1\n"
_TRAILER: Final = b"SMK1"
_LAST: Final = len(_TRAILER) + 32
_COST: Final = {"n": 2**15, "r": 8, "p": 1}
_MOST: Final = {"n": 2**20, "r": 32, "p": 16}  # a file from elsewhere must not eat the memory
_HEAD: Final = 1024


def damaged(what: str) -> UsageError:
    """The error for a file that is not as it was written."""
    return UsageError(
        "backup.damaged", f"The backup is damaged: {what}. Nothing was changed; take another one."
    )


class PlainWriter(io.RawIOBase):
    """Passes bytes on and puts their digest at the end."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._digest = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._digest.update(piece)
        self._out.write(piece)
        return len(piece)

    def finish(self) -> None:
        """Write the trailer; without it the file is known to be cut."""
        self._out.write(_TRAILER + self._digest.digest())


class SealedWriter(io.RawIOBase):
    """Seals piece by piece."""

    def __init__(self, out: IO[bytes], passphrase: bytes) -> None:
        salt, prefix = os.urandom(16), os.urandom(7)
        head = {"salt": salt.hex(), "prefix": prefix.hex(), **_COST}
        line = _MAGIC + orjson.dumps(head, option=orjson.OPT_SORT_KEYS)
        key, check = _keys(passphrase, salt, _COST)
        self._head = line + b" " + _check(check, line) + b"\n"
        self._out, self._key, self._prefix = out, AESGCM(key), prefix
        self._number, self._rest = 0, bytearray()
        out.write(self._head)

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._rest += piece
        while len(self._rest) > PIECE:  # one whole piece may turn out to be the last
            self._seal(bytes(self._rest[:PIECE]), last=False)
            del self._rest[:PIECE]
        return len(piece)

    def finish(self) -> None:
        """Seal the last piece, marked as such."""
        self._seal(bytes(self._rest), last=True)
        self._rest.clear()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last=last)
        self._out.write(self._key.encrypt(nonce, piece, self._head))
        self._number += 1


class _Reader(io.RawIOBase):
    """Gives what ``more()`` gives, until it gives nothing."""

    def __init__(self, more: Callable[[], bytes], file: IO[bytes]) -> None:
        self._more, self._rest, self._file = more, b"", file

    def close(self) -> None:
        """The file as well."""
        self._file.close()
        super().close()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        if not self._rest:
            self._rest = self._more()
        taken = self._rest[: len(view)]
        view[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)


def is_sealed(path: Path) -> bool:
    """Whether a passphrase is needed. Raises ``UsageError`` when the file cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise UsageError("usage.file", f"{path} could not be read: {error.strerror}.") from None


def reader(path: Path, passphrase: bytes | None) -> IO[bytes]:
    """The tar file inside, checked: the plain one before the first byte, the sealed as it comes.

    Raises ``UsageError``: ``backup.passphrase``, ``backup.damaged``, ``usage.file``.
    """
    if is_sealed(path):
        if passphrase is None:
            raise UsageError(
                "backup.passphrase",
                f"{path.name} is sealed. Say where its passphrase is: --passphrase-file FILE",
            )
        return _open_sealed(path, passphrase)
    return _open_plain(path)


def _open_plain(path: Path) -> IO[bytes]:
    size = path.stat().st_size - _LAST
    digest = hashlib.sha256()
    with path.open("rb") as file:
        left = size
        while left > 0 and (piece := file.read(min(PIECE, left))):
            digest.update(piece)
            left -= len(piece)
        trailer = file.read()
    if size < 0 or trailer != _TRAILER + digest.digest():
        raise damaged("it is cut off or changed, or it is no backup of Stackmark")
    return _limited(path.open("rb"), size)


def _limited(file: IO[bytes], size: int) -> IO[bytes]:
    left = [size]

    def more() -> bytes:
        piece = file.read(min(PIECE, left[0]))
        left[0] -= len(piece)
        return piece

    return io.BufferedReader(_Reader(more, file))


def _open_sealed(path: Path, passphrase: bytes) -> IO[bytes]:
    file = path.open("rb")
    head = file.readline(_HEAD) + file.readline(_HEAD)
    try:
        line, _, check = head.rpartition(b" ")
        told = orjson.loads(line.removeprefix(_MAGIC))
        cost = {name: int(told[name]) for name in _COST}
        salt, prefix = bytes.fromhex(told["salt"]), bytes.fromhex(told["prefix"])
        if any(not 1 <= cost[name] <= _MOST[name] for name in _COST) or len(prefix) != 7:
            raise ValueError
        key, second = _keys(passphrase, salt, cost)
    except (ValueError, KeyError, TypeError):
        file.close()
        raise damaged("its first lines cannot be read") from None
    if not hmac.compare_digest(_check(second, line), check.strip()):
        file.close()
        raise UsageError(
            "backup.passphrase",
            "The passphrase does not open this backup (or its first lines are damaged). "
            "Nothing was changed.",
        )
    return io.BufferedReader(_Reader(_unsealing(file, AESGCM(key), prefix, head), file))


def _unsealing(file: IO[bytes], key: AESGCM, prefix: bytes, head: bytes) -> Callable[[], bytes]:
    ahead, number = [file.read(PIECE + _TAG)], [0]

    def more() -> bytes:
        if not ahead[0]:
            if number[0] == 0:
                raise damaged("it is cut off")
            return b""
        piece, ahead[0] = ahead[0], file.read(PIECE + _TAG)
        nonce = _nonce(prefix, number[0], last=not ahead[0])
        number[0] += 1
        try:
            return key.decrypt(nonce, piece, head)
        except InvalidTag:
            raise damaged(f"piece {number[0]} is changed or the file is cut off") from None

    return more


def _keys(passphrase: bytes, salt: bytes, cost: dict[str, int]) -> tuple[bytes, bytes]:
    made = Scrypt(salt=salt, length=64, **cost).derive(passphrase)
    return made[:32], made[32:]


def _check(key: bytes, line: bytes) -> bytes:
    return hmac.new(key, line, hashlib.sha256).hexdigest().encode()


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])
