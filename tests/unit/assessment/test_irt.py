from __future__ import annotations

import math
import time

import numpy as np
import pytest

from stackmark.assessment import irt, irt_estimation
from stackmark.errors import UsageError
from unit.assessment.lsat6 import responses


def drawn(n, items, *, seed, slopes=None, missing=0.0):
    rng = np.random.Generator(np.random.PCG64(seed))
    a = np.ones(items) if slopes is None else np.asarray(slopes)
    b, theta = np.linspace(-1.5, 1.5, items), rng.normal(size=n)
    p = 1 / (1 + np.exp(-a * (theta[:, None] - b)))
    found = (rng.random((n, items)) < p).astype(float)
    found[rng.random(found.shape) < missing] = np.nan
    return found, theta, b


def values(model, name):
    return [getattr(item, name).value for item in model.items]


def test_lsat6_rasch_as_published():
    model = irt.rasch(responses())
    assert round(model.log_likelihood.value, 3) == -2466.938
    assert {round(a, 3) for a in values(model, "a")} == {0.755}
    assert [round(b, 3) for b in values(model, "b")] == [-3.615, -1.322, -0.318, -1.730, -2.780]
    assert (model.parameters, model.n, model.converged) == (6, 1000, True)


def test_lsat6_two_parameters_as_published():
    model = irt.two_parameter(responses())
    assert round(model.log_likelihood.value, 3) == -2466.653
    # The likelihood is flat: its maximum has a = .68837 for item 4 with 9 to 121 nodes alike, where
    # the published fit stopped at .689. The other digits agree.
    assert np.allclose(values(model, "a"), [0.826, 0.723, 0.891, 0.689, 0.657], atol=7e-4)
    assert [round(a, 3) for a in values(model, "a")] == [0.826, 0.723, 0.891, 0.688, 0.657]
    assert [round(b, 3) for b in values(model, "b")] == [-3.359, -1.370, -0.280, -1.866, -3.126]


def test_lsat6_standard_errors_as_numerical_derivatives_give():
    data = irt_estimation.patterns(irt_estimation.answers(responses()))
    for common in (True, False):
        found = irt_estimation.solve(data, common_slope=common)
        search = irt_estimation._Search(data, common_slope=common)
        free = np.linalg.lstsq(search.mapping, np.concatenate([found.a, found.d]), rcond=None)[0]

        def gradient(at, search=search):
            search._expect(at)
            return search.mapping.T @ search._gradient()

        step = 1e-5
        hessian = np.array(
            [
                (gradient(free + step * unit) - gradient(free - step * unit)) / (2 * step)
                for unit in np.eye(len(free))
            ]
        )
        covered = search.mapping @ np.linalg.inv(-hessian) @ search.mapping.T
        assert np.allclose(found.covariance, covered, rtol=1e-4, atol=1e-7)


def test_the_log_likelihood_is_that_of_plain_integration():
    found, _, _ = drawn(300, 6, seed=3, missing=0.2)
    found = found[~np.isnan(found).all(axis=1)]
    model = irt.two_parameter(found, all_n=True)
    grid = np.linspace(-9, 9, 4001)
    density = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi) * (grid[1] - grid[0])
    total = 0.0
    for row in found:  # slow on purpose
        likelihood = np.ones_like(grid)
        for answer, a, b in zip(row, model.slopes, model.difficulties, strict=True):
            p = 1 / (1 + np.exp(-a * (grid - b)))
            if not math.isnan(answer):
                likelihood = likelihood * (p if answer else 1 - p)
        total += math.log((likelihood * density).sum())
    assert math.isclose(model.log_likelihood.value, total, rel_tol=1e-6)


def test_what_was_simulated_comes_back_though_a_fifth_is_missing():
    slopes = np.linspace(0.6, 2.0, 20)
    found, theta, b = drawn(3000, 20, seed=1, slopes=slopes, missing=0.2)
    model = irt.two_parameter(found)
    inside_a = [
        x.a.interval[0] <= a <= x.a.interval[1] for x, a in zip(model.items, slopes, strict=True)
    ]
    inside_b = [
        x.b.interval[0] <= y <= x.b.interval[1] for x, y in zip(model.items, b, strict=True)
    ]
    assert sum(inside_a) >= 17
    assert sum(inside_b) >= 17
    assert [item.n for item in model.items] == (~np.isnan(found)).sum(axis=0).tolist()
    r = np.corrcoef(model.ability, theta)[0, 1]
    assert abs(r**2 - model.reliability.value) < 0.03
    covered = np.abs(model.ability - theta) < 1.96 * model.ability_sd
    assert 0.93 < covered.mean() < 0.97


def test_permuting_candidates_changes_nothing_and_permuting_items_permutes():
    found, _, _ = drawn(600, 8, seed=5, missing=0.05)
    order, items = np.random.default_rng(0).permutation(600), [3, 1, 0, 2, 7, 6, 5, 4]
    one, other = irt.two_parameter(found), irt.two_parameter(found[order])
    turned = irt.two_parameter(found[:, items])
    assert np.allclose(values(one, "b"), values(other, "b"), atol=1e-6)
    assert np.allclose(one.ability[order], other.ability, atol=1e-6)
    assert np.allclose(np.array(values(one, "a"))[items], values(turned, "a"), atol=1e-5)


def test_turning_every_answer_round_turns_difficulties_round():
    found, _, _ = drawn(400, 6, seed=9)
    one, other = irt.rasch(found), irt.rasch(1 - found)
    assert np.allclose(values(one, "b"), [-b for b in values(other, "b")], atol=1e-6)
    assert np.allclose(values(one, "a"), values(other, "a"), atol=1e-6)


