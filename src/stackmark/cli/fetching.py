"""Which documents a command may use: given ones, the network, or none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stackmark.errors import UsageError

if TYPE_CHECKING:
    from stackmark.adapters.documents import CountingFetcher
    from stackmark.ports import Fetcher

DocumentsOption = Annotated[
    Path | None,
    typer.Option(
        metavar="MAP.json",
        help="A JSON object from URL to file or document, or a passport's zip; when given, the "
        "only network there is, and believed.",
    ),
]
ExportedOption = Annotated[
    bool,
    typer.Option(
        "--as-exported",
        help="Of the zip of a passport: judge it by the copies it brings along, as of the day it "
        "was made, with no network at all.",
    ),
]
OfflineOption = Annotated[bool, typer.Option("--offline", help="Use no network at all.")]
AllowHostOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host",
        metavar="HOST:PORT",
        help="Let plain http and inside addresses through for this host; for trying things out.",
    ),
]


@dataclass(frozen=True, slots=True)
class Network:
    """What a run may ask: ``fetcher`` for anything, ``at_hand`` only for what was given."""

    fetcher: Fetcher
    at_hand: Fetcher | None
    counter: CountingFetcher | None = None
    copies: str | None = None  # when the documents were exported, where their map tells

    def next_source(self) -> None:
        """The limit on requests counts from here again."""
        if self.counter is not None:
            self.counter.count = 0


def passport_in(sources: list[str]) -> Path | None:
    """The map of documents of the passport that is the only source; None when it is none.

    A zip, or the folder of an unpacked one.
    """
    from stackmark.adapters.documents import passport_map

    return passport_map(Path(sources[0])) if len(sources) == 1 else None


def exported(sources: list[str]) -> Path:
    """The same, or ``UsageError`` ``usage.passport``."""
    found = passport_in(sources)
    if found is None:
        raise UsageError(
            "usage.passport",
            "--as-exported goes with one exported zip, or the folder it was unpacked into; this "
            "brings no documents.json along.",
        )
    return found


def network(documents: Path | None, *, offline: bool, allow_hosts: list[str] | None) -> Network:
    """The network of a run by its options."""
    from stackmark.adapters.documents import CachingFetcher, CountingFetcher, OfflineFetcher

    if documents is not None:
        from stackmark.adapters.documents import load_map, map_made_at

        given = load_map(documents)
        return Network(given, given, copies=map_made_at(documents))
    if offline:
        return Network(OfflineFetcher(), None)
    from stackmark.adapters.fetcher import HttpFetcher

    counter = CountingFetcher(CachingFetcher(HttpFetcher(allow_hosts or ())))
    return Network(counter, None, counter)
