from __future__ import annotations

import math

import numpy as np
import pytest

from stackmark.assessment import mantel_haenszel as mh
from stackmark.assessment.dif import dif, ets_class, strata
from stackmark.errors import UsageError

# UC Berkeley 1973, six departments: men admitted, refused; women admitted, refused
# (Bickel, Hammel and O'Connell 1975, Science 187).
BERKELEY = [
    [[512, 313], [89, 19]],
    [[353, 207], [17, 8]],
    [[120, 205], [202, 391]],
    [[138, 279], [131, 244]],
    [[53, 138], [94, 299]],
    [[22, 351], [24, 317]],
]


def drawn(n, items, *, seed, planted=0.0, impact=0.0, at=(0, 1)):
    """Rasch answers of two groups of ``n``; ``planted`` logits harder for group y at some items."""
    rng = np.random.Generator(np.random.PCG64(seed))
    focal = np.repeat([0, 1], n)
    theta, shift = rng.normal(size=2 * n) - impact * focal, np.zeros(items)
    shift[list(at)] = planted
    logit = (
        theta[:, None] - np.linspace(-1, 1, items)[rng.permutation(items)] - np.outer(focal, shift)
    )
    return (rng.random(logit.shape) < 1 / (1 + np.exp(-logit))).astype(float), np.where(
        focal, "y", "x"
    )


def test_berkeley_admissions():
    tables = mh.from_tables(np.array(BERKELEY))
    assert round(math.exp(mh.log_odds(tables)[0]), 4) == 0.9047
    chi2, p = mh.chi_square(tables)
    assert (round(chi2, 3), round(p, 3)) == (1.427, 0.232)
    assert round(mh.chi_square(tables, correct=False)[0], 3) == 1.525


def test_the_standard_error_is_the_spread_of_simulated_odds():
    rng = np.random.Generator(np.random.PCG64(1))
    base, odds = np.linspace(0.2, 0.8, 8), 1.8
    other = base / (base + odds * (1 - base))
    found, errors = [], []
    for _ in range(800):
        a, c = rng.binomial(40, base), rng.binomial(25, other)
        one, error = mh.log_odds(mh.Tables(*(x.astype(float) for x in (a, 40 - a, c, 25 - c))))
        found.append(one)
        errors.append(error)
    assert abs(np.mean(found) - math.log(odds)) < 0.02
    assert abs(np.std(found) / np.mean(errors) - 1) < 0.08


def slow(responses, groups, item):
    """One item by loops over candidates: no joining of scores, nothing missing."""
    above = below = away = variance = 0.0
    totals = [sum(row) for row in responses]
    for score in sorted(set(totals)):
        a = b = c = d = 0
        for row, group, total in zip(responses, groups, totals, strict=True):
            if total == score:
                a += group == "x" and row[item] == 1
                b += group == "x" and row[item] == 0
                c += group == "y" and row[item] == 1
                d += group == "y" and row[item] == 0
        n = a + b + c + d
        above += a * d / n
        below += b * c / n
        if n > 1:
            away += a - (a + b) * (a + c) / n
            variance += (a + b) * (c + d) * (a + c) * (b + d) / (n * n * (n - 1))
    return above / below, (abs(away) - 0.5) ** 2 / variance


def test_a_slow_loop_finds_the_same():
    responses, groups = drawn(150, 8, seed=4, planted=0.8)
    found = dif(responses, groups, reference="x", stratum=0)
    for item in (0, 3, 7):
        odds, chi2 = slow(responses.tolist(), groups.tolist(), item)
        assert math.isclose(found.items[item].odds_ratio.value, odds, rel_tol=1e-9)
        assert math.isclose(found.items[item].chi2.value, chi2, rel_tol=1e-9)
        assert math.isclose(found.items[item].delta.value, -2.35 * math.log(odds), rel_tol=1e-9)


def test_planted_dif_is_flagged_and_the_rest_is_not():
    planted, null = [], []
    for seed in range(50):
        responses, groups = drawn(1500, 30, seed=seed, planted=0.6)
        found = dif(responses, groups, reference="x")
        planted += [one.ets_class in ("B", "C") for one in found.items[:2]]
        null += [one.ets_class == "C" for one in found.items[2:]]
    assert np.mean(planted) >= 0.9
    assert np.mean(null) <= 0.01


def test_a_weaker_group_is_not_taken_for_dif():
    null = []
    for seed in range(15):
        responses, groups = drawn(800, 30, seed=200 + seed, impact=0.8)
        null += [one.ets_class for one in dif(responses, groups, reference="x").items]
    assert np.mean([one in ("B", "C") for one in null]) < 0.03
    assert "C" not in null


def test_joining_scores_costs_little_with_small_groups():
    classes = {0: [], 5: []}
    for seed in range(20):
        responses, groups = drawn(120, 20, seed=300 + seed, impact=0.5)
        for least, found in classes.items():
            found += [one.ets_class for one in dif(responses, groups, stratum=least).items]
    assert np.mean([one == "C" for one in classes[5]]) <= np.mean(
        [one == "C" for one in classes[0]]
    )
    assert (
        dif(responses, groups).items[0].strata < dif(responses, groups, stratum=0).items[0].strata
    )


