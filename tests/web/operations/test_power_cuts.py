"""The power goes while somebody works: whatever they were told still holds (faults F11, F12).

A process issues, revokes and publishes; every write of it is recorded. Then the disk is made
anew as it may be found after a cut at some moment, and the system is started on it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from random import Random

import pytest
from django.db import connection

from dying import verdict
from each import THOROUGH
from operations_world import System
from power.disk import Disk, Entry, entries
from stackmark_web.accounts import erasure_journal
from stackmark_web.accounts.models import User
from stackmark_web.audit.queries import check_chains
from stackmark_web.awarding.models import Award
from stackmark_web.operations import instance

HERE = Path(__file__).resolve().parents[2]
CUTS = 1_000 if THOROUGH else 25
pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite's own files")


@pytest.fixture
def recorded(system, tmp_path):
    """The disk before, and the record of a process that worked on it."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("there is no C compiler for the recorder, or this is not Linux")
    library, record = tmp_path / "recording.so", tmp_path / "record"
    source = HERE / "power" / "recording.c"
    words = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"]
    subprocess.run(words, check=True, capture_output=True)
    before = Disk.of(system.folder)
    more = {
        "LD_PRELOAD": str(library),
        "POWER_ROOT": str(system.folder),
        "POWER_LOG": str(record),
        "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent / "src")]),
    }
    command = [sys.executable, "-m", "power.workload", str(system.folder)]
    done = subprocess.run(
        command, env={**os.environ, **more}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return before, entries(record)


def test_what_was_acknowledged_outlives_any_cut(system, recorded, tmp_path):
    disk, record = recorded
    assert len(record) > 500
    random = Random(11)
    moments = sorted(random.randrange(1, len(record) + 1) for _ in range(CUTS))
    for number, moment in enumerate([*moments, len(record)]):
        while disk.fed < moment:
            disk.feed(record[disk.fed])
        folder = tmp_path / f"after-{number}"
        disk.after_a_cut(random, folder)
        after = System(folder)
        after.owner, after.here, after.version = system.owner, system.here, system.version
        try:
            look(after, [json.loads(line) for line in disk.promised])
        except Exception as error:
            raise AssertionError(f"cut {number} after entry {moment} of {len(record)}") from error
        shutil.rmtree(folder)
    assert len(disk.promised) == 20, "the last cut comes after all of it"


def look(after, promised):
    """Start on what is there, go on, and hold it against what was promised."""
    erased = [uuid.UUID(one["id"]) for one in promised if one["what"] == "erased"]
    kept = [one for one in promised if one["what"] != "erased"]
    with after.on():
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        instance.take_over()
        assert check_chains() == []
        assert not User.objects.filter(pk__in=erased).exists()
        assert set(erasure_journal.erased_among(erased)) == set(erased), "a restore would undo it"
        for one in kept:
            award = Award.everywhere.get(pk=one["id"])
            assert award.sha256 == one["sha256"], "other bytes than those that were handed out"
            assert one["what"] == "issued" or award.state == "revoked", one
        after.issue(2)
        after.settle()
        for one in kept:
            award = Award.everywhere.get(pk=one["id"])
            told = verdict(award)
            assert told[0] == ("refused" if award.state == "revoked" else "verified"), one
        assert len(after.indexes()) == Award.everywhere.exclude(status_index=None).count()
        assert check_chains() == []


def test_the_disk_of_this_test_forgets_what_was_not_flushed(tmp_path):
    """A file that got its name before it was flushed may be empty; one flushed before is whole."""

    def kept(*whats):
        disk = Disk({}, {})
        for what in whats:
            to = b"new" if what == "r" else b"text" * 200
            disk.feed(Entry(what, 7, 0, "old" if what in "cr" else "", to))
        found = set()
        for number in range(40):
            folder = tmp_path / f"{''.join(whats)}-{number}"
            disk.after_a_cut(Random(number), folder)
            found |= {(one.name, one.read_bytes()) for one in folder.iterdir()}
        return found

    late, early = kept(*"cwr"), kept(*"cwfr")
    assert ("new", b"") in late
    assert len({held for _, held in late}) > 2, "sectors are lost one by one"
    assert {held for _, held in early} == {b"text" * 200}
    assert {name for name, _ in early} == {"old", "new"}, "the new name may not be there yet"
    assert kept(*"cwfrf") == {("new", b"text" * 200)}
