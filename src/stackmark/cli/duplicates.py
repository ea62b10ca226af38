"""``stackmark duplicates``: which achievements of a catalogue say the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stackmark.cli.console import note, out, out_json, plain, styled
from stackmark.cli.guard import NO
from stackmark.cli.progress import Bar
from stackmark.errors import StackmarkError, UsageError

if TYPE_CHECKING:
    from stackmark.quality.duplicates import Entry, Found, Pair

_UNREAD_SHOWN = 20


def duplicates(
    catalogue: Annotated[
        Path, typer.Argument(metavar="CATALOGUE", help="One achievement or credential a line.")
    ],
    threshold: Annotated[
        str,
        typer.Option(
            "--threshold", metavar="SHARE", help="Report from this share of weighted skill ids on."
        ),
    ] = "0.8",
    text_threshold: Annotated[
        str,
        typer.Option(
            "--text-threshold", metavar="SHARE", help="The same for words, where ids are missing."
        ),
    ] = "0.65",
    method: Annotated[
        str,
        typer.Option(
            "--method",
            metavar="METHOD",
            help="exact, minhash (for very many, may miss some), or auto.",
        ),
    ] = "auto",
    json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> int:
    """Find achievements that say the same as others.

    A pair asks its designer for a reason; it is no verdict. Exit 1 when there are pairs, or lines
    that cannot be read, each of which is named.
    """
    from stackmark.quality.duplicates import find_duplicates

    shares = _share(threshold), _share(text_threshold)
    entries, faults = _read(catalogue)
    if not entries and not faults:
        raise UsageError("usage.file", f"There is no achievement in {catalogue}.")
    with Bar("Comparing") as bar:
        found = find_duplicates(
            entries,
            threshold=shares[0],
            text_threshold=shares[1],
            method=method,
            step=bar.step,
        )
    if json:
        out_json(_json(found, entries, faults))
    else:
        _tell(found, entries)
    for line, fault in faults:
        note(f"stackmark: line {line}: {plain(fault.detail)} [{fault.reason}]")
    return NO if found.pairs or faults else 0


def _share(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(
            "usage.threshold", f"{text[:20]!r} is no threshold; write one like 0.8."
        ) from None


def _read(path: Path) -> tuple[list[Entry], list[tuple[int, StackmarkError]]]:
    from stackmark.cli.sources import lines_of

    entries: list[Entry] = []
    faults: list[tuple[int, StackmarkError]] = []
    with Bar("Reading") as bar:
        for number, line in lines_of(path):
            try:
                entries.append(_entry(line, number))
            except StackmarkError as fault:
                faults.append((number, fault))
            bar.step()
    return entries, faults


def _entry(line: bytes | StackmarkError, number: int) -> Entry:
    from stackmark.exchange.formats import read_record
    from stackmark.quality.duplicates import entry_of
    from stackmark.reading.received import receive

    if isinstance(line, StackmarkError):
        raise line
    return entry_of(read_record(_tree(line, receive)).record, f"line {number}")


def _tree(line: bytes, receive: Any) -> Any:
    """Our own records are plain JSON; all else comes in the wrappings of credentials."""
    from stackmark.errors import ReadError
    from stackmark.model.strict_json import parse_json

    if line[:1] != b"{":
        return receive(line).tree
    tree = parse_json(line)
    if not isinstance(tree, dict):
        raise ReadError("read.not-object", "This is no JSON object.")
    return tree


def _tell(found: Found, entries: list[Entry]) -> None:
    for pair in found.pairs:
        _tell_pair(pair, entries)
    for family in found.families:
        names = ", ".join(_name(entries[one]) for one in family[:_UNREAD_SHOWN])
        more = f" and {len(family) - _UNREAD_SHOWN:,} more" if len(family) > _UNREAD_SHOWN else ""
        out(f"A family of {len(family):,}: {names}{more}")
    out(_summary(found, entries))
    for one in found.unread[:_UNREAD_SHOWN]:
        out(f"  could not tell: {_name(entries[one])} has too few skill ids and words")
    if len(found.unread) > _UNREAD_SHOWN:
        out(f"  and {len(found.unread) - _UNREAD_SHOWN:,} more")


def _tell_pair(pair: Pair, entries: list[Entry]) -> None:
    way = "and" if pair.both else "stands in"
    what = "skills" if pair.method == "skills" else f"words ({pair.language})"
    score = f"{pair.score:.2f}" if pair.both else f"{pair.score:.2f}, {pair.back:.2f} back"
    out(styled(f"{_name(entries[pair.a])} {way} {_name(entries[pair.b])}", "bold"))
    out(f"  {score} by {what}: {plain(', '.join(pair.shared))}")


def _name(entry: Entry) -> str:
    return f"{entry.key} ({plain(entry.name)})" if entry.name else entry.key


def _summary(found: Found, entries: list[Entry]) -> str:
    compared = len(entries) - len(found.unread)
    what = (
        f"{len(found.pairs):,} pair{'s' * (len(found.pairs) != 1)} among {compared:,} achievements"
    )
    if found.exact:
        return f"{what}, all compared."
    crowd = f"; {found.crowded:,} had more look-alikes than were compared" if found.crowded else ""
    return f"{what}, found by MinHash, which may miss some{crowd}."


def _json(
    found: Found, entries: list[Entry], faults: list[tuple[int, StackmarkError]]
) -> dict[str, Any]:
    def of(number: int) -> dict[str, Any]:
        line = int(entries[number].key.removeprefix("line "))
        return {"line": line, "name": entries[number].name}

    return {
        "pairs": [
            {
                "a": of(pair.a),
                "b": of(pair.b),
                "score": round(pair.score, 4),
                "back": round(pair.back, 4),
                "direction": "both" if pair.both else "a-in-b",
                "method": pair.method,
                "language": pair.language or None,
                "shared": list(pair.shared),
            }
            for pair in found.pairs
        ],
        "families": [[of(one) for one in family] for family in found.families],
        "could_not_tell": [of(one) for one in found.unread],
        "unreadable": [
            {"line": line, "reason": fault.reason, "sentence": fault.detail}
            for line, fault in faults
        ],
        "achievements": len(entries),
        "exact": found.exact,
        "crowded": found.crowded,
    }
