from __future__ import annotations

import math

import numpy as np
import pytest

from stackmark.assessment.angoff import Rating, angoff
from stackmark.errors import UsageError


def ratings(table, number=1):
    return [
        Rating(f"j{judge}", number, f"i{item}", p)
        for judge, row in enumerate(table)
        for item, p in enumerate(row)
        if p is not None
    ]


THREE = [[0.6, 0.5, 0.8], [0.7, 0.4, 0.9], [0.5, 0.6, 0.7]]


def test_a_cut_by_hand():
    found = angoff(ratings(THREE))
    assert math.isclose(found.cut.value, 0.6 + 0.5 + 0.8)
    spread = np.std([1.9, 2.0, 1.8], ddof=1)
    assert math.isclose(found.rounds[0].judge_spread, spread)
    assert math.isclose(found.standard_error.value, spread / math.sqrt(3))
    half = 4.302652729911275 * spread / math.sqrt(3)  # t with 2 degrees of freedom
    assert np.allclose(found.cut.interval, [1.9 - half, 1.9 + half])
    assert math.isclose(found.share, 1.9 / 3)
    assert (found.judges, found.items, found.cut.n, found.cut.of) == (3, 3, 3, "judges")
    assert found.rounds[0].sums == pytest.approx({"j0": 1.9, "j1": 2.0, "j2": 1.8})
    assert found.rounds[0].item_means == pytest.approx({"i0": 0.6, "i1": 0.5, "i2": 0.8})


def test_few_judges_and_one_round_are_flagged():
    flags = angoff(ratings(THREE)).flags
    assert flags[0] == "3 judges took part in the last round; at least 8 are advised"
    assert flags[1].startswith("there was one round")
    assert len(flags) == 2


def test_eight_judges_two_rounds_and_a_small_error_have_no_flag():
    rng = np.random.default_rng(1)
    first, second = (
        np.clip(0.6 + s * rng.normal(size=(8, 20)), 0, 1).tolist() for s in (0.15, 0.05)
    )
    found = angoff(ratings(first) + ratings(second, 2), sem=2.5)
    assert found.flags == ()
    assert [one.number for one in found.rounds] == [1, 2]
    assert found.cut == found.rounds[1].cut
    assert found.rounds[1].judge_spread < found.rounds[0].judge_spread


def test_a_standard_error_above_half_the_sem_is_flagged():
    error = angoff(ratings(THREE)).standard_error.value
    assert any("exceeds half the SEM" in flag for flag in angoff(ratings(THREE), sem=error).flags)
    calm = angoff(ratings(THREE), sem=2.01 * error).flags
    assert not any("exceeds half the SEM" in flag for flag in calm)


def test_a_missing_rating_is_named_and_its_judge_leaves_the_error():
    table = [*[list(row) for row in THREE], [0.6, None, 0.6]]
    found = angoff(ratings(table))
    assert found.rounds[0].missing == (("j3", "i1"),)
    assert "1 rating missing, the first by j3 for i1" in found.flags
    assert math.isclose(
        found.cut.value, np.mean([0.6, 0.7, 0.5, 0.6]) + 0.5 + np.mean([0.8, 0.9, 0.7, 0.6])
    )
    assert "j3" not in found.rounds[0].sums
    assert found.standard_error.n == 3
    assert found.cut.n == 4


def test_an_item_nobody_rated_in_a_round_leaves_no_cut():
    found = angoff(ratings(THREE) + ratings([row[:2] for row in THREE], 2))
    assert found.cut.value is None
    assert found.cut.note == "nobody rated i2 in round 2"
    assert found.rounds[0].cut.value is not None


def test_two_judges_are_insufficient():
    found = angoff(ratings(THREE[:2]))
    assert (found.cut.value, found.cut.insufficient) == (None, True)
    assert found.cut.note == "insufficient data: 2 judges, at least 3 are needed"
    shown = angoff(ratings(THREE[:2]), all_n=True)
    assert math.isclose(shown.cut.value, 0.65 + 0.45 + 0.85)
    assert shown.cut.insufficient
    assert angoff(ratings(THREE[:1]), all_n=True).standard_error.value is None


def test_the_order_of_ratings_does_not_matter():
    given = ratings(THREE) + ratings(THREE[::-1], 2)
    assert angoff(given) == angoff(given[::-1])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([Rating("j1", 2, "q", 60)], "Judge j1, round 2, item q: 60 is no probability"),
        ([Rating("j1", 1, "q", math.nan)], "nan is no probability"),
        ([Rating("j1", 1, "q", 0.5)] * 2, "Judge j1, round 1, item q is rated twice"),
        ([], "There are no ratings"),
    ],
)
def test_ratings_that_cannot_be_are_refused(given, sentence):
    with pytest.raises(UsageError, match=sentence) as caught:
        angoff(given)
    assert caught.value.reason == "usage.rating"
