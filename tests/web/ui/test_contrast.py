"""The contrast formula, every accent an organisation may pick, and the design's own colours."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

import stackmark_web.ui
from stackmark_web.ui import contrast

TOKENS = Path(stackmark_web.ui.__file__).parent / "static" / "ui" / "css" / "tokens.css"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#fff", "#FFFFFF", 1.0),
        ("#777777", "#ffffff", 4.478),  # W3C's example of just not enough
        ("#767676", "#ffffff", 4.542),  # and of just enough
        ("#ff0000", "#ffffff", 3.998),
    ],
)
def test_ratios_known_from_elsewhere(one, other, ratio):
    assert contrast.ratio(one, other) == pytest.approx(ratio, abs=0.001)
    assert contrast.ratio(other, one) == contrast.ratio(one, other)


def test_just_enough_passes_and_just_not_enough_fails():
    assert contrast.passes("#767676", "#fff")
    assert not contrast.passes("#777777", "#fff")
    assert contrast.passes("#777777", "#fff", least=contrast.GRAPHIC)


@pytest.mark.parametrize("word", ["red", "#12", "#12345", "#gggggg", "#fff;}body{", "url(x)", ""])
def test_what_is_no_colour_is_refused(word):
    with pytest.raises(ValueError, match="is not a colour like"):
        contrast.normal(word)


def test_every_accent_can_be_read_wherever_it_stands():
    steps = ("00", "33", "66", "99", "cc", "ff", "80")
    for channels in itertools.product(steps, repeat=3):
        accent = contrast.accent("#" + "".join(channels))
        assert contrast.passes(accent.ink, accent.colour), accent
        assert contrast.passes(accent.on_light, contrast.PAPER_LIGHT), accent
        assert contrast.passes(accent.on_light, contrast.WHITE), accent
        assert contrast.passes(accent.on_dark, contrast.PAPER_DARK), accent
        # the dark theme writes its darkest ink on the light shade of the accent
        assert contrast.passes("#0f1d24", accent.on_dark), accent


def test_an_accent_that_is_readable_stays_as_it_is():
    accent = contrast.accent("#0B4F5C")
    assert accent.properties["--accent"] == accent.on_light == "#0b4f5c"
    assert accent.properties["--accent-ink"] == "#ffffff"


def tokens():
    """The design's own colours: name -> (light, dark)."""
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", TOKENS.read_text("utf-8"))
    return {name: (_short(light), _short(dark)) for name, light, dark in pairs}


def _short(colour):
    return contrast.normal(colour) if len(colour) in (4, 7) else ""


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_designs_own_colours_can_be_read(theme):
    colours = {name: pair[theme] for name, pair in tokens().items()}
    for text in ("ink", "soft", "accent-text", "good", "warn", "bad"):
        for paper in ("paper", "surface", "sunken"):
            assert contrast.passes(colours[text], colours[paper]), (text, paper)
    for tone in ("good", "warn", "bad"):
        for text in (tone, "ink", "soft"):
            assert contrast.passes(colours[text], colours[f"{tone}-tint"]), (text, tone)
    for paper in ("paper", "surface"):
        assert contrast.passes(colours["edge"], colours[paper], least=contrast.GRAPHIC), paper
    assert contrast.passes(colours["bad-ink"], colours["bad-fill"])


def test_the_default_accent_is_the_one_the_formula_gives():
    assert tokens()["accent-text"] == (
        contrast.accent("#0b4f5c").on_light,
        contrast.accent("#0b4f5c").on_dark,
    )
