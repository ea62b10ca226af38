"""The separate signer: ``python -m stackmark_web.tenancy.signers.process --keys FOLDER …``.

Run it as another user than the web server, with the key folder and its passphrase readable by
that user only. It signs what it is asked to and never says a private key. Without ``--socket``
it talks over standard input and output (``STACKMARK_SIGNER=command:…``); with it, over a socket
that its group may use (``STACKMARK_SIGNER=unix:PATH``). It needs no database and no network.
"""

from __future__ import annotations

import argparse
import os
import socketserver
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from stackmark.errors import StackmarkError
from stackmark.keys.multibase import MultibaseError, b64url_decode, b64url_encode
from stackmark_web.tenancy.signers.files import FileStore

_MAX_LINE: Final = 16 * 1024 * 1024  # a long document is signed whole as Ed25519 has it


def answer(store: FileStore, line: bytes) -> bytes:
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


def _make(store: FileStore, question: dict[str, Any]) -> dict[str, Any]:
    made = store.make(
        algorithm=question["algorithm"], did=question["did"], method_id=question["method"]
    )
    return {"key": made.location, "publicKeyMultibase": made.public_key.to_multikey()}


def _sign(store: FileStore, question: dict[str, Any]) -> dict[str, Any]:
    data = b64url_decode(question["data"])
    signature = store.open(question["key"]).sign(data, digest=question.get("digest"))
    return {"signature": b64url_encode(signature)}


_OPERATIONS: Final = {"make": _make, "sign": _sign}


def serve(store: FileStore, source: BinaryIO, sink: BinaryIO) -> None:
    """Answer line by line until the other side ends."""
    while line := source.readline(_MAX_LINE):
        sink.write(answer(store, line))
        sink.flush()


def listen(store: FileStore, path: Path) -> None:
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
    parser.add_argument("--keys", type=Path, required=True, help="folder of the key files")
    parser.add_argument("--passphrase-file", type=Path, required=True)
    parser.add_argument("--socket", type=Path, help="where to listen; else standard input")
    given = parser.parse_args(arguments)
    try:
        passphrase = given.passphrase_file.read_bytes().strip()
    except OSError as error:
        parser.error(f"{given.passphrase_file} cannot be read: {error.strerror}.")
    if not passphrase:
        parser.error(f"{given.passphrase_file} is empty; put a long passphrase into it.")
    store = FileStore(given.keys, passphrase)
    if given.socket:
        listen(store, given.socket)
    else:
        serve(store, sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
