"""Plots: pure text, escaped, without styles, and the table says what the drawing says."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from stackmark_web.assessing import plots
from stackmark_web.assessing.plots import Bin, Spot, Whisker, Words

HOSTILE = '</text><script>alert(1)</script>"onload="x'
WORDS = Words(
    title=HOSTILE, desc=HOSTILE, x=HOSTILE, y=HOSTILE, header=("a", "b"), more=("cut", "sem", "few")
)
SVG = "{http://www.w3.org/2000/svg}"


def every():
    yield plots.distribution(
        "d", [Bin(0, 50, 3), Bin(50, 100, None)], cut=59.80769, sem=4.0, words=WORDS
    )
    yield plots.matrix("m", [[5, 1], [None, 7]], [HOSTILE, "b"], words=WORDS)
    yield plots.item_map("i", [Spot(HOSTILE, 0.4, 0.3, "look"), Spot("q2", 0.9, -0.4)], words=WORDS)
    yield plots.wright_map("w", [-1.0, 0.2, 0.3], [(HOSTILE, -0.5), ("q2", 1.2)], words=WORDS)
    yield plots.whiskers(
        "c", [Whisker(HOSTILE, 0.5, 0.4, 0.6, 90), Whisker("b", None, None, None, 3)], words=WORDS
    )


@pytest.mark.parametrize("plot", list(every()), ids=lambda one: one.name)
def test_a_plot_is_well_formed_named_and_harmless(plot):
    tree = ET.fromstring(plot.svg)
    assert tree.get("role") == "img"
    names = {one.get("id"): one.text for one in tree if one.tag in ("title", "desc")}
    assert set(tree.get("aria-labelledby").split()) == set(names)
    assert all(text == HOSTILE for text in names.values())
    assert not [one for one in tree.iter() if one.tag.endswith("script")]
    assert not re.search(r"<[^>]*\s(style|on\w+|href)\s*=", plot.svg)
    for one in tree.iter():
        assert set(one.attrib) <= {
            *("class", "role", "viewBox", "aria-labelledby", "id", "x", "y", "x1", "y1", "x2"),
            *("y2", "cx", "cy", "r", "width", "height", "points", "text-anchor"),
        }


def test_the_table_equals_the_bars():
    bins = plots.bins_of([5, 15, 15, 59.9, 60, 100, 100], width=10)
    assert [one.count for one in bins] == [1, 2, 0, 0, 0, 1, 1, 0, 0, 2]
    plot = plots.distribution("d", bins, cut=60, sem=None, words=WORDS)
    assert [row[1] for row in plot.rows] == ["1", "2", "0", "0", "0", "1", "1", "0", "0", "2"]
    tall = [
        float(one.get("height"))
        for one in ET.fromstring(plot.svg).iter()
        if one.get("class", "").startswith("plot__bar")
    ]
    assert tall[1] == pytest.approx(2 * tall[0], abs=0.11)
    assert tall[9] == tall[1]


def test_small_cells_are_not_told():
    bins = plots.bins_of([5] * 4 + [15] * 5, small=5)
    assert [one.count for one in bins[:3]] == [None, None, 0]  # one alone could be worked out
    plot = plots.distribution("d", bins, cut=None, sem=None, words=WORDS)
    assert plot.rows[0][1] == "few"


def test_bars_below_the_cut_look_otherwise():
    plot = plots.distribution("d", [Bin(0, 60, 3), Bin(60, 100, 4)], cut=60, sem=5, words=WORDS)
    assert plot.svg.count("plot__bar--below") == 1
    assert plot.svg.count("plot__band") == 1
    assert "cut 60.0" in plot.svg


@pytest.mark.parametrize("counts", [[3, 40, 0, 12], [1, 1, 50], [4], [0, 0], [2, 2, 2, 9], [7, 8]])
def test_what_is_hidden_cannot_be_worked_out_from_the_total(counts):
    told = plots.suppressed(counts, 5)
    hidden = [count for count, one in zip(counts, told, strict=True) if one is None]
    shown = [one for one in told if one is not None]
    assert not [one for one in shown if 0 < one < 5]
    if hidden and sum(count > 0 for count in counts) > 1:
        assert len(hidden) > 1
        assert sum(hidden) >= 5
    assert plots.suppressed([7, 8], 5) == [7, 8]
