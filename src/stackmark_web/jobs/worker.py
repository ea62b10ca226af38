"""Take a chunk, do it, say so. Any number of workers; a chunk belongs to one at a time.

A lease is taken by one conditional update. While it lasts nobody else touches the chunk; when it
runs out anybody may, under a higher fence number, and the slow worker finds that out at its next
heartbeat, before it stores anything (fault F04).
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from datetime import timedelta
from typing import Final

from django.db import DatabaseError, InterfaceError, connection, models

from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.jobs import presence, signs
from stackmark_web.jobs.handlers import Heartbeat, LeaseLost, Outcome, handler_of
from stackmark_web.jobs.models import Chunk, Run
from stackmark_web.jobs.turns import writing
from stackmark_web.ui import trouble

LEASE: Final = timedelta(seconds=90)
_BEYOND: Final = LEASE + timedelta(minutes=10)  # no clock that goes right gives so long a lease
_PAUSE: Final = timedelta(seconds=5)  # before what the machine did not let be done is tried again
MAX_ATTEMPTS: Final = 5  # a chunk that kills its worker is set aside after that
_LOG: Final = logging.getLogger(__name__)
_OPEN: Final = (Run.State.WAITING, Run.State.RUNNING)


def work_once(worker: str, *, stop: threading.Event | None = None) -> bool:
    """Do one chunk if there is one. Whether there was, and the machine let it be done.

    When ``stop`` is set on the way, the chunk is given back at its next heartbeat.
    """
    chunk = _lease(worker)
    if chunk is None:
        return False
    try:
        _finish(chunk, _do(chunk, stop))
    except _GivenBack:
        _give_back(chunk)
    except LeaseLost:
        _LOG.warning("lease of chunk %s lost", chunk.pk)
    except Exception as error:  # noqa: BLE001 - told on the run, whatever it was
        if _is_of_the_machine(error):
            _LOG.warning("chunk %s waits: %s", chunk.pk, error)
            _wait(chunk)
            return False
        _LOG.exception("chunk %s failed", chunk.pk)
        _fail(chunk, f"{type(error).__name__}: {error}")
    return True


def _is_of_the_machine(error: Exception) -> bool:
    """A full disk, a database that is away: no fault of the rows, so it counts for no try.

    A statement that takes too long may be: it counts.
    """
    return bool(trouble.kind_of(error)) and "canceling statement" not in str(error)


def _wait(chunk: Chunk) -> None:
    """Try it again soon, others first; if the database cannot be told, when the lease ends."""
    connection.close_if_unusable_or_obsolete()
    with suppress(DatabaseError, InterfaceError):
        Chunk.objects.filter(pk=chunk.pk, fence=chunk.fence, state="leased").update(
            lease_until=clock.now() + _PAUSE, attempts=models.F("attempts") - 1
        )


def free_the_dead() -> int:
    """End the leases of workers that are known to be dead. How many there were.

    Should one of them live after all, the fence number keeps it from writing.
    """
    rows = Chunk.objects.filter(state="leased", lease_until__gt=clock.now())
    names = set(rows.order_by().values_list("worker", flat=True))
    dead = [name for name in names if presence.is_gone(name)]
    return rows.filter(worker__in=dead).update(lease_until=clock.now()) if dead else 0


def _lease(worker: str) -> Chunk | None:
    """The next free chunk, leased; the oldest run first."""
    now = clock.now()
    over = models.Q(lease_until__lte=now) | models.Q(lease_until__gt=now + _BEYOND)
    free = models.Q(state="waiting") | (models.Q(state="leased") & over)
    rows = Chunk.objects.filter(free, run__state__in=_OPEN).order_by("run__created_at", "number")
    for chunk in rows.select_related("run")[:8]:
        with writing():
            taken = Chunk.objects.filter(free, pk=chunk.pk, fence=chunk.fence).update(
                state="leased",
                fence=chunk.fence + 1,
                attempts=models.F("attempts") + 1,
                worker=worker[:60],
                lease_until=now + LEASE,
            )
            if taken:
                Run.everywhere.filter(pk=chunk.run_id, state=Run.State.WAITING).update(
                    state=Run.State.RUNNING
                )
        if taken:
            chunk.refresh_from_db()
            if chunk.attempts <= MAX_ATTEMPTS:
                return chunk
            _fail(chunk, "It stopped its worker too often.", last=True)
    return None


def _do(chunk: Chunk, stop: threading.Event | None) -> Outcome:
    work = handler_of(chunk.run.kind)
    if work is None:
        raise LookupError(f'no handler for runs of kind "{chunk.run.kind}"')
    return work(chunk.run, chunk.first, chunk.last, _heartbeat(chunk, stop))


class _GivenBack(Exception):  # noqa: N818 - a state, not a mistake
    """The worker ends; somebody else goes on with the chunk."""


def _heartbeat(chunk: Chunk, stop: threading.Event | None) -> Heartbeat:
    def beat() -> None:
        if stop is not None and stop.is_set():
            raise _GivenBack
        signs.give()
        held = Chunk.objects.filter(pk=chunk.pk, fence=chunk.fence, state="leased").update(
            lease_until=clock.now() + LEASE
        )
        if not held:
            raise LeaseLost

    return beat


def _give_back(chunk: Chunk) -> None:
    """Free at once, and this try does not count."""
    Chunk.objects.filter(pk=chunk.pk, fence=chunk.fence, state="leased").update(
        state="waiting", lease_until=None, attempts=models.F("attempts") - 1
    )


@writing()
def _finish(chunk: Chunk, outcome: Outcome) -> None:
    ended = Chunk.objects.filter(pk=chunk.pk, fence=chunk.fence, state="leased").update(
        state="done", lease_until=None, result=outcome.result
    )
    if ended:
        Run.everywhere.filter(pk=chunk.run_id).update(
            done=models.F("done") + outcome.done, failed=models.F("failed") + outcome.failed
        )
        _close(chunk)


@writing()
def _fail(chunk: Chunk, why: str, *, last: bool = False) -> None:
    """Let the chunk be tried again a little later, or set it aside and say so on the run."""
    gone = last or chunk.attempts >= MAX_ATTEMPTS
    wait = clock.now() + timedelta(seconds=2**chunk.attempts)
    changed = Chunk.objects.filter(pk=chunk.pk, fence=chunk.fence).update(
        state="failed" if gone else "leased", lease_until=None if gone else wait
    )
    if gone and changed:
        Run.everywhere.filter(pk=chunk.run_id).update(error=why[:500])
        _close(chunk)


def _close(chunk: Chunk) -> None:
    """End the run with its last chunk."""
    states = set(Chunk.objects.filter(run=chunk.run_id).values_list("state", flat=True).distinct())
    if states <= {"done", "failed"}:
        state = Run.State.FAILED if "failed" in states else Run.State.DONE
        ended = Run.everywhere.filter(pk=chunk.run_id, state=Run.State.RUNNING).update(
            state=state, finished_at=clock.now()
        )
        if ended:
            _tell_end(Run.everywhere.select_related("organisation").get(pk=chunk.run_id))


def _tell_end(run: Run) -> None:
    after = {"state": run.state, "done": run.done, "failed": run.failed}
    record(
        "run.finished",
        actor=None,
        target=run,
        organisation=run.organisation,
        after=after,
        via="job",
    )
