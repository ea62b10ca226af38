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
    try:
        call(str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "start")
        yield f"postgres://{user}@/postgres?host={folder}"
    finally:
        if (data / "postmaster.pid").exists():
            call(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def main(words: list[str]) -> int:
    if os.environ.get("DATABASE_URL"):
        return subprocess.run(words, check=False).returncode
    programs = find_programs()
    if programs is None:
        print(
            "No PostgreSQL on this machine: install it (Debian: apt-get install postgresql) or set DATABASE_URL."
        )
        return 1 if os.environ.get("CI") else 0
    with server(programs) as url:
        return subprocess.run(
            words, check=False, env={**os.environ, "DATABASE_URL": url}
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
