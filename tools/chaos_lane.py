"""A world of ``tools/chaos.py``: its folder and database, its two processes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from chaos_person import Person

ROOT = Path(__file__).resolve().parent.parent

# What no moment may show, each as a question whose answer must be nothing.
NEVER = {
    "an index given twice": "SELECT status_index FROM awarding_award WHERE status_index IS NOT NULL"
    " GROUP BY status_list_id, status_index HAVING count(*) > 1",
    "two awards of one row": "SELECT row FROM awarding_award WHERE run_id IS NOT NULL"
    " GROUP BY run_id, row HAVING count(*) > 1",
    "an issued row without its credential": "SELECT r.id FROM awarding_sheetrow r LEFT JOIN"
    " awarding_award a ON a.id = r.award_id WHERE r.result = 'issued' AND a.signed IS NULL",
    "an award that is half issued": "SELECT id FROM awarding_award WHERE"
    " (signed IS NULL) <> (state = 'draft') OR (sha256 = '') <> (signed IS NULL)",
    "an offer without its one letter": "SELECT a.id FROM awarding_award a LEFT JOIN"
    " integrations_outboxmail m ON m.award_id = a.id AND m.kind = 'offer'"
    " WHERE a.signed IS NOT NULL GROUP BY a.id HAVING count(m.id) <> 1",
    "an offer without its one link": "SELECT a.id FROM awarding_award a LEFT JOIN"
    " awarding_claimlink l ON l.award_id = a.id WHERE a.signed IS NOT NULL"
    " GROUP BY a.id HAVING count(l.id) <> 1",
    "an award offered not once": "SELECT a.id FROM awarding_award a LEFT JOIN awarding_step s"
    " ON s.award_id = a.id AND s.to_state = 'offered' AND s.from_state = 'draft'"
    " WHERE a.signed IS NOT NULL GROUP BY a.id HAVING count(s.id) <> 1",
    # One event tells of all awards of a batch, and how many they are.
    "steps and audit that differ": "SELECT 1 WHERE (SELECT count(*) FROM awarding_step) <>"
    " (SELECT count(*) FROM audit_auditevent WHERE target_type = 'award') +"
    " (SELECT coalesce(sum({awards}), 0) FROM audit_auditevent WHERE verb LIKE 'award.%-from-file')",
    "a confirmed file without a run, or a run without": "SELECT id FROM awarding_sheet WHERE"
    " (state = 'confirmed') <> (run_id IS NOT NULL)",
    "a confirmation that left no audit row": "SELECT 1 WHERE (SELECT count(*) FROM jobs_run) <>"
    " (SELECT count(*) FROM audit_auditevent WHERE verb = 'sheet.confirmed')",
}


class Held(Exception):  # noqa: N818 - an answer, not a fault
    """Somebody holds what a statement wants to write."""


class World:
    """Folder, database, port and environment of one lane."""

    def __init__(self, folder: Path, number: int) -> None:
        folder.mkdir(parents=True)
        self.folder, self.port = folder, _free_port()
        self.database = self._database(f"stackmark_chaos_{os.getpid()}_{number}")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("STACKMARK_", "EMAIL_"))}
        for name in ("DATABASE_URL", "PYTHONDONTWRITEBYTECODE"):
            kept.pop(name, None)
        self.env = kept | {
            # As in an installation: what was compiled once is not compiled at each start.
            "PYTHONPYCACHEPREFIX": str(folder.parent / "bytecode"),
            "STACKMARK_DATA": str(folder / "var"),
            "STACKMARK_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "STACKMARK_IDENTITY_URL": "https://badges.example.org",
            "EMAIL_URL": f"file:{folder / 'mail'}",
            "PYTHONPATH": str(ROOT / "src"),
        }
        if self.database:
            self.env["DATABASE_URL"] = self.database

    def _database(self, name: str) -> str:
        """A new database on the server of ``DATABASE_URL``; empty for SQLite."""
        self._server, self._name = os.environ.get("DATABASE_URL", ""), name
        if not self._server:
            return ""
        self._manage(f"CREATE DATABASE {name}")
        return urlunsplit(urlsplit(self._server)._replace(path=f"/{name}"))

    def _manage(self, sql: str) -> None:
        import psycopg

        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(sql.encode())

    def remove(self) -> None:
        """Take the database away; the folder goes with the campaign."""
        if self._server:
            self._manage(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")

    def ask(self, sql: str, *, patience: float = 30) -> list[tuple[Any, ...]]:
        """The rows a statement gives. Raises ``Held`` when somebody keeps it waiting too long."""
        if self.database:
            import psycopg

            with psycopg.connect(
                self.database,
                autocommit=True,
                application_name="chaos",
                options=f"-c lock_timeout={int(patience * 1_000)}",
            ) as connection:
                try:
                    found = connection.execute(sql.encode())
                except psycopg.errors.LockNotAvailable as error:
                    raise Held from error
                return found.fetchall() if found.description else []
        file = self.folder / "var" / "stackmark.sqlite3"
        connection = sqlite3.connect(file, timeout=patience)
        try:
            with connection:
                return connection.execute(sql).fetchall()
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise Held from error
            raise
        finally:
            connection.close()

    def signed(self) -> int:
        """How many credentials there are."""
        ((count,),) = self.ask("SELECT count(*) FROM awarding_award WHERE signed IS NOT NULL")
        return int(count)

    def open_chunks(self) -> int:
        """How many chunks are not done."""
        ((count,),) = self.ask("SELECT count(*) FROM jobs_chunk WHERE state <> 'done'")
        return int(count)

    def cut(self) -> None:
        """Every connection to the database but our own ends (PostgreSQL, fault F10)."""
        self._manage(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
            f"'{self._name}' AND application_name <> 'chaos'"
        )

    def django(self, *words: str) -> Any:
        """What ``chaos_world.py`` says."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "tools" / "chaos_world.py"), *words],
            env=self.env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr[-2_000:])
        return json.loads(done.stdout)

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """A process in a session of its own; what it says is kept."""
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                env=self.env, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def collect(self) -> None:
        """The static files, made once for all lanes."""
        static, shared = self.folder / "var" / "static", self.folder.parent / "static"
        with _COLLECTING:
            if not shared.exists():
                words = [sys.executable, "-m", "stackmark_web", "collectstatic", "--noinput"]
                subprocess.run(words, env=self.env, check=True, capture_output=True)
                shutil.move(static, shared)
        shutil.rmtree(static, ignore_errors=True)
        static.symlink_to(shared)


