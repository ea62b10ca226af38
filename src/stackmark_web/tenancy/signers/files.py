"""Encrypted key files in a folder: the default store, and the heart of the separate signer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from stackmark.adapters.files import read_limited, write_private
from stackmark.adapters.randomness import SystemRandom
from stackmark.errors import StackmarkError
from stackmark.keys.keyfile import MAX_FILE_BYTES, NONCE_BYTES, SALT_BYTES, open_keyfile, seal
from stackmark.keys.private import PrivateKey
from stackmark.keys.public import PublicKey
from stackmark_web.tenancy.signers import Made

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,80}\.key")
_opened: Final[dict[tuple[str, str], PrivateKey]] = {}


class FileStore:
    """One sealed file a key; an opened key stays in this process's memory."""

    kind = "file"

    def __init__(self, folder: Path | None = None, passphrase: bytes | None = None) -> None:
        if folder is None or passphrase is None:
            from django.conf import settings

            folder = settings.DATA / "keys"
            passphrase = settings.KEY_PASSPHRASE.encode()
        self._folder = folder
        self._passphrase = passphrase

    def make(self, *, algorithm: str, did: str, method_id: str) -> Made:
        """A new key, sealed in a file of its own before anybody hears of it."""
        random = SystemRandom()
        private = PrivateKey.generate(algorithm)
        location = f"{word_of(method_id)}-{random.bytes(6).hex()}.key"
        sealed = seal(
            private,
            passphrase=self._passphrase,
            did=did,
            method_id=method_id,
            salt=random.bytes(SALT_BYTES),
            nonce=random.bytes(NONCE_BYTES),
        )
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self._folder / location, sealed)
        _opened[str(self._folder), location] = private
        return Made(private.public_key, location)

    def signer(self, location: str, public_key: PublicKey) -> PrivateKey:
        """The key of a file, if it is the one whose public half is known."""
        private = self.open(location)
        if private.public_key != public_key:
            raise StackmarkError(
                "signer.other-key",
                f"The key file {location} holds another key than the published one; restore it.",
            )
        return private

    def open(self, location: str) -> PrivateKey:
        """The key of a file, opened once a process."""
        if not _NAME.fullmatch(location):
            raise StackmarkError("signer.location", "That is not the name of a key file.")
        where = str(self._folder), location
        if where not in _opened:
            _opened[where] = open_keyfile(self._read(location), passphrase=self._passphrase).private
        return _opened[where]

    def _read(self, location: str) -> bytes:
        try:
            return read_limited(self._folder / location, MAX_FILE_BYTES)
        except StackmarkError:
            raise StackmarkError(
                "signer.missing",
                f"The key file {location} is missing or cannot be read; restore it from a backup.",
            ) from None


def word_of(method_id: str) -> str:
    """A part of a name by which an operator knows the key, at most 60 characters."""
    path, _, fragment = method_id.rpartition("#")
    word = re.sub(r"[^a-z0-9]+", "-", f"{path.rpartition(':')[2]}-{fragment}".lower())
    return word.strip("-")[:60] or "key"
