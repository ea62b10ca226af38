"""A world with tokens."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import transaction

import api_routes
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


@pytest.fixture(scope="module")
def shared_world(django_db_setup, django_db_blocker):
    """One world for a whole file; what a test changes is rolled back (``rolled_back``)."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = api_world.ApiWorld()
        made.things = api_routes.things(made)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def rolled_back(shared_world):
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
