"""Achievements that tests of the catalogue share."""

from __future__ import annotations

import pytest

from achievement_designs import bare
from stackmark_web.catalogue import actions


@pytest.fixture
def draft(northfield):
    """Makes a draft at Northfield: draft(title="…", **fields of the descriptor)."""

    def make(title="Soil sampling", organisation=northfield, actor=None, **fields):
        fields["title"] = {"en": title} if isinstance(title, str) else title
        return actions.create_draft(organisation, actor=actor, content=bare(**fields))

    return make


@pytest.fixture
def published(draft):
    """Makes a published version at Northfield."""

    def make(title="Soil sampling", **fields):
        return actions.publish(draft(title, **fields), actor=None)

    return make


@pytest.fixture
def designer(person, northfield, join):
    return join(person("dora"), northfield, "designer")


@pytest.fixture
def reviewer(person, northfield, join):
    return join(person("rita"), northfield, "reviewer")
