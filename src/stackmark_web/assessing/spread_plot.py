"""Drawings of a workshop: where the judges' cuts lie, and what was said of each item.

Attributes only, no styles: the content policy allows none. A table with the same numbers stands
under each drawing.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from stackmark_web.assessing.workshops import ItemSpread, Round

_WIDE, _LEFT, _RIGHT, _ROW = 360, 74, 14, 34  # fits a phone without scrolling


def rounds(found: Sequence[Round]) -> SafeString:
    """A strip a round: a dot for each judge's cut, a line for the mean, a band of one error."""
    strips = format_html_join(
        "", "{}", ((_strip(one, 12 + place * _ROW),) for place, one in enumerate(found))
    )
    return _drawing(_("Cuts of the judges by round, in percent"), strips, len(found))


def items(found: Sequence[ItemSpread], *, top: float) -> SafeString:
    """A strip an item: from lowest to highest, the mean, and the own rating."""
    strips = format_html_join(
        "", "{}", ((_range(one, 12 + place * _ROW, top),) for place, one in enumerate(found))
    )
    unit = 100 if top == 1 else top  # probabilities are shown in percent
    return _drawing(_("Ratings of each item: range, mean, and your own"), strips, len(found), unit)


def _strip(one: Round, y: int) -> SafeString:
    middle = y + 12
    dots = format_html_join(
        "",
        '<circle class="plot__dot" cx="{}" cy="{}" r="5"/>',
        ((_x(value), middle) for value in one.sums.values()),
    )
    return format_html(
        '<text class="plot__label" x="0" y="{}">{}</text>{}{}{}{}',
        middle + 4,
        _("Round %(n)s") % {"n": one.number},
        _rail(middle),
        _band(one, middle),
        dots,
        "" if one.cut is None else _tick(_x(one.cut), middle, "plot__cut"),
    )


def _band(one: Round, y: int) -> SafeString | str:
    if one.cut is None or one.error is None:
        return ""
    low, high = _x(max(one.cut - one.error, 0)), _x(min(one.cut + one.error, 100))
    return format_html(
        '<rect class="plot__band" x="{}" y="{}" width="{}" height="18"/>',
        *(low, y - 9, round(max(high - low, 1), 1)),
    )


def _range(one: ItemSpread, y: int, top: float) -> SafeString:
    middle = y + 12
    said: SafeString | str = ""
    if one.low is not None and one.high is not None and one.mean is not None:
        low, high = _x(one.low * 100 / top), _x(one.high * 100 / top)
        said = format_html(
            '<rect class="plot__band" x="{}" y="{}" width="{}" height="12"/>{}',
            *(low, middle - 6, round(max(high - low, 2), 1)),
            _tick(_x(one.mean * 100 / top), middle, "plot__mean"),
        )
    own: SafeString | str = ""
    if one.own is not None:
        own = format_html(
            '<circle class="plot__own" cx="{}" cy="{}" r="5"/>', _x(one.own * 100 / top), middle
        )
    return format_html(
        '<text class="plot__label" x="0" y="{}">{}</text>{}{}{}',
        *(middle + 4, one.text[:11], _rail(middle), said, own),
    )


def _rail(y: int) -> SafeString:
    return format_html(
        '<line class="plot__rail" x1="{}" y1="{}" x2="{}" y2="{}"/>', _LEFT, y, _WIDE - _RIGHT, y
    )


def _tick(x: float, y: int, name: str) -> SafeString:
    return format_html(
        '<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>', name, x, y - 11, x, y + 11
    )


def _drawing(title: str, strips: SafeString, many: int, top: float = 100) -> SafeString:
    high = many * _ROW + 40
    marks = format_html_join(
        "",
        '<text class="plot__mark" x="{}" y="{}" text-anchor="middle">{}</text>',
        ((_x(share), high - 8, f"{share * top / 100:g}") for share in (0, 20, 40, 60, 80, 100)),
    )
    return format_html(
        '<svg class="plot" role="img" aria-label="{}" viewBox="0 0 {} {}">{}{}</svg>',
        *(title, _WIDE, high, strips, marks),
    )


def _x(percent: float) -> float:
    return round(_LEFT + (_WIDE - _LEFT - _RIGHT) * percent / 100, 1)
