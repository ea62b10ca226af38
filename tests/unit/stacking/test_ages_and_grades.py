"""Ages in calendar years to the day; grades on their scale, by policy, or undecided."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from dataclasses import replace
from fractions import Fraction

import pytest

from stackmark.credit.grades import scales
from stackmark.errors import UsageError
from stackmark.model.holding import HeldGrade
from stackmark.stacking.ages import last_good, oldest
from stackmark.stacking.grading import higher_is_better, points, reaches
from stackmark.stacking.rules import GradeAtLeast, GradesFrom


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("at", "years", "wanted"),
    [
        ("2026-06-01", 5, "2021-06-01"),
        ("2024-02-29", 1, "2023-02-28"),
        ("2024-02-29", 4, "2020-02-29"),
        ("2026-01-31", Fraction(1, 4), "2025-10-31"),
        ("2026-03-31", Fraction(1, 4), "2025-12-31"),
        ("2026-05-31", Fraction(1, 4), "2026-02-28"),
        ("2026-06-01", 0, "2026-06-01"),
        ("2026-06-01", 100_000, "0001-01-01"),
        ("9999-12-31", Fraction(1, 2), "9999-06-30"),
        ("9999-12-30", Fraction(41, 4), "9989-09-30"),
    ],
)
def test_the_oldest_day_that_is_still_good(at: str, years: Fraction, wanted: str) -> None:
    assert oldest(day(at), Fraction(years)) == day(wanted)


@pytest.mark.parametrize(
    ("awarded", "years", "wanted"),
    [
        ("2023-01-15", 5, "2028-01-15"),
        ("2024-02-29", 1, "2025-02-28"),
        ("2023-02-28", 1, "2024-02-29"),
        ("2025-11-30", Fraction(1, 4), "2026-02-28"),
        ("9999-01-15", 5, "9999-12-31"),
        ("9998-11-15", Fraction(1, 4), "9999-02-15"),
    ],
)
def test_the_last_day_something_counts(awarded: str, years: Fraction, wanted: str) -> None:
    assert last_good(day(awarded), Fraction(years)) == day(wanted)


def test_both_ways_agree_on_every_day() -> None:
    rng = random.Random(3)
    for _ in range(5_000):
        awarded = dt.date(2015, 1, 1) + dt.timedelta(days=rng.randrange(4_000))
        years = Fraction(rng.choice((1, 2, 5, 7, 10, Fraction(1, 4), Fraction(5, 2))))
        end = last_good(awarded, years)
        assert oldest(end, years) <= awarded < oldest(end + dt.timedelta(days=1), years)


def test_years_that_are_no_months_are_refused() -> None:
    with pytest.raises(UsageError) as caught:
        oldest(day("2026-06-01"), Fraction(3, 10))
    assert caught.value.reason == "rules.number"


@pytest.mark.parametrize(
    ("held", "wanted", "answer"),
    [
        (("1.7", "de-1-5"), ("2.3", "de-1-5", ""), True),
        (("2.3", "de-1-5"), ("2.3", "de-1-5", ""), True),
        (("2.30", "de-1-5"), ("2.3", "de-1-5", ""), True),
        (("2.7", "de-1-5"), ("2.3", "de-1-5", ""), False),
        (("3.1", "gpa-4"), ("3", "gpa-4", ""), True),
        (("2.9", "gpa-4"), ("3", "gpa-4", ""), False),
        (("7", "gpa-4"), ("3", "gpa-4", ""), None),
        (("many", "gpa-4"), ("3", "gpa-4", ""), None),
        (("B+", "us-letter"), ("B", "us-letter", ""), True),
        (("B-", "us-letter"), ("B", "us-letter", ""), False),
        (("Z", "us-letter"), ("B", "us-letter", ""), None),
        (("first", "uk-class"), ("upper-second", "uk-class", ""), True),
        (("8", "own-scale"), ("7", "own-scale", ""), None),
        (("7", "own-scale"), ("7", "own-scale", ""), True),
        (("71", "percent"), ("first", "uk-class", ""), None),
        (("71", "percent"), ("first", "uk-class", "uk-percent-class"), True),
        (("69", "percent"), ("first", "uk-class", "uk-percent-class"), False),
        (("upper-second", "uk-class"), ("60", "percent", "uk-percent-class"), True),
        (("upper-second", "uk-class"), ("65", "percent", "uk-percent-class"), None),
        (("71", "percent"), ("first", "uk-class", "no-such-policy"), None),
        (("20", "percent"), ("first", "uk-class", "uk-percent-class"), None),
    ],
)
def test_a_grade_reaches_another(
    held: tuple[str, str], wanted: tuple[str, str, str], answer: bool | None
) -> None:
    assert reaches(HeldGrade(*held), GradeAtLeast(*wanted)) is answer


@pytest.mark.parametrize(
    ("mark", "answer"),
    [("20", True), ("15", True), ("14.9", None), ("14.5", False), ("10", False), ("9", None)],
)
def test_the_bavarian_formula_needs_the_ends_of_the_other_scale(
    mark: str, answer: bool | None
) -> None:
    """1 + 3 (20 - mark) / 10: 15 gives 2.5; 14.9 gives 2.53, which some offices cut to 2.5."""
    ends = GradesFrom("fr-20", Fraction(20), Fraction(10))
    wanted = GradeAtLeast("2.5", "german", "modified-bavarian", ends)
    assert reaches(HeldGrade(mark, "fr-20"), wanted) is answer
    assert reaches(HeldGrade(mark, "percent"), wanted) is None
    assert reaches(HeldGrade(mark, "fr-20"), replace(wanted, source=None)) is None
    assert reaches(HeldGrade(mark, "fr-20"), replace(wanted, policy="egracons")) is None


def test_without_a_grade_nobody_can_tell() -> None:
    assert reaches(None, GradeAtLeast("B", "us-letter")) is None


def test_points_and_directions() -> None:
    assert points(HeldGrade("1.7", "de-1-5"), "de-1-5") == Fraction(17, 10)
    assert points(HeldGrade("1.7", "de-1-5"), "gpa-4") is None
    assert points(HeldGrade("B", "us-letter"), "us-letter") is None
    assert points(None, "gpa-4") is None
    assert higher_is_better("de-1-5") is False
    assert higher_is_better("gpa-4") is True
    assert higher_is_better("us-letter") is None
    assert higher_is_better("own-scale") is None


def test_every_ordered_scale_goes_from_worst_to_best() -> None:
    for name, scale in scales().items():
        order = scale.get("grades", ())
        for low, high in itertools.pairwise(order):
            assert reaches(HeldGrade(high, name), GradeAtLeast(low, name)) is True
            assert reaches(HeldGrade(low, name), GradeAtLeast(high, name)) is False
