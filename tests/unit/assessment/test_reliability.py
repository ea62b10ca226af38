from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import minimize

from stackmark.assessment.conditional_error import binomial_error, conditional_sem
from stackmark.assessment.omega import fit_one_factor
from stackmark.assessment.reliability import reliability
from stackmark.errors import UsageError
from unit.assessment.lsat6 import responses

X = math.nan


def congeneric(rng, n, loadings):
    """Standard items of one factor."""
    lam = np.asarray(loadings)
    own = rng.normal(size=(n, len(lam))) * np.sqrt(1 - lam**2)
    return np.maximum(rng.normal(size=(n, 1)) * lam + own + 6, 0)


def test_lsat6_as_published():
    found = reliability(responses())
    assert round(found.kr20.value, 3) == 0.295  # ltm, psych: raw alpha .295
    assert found.kr20 == found.kr20.about(found.kr20.population)
    assert found.kr20.value == pytest.approx(found.alpha.value)
    assert found.kr20.interval[0] < 0.295 < found.kr20.interval[1]
    assert found.mean.value == pytest.approx(3.819)
    assert found.sem.value == pytest.approx(found.sd.value * math.sqrt(1 - found.alpha.value))
    assert (found.items, found.left_out, found.notes) == (5, 0, ())


def test_equal_correlations_have_a_known_alpha_and_omega():
    # parallel items, r = .5: Spearman-Brown gives .8 for four of them
    rng = np.random.default_rng(1)
    raw = rng.normal(size=(200, 4))
    q = np.linalg.qr(raw - raw.mean(axis=0))[0]  # exactly uncorrelated, mean 0
    root = np.linalg.cholesky(np.full((4, 4), 0.5) + 0.5 * np.eye(4))
    found = reliability(q @ root.T + 3)
    assert found.alpha.value == pytest.approx(0.8)
    assert found.omega.value == pytest.approx(0.8)
    assert found.split_half.value == pytest.approx(0.8)


def test_omega_tells_the_truth_where_alpha_falls_short():
    rng = np.random.default_rng(2)
    lam = np.array([0.9, 0.9, 0.8, 0.4, 0.3, 0.2])
    truth = lam.sum() ** 2 / (lam.sum() ** 2 + (1 - lam**2).sum())
    found = reliability(congeneric(rng, 20_000, lam), draws=100)
    assert found.omega.value == pytest.approx(truth, abs=0.005)
    assert found.alpha.value < truth - 0.02


def test_one_factor_is_the_maximum_of_the_likelihood():
    rng = np.random.default_rng(3)
    table = congeneric(rng, 300, [0.8, 0.7, 0.5, 0.6, 0.3]) * [1, 5, 2, 1, 10]
    sample = np.cov(table.T)
    fit = fit_one_factor(sample[None])

    def badness(logs, k=5):
        own = np.diag(np.exp(logs[k:]))
        whole = np.outer(logs[:k], logs[:k]) + own
        return np.linalg.slogdet(whole)[1] + np.trace(np.linalg.solve(whole, sample))

    start = np.concatenate([np.sqrt(np.diag(sample)) / 2, np.log(np.diag(sample) / 2)])
    best = minimize(badness, start, method="BFGS", options={"gtol": 1e-8})
    assert fit.loadings[0] == pytest.approx(best.x[:5], rel=1e-4)
    assert fit.uniquenesses[0] == pytest.approx(np.exp(best.x[5:]), rel=1e-4)


def test_a_heywood_case_and_a_wrong_key_are_told():
    rng = np.random.default_rng(4)
    table = congeneric(rng, 400, [0.7] * 5)
    table[:, 4] = 12 - np.minimum(table[:, 4], 12)
    assert "below 0" in reliability(table, draws=20).notes[0]
    # r12 r13 / r23 above 1
    matrix = np.array([[1, 0.9, 0.8], [0.9, 1, 0.5], [0.8, 0.5, 1]])
    assert not fit_one_factor(matrix[None]).proper[0]


