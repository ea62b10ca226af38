"""The tree of rules as a drawing: boxes from left to right, joined by lines; moved ones stay put.

Attributes only, no styles: the content policy allows none. Whatever it shows stands in the list
beside it too; a script lets its boxes be dragged.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from stackmark.stacking import rules as r
from stackmark_web.pathways.shown import Row, Shown

WIDE: Final = 224
_GAP_X: Final = 56
_GAP_Y: Final = 16
_PAD: Final = 14
_LINE: Final = 18
_CHARS: Final = 31  # of a sentence in one line of a box
_LINES: Final = 4
_EDGE: Final = 12  # round the whole


@dataclass(slots=True)
class Box:
    """A rule in the drawing."""

    id: str
    tone: str  # award (the top), group, leaf, capstone
    heading: str
    lines: list[tuple[int, str]]  # where each line stands, and its words
    x: int
    y: int
    high: int
    bad: bool = False
    wide: int = WIDE
    parent: str = ""
    pinned: bool = False  # somebody chose its place

    @property
    def middle(self) -> int:
        """Half its height."""
        return self.high // 2


@dataclass(slots=True)
class Line:
    """What joins two boxes: ``part`` (of a group) or ``before`` (an order)."""

    start: str
    end: str
    path: str
    kind: str = "part"


@dataclass(slots=True)
class Drawing:
    """Everything the template needs."""

    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    wide: int = 0
    high: int = 0


def draw(shown: Shown, layout: Mapping[str, Any]) -> Drawing:
    """The drawing of a version; ``layout`` has the places somebody chose."""
    boxes: dict[str, Box] = {}
    _place(shown.top, "", _EDGE, boxes, shown)
    for name, box in boxes.items():
        chosen = layout.get(name)
        if isinstance(chosen, list) and len(chosen) == 2:
            box.x, box.y, box.pinned = int(chosen[0]), int(chosen[1]), True
    made = Drawing(boxes=list(boxes.values()))
    made.lines = [_join(boxes[box.parent], box) for box in made.boxes if box.parent]
    made.lines += _orders(shown.rules, boxes)
    made.wide = max(box.x + WIDE for box in made.boxes) + _EDGE
    made.high = max(box.y + box.high for box in made.boxes) + _EDGE
    return made


def _place(row: Row, parent: str, top: int, boxes: dict[str, Box], shown: Shown) -> int:
    """Put a rule and all below it from ``top`` on; where the next one may begin."""
    box = _box(row, parent, shown.rules.title)
    boxes[row.id] = box
    box.x = _EDGE + row.depth * (WIDE + _GAP_X)
    if not row.rows:
        box.y = top
        return top + box.high + _GAP_Y
    end = top
    for one in row.rows:
        end = _place(one, row.id, end, boxes, shown)
    first, last = boxes[row.rows[0].id], boxes[row.rows[-1].id]
    box.y = max(top, (first.y + first.middle + last.y + last.middle) // 2 - box.middle)
    return max(end, box.y + box.high + _GAP_Y)


def _box(row: Row, parent: str, award: str) -> Box:
    title = row.title or ("" if parent else award)
    heading = _cut(" ".join(title.split()), 28)
    lines = _wrapped(row.sentence)
    top = _PAD + 14
    rows = [(top + (_LINE + 4 if heading else 0) + n * _LINE, one) for n, one in enumerate(lines)]
    high = rows[-1][0] + _PAD
    if row.is_group:
        tone = "group" if parent else "award"
    else:
        tone = "capstone" if row.word == "capstone" else "leaf"
    bad = any(one.tone == "bad" for one in row.findings)
    return Box(row.id, tone, heading, rows, 0, 0, high, bad=bad, parent=parent)


def _wrapped(text: str) -> list[str]:
    lines = textwrap.wrap(text, _CHARS, drop_whitespace=False) or [""]
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], f"{lines[_LINES - 1][: _CHARS - 1].rstrip()}…"]
    return lines


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _join(one: Box, other: Box) -> Line:
    return Line(one.id, other.id, _curve(one, other))


def _curve(one: Box, other: Box) -> str:
    """From the right edge of one to the left edge of the other; the script draws the same."""
    x1, y1 = one.x + WIDE, one.y + one.middle
    x2, y2 = other.x, other.y + other.middle
    bend = max(24, abs(x2 - x1) // 2)
    return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"


def _orders(rules: r.Rules, boxes: Mapping[str, Box]) -> list[Line]:
    """Dashed lines between rules whose achievements have an order."""
    by_aim: dict[str, str] = {}
    for leaf in rules.leaves():
        for aim in leaf.select.achievement:
            by_aim.setdefault(aim, leaf.id)
    pairs = [pair for one in rules.limits if isinstance(one, r.Before) for pair in one.pairs]
    ends = dict.fromkeys((by_aim.get(a, ""), by_aim.get(b, "")) for a, b in pairs)
    return [
        Line(a, b, _beside(boxes[a], boxes[b]), "before") for a, b in ends if a and b and a != b
    ]


def _beside(one: Box, other: Box) -> str:
    """Round the right edges of both."""
    x1, y1 = one.x + WIDE, one.y + one.middle
    x2, y2 = other.x + WIDE, other.y + other.middle
    out = max(x1, x2) + 28
    return f"M{x1} {y1}C{out} {y1} {out} {y2} {x2} {y2}"
