from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from stackmark.assessment import fairness
from stackmark.errors import UsageError


def test_the_four_fifths_rule_with_its_test():
    found = fairness.pass_rates({"a": (80, 100), "b": (55, 100), "c": (75, 100), "d": (5, 9)})
    assert found.best == "a"
    a, b, c, d = found.groups
    assert math.isclose(b.ratio.value, 0.6875)
    assert (b.below_four_fifths, b.flagged) == (True, True)
    assert (c.below_four_fifths, c.flagged) == (False, False)
    assert (a.ratio.value, a.fisher_p, a.flagged) == (1.0, None, False)
    assert math.isclose(b.fisher_p, stats.fisher_exact([[55, 45], [80, 20]]).pvalue, rel_tol=1e-9)
    assert math.isclose(b.adjusted_p, 2 * b.fisher_p, rel_tol=1e-12)
    assert b.ratio.interval[0] < 0.6875 < b.ratio.interval[1] < 1
    assert d.hidden


def test_a_ratio_below_four_fifths_by_chance_is_not_flagged():
    found = fairness.pass_rates({"a": (20, 30), "b": (15, 30)})
    b = found.groups[1]
    assert b.below_four_fifths
    assert not b.flagged
    assert b.fisher_p > 0.05
    assert math.isclose(b.boschloo_p, stats.boschloo_exact([[15, 20], [15, 10]]).pvalue)


def test_of_a_hidden_group_nothing_can_be_read():
    found = fairness.pass_rates({"a": (40, 50), "b": (30, 50), "tiny": (29, 29)})
    tiny = found.groups[2]
    assert found.best == "a"
    assert (tiny.n, tiny.passed, tiny.rate.value, tiny.rate.n, tiny.fisher_p) == (
        None,
        None,
        None,
        0,
        None,
    )
    assert tiny.rate.note == "fewer than 30 candidates; the group is not shown"
    assert "29" not in repr(tiny)


def test_one_group_is_compared_with_nobody():
    found = fairness.pass_rates({"a": (40, 50), "b": (3, 5)})
    assert (found.best, found.note) == (
        "",
        "fewer than two groups have 30 candidates; nothing can be compared",
    )
    assert [group.flagged for group in found.groups] == [False, False]


def test_renaming_and_reordering_groups_changes_nothing():
    one = fairness.pass_rates({"a": (80, 100), "b": (55, 90), "c": (60, 80)})
    other = fairness.pass_rates({"z": (60, 80), "y": (55, 90), "x": (80, 100)})
    names = {"a": "x", "b": "y", "c": "z"}
    there = {group.group: group for group in other.groups}
    for group in one.groups:
        twin = there[names[group.group]]
        assert (group.ratio, group.rate, group.fisher_p) == (twin.ratio, twin.rate, twin.fisher_p)
        assert group.adjusted_p == twin.adjusted_p


def test_nobody_passing_has_no_ratio():
    found = fairness.pass_rates({"a": (0, 40), "b": (0, 50)})
    assert found.groups[0].ratio.value is None
    assert found.groups[0].fisher_p == 1
    assert not found.groups[0].flagged


def test_fisher_as_scipy_has_it():
    rng = np.random.default_rng(3)
    for _ in range(300):
        n, m = rng.integers(1, 60, 2)
        x, y = rng.integers(0, n + 1), rng.integers(0, m + 1)
        expected = stats.fisher_exact([[x, n - x], [y, m - y]]).pvalue
        assert math.isclose(fairness.fisher_exact(x, n, y, m), expected, rel_tol=1e-7)


def slow_chi2(x, n, y, m, ratio):
    """Score chi-square with the restricted fit found by search."""
    top = min(1, 1 / ratio)

    def against(q):
        p = ratio * q
        return -(
            x * math.log(p)
            + (n - x) * math.log(1 - p)
            + y * math.log(q)
            + (m - y) * math.log(1 - q)
        )

    q = optimize.minimize_scalar(
        against, bounds=(1e-9, top * (1 - 1e-9)), method="bounded", options={"xatol": 1e-12}
    ).x
    p = ratio * q
    return (x - n * p) ** 2 / (n * p * (1 - p)) + (y - m * q) ** 2 / (m * q * (1 - q))


@pytest.mark.parametrize(
    "counts", [(55, 100, 80, 100), (5, 30, 20, 40), (36, 40, 16, 80), (28, 30, 29, 30)]
)
def test_the_ends_of_the_score_interval_are_just_not_rejected(counts):
    low, high = fairness.ratio_interval(*counts)
    assert low < counts[0] / counts[1] / (counts[2] / counts[3]) < high
    for end in (low, high):
        assert math.isclose(slow_chi2(*counts, end), 3.841458820694124, rel_tol=1e-3)


def test_the_score_interval_covers():
    rng = np.random.Generator(np.random.PCG64(1))
    inside = []
    for x, y in zip(rng.binomial(40, 0.5, 800), rng.binomial(60, 0.8, 800), strict=True):
        low, high = fairness.ratio_interval(x, 40, y, 60)
        inside.append(low <= 0.625 <= high)
    assert 0.93 <= np.mean(inside) <= 0.97


def test_score_intervals_at_the_ends():
    assert fairness.ratio_interval(0, 30, 10, 30)[0] == 0
    assert fairness.ratio_interval(10, 30, 0, 30) is None
    low, high = fairness.ratio_interval(30, 30, 30, 30)
    assert low < 1 < high


def test_holm_and_benjamini_hochberg():
    p = [0.01, 0.04, 0.03, 0.005]
    assert np.allclose(fairness.holm(p), [0.03, 0.06, 0.06, 0.02])
    assert np.allclose(fairness.benjamini_hochberg(p), stats.false_discovery_control(p))
    assert fairness.holm([]) == fairness.benjamini_hochberg([]) == []


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [({}, "There are no groups"), ({"a": (5, 4)}, "Group a: 5 of 4 candidates cannot have passed")],
)
def test_counts_that_cannot_be_are_refused(counts, sentence):
    with pytest.raises(UsageError, match=sentence) as caught:
        fairness.pass_rates(counts)
    assert caught.value.reason == "usage.groups"
