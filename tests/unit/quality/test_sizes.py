"""Sizes as intervals, and what cannot both be right (domain facts of A3)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from stackmark.model.achievement import Achievement
from stackmark.quality import sizes
from stackmark.quality.countries import COUNTRIES


def made(value=None, unit="", low=None, high=None):
    tree = {"language": "en"}
    if unit:
        tree["credit"] = {"value": value, "unit": unit, "unit_name": "points"}
    if low is not None:
        tree["workload"] = {"low": low, "high": high}
    return Achievement.from_json(tree)


@pytest.mark.parametrize(
    ("value", "unit", "hours"),
    [
        (60, "ects", "1500 to 1800"),
        (4, "ects", "100 to 120"),
        (15, "uk", "150"),
        (40, "nz", "400"),
        (1, "my", "40"),
        (1, "us-semester", "at least 45"),
        (1.5, "us-quarter", "at least 45"),
        (7, "hours", "7"),
    ],
)
def test_hours_of_credit(value, unit, hours):
    assert str(sizes.hours(made(value, unit))) == hours


@pytest.mark.parametrize("unit", ["ceu", "other"])
def test_what_stands_for_no_hours_has_none(unit):
    assert sizes.hours(made(2, unit)) is None
    assert sizes.in_unit(made(2, unit), "nz") is None


def test_stated_hours_count_before_credit():
    assert str(sizes.hours(made(2, "ects", 45, 50))) == "45 to 50"


@pytest.mark.parametrize(
    ("achievement", "unit", "size"),
    [
        (made(5, "ects"), "ects", "5"),
        (made(6, "ects"), "nz", "15 to 18"),
        (made(low=100, high=150), "ects", "3.33 to 6"),
        (made(2, "us-semester"), "nz", "at least 9"),
        (made(low=90, high=90), "us-semester", "0 to 2"),
    ],
)
def test_in_another_unit(achievement, unit, size):
    assert str(sizes.in_unit(achievement, unit)) == size


@pytest.mark.parametrize(
    ("achievement", "country", "agree"),
    [
        (made(2, "ects", 50, 60), "IE", True),
        (made(2, "ects", 55, 90), "IE", True),
        (made(2, "ects", 61, 90), "IE", False),
        (made(2, "ects", 40, 40), "IE", False),
        (made(2, "ects", 40, 40), "GB", True),
        (made(2, "ects", 39, 39), "GB", False),
        (made(3, "us-semester", 400, 400), "US", True),
        (made(3, "us-semester", 90, 100), "US", False),
        (made(2, "ceu", 40, 50), "US", True),
        (made(2, "ceu", 10, 19), "US", False),
        (made(2, "other", 1, 1), "IE", True),
        (made(2, "ects"), "IE", True),
        (made(low=1, high=2), "IE", True),
    ],
)
def test_credit_and_hours_that_cannot_both_be_right(achievement, country, agree):
    assert (sizes.disagreement(achievement, country) == "") is agree


def test_contact_hours_are_called_so():
    assert "2 CEU are 20 contact hours; 10 hours" in sizes.disagreement(made(2, "ceu", 10, 10))


@pytest.mark.parametrize("text", ["P60M", "P1Y", "P1Y2M", "P2M3D", " P60M "])
def test_calendar_durations_are_caught(text):
    assert sizes.calendar_duration(text).startswith(f"{text.strip()} ")


def test_what_was_probably_meant():
    assert "probably PT60H, 60 hours, was meant" in sizes.calendar_duration("P60M")
    assert "PT" not in sizes.calendar_duration("P1Y")


@pytest.mark.parametrize("text", ["PT60H", "PT60M", "P3D", "P2W", "60", "", "P", "Monday"])
def test_other_durations_are_not(text):
    assert sizes.calendar_duration(text) == ""


def test_numbers_are_written_plainly():
    assert [sizes.plain(Decimal(one)) for one in ("100", "2.50", "3.333")] == ["100", "2.5", "3.33"]


def test_the_countries_of_iso_3166():
    assert len(COUNTRIES) == 250  # 249 assigned, and XK
    assert {"IE", "NZ", "SS", "XK"} <= COUNTRIES
    assert not {"EL", "UK", "EU", "ZZ"} & COUNTRIES
