from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from stackmark.adapters.clock import FixedClock, SystemClock, parse_time
from stackmark.adapters.randomness import SystemRandom
from stackmark.errors import UsageError
from stackmark.verification.dates import stamp

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-05-03T12:00:00Z", NOON),
        ("2026-05-03t12:00:00z", NOON),
        ("2026-05-03T14:00:00+02:00", NOON),
        ("2026-05-03T02:15:00-09:45", NOON),
        ("2026-05-03T12:00:00-00:00", NOON),
        ("2026-05-03T12:00:00.5Z", NOON.replace(microsecond=500_000)),
        ("2026-05-03T12:00:00.123456789Z", NOON.replace(microsecond=123_456)),
        ("2026-05-03", datetime(2026, 5, 3, tzinfo=UTC)),
        ("2024-02-29", datetime(2024, 2, 29, tzinfo=UTC)),
    ],
)
def test_times(text, instant):
    found = parse_time(text)
    assert found == instant
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-05-03T12:00:00",
        "2026-05-03 12:00:00Z",
        "2026-05-03T12:00Z",
        "2026-05-03T24:00:00Z",
        "2026-05-03T12:00:60Z",
        "2026-05-03T12:00:00+24:00",
        "2026-05-03T12:00:00+0200",
        "2026-05-03T12:00:00.Z",
        "2026-05-03Z",
        "2026-02-29",
        "2026-13-01",
        "0000-01-01",
        "0001-01-01T00:00:00+01:00",
        "20260503",
        "2026-05-03\n",
        "２026-05-03",
    ],
)
def test_other_texts_are_refused(text):
    with pytest.raises(UsageError) as caught:
        parse_time(text)
    assert caught.value.reason == "usage.time"
    assert "2026-05-03T09:30:00Z" in caught.value.detail


def test_fixed_clock_stands_still_in_utc():
    clock = FixedClock(datetime(2026, 5, 3, 14, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC


def test_fixed_clock_needs_a_zone():
    with pytest.raises(UsageError) as caught:
        FixedClock(datetime(2026, 5, 3))
    assert caught.value.reason == "usage.time"


def test_system_clock_moves_in_utc():
    clock = SystemClock()
    first = clock.now()
    assert first.utcoffset() == timedelta(0)
    assert clock.now() >= first
    assert first > NOON - timedelta(days=3650)


def test_system_random():
    random = SystemRandom()
    assert len(random.bytes(32)) == 32
    assert random.bytes(32) != random.bytes(32)
    assert random.bytes(0) == b""


def test_a_stamp_has_four_digits_for_every_year():
    """RFC 3339 knows no shorter year; strftime of some systems writes one."""
    assert stamp(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00Z"
    assert stamp(datetime(2026, 5, 4, 9, 0, 0, 999_999, tzinfo=UTC)) == "2026-05-04T09:00:00Z"