def test_a_wrong_key_has_a_negative_slope_and_does_not_fit_rasch():
    found, _, _ = drawn(1000, 20, seed=2)
    found[:, 4] = 1 - found[:, 4]
    assert irt.two_parameter(found).items[4].a.interval[1] < 0
    model = irt.rasch(found)
    assert model.items[4].fit == "underfit"
    assert model.items[4].outfit.value > 1.3
    assert {item.fit for at, item in enumerate(model.items) if at != 4} == {"fits"}


def test_items_steeper_than_the_rest_overfit():
    slopes = np.ones(20)
    slopes[7] = 6
    found, _, _ = drawn(2000, 20, seed=4, slopes=slopes)
    model = irt.rasch(found)
    assert model.items[7].outfit.value < 0.7
    assert model.items[7].fit == "overfit"


def test_mean_squares_are_one_where_the_model_holds():
    fits = []
    for seed in range(10):
        model = irt.rasch(drawn(500, 10, seed=100 + seed)[0])
        fits += values(model, "infit") + values(model, "outfit")
    assert abs(np.mean(fits) - 1) < 0.01
    assert 0.8 < min(fits) < max(fits) < 1.2


def test_conditional_sem_is_that_of_the_information():
    model = irt.rasch(responses())
    p = model.probability([0.5])[0]
    information = 0.7551346**2 * (p * (1 - p)).sum()
    assert math.isclose(model.information(0.5)[0], information, rel_tol=1e-6)
    assert math.isclose(model.sem(0.5)[0], information**-0.5, rel_tol=1e-6)
    theta = model.ability_at(3.5)
    assert math.isclose(model.probability(theta).sum(), 3.5, rel_tol=1e-9)
    p = model.probability(theta)
    assert math.isclose(model.score_sem(3.5), math.sqrt((p * (1 - p)).sum()))
    with pytest.raises(UsageError, match="A score of 5 has no ability") as caught:
        model.score_sem(5)
    assert caught.value.reason == "usage.cut"


def test_too_few_candidates_are_told_not_estimated():
    found, _, _ = drawn(99, 6, seed=6)
    model = irt.rasch(found)
    assert not model.ability.size
    assert model.note == "insufficient data: 99 candidates, at least 100 are needed"
    assert {item.b.value for item in model.items} == {None}
    assert all(item.b.insufficient and item.fit == "unknown" for item in model.items)
    kept = irt.rasch(found, all_n=True)
    assert all(item.b.insufficient and item.b.value is not None for item in kept.items)
    assert irt.two_parameter(drawn(499, 6, seed=6)[0]).items[0].a.value is None
    assert model.score_sem(3) is None


def test_an_item_few_answered_is_insufficient_by_itself():
    found, _, _ = drawn(300, 6, seed=7)
    found[50:, 2] = np.nan
    model = irt.rasch(found)
    assert model.items[2].b.value is None
    assert model.items[2].b.note == "insufficient data: 50 candidates, at least 100 are needed"
    assert model.items[1].b.value is not None


@pytest.mark.parametrize(("answer", "word"), [(1, "all"), (0, "none")])
def test_an_item_all_or_none_got_right_is_refused_by_name(answer, word):
    found, _, _ = drawn(120, 5, seed=8)
    found[:, 3] = answer
    found[:20, 3] = np.nan
    assert irt.constant(found) == (3,)
    with pytest.raises(
        UsageError, match=f"Item q4 was answered right by {word} of the 100"
    ) as caught:
        irt.rasch(found, names=["q1", "q2", "q3", "q4", "q5"])
    assert caught.value.reason == "usage.item-constant"


@pytest.mark.parametrize(
    ("table", "reason", "sentence"),
    [
        ([[1, 2], [0, 1]], "usage.responses", "Candidate 1, item 2: 2 is neither 0 nor 1"),
        ([["x", 1]], "usage.responses", "must be a table of 1, 0 or nothing"),
        ([1, 0], "usage.responses", "must be a table, a row a candidate"),
        ([[1], [0]], "usage.items", "needs at least 2 items; there are 1"),
    ],
)
def test_what_is_no_table_of_answers_is_refused(table, reason, sentence):
    with pytest.raises(UsageError, match=sentence) as caught:
        irt.rasch(table)
    assert caught.value.reason == reason


def test_a_candidate_who_answered_nothing_has_no_ability():
    found, _, _ = drawn(150, 5, seed=10)
    found[7] = np.nan
    model = irt.rasch(found)
    assert model.n == 149
    assert math.isnan(model.ability[7])
    assert np.isfinite(np.delete(model.ability, 7)).all()


def test_answers_in_perfect_order_have_no_estimates_and_a_reason():
    ladder = np.tril(np.ones((7, 6)))[:7]
    ladder = np.vstack([np.zeros(6), ladder[:6]])
    found = np.repeat(ladder, 100, axis=0)
    model = irt.two_parameter(found)
    assert not model.converged
    assert "no maximum was found" in model.items[0].a.note
    assert model.items[0].a.value is None
    assert model.log_likelihood.value is None


def test_five_thousand_candidates_and_forty_items_are_quick():
    found, _, _ = drawn(5000, 40, seed=12, slopes=np.linspace(0.6, 1.8, 40))
    begun = time.process_time()
    model = irt.two_parameter(found)
    assert model.converged
    assert time.process_time() - begun < 10  # half a second on an idle core
