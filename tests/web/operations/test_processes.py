"""Processes are started again, work is given back, and two releases do not mix (F01, F17, F36)."""

from __future__ import annotations

import os
import signal
import sys
import threading

import pytest
from django.core.management import CommandError, call_command

from stackmark_web import clock
from stackmark_web.jobs import handlers, worker
from stackmark_web.jobs.models import Chunk, Run
from stackmark_web.operations import instance, living, processes
from stackmark_web.operations.models import Process

DIES = [sys.executable, "-c", "raise SystemExit(3)"]
SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def time_passes(monkeypatch):
    """The supervisor's clock, moved by hand."""
    now = [1000.0]
    monkeypatch.setattr(processes.time, "monotonic", lambda: now[0])
    return now


def test_who_dies_is_started_again_sooner_than_ten_seconds_and_ever_later(time_passes):
    member = processes.Member("x", DIES, os.environ)
    waits = []
    for _ in range(6):
        member.start()
        member.process.wait()
        member.look(lambda _: None)
        waits.append(member.again_at - time_passes[0])
    assert waits == [0, 1, 2, 4, 8, 8]
    before = member.process
    time_passes[0] += 8
    member.look(lambda _: None)
    assert member.process is not before
    time_passes[0] += 61  # lived for a while: it is started at once, and then after a second
    member.process.wait()
    member.look(lambda _: None)
    assert member.again_at - time_passes[0] == 0
    member.look(lambda _: None)
    member.process.wait()
    member.look(lambda _: None)
    assert member.again_at - time_passes[0] == 1


def test_who_gives_no_sign_is_ended(time_passes):
    member = processes.Member("x", SLEEPS, os.environ, patience=300)
    member.start()
    for stamp in (1, 2):  # a sign at 0 and one at 299
        member.look(lambda _, stamp=stamp: stamp)
        time_passes[0] += 299
    member.look(lambda _: 2)
    assert member.process.poll() is None
    time_passes[0] += 2
    member.look(lambda _: 2)
    assert member.process.wait() == -9


def test_who_is_stopped_is_ended_within_ten_seconds_and_who_works_for_long_is_not(time_passes):
    """SIGSTOP (fault F17): told by the system, so a long piece of work is not taken for it."""
    member = processes.Member("x", SLEEPS, os.environ, patience=300)
    member.start()
    member.look(lambda _: 1)
    time_passes[0] += 200
    member.look(lambda _: 1)
    assert not member.held_at
    for seconds in (4, 4, 2):  # woken up in between: it goes on
        os.kill(member.process.pid, signal.SIGSTOP)
        os.waitpid(member.process.pid, os.WUNTRACED)
        member.look(lambda _: 1)
        time_passes[0] += seconds
        member.look(lambda _: 1)
        assert member.process.poll() is None
        if seconds == 4:
            os.kill(member.process.pid, signal.SIGCONT)
            os.waitpid(member.process.pid, os.WCONTINUED)
            member.look(lambda _: 1)
    time_passes[0] += 4
    member.look(lambda _: 1)
    assert member.process.wait() == -9


def test_a_clock_that_jumps_ends_nobody(time_passes, system, monkeypatch):
    """Signs are files, and their times jump with the clock (fault F18): only a change counts."""
    member = processes.Member("x", SLEEPS, os.environ, patience=300)
    member.start()
    with system.on():
        monkeypatch.setattr(living.os, "getpid", lambda: member.process.pid)
        living._touch()
        file = living.places.data() / living.BEATS / str(member.process.pid)
        for hours in (0, -1, 87_600, -87_600):
            at = clock.now().timestamp() + 3_600 * hours
            os.utime(file, (at, at))
            time_passes[0] += 200
            member.look(living.last_touch)
    assert member.process.poll() is None
    member.process.kill()
    member.process.wait()


def test_a_crew_is_stopped_in_order_and_whoever_hangs_is_killed(monkeypatch):
    monkeypatch.setattr(processes, "_GRACE", 1.0)
    deaf = "import signal, sys, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    crew = processes.Crew([processes.Member("x", SLEEPS, os.environ)])
    crew.members[0].start()
    assert crew._end() is True
    stubborn = processes.Member("y", [sys.executable, "-c", deaf], os.environ)
    stubborn.process = processes.subprocess.Popen(
        stubborn.command, stdout=processes.subprocess.PIPE, start_new_session=True
    )
    with stubborn.process.stdout as out:
        out.readline()
    assert processes.Crew([stubborn])._end() is False
    assert stubborn.process.returncode == -9


@pytest.fixture
def a_run(db):
    run = Run.everywhere.create(kind="slow thing", total=4, created_at=clock.now())
    Chunk.objects.create(run=run, number=0, first=0, last=4)
    yield run
    handlers._HANDLERS.pop("slow thing", None)


def test_a_worker_that_is_told_to_stop_gives_its_chunk_back(a_run):
    stop, done = threading.Event(), []

    @handlers.handler("slow thing")
    def slow(_run, first, last, heartbeat):
        for row in range(first, last):
            heartbeat()
            done.append(row)
            stop.set()
        return handlers.Outcome(done=last - first)

    assert worker.work_once("here:1", stop=stop)
    chunk = Chunk.objects.get()
    assert (chunk.state, chunk.attempts, chunk.lease_until) == ("waiting", 0, None)
    assert done == [0]
    assert worker.work_once("here:2", stop=threading.Event())
    assert Chunk.objects.get().state == "done"


def test_a_worker_leaves_a_sign_and_its_name(system):
    with system.on():
        living.ask_anew()
        living.beat("worker")
        assert Process.objects.get().pk == living.name()
        assert living.last_touch(os.getpid()) > 0
        assert living.last_worker().total_seconds() < 60
        living.leave()
        assert not Process.objects.exists()
        assert living.last_touch(os.getpid()) is None
        living.ask_anew()


def test_a_worker_ends_when_another_release_has_changed_the_tables(system, monkeypatch):
    with system.on():
        monkeypatch.setattr(living, "is_other_release", lambda: True)
        monkeypatch.setattr(living, "why_other", lambda: "The database is newer than this code.")
        with pytest.raises(CommandError, match="newer than this code"):
            call_command("work", once=True)
        assert not Process.objects.exists()


def test_a_worker_does_not_begin_under_a_restore(system):
    with system.on(), instance.alone(), pytest.raises(CommandError, match="restore or move"):
        call_command("work", once=True)
