"""Signs of life of workers and web processes, and whether they are of one release (F17, F36)."""

from __future__ import annotations

import logging
import os
import socket
import time
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import DatabaseError, OperationalError

from stackmark_web import clock
from stackmark_web.jobs.models import Chunk
from stackmark_web.operations import places, schema
from stackmark_web.operations.models import Process

BEATS: Final = "beats"
STOPPING: Final = "stopping"
_EVERY: Final = 5.0  # seconds between two signs in the database
_GONE: Final = timedelta(days=1)
_LOG: Final = logging.getLogger(__name__)
_state: Final = {"beat": float("-inf"), "asked": float("-inf"), "touched": float("-inf")}
_other: Final = {"release": False}


def name() -> str:
    """How ``work`` names the process we are in."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


def beat(kind: str) -> None:
    """A sign of life: in a file for the supervisor, and every five seconds in the database."""
    now = time.monotonic()
    if now - _state["touched"] > 1:
        _state["touched"] = now
        _touch()
    if now - _state["beat"] < _EVERY:
        return
    _state["beat"] = now
    at = clock.now()
    Process.objects.update_or_create(
        pk=name(),
        defaults={
            "kind": kind,
            "version": schema.product_version(),
            "schema": schema.digest(),
            "beat_at": at,
        },
        create_defaults={
            "kind": kind,
            "version": schema.product_version(),
            "schema": schema.digest(),
            "started_at": at,
            "beat_at": at,
        },
    )


def _touch() -> None:
    folder = places.data() / BEATS
    try:
        folder.mkdir(exist_ok=True)
        (folder / str(os.getpid())).touch()
    except OSError as error:
        _LOG.warning("no sign of life could be left: %s", error.strerror)


def leave() -> None:
    """A process ends by itself: it is not missed."""
    (places.data() / BEATS / str(os.getpid())).unlink(missing_ok=True)
    try:
        Process.objects.filter(pk=name()).delete()
    except DatabaseError:
        _LOG.warning("the process ended without taking its name off the list")


def tidy() -> None:
    """Processes of long ago."""
    Process.objects.filter(beat_at__lt=clock.now() - _GONE).delete()


def last_worker() -> timedelta | None:
    """Time since the last sign of a worker; None when there never was one.

    One that works on a long piece gives no sign but keeps its lease.
    """
    now = clock.now()
    if Chunk.objects.filter(state="leased", lease_until__gt=now).exclude(worker="").exists():
        return timedelta(0)
    rows = Process.objects.filter(kind="worker").order_by("-beat_at")
    newest = rows.values_list("beat_at", flat=True).first()
    return None if newest is None else max(timedelta(0), now - newest)


# -- one release -----------------------------------------------------------------------------


def is_other_release() -> bool:
    """Whether the tables were changed by another release; asked every few seconds at most."""
    every = settings.WATCH_RELEASE
    now = time.monotonic()
    if every and now - _state["asked"] > every:
        _state["asked"] = now
        _other["release"] = bool(why_other())
    return _other["release"]


def why_to_end() -> str:
    """Why a worker must end now; empty when it may go on."""
    return why_other() if is_other_release() else ""


def why_other() -> str:
    """What does not fit, as a sentence; empty when code and tables belong together."""
    try:
        state = schema.state()
    except OperationalError:
        return ""  # the database is away: each request says so itself
    if state.unknown:
        return f"The database is newer than this code: it has {state.unknown[0]}."
    if state.pending:
        return f"The database is older than this code: it lacks {state.pending[0]}."
    return ""


def ask_anew() -> None:
    """Forget what was found."""
    _state.update(beat=float("-inf"), asked=float("-inf"), touched=float("-inf"))
    _other["release"] = False


def say_stopping(*, now: bool) -> None:
    """The server has been told to end (or begins): ``/ready`` sends new requests elsewhere."""
    path = places.data() / BEATS / STOPPING
    if now:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    else:
        path.unlink(missing_ok=True)


def is_stopping() -> bool:
    """Whether it has been told."""
    return (places.data() / BEATS / STOPPING).exists()


def last_touch(process: int) -> int | None:
    """A stamp that changes with each sign of a process of this machine; None when it left none."""
    try:
        return (places.data() / BEATS / str(process)).stat().st_mtime_ns
    except OSError:
        return None
