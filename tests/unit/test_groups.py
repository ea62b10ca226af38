"""Tests of one group run in one process, whatever the number of workers: fixtures rely on it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.xdist_group("groups")
RAN = []


@pytest.mark.parametrize("number", range(4))
def test_a_group_stays_together(number):
    RAN.append(number)
    assert RAN == list(range(number + 1))
