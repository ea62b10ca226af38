from __future__ import annotations

import math

import numpy as np
import pytest

from stackmark.assessment import beta_binomial, decisions
from stackmark.assessment.verdicts import normal_verdicts
from stackmark.errors import UsageError

# reliability, pass rate, base, accuracy, PPV, LR+, bits: reference/domain.md, part C3
TABLE = [
    (0.5, 0.20, 0.117, 0.840, 0.392, 4.9, 0.105),
    (0.5, 0.95, 0.990, 0.953, 0.996, 2.6, 0.018),
    (0.7, 0.50, 0.500, 0.815, 0.815, 4.4, 0.310),
    (0.8, 0.20, 0.173, 0.899, 0.681, 10.2, 0.268),
    (0.8, 0.50, 0.500, 0.852, 0.852, 5.8, 0.396),
    (0.8, 0.80, 0.827, 0.899, 0.954, 4.3, 0.268),
    (0.8, 0.95, 0.967, 0.966, 0.991, 3.7, 0.088),
    (0.9, 0.50, 0.500, 0.898, 0.898, 8.8, 0.523),
]


@pytest.mark.parametrize(("rho", "passed", "base", "accuracy", "ppv", "ratio", "bits"), TABLE)
def test_the_normal_theory_table(rho, passed, base, accuracy, ppv, ratio, bits):
    found = decisions.normal_theory(rho, passed, n=1000)
    half = 0.0005 + 2e-5  # a third decimal; 0.9525 is printed as .953
    assert abs(found.base.value - base) < half
    assert abs(found.accuracy.value - accuracy) < half
    assert abs(found.ppv.value - ppv) < half
    assert abs(found.bits.value - bits) < half
    # At (.5, 95 %) both is exactly .946248, so LR+ is 2.5485; the table's 2.6 is a rounded input.
    assert abs(found.likelihood_ratio.value - ratio) < (0.052 if ratio == 2.6 else 0.05)


def test_the_normal_theory_by_simulation():
    rng = np.random.Generator(np.random.PCG64(7))
    true = rng.normal(size=1_000_000) * math.sqrt(0.8)
    seen = true + rng.normal(size=true.size) * math.sqrt(0.2)
    again = true + rng.normal(size=true.size) * math.sqrt(0.2)
    z = 0.8416212335729143  # a fifth pass
    found = decisions.normal_theory(0.8, 0.2, n=1000)
    assert abs((true >= z)[seen >= z].mean() - found.ppv.value) < 0.003
    assert abs(found.ppv.value - 0.6816) < 0.0002
    assert abs((true >= z).mean() - found.base.value) < 0.002
    assert abs(((seen >= z) == (again >= z)).mean() - found.consistency.value) < 0.002
    assert abs(((seen >= z) == (true >= z)).mean() - found.accuracy.value) < 0.002


@pytest.mark.parametrize("rho", [0.05, 0.3, 0.5, 0.8, 0.95, 1.0])
def test_the_closed_form_at_the_mean(rho):
    consistency, accuracy = decisions.at_mean_cut(rho)
    found = normal_verdicts(rho, 0.5)
    assert math.isclose(found.consistency[0], consistency, abs_tol=1e-12)
    assert math.isclose(found.accuracy[0], accuracy, abs_tol=1e-12)


def test_the_closed_form_as_published():
    assert [round(one, 3) for one in decisions.at_mean_cut(0.8)] == [0.795, 0.852]


def test_a_high_ppv_can_be_worth_little():
    easy, hard = (decisions.normal_theory(0.8, p, n=500) for p in (0.95, 0.2))
    assert easy.ppv.value > hard.ppv.value
    assert easy.bits.value < hard.bits.value / 2


def test_bits_are_the_mutual_information_of_the_four_shares():
    found = normal_verdicts(0.7, 0.35)
    both, base, passed = found.both[0], found.base[0], found.passed[0]
    joint = [both, passed - both, base - both, 1 - passed - base + both]
    alone = [passed * base, passed * (1 - base), (1 - passed) * base, (1 - passed) * (1 - base)]
    bits = sum(p * math.log2(p / q) for p, q in zip(joint, alone, strict=True))
    assert math.isclose(found.bits[0], bits, rel_tol=1e-9)


def test_nobody_or_everybody_passing_has_no_answer():
    for passed in (0, 1):
        found = decisions.normal_theory(0.8, passed, n=100)
        assert found.ppv.value is None
        assert found.ppv.note == "not defined where nobody or everybody passes"
        assert not found.ppv.insufficient


