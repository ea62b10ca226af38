"""Dates of the bulk file."""

from __future__ import annotations

import pytest

from bulk_file import bad, good, read
from stackmark.errors import CheckFailed
from stackmark.issuing.dates import read_when


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-12-25", "2026-12-25T00:00:00Z"),
        ("2026-3-4", "2026-03-04T00:00:00Z"),
        ("2026/03/04", "2026-03-04T00:00:00Z"),
        ("20260304", "2026-03-04T00:00:00Z"),
        ("2026-12-25T10:30:00Z", "2026-12-25T10:30:00Z"),
        ("2026-12-25T10:30", "2026-12-25T10:30:00Z"),
        ("2026-12-25 10:30:15 UTC", "2026-12-25T10:30:15Z"),
        ("2026-12-25T10:30:00+13:00", "2026-12-24T21:30:00Z"),
        ("2026-12-25T22:30:00-0500", "2026-12-26T03:30:00Z"),
        ("2026-12-25T10:30:00.250Z", "2026-12-25T10:30:00.25Z"),
        ("2026-12-25T10:30:00.000Z", "2026-12-25T10:30:00Z"),
        ("2026-12-25T10:30:00.1234567Z", "2026-12-25T10:30:00.123456Z"),
        ("25/12/2026", "2026-12-25T00:00:00Z"),
        ("12/25/2026", "2026-12-25T00:00:00Z"),
        ("25.12.2026", "2026-12-25T00:00:00Z"),
        ("12-25-2026 08:00", "2026-12-25T08:00:00Z"),
        ("4/4/2026", "2026-04-04T00:00:00Z"),
        ("25 December 2026", "2026-12-25T00:00:00Z"),
        ("1st Sept 2026", "2026-09-01T00:00:00Z"),
        ("25-Dec-2026", "2026-12-25T00:00:00Z"),
        ("Dec 25, 2026", "2026-12-25T00:00:00Z"),
        ("may 3rd 2026", "2026-05-03T00:00:00Z"),
        ("29/02/2028", "2028-02-29T00:00:00Z"),
        ("9999-12-31", "9999-12-31T00:00:00Z"),
    ],
)
def test_dates_that_can_mean_one_day(text, instant):
    assert read_when(text) == instant
    assert read_when(instant) == instant


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("03/04/2026", "write 2026-04-03 or 2026-03-04"),
        ("3.4.2026", "write 2026-04-03 or 2026-03-04"),
        ("3/4/26", "two digits"),
        ("46115", "inner number"),
        ("31/02/2026", "no day"),
        ("29/02/2026", "no day"),
        ("2026-02-30", "no day"),
        ("13/13/2026", "no day"),
        ("1899-12-31", "no day"),
        ("0000-00-00", "no day"),
        ("20261340", "no day"),
        ("30 February 2026", "no day"),
        ("2026-12-25T25:00:00Z", "time of day"),
        ("2026-12-25T23:59:60Z", "time of day"),
        ("2026-12-25T10:00:00+99:00", "time of day"),
        ("2026-12-25T10:00:00+01:99", "time of day"),
        ("9999-12-31T23:00:00-05:00", "time of day"),
        ("2026-12-25T10:00:00 PST", "cannot be read"),
        ("2026-12-25 noon", "cannot be read"),
        ("2026-12-2599", "cannot be read"),
        ("25 Dezember 2026", "cannot be read"),
        ("tomorrow", "cannot be read"),
        ("25/12-2026", "cannot be read"),
        ("٢٠٢٦-١٢-٢٥", "cannot be read"),
        ("", "cannot be read"),
    ],
)
def test_dates_that_are_refused(text, word):
    with pytest.raises(CheckFailed) as caught:
        read_when(text)
    assert caught.value.reason == "recipients.date"
    assert word.replace("cannot be read", "not a date that can be read") in caught.value.detail


def test_a_bad_date_names_its_column():
    row = bad("email,Issue Date\na@b.org,03/04/2026\n")
    assert (row.column, row.reason) == ("Issue Date", "date")
    assert "write 2026-04-03 or 2026-03-04" in row.detail


def test_expiry():
    text = "email,issued_on,expires_on\na@b.org,{},{}\n"
    assert good(text.format("2026-01-02", "2026-01-02")).expires_on == "2026-01-02T00:00:00Z"
    assert (
        good(text.format("", "2026-01-02"), default_issued_on="2026-01-01").issued_on
        == "2026-01-01T00:00:00Z"
    )
    assert good(text.format("2026-01-01", "")).expires_on is None
    for issued, default, word in (
        ("2026-01-03", None, "before it is issued"),
        ("2026-01-02T00:00:00.5Z", None, "before it is issued"),
        ("", "2026-01-03", "before it is issued"),
        ("", None, "needs an issue date"),
    ):
        row = bad(text.format(issued, "2026-01-02"), default_issued_on=default)
        assert (row.column, row.reason) == ("expires_on", "expiry")
        assert word in row.detail


def test_a_default_date_that_cannot_be_read_is_the_callers_error():
    with pytest.raises(CheckFailed, match="can mean two days"):
        read("email\na@b.org\n", default_issued_on="03/04/2026")
