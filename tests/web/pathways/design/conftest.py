"""A university with two published achievements, and people who build pathways."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from achievement_designs import FULL
from stackmark_web import clock
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.pathways.actions import designing

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with clock.at(NOW):
        yield


@pytest.fixture
def designed(northfield):
    """Makes a published version of an achievement: designed("Data")."""

    def make(title, organisation=northfield, **more):
        content = {**FULL, "title": {"en": title}, **more}
        draft = catalogue.create_draft(organisation, actor=None, content=content)
        draft = catalogue.justify(draft, actor=None, text="In tests", revision=draft.revision)
        return catalogue.publish(draft, actor=None)

    return make


@pytest.fixture
def award(designed):
    """What the pathway awards."""
    return designed("Data Steward").achievement


@pytest.fixture
def dana(person, northfield, join):
    """Designer at Northfield."""
    return join(person("dana"), northfield, "designer")


@pytest.fixture
def draft(northfield, award, dana):
    """A series that begins as series do."""
    return designing.create(
        northfield,
        actor=dana,
        kind="course-series",
        title="Data Steward Series",
        achievement=award,
    )
