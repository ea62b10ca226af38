"""The separate signer: ``python -m stackmark_web.tenancy.signers.process --keys FOLDER …``.

Run it as another user than the web server, with the key folder and its passphrase, or the PIN of
a PKCS #11 device (``--pkcs11 ADDRESS``), readable by that user only. It signs what it is asked to
and never says a private key. Without ``--socket`` it talks over standard input and output
(``STACKMARK_SIGNER=command:…``); with it, over a socket that its group may use
(``STACKMARK_SIGNER=unix:PATH``). It needs no database and no network.
"""

from __future__ import annotations

import argparse
import os
import socketserver
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

import orjson

from stackmark.errors import StackmarkError
from stackmark.keys.multibase import MultibaseError, b64url_decode, b64url_encode
from stackmark_web.tenancy.signers import Made
from stackmark_web.tenancy.signers.files import FileStore
from stackmark_web.tenancy.signers.pkcs11_store import Pkcs11Store

_MAX_LINE: Final = 16 * 1024 * 1024  # a long document is signed whole as Ed25519 has it


class _Key(Protocol):
    """Signs, wherever it is."""

    def sign(self, data: bytes, *, digest: str | None = None) -> bytes: ...


class Keeper(Protocol):
    """Makes keys and opens them by name: ``FileStore`` or ``Pkcs11Store``."""

    def make(self, *, algorithm: str, did: str, method_id: str) -> Made: ...
    def open(self, location: str) -> _Key: ...


def answer(store: Keeper, line: bytes) -> bytes:
    """The answer to one line; what is wrong with it is said, never raised."""
    number: Any = None
    try:
        question = orjson.loads(line)
        number = question.get("id")
        said = _OPERATIONS[question["op"]](store, question)
    except StackmarkError as error:
        said = {"error": error.detail}
    except (KeyError, TypeError, ValueError, AttributeError, MultibaseError, OSError):
        said = {"error": "The question cannot be understood."}
    return orjson.dumps({"id": number, **said}) + b"\n"


def _make(store: Keeper, question: dict[str, Any]) -> dict[str, Any]:
    made = store.make(
        algorithm=question["algorithm"], did=question["did"], method_id=question["method"]
    )
    return {"key": made.location, "publicKeyMultibase": made.public_key.to_multikey()}


def _sign(store: Keeper, question: dict[str, Any]) -> dict[str, Any]:
    data = b64url_decode(question["data"])
    signature = store.open(question["key"]).sign(data, digest=question.get("digest"))
    return {"signature": b64url_encode(signature)}


_OPERATIONS: Final = {"make": _make, "sign": _sign}


def serve(store: Keeper, source: BinaryIO, sink: BinaryIO) -> None:
    """Answer line by line until the other side ends."""
    while line := source.readline(_MAX_LINE):
        sink.write(answer(store, line))
        sink.flush()


def listen(store: Keeper, path: Path) -> None:
    """Answer over a socket, many connections at once."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            serve(store, self.rfile, self.wfile)

    path.unlink(missing_ok=True)
    before = os.umask(0o007)
    try:
        server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
    finally:
        os.umask(before)
    server.daemon_threads = True
    with server:
        server.serve_forever()


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description="Signs for Stackmark; keeps its private keys.")
    parser.add_argument("--keys", type=Path, help="folder of the key files")
    parser.add_argument("--passphrase-file", type=Path, help="what opens the key files")
    parser.add_argument("--pkcs11", help="a PKCS #11 device instead: pkcs11:token=… (RFC 7512)")
    parser.add_argument("--socket", type=Path, help="where to listen; else standard input")
    given = parser.parse_args(arguments)
    store = _keeper(given, parser)
    if given.socket:
        listen(store, given.socket)
    else:
        serve(store, sys.stdin.buffer, sys.stdout.buffer)


def _keeper(given: argparse.Namespace, parser: argparse.ArgumentParser) -> Keeper:
    """The one place of keys that was named."""
    if bool(given.pkcs11) == bool(given.keys and given.passphrase_file):
        parser.error("give --keys with --passphrase-file, or --pkcs11.")
    if given.pkcs11:
        try:
            return Pkcs11Store(given.pkcs11)
        except StackmarkError as error:
            parser.error(error.detail)
    try:
        passphrase = given.passphrase_file.read_bytes().strip()
    except OSError as error:
        parser.error(f"{given.passphrase_file} cannot be read: {error.strerror}.")
    if not passphrase:
        parser.error(f"{given.passphrase_file} is empty; put a long passphrase into it.")
    return FileStore(given.keys, passphrase)


if __name__ == "__main__":
    main()
