"""An audit in words for a terminal: the verdict first, then why, then what would change it."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from stackmark.cli.console import out, plain, styled

if TYPE_CHECKING:
    from stackmark.cli.audit_sources import Gathered
    from stackmark.stacking.result import Ageing, Audit
    from stackmark.stacking.rules import Rules

_WIDTH: Final = 76
_COLOURS: Final = {"yes": "green", "no": "red", "undecided": "yellow"}


def tell(answer: Audit, rules: Rules, found: Gathered) -> None:
    """The whole answer."""
    names = {one.id: one.name for one in found.holdings}
    out(styled(_headline(answer, rules), "bold", _COLOURS[answer.verdict]))
    out()
    row("Award", rules.id or rules.title or "not named")
    row("As of", answer.at.isoformat())
    row("Holdings", holdings_told(found))
    paragraph("Why", list(answer.explanation))
    change = [answer.smallest_change.sentence] if answer.smallest_change else []
    for title, rows in (
        ("Missing", [one.sentence for one in answer.shortfalls]),
        ("Not known", [one.sentence for one in answer.unknown]),
        ("What would change it", change),
    ):
        paragraph(title, [one for one in rows if one not in answer.explanation])
    if answer.witness is not None:
        rows = [f"{names[one.holding]} for {one.leaf}" for one in answer.witness.uses]
        paragraph("Which serves what", rows)
    paragraph("Unused", [names[one] for one in answer.unused])
    paragraph("Ageing", [_ageing(one, names) for one in answer.ageing])


def _headline(answer: Audit, rules: Rules) -> str:
    award = plain(rules.title or rules.id or "The award")
    return {
        "yes": f"Yes: {award} is earned.",
        "no": f"No: {award} is not earned.",
        "undecided": f"Undecided: whether {award} is earned cannot be told.",
    }[answer.verdict]


def holdings_told(found: Gathered) -> str:
    """How many are verified, and how many stated."""
    stated = len(found.holdings) - found.verified
    parts = [f"{found.verified} verified"] if found.verified else []
    parts += [f"{stated} stated, which nobody verified"] if stated else []
    return " and ".join(parts) or "none"


def _ageing(one: Ageing, names: dict[str, str]) -> str:
    why = f" for {one.rule}" if one.rule else ""
    return f"{names[one.holding]} counts{why} until {one.until}."


def row(label: str, value: str) -> None:
    """A fact with its label."""
    out(f"    {label:<10}{plain(value)}")


def paragraph(title: str, rows: list[str]) -> None:
    """A list with its title, where there is anything in it."""
    if not rows:
        return
    out()
    out(f"{title}:")
    for text in rows:
        first, *more = wrap(plain(text), _WIDTH) or [""]
        out(f"  - {first}")
        for line in more:
            out(f"    {line}")