def test_intervals_come_from_draws_of_both():
    rng = np.random.default_rng(1)
    rho, passed = 0.8 + 0.02 * rng.normal(size=1000), 0.3 + 0.02 * rng.normal(size=1000)
    found = decisions.normal_theory(0.8, 0.3, n=400, reliability_draws=rho, pass_rate_draws=passed)
    low, high = found.accuracy.interval
    assert low < found.accuracy.value < high
    assert "bootstrap" in found.accuracy.method
    assert decisions.normal_theory(0.8, 0.3, n=400).accuracy.interval is None


def test_employers_odds():
    assert math.isclose(decisions.posterior(0.5, 4), 0.8)
    assert decisions.posterior(0.3, 1) == pytest.approx(0.3)
    assert decisions.posterior(0.3, 0) == 0
    found = decisions.normal_theory(0.8, 0.2, n=100)
    own = decisions.posterior(found.base.value, found.likelihood_ratio.value)
    assert math.isclose(own, found.ppv.value, rel_tol=1e-9)
    for base in (0, 1, -0.1, math.nan):
        with pytest.raises(UsageError, match="has no odds"):
            decisions.posterior(base, 2)
    with pytest.raises(UsageError, match="is no likelihood ratio"):
        decisions.posterior(0.5, -1)


def truth(items, alpha, beta, cut, low=0.0, high=1.0):
    """Accuracy, consistency and PPV of beta-binomial candidates, by fine integration."""
    from scipy import stats

    edges = np.linspace(0, 1, 100_001)
    t = (edges[1:] + edges[:-1]) / 2
    mass = np.diff(stats.beta.cdf(edges, alpha, beta))
    t = low + (high - low) * t
    pass_ = stats.binom.sf(cut - 1, items, t)
    able = t >= cut / items
    both, passed, base = (mass * pass_)[able].sum(), (mass * pass_).sum(), mass[able].sum()
    return 1 - passed - base + 2 * both, (mass * (pass_**2 + (1 - pass_) ** 2)).sum(), both / passed


def estimates(items, alpha, beta, cut, *, n, runs, seed, low=0.0, high=1.0):
    rng = np.random.Generator(np.random.PCG64(seed))
    scores = rng.binomial(items, low + (high - low) * rng.beta(alpha, beta, (runs, n)))
    mean, variance = scores.mean(axis=1), scores.var(axis=1)
    kr21 = items / (items - 1) * (1 - mean * (items - mean) / (items * variance))
    left = scores - mean[:, None]
    found = decisions.livingston_lewis_verdicts(
        mean,
        variance,
        kr21,
        cut=cut,
        low=0,
        high=items,
        third=(left**3).mean(axis=1),
        fourth=(left**4).mean(axis=1),
        step=1,
        candidates=n,
    )
    assert np.allclose(found.length, items)
    verdicts = found.verdicts
    return np.array([verdicts.accuracy, verdicts.consistency, verdicts.ppv]), found.four


SETTINGS = [(40, 6, 4, 24), (20, 8, 3, 14), (60, 5, 5, 30), (100, 12, 4, 70)]


@pytest.mark.parametrize("setting", SETTINGS)
def test_livingston_lewis_recovers_beta_binomial_candidates(setting):
    found, _ = estimates(*setting, n=500, runs=1500, seed=sum(setting))
    assert np.abs(found.mean(axis=1) - truth(*setting)).max() < 0.0011
    assert found.std(axis=1).max() <= 0.02


def test_four_parameters_are_taken_where_two_do_not_fit_and_seldom_elsewhere():
    guessing = {"low": 0.25, "high": 1.0}
    found, four = estimates(40, 3, 3, 28, n=5000, runs=200, seed=1, **guessing)
    assert four.all()
    assert np.abs(found.mean(axis=1) - truth(40, 3, 3, 28, **guessing)).max() < 0.0015
    _, four = estimates(40, 6, 4, 24, n=500, runs=1000, seed=2)
    assert four.mean() < 0.08


