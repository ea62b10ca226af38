"""Run a command with ``DATABASE_URL`` naming a PostgreSQL server made for it and thrown away.

    python tools/on_postgres.py pytest tests/web

A server named by ``DATABASE_URL`` already is used as it is. Without one, Debian's package (or any
``postgres`` on the path) is started in a temporary folder, on a socket only. Where there is none,
this says so and ends well, unless ``CI`` is set: there it must not pass unseen.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
listen_addresses = ''
max_connections = 60
"""
ENDS = (signal.SIGTERM, signal.SIGHUP)
PATIENCE = 10  # seconds for the command to end by itself


def find_programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``, the newest version first."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    found = [*versions, *([Path(on_path)] if on_path else [])]
    return found[0].parent if found else None


@contextmanager
def server(programs: Path):
    """A running server; yields its DATABASE_URL."""
    root = os.geteuid() == 0
    user = "postgres" if root else pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="stackmark-pg-"))
    if root:  # PostgreSQL refuses to run as root
        shutil.chown(folder, user)

    def call(*words: str) -> None:
        extra = {"user": user} if root else {}
        done = subprocess.run(
            words, capture_output=True, text=True, cwd=folder, check=False, **extra
        )
        if done.returncode:
            raise SystemExit(f"{words[0]} failed:\n{done.stdout}{done.stderr}")

    data = folder / "data"
    try:
        call(
            str(programs / "initdb"),
            "-D",
            str(data),
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        )
        with (data / "postgresql.conf").open("a") as file:
            file.write(SETTINGS + f"unix_socket_directories = '{folder}'\n")
        with ending_later():  # pg_ctl alone would be ended, and the server would go on
            call(
                str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "start"
            )
        yield f"postgres://{user}@/postgres?host={folder}"
    finally:
        for one in ENDS:
            signal.signal(one, signal.SIG_IGN)
        if (data / "postmaster.pid").exists():
            call(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def end(number: int, _frame: object) -> None:
    """As Ctrl-C does: what was begun is taken down on the way out."""
    raise SystemExit(128 + number)


@contextmanager
def ending_later():
    """Whoever wants to end this waits until the block is through."""
    asked: list[int] = []
    before = {one: signal.signal(one, lambda number, _: asked.append(number)) for one in ENDS}
    yield
    for one, handler in before.items():
        signal.signal(one, handler)
    if asked:
        raise SystemExit(128 + asked[0])


def run(words: list[str], url: str) -> int:
    """The command's exit code. If this is ended, it is ended first."""
    with subprocess.Popen(words, env={**os.environ, "DATABASE_URL": url}) as child:
        try:
            return child.wait()
        except BaseException:
            child.terminate()
            try:
                child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
            raise


def main(words: list[str]) -> int:
    if os.environ.get("DATABASE_URL"):
        return subprocess.run(words, check=False).returncode
    programs = find_programs()
    if programs is None:
        print(
            "No PostgreSQL on this machine: install it (Debian: apt-get install postgresql) or set DATABASE_URL."
        )
        return 1 if os.environ.get("CI") else 0
    for one in ENDS:
        signal.signal(one, end)
    with server(programs) as url:
        return run(words, url)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
