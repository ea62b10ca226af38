"""Test processes do not share a data folder (they did: one deleted the other's status lists)."""

from __future__ import annotations

import json
import os
import subprocess
import sys

SHOW = (
    "import json, os; import stackmark_web.settings.test as s;"
    "print(json.dumps([os.environ['STACKMARK_DATA'], str(s.DATA)]))"
)


def data_of(**more):
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_worker_has_its_own_folder_and_its_children_share_it():
    mine = os.environ["STACKMARK_DATA"]
    other, theirs = data_of(PYTEST_XDIST_WORKER="gw999")
    assert other == theirs
    assert other != mine
    assert data_of() == [mine, mine]
