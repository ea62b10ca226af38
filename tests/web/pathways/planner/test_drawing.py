"""Where things stand on the timeline: one axis, everything inside it, and the hours as they add up."""

from __future__ import annotations

import datetime as dt

from stackmark_web.pathways.planner_drawing import axis_of, bar, load_of

FIRST = dt.date(2026, 6, 1)


def step(start, weeks, load):
    begins = FIRST + dt.timedelta(weeks=start)
    ends = begins + dt.timedelta(weeks=weeks)
    return {"start": begins.isoformat(), "end": ends.isoformat(), "load": load}


def test_an_axis_reaches_the_last_end_and_four_weeks_at_least():
    assert axis_of(FIRST, []).last == dt.date(2026, 6, 29)
    assert axis_of(FIRST, [dt.date(2027, 6, 1), dt.date(2026, 7, 1)]).last == dt.date(2027, 6, 1)


def test_few_ticks_on_first_days_of_months():
    for years in (0, 1, 2, 6):
        last = FIRST + dt.timedelta(days=60 + 365 * years)
        ticks = axis_of(FIRST, [last]).ticks()
        assert 1 <= len(ticks) <= 6
        assert all(day.day == 1 and 0 < x < 92 for x, day in ticks)


def test_a_bar_never_leaves_the_axis_and_is_never_too_thin_to_see():
    axis = axis_of(FIRST, [dt.date(2031, 6, 1)])
    thin = bar(axis, dt.date(2031, 5, 31), dt.date(2031, 6, 1))
    assert (thin.x + thin.width, thin.width) == (100, 1.6)
    whole = bar(axis, FIRST, dt.date(2031, 6, 1))
    assert (whole.x, whole.width) == (0, 100)


def test_hours_of_what_runs_at_once_add_up():
    axis = axis_of(FIRST, [FIRST + dt.timedelta(weeks=10)])
    found = load_of(axis, [step(0, 4, 5), step(2, 8, 5)], 20)
    assert found.most == 10
    assert found.path == (
        "M0 40 L0.0 40.0 L0.0 30.5 L20.0 30.5 L20.0 21.0 L40.0 21.0 L40.0 30.5 "
        "L100.0 30.5 L100.0 40.0 L100.0 40 Z"
    )
    assert found.limit == 2


def test_no_shape_where_the_hours_are_not_stated_or_nothing_runs():
    axis = axis_of(FIRST, [])
    assert load_of(axis, [step(0, 4, None)], None) is None
    assert load_of(axis, [], 10) is None


def test_steps_without_hours_are_flat():
    axis = axis_of(FIRST, [])
    assert load_of(axis, [step(0, 4, 0)], None).most == 0