def test_the_four_parameter_beta_gives_back_its_moments():
    alpha, beta, low, high, n = 3.0, 5.0, 0.2, 0.95, 50.0
    t = np.linspace(0, 1, 400_001)
    density = t ** (alpha - 1) * (1 - t) ** (beta - 1)
    density /= density.sum()
    t = low + (high - low) * t
    raw = [float((density * t**order).sum()) for order in range(5)]
    # moments of observed shares under binomial error, order by order from factorial moments
    y = [1.0, n * raw[1]]
    y.append(n * (n - 1) * raw[2] + y[1])
    y.append(n * (n - 1) * (n - 2) * raw[3] + 3 * y[2] - 2 * y[1])
    y.append(n * (n - 1) * (n - 2) * (n - 3) * raw[4] + 6 * y[3] - 11 * y[2] + 6 * y[1])
    share = [one / n**order for order, one in enumerate(y)]
    m = share[1]
    central = [
        sum(math.comb(k, i) * share[i] * (-m) ** (k - i) for i in range(k + 1)) for k in range(5)
    ]
    found = beta_binomial.fit(*(np.array([x]) for x in (n, m, *central[2:], 1e9)))
    assert found.four.all()
    got = [found.alpha[0], found.beta[0], found.low[0], found.high[0]]
    assert np.allclose(got, [alpha, beta, low, high], rtol=1e-4)


def test_the_binomial_tail_is_exact_with_whole_numbers():
    from scipy import stats

    true = beta_binomial.TrueScores(*(np.array([x]) for x in (6.0, 4.0, 0.0, 1.0, False)))
    found = beta_binomial.verdicts(true, np.array([40.0]), np.array([0.6]), np.array([24.0]))
    passed = stats.betabinom.sf(23, 40, 6, 4)
    assert math.isclose(found.passed[0], passed, abs_tol=1e-4)
    accuracy, consistency, ppv = truth(40, 6, 4, 24)
    assert abs(found.accuracy[0] - accuracy) < 1e-4
    assert abs(found.consistency[0] - consistency) < 1e-4
    assert abs(found.ppv[0] - ppv) < 1e-4


def beta_scores(n=500, items=40, seed=3):
    rng = np.random.Generator(np.random.PCG64(seed))
    return rng.binomial(items, rng.beta(6, 4, n)).astype(float)


def test_the_scale_and_the_order_of_candidates_do_not_matter():
    scores = beta_scores()
    one = decisions.livingston_lewis(scores, cut=24, reliability=0.8, low=0, high=40, seed=1)
    other = decisions.livingston_lewis(
        10 + 2.5 * scores[::-1], cut=70, reliability=0.8, low=10, high=110, seed=1
    )
    for name in (
        "accuracy",
        "consistency",
        "kappa",
        "false_positive",
        "false_negative",
        "ppv",
        "bits",
    ):
        assert math.isclose(getattr(one, name).value, getattr(other, name).value, rel_tol=1e-9)
        assert np.allclose(getattr(one, name).interval, getattr(other, name).interval)


def test_the_shares_hang_together():
    found = decisions.livingston_lewis(
        beta_scores(), cut=24, reliability=0.8, low=0, high=40, seed=1
    )
    wrong = found.false_positive.value + found.false_negative.value
    assert math.isclose(found.accuracy.value + wrong, 1, rel_tol=1e-12)
    assert math.isclose(
        found.ppv.value, 1 - found.false_positive.value / found.pass_rate.value, rel_tol=1e-9
    )
    ratio = found.sensitivity.value / found.false_positive_rate.value
    assert math.isclose(found.likelihood_ratio.value, ratio, rel_tol=1e-9)
    assert abs(found.pass_rate.value - (beta_scores() >= 24).mean()) < 0.03
    assert found.accuracy.interval[0] < found.accuracy.value < found.accuracy.interval[1]
    chance = found.pass_rate.value**2 + (1 - found.pass_rate.value) ** 2
    assert math.isclose(
        found.kappa.value, (found.consistency.value - chance) / (1 - chance), rel_tol=1e-9
    )


def test_a_more_reliable_score_decides_better():
    values = [
        decisions.livingston_lewis(
            beta_scores(), cut=24, reliability=rho, low=0, high=40, seed=1, draws=10
        ).accuracy.value
        for rho in (0.5, 0.7, 0.85, 0.95)
    ]
    assert values == sorted(values)
    assert values[-1] - values[0] > 0.05


def test_the_same_seed_gives_the_same_interval():
    asked = {"cut": 24, "reliability": 0.8, "low": 0, "high": 40}
    one, same, other = (
        decisions.livingston_lewis(beta_scores(), **asked, seed=seed) for seed in (1, 1, 2)
    )
    assert one == same
    assert one.ppv.interval != other.ppv.interval


