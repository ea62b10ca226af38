"""Duties of rooms that know of none are done all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from stackmark_web import clock
from stackmark_web.jobs import duties
from stackmark_web.jobs import tasks as _tasks  # noqa: F401 - registers them
from stackmark_web.tenancy.changes import domains
from stackmark_web.tenancy.models import Domain

pytestmark = pytest.mark.django_db


def test_proven_domains_are_looked_at_once_a_day(organisation, monkeypatch):
    looked = []
    monkeypatch.setattr(domains, "check_domain", lambda row, **_how: looked.append(row.name))
    now, home = clock.now(), organisation("northfield")
    for name, hours, proven in (
        ("old.example", 30, 1),
        ("new.example", 2, 1),
        ("no.example", 99, 0),
    ):
        Domain.everywhere.create(
            organisation=home,
            name=name,
            checked_at=now - timedelta(hours=hours),
            verified_at=now if proven else None,
        )
    duty = duties._DUTIES["look at proven domains again"]
    assert duty.seconds <= 24 * 3_600
    duty.function()
    assert looked == ["old.example"]
