"""``stackmark audit-log check``: a downloaded log by itself and against heads kept elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stackmark.cli.console import out, out_json, plain, styled
from stackmark.cli.guard import NO, OPEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackmark.keys.public import PublicKey
    from stackmark.verification.audit_log import Checked


def check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The log as downloaded: JSON Lines; - for stdin.")
    ],
    head: Annotated[
        list[Path] | None,
        typer.Option("--head", metavar="FILE", help="A signed head kept elsewhere; repeatable."),
    ] = None,
    key: Annotated[
        str,
        typer.Option(
            "--key",
            metavar="MULTIKEY",
            help="The institution's public key, in place of the one that stands in FILE.",
        ),
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> int:
    """Check that an audit log was not changed, cut or reordered.

    Without --head only the log's own order is checked, and the head that stands in FILE: whoever
    can write the whole log anew can make both fit. A head that you kept elsewhere cannot be made
    to fit. What happened after it was signed is not covered by it.

    Exit code: 0 the log holds and fits a head from elsewhere; 1 it does not hold; 3 it holds, but
    no head from elsewhere was given; 2 usage.
    """
    from stackmark.cli.loading import read_input
    from stackmark.keys.public import PublicKey
    from stackmark.verification.audit_log import check_file

    believed = PublicKey.from_multikey(key) if key else None
    tokens = [read_input(path).decode("utf-8", "replace") for path in head or ()]
    checked = check_file(_lines(file), tokens, believed)
    (_as_json if json else _tell)(checked, believed)
    if checked.findings:
        return NO
    return 0 if checked.outside else OPEN


def _lines(path: Path) -> Iterator[bytes]:
    """Line by line, for a log may be larger than memory."""
    import sys

    from stackmark.adapters.files import opener

    if str(path) == "-":
        yield from sys.stdin.buffer
        return
    with opener(path)() as stream:
        yield from stream


def _as_json(checked: Checked, believed: PublicKey | None) -> None:
    out_json(
        {
            "holds": not checked.findings,
            "findings": list(checked.findings),
            "chain": checked.chain,
            "events": checked.events,
            "lastHash": checked.last.hex(),
            "heads": [
                {"seq": one.seq, "signedAt": one.signed_at, "key": one.method}
                for one in checked.heads
            ],
            "headsFromElsewhere": checked.outside,
            "keyGiven": believed is not None,
        }
    )


def _tell(checked: Checked, believed: PublicKey | None) -> None:
    if checked.findings:
        out(styled("The log does not hold.", "bold", "red"))
        for one in checked.findings:
            out(f"  - {plain(one)}")
    elif checked.outside:
        out(styled("The log holds.", "bold", "green"))
    else:
        out(styled("The log holds by itself.", "bold", "yellow"))
        out("  Whether all of it was made anew, only a head kept elsewhere can tell (--head).")
    out()
    out(f"    Log       {plain(checked.chain)}")
    out(f"    Events    {checked.events:,}")
    for head in checked.heads:
        out(f"    Head      event {head.seq:,}, signed {plain(head.signed_at)}")
        out(f"              by {plain(head.method)}")
    if checked.heads and believed is None:
        out("    The key stands in the file. Compare it with the institution's did.json, or --key.")
