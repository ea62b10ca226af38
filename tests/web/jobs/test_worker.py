"""Runs and chunks: done once, taken over after a death, never written by a worker that lost it."""

from __future__ import annotations

import errno
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError, connection

from stackmark_web import clock
from stackmark_web.jobs import actions, handlers, worker
from stackmark_web.jobs.handlers import LeaseLost, Outcome
from stackmark_web.jobs.models import Chunk, Run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_connection(monkeypatch):
    """A worker closes a connection that broke; here it holds the transaction of the test."""
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)


@pytest.fixture
def kind(monkeypatch):
    """Registers a handler for one test: kind(function) -> the kind's name."""

    def register(function):
        monkeypatch.setitem(handlers._HANDLERS, "test", function)
        return "test"

    return register


def begin(kind, total=10, chunk_size=4):
    return actions.start(
        kind, organisation=None, actor=None, title="t", total=total, chunk_size=chunk_size
    )


def test_every_row_is_done_once(kind):
    seen = []

    def work(run, first, last, heartbeat):
        heartbeat()
        seen.extend(range(first, last))
        return Outcome(done=last - first)

    run = begin(kind(work))
    while worker.work_once("w"):
        pass
    run.refresh_from_db()
    assert seen == list(range(10))
    assert (run.state, run.done, run.total) == (Run.State.DONE, 10, 10)


def test_a_dead_workers_chunk_is_taken_over_and_the_dead_one_cannot_write(kind):
    hearts = []

    def dies(run, first, last, heartbeat):
        hearts.append(heartbeat)
        raise KeyboardInterrupt  # as a kill: nothing is tidied up

    run = begin(kind(dies), total=1)
    with pytest.raises(KeyboardInterrupt):
        worker.work_once("first")
    assert not worker.work_once("second"), "the lease still runs"
    kind(lambda run, first, last, heartbeat: Outcome(done=1))
    with clock.at(clock.now() + worker.LEASE + timedelta(seconds=1)):
        assert worker.work_once("second")
    run.refresh_from_db()
    assert (run.state, run.done) == (Run.State.DONE, 1)
    with pytest.raises(LeaseLost):
        hearts[0]()


def test_a_chunk_that_always_fails_is_set_aside_and_shown(kind):
    def fails(run, first, last, heartbeat):
        raise ValueError("row 3 is odd")

    run = begin(kind(fails), total=1)
    at = clock.now()
    for _ in range(worker.MAX_ATTEMPTS):
        at += timedelta(minutes=5)
        with clock.at(at):
            assert worker.work_once("w")
    with clock.at(at + timedelta(hours=1)):
        assert not worker.work_once("w")
    run.refresh_from_db()
    assert run.state == Run.State.FAILED
    assert "row 3 is odd" in run.error
    kind(lambda run, first, last, heartbeat: Outcome(done=1))
    assert actions.retry(run, actor=None)
    assert worker.work_once("w")
    run.refresh_from_db()
    assert (run.state, run.error) == (Run.State.DONE, "")


def test_a_chunk_that_kills_its_worker_ends_too(kind):
    def kills(run, first, last, heartbeat):
        raise KeyboardInterrupt

    run = begin(kind(kills), total=1)
    at = clock.now()
    for _ in range(worker.MAX_ATTEMPTS):
        at += timedelta(minutes=5)
        with clock.at(at), pytest.raises(KeyboardInterrupt):
            worker.work_once("w")
    with clock.at(at + timedelta(minutes=5)):
        assert not worker.work_once("w")
    run.refresh_from_db()
    assert (run.state, run.error) == (Run.State.FAILED, "It stopped its worker too often.")


def test_a_cancelled_run_goes_no_further(kind):
    run = begin(kind(lambda run, first, last, heartbeat: Outcome(done=last - first)))
    assert worker.work_once("w")
    assert actions.cancel(run, actor=None)
    assert not worker.work_once("w")
    run.refresh_from_db()
    assert (run.state, run.done) == (Run.State.CANCELLED, 4)
    assert Chunk.objects.filter(run=run, state="waiting").count() == 2


