"""What time brings to facts: a later panel, and uploads that nobody came back to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from stackmark_web import clock
from stackmark_web.assessing import renewing
from stackmark_web.assessing.actions import importing, publishing_facts
from stackmark_web.assessing.models import AttemptImport, FactsPanel
from web.assessing.facts.cohort import as_csv, bring_in, rows

pytestmark = pytest.mark.django_db


def test_published_facts_are_renewed_when_attempts_were_added(world):
    bring_in(world, as_csv(rows(candidates=40)))
    assert renewing.renew_due() == 0  # nobody chose to publish any
    publishing_facts.publish(world.achievement, actor=world.assessor)
    later = clock.now() + timedelta(days=31)
    with clock.at(later):
        assert renewing.renew_due() == 0  # nothing is new
        bring_in(world, as_csv(rows(candidates=10, prefix="d")))
    assert renewing.renew_due() == 0  # not yet a month
    with clock.at(later + timedelta(hours=1)):
        assert renewing.renew_due() == 1
        assert renewing.renew_due() == 0
    assert list(FactsPanel.everywhere.values_list("number", flat=True)) == [2, 1]


def test_a_file_nobody_came_back_to_is_thrown_away(world):
    found = importing.upload(
        world.version, actor=world.assessor, filename="f.csv", data=as_csv(rows(candidates=5))
    )
    assert renewing.drop_forgotten() == 0
    with clock.at(clock.now() + timedelta(days=31)):
        assert renewing.drop_forgotten() == 1
    found.refresh_from_db()
    assert (found.state, bytes(found.data), found.findings) == ("dropped", b"", [])
    assert AttemptImport.everywhere.count() == 1
