"""The world that tests of assessing share."""

from __future__ import annotations

import pytest

from web.assessing.world import World


@pytest.fixture
def world(db):
    """Northfield with a plan, two assessors and a learner."""
    return World()
