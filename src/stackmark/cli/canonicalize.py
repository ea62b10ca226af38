"""``stackmark canonicalize``: the bytes that get hashed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stackmark.cli.console import out_bytes
from stackmark.cli.loading import MAX_INPUT, read_input
from stackmark.errors import UsageError

if TYPE_CHECKING:
    from stackmark.canonical.nquads import Quad


def canonicalize(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON-LD, JSON or N-Quads; - for stdin.")
    ],
    as_: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="FORM",
            help="rdfc (RDFC-1.0), jcs (RFC 8785), or nquads: the statements, not relabelled.",
        ),
    ] = "rdfc",
    hash_: Annotated[
        str, typer.Option("--hash", metavar="HASH", help="sha256 or sha384, inside RDFC-1.0.")
    ] = "sha256",
) -> None:
    """Print the canonical form of a document.

    That and nothing else. A proof in the document is taken as any other member.
    """
    if as_ not in ("rdfc", "jcs", "nquads"):
        raise UsageError("usage.form", f'"{as_[:40]}" is no form; use rdfc, jcs or nquads.')
    data = read_input(file)
    if as_ == "jcs":
        from stackmark.canonical.jcs import jcs

        out_bytes(jcs(_json(data)))
        return
    quads = _quads(data, file)
    if as_ == "nquads":
        from stackmark.canonical.nquads import line

        out_bytes("".join(sorted({line(quad) for quad in quads})).encode())
        return
    from stackmark.canonical.rdfc import canonicalize_quads

    out_bytes(canonicalize_quads(quads, algorithm=hash_).text.encode())


def _quads(data: bytes, file: Path) -> list[Quad]:
    if _is_json(data, file):
        from stackmark.canonical.emitter import to_quads

        return to_quads(_json(data))
    from stackmark.canonical.nquads import parse_nquads
    from stackmark.errors import ReadError

    try:
        return parse_nquads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ReadError("read.encoding", f"Byte {error.start} is not UTF-8.") from None


def _is_json(data: bytes, file: Path) -> bool:
    """By the first character: no N-Quads line starts with a brace or bracket."""
    head = data[:1024].lstrip(b" \t\r\n\xef\xbb\xbf")
    if head:
        return head[:1] in b"{["
    return file.suffix in (".json", ".jsonld")


def _json(data: bytes) -> Any:
    from stackmark.model.strict_json import parse_json

    return parse_json(data, max_bytes=MAX_INPUT)
