"""A server and its workers, started, watched and stopped together."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Final

_GRACE: Final = 10.0  # seconds a process gets to end by itself
_PAUSE: Final = 0.5


class Crew:
    """Processes that live and die together; one that dies alone is started again."""

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        self._commands = commands
        self._running: list[subprocess.Popen[bytes]] = []
        self._stop = threading.Event()

    def run(self) -> None:
        """Until SIGINT or SIGTERM, then stop them all."""
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, lambda *_: self._stop.set())
        try:
            self._running = [_start(command) for command in self._commands]
            while not self._stop.wait(_PAUSE):
                self._revive()
        finally:
            self._end()

    def _revive(self) -> None:
        for place, process in enumerate(self._running):
            if process.poll() is not None:
                self._stop.wait(1)  # what fails at once must not fill the log
                if not self._stop.is_set():
                    self._running[place] = _start(self._commands[place])

    def _end(self) -> None:
        for process in self._running:
            process.terminate()
        last = time.monotonic() + _GRACE
        for process in self._running:
            try:
                process.wait(max(0.1, last - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches the parent, which then stops the others in order.
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own words only


def server(host: str, port: int, *, threads: int, tls: tuple[str, str] | None = None) -> list[str]:
    """The command of the web server: granian under WSGI (docs/decisions/0005).

    ``tls``: paths of a certificate and its key, to speak HTTPS itself.
    """
    return [
        *(sys.executable, "-m", "granian", "stackmark_web.wsgi:application"),
        *("--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", "1", "--blocking-threads", str(threads), "--backlog", "256"),
        *("--no-ws", "--log-level", "warning", "--respawn-failed-workers"),
        *(("--ssl-certificate", tls[0], "--ssl-keyfile", tls[1]) if tls else ()),
        *(("--ssl-protocol-min", "tls1.2") if tls else ()),
    ]


def worker() -> list[str]:
    """The command of one worker."""
    return [sys.executable, "-m", "stackmark_web", "work"]


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def wait_until_open(host: str, port: int, *, seconds: float = 30) -> bool:
    """Wait for somebody to answer there. Whether somebody did."""
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        try:
            with socket.create_connection((host, port), timeout=1):
                return True
        except OSError:
            time.sleep(0.1)
    return False
