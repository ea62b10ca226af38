"""Who is dead and who only sleeps: told by locks, which end with their process (faults F01, F04)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from stackmark_web import clock
from stackmark_web.jobs import actions, handlers, presence, worker
from stackmark_web.jobs.handlers import Outcome
from stackmark_web.jobs.models import Chunk, Run

HOLDS = (
    "import fcntl, os, sys, time; handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT);"
    "fcntl.flock(handle, fcntl.LOCK_EX); print(1, flush=True); time.sleep(60)"
)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA = tmp_path
    return tmp_path / "workers"


@pytest.fixture
def other(folder):
    """Another process that is present as workers are, and its name."""
    folder.mkdir()
    token = "0123456789ab"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(folder / token)], stdout=subprocess.PIPE
    )
    with process.stdout as out:
        out.readline()
    yield process, f"here:{process.pid}:{token}"
    process.kill()
    process.wait()


@pytest.fixture
def leased(db, monkeypatch):
    """A run whose one chunk a worker of that name took, and then it was gone or asleep."""

    def make(name):
        def dies(run, first, last, heartbeat):
            raise KeyboardInterrupt  # as a kill: nothing is tidied up

        monkeypatch.setitem(handlers._HANDLERS, "test", dies)
        run = actions.start("test", organisation=None, actor=None, title="t", total=1)
        with pytest.raises(KeyboardInterrupt):
            worker.work_once(name)
        monkeypatch.setitem(handlers._HANDLERS, "test", lambda *_: Outcome(done=1))
        return run

    return make


def test_the_lease_of_a_killed_worker_ends_at_once_and_its_chunk_is_done(other, leased):
    process, name = other
    run = leased(name)
    assert worker.free_the_dead() == 0, "it lives"
    process.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and nobody has buried it
    assert worker.free_the_dead() == 1
    assert worker.work_once("me")
    run.refresh_from_db()
    assert (run.state, run.done) == (Run.State.DONE, 1)


def test_the_lease_of_a_stopped_worker_runs_to_its_end(other, leased):
    process, name = other
    leased(name)
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    assert worker.free_the_dead() == 0
    assert not worker.work_once("me")
    with clock.at(clock.now() + worker.LEASE):
        assert worker.work_once("me")


def test_a_number_that_was_given_again_is_not_taken_for_the_dead(leased):
    """In a container the next worker has the number of the last one."""
    with presence.present() as name:
        assert int(name.split(":")[1]) == os.getpid()
        assert not presence.is_gone(name)
    leased(name)
    assert worker.free_the_dead() == 1


def test_of_a_worker_on_other_files_nothing_is_known(leased):
    """Two machines of one name, on one database: neither takes from the other."""
    name = f"here:{os.getpid()}:{'0' * 12}"
    leased(name)
    assert worker.free_the_dead() == 0
    assert Chunk.objects.get().lease_until > clock.now()


@pytest.mark.parametrize("name", ["", "here", "here:1", "here:1:../../../etc", "here:1:"])
def test_a_name_that_is_none_of_ours_says_nothing(name, folder):
    folder.mkdir()
    assert not presence.is_gone(name)


def test_names_fit_and_are_forgotten_after_an_hour(monkeypatch, folder, other):
    monkeypatch.setattr(presence.socket, "gethostname", lambda: "h" * 64)
    monkeypatch.setattr(presence.os, "getpid", lambda: 4_194_304)
    with presence.present() as name:
        pass
    assert len(name) <= Chunk._meta.get_field("worker").max_length
    presence.tidy()
    assert presence.is_gone(name), "as long as a lease may run it is known to be dead"
    with clock.at(clock.now() + timedelta(hours=2)):
        presence.tidy()
    assert [path.name for path in folder.iterdir()] == ["0123456789ab"], "who lives stays"