def test_a_kind_nobody_knows_is_an_error_with_its_name():
    run = begin("unheard-of", total=1)
    at = clock.now()
    for _ in range(worker.MAX_ATTEMPTS):
        at += timedelta(minutes=5)
        with clock.at(at):
            worker.work_once("w")
    run.refresh_from_db()
    assert 'no handler for runs of kind "unheard-of"' in run.error


def test_a_lease_longer_than_any_clock_gives_is_over(kind):
    """The clock went back ten years while a worker had the chunk (fault F18)."""

    def dies(run, first, last, heartbeat):
        raise KeyboardInterrupt

    run = begin(kind(dies), total=1)
    with (
        clock.at(clock.now() + timedelta(days=3_650)),
        pytest.raises(KeyboardInterrupt),
    ):
        worker.work_once("before")
    kind(lambda run, first, last, heartbeat: Outcome(done=1))
    assert worker.work_once("after")
    run.refresh_from_db()
    assert run.state == Run.State.DONE


def test_a_lease_by_a_clock_that_is_five_minutes_ahead_is_kept(kind):
    def dies(run, first, last, heartbeat):
        raise KeyboardInterrupt

    begin(kind(dies), total=1)
    with clock.at(clock.now() + timedelta(minutes=5)), pytest.raises(KeyboardInterrupt):
        worker.work_once("ahead")
    assert not worker.work_once("other")


def test_a_clock_that_jumps_ahead_during_a_chunk_makes_nothing_twice(kind):
    """Another takes the chunk for a free one; the first is told so and stores nothing."""
    stored = []

    def works(run, first, last, heartbeat):
        with clock.at(clock.now() + timedelta(hours=1)):
            kind(lambda *_: stored.append("second") or Outcome(done=1))
            assert worker.work_once("second")
        heartbeat()
        stored.append("first")
        return Outcome(done=1)

    run = begin(kind(works), total=1)
    assert worker.work_once("first")
    run.refresh_from_db()
    assert stored == ["second"]
    assert (run.state, run.done) == (Run.State.DONE, 1)


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("database is locked"),
        OperationalError("terminating connection due to administrator command"),
        InterfaceError("connection already closed"),
        OSError(errno.ENOSPC, "No space left on device"),
    ],
)
def test_what_the_machine_does_is_no_try_of_the_rows(kind, error):
    """A full disk, a database that is away (faults F07, F09, F10): it waits, and goes on."""
    if "administrator" in str(error):
        error.__cause__ = type("AdminShutdown", (Exception,), {"sqlstate": "57P01"})()

    def cannot(run, first, last, heartbeat):
        raise error

    run, at = begin(kind(cannot), total=1), clock.now()
    for _ in range(worker.MAX_ATTEMPTS + 1):
        at += timedelta(seconds=6)
        with clock.at(at):
            assert not worker.work_once("w")
    run.refresh_from_db()
    assert (run.state, Chunk.objects.get().attempts) == (Run.State.RUNNING, 0)
    kind(lambda *_: Outcome(done=1))
    with clock.at(at + timedelta(seconds=6)):
        assert worker.work_once("w")
    run.refresh_from_db()
    assert run.state == Run.State.DONE


def test_a_chunk_whose_file_cannot_be_read_does_not_hold_up_the_others(kind):
    def work(run, first, last, heartbeat):
        if first == 0:
            raise OSError(errno.EIO, "Input/output error")
        return Outcome(done=last - first)

    run = begin(kind(work), total=8)
    assert not worker.work_once("w")
    assert worker.work_once("w")
    run.refresh_from_db()
    assert run.done == 4


def test_a_statement_that_takes_too_long_is_a_try(kind):
    """Else rows that no database can do in time would be tried for ever."""

    def slow(run, first, last, heartbeat):
        raise OperationalError("canceling statement due to statement timeout")

    begin(kind(slow), total=1)
    assert worker.work_once("w")
    assert (Chunk.objects.get().state, Chunk.objects.get().attempts) == ("leased", 1)


def test_what_cannot_be_noted_at_the_end_is_done_again(kind, monkeypatch):
    run = begin(kind(lambda *_: Outcome(done=1)), total=1)

    def full(*_):
        raise OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(worker, "_finish", full)
        assert not worker.work_once("w")
    with clock.at(clock.now() + timedelta(seconds=6)):
        assert worker.work_once("w")
    run.refresh_from_db()
    assert (run.state, run.done) == (Run.State.DONE, 1)