def test_bootstrap_and_feldt_agree_on_normal_parallel_items():
    table = congeneric(np.random.default_rng(5), 400, [0.7] * 6)
    boot = reliability(table).alpha
    feldt = reliability(table, interval="feldt").alpha
    assert boot.interval == pytest.approx(feldt.interval, abs=0.012)
    assert "bootstrap over candidates" in boot.method
    assert "Feldt" in feldt.method
    assert reliability(table, seed=9).alpha.interval != boot.interval
    assert reliability(table).alpha.interval == boot.interval


def test_many_candidates_share_blocks_and_the_interval_stays():
    rng = np.random.default_rng(6)
    table = congeneric(rng, 12_000, [0.6] * 20)
    found = reliability(table)
    assert "1,000 random blocks of 12 candidates" in found.omega.method
    feldt = reliability(table, interval="feldt", draws=20).alpha
    width = feldt.interval[1] - feldt.interval[0]
    assert found.alpha.interval == pytest.approx(feldt.interval, abs=0.15 * width)
    assert found.omega.interval[0] < found.omega.value < found.omega.interval[1]


def slow_alpha(table):
    rows = [row for row in table.tolist() if not any(math.isnan(one) for one in row)]
    k = table.shape[1]
    if len(rows) < 2 or k < 2:
        return None
    own = sum(np.var([row[one] for row in rows], ddof=1) for one in range(k))
    total = np.var([sum(row) for row in rows], ddof=1)
    return k / (k - 1) * (1 - own / total) if total > 1e-9 else None


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(
        float,
        st.tuples(st.integers(1, 9), st.integers(1, 5)),
        elements=st.sampled_from([0.0, 1.0, 1.0, 2.0, X]),
    ),
    st.randoms(use_true_random=False),
)
def test_alpha_equals_the_slow_way_whatever_the_order(table, random):
    found = reliability(table, draws=10, all_n=True)
    expected = slow_alpha(table)
    assert found.alpha.value == (None if expected is None else pytest.approx(expected))
    order = list(range(table.shape[1]))
    random.shuffle(order)
    again = reliability(table[:, order], draws=10, all_n=True)
    for name in ("alpha", "omega", "sem", "sd"):
        one, other = getattr(found, name).value, getattr(again, name).value
        assert (one is None) == (other is None)
        # EM may take another road where one factor fits badly
        if one is not None and name != "omega":
            assert other == pytest.approx(one, abs=1e-9)


def test_missing_answers_leave_a_candidate_out_or_earn_nothing():
    table = responses()
    table[:100, 2] = X
    left = reliability(table, draws=20)
    assert (left.left_out, left.alpha.n) == (100, 900)
    assert left.alpha.value == pytest.approx(slow_alpha(table))
    wrong = reliability(table, missing="wrong", draws=20)
    assert (wrong.left_out, wrong.alpha.n) == (0, 1_000)


@pytest.mark.parametrize(
    ("table", "name", "why"),
    [
        (np.tile([[1.0], [0]], (20, 1)), "alpha", "one item"),
        (np.tile([[1.0, 0], [0, 1]], (20, 1)), "alpha", "do not differ"),
        (np.ones((40, 4)), "omega", "do not differ"),
        (np.tile([[1.0, 1], [0, 0]], (20, 1)), "omega", "three items"),
        (np.tile([[2.0, 1], [0, 0]], (20, 1)), "kr20", "scored 0 or 1"),
        (np.full((40, 3), X), "alpha", "0 candidates"),
    ],
)
def test_what_is_not_defined_is_said(table, name, why):
    figure = getattr(reliability(table, draws=10), name)
    assert figure.value is None
    assert figure.interval is None
    assert why in figure.note


def test_few_candidates_have_no_numbers_unless_asked():
    table = congeneric(np.random.default_rng(7), 29, [0.7] * 4)
    assert all(one.value is None for one in reliability(table).statistics().values())
    asked = reliability(table, all_n=True).alpha
    assert asked.value > 0
    assert asked.insufficient


