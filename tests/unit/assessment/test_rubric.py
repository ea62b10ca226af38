from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackmark.assessment.rubric import (
    ComponentRule,
    Criterion,
    RubricLevel,
    check_rubric,
    decide,
    differences,
    drawn,
    exact,
    is_near_cut,
    sample_size,
    score_rubric,
    second_marking,
    settled_score,
)
from stackmark.errors import UsageError


def criterion(name, *points, weight=1):
    return Criterion(
        name, weight, tuple(RubricLevel(f"l{at}", one) for at, one in enumerate(points))
    )


RUBRIC = (
    criterion("method", 0, 1, 2, 4),
    criterion("prose", 1, 2, 3, weight=Decimal("1.5")),
)


def refused(reason, call, *args, **more):
    with pytest.raises(UsageError) as caught:
        call(*args, **more)
    assert caught.value.reason == reason
    return caught.value.detail


def test_points_of_levels_by_weight_unrounded():
    found = score_rubric(RUBRIC, {"method": "l2", "prose": "l0"})
    assert (found.points, found.maximum) == (Fraction("3.5"), Fraction("8.5"))
    assert found.percent == Fraction(700, 17)
    assert score_rubric(RUBRIC, {"method": "l3", "prose": "l2"}).percent == 100


def test_floats_count_as_the_decimal_they_print_as():
    assert exact(0.1) + exact(0.2) == exact(0.3)
    assert exact(Decimal("0.1")) == exact(0.1) == Fraction(1, 10)
    for wrong in (math.nan, math.inf, Decimal("NaN"), None, "x"):
        refused("rubric.number", exact, wrong)


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        ({"method": "l1"}, "rubric.unmarked"),
        ({"method": "l1", "prose": ""}, "rubric.unmarked"),
        ({"method": "l9", "prose": "l1"}, "rubric.level"),
        ({"method": "l1", "prose": "l1", "spelling": "l1"}, "rubric.criterion"),
    ],
)
def test_a_marking_that_does_not_fit_is_refused(chosen, reason):
    refused(reason, score_rubric, RUBRIC, chosen)


@pytest.mark.parametrize(
    "rubric",
    [
        (),
        (criterion("a", 1),),
        (criterion("a", 1, 1),),
        (criterion("a", 2, 1),),
        (criterion("a", -1, 1),),
        (criterion("a", 0, 1, weight=0),),
        (criterion("a", 0, 1), criterion("a", 0, 1)),
        (Criterion("a", 1, (RubricLevel("x", 0), RubricLevel("x", 1))),),
    ],
)
def test_a_rubric_that_cannot_be_marked_with(rubric):
    refused("rubric.criteria", check_rubric, rubric)


def test_two_levels_apart_ask_for_a_third_person():
    one, other = {"method": "l1", "prose": "l1"}, {"method": "l3", "prose": "l2"}
    found = differences(RUBRIC, [one, other])
    assert [(each.criterion, each.apart, each.needs_adjudication) for each in found] == [
        ("method", 2, True),
        ("prose", 1, False),
    ]
    assert found[0].levels == ("l1", "l3")
    assert differences(RUBRIC, [one, one]) == ()
    third = {"method": "l2", "prose": "l1"}
    assert differences(RUBRIC, [one, third, other])[0].apart == 2
    refused("rubric.unmarked", differences, RUBRIC, [one, {"method": "l1"}])


def test_levels_count_not_points():
    # 2 and 4 points are one level apart
    found = differences(RUBRIC, [{"method": "l2", "prose": "l0"}, {"method": "l3", "prose": "l0"}])
    assert [each.needs_adjudication for each in found] == [False]


def test_the_settled_score_takes_the_mean_or_the_adjudicated_level():
    one, other = {"method": "l1", "prose": "l1"}, {"method": "l3", "prose": "l2"}
    detail = refused("rubric.adjudicate", settled_score, RUBRIC, [one, other])
    assert "method" in detail
    assert "prose" not in detail
    found = settled_score(RUBRIC, [one, other], {"method": "l2"})
    assert found.points == 2 + Fraction("1.5") * Fraction(5, 2)
    assert settled_score(RUBRIC, [one]) == score_rubric(RUBRIC, one)
    refused("rubric.unmarked", settled_score, RUBRIC, [])
    refused("rubric.criterion", settled_score, RUBRIC, [one], {"spelling": "l1"})
    refused("rubric.level", settled_score, RUBRIC, [one], {"method": "l9"})


RULES = (
    ComponentRule("essay", 2, 8, minimum=50),
    ComponentRule("test", 1, 40),
)


@pytest.mark.parametrize(
    ("points", "cut", "passed", "said"),
    [
        ({"essay": 6, "test": 20}, 60, True, ""),
        ({"essay": 4, "test": 40}, "66.6666", True, ""),  # exactly the minimum; 66 2/3 %
        ({"essay": 4, "test": 40}, "66.6667", False, "the total is 66.6666 %"),
        ({"essay": Decimal("3.99"), "test": 40}, 60, False, "essay has 49.875 %, at least 50 %"),
        ({"essay": 3, "test": 0}, 60, False, "the total is 25 %, the cut 60 %"),
        ({"essay": 6, "test": None}, 60, None, "test has no points yet"),
        ({"essay": 6}, 60, None, "test has no points yet"),
        ({"essay": 1}, 60, False, "essay has 12.5 %"),
    ],
)
def test_the_pass_rule(points, cut, passed, said):
    found = decide(RULES, points, Decimal(cut))
    assert found.passed is passed
    assert said in "; ".join(found.reasons)
    assert bool(found.reasons) == (passed is not True)
    assert (found.percent is None) == ("no points" in said or len(points) < 2)


