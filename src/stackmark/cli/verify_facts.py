"""The facts label under the checks of ``stackmark verify``: what the document states."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from stackmark.cli.console import out, plain

if TYPE_CHECKING:
    from stackmark.exchange.told import Facts
    from stackmark.verification.artefacts import Piece

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
