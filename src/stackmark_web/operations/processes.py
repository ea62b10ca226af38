"""A server and its workers, started, watched and stopped together."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_GRACE: Final = 40.0  # seconds a process gets to end by itself
_PAUSE: Final = 0.1
_FIRST: Final = 1.0  # seconds before what died again is started; twice as long each time …
_LONGEST: Final = 8.0  # … up to this
_HELD: Final = 5.0  # seconds a process may be stopped (SIGSTOP) before it is ended
_STEADY: Final = 60.0  # who lived so long is started at once
_LOG: Final = logging.getLogger(__name__)

LastSign = Callable[[int], int | None]  # a stamp that changes with each sign of life


@dataclass(slots=True)
class Member:
    """One process of a crew: its command, and how it fares."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    patience: float | None = None  # seconds without a sign of life before it counts as stuck
    process: subprocess.Popen[bytes] | None = None
    born: float = 0.0
    wait: float = 0.0
    again_at: float = 0.0
    sign: int | None = None
    sign_at: float = 0.0
    held_at: float = 0.0

    def start(self) -> None:
        """Begin. A session of its own: Ctrl-C reaches the parent, which stops all in order."""
        self.process = subprocess.Popen(  # noqa: S603 - our own words only
            self.command, start_new_session=True, env=dict(self.environment)
        )
        self.born, self.again_at, self.held_at = time.monotonic(), 0.0, 0.0

    def look(self, last_sign: LastSign) -> None:
        """Start it again when it died; end it when it is stuck."""
        now = time.monotonic()
        if self.again_at:
            if now >= self.again_at:
                self.start()
            return
        if self.process is None:
            return
        code = self.process.poll()
        if code is None:
            self._end_if_stuck(last_sign)
            return
        self.wait = 0.0 if now - self.born > _STEADY else self.wait
        _LOG.error("%s ended with %s; it is started again in %.0f s", self.name, code, self.wait)
        self.again_at = now + self.wait
        self.wait = min(_LONGEST, max(_FIRST, self.wait * 2))

    def _end_if_stuck(self, last_sign: LastSign) -> None:
        if self.process is None or self.patience is None:
            return
        now, sign = time.monotonic(), last_sign(self.process.pid)
        if sign != self.sign:  # told by a change, for the clock of files may jump
            self.sign, self.sign_at = sign, now
        silent = now - max(self.sign_at, self.born)
        self.held_at = (self.held_at or now) if _is_held(self.process.pid) else 0.0
        if self.held_at and now - self.held_at > _HELD:
            _LOG.error("%s was stopped for %.0f s and is ended", self.name, now - self.held_at)
            self.process.kill()
        elif sign is not None and silent > self.patience:
            _LOG.error("%s gave no sign for %.0f s and is ended", self.name, silent)
            self.process.kill()


def _is_held(process: int) -> bool:
    """Whether the system says that a process is stopped; one that works for long is not."""
    try:
        told = Path(f"/proc/{process}/stat").read_text("ascii", "replace")
    except OSError:
        return False
    return told.rpartition(")")[2].split()[:1] == ["T"]


class Crew:
    """Processes that live and die together; one that dies alone is started again."""

    def __init__(self, members: Sequence[Member], *, last_sign: LastSign = lambda _: None) -> None:
        self.members = members
        self._last_sign = last_sign
        self._stop = threading.Event()

    def run(self, *, drain: Callable[[], None] = lambda: None) -> bool:
        """Until SIGINT or SIGTERM, then stop them all. Whether all ended by themselves.

        ``drain`` is called when the signal came, before anybody is stopped.
        """
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, lambda *_: self._stop.set())
        try:
            for one in self.members:
                one.start()
            while not self._stop.wait(_PAUSE):
                for one in self.members:
                    one.look(self._last_sign)
            drain()
        finally:
            clean = self._end()
        return clean

    def _end(self) -> bool:
        """Ask each to end, the web server first; who does not in time is killed."""
        running = [
            one.process for one in self.members if one.process and one.process.poll() is None
        ]
        for process in running:
            process.terminate()
        last = time.monotonic() + _GRACE
        clean = True
        for process in running:
            try:
                process.wait(max(0.1, last - time.monotonic()))
            except subprocess.TimeoutExpired:
                _LOG.error("process %s did not end in %.0f s and is killed", process.pid, _GRACE)
                process.kill()
                process.wait()
                clean = False
        return clean


def server(
    host: str, port: int, *, threads: int, workers: int = 1, tls: tuple[str, str] | None = None
) -> list[str]:
    """The command of the web server: granian under WSGI (docs/decisions/0005).

    ``tls``: paths of a certificate and its key, to speak HTTPS itself.
    """
    return [
        *(sys.executable, "-m", "granian", "stackmark_web.wsgi:application"),
        *("--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", str(threads), "--backlog", "256"),
        *("--no-ws", "--log-level", "warning", "--respawn-failed-workers"),
        *("--respawn-interval", "1", "--workers-kill-timeout", "30"),
        *(("--ssl-certificate", tls[0], "--ssl-keyfile", tls[1]) if tls else ()),
        *(("--ssl-protocol-min", "tls1.2") if tls else ()),
    ]


def worker() -> list[str]:
    """The command of one worker."""
    return [sys.executable, "-m", "stackmark_web", "work"]


def why_not_free(host: str, port: int) -> str:
    """Why we cannot listen there, in the system's words; empty when we can."""
    if not 1 <= port <= 65_535:  # 0 would be any: nobody could find the server
        return "Ports go from 1 to 65535"
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return error.strerror or str(error)
    return ""


def wait_until_open(host: str, port: int) -> None:
    """Return when somebody answers there; on a busy machine that takes minutes."""
    while True:
        with suppress(OSError), socket.create_connection((host, port), timeout=1):
            return
        time.sleep(0.1)
