from __future__ import annotations

import math

import numpy as np
import pytest

from stackmark.assessment.hofstee import hofstee
from stackmark.errors import UsageError

BAND = {"lowest_cut": 50, "highest_cut": 70, "lowest_fail": 0.1, "highest_fail": 0.5, "seed": 1}


def test_the_cut_is_where_line_and_fail_curve_meet():
    scores = 40 + 0.6 * np.linspace(0, 100, 1001)
    found = hofstee(scores, **BAND, draws=200)
    # the share below c is (c - 40) / 60; the line is .5 - .02 (c - 50)
    assert math.isclose(found.cut.value, (1.5 + 40 / 60) / (1 / 60 + 0.02), abs_tol=0.1)
    line = 0.5 - 0.02 * (found.cut.value - 50)
    assert math.isclose(found.fail_rate.value, line, abs_tol=0.002)
    assert found.cut.interval[0] < found.cut.value < found.cut.interval[1]
    assert found.cut.interval[1] - found.cut.interval[0] < 3
    assert found.holds(found.cut.value, found.fail_rate.value)
    assert not found.holds(71, 0.3)
    assert not found.holds(60, 0.6)


def test_judges_are_averaged_and_nothing_met_is_said():
    scores = np.linspace(80, 100, 200)
    found = hofstee(scores, **BAND | {"lowest_cut": [45, 55]}, draws=20)
    assert (found.cut.value, found.cut.interval, found.lowest_cut) == (None, None, 50)
    assert found.fail_rate.note == "the fail curve does not cross the band"


def test_few_candidates_have_only_the_bounds():
    found = hofstee(np.linspace(40, 100, 29), **BAND, draws=20)
    assert found.cut.value is None
    assert found.cut.note == "insufficient data: 29 candidates, at least 30 are needed"
    assert found.highest_cut == 70


def test_the_same_seed_gives_the_same_interval():
    scores = 40 + 0.6 * np.linspace(0, 100, 200)
    one, same = (hofstee(scores[::step], **BAND, draws=50) for step in (1, -1))
    assert one == same
    other = hofstee(scores, **BAND | {"seed": 2}, draws=50)
    assert other.cut.value == one.cut.value
    assert other.cut.interval != one.cut.interval


@pytest.mark.parametrize(
    "change",
    [{"lowest_cut": 75}, {"lowest_fail": 0.6}, {"highest_fail": 1.1}, {"lowest_fail": -0.1}],
)
def test_bounds_in_the_wrong_order_are_refused(change):
    with pytest.raises(UsageError, match="lowest cut must be below the highest") as caught:
        hofstee([50.0] * 40, **BAND | change)
    assert caught.value.reason == "usage.hofstee"
