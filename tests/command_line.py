"""Run the command line in this process, and compare with transcripts."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Done:
    code: int
    out: bytes
    err: str

    @property
    def text(self):
        return self.out.decode()


@contextmanager
def _place(folder, env):
    before, old = os.getcwd(), dict(os.environ)
    os.environ.update(env)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(old)


def run(*args, cwd=".", stdin=b"", env=None, columns=100):
    """What `stackmark ARGS` does; streams are plain files, never a terminal."""
    from stackmark.cli.app import app

    out, err = io.BytesIO(), io.BytesIO()
    kept = sys.stdin, sys.stdout, sys.stderr
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
    sys.stdout = io.TextIOWrapper(out, "utf-8", write_through=True)
    sys.stderr = io.TextIOWrapper(err, "utf-8", write_through=True)
    try:
        with _place(cwd, {"COLUMNS": str(columns), "NO_COLOR": "1", **(env or {})}):
            try:
                app([str(arg) for arg in args], prog_name="stackmark")
                code = 0
            except SystemExit as stop:
                code = stop.code or 0
        return Done(code, out.getvalue(), err.getvalue().decode())
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept


_SAME = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "TIME"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"did:key:z\w+(?:#z\w+)?"), "DID-KEY"),
    (re.compile(r"\b[0-9a-f]{48,}\b"), "HEX"),
    (re.compile(r"\bz[1-9A-HJ-NP-Za-km-z]{40,}"), "BASE58"),
    (re.compile(r"\b\d{1,6}(?= is revoked, and)"), "INDEX"),
    (re.compile(r"[ \t]+$", re.MULTILINE), ""),
]


def steady(text):
    """The text without what differs from run to run."""
    for pattern, word in _SAME:
        text = pattern.sub(word, text)
    return text


def verify_offline(*given, cwd):
    """`stackmark verify …` in a process of its own in which nothing can reach a network."""
    script = (
        "import socket, sys\n"
        "def no(*a, **k): raise OSError('no network here')\n"
        "socket.socket.connect = no; socket.getaddrinfo = no\n"
        "from stackmark.cli import main\n"
        f"sys.argv = ['stackmark', 'verify', *{list(given)!r}]\n"
        "main()\n"
    )
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=cwd,
        env=os.environ | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