def test_nothing_is_rounded_up_to_a_cut():
    thirds = [ComponentRule("a", 1, 3), ComponentRule("b", 1, 3), ComponentRule("c", 1, 3)]
    points = {"a": 2, "b": 2, "c": 2}
    assert decide(thirds, points, Fraction(200, 3)).passed
    just = Decimal("59.99999999999999999999")
    found = decide([ComponentRule("a", 1, 100)], {"a": just}, 60)
    assert found.passed is False
    assert found.percent == Fraction(just)
    assert "59.9999 %" in found.reasons[0]


@pytest.mark.parametrize(
    ("rules", "points", "cut", "reason"),
    [
        ((), {}, 60, "rubric.rules"),
        ((RULES[0], RULES[0]), {}, 60, "rubric.rules"),
        (RULES, {}, 101, "rubric.rules"),
        ([ComponentRule("a", 0, 8)], {}, 60, "rubric.rules"),
        ([ComponentRule("a", 1, 0)], {}, 60, "rubric.rules"),
        ([ComponentRule("a", 1, 8, 101)], {}, 60, "rubric.rules"),
        (RULES, {"essay": 9}, 60, "rubric.points"),
        (RULES, {"essay": -1}, 60, "rubric.points"),
        (RULES, {"oral": 1}, 60, "rubric.component"),
        (RULES, {"essay": math.nan}, 60, "rubric.number"),
    ],
)
def test_rules_and_points_that_cannot_be(rules, points, cut, reason):
    refused(reason, decide, rules, points, cut)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 20)), min_size=1, max_size=6))
def test_the_total_lies_between_the_components_and_order_does_not_matter(parts):
    rules = [ComponentRule(f"c{at}", weight, 20) for at, (weight, _) in enumerate(parts)]
    points = {f"c{at}": one for at, (_, one) in enumerate(parts)}
    found = decide(rules, points, 50)
    assert min(found.components.values()) <= found.percent <= max(found.components.values())
    assert decide(rules[::-1], points, 50).percent == found.percent
    better = {**points, "c0": 20}
    assert decide(rules, better, 50).percent >= found.percent


@pytest.mark.parametrize(
    ("score", "sem", "near"),
    [
        (60, 3, True),
        (57, 3, True),
        (63, 3, True),
        (56.9, 3, False),
        (63.1, 3, False),
        (60, 0, True),
    ],
)
def test_within_one_sem_of_the_cut(score, sem, near):
    assert is_near_cut(score, 60, sem) is near


def test_without_a_sem_it_cannot_be_told():
    assert is_near_cut(60, 60, None) is None
    refused("rubric.number", is_near_cut, 60, 60, -1)


@pytest.mark.parametrize(
    ("n", "size"), [(0, 0), (5, 5), (20, 20), (21, 20), (200, 20), (201, 21), (1_000, 100)]
)
def test_a_tenth_or_twenty_never_more_than_all(n, size):
    assert sample_size(n) == size


def test_other_shares():
    assert sample_size(50, share=Fraction(1, 2), least=0) == 25
    assert sample_size(0, share=0.5, least=0) == 0
    refused("rubric.sample", sample_size, 5, share=2)
    refused("rubric.sample", sample_size, 5, least=-1)


def test_the_draw_can_be_repeated_by_anybody():
    import hashlib

    ids = [f"script-{one}" for one in range(300)]
    found = drawn(ids, 30, seed="2026-spring")
    assert len(set(found)) == 30
    assert found == drawn(reversed(ids), 30, seed="2026-spring")
    assert found != drawn(ids, 30, seed="2026-autumn")
    by_hand = sorted(
        ids, key=lambda one: hashlib.sha256(f"2026-spring\n{one}".encode()).hexdigest()
    )
    assert list(found) == by_hand[:30]


def test_the_draw_is_fair():
    ids = [str(one) for one in range(50)]
    times = dict.fromkeys(ids, 0)
    for seed in range(2_000):
        for one in drawn(ids, 5, seed=seed):
            times[one] += 1
    # 200 expected, standard deviation 13.4
    assert 140 < min(times.values())
    assert max(times.values()) < 260


def test_who_is_marked_again_and_why():
    scores = {f"s{one:03}": one for one in range(100)}
    found = second_marking(scores, cut=60, sem=Decimal("2.5"), seed=7)
    near = {name for name, why in found.items() if "near-cut" in why}
    sample = {name for name, why in found.items() if "sample" in why}
    assert near == {"s058", "s059", "s060", "s061", "s062"}
    assert len(sample) == 20
    assert set(found) == near | sample
    assert found == second_marking(dict(reversed(scores.items())), cut=60, sem=2.5, seed=7)
    untold = second_marking(scores, cut=60, sem=None, seed=7)
    assert set(untold) == sample
