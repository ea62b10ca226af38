from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from stackmark.assessment import intervals as iv
from stackmark.errors import UsageError


def sd(means):
    return np.sqrt(means[:, 1] - means[:, 0] ** 2)


# Newcombe (1998), Statistics in Medicine 17, table I: method 3
@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(successes, n, low, high):
    assert iv.wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_wilson_at_its_ends():
    assert iv.wilson(0, 0) is None
    assert iv.wilson(0, 7)[0] == 0.0
    assert iv.wilson(7, 7)[1] == 1.0
    low, high = iv.wilson(3, 10)
    back = iv.wilson(7, 10)
    assert (1 - high, 1 - low) == pytest.approx(back)
    for wrong in ((-1, 3), (4, 3), (math.nan, 3)):
        with pytest.raises(UsageError) as caught:
            iv.wilson(*wrong)
        assert caught.value.reason == "usage.share"


def test_fisher_z():
    # scipy computes the same interval elsewhere
    rng = np.random.default_rng(3)
    x = rng.normal(size=40)
    found = stats.pearsonr(x, x + rng.normal(size=40))
    expected = found.confidence_interval(0.95)
    assert iv.fisher_z(found.statistic, 40) == pytest.approx((expected.low, expected.high))
    assert iv.fisher_z(0.5, 3) is None
    assert iv.fisher_z(math.nan, 30) is None
    assert iv.fisher_z(1.0, 30) == (1.0, 1.0)


def test_feldt_holds_what_it_promises_for_parallel_items():
    rng = np.random.default_rng(5)
    truth, inside = 4 * 0.5 / (1 + 3 * 0.5), 0  # Spearman-Brown of four items with r = .5
    for _ in range(400):
        items = rng.normal(size=(60, 1)) + rng.normal(size=(60, 4))
        total = items.sum(axis=1).var(ddof=1)
        alpha = 4 / 3 * (1 - items.var(axis=0, ddof=1).sum() / total)
        low, high = iv.feldt(alpha, 60, 4)
        inside += low <= truth <= high
    assert 0.92 <= inside / 400 <= 0.98
    assert iv.feldt(0.8, 1, 4) is None
    assert iv.feldt(0.8, 40, 1) is None


def test_f_ratio_is_the_quantile_of_f():
    low, high = iv.f_ratio(3.0, 5, 18)
    assert low == pytest.approx(3.0 / stats.f.ppf(0.975, 5, 18))
    assert high == pytest.approx(3.0 * stats.f.ppf(0.975, 18, 5))
    assert iv.f_ratio(3.0, 0, 18) is None
    assert iv.f_ratio(math.inf, 5, 18) is None


def test_mean_interval_leaves_missing_out():
    values = [1.0, 2.0, 4.0, math.nan]
    expected = stats.t.interval(0.95, 2, np.mean(values[:3]), stats.sem(values[:3]))
    assert iv.mean_interval(values) == pytest.approx(expected)
    assert iv.mean_interval([1.0]) is None


def test_level_is_a_share():
    with pytest.raises(UsageError) as caught:
        iv.wilson(1, 2, level=95)
    assert caught.value.reason == "usage.level"


@pytest.mark.parametrize("frequencies", [None, [3, 0, 1, 500]])
def test_counts_sum_to_the_candidates_and_follow_the_seed(frequencies):
    blocks = list(iv.bootstrap_counts(4, 700, seed=2, frequencies=frequencies))
    counts = np.concatenate(blocks)
    total = 4 if frequencies is None else 504
    assert counts.shape == (700, 4)
    assert set(counts.sum(axis=1)) == {total}
    expected = np.asarray([1, 1, 1, 1] if frequencies is None else frequencies)
    assert counts.mean(axis=0) == pytest.approx(expected, abs=2)
    again = np.concatenate(list(iv.bootstrap_counts(4, 700, seed=2, frequencies=frequencies)))
    other = np.concatenate(list(iv.bootstrap_counts(4, 700, seed=3, frequencies=frequencies)))
    assert (counts == again).all()
    assert (counts != other).any()


def test_counts_come_in_blocks_that_fit_in_memory():
    sizes = [block.size for block in iv.bootstrap_counts(300_000, 15, seed=1)]
    assert len(sizes) > 1
    assert max(sizes) <= 1 << 21


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: iv.bootstrap_counts(3, 0, seed=1), "usage.draws"),
        (lambda: iv.bootstrap_counts(3, 5, seed=1, frequencies=[1, 2]), "usage.frequencies"),
        (lambda: iv.bootstrap_counts(2, 5, seed=1, frequencies=[1, -2]), "usage.frequencies"),
        (lambda: iv.bootstrap_counts(2, 5, seed=1, frequencies=[1, 0.5]), "usage.frequencies"),
        (lambda: iv.bootstrap_interval(sd, [1, 2], seed=1, method="t"), "usage.bootstrap"),
    ],
)
def test_what_cannot_be_drawn_is_said(call, reason):
    with pytest.raises(UsageError) as caught:
        call()
    assert caught.value.reason == reason


