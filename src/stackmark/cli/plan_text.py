"""Plans in words for a terminal: what to take and when, then why, then what else there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackmark.cli.audit_text import holdings_told, paragraph, row
from stackmark.cli.console import out, plain, styled

if TYPE_CHECKING:
    from stackmark.cli.audit_sources import Gathered
    from stackmark.planning.goal import Goal
    from stackmark.planning.result import Path, Plan, Relaxation

_MOST = 20


def tell(answer: Plan, goal: Goal, found: Gathered) -> None:
    """The whole answer."""
    text, colour = {
        True: ("There is a plan.", "green"),
        False: ("No: there is no plan within these limits.", "red"),
        None: ("Undecided: whether there is a plan cannot be told.", "yellow"),
    }[answer.feasible]
    out(styled(text, "bold", colour))
    out()
    award = [] if goal.award is None else [goal.award.title or goal.award.id]
    row("Goal", ", ".join([*award, *(one.skill for one in goal.skills)]))
    row("From", answer.at.isoformat())
    row("Holdings", holdings_told(found))
    for path in answer.paths:
        _path(path)
    changes = [one for one in (answer.relaxation, *answer.others) if one is not None]
    if answer.relaxation is not None:
        _change(answer.relaxation)
    paragraph("What else would do", [one.sentence for one in changes[1:]])
    left = [f"{name}: {why}." for name, why in answer.left_out]
    paragraph("Offers left out", left[:_MOST] + ([f"{len(left)} in all."] if left[_MOST:] else []))
    paragraph("Mind", list(answer.notes))


def _change(change: Relaxation) -> None:
    paragraph("The smallest change", [change.sentence])
    if change.path.steps:
        _path(change.path)


def _path(path: Path) -> None:
    out()
    words = "With that" if path.labels[0] not in _LABELS else " and ".join(path.labels).capitalize()
    out(styled(f"{words}: {_amount(path)}, until {path.finish}", "bold"))
    for step in path.steps:
        price = f"{float(step.cost):g} {_code(path)}"
        out(f"    {step.start} to {step.end}  {plain(step.title)}  {price}")
        out(f"        {plain(step.why)}")
    for one in path.skills:
        told = "held already" if one.held else f"a chance of {float(one.chance * 100):.4g} %"
        out(f"    {plain(one.skill)}: {told}")
    for sentence in path.notes:
        out(f"    {plain(sentence)}")


def _amount(path: Path) -> str:
    hours = "" if path.hours is None else f", {float(path.hours):g} hours"
    return f"{float(path.cost):g} {_code(path)}{hours}, {float(path.load):.3g} a week at most"


def _code(path: Path) -> str:
    return plain(path.currency)


_LABELS = ("cheapest", "fastest", "fewest")
