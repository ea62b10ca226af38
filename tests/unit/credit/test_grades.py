from __future__ import annotations

from decimal import Decimal

import pytest

from stackmark.credit.grades import Grade, convert_grade
from stackmark.errors import CheckFailed, UsageError

BOUNDS = {"best": Decimal(100), "lowest_pass": Decimal(50)}
OWN = [("10", 5), ("9", 15), ("8", 30), ("7", 30), ("6", 20)]
OTHER = [("A", 20), ("B", 30), ("C", 30), ("D", 20)]


def ends(*args, **more):
    found = convert_grade(*args, **more)
    return found.low, found.high


@pytest.mark.parametrize(
    ("mark", "low", "high"),
    [("100", "1.0", "1.0"), ("50", "4.0", "4.0"), ("75", "2.5", "2.5"), ("87.6", "1.8", "1.7")],
)
def test_modified_bavarian(mark, low, high):
    assert ends(Grade(mark, "percent"), "german", by="modified-bavarian", **BOUNDS) == (low, high)


def test_a_scale_whose_best_is_the_lowest_number():
    bounds = {"best": Decimal(1), "lowest_pass": Decimal(5)}
    assert ends(Grade("3", "pl"), "german", by="modified-bavarian", **bounds) == ("2.5", "2.5")


@pytest.mark.parametrize("mark", ["49.9", "101", "A"])
def test_the_formula_speaks_of_passes_only(mark):
    with pytest.raises(CheckFailed) as caught:
        convert_grade(Grade(mark, "percent"), "german", by="modified-bavarian", **BOUNDS)
    assert caught.value.reason == "credit.grade"


@pytest.mark.parametrize(
    ("mark", "low", "high"), [("10", "A", "A"), ("9", "A", "A"), ("8", "B", "B"), ("6", "D", "D")]
)
def test_by_distribution(mark, low, high):
    assert ends(Grade(mark, "nl"), "x", by="egracons", own=OWN, target=OTHER) == (low, high)


def test_a_rank_over_two_grades_is_an_interval():
    found = convert_grade(Grade("9", "nl"), "ects-letter", by="ects-2005", own=OWN)
    assert (found.low, found.high) == ("B", "A")  # the top 5 to 20 %: A ends at 10
    assert "withdrawn in 2009" in found.source


@pytest.mark.parametrize(
    ("mark", "grade"),
    [("70", "first"), ("69.99", "upper-second"), ("50", "lower-second"), ("40", "third"), ("100", "first")],
)  # fmt: skip
def test_uk_class(mark, grade):
    found = convert_grade(Grade(mark, "percent"), "uk-class", by="uk-percent-class")
    assert (found.low, found.high, found.official) == (grade, grade, False)


def test_a_class_is_an_interval_of_percents():
    assert ends(Grade("first", "uk-class"), "percent", by="uk-percent-class") == ("70", "100")


@pytest.mark.parametrize(
    ("grade", "scale", "more", "reason", "says"),
    [
        (Grade("80", "percent"), "german", {}, "credit.grade-policy", "without a named policy"),
        (Grade("80", "percent"), "german", {"by": "egracons"}, "credit.grade-policy", "own and target"),
        (Grade("80", "percent"), "uk-class", {"by": "modified-bavarian", **BOUNDS}, "credit.grade-policy", "gives german"),
        (Grade("80", "percent"), "percent", {"by": "uk-percent-class"}, "credit.grade-policy", "already"),
        (Grade("39", "percent"), "uk-class", {"by": "uk-percent-class"}, "credit.grade", "below 40"),
        (Grade("5", "nl"), "x", {"by": "egracons", "own": OWN, "target": OTHER}, "credit.grade", "none of the passes"),
        (Grade("10", "nl"), "x", {"by": "egracons", "own": [("10", 0), ("9", 1)], "target": OTHER}, "credit.grade", "Nobody got"),
    ],
)  # fmt: skip
def test_refusals(grade, scale, more, reason, says):
    with pytest.raises(CheckFailed, match=says) as caught:
        convert_grade(grade, scale, **more)
    assert caught.value.reason == reason


def test_a_grade_names_its_scale():
    with pytest.raises(UsageError, match="no grade without its scale"):
        Grade("8", "")
    assert str(Grade("8", "nl")) == "8 (nl)"
