from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stackmark.assessment.distractors import distractor_table
from stackmark.assessment.items import item_statistics, read_responses
from stackmark.errors import UsageError
from unit.assessment.lsat6 import responses


def test_lsat6_as_published():
    # Bock and Lieberman (1970); corrected correlations as in R's ltm::descript(LSAT)
    found = item_statistics(responses())
    assert [round(one.difficulty.value, 3) for one in found] == [0.924, 0.709, 0.553, 0.763, 0.870]
    assert [round(one.discrimination.value, 4) for one in found] == [
        0.1128, 0.1532, 0.1728, 0.1444, 0.1216,
    ]  # fmt: skip
    assert {one.flag for one in found} == {"review"}
    assert found[0].discrimination.n == 1_000
    low, high = found[0].discrimination.interval
    assert low < 0.1128 < high


def two_parameter(rng, n, difficulties):
    ability = rng.normal(size=(n, 1))
    chance = 1 / (1 + np.exp(-1.5 * (ability - np.asarray(difficulties))))
    return (rng.random(chance.shape) < chance).astype(float)


def test_a_planted_wrong_key_is_negative_and_flagged_every_time():
    rng = np.random.default_rng(1)
    for _ in range(40):
        data = two_parameter(rng, 200, np.linspace(-1.5, 1.5, 20))
        data[:, 7] = 1 - data[:, 7]
        found = item_statistics(data)
        assert found[7].discrimination.value < 0
        assert [one.name for one in found if one.flag == "probable wrong key"] == ["item8"]
        assert found[7].upper_lower.value < 0


@pytest.mark.parametrize(
    ("right", "flag", "reason"),
    [
        (19, "review", "very hard"),
        (21, "keep", ""),
        (90, "keep", ""),
        (96, "review", "very easy"),
    ],
)
def test_thresholds_of_difficulty(right, flag, reason):
    ability = np.linspace(-1, 1, 100)
    item = np.zeros(100)
    item[np.argsort(-ability)[:right]] = 1
    others = (ability[:, None] > np.linspace(-0.8, 0.8, 9)).astype(float)
    found = item_statistics(np.column_stack([item, others]))[0]
    assert found.flag == flag
    assert reason in " ".join(found.reasons)


def test_weak_items_are_reviewed_and_constant_ones_are_not_defined():
    rng = np.random.default_rng(8)
    data = two_parameter(rng, 300, np.zeros(10))
    data[:, 0] = rng.random(300) < 0.5
    data[:, 1] = 1
    weak, constant = item_statistics(data)[:2]
    assert weak.flag in ("review", "probable wrong key")
    assert abs(weak.discrimination.value) < 0.2
    assert constant.discrimination.value is None
    assert "constant" in constant.discrimination.note
    assert constant.flag == "review"
    assert "very easy" in constant.reasons[-1]


def test_few_candidates_have_no_numbers_unless_asked():
    data = two_parameter(np.random.default_rng(1), 29, np.zeros(5))
    found = item_statistics(data)[0]
    assert found.difficulty.value is None
    assert found.difficulty.insufficient
    assert found.flag == "insufficient data"
    asked = item_statistics(data, all_n=True)[0]
    assert asked.difficulty.value == pytest.approx(data[:, 0].mean())
    assert asked.difficulty.insufficient
    assert asked.flag != "insufficient data"


def test_nobody_answered():
    found = item_statistics(np.full((40, 3), np.nan), all_n=True)[0]
    assert (found.answered, found.missing) == (0, 40)
    assert found.difficulty.value is None
    assert found.discrimination.value is None
    assert found.upper_lower.value is None


def test_no_candidates_at_all():
    found = item_statistics(np.empty((0, 2)))
    assert [one.flag for one in found] == ["insufficient data"] * 2
    assert found[0].maximum == 1


def slow(data, maxima):
    """Item by item and candidate by candidate."""
    found = []
    for item in range(data.shape[1]):
        own, rest = [], []
        for row in data:
            others = [
                one for one in range(data.shape[1]) if one != item and not math.isnan(row[one])
            ]
            if math.isnan(row[item]) or not others:
                continue
            own.append(row[item] / maxima[item])
            rest.append(sum(row[one] for one in others) / sum(maxima[one] for one in others))
        with np.errstate(all="ignore"):
            spread = len(own) > 1 and min(np.std(own), np.std(rest)) > 1e-9
            r = np.corrcoef(own, rest)[0, 1] if spread else None
        seen = [row[item] / maxima[item] for row in data if not math.isnan(row[item])]
        found.append((np.mean(seen) if seen else None, r))
    return found


tables = hnp.arrays(
    float,
    st.tuples(st.integers(2, 12), st.integers(1, 5)),
    elements=st.sampled_from([0.0, 1.0, 2.0, 3.0, math.nan]),
)


