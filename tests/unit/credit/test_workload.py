from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackmark.credit.assigned import say_credit, say_level
from stackmark.credit.durations import read_duration, write_duration
from stackmark.credit.workload import check_hours
from stackmark.errors import CheckFailed
from stackmark.model.achievement import Credit, Level, Workload


def judged(value, unit, low, high=None, **more):
    return check_hours(
        Credit(value=Decimal(str(value)), unit=unit, unit_name=more.pop("name", "")),
        Workload(low=Decimal(low), high=Decimal(high or low)),
        **more,
    )


@pytest.mark.parametrize(
    ("value", "unit", "low", "high", "outcome"),
    [
        (5, "ects", 125, 150, "agrees"),
        (5, "ects", 130, 130, "agrees"),
        (5, "ects", 100, 150, "partly"),
        (5, "ects", 100, 100, "disagrees"),
        (5, "ects", 151, 200, "disagrees"),
        (15, "uk", 150, 150, "agrees"),
        (15, "uk", 140, 140, "disagrees"),
        (3, "us-semester", 200, 200, "agrees"),
        (3, "us-semester", 134, 134, "disagrees"),
        (2, "my", 80, 80, "agrees"),
        (3, "ceu", 60, 60, "agrees"),
        (3, "ceu", 29, 29, "disagrees"),
    ],
)
def test_credit_and_hours_are_compared(value, unit, low, high, outcome):
    found = judged(value, unit, low, high)
    assert (found.outcome, found.reason) == (outcome, f"credit.hours-{outcome}")
    assert found.source


def test_a_finding_has_its_numbers():
    found = judged(5, "ects", 100)
    assert found.sentence == (
        "100 hours for 5 ECTS credits is 20 hours a credit, which lies outside the scheme's "
        "25 to 30."
    )
    assert found.to_json()["hours_per_credit"] == [20, 20]
    assert found.to_json()["allowed"] == [25, 30]


def test_the_united_kingdom_may_have_20_hours():
    assert judged(5, "ects", 100, country="GB").outcome == "agrees"
    assert judged(5, "ects", 100, country="GB").policy == "hours-uk"
    assert judged(5, "ects", 125, country="GB").policy == "hours"
    assert judged(5, "ects", 90, country="GB").outcome == "disagrees"
    assert judged(5, "ects", 100, country="IE").outcome == "disagrees"


def test_what_has_no_range_cannot_be_told():
    assert judged(5, "other", 100, name="points").outcome == "could-not-tell"
    assert judged(5, "hours", 5).outcome == "agrees"
    assert check_hours(Credit(value=Decimal(0), unit="ects"), Workload(low=Decimal(1), high=Decimal(1))).outcome == "could-not-tell"  # fmt: skip


@pytest.mark.parametrize(
    ("text", "hours", "doubt"),
    [
        ("PT60H", 60, ""),
        ("PT1H30M", Fraction(3, 2), ""),
        ("PT1,5H", Fraction(3, 2), ""),
        ("PT90M", Fraction(3, 2), ""),
        ("P2DT4H", 52, "credit.duration-days"),
        ("P1W", 168, "credit.duration-days"),
        ("P60M", None, "credit.duration-months"),
        ("P1M2DT3H", None, "credit.duration-months"),
        ("P1Y", None, "credit.duration-calendar"),
        ("P1Y6M", None, "credit.duration-calendar"),
    ],
)
def test_durations(text, hours, doubt):
    found = read_duration(text)
    assert (found.hours, found.doubt) == (hours, doubt)


def test_p60m_is_caught():
    assert read_duration("P60M").sentence == (
        "P60M is 60 months, a stretch of calendar and no workload; probably PT60H, 60 hours, "
        "was meant."
    )


def test_one_month_or_year_is_no_plural():
    assert "P1M is 1 month, a" in read_duration("P1M").sentence
    assert "probably PT1H, 1 hour, was" in read_duration("P1M").sentence
    assert "P1Y holds 1 year, a" in read_duration("P1Y").sentence


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1DT", "-PT5H", "60H", "PT60", "PT1.5H30M", "P1.5DT1H", "pt5h", "PT0H", "PT5H ", "P" + "1" * 200 + "D"],
)  # fmt: skip
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(CheckFailed) as caught:
        read_duration(text)
    assert caught.value.reason == "credit.duration"


@given(st.integers(1, 1_000_000))
def test_written_durations_read_the_same(minutes):
    hours = Fraction(minutes, 60)
    assert read_duration(write_duration(hours)).hours == hours


def test_who_assigned_it_is_said():
    credit = Credit(value=Decimal(5), unit="ects", assigned_by="Northfield University")
    assert say_credit(credit) == "5 ECTS credits, assigned by Northfield University."
    alone = Credit(value=Decimal(1), unit="other", unit_name="point")
    assert say_credit(alone) == "1 point, self-declared: no body that assigned it is named."
    level = Level(eqf=6, framework="nfq", code="8", assigned_by="QQI")
    assert say_level(level) == "EQF level 6, NFQ 8, assigned by QQI."
    assert "self-declared" in say_level(Level(eqf=5))
    assert say_level(Level(not_levelled=True)).startswith("Not levelled")
    assert say_level(Level(framework="House", code="2")).startswith("House 2, self-declared")
    assert say_level(Level()) == "The level is unknown."
