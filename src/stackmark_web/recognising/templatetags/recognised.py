"""How figures and pieces are shown on this capability's pages."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from django import template

from stackmark.recognition.decision import VERDICTS
from stackmark.recognition.statistics import Line
from stackmark_web.recognising import ledger_showing as showing

register = template.Library()


@register.filter
def cells(line: Line, labels: Sequence[Any]) -> list[tuple[Any, int | None]]:
    """The counts of a line, each with the words of its verdict."""
    return [(label, line.verdicts[word]) for word, label in zip(VERDICTS, labels, strict=True)]


@register.filter
def share(value: Fraction) -> str:
    """A share in whole percent; all and none only where it is so."""
    percent = round(value * 100)
    if 0 < value < 1:
        percent = min(99, max(1, percent))
    return f"{percent} %"


@register.filter
def body_name(did: str) -> str:
    """The name of a body of this server; its id for any other."""
    return showing.body_name(did)