def test_swapping_reference_and_focal_turns_delta_round():
    responses, groups = drawn(300, 10, seed=5, planted=1.0)
    one, other = dif(responses, groups, reference="x"), dif(responses, groups, reference="y")
    for here, there in zip(one.items, other.items, strict=True):
        assert math.isclose(here.delta.value, -there.delta.value, abs_tol=1e-9)
        assert math.isclose(here.delta_error.value, there.delta_error.value, rel_tol=1e-9)
        assert math.isclose(here.p.value, there.p.value, rel_tol=1e-9)
        assert here.ets_class == there.ets_class
        assert here.favours == there.favours
    assert one.items[0].favours == "x"
    assert one.items[0].delta.population == "candidates of x (reference) and y (focal)"
    assert one.items[0].delta.value < -1
    assert one.items[0].p_dif.value < 0 < other.items[0].p_dif.value


def test_permuting_candidates_changes_nothing():
    responses, groups = drawn(200, 8, seed=6)
    order = np.random.default_rng(0).permutation(400)
    assert dif(responses, groups, reference="x") == dif(
        responses[order], groups[order], reference="x"
    )


def test_purifying_leaves_flagged_items_out_of_the_total():
    plain, pure = [], []
    for seed in range(8):
        responses, groups = drawn(1500, 20, seed=seed, planted=1.0, at=(0, 1, 2, 3, 4))
        one, other = (
            dif(responses, groups, reference="x"),
            dif(responses, groups, reference="x", purify=True),
        )
        assert {"item1", "item2"} <= set(other.left_out)
        plain += [abs(item.delta.value) for item in one.items[5:]]
        pure += [abs(item.delta.value) for item in other.items[5:]]
    assert np.mean(pure) < np.mean(plain) - 0.1
    assert one.left_out == ()


def test_more_groups_are_each_compared_with_the_largest():
    responses, groups = drawn(400, 6, seed=8)
    groups = groups.astype(object)
    groups[:150] = "z"
    groups[790:] = None
    found = dif(responses, groups)
    assert (found.reference, found.focal, found.ungrouped) == ("y", ("x", "z"), 10)
    assert len(found.items) == 12
    assert {(one.reference_n, one.focal_n) for one in found.items} == {(390, 250), (390, 150)}
    assert sum(found.counts().values()) == 12


def test_a_candidate_is_left_out_of_items_not_answered():
    responses, groups = drawn(300, 6, seed=9)
    responses[:40, 2] = np.nan
    found = dif(responses, groups, reference="x")
    assert found.items[2].reference_n == 260
    assert found.items[1].reference_n == 300
    assert found.items[2].odds_ratio.n == 560


def test_a_small_group_has_no_class_and_a_reason():
    responses, groups = drawn(300, 6, seed=10)
    kept = np.r_[0:300, 300:399]
    found = dif(responses[kept], groups[kept])
    assert {one.ets_class for one in found.items} == {""}
    assert found.items[0].delta.value is None
    assert found.items[0].delta.insufficient
    assert found.items[0].delta.note == (
        "insufficient data: 99 candidates in the smaller group, at least 100 are needed"
    )
    assert found.counts()["unknown"] == 6
    shown = dif(responses[kept], groups[kept], all_n=True)
    assert shown.items[0].delta.insufficient
    assert shown.items[0].ets_class in ("A", "B", "C")


def test_an_item_everybody_got_right_has_no_class():
    responses, groups = drawn(200, 6, seed=11)
    responses[:, 4] = 1
    found = dif(responses, groups).items[4]
    assert found.odds_ratio.value is None
    assert found.odds_ratio.note == "not defined for these data"
    assert (found.ets_class, found.strata) == ("", 0)


@pytest.mark.parametrize(
    ("delta", "error", "p", "expected"),
    [
        (0.99, 0.1, 0.001, "A"),
        (1.2, 0.7, 0.06, "A"),
        (-1.2, 0.3, 0.001, "B"),
        (1.6, 0.5, 0.001, "B"),
        (-1.6, 0.3, 0.001, "C"),
        (1.5, 0.2, 0.001, "C"),
        (1.49, 0.01, 0.001, "B"),
        (math.nan, 0.1, 0.5, ""),
    ],
)
def test_ets_classes(delta, error, p, expected):
    assert ets_class(delta, error, p) == expected


def test_strata_hold_enough_of_both_groups():
    rng = np.random.default_rng(2)
    total, focal = rng.integers(0, 30, 400).astype(float), rng.random(400) < 0.2
    found = strata(total, focal, 5)
    for number in range(found.max() + 1):
        inside = found == number
        assert min((inside & focal).sum(), (inside & ~focal).sum()) >= 5
    order = np.argsort(total)
    assert (np.diff(found[order]) >= 0).all()
    assert len(set(strata(total, focal, 0))) == len(set(total))


@pytest.mark.parametrize(
    ("groups", "options", "reason", "sentence"),
    [
        (["x"] * 4, {}, "usage.groups", "All candidates are in group x"),
        (["x", "y"], {}, "usage.groups", "There are 4 candidates but 2 group labels"),
        ([None, "", None, " "], {}, "usage.groups", "No candidate has a group"),
        (
            ["x", "y"] * 2,
            {"reference": "q"},
            "usage.groups",
            "There is no group q; the groups are x, y",
        ),
        (["x", "y"] * 2, {"names": ["one"]}, "usage.items", "There are 2 items but 1 names"),
    ],
)
def test_what_cannot_be_compared_is_refused(groups, options, reason, sentence):
    with pytest.raises(UsageError, match=sentence) as caught:
        dif([[1, 0], [0, 1], [1, 1], [0, 0]], groups, **options)
    assert caught.value.reason == reason
