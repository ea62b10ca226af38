"""Plots as SVG text: figures in, a drawing and the table that says the same out.

Pure. Colours are classes of ``facts.css``, so that dark mode and the content security policy hold;
every text is escaped. 360 units wide, so that letters stay readable on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from django.utils.safestring import mark_safe

_WIDE: Final = 360.0
_LEFT, _RIGHT, _TOP = 34.0, 348.0, 24.0
_SHADES: Final = 5
_LETTERS: Final = 14  # of an item's name beside its point


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing and the same as a table; ``svg`` is safe markup."""

    name: str
    title: str
    svg: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in a plot, in the reader's language. ``more`` are words of single parts."""

    title: str
    desc: str
    x: str = ""
    y: str = ""
    header: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bin:
    """Scores from ``low`` up to ``high``; no count where there are too few to be told."""

    low: float
    high: float
    count: int | None


@dataclass(frozen=True, slots=True)
class Spot:
    """An item on the map."""

    name: str
    x: float
    y: float
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Whisker:
    """A value with its interval; no value where there is none."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int


def bins_of(scores: Iterable[float], *, width: float = 10.0, small: int = 0) -> list[Bin]:
    """Scores of 0 to 100 in bins; counts from 1 to below ``small`` are not told."""
    number = round(100 / width)
    counts = [0] * number
    for one in scores:
        counts[min(int(one / width + 1e-9), number - 1)] += 1
    return [
        Bin(at * width, (at + 1) * width, count)
        for at, count in enumerate(suppressed(counts, small))
    ]


def suppressed(counts: Sequence[int], small: int) -> list[int | None]:
    """Counts without those from 1 to below ``small``, nor what gives them away.

    Where the total is known, one hidden count could be worked out: then the smallest shown one is
    hidden too, until two or more are hidden that make ``small`` together.
    """
    hidden = {at for at, count in enumerate(counts) if 0 < count < small}
    while hidden and (len(hidden) < 2 or sum(counts[at] for at in hidden) < small):
        left = [at for at, count in enumerate(counts) if count and at not in hidden]
        if not left:
            break
        hidden.add(min(left, key=lambda at: (counts[at], at)))
    return [None if at in hidden else count for at, count in enumerate(counts)]


def distribution(
    name: str, bins: Sequence[Bin], *, cut: float | None, sem: float | None, words: Words
) -> Plot:
    """How many reached which score, with the cut and one SEM to either side of it.

    ``words.more``: of the cut, of the band, of a cell that is not told.
    """
    base, top = 190.0, max((one.count or 0 for one in bins), default=0) or 1
    parts = [_axes(base), *_counts_axis(top, base)]
    if cut is not None and sem:
        low, high = max(0.0, cut - sem), min(100.0, cut + sem)
        parts.append(_rect(_x(low), _TOP, _x(high) - _x(low), base - _TOP, "plot__band"))
    for one in bins:
        left, right = _x(one.low) + 0.8, _x(one.high) - 0.8
        if one.count is None:
            parts.append(_rect(left, base - 4, right - left, 4, "plot__bar plot__bar--hidden"))
            continue
        tall = (base - _TOP) * one.count / top
        below = cut is not None and one.high <= cut
        kind = "plot__bar plot__bar--below" if below else "plot__bar"
        parts.append(_rect(left, base - tall, right - left, tall, kind))
    if cut is not None:
        parts.append(_line(_x(cut), _TOP - 4, _x(cut), base, "plot__cut"))
        side = "end" if cut > 60 else "start"
        said = f"{words.more[0]} {cut:.1f}"
        parts.append(_text(_x(cut), _TOP - 8, said, side, "strong"))
    parts += [_text(_x(at), base + 14, f"{at}", "middle") for at in range(0, 101, 20)]
    parts.append(_text((_LEFT + _RIGHT) / 2, base + 30, words.x, "middle"))
    rows = [
        (f"{one.low:g}–{one.high:g}", words.more[2] if one.count is None else str(one.count))
        for one in bins
    ]
    return _plot(name, 228, parts, words, rows)


def matrix(
    name: str, counts: Sequence[Sequence[int | None]], labels: Sequence[str], *, words: Words
) -> Plot:
    """What the first marker gave (rows) against what the second gave (columns)."""
    size = len(labels)
    left, top = 100.0, 46.0
    side = min((_RIGHT - left) / size, 44.0)
    most = max((one or 0 for row in counts for one in row), default=0) or 1
    parts = [_text(left + side * size / 2, 14, words.x, "middle", "strong")]
    parts.append(_text(4, top - 8, words.y, "start", "strong"))
    for at, label in enumerate(labels):
        parts.append(_text(left + side * (at + 0.5), top - 6, _short(label, 8), "middle"))
        parts.append(_text(left - 6, top + side * (at + 0.5) + 4, _short(label, 15), "end"))
    for row, cells in enumerate(counts):
        for column, count in enumerate(cells):
            x, y = left + side * column, top + side * row
            shade = math.ceil(_SHADES * (count or 0) / most)
            kind = f"plot__cell plot__cell--{shade}" + (" plot__cell--same" * (row == column))
            parts.append(_rect(x + 1, y + 1, side - 2, side - 2, kind))
            shown = words.more[0] if count is None else str(count)
            parts.append(_text(x + side / 2, y + side / 2 + 4, shown, "middle", f"on-{shade}"))
    rows = [
        (label, *(words.more[0] if one is None else str(one) for one in counts[at]))
        for at, label in enumerate(labels)
    ]
    return _plot(name, top + side * size + 8, parts, words, rows)


def item_map(name: str, spots: Sequence[Spot], *, words: Words) -> Plot:
    """Difficulty (share right) against discrimination; items to be looked at carry their name."""
    base = 190.0
    lowest = min([-0.2, *(one.y for one in spots)])

    def place(y: float) -> float:
        return base - (base - _TOP) * (y - lowest) / (1.0 - lowest)

    parts = [_axes(base)]
    for level in (0.0, 0.2, 0.6, 1.0):
        kind = "plot__limit" if level == 0.2 else "plot__grid"
        parts.append(_line(_LEFT, place(level), _RIGHT, place(level), kind))
        parts.append(_text(_LEFT - 4, place(level) + 4, f"{level:g}", "end"))
    limits = (_x(20), _x(95))
    parts += [_line(at, _TOP, at, base, "plot__limit") for at in limits]
    for one in spots:
        parts += _spot(one, _x(100 * one.x), place(one.y))
    parts += [_text(_x(100 * at), base + 14, f"{at:g}", "middle") for at in (0, 0.2, 0.5, 0.95)]
    parts.append(_text((_LEFT + _RIGHT) / 2, base + 30, words.x, "middle"))
    parts.append(_text(_LEFT, _TOP - 8, words.y, "start"))
    rows = [(one.name, f"{one.x:.2f}", f"{one.y:.2f}", one.flag or "–") for one in spots]
    return _plot(name, 228, parts, words, rows)


def _spot(one: Spot, x: float, y: float) -> list[str]:
    if not one.flag:
        return [f'<circle class="plot__spot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>']
    corners = f"{x:.1f},{y - 6:.1f} {x + 6:.1f},{y + 5:.1f} {x - 6:.1f},{y + 5:.1f}"
    side = "end" if x > 280 else "start"
    shift = -9 if x > 280 else 9
    return [
        f'<polygon class="plot__spot plot__spot--flag" points="{corners}"/>',
        _text(x + shift, y + 4, _short(one.name, _LETTERS), side),
    ]


def wright_map(
    name: str, abilities: Sequence[float], items: Sequence[tuple[str, float]], *, words: Words
) -> Plot:
    """Candidates to the left, items to the right, on one scale of logits."""
    values = [*abilities, *(b for _name, b in items)]
    low, high = math.floor(min(values)), math.ceil(max(values))
    high = max(high, low + 1)
    base, middle = 250.0, 190.0

    def place(logit: float) -> float:
        return base - (base - _TOP - 10) * (logit - low) / (high - low)

    steps = 2 * (high - low)
    counts = [0] * steps
    for one in abilities:
        counts[min(int((one - low) * 2), steps - 1)] += 1
    most = max(counts) or 1
    parts = [_line(middle, _TOP + 6, middle, base, "plot__axis")]
    tall = (base - _TOP - 10) / steps
    for at, count in enumerate(counts):
        long = (middle - 60) * count / most
        y = place(low + (at + 1) / 2)
        parts.append(_rect(middle - long - 1, y + 0.8, long, tall - 1.6, "plot__bar"))
    parts += [_text(30, place(at) + 4, f"{at:g}", "end") for at in range(low, high + 1)]
    parts += _item_names(items, place, middle)
    parts.append(_text(middle - 6, _TOP, words.y, "end", "strong"))
    parts.append(_text(middle + 6, _TOP, words.x, "start", "strong"))
    rows = [(label, f"{b:.2f}") for label, b in sorted(items, key=lambda one: -one[1])]
    return _plot(name, base + 10, parts, words, rows)


def _item_names(
    items: Sequence[tuple[str, float]], place: Callable[[float], float], middle: float
) -> list[str]:
    """Names side by side where difficulties are nearly the same."""
    rows: dict[int, list[str]] = {}
    for label, b in sorted(items, key=lambda one: one[1]):
        rows.setdefault(round(place(b) / 11), []).append(_short(label, 9))
    return [
        _text(middle + 6, row * 11 + 4, _short(" · ".join(names), 28), "start")
        for row, names in rows.items()
    ]


def whiskers(name: str, found: Sequence[Whisker], *, words: Words) -> Plot:
    """A share for each cohort, with its interval. ``words.more``: where there are too few."""
    high = 26.0
    left = 96.0
    base = _TOP + high * max(len(found), 1)

    def place(share: float) -> float:
        return left + (_RIGHT - left) * share

    parts = [
        _line(place(at), _TOP - 4, place(at), base, "plot__grid") for at in (0, 0.25, 0.5, 0.75, 1)
    ]
    for row, one in enumerate(found):
        y = _TOP + high * (row + 0.5)
        parts.append(_text(left - 6, y + 4, _short(one.name, 15), "end"))
        if one.value is None or one.low is None or one.high is None:
            parts.append(_text(place(0) + 4, y + 4, words.more[0], "start"))
            continue
        parts.append(_line(place(one.low), y, place(one.high), y, "plot__whisker"))
        parts.append(f'<circle class="plot__spot" cx="{place(one.value):.1f}" cy="{y:.1f}" r="5"/>')
    parts += [_text(place(at), base + 14, f"{at:.0%}", "middle") for at in (0, 0.5, 1)]
    rows = [
        (
            one.name,
            words.more[0] if one.value is None else f"{one.value:.1%}",
            "–" if one.low is None or one.high is None else f"{one.low:.1%} – {one.high:.1%}",
            str(one.n),
        )
        for one in found
    ]
    return _plot(name, base + 24, parts, words, rows)


# -- parts ---------------------------------------------------------------------------------------


def _x(percent: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * percent / 100


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _axes(base: float) -> str:
    return _line(_LEFT, base, _RIGHT, base, "plot__axis")


def _counts_axis(top: int, base: float) -> list[str]:
    """Whole numbers only: none, half of the most where that is whole, the most."""
    found = []
    for at in sorted({0, top // 2, top}):
        y = base - (base - _TOP) * at / top
        found += [
            _line(_LEFT, y, _RIGHT, y, "plot__grid"),
            _text(_LEFT - 4, y + 4, f"{at}", "end"),
        ]
    return found


def _rect(x: float, y: float, wide: float, tall: float, kind: str) -> str:
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{max(wide, 0):.1f}" '
        f'height="{max(tall, 0):.1f}"/>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    style = f"plot__text plot__text--{kind}" if kind else "plot__text"
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{style}" {place}>{escape(text)}</text>'


def _plot(
    name: str, tall: float, parts: Sequence[str], words: Words, rows: Sequence[tuple[str, ...]]
) -> Plot:
    key = escape(name, quote=True)
    svg = (
        f'<svg class="plot" role="img" viewBox="0 0 {_WIDE:g} {tall:g}" '
        f'aria-labelledby="{key}-t {key}-d"><title id="{key}-t">{escape(words.title)}</title>'
        f'<desc id="{key}-d">{escape(words.desc)}</desc>{"".join(parts)}</svg>'
    )
    whole = mark_safe(svg)  # noqa: S308 - every text in it was escaped above
    return Plot(name, words.title, whole, words.header, tuple(rows))