def test_no_candidates_at_all():
    found = reliability(np.empty((0, 3)))
    assert all(one.value is None and one.n == 0 for one in found.statistics().values())
    assert "0 candidates" in conditional_sem(np.empty((0, 3)), 1).note


def test_unknown_interval():
    with pytest.raises(UsageError) as caught:
        reliability([[1, 0]], interval="exact")
    assert caught.value.reason == "usage.interval"


# the error at a score


def test_binomial_error_by_hand():
    assert binomial_error(50, 100) == pytest.approx(math.sqrt(2500 / 99))
    assert binomial_error(0, 10) == 0
    for wrong in ((-1, 10), (11, 10), (1, 1)):
        with pytest.raises(UsageError) as caught:
            binomial_error(*wrong)
        assert caught.value.reason == "usage.score"


def test_keats_makes_the_mean_squared_error_that_of_kr20():
    table = responses()
    every = {one: conditional_sem(table, one, draws=2).value for one in range(6)}
    totals = table.sum(axis=1).astype(int)
    mean = np.mean([every[one] ** 2 for one in totals])
    found = reliability(table, draws=2)
    population = table.sum(axis=1).var()
    assert mean == pytest.approx(population * (1 - found.kr20.value))
    assert every[0] == every[5] == 0


def test_error_at_a_score_of_a_binomial_world():
    # items equally hard: the error is Lord's, whatever the ability
    rng = np.random.default_rng(8)
    ability = rng.beta(4, 3, size=(4_000, 1))
    table = (rng.random((4_000, 40)) < ability).astype(float)
    figure = conditional_sem(table, 24)
    assert figure.value == pytest.approx(binomial_error(24, 40), rel=0.03)
    low, high = figure.interval
    assert figure.value - 0.02 < low <= figure.value <= high
    assert figure.unit == "points"
    assert "Keats" in figure.method


def test_error_of_points_is_that_of_alpha_on_average_and_follows_the_scale():
    # error grows with the score: sd .5 for low, 1.5 for high candidates
    rng = np.random.default_rng(9)
    level = rng.uniform(2, 8, size=(6_000, 1))
    table = np.maximum(level + rng.normal(size=(6_000, 10)) * (0.3 + level / 8), 0)
    low, high = (conditional_sem(table, score) for score in (30, 70))
    for figure, truth in ((low, 0.3 + 3 / 8), (high, 0.3 + 7 / 8)):
        assert figure.value == pytest.approx(truth * math.sqrt(10), rel=0.06)
        assert figure.interval[0] < figure.value < figure.interval[1]
    assert "Feldt" in low.method
    from stackmark.assessment.conditional_error import _feldt_qualls

    rows, _ = _feldt_qualls(table, 50.0)
    assert rows[:, 4].mean() == pytest.approx(reliability(table, draws=2).sem.value ** 2)


def test_error_at_a_score_of_many_candidates_keeps_its_interval():
    rng = np.random.default_rng(10)
    table = (
        rng.random((20_000, 10)) < rng.beta(3, 2, size=(20_000, 1)) ** (1 + np.arange(10) / 5)
    ).astype(float)
    many, fewer = conditional_sem(table, 6), conditional_sem(table[:19_999], 6)
    assert "1,000 random blocks of 20 candidates" in many.method
    assert "over candidates" in fewer.method
    assert many.interval == pytest.approx(fewer.interval, abs=0.004)
    assert many.interval[0] < many.value < many.interval[1]


def test_error_at_a_score_where_it_is_not_defined():
    points = np.tile([[2.0, 1], [0, 1], [1, 2]], (20, 1))
    assert "nobody" in conditional_sem(points, 0, [2, 2]).note
    assert "differ too little" in conditional_sem(np.ones((40, 3)), 2).note
    assert "one item" in conditional_sem(np.ones((40, 1)), 1).note
    few = conditional_sem(responses()[:29], 3)
    assert few.value is None
    assert few.insufficient
    with pytest.raises(UsageError, match="from 0 to 5") as caught:
        conditional_sem(responses(), 6)
    assert caught.value.reason == "usage.score"
