from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from stackmark.assessment import standard_setting as setting
from stackmark.errors import UsageError


def test_a_bookmark_is_where_the_item_is_right_two_times_in_three():
    b, a = np.array([-1.0, 0.0, 0.8, 1.5]), 1.3
    found = setting.bookmark(b, [1, 2, 2], slopes=a)
    p = 1 / (1 + np.exp(-a * (np.array(found.judges) - b[[1, 2, 2]])))
    assert np.allclose(p, 0.67)
    assert math.isclose(found.cut.value, np.mean(found.judges))
    assert math.isclose(found.standard_error.value, np.std(found.judges, ddof=1) / math.sqrt(3))
    assert math.isclose(found.median, found.judges[1])
    assert found.cut.interval[0] < found.cut.value < found.cut.interval[1]
    few = setting.bookmark(b, [1], slopes=a)
    assert (few.cut.value, few.cut.insufficient) == (None, True)


@pytest.mark.parametrize(
    ("places", "options", "sentence"),
    [
        ([4], {}, "A bookmark at 4 is none; items are 0 to 3"),
        ([], {}, "There are no bookmarks"),
        ([1], {"probability": 1}, "1 is no probability"),
        ([1], {"slopes": -1}, "A bookmarked item has no positive slope"),
    ],
)
def test_bookmarks_that_cannot_be(places, options, sentence):
    with pytest.raises(UsageError, match=sentence) as caught:
        setting.bookmark([0, 1, 2, 3], places, **options)
    assert caught.value.reason == "usage.bookmark"


def test_the_borderline_group_is_its_median_with_an_interval_of_order_statistics():
    scores = np.arange(1, 31).astype(float)
    found = setting.borderline_group(scores[::-1])
    assert (found.value, found.n) == (15.5, 30)
    assert found.interval == (10, 21)  # binomial(30, .5): ranks 10 and 21, 95.7 %
    few = setting.borderline_group(scores[:9])
    assert few.value is None
    assert few.note == "insufficient data: 9 borderline candidates, at least 10 are needed"


@pytest.mark.parametrize("n", [1, 5, 6, 7, 10, 41, 1000])
def test_ranks_around_the_median_cover_95_percent_and_no_narrower_ones_do(n):
    low, high = setting._median_ranks(n)
    if n < 6:
        assert low is None
        return
    assert low == n - 1 - high
    assert 2 * stats.binom.cdf(low, n, 0.5) <= 0.05 < 2 * stats.binom.cdf(low + 1, n, 0.5)


def marks(n=60, seed=1):
    rng = np.random.Generator(np.random.PCG64(seed))
    ratings = rng.integers(1, 6, n).astype(float)
    return 20 + 12 * ratings + 5 * rng.normal(size=n), ratings


def test_borderline_regression_as_least_squares_has_it():
    scores, ratings = marks()
    found = setting.borderline_regression(scores, ratings, borderline=2)
    line = stats.linregress(ratings, scores)
    assert math.isclose(found.slope.value, line.slope)
    assert found.slope.interval[0] < 12 < found.slope.interval[1]
    assert math.isclose(found.cut.value, line.intercept + 2 * line.slope)
    assert math.isclose(found.r_squared.value, line.rvalue**2)
    assert found.r_squared.interval[0] < line.rvalue**2 < found.r_squared.interval[1]
    left = scores - line.intercept - line.slope * ratings
    design = np.column_stack([np.ones(60), ratings])
    at = np.array([1, 2])
    error = math.sqrt((left @ left) / 58 * (at @ np.linalg.inv(design.T @ design) @ at))
    assert math.isclose(found.standard_error.value, error, rel_tol=1e-9)
    half = stats.t.ppf(0.975, 58) * error
    assert np.allclose(found.cut.interval, [found.cut.value - half, found.cut.value + half])
    assert found.flags == ()


def test_the_bootstrap_agrees_with_the_formula():
    scores, ratings = marks(n=200)
    plain = setting.borderline_regression(scores, ratings, borderline=2)
    drawn = setting.borderline_regression(scores, ratings, borderline=2, seed=4)
    assert drawn.cut.value == plain.cut.value
    assert abs(drawn.standard_error.value / plain.standard_error.value - 1) < 0.15
    assert np.allclose(drawn.cut.interval, plain.cut.interval, atol=0.4)
    assert "bootstrap" in drawn.cut.method
    assert setting.borderline_regression(scores, ratings, borderline=2, seed=4) == drawn


def test_the_regression_interval_covers():
    inside = []
    for seed in range(400):
        found = setting.borderline_regression(*marks(seed=seed), borderline=2)
        inside.append(found.cut.interval[0] <= 44 <= found.cut.interval[1])
    assert 0.92 <= np.mean(inside) <= 0.98


def test_regressions_without_meaning_are_flagged_or_refused():
    scores, ratings = marks()
    turned = setting.borderline_regression(-scores, ratings, borderline=2)
    assert turned.flags == ("better ratings do not go with higher scores; this cut has no meaning",)
    beyond = setting.borderline_regression(scores, ratings, borderline=0)
    assert "the cut is extrapolated" in beyond.flags[0]
    for given, sentence in (
        ((scores, ratings[1:]), "There are 60 scores but 59 ratings"),
        ((scores, ratings * 0), "at least two different ratings"),
        ((scores * np.nan, ratings), "No candidate has both"),
    ):
        with pytest.raises(UsageError, match=sentence) as caught:
            setting.borderline_regression(*given, borderline=2)
        assert caught.value.reason == "usage.ratings"
    few = setting.borderline_regression(scores[:20], ratings[:20], borderline=2)
    assert few.cut.note == "insufficient data: 20 candidates, at least 30 are needed"


def test_the_impact_of_a_cut_counts_those_at_the_cut_as_passing():
    scores = [*([60.0] * 20), *([59.9] * 20), math.nan]
    found = setting.impact(scores, 60)
    assert (found.value, found.n) == (0.5, 40)
    assert found.interval[0] < 0.5 < found.interval[1]
    assert setting.impact(scores[:25], 60).value is None
    with pytest.raises(UsageError, match="There are no scores"):
        setting.impact([], 60)
