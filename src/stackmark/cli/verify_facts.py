"""The facts label under the checks of ``stackmark verify``: what the document states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from stackmark.cli.console import out, plain

if TYPE_CHECKING:
    from stackmark.ports import Fetcher
    from stackmark.quality.facts_label import Fact
    from stackmark.verification.artefacts import Matched, Piece

_MAX: Final = 10  # files a document is bound to that are looked for
_WIDTH: Final = 70  # letters of a line of a value
_LONGEST: Final = 280  # letters of a value
_STATES: Final = {
    "compared": "sealed: yes, compared and unchanged",
    "changed": "sealed: yes, and CHANGED since: the file at hand is not what was signed",
    "lost": "sealed: yes, but the file that ought to be there is gone",
    "not-at-hand": "sealed: yes; the file is not at hand (see --evidence)",
    "unreadable": "sealed: its digest cannot be read",
    "not-sealed": "sealed: no",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The rows, addresses of files that would say more and are not at hand, and the evidence."""

    rows: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()
    evidence: tuple[Piece, ...] = ()

    def to_json(self) -> list[dict[str, Any]]:
        """The rows as ``--json`` shows them."""
        return [one.to_json() for one in self.rows]


def read_facts(data: bytes, at_hand: Fetcher | None, matched: Matched | None = None) -> Facts:
    """The label of a document in any known form; no rows for what says nothing of learning.

    ``matched`` are files of its evidence (``artefacts.match``).
    """
    from stackmark.errors import StackmarkError
    from stackmark.exchange.formats import read_record
    from stackmark.quality.facts_label import label
    from stackmark.reading.received import receive
    from stackmark.verification.artefacts import Matched, WithFiles, pieces
    from stackmark.verification.words import open_received

    try:
        received = receive(data)
        tree = received.tree if received.kind in ("ob2", "sealed") else open_received(received)[0]
        found = read_record(
            tree, resources=_resources(tree, WithFiles(matched or Matched(), at_hand))
        )
    except StackmarkError:
        return Facts()
    return Facts(label(found.record), found.missing, pieces(tree, at_hand, matched))


def _resources(tree: Mapping[str, Any], at_hand: Fetcher) -> dict[str, bytes]:
    """The files it is bound to that were given; nobody is asked for one."""
    from stackmark.errors import CouldNotTell
    from stackmark.verification.structure import as_list

    found: dict[str, bytes] = {}
    for one in as_list(tree.get("relatedResource"))[:_MAX]:
        url = one.get("id") if isinstance(one, Mapping) else None
        if isinstance(url, str):
            try:
                found[url] = at_hand.fetch(url)
            except CouldNotTell:
                continue
    return found


def tell_facts(facts: Facts, *, refused: bool) -> None:
    """The rows that say something; the others by name behind them."""
    if not facts.rows:
        return
    _tell_rows(facts, refused=refused)
    _tell_evidence(facts.evidence)


def _tell_evidence(evidence: tuple[Piece, ...]) -> None:
    """Each piece of evidence, its digest, and whether its file is the sealed one."""
    if not evidence:
        return
    out()
    out("  Evidence:")
    for one in evidence:
        out(f"    {plain(_short(one.name or one.url or 'without a name'))}")
        if one.name and one.url:
            out(f"      {plain(one.url)}")
        if one.sha256:
            out(f"      SHA-256 {one.sha256}")
        file = f" ({plain(one.file)})" if one.file else ""
        out(f"      {_STATES[one.state]}{file}")


def _tell_rows(facts: Facts, *, refused: bool) -> None:
    out()
    known = [one for one in facts.rows if one.state != "unknown"]
    if not known:
        out(
            "  Facts: all unknown; the document states none of the facts label (--json lists them)."
        )
        return
    claim = (
        "as it claims them; nothing vouches for it" if refused else "as the document states them"
    )
    out(f"  Facts, {claim}:")
    for one in known:
        note = f" ({one.note})" if one.code in ("level", "credit") and one.note else ""
        _tell_row(one.label, plain(one.value + note))
    if len(known) < len(facts.rows):
        unknown = (one.label.lower() for one in facts.rows if one.state == "unknown")
        _tell_row("Unknown", ", ".join(unknown))
    for url in facts.missing[:_MAX]:
        out(f"    More is in {plain(url)}, which is not at hand (see --documents).")


def _tell_row(label: str, value: str) -> None:
    """A label and its value, in lines of a terminal's width."""
    first, *more = wrap(_short(value), _WIDTH) or [""]
    out(f"    {label:<22}{first}")
    for line in more:
        out(f"{'':26}{line}")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
