"""``manage.py work``: the worker. Does chunks of runs and the duties until it is told to stop."""

from __future__ import annotations

import gc
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, close_old_connections

from stackmark.errors import StackmarkError
from stackmark_web.jobs import duties, presence, signs, worker


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
            with signs.working(), presence.present() as name:
                self._work(name, stop, once=once)
        except StackmarkError as error:
            raise CommandError(error.detail) from None

    def _work(self, name: str, stop: threading.Event, *, once: bool) -> None:
        busy = False
        if not once:
            _settle()
        while not stop.is_set():
            try:
                signs.give()
                if why := signs.why_not():
                    raise CommandError(f"The worker ends: {why}")
                # Chunks first: a run that lost its worker goes on at once, mail can wait for it.
                busy = worker.work_once(name, stop=stop)
                if not busy and worker.free_the_dead():
                    busy = worker.work_once(name, stop=stop)
                duties.run_due(busy=busy)
            except (OperationalError, InterfaceError) as error:
                self.stderr.write(f"The database is not ready: {error}")
                busy = False
            close_old_connections()
            if not busy:
                if once:
                    break
                stop.wait(0.5)
