from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from stacking_small import AT, count, holdings, rules
from stackmark.stacking.ages import last_good, oldest
from stackmark.stacking.future import losses


def test_waiting_loses_what_ages_out_and_then_the_award():
    known = rules(count(2, max_age_years=3))
    held = holdings(
        {"awarded": "2024-01-15", "title": "SQL"},
        {"awarded": "2025-01-15", "title": "Python"},
        {"awarded": "2025-05-01", "expires": "2026-12-31", "title": "Ethics"},
    )
    found = losses(known, held, AT)
    assert [(one.day.isoformat(), one.verdict) for one in found] == [
        ("2027-01-01", "yes"),
        ("2027-01-16", "no"),
        ("2028-01-16", "no"),
        ("2028-05-02", "no"),
    ]
    assert found[0].sentence == ("From 2027-01-01: Ethics has expired; the award is still earned.")
    assert found[1].sentence == (
        "From 2027-01-16: SQL no longer counts for “leaf”; the award is not earned any more."
    )


def test_nothing_is_lost_beyond_the_years_looked_at():
    held = holdings({"awarded": "2024-01-15"})
    assert losses(rules(count(1, max_age_years=3)), held, AT, years=0) == ()
    assert losses(rules(count(1)), held, AT) == ()


def test_a_verdict_that_was_no_before_is_told_as_it_is():
    found = losses(rules(count(2, max_age_years=3)), holdings({}), AT)
    assert found[0].sentence.endswith("the verdict is then no.")
    assert found[0].to_json()["ended"][0]["why"] == "age"


@pytest.mark.parametrize(
    ("awarded", "years", "last"),
    [
        ("2023-01-15", 5, "2028-01-15"),
        ("2024-02-29", 1, "2025-02-28"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2023-02-28", 1, "2024-02-29"),
        ("2025-08-31", "0.5", "2026-02-28"),
        ("2025-01-30", "0.5", "2025-07-30"),
    ],
)
def test_the_last_good_day_is_the_last_whose_oldest_is_not_later(awarded, years, last):
    day, found = dt.date.fromisoformat(awarded), dt.date.fromisoformat(last)
    assert last_good(day, Fraction(years)) == found
    assert oldest(found, Fraction(years)) <= day < oldest(found + dt.timedelta(1), Fraction(years))
