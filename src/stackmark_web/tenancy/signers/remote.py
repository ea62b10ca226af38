"""A signer in another process, asked by one JSON line for each signature.

Lines of UTF-8, one question and one answer each::

    {"id": 1, "op": "make", "algorithm": "ed25519", "did": …, "method": …}
    {"id": 1, "key": "northfield-key-1", "publicKeyMultibase": "z6Mk…"}
    {"id": 2, "op": "sign", "key": "northfield-key-1", "data": base64url, "digest": null}
    {"id": 2, "signature": base64url}          or   {"id": 2, "error": "one sentence"}

Whatever is late, cut or not an answer to our question ends the connection, and every signature
is checked against the public key before anyone gets it: a wrong one is never stored.
"""

from __future__ import annotations

import os
import select
import shlex
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson

from stackmark.errors import CheckFailed, StackmarkError
from stackmark.keys.multibase import MultibaseError, b64url_decode, b64url_encode
from stackmark.keys.public import PublicKey
from stackmark_web.tenancy.signers import Made

SECONDS: Final = 15.0  # a device in a safe may be slow; a dead one must not hold a page for ever
_MAX_LINE: Final = 64 * 1024
_BLOCK: Final = 64 * 1024


class _Pipe(Protocol):
    """A connection: writes bytes, waits for bytes, ends."""

    def send(self, data: bytes) -> None: ...
    def receive(self, seconds: float) -> bytes: ...
    def close(self) -> None: ...


class _Child:
    """A program of ours, talked to over its standard input and output."""

    def __init__(self, command: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - the operator's own setting, no shell
            shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )

    def send(self, data: bytes) -> None:
        self._process.stdin.write(data)  # type: ignore[union-attr]  # PIPE was asked for

    def receive(self, seconds: float) -> bytes:
        out = self._process.stdout.fileno()  # type: ignore[union-attr]  # PIPE was asked for
        if not select.select([out], [], [], seconds)[0]:
            raise TimeoutError
        return os.read(out, _BLOCK)

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        self._process.kill()
        self._process.wait()


class _Socket:
    """A process that listens on a socket of this machine."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(SECONDS)
        try:
            self._socket.connect(path)
        except OSError:
            self._socket.close()
            raise

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self, seconds: float) -> bytes:
        self._socket.settimeout(seconds)
        return self._socket.recv(_BLOCK)

    def close(self) -> None:
        self._socket.close()


class Line:
    """One connection to a signer, made when needed and again after a failure or a fork."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._pipe: _Pipe | None = None
        self._owner = 0
        self._count = 0

    def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one question. Raises ``StackmarkError``."""
        with self._lock:
            try:
                return self._exchange(question)
            except (OSError, ValueError) as error:
                self._drop()
                raise _unavailable(error) from error

    def close(self) -> None:
        """End the connection."""
        with self._lock:
            self._drop()

    def _exchange(self, question: Mapping[str, Any]) -> dict[str, Any]:
        pipe = self._connected()
        self._count += 1
        pipe.send(orjson.dumps({"id": self._count, **question}) + b"\n")
        answer = orjson.loads(_line(pipe))
        if not isinstance(answer, dict) or answer.get("id") != self._count:
            raise ValueError("the answer does not belong to the question")
        if isinstance(answer.get("error"), str):
            raise StackmarkError("signer.refused", f"The signer refused: {answer['error'][:300]}")
        return answer

    def _connected(self) -> _Pipe:
        if self._pipe is not None and self._owner != os.getpid():
            self._pipe = None  # after a fork the parent goes on using it; it is not ours to close
        if self._pipe is None:
            kind, _, rest = self._address.partition(":")
            self._pipe = _Child(rest) if kind == "command" else _Socket(rest)
            self._owner = os.getpid()
        return self._pipe

    def _drop(self) -> None:
        if self._pipe is not None and self._owner == os.getpid():
            self._pipe.close()
        self._pipe = None


def _line(pipe: _Pipe) -> bytes:
    """Everything up to the end of the line, within the time."""
    deadline = time.monotonic() + SECONDS
    got = b""
    while not got.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        block = pipe.receive(left)
        got += block
        if not block or len(got) > _MAX_LINE or b"\n" in got[:-1]:
            raise ValueError("the signer ended or said more than one line")
    return got


def _unavailable(error: Exception) -> StackmarkError:
    why = "it did not answer in time" if isinstance(error, TimeoutError) else "no answer from it"
    return StackmarkError(
        "signer.unavailable",
        f"The signer cannot be reached ({why}). Nothing was signed; start it and try again.",
    )


_lines: Final[dict[str, Line]] = {}


def line_to(address: str) -> Line:
    """The one connection of this process to a signer."""
    if address.partition(":")[0] not in ("command", "unix"):
        raise StackmarkError(
            "signer.setting",
            "STACKMARK_SIGNER is not file, command:PROGRAM, unix:PATH or pkcs11:TOKEN.",
        )
    return _lines.setdefault(address, Line(address))


@dataclass(frozen=True, slots=True)
class RemoteSigner:
    """``ports.Signer`` over a line; crosses a process pool, since it holds names only."""

    address: str
    location: str
    public_key: PublicKey

    @property
    def algorithm(self) -> str:
        """As ``ports.Signer``."""
        return self.public_key.algorithm

    def sign(self, data: bytes, *, digest: str | None = None) -> bytes:
        """The signature over ``data``, checked before it is handed on."""
        question = {"op": "sign", "key": self.location, "data": b64url_encode(data)}
        answer = line_to(self.address).ask({**question, "digest": digest})
        made = _bytes(answer.get("signature"))
        if not self.public_key.verify(made, data, digest=digest):
            raise StackmarkError(
                "signer.wrong-signature",
                "The signer gave a signature that does not fit the published key. Nothing was "
                "stored; check which key it holds.",
            )
        return made


class ProcessStore:
    """Keys that only the other process ever sees."""

    kind = "process"

    def __init__(self, address: str) -> None:
        self._address = address

    def make(self, *, algorithm: str, did: str, method_id: str) -> Made:
        """Ask for a new key, and for a signature that shows it is there."""
        question = {"op": "make", "algorithm": algorithm, "did": did, "method": method_id}
        answer = line_to(self._address).ask(question)
        location, multibase = answer.get("key"), answer.get("publicKeyMultibase")
        if not isinstance(location, str) or not isinstance(multibase, str):
            raise StackmarkError("signer.refused", "The signer made no key that could be used.")
        try:
            public = PublicKey.from_multikey(multibase)
        except CheckFailed as error:
            raise StackmarkError("signer.refused", error.detail) from None
        self.signer(location, public).sign(f"{did} uses this key".encode())
        return Made(public, location)

    def signer(self, location: str, public_key: PublicKey) -> RemoteSigner:
        """What asks the other process for signatures."""
        return RemoteSigner(self._address, location, public_key)


def _bytes(value: Any) -> bytes:
    try:
        return b64url_decode(value if isinstance(value, str) else "")
    except MultibaseError:
        return b""
