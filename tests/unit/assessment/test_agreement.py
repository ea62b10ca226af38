from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stackmark.assessment.agreement import agreement, exact_agreement, pair_counts
from stackmark.assessment.intraclass import intraclass
from stackmark.assessment.kappa import cohen_kappa, fleiss_kappa
from stackmark.assessment.krippendorff import LEVELS, krippendorff_alpha
from stackmark.assessment.marks import marks_from_rows, marks_of
from stackmark.errors import UsageError

X = math.nan
# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, example C: 4 observers, 12 units
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, X, X, X],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, X, 3],
    [X, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, X],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, X],
]
EXAMPLE = marks_of(np.transpose(OBSERVERS))
# Shrout and Fleiss (1979), table 2: six targets, four judges
TARGETS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
# Fleiss (1971) as in Wikipedia and Fleiss's book: 10 subjects, 14 raters, 5 categories
SUBJECTS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip
FLEISS = marks_of([np.repeat(np.arange(5), row) for row in SUBJECTS])


def from_table(table):
    """Two raters, from their table of counts."""
    pairs = [
        (a, b) for a, row in enumerate(table) for b, times in enumerate(row) for _ in range(times)
    ]
    return marks_of(pairs)


@pytest.mark.parametrize(
    ("level", "alpha"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_krippendorff_as_published(level, alpha):
    found = krippendorff_alpha(EXAMPLE, level, all_n=True)
    assert round(found.value, 3) == alpha
    assert found.n == 11  # the twelfth unit has one mark
    assert found.insufficient
    low, high = found.interval
    assert low < alpha < high <= 1


def test_shrout_and_fleiss_as_published():
    found = intraclass(marks_of(TARGETS), all_n=True)
    values = [round(getattr(found, f"icc_{form}").value, 2) for form in
              ("1_1", "2_1", "3_1", "1_k", "2_k", "3_k")]  # fmt: skip
    assert values == [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    one, two = found.one_way, found.two_way
    assert "(k = 4)" in found.icc_2_k.method
    assert "k =" not in found.icc_2_1.method
    squares = [one.between, one.within, two.raters, two.residual]
    assert [round(one, 2) for one in squares] == [11.24, 6.26, 32.49, 1.02]
    assert (two.between, two.within) == pytest.approx((one.between, one.within))


def test_intervals_of_shrout_and_fleiss():
    # R's psych 2.4, ICC(sf)
    found = intraclass(marks_of(TARGETS), all_n=True)
    expected = {
        "icc_1_1": (-0.133, 0.723),
        "icc_2_1": (0.019, 0.761),
        "icc_3_1": (0.342, 0.946),
        "icc_1_k": (-0.884, 0.912),
        "icc_2_k": (0.071, 0.927),
        "icc_3_k": (0.676, 0.986),
    }
    for form, interval in expected.items():
        assert getattr(found, form).interval == pytest.approx(interval, abs=6e-4), form


def test_fleiss_and_cohen_as_published():
    assert round(fleiss_kappa(FLEISS, all_n=True).value, 3) == 0.210
    found = cohen_kappa(from_table([[20, 5], [10, 15]]))
    assert round(found.value, 3) == 0.400
    assert found.n == 50
    # the large-sample standard error is .127
    assert found.interval == pytest.approx((0.4 - 1.96 * 0.127, 0.4 + 1.96 * 0.127), abs=0.03)


def test_weighted_kappa_as_published():
    # Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, table 18.7
    table = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]
    assert round(cohen_kappa(from_table(table)).value, 2) == 0.68
    # quadratic: 1 - sum(w o)/sum(w e) by hand
    observed = (1 + 4 * 4 + 5 + 1) / 100
    a, b = np.array([80, 10, 10]) / 100, np.array([80, 5, 15]) / 100
    for weights, power in (("linear", 1), ("quadratic", 2)):
        gaps = np.abs(np.subtract.outer(range(3), range(3))) ** power
        seen = (gaps * table).sum() / 100
        expected = a @ gaps @ b
        found = cohen_kappa(from_table(table), weights)
        assert found.value == pytest.approx(1 - seen / expected)
    assert observed == pytest.approx(
        (np.abs(np.subtract.outer(range(3), range(3))) ** 2 * table).sum() / 100
    )


def test_a_mark_nobody_gave_leaves_its_gap():
    wide = cohen_kappa(marks_of([[0, 0], [1, 1], [5, 1], [0, 5]]), "quadratic", all_n=True)
    near = cohen_kappa(marks_of([[0, 0], [1, 1], [2, 1], [0, 2]]), "quadratic", all_n=True)
    assert wide.value != pytest.approx(near.value)


# a slow plain oracle: Krippendorff's coincidences, one pair at a time


def difference(level, a, b, times):
    if level == "nominal":
        return float(a != b)
    if level == "interval":
        return (a - b) ** 2
    if level == "ratio":
        return ((a - b) / (a + b)) ** 2 if a + b else 0.0
    low, high = min(a, b), max(a, b)
    between = sum(n for value, n in times.items() if low <= value <= high)
    return (between - (times[a] + times[b]) / 2) ** 2


def slow_alpha(table, level):
    units = [[mark for mark in row if not math.isnan(mark)] for row in table]
    units = [unit for unit in units if len(unit) > 1]
    every = [mark for unit in units for mark in unit]
    times = {mark: every.count(mark) for mark in every}
    observed = sum(
        difference(level, a, b, times) / (len(unit) - 1)
        for unit in units
        for a, b in permutations(unit, 2)
    ) / max(1, len(every))
    pairs = [difference(level, a, b, times) for a, b in permutations(every, 2)]
    expected = sum(pairs) / max(1, len(pairs))
    return 1 - observed / expected if expected > 1e-12 else None


def slow_fleiss(table):
    units = [[mark for mark in row if not math.isnan(mark)] for row in table]
    units = [unit for unit in units if len(unit) > 1]
    if not units:
        return None
    agree = [sum(a == b for a, b in permutations(u, 2)) / (len(u) * (len(u) - 1)) for u in units]
    values = {mark for unit in units for mark in unit}
    chance = sum((sum(u.count(v) / len(u) for u in units) / len(units)) ** 2 for v in values)
    return None if chance > 1 - 1e-9 else (np.mean(agree) - chance) / (1 - chance)


def slow_cohen(table, power):
    total = weight = 0
    for one in range(table.shape[1]):
        for other in range(one):
            pair = [(row[one], row[other]) for row in table]
            pair = [(a, b) for a, b in pair if not math.isnan(a + b)]

            def gap(a, b):
                return abs(a - b) ** power if power else float(a != b)

            if not pair:
                continue
            seen = np.mean([gap(a, b) for a, b in pair])
            chance = np.mean([gap(a, b) for a, _ in pair for _, b in pair])
            if chance > 1e-12:
                total += len(pair) * (1 - seen / chance)
                weight += len(pair)
    return total / weight if weight else None


tables = hnp.arrays(
    float,
    st.tuples(st.integers(1, 7), st.integers(1, 4)),
    elements=st.sampled_from([0.0, 1.0, 2.0, 3.5, 7.0, X, X]),
)


def same(found, expected):
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-9))


