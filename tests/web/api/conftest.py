"""A world with tokens."""

from __future__ import annotations

import pytest
from django.core.cache import cache

import api_world
from stackmark_web.api import limits


@pytest.fixture(autouse=True)
def no_counts():
    """Every test begins with its whole allowance."""
    limits.forget()


@pytest.fixture
def world(db):
    cache.clear()
    return api_world.ApiWorld()


@pytest.fixture
def call(world):
    return world.call
