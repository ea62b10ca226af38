"""The lists of locked requirements install with every pip that Python 3.11 brings."""

from __future__ import annotations

import re
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = sorted((Path(__file__).parents[2] / "requirements").glob("*.txt"))


def locked(lock: Path) -> dict[str, set[str]]:
    """Name of each locked package → extras on its line."""
    lines = (
        Requirement(m[0]) for m in re.finditer(r"(?m)^[\w.-]+[^\s;]*==[^\s;]+", lock.read_text())
    )
    return {canonicalize_name(line.name): line.extras for line in lines}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_an_extra_that_a_package_asks_for_is_on_the_locked_line(lock):
    """pip before 23.3 holds `coverage[toml]` not bound by a line `coverage==…` and takes the newest."""
    here = locked(lock)
    assert len(here) > 3
    for dist in distributions():
        if canonicalize_name(dist.metadata["Name"]) not in here:
            continue
        for asked in map(Requirement, dist.requires or ()):
            name = canonicalize_name(asked.name)
            applies = asked.marker is None or asked.marker.evaluate({"extra": ""})
            if applies and name in here:
                missing = asked.extras - here[name]
                assert not missing, f"{lock.name}: {dist.metadata['Name']} asks for {asked}"