_COLLECTING = threading.Lock()


class Lane:
    """The two processes of a world, who uses it, and what was seen."""

    def __init__(self, world: World, rows: int) -> None:
        self.world, self.rows = world, rows
        self.struck: Counter[tuple[str, str]] = Counter()
        self.wrong: list[str] = []
        self.cuts: list[float] = []  # seconds until the work went on
        self.resumed: list[tuple[float, float]] = []  # seconds by the clock, and of CPU
        self.ledger: dict[str, Any] = {}
        self.again = 0
        self._person: Person | None = None
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    # -- processes ---------------------------------------------------------------------------

    def start(self) -> None:
        """Tables, institution, server, worker."""
        told = self.world.django("setup")
        self.world.collect()
        for name in ("web", "worker"):
            self._begin(name)
        self._person = Person(self.world, told, self.rows, self.wrong)
        self._person.start()

    def _begin(self, name: str) -> subprocess.Popen[bytes]:
        port = str(self.world.port)
        web = (
            *("granian", "stackmark_web.wsgi:application", "--interface", "wsgi"),
            *("--host", "127.0.0.1", "--port", port, "--workers", "1"),
            *("--blocking-threads", "2", "--no-ws", "--log-level", "warning"),
        )
        command = web if name == "web" else ("stackmark_web", "work")
        self._running[name] = self.world.start(name, *command)
        return self._running[name]

    def kill(self, name: str) -> None:
        """SIGKILL to all of it, and a new one."""
        at_work = name == "worker" and self.leased()
        _signal(self._running[name], signal.SIGKILL)
        self._running[name].wait()
        if at_work:
            ((left,),) = self.world.ask("SELECT count(*) FROM awarding_award WHERE signed IS NULL")
            self.again += left
        self._forgive()
        began = time.monotonic()
        new = self._begin(name)
        if at_work:
            self._until(lambda: not self.open_chunks() or self._leased_by(new.pid), 60)
            self.resumed.append((time.monotonic() - began, _cpu(new.pid)))

    def cut(self) -> None:
        """The processes live on; each has lost its line to the database."""
        at_work = self.leased()
        began = time.monotonic()
        self.world.cut()
        if at_work:
            before = self.world.signed()
            self._until(lambda: not self.open_chunks() or self.world.signed() > before, 120)
            self.cuts.append(time.monotonic() - began)

    def _forgive(self) -> None:
        """The kills are ours, not the doing of the rows: they are not counted against a chunk."""
        self.world.ask("UPDATE jobs_chunk SET attempts = 0 WHERE state = 'leased'")

    def freeze_the_worker(self) -> None:
        """SIGSTOP beyond the lease; another worker takes over; then SIGCONT (fault F04)."""
        old = self._running["worker"]
        while True:
            _signal(old, signal.SIGSTOP)
            try:
                self.world.ask(
                    "UPDATE jobs_chunk SET attempts = 0, lease_until = '2000-01-01 00:00:00'"
                    " WHERE state = 'leased'",
                    patience=1,
                )
                break
            except Held:  # SQLite's only pen, or the row itself: let it write to its end
                _signal(old, signal.SIGCONT)
                time.sleep(0.05)
        new = self._begin("worker")
        self._until(lambda: not self.open_chunks() or self._leased_by(new.pid), 60)
        _signal(old, signal.SIGCONT)
        time.sleep(0.5)
        old.terminate()
        try:
            old.wait(30)
        except subprocess.TimeoutExpired:
            self.wrong.append("a worker that woke up does not end")
            _signal(old, signal.SIGKILL)

    def end(self) -> None:
        """Nothing is left running."""
        if self._person:
            self._person.over.set()
        for process in self._running.values():
            _signal(process, signal.SIGKILL)
            process.wait()

    def finish(self) -> None:
        """The person stops, the runs come to their end, and every credential is looked at."""
        if self._person:
            self._person.over.set()
            self._person.join(300)
        if not self._until(lambda: not self.open_chunks(), 600):
            self.wrong.append("a run does not come to its end")
        self._running["worker"].terminate()
        self._running["worker"].wait(60)
        self.check("the end")
        self.ledger = self.world.django("ledger", str(self.world.folder / "mail"))
        self.wrong += self.ledger["wrong"]

    # -- what the tables say -----------------------------------------------------------------

    def check(self, when: str) -> None:
        """Nothing that must never be seen is there."""
        awards = "CAST(after ->> 'awards' AS integer)"  # SQLite and PostgreSQL read it alike
        for what, sql in NEVER.items():
            found = self.world.ask(sql.replace("{awards}", awards))
            if found:
                self.wrong.append(f"{what} ({len(found)}) after {when}")
                print("wrong:", self.wrong[-1], flush=True)

    def leased(self) -> bool:
        """Whether a chunk is being done."""
        return bool(self.world.ask("SELECT 1 FROM jobs_chunk WHERE state = 'leased'"))

    def _leased_by(self, pid: int) -> bool:
        mine = f"SELECT 1 FROM jobs_chunk WHERE state = 'leased' AND worker LIKE '%:{pid}:%'"
        return bool(self.world.ask(mine))

    def open_chunks(self) -> int:
        """How many chunks are not done."""
        return self.world.open_chunks()

    def wait_until_busy(self) -> None:
        """Until a chunk is being done, for a while: the person may be uploading."""
        self._until(self.leased, 120)

    def told(self) -> str:
        """One line on how it goes."""
        done = self.world.signed()
        files = self._person.files if self._person else 0
        return f"{files} files, {done} credentials, {len(self.wrong)} wrong"

    @staticmethod
    def _until(true: Any, seconds: float) -> bool:
        last = time.monotonic() + seconds
        while time.monotonic() < last:
            if true():
                return True
            time.sleep(0.02)
        return False


def _signal(process: subprocess.Popen[bytes], sign: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, sign)


def _cpu(pid: int) -> float:
    """Seconds of CPU a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
