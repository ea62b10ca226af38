"""Workers on SQLite write one after the other, and nobody waits for one that has stopped."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import Error, connection, transaction

from stackmark_web.jobs import turns
from stackmark_web.ui import trouble

pytestmark = pytest.mark.django_db(transaction=True)
sqlite_alone = pytest.mark.skipif(
    "postgres" in os.environ.get("DATABASE_URL", ""), reason="PostgreSQL writes for many at once"
)


def locked():
    handle = os.open(Path(settings.DATA) / "workers.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


@sqlite_alone
def test_who_finds_another_writing_goes_on_as_soon_as_he_is_done():
    handle = locked()
    threading.Timer(0.3, os.close, [handle]).start()
    begun = time.monotonic()
    with turns.writing():
        waited = time.monotonic() - begun
        assert connection.in_atomic_block
    assert 0.25 < waited < turns.PATIENCE


@sqlite_alone
def test_a_worker_that_has_stopped_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", 0.1)
    handle = locked()
    try:
        with turns.writing():
            assert connection.in_atomic_block
    finally:
        os.close(handle)


@sqlite_alone
def test_where_files_cannot_be_locked_nobody_waits(monkeypatch):
    def unsupported(_handle, _kind):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(turns.fcntl, "flock", unsupported)
    with turns.writing():
        assert connection.in_atomic_block


@sqlite_alone
def test_the_turn_ends_with_the_transaction_even_when_it_fails():
    with pytest.raises(ZeroDivisionError), turns.writing():
        divmod(1, 0)
    os.close(locked())  # would wait for ever


def test_inside_a_transaction_there_is_nothing_to_wait_for(monkeypatch):
    monkeypatch.setattr(turns, "_wait", lambda _handle: pytest.fail("it waited"))
    with transaction.atomic(), turns.writing():
        assert connection.in_atomic_block


@pytest.mark.skipif(
    "postgres" not in os.environ.get("DATABASE_URL", ""), reason="SQLite has no server to end it"
)
def test_a_transaction_that_stands_still_is_ended_and_tried_again(monkeypatch):
    monkeypatch.setattr(turns, "STILL", 50)

    def write_and_stop():
        with turns.writing(), connection.cursor() as cursor:
            time.sleep(0.3)
            cursor.execute("SELECT 1")

    with pytest.raises(Error) as caught:
        write_and_stop()
    assert trouble.kind_of(caught.value) == "busy"
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("0",)  # for that one transaction alone