def test_means_are_those_of_copied_candidates():
    rows = np.arange(12.0).reshape(6, 2)
    counts = np.concatenate(list(iv.bootstrap_counts(6, 5, seed=9))).astype(int)
    copied = [np.repeat(rows, one, axis=0).mean(axis=0) for one in counts]
    assert iv.bootstrap_means(rows, 5, seed=9) == pytest.approx(np.array(copied))


def test_stated_frequencies_have_the_spread_of_copied_rows():
    values, times = np.array([0.0, 1.0, 2.0]), np.array([200, 100, 50])
    short = iv.bootstrap_means(values, 4_000, seed=1, frequencies=times)
    long = iv.bootstrap_means(np.repeat(values, times), 4_000, seed=1)
    assert short.mean() == pytest.approx(long.mean(), abs=0.005)
    assert short.std() == pytest.approx(long.std(), rel=0.06)


def test_percentile_against_numpy_and_with_draws_undefined():
    draws = np.random.default_rng(1).normal(size=1_000)
    assert iv.percentile_interval(draws) == pytest.approx(np.quantile(draws, [0.025, 0.975]))
    draws[:40] = np.nan
    assert iv.percentile_interval(draws) == pytest.approx(np.quantile(draws[40:], [0.025, 0.975]))
    draws[:60] = np.nan
    assert iv.percentile_interval(draws) is None
    assert iv.percentile_interval([]) is None


def test_bca_is_that_of_scipy():
    x = np.random.default_rng(4).exponential(size=80)
    rows = np.column_stack([x, x * x])
    found = iv.bootstrap_interval(sd, rows, seed=1, draws=20_000, method="bca")
    rng = np.random.default_rng(7)
    other = stats.bootstrap((x,), np.std, n_resamples=20_000, method="BCa", rng=rng, axis=-1)
    expected = other.confidence_interval
    assert found == pytest.approx((expected.low, expected.high), abs=0.02)
    plain = iv.bootstrap_interval(sd, rows, seed=1, draws=20_000)
    assert found[1] - plain[1] > 0.03  # a skewed statistic: the correction can be seen


def test_bca_where_it_is_not_defined():
    assert iv.bca_interval(np.arange(100.0), 200.0, np.arange(5.0)) is None
    assert iv.bca_interval(np.full(100, np.nan), 0.0, np.arange(5.0)) is None
    assert iv.bca_interval(np.arange(100.0), 50.0, np.ones(5)) is not None


def test_bootstrap_covers_the_truth():
    # the standard deviation of 300 normal scores, 500 runs
    rng = np.random.default_rng(11)
    inside = 0
    for run in range(500):
        x = rng.normal(10, 2, size=300)
        low, high = iv.bootstrap_interval(
            sd, np.column_stack([x - 10, (x - 10) ** 2]), seed=run, draws=600, method="bca"
        )
        inside += low <= 2 <= high
    assert 0.93 <= inside / 500 <= 0.97


def test_blocks_have_the_spread_of_candidates():
    x = np.random.default_rng(2).exponential(size=20_000)
    rows = np.column_stack([x, x * x])
    short = iv.in_blocks(rows, 1_000, seed=1)
    assert short.shape == (1_000, 2)
    assert short.mean(axis=0) == pytest.approx(rows.mean(axis=0))
    a = sd(iv.bootstrap_means(short, seed=1)).std()
    b = sd(iv.bootstrap_means(rows, 500, seed=1)).std()
    assert a == pytest.approx(b, rel=0.12)
    assert iv.in_blocks(rows[:1_500], 1_000, seed=1).shape == (1_500, 2)


def test_statistics_of_counts_may_have_any_shape():
    drawn = iv.bootstrap_of_counts(lambda counts: counts[:, :2] / 0.0, 3, seed=1, draws=10)
    assert drawn.shape == (10, 2)


@pytest.mark.parametrize("frequencies", [None, [0, 2] * 50, [1, 3] * 50])
def test_draws_counted_one_by_one_are_the_same(frequencies, monkeypatch):
    def counts():
        return np.concatenate(list(iv.bootstrap_counts(100, 30, seed=3, frequencies=frequencies)))

    together = counts()
    monkeypatch.setattr(iv, "_ONE_BY_ONE", 0)
    np.testing.assert_array_equal(counts(), together)
