"""HTTP/1.1 as one bounded question and one bounded answer (RFC 9112).

Our own, because the standard library's client reads heads and chunks without a total deadline
and forgives what two readers can understand differently.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stackmark.errors import CouldNotTell
from stackmark.limits import FETCH_HEADER_BYTES

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from stackmark.adapters.resolver import Deadline

_BLOCK: Final = 64 * 1024  # bytes asked from the socket at once
_MAX_CHUNK_LINE: Final = 256  # bytes; size and extensions of one chunk
_MAX_INTERIM: Final = 4  # 1xx answers before the real one
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [\x20-\x7e\x80-\xff\t]*)?")
_FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\x80-\xff\t]*)")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?")


class Wire:
    """A connected socket read with a total deadline. ``host`` is for sentences only."""

    def __init__(self, sock: socket.socket, *, deadline: Deadline, host: str) -> None:
        self._socket = sock
        self._deadline = deadline
        self._buffer = bytearray()
        self.host = host

    def send(self, data: bytes) -> None:
        """All of ``data``. Raises ``OSError``."""
        self._socket.settimeout(self._deadline.left())
        self._socket.sendall(data)

    def peek(self, count: int) -> bytes:
        """The next ``count`` bytes, fewer when the answer ends, without taking them."""
        while len(self._buffer) < count and self._more():
            pass
        return bytes(self._buffer[:count])

    def until(self, mark: bytes, *, limit: int) -> bytes:
        """The bytes before ``mark``, which is taken too; ``fetch.too-large`` past ``limit``."""
        seen = 0
        while (end := self._buffer.find(mark, max(0, seen - len(mark) + 1))) < 0:
            seen = len(self._buffer)
            if seen > limit:
                raise self.fault("too-large", f"its head has over {limit:,} bytes")
            self._need_more()
        if end > limit:
            raise self.fault("too-large", f"its head has over {limit:,} bytes")
        return self._take(end, len(mark))

    def exactly(self, count: int) -> bytes:
        """The next ``count`` bytes; ``fetch.connection`` when there are fewer."""
        while len(self._buffer) < count:
            self._need_more()
        return self._take(count)

    def rest(self, *, limit: int) -> bytes:
        """Everything up to the end of the connection; ``fetch.too-large`` past ``limit``."""
        while self._more():
            if len(self._buffer) > limit:
                break
        if len(self._buffer) > limit:
            raise self.too_large(limit)
        return self._take(len(self._buffer))

    def fault(self, slug: str, why: str) -> CouldNotTell:
        """An error saying what is wrong with the answer of this host."""
        return CouldNotTell(f"fetch.{slug}", f"The answer of {self.host} was not used: {why}.")

    def too_large(self, limit: int) -> CouldNotTell:
        """The error for a body above ``limit`` bytes."""
        return self.fault("too-large", f"it has over {limit:,} bytes")

    def _take(self, count: int, skip: int = 0) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[: count + skip]
        return taken

    def _need_more(self) -> None:
        if not self._more():
            raise self.fault("connection", "the connection ended in the middle of it")

    def _more(self) -> bool:
        """Whether another block came; a TLS end without its goodbye may be a cut by a stranger."""
        self._socket.settimeout(self._deadline.left())
        try:
            block = self._socket.recv(_BLOCK)
        except ssl.SSLError as error:  # older OpenSSL bindings name the cut by its reason only
            if not isinstance(error, ssl.SSLEOFError) and "EOF" not in str(error).upper():
                raise
            raise self.fault("connection", "the connection was cut in the middle of it") from None
        self._buffer += block
        return bool(block)


@dataclass(frozen=True, slots=True)
class Head:
    """Status code and header fields (names in lower case, values as sent) of one answer."""

    status: int
    fields: tuple[tuple[str, str], ...]

    def values(self, name: str) -> list[str]:
        """Every value of the field ``name``, stripped and in lower case."""
        return [value.strip().lower() for field, value in self.fields if field == name]


def ask(wire: Wire, *, authority: str, target: str, agent: str, accept: str, limit: int) -> bytes:
    """The body behind ``target``: at most ``limit`` bytes of a plain 200 answer to one GET.

    Raises ``CouldNotTell`` with reasons ``fetch.protocol``, ``fetch.redirect``,
    ``fetch.status``, ``fetch.encoding``, ``fetch.too-large``, ``fetch.connection``; ``OSError``
    and ``TimeoutError`` from the socket.
    """
    wire.send(_question("GET", target, authority, agent, (("Accept", accept),)))
    head = _read_head(wire)
    _check_head(wire, head)
    return _read_body(wire, head, limit)


def tell(
    wire: Wire,
    *,
    authority: str,
    target: str,
    agent: str,
    fields: Sequence[tuple[str, str]],
    body: bytes,
    keep: int,
) -> tuple[int, bytes]:
    """Post ``body`` with further head ``fields``: status and the first ``keep`` bytes said back.

    Every status is an answer, a redirect too; it is not followed. Raises ``CouldNotTell`` and
    ``OSError`` as ``ask``, but not for what comes after the head: that only ends what is kept.
    """
    length = ("Content-Length", str(len(body)))
    wire.send(_question("POST", target, authority, agent, (*fields, length)) + body)
    head = _read_head(wire)
    try:
        said = _read_start(wire, head, keep)
    except (CouldNotTell, OSError):
        said = b""
    return head.status, said


def _question(
    method: str, target: str, authority: str, agent: str, fields: Sequence[tuple[str, str]]
) -> bytes:
    lines = (
        f"{method} {target} HTTP/1.1",
        f"Host: {authority}",
        f"User-Agent: {agent}",
        *(f"{name}: {value}" for name, value in fields),
        "Accept-Encoding: identity",
        "Connection: close",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


def _read_start(wire: Wire, head: Head, keep: int) -> bytes:
    """The first bytes of a body; a chunked one is read up to its first chunk."""
    if head.values("transfer-encoding"):
        line = _CHUNK.fullmatch(wire.until(b"\r\n", limit=_MAX_CHUNK_LINE))
        return wire.peek(min(keep, int(line[1], 16))) if line else b""
    lengths = head.values("content-length")
    if lengths and re.fullmatch(r"[0-9]{1,18}", lengths[0]):
        keep = min(keep, int(lengths[0]))
    return wire.peek(keep)


def _read_head(wire: Wire) -> Head:
    """The first answer that is not an interim one (RFC 9110 section 15.2)."""
    for _ in range(_MAX_INTERIM + 1):
        start = wire.peek(7)
        if not start:
            raise wire.fault("connection", "the connection ended before it")
        if start != b"HTTP/1.":
            raise wire.fault("protocol", "it is not HTTP/1")
        head = _parse_head(wire, wire.until(b"\r\n\r\n", limit=FETCH_HEADER_BYTES))
        if head.status >= 200:
            return head
    raise wire.fault("protocol", f"it starts with over {_MAX_INTERIM} interim answers")


def _parse_head(wire: Wire, head: bytes) -> Head:
    first, *lines = head.split(b"\r\n")
    status = _STATUS_LINE.fullmatch(first)
    fields = [_FIELD.fullmatch(line) for line in lines]
    if status is None or None in fields:
        raise wire.fault("protocol", "its head is not well-formed HTTP")
    pairs = ((f[1].decode("ascii").lower(), f[2].decode("latin-1")) for f in fields if f)
    return Head(int(status[1]), tuple(pairs))


def _check_head(wire: Wire, head: Head) -> None:
    if 300 <= head.status < 400:
        raise wire.fault(
            "redirect", f"it is a redirect ({head.status}); use the address it leads to"
        )
    if head.status == 410:
        raise wire.fault("gone", "it was withdrawn (410 Gone)")
    if head.status != 200:
        raise wire.fault("status", f"its status is {head.status}, not 200")
    if any(value not in ("", "identity") for value in head.values("content-encoding")):
        raise wire.fault("encoding", "it is compressed, though plain bytes were asked for")


def _read_body(wire: Wire, head: Head, limit: int) -> bytes:
    """The body, framed as RFC 9112 section 6.3 says; two framings at once are refused."""
    codings = head.values("transfer-encoding")
    lengths = set(head.values("content-length"))
    if codings and (codings != ["chunked"] or lengths):
        raise wire.fault("protocol", "it says in two ways where it ends")
    if codings:
        return _read_chunks(wire, limit)
    if not lengths:
        return wire.rest(limit=limit)
    length = lengths.pop()
    if lengths or not re.fullmatch(r"[0-9]{1,18}", length):
        raise wire.fault("protocol", "its Content-Length is not one number")
    if int(length) > limit:
        raise wire.too_large(limit)
    return wire.exactly(int(length))


def _read_chunks(wire: Wire, limit: int) -> bytes:
    """A chunked body (RFC 9112 section 7.1); the trailer is read past and thrown away."""
    body = bytearray()
    while True:
        line = _CHUNK.fullmatch(wire.until(b"\r\n", limit=_MAX_CHUNK_LINE))
        if line is None:
            raise wire.fault("protocol", "one of its chunks has no size")
        size = int(line[1], 16)
        if size == 0:
            break
        if len(body) + size > limit:
            raise wire.too_large(limit)
        body += wire.exactly(size)
        if wire.exactly(2) != b"\r\n":
            raise wire.fault("protocol", "one of its chunks is longer than it says")
    left = FETCH_HEADER_BYTES
    while trailer := wire.until(b"\r\n", limit=left):
        left -= len(trailer)
        if left <= 0:
            raise wire.fault("too-large", "its trailer does not end")
    return bytes(body)
