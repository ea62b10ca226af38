"""``stackmark check``: whether a design or a credential says what a rule set asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stackmark.cli.beside import beside
from stackmark.cli.console import out, out_json, plain
from stackmark.cli.fetching import DocumentsOption
from stackmark.cli.guard import NO
from stackmark.cli.loading import read_input
from stackmark.errors import StackmarkError, UsageError

if TYPE_CHECKING:
    from stackmark.exchange.shapes import Imported
    from stackmark.ports import Fetcher
    from stackmark.quality.judgement import Judgement
    from stackmark.quality.profile import Profile


def check(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A record, achievement or credential; - for stdin."),
    ] = None,
    profile: Annotated[
        str, typer.Option(metavar="NAME_OR_FILE", help="A profile, or your own file (.toml).")
    ] = "eu-2022",
    json: Annotated[bool, typer.Option("--json", help="All rows as JSON.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Show every row, and where it stands.")] = (
        False
    ),
    list_: Annotated[
        bool, typer.Option("--list", help="List the profiles with their sources.")
    ] = False,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="Judge as of this time or day, not now.")
    ] = None,
    documents: DocumentsOption = None,
) -> int:
    """Check a design or a credential against a set of rules.

    What it says, and what it lacks: nothing is verified here. Any format that can be read: JSON,
    tokens, baked PNG and SVG.

    Exit code: 0 conforms, 1 does not or could not be told, 2 usage. A readiness checklist: 1 when
    a row failed.
    """
    if list_:
        return _list(json=json)
    if file is None:
        raise UsageError("usage.file", "Name a file to check, or --list for the profiles.")
    rules = _profile(profile)
    found = _read(file, documents)
    judged = _judged(found, rules, at)
    if json:
        out_json(judged.to_json(str(file)))
    else:
        from stackmark.cli.check_text import tell

        tell(judged, str(file), whole=all_)
    return _exit_code(judged)


def _profile(name: str) -> Profile:
    """One of ours by its name, else the file of that path."""
    from stackmark.quality.profile import MAX_PROFILE_BYTES, NAMES, named, parse

    path = Path(name)
    if name in NAMES or not (path.suffix or path.is_file()):
        return named(name)
    return parse(read_input(path, MAX_PROFILE_BYTES + 1), path.name)


def _read(file: Path, documents: Path | None) -> Imported:
    from stackmark.exchange.formats import read_record
    from stackmark.reading.received import receive

    tree = receive(read_input(file)).tree
    return read_record(tree, resources=_resources(documents, file, tree))


def _resources(documents: Path | None, file: Path, tree: Mapping[str, Any]) -> Mapping[str, bytes]:
    if documents is None:
        return beside(file, tree)
    from stackmark.adapters.documents import load_map

    return _AtHand(load_map(documents))


class _AtHand(Mapping[str, bytes]):
    """The given documents by address."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    def __getitem__(self, url: str) -> bytes:
        try:
            return self._fetcher.fetch(url)
        except StackmarkError:
            raise KeyError(url) from None

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _judged(found: Imported, rules: Profile, at: str | None) -> Judgement:
    from stackmark.adapters.clock import SystemClock, parse_time
    from stackmark.quality.check import check as judge

    return judge(found, rules, now=SystemClock().now() if at is None else parse_time(at))


def _exit_code(judged: Judgement) -> int:
    if judged.conforms is None:
        return NO if judged.counts["failed"] else 0
    return 0 if judged.conforms else NO


def _list(*, json: bool) -> int:
    from stackmark.quality.profile import NAMES, named

    profiles = [named(name) for name in NAMES]
    if json:
        members = ("id", "title", "source", "version", "reading", "kind", "note")
        out_json([{name: getattr(one, name) for name in members} for one in profiles])
        return 0
    for one in profiles:
        kind = ", a readiness checklist" if one.is_checklist else ""
        reading = "" if one.reading == "official" else ", unofficial reading"
        out(f"{one.id:<17}{plain(one.title)}")
        out(f"{'':<17}{plain(one.source)} ({one.version}{reading}{kind})")
    return 0