@settings(max_examples=120, deadline=None)
@given(tables)
def test_equal_to_the_slow_way(table):
    marks = marks_of(table)
    for level in LEVELS:
        found = krippendorff_alpha(marks, level, draws=5, all_n=True)
        same(found.value, slow_alpha(table, level))
    same(fleiss_kappa(marks, draws=5, all_n=True).value, slow_fleiss(table))
    for power, weights in enumerate(("", "linear", "quadratic")):
        found = cohen_kappa(marks, weights, draws=5, all_n=True)
        same(found.value, slow_cohen(table, power))


@settings(max_examples=40, deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_order_of_units_and_raters_changes_nothing(table, random):
    rows, columns = list(range(table.shape[0])), list(range(table.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    found = agreement(marks_of(table), draws=20, all_n=True).statistics()
    other = agreement(marks_of(table[rows][:, columns]), draws=20, all_n=True).statistics()
    for name, one in found.items():
        same(one.value, other[name].value)
        assert (one.n, one.note) == (other[name].n, other[name].note)
        if "cohen" not in name and one.interval:
            assert one.interval == pytest.approx(other[name].interval, abs=1e-9)


def test_intraclass_against_an_analysis_of_variance_by_hand():
    from scipy import stats

    rng = np.random.default_rng(4)
    table = rng.normal(size=(40, 1)) * 2 + rng.normal(size=(1, 3)) + rng.normal(size=(40, 3))
    found = intraclass(marks_of(table))
    f, _ = stats.f_oneway(*table)
    assert found.one_way.between / found.one_way.within == pytest.approx(f)
    assert found.two_way.k == 3
    assert not found.icc_2_1.insufficient
    assert found.icc_2_1.value < found.icc_3_1.value < found.icc_3_k.value


def test_intraclass_intervals_cover_the_truth():
    rng = np.random.default_rng(6)
    truth = {"icc_1_1": 4 / 5, "icc_3_1": 4 / 5, "icc_1_k": 12 / 13, "icc_3_k": 12 / 13}
    truth |= {"icc_2_1": 4 / 5, "icc_2_k": 12 / 13}
    inside = dict.fromkeys(truth, 0)
    for _ in range(500):
        table = 2 * rng.normal(size=(35, 1)) + rng.normal(size=(35, 3))
        found = intraclass(marks_of(table))
        for form, value in truth.items():
            low, high = getattr(found, form).interval
            inside[form] += low <= value <= high
    assert all(0.92 <= times / 500 <= 0.98 for times in inside.values()), inside


def test_bootstrap_over_units_covers_the_truth():
    # two raters right with probability .9, independent, over four equally likely marks
    rng = np.random.default_rng(7)
    agree = 0.9**2 + 3 * (0.1 / 3) ** 2
    truth = (agree - 0.25) / 0.75
    inside = 0
    for run in range(500):
        true = rng.integers(0, 4, size=(150, 1))
        slip = rng.random((150, 2)) < 0.1
        marks = marks_of((true + slip * rng.integers(1, 4, size=(150, 2))) % 4)
        low, high = cohen_kappa(marks, seed=run, draws=400).interval
        inside += low <= truth <= high
    assert 0.93 <= inside / 500 <= 0.97


def test_few_units_keep_their_numbers_to_themselves():
    figures = agreement(EXAMPLE).statistics()
    assert all(one.value is None and one.insufficient for one in figures.values())
    assert "at least 30" in figures["fleiss_kappa"].note
    assert "at least 30" in figures["exact_agreement"].note


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (np.full((40, 1), 3.0), "no unit has two marks"),
        (np.where(np.eye(40, 2, dtype=bool), 1.0, X), "no unit has two marks"),
        (np.empty((0, 2)), "no unit has two marks"),
        (np.full((40, 2), 3.0), "every mark is the same"),
    ],
)
def test_what_is_not_defined_is_said(table, why):
    figures = agreement(marks_of(table), all_n=True).statistics()
    shares = {"exact_agreement", "adjacent_agreement"}
    for name, one in figures.items():
        if name in shares and "same" in why:
            assert one.value == 1.0
            continue
        assert one.value is None, name
        assert one.interval is None
        assert why in one.note, (name, one.note)


def test_a_ratio_scale_has_no_negative_marks():
    table = np.random.default_rng(1).integers(-2, 3, size=(40, 2)).astype(float)
    found = agreement(marks_of(table))
    assert "below 0" in found.krippendorff_alpha_ratio.note
    assert found.krippendorff_alpha_interval.value is not None
    assert krippendorff_alpha(marks_of([[0, 0], [0, 1], [2, 2]]), "ratio", all_n=True).value < 1


def test_no_unit_by_every_rater_leaves_the_two_way_forms_undefined():
    table = np.full((60, 3), X)
    rng = np.random.default_rng(2)
    for row in table:
        row[rng.choice(3, 2, replace=False)] = rng.integers(0, 5, 2)
    found = intraclass(marks_of(table))
    assert found.icc_1_1.value is not None
    assert found.icc_1_1.n == 60
    assert found.icc_2_1.value is None
    assert "by every rater" in found.icc_2_1.note
    assert found.two_way is None


def test_raters_who_differ_by_a_constant_are_consistent_not_in_agreement():
    level = np.arange(40.0) % 7
    found = agreement(marks_of(np.column_stack([level, level + 2])))
    assert found.icc_3_1.value == pytest.approx(1)
    assert found.icc_2_1.value < 0.8
    assert found.exact_agreement.value == 0
    assert found.cohen_kappa.value < 0


def test_raters_opposed_are_worse_than_chance():
    table = np.tile([[0.0, 1.0], [1.0, 0.0]], (20, 1))
    found = agreement(marks_of(table))
    assert found.cohen_kappa.value == pytest.approx(-1)
    assert found.krippendorff_alpha_nominal.value < 0
    # all units have the same mean: the spread of units is nothing
    assert found.icc_1_1.value == pytest.approx(-1)
    assert found.icc_3_k.value is None


def test_shares_of_agreement():
    table = np.tile([[1.0, 1], [1, 2], [1, 3], [2, 2]], (10, 1))
    found = agreement(marks_of(table))
    assert found.exact_agreement.value == 0.5
    assert found.adjacent_agreement.value == 0.75
    assert "Wilson" in found.exact_agreement.method
    three = marks_of(np.tile([[1.0, 1, 2], [1, 1, 1], [1, X, 1]], (12, 1)))
    share = exact_agreement(three)
    assert share.value == pytest.approx((1 / 3 + 1 + 1) / 3)
    assert "bootstrap" in share.method
    assert share.interval[0] < share.value < share.interval[1]
    with pytest.raises(UsageError) as caught:
        exact_agreement(three, within=-1)
    assert caught.value.reason == "usage.within"


def test_decimals_one_apart_are_adjacent():
    assert exact_agreement(marks_of([[1.3, 0.3]]), within=1, all_n=True).value == 1
    assert exact_agreement(marks_of([[0.1 + 0.2, 0.3]]), all_n=True).value == 1


def test_pairs_are_counted_for_the_matrix():
    values, table = pair_counts(EXAMPLE)
    assert values.tolist() == [1, 2, 3, 4, 5]
    sizes = EXAMPLE.per_unit
    assert table.sum() == (sizes * (sizes - 1) // 2).sum()
    values, table = pair_counts(from_table([[20, 5], [10, 15]]))
    assert table.tolist() == [[20, 5], [10, 15]]


def test_rows_become_a_table():
    rows = [("s2", "r1", "1"), ("s1", "r1", 3), ("s1", "r2", "3.0"), ("s2", "r2", "")]
    marks = marks_from_rows(rows)
    assert (marks.units, marks.raters, marks.words) == (("s1", "s2"), ("r1", "r2"), ())
    assert marks.table[0].tolist() == [3, 3]
    assert math.isnan(marks.table[1, 1])


def test_nothing_marked_is_an_empty_table():
    marks = marks_from_rows([("s", "r", ""), ("s", "q", None)])
    assert marks.table.shape == (1, 2)
    assert "no unit has two marks" in agreement(marks).icc_1_1.note


def test_words_are_nominal():
    rows = [(f"s{n}", rater, ("pass", "fail", "merit")[(n + (n % 5 == 0) * (rater == "b")) % 3])
            for n in range(40) for rater in "ab"]  # fmt: skip
    marks = marks_from_rows(rows)
    assert marks.words == ("fail", "merit", "pass")
    found = agreement(marks)
    assert found.cohen_kappa.value > 0.5
    assert found.krippendorff_alpha_nominal.value > 0.5
    for name in ("krippendorff_alpha_interval", "cohen_kappa_quadratic", "icc_2_1"):
        assert "words" in getattr(found, name).note
    assert "words" in found.adjacent_agreement.note


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: marks_from_rows([("s", "r", 1), ("s", "r", 2)]), "usage.mark-twice"),
        (lambda: marks_from_rows([("s", "r", "inf")]), "usage.marks"),
        (lambda: marks_from_rows([("s", "r", "3"), ("s", "q", "n/a")]), "usage.marks"),
        (lambda: marks_from_rows([("s", "r", "3"), ("s", "q", "3,5")]), "usage.marks"),
        (lambda: marks_of([["a"]]), "usage.marks"),
        (lambda: marks_of([1, 2]), "usage.marks"),
        (lambda: marks_of([[math.inf]]), "usage.marks"),
        (lambda: krippendorff_alpha(EXAMPLE, "metric"), "usage.measurement"),
        (lambda: cohen_kappa(EXAMPLE, "cubic"), "usage.weights"),
    ],
)
def test_what_is_no_table_of_marks_is_said(call, reason):
    with pytest.raises(UsageError) as caught:
        call()
    assert caught.value.reason == reason


def test_a_mark_twice_names_unit_and_rater():
    with pytest.raises(UsageError, match="anna marked s7 twice"):
        marks_from_rows([("s7", "anna", 1), ("s7", "anna", None)])


def test_many_different_marks_still_have_every_coefficient():
    rng = np.random.default_rng(3)
    table = np.abs(rng.normal(50, 10, size=(2_000, 1)) + rng.normal(0, 5, size=(2_000, 2)))
    found = krippendorff_alpha(marks_of(table), "ratio")
    assert found.value > 0.7
    assert found.interval is None  # 4,000 different marks
    interval = krippendorff_alpha(marks_of(table), "interval", draws=100)
    ordinal = krippendorff_alpha(marks_of(table), "ordinal", draws=100)
    assert interval.value == pytest.approx(0.8, abs=0.03)
    assert ordinal.interval[0] < ordinal.value < ordinal.interval[1]
