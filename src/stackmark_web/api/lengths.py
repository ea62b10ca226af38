"""Bodies whose length nobody said, and bodies that are too long to be taken."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final

from django.http import HttpRequest

LONGEST: Final = 12 * 1024 * 1024  # bytes; no address of ours takes more
_DRAINED: Final = 32 * 1024 * 1024
_PIECE: Final = 64 * 1024
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def measured(application: Application) -> Application:
    """Give a body its length that came without: in pieces (chunked), or over HTTP/2.

    Django takes one without a length for empty, so what somebody asked for would be left undone
    without a word. One that is too long is cut one byte beyond what any address takes: it is then
    refused for its length.
    """

    def measuring(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if _is_unmeasured(environ):
            data = _read(environ["wsgi.input"], LONGEST + 1)
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(data), str(len(data))
            environ.pop("HTTP_TRANSFER_ENCODING", None)
        return application(environ, start)

    return measuring


def _is_unmeasured(environ: dict[str, Any]) -> bool:
    """Whether a body may be there, its end is told by the server, and its length by nobody."""
    if environ.get("CONTENT_LENGTH") or environ["REQUEST_METHOD"] not in _WITH_BODY:
        return False
    return bool(environ.get("wsgi.input_terminated") or environ.get("HTTP_TRANSFER_ENCODING"))


def _read(stream: Any, most: int) -> bytes:
    pieces, left = [], most
    while left and (piece := stream.read(min(left, _PIECE))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def drain(request: HttpRequest) -> None:
    """Take a body that is refused off the wire: many clients read no answer before all is sent."""
    left = _DRAINED
    with suppress(OSError):
        while left > 0 and (piece := request.read(_PIECE)):
            left -= len(piece)