@settings(max_examples=150, deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_equals_the_slow_way_and_order_of_candidates_does_not_matter(data, random):
    maxima = [3.0 + item for item in range(data.shape[1])]
    found = item_statistics(data, maxima, all_n=True)
    for one, (p, r) in zip(found, slow(data, maxima), strict=True):
        assert one.difficulty.value == (None if p is None else pytest.approx(p))
        assert one.discrimination.value == (None if r is None else pytest.approx(r, abs=1e-9))
    order = list(range(len(data)))
    random.shuffle(order)
    again = item_statistics(data[order], maxima, all_n=True)
    for one, other in zip(found, again, strict=True):
        assert one.answered == other.answered
        assert one.upper_lower.value == (
            None if other.upper_lower.value is None else pytest.approx(other.upper_lower.value)
        )


def test_upper_and_lower_share_the_tied():
    # ten candidates: 2.7 each end; the border is tied on both sides
    totals = [0, 1, 1, 1, 2, 2, 3, 3, 3, 4]
    data = np.array([[1.0] * one + [0.0] * (4 - one) for one in totals])
    found = item_statistics(data, all_n=True)
    # item 2 is right for totals of 2 and more: all above, none of 0 and 1 below
    assert found[1].upper_lower.value == pytest.approx(1.0)
    # item 4 is right for the best candidate alone: 1 of 2.7
    assert found[3].upper_lower.value == pytest.approx(1 / 2.7)


def test_newcombe_as_published():
    # Newcombe (1998), Statistics in Medicine 17, 873, table II, method 10
    from stackmark.assessment.items import _newcombe

    assert _newcombe(56 / 70, 70, 48 / 80, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert _newcombe(9 / 10, 10, 3 / 10, 10) == pytest.approx((0.1705, 0.8090), abs=5e-5)


def test_missing_is_counted_or_wrong_as_asked():
    data = np.array([[1, 1, 0], [1, math.nan, 0], [0, 1, 1]] * 20, dtype=float)
    left = item_statistics(data)[1]
    assert (left.answered, left.missing, left.difficulty.value) == (40, 20, 1.0)
    wrong = item_statistics(data, missing="wrong")[1]
    assert (wrong.answered, wrong.missing) == (60, 0)
    assert wrong.difficulty.value == pytest.approx(2 / 3)


def test_points_count_as_a_share_of_the_maximum():
    data = np.tile([[5.0, 1], [3, 0], [1, 1]], (20, 1))
    found = item_statistics(data, [10, 1], names=("essay", "quiz"))[0]
    assert (found.name, found.maximum) == ("essay", 10)
    assert found.difficulty.value == pytest.approx(0.3)
    assert "Student" in found.difficulty.method


@pytest.mark.parametrize(
    ("points", "more", "reason"),
    [
        ([[1, "x"]], {}, "usage.responses"),
        ([[1], [1, 2]], {}, "usage.responses"),
        ([1, 2], {}, "usage.responses"),
        ([[math.inf]], {}, "usage.responses"),
        ([[-1]], {}, "usage.responses"),
        ([[1, 0]], {"names": ("a",)}, "usage.responses"),
        ([[2, 0]], {"maxima": [1, 1]}, "usage.maximum"),
        ([[0, 0]], {"maxima": [1, 0]}, "usage.maximum"),
        ([[0, 0]], {"maxima": [1]}, "usage.maximum"),
        ([[0, 0]], {"missing": "skip"}, "usage.missing"),
    ],
)
def test_what_is_no_table_of_responses_is_said(points, more, reason):
    with pytest.raises(UsageError) as caught:
        read_responses(points, **more)
    assert caught.value.reason == reason


def test_more_than_the_maximum_names_the_item():
    with pytest.raises(UsageError, match="essay: 12 points"):
        read_responses([[12.0, 1.0]], [10, 1], names=("essay", "quiz"))


def test_distractors_tell_a_wrong_key_and_a_dead_option():
    rng = np.random.default_rng(2)
    right = two_parameter(rng, 400, np.linspace(-1, 1, 12))
    choices = np.where(right == 1, "A", rng.choice(["B", "C"], size=right.shape))
    choices[0, 1] = "D"
    choices[1, 2] = ""
    key = ["A"] * 12
    key[0] = "B"  # the planted fault
    tables = distractor_table(choices.tolist(), key)
    wrong = {one.option: one for one in tables[0]}
    assert wrong["A"].note == "better candidates choose it"
    assert wrong["B"].is_key
    assert wrong["B"].note == "better candidates avoid the key"
    sound = {one.option: one for one in tables[1]}
    assert sound["A"].note == ""
    assert sound["B"].discrimination.value < 0
    assert sound["D"].note == "hardly anybody chooses it"
    assert sum(one.share.value for one in tables[1]) == pytest.approx(1)
    assert tables[2][0].share.n == 399
    scored = item_statistics(np.where(choices == "", math.nan, choices == key))
    assert wrong["B"].discrimination.value == pytest.approx(scored[0].discrimination.value)


def test_distractors_of_few_and_of_none():
    table = distractor_table([["A"], [None]], ["B"])[0]
    assert [(one.option, one.is_key) for one in table] == [("A", False), ("B", True)]
    assert all(one.share.value is None and one.note == "" for one in table)
    with pytest.raises(UsageError) as caught:
        distractor_table([["A", "B"]], ["B"])
    assert caught.value.reason == "usage.responses"
