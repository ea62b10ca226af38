"""``manage.py work``: the worker. Does chunks of runs and the duties until it is told to stop."""

from __future__ import annotations

import gc
import os
import signal
import socket
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, close_old_connections

from stackmark.errors import StackmarkError
from stackmark_web.jobs import duties, signs, worker


def _settle() -> None:
    """What is loaded by now stays for good: the collector need not look through it for each run.

    The thousands of rows of a chunk are freed by their counts; cycles are looked for less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


class Command(BaseCommand):
    """The worker; start as many as there are cores."""

    help = "Do the long work: runs, mail, status lists, reminders. Stop with Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--once``: until nothing is left, then end."""
        parser.add_argument("--once", action="store_true", help="end when nothing is left to do")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        """Work until stopped; a busy database is waited for."""
        stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for sign in (signal.SIGTERM, signal.SIGINT):
                signal.signal(sign, lambda *_: stop.set())
        try:
            with signs.working():
                self._work(stop, once=once)
        except StackmarkError as error:
            raise CommandError(error.detail) from None

    def _work(self, stop: threading.Event, *, once: bool) -> None:
        host = socket.gethostname()[:40]
        name = f"{host}:{os.getpid()}"
        busy = False
        if not once:
            _settle()
        while not stop.is_set():
            try:
                signs.give()
                if why := signs.why_not():
                    raise CommandError(f"The worker ends: {why}")
                # Chunks first: a run that lost its worker goes on at once, mail can wait for it.
                busy = worker.work_once(name, stop=stop) or worker.free_the_dead(host) > 0
                duties.run_due(busy=busy)
            except OperationalError as error:
                self.stderr.write(f"The database is not ready: {error}")
                busy = False
            close_old_connections()
            if not busy:
                if once:
                    break
                stop.wait(0.5)