def test_few_candidates_and_no_reliability_have_no_numbers():
    asked = {"cut": 24, "low": 0, "high": 40, "seed": 1, "draws": 50}
    few = decisions.livingston_lewis(beta_scores(29), reliability=0.8, **asked)
    assert few.accuracy.value is None
    assert few.accuracy.note == "insufficient data: 29 candidates, at least 30 are needed"
    kept = decisions.livingston_lewis(beta_scores(29), reliability=0.8, all_n=True, **asked)
    assert kept.accuracy.insufficient
    assert kept.accuracy.value is not None
    for rho in (-0.2, 0.0, 1.0):
        found = decisions.livingston_lewis(beta_scores(), reliability=rho, **asked)
        assert found.accuracy.value is None
        assert found.accuracy.note == "not defined for these data"
    same = decisions.livingston_lewis([30.0] * 50, reliability=0.8, **asked)
    assert same.accuracy.value is None


@pytest.mark.parametrize(
    ("change", "reason", "sentence"),
    [
        ({"cut": 41}, "usage.cut", "A cut of 41 lies outside the scale; give one from 0 to 40"),
        ({"high": 0}, "usage.cut", "A scale from 0 to 0 is none"),
        ({"high": 30}, "usage.scores", "lies outside the scale 0 to 30"),
        ({"reliability": 1.2}, "usage.reliability", "A reliability of 1.2 is none"),
        ({"scores": []}, "usage.scores", "There are no scores"),
    ],
)
def test_what_cannot_be_is_refused(change, reason, sentence):
    asked = {
        "scores": beta_scores(),
        "cut": 24,
        "reliability": 0.8,
        "low": 0,
        "high": 40,
        "seed": 1,
    } | change
    with pytest.raises(UsageError, match=sentence) as caught:
        decisions.livingston_lewis(asked.pop("scores"), **asked)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("scores", "low", "step"),
    [
        ([0, 2.5, 5, 30], 0, 2.5),
        ([10, 12, 16], 10, 2),
        ([0.13, 7.31, 2.2222], 0, 0),
        ([3, 3, 3], 3, 0),
    ],
)
def test_the_step_of_a_score(scores, low, step):
    assert decisions.score_step(np.array(scores, dtype=float), low) == step


def test_continuous_scores_are_cut_where_they_are_not_a_half_step_lower():
    rng = np.random.Generator(np.random.PCG64(11))
    true = 100 * rng.beta(12, 6, 200_000)
    seen = np.clip(true + rng.normal(size=true.size) * 5, 0, 100)
    rho = 1 - 25 / seen.var()
    found = decisions.livingston_lewis(
        seen[:20_000], cut=60, reliability=rho, low=0, high=100, seed=1, draws=20
    )
    accuracy = ((seen >= 60) == (true >= 60)).mean()
    assert abs(found.accuracy.value - accuracy) < 0.01
    assert abs(found.pass_rate.value - (seen >= 60).mean()) < 0.01


def test_a_thousand_draws_are_quick():
    import time

    rng = np.random.default_rng(0)
    mean, variance = 24 + rng.normal(size=1000), 60 + rng.normal(size=1000)
    begun = time.perf_counter()
    found = decisions.livingston_lewis_verdicts(
        mean,
        variance,
        0.8,
        cut=24,
        low=0,
        high=40,
        third=0 * mean,
        fourth=3 * variance**2,
        candidates=500,
    )
    assert time.perf_counter() - begun < 3  # 0.1 s on an idle core
    assert np.isfinite(found.verdicts.accuracy).all()


def test_the_chance_of_taking_four_parameters_wrongly_is_the_one_stated():
    rng = np.random.Generator(np.random.PCG64(3))
    scores = rng.binomial(20, rng.beta(8, 3, (2000, 800))) / 20
    mean, left = scores.mean(axis=1), scores - scores.mean(axis=1, keepdims=True)
    variance = (left**2).mean(axis=1)
    true = (20 * variance - mean * (1 - mean)) / 19
    total = mean * (1 - mean) / true - 1
    chi2 = 800 * beta_binomial.misfit(
        np.full(2000, 20.0),
        mean * total,
        (1 - mean) * total,
        (left**3).mean(axis=1),
        (left**4).mean(axis=1),
    )
    assert 0.03 < (chi2 > 5.991).mean() < 0.07
    assert abs(chi2.mean() - 2) < 0.2
