"""A worker killed at any moment leaves exactly one credential a row (fault F01)."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
MANAGE = TESTS.parent / "manage.py"
WORLD = TESTS / "sheet_world.py"


class World:
    def __init__(self, folder):
        self.folder = folder
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("STACKMARK_", "DJANGO_"))},
            "STACKMARK_DATA": str(folder),
            "STACKMARK_IDENTITY_URL": "https://badges.example.org",
            "PYTHONPATH": os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)]),
        }
        self.env.pop("DATABASE_URL", None)

    def run(self, *arguments):
        done = subprocess.run(
            [sys.executable, str(WORLD), *arguments],
            env=self.env, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def worker(self, *more):
        return subprocess.Popen(
            [sys.executable, str(MANAGE), "work", *more],
            env={**self.env, "DJANGO_SETTINGS_MODULE": "stackmark_web.settings.base"},
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def ask(self, sql, patience=20):
        with sqlite3.connect(self.folder / "stackmark.sqlite3", timeout=patience) as database:
            return database.execute(sql).fetchall()

    def open_chunks(self):
        return self.ask("SELECT count(*) FROM jobs_chunk WHERE state <> 'done'")[0][0]

    def leased(self):
        return self.ask("SELECT count(*) FROM jobs_chunk WHERE state = 'leased'")[0][0]

    def let_leases_end(self, patience=20):
        """As if the time of a lease had gone by; the kills are ours, not the chunk's doing."""
        self.ask(
            "UPDATE jobs_chunk SET lease_until = '2000-01-01 00:00:00', attempts = 0 "
            "WHERE state = 'leased'",
            patience,
        )


def kill_some(world, kills, dice, span):
    """Start a worker, wait until it has a chunk, kill it a random while later; so many times."""
    struck = 0
    while struck < kills and world.open_chunks():
        worker = world.worker()
        deadline = time.monotonic() + 30
        while not world.leased() and worker.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(span * dice.random())
        os.killpg(worker.pid, signal.SIGKILL)
        _, said = worker.communicate()
        assert worker.returncode == -signal.SIGKILL, said.decode()
        struck += bool(world.leased())
        world.let_leases_end()
    return struck


def finish(world):
    worker = world.worker("--once")
    _, said = worker.communicate(timeout=240)
    assert worker.returncode == 0, said.decode()


def check(world, rows):
    bad = len(range(7, rows, 40))
    good = rows - bad
    found = json.loads(world.run("ledger"))
    given = found.pop("given")
    assert found == {
        "run": ["done", good, bad, rows],
        "results": {"issued": good, "refused": bad},
        "issued_without_award": 0,
        "awards": good,
        "states": {"offered": good},
        "rows": good,
        "people": good,
        "ids": good,
        "indexes": good,
        "verdicts": {"verified": good},
        "links": good,
        "letters": good,
        "offers": good,
    }
    assert given == good, "an index was taken and not used"


def test_a_run_survives_kills(tmp_path):
    world = World(tmp_path)
    world.run("setup", "750")
    assert kill_some(world, 4, random.Random(20261103), span=0.3) >= 2
    finish(world)
    check(world, 750)


@pytest.mark.slow
def test_a_long_run_survives_many_kills(tmp_path):
    world = World(tmp_path)
    world.run("setup", "3000")
    assert kill_some(world, 25, random.Random(), span=0.4) >= 5
    finish(world)
    check(world, 3000)


@pytest.mark.slow
def test_a_worker_that_was_stopped_beyond_its_lease_writes_nothing(tmp_path):
    """SIGSTOP, another does the work, SIGCONT (fault F04)."""
    world = World(tmp_path)
    world.run("setup", "750")
    sleeper = world.worker()
    put_to_sleep(world, sleeper)
    finish(world)
    before = world.run("ledger")
    os.killpg(sleeper.pid, signal.SIGCONT)
    time.sleep(3)
    sleeper.terminate()
    _, said = sleeper.communicate(timeout=60)
    assert b"lost" in said, "it had a chunk, and found that it has it no longer"
    assert world.run("ledger") == before
    check(world, 750)


def put_to_sleep(world, worker):
    """Stop it while it has a chunk and not the only pen of SQLite, and let its lease end."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if world.leased():
            os.killpg(worker.pid, signal.SIGSTOP)
            with suppress(sqlite3.OperationalError):
                world.let_leases_end(patience=0.5)
                if world.leased():
                    return
            os.killpg(worker.pid, signal.SIGCONT)
        time.sleep(0.01)
    pytest.fail("it was never at work")
