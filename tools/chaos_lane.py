"""A world of ``tools/chaos.py``: its folder and database, its two processes, its one person."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
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
from urllib.parse import urlencode, urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
SLUG = "northfield"
TOKEN = "c" * 32

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
    "steps and audit that differ": "SELECT 1 WHERE (SELECT count(*) FROM awarding_step) <>"
    " (SELECT count(*) FROM audit_auditevent WHERE target_type = 'award')",
    "a confirmed file without a run, or a run without": "SELECT id FROM awarding_sheet WHERE"
    " (state = 'confirmed') <> (run_id IS NOT NULL)",
    "a confirmation that left no audit row": "SELECT 1 WHERE (SELECT count(*) FROM jobs_run) <>"
    " (SELECT count(*) FROM audit_auditevent WHERE verb = 'sheet.confirmed')",
}


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
        """The rows a statement gives."""
        if self.database:
            import psycopg

            with psycopg.connect(self.database, autocommit=True) as connection:
                found = connection.execute(sql.encode())
                return found.fetchall() if found.description else []
        file = self.folder / "var" / "stackmark.sqlite3"
        connection = sqlite3.connect(file, timeout=patience)
        try:
            with connection:
                return connection.execute(sql).fetchall()
        finally:
            connection.close()

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
    """The two processes of a world, the person who uses it, and what was seen."""

    def __init__(self, world: World, rows: int) -> None:
        self.world, self.rows = world, rows
        self.struck: Counter[tuple[str, str]] = Counter()
        self.wrong: list[str] = []
        self.resumed: list[tuple[float, float]] = []  # seconds by the clock, and of CPU
        self.ledger: dict[str, Any] = {}
        self.again = 0
        self._files = 0
        self._over = threading.Event()
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    # -- processes ---------------------------------------------------------------------------

    def start(self) -> None:
        """Tables, institution, server, worker."""
        self.told_setup = self.world.django("setup")
        self.world.collect()
        for name in ("web", "worker"):
            self._begin(name)

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
            except sqlite3.OperationalError:  # it holds SQLite's only pen: let it write to its end
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
        self._over.set()
        for process in self._running.values():
            _signal(process, signal.SIGKILL)
            process.wait()

    def finish(self, person: threading.Thread) -> None:
        """The person stops, the runs come to their end, and every credential is looked at."""
        self._over.set()
        person.join(300)
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
        for what, sql in NEVER.items():
            found = self.world.ask(sql)
            if found:
                self.wrong.append(f"{what} ({len(found)}) after {when}")

    def leased(self) -> bool:
        """Whether a chunk is being done."""
        return bool(self.world.ask("SELECT 1 FROM jobs_chunk WHERE state = 'leased'"))

    def _leased_by(self, pid: int) -> bool:
        mine = f"SELECT 1 FROM jobs_chunk WHERE state = 'leased' AND worker LIKE '%:{pid}:%'"
        return bool(self.world.ask(mine))

    def open_chunks(self) -> int:
        """How many chunks are not done."""
        ((count,),) = self.world.ask("SELECT count(*) FROM jobs_chunk WHERE state <> 'done'")
        return int(count)

    def wait_until_busy(self) -> None:
        """Until a chunk is being done, for a while: the person may be uploading."""
        self._until(self.leased, 20)

    def told(self) -> str:
        """One line on how it goes."""
        ((done,),) = self.world.ask("SELECT count(*) FROM awarding_award WHERE signed IS NOT NULL")
        return f"{self._files} files, {done} credentials, {len(self.wrong)} wrong"

    @staticmethod
    def _until(true: Any, seconds: float) -> bool:
        last = time.monotonic() + seconds
        while time.monotonic() < last:
            if true():
                return True
            time.sleep(0.02)
        return False

    # -- the person --------------------------------------------------------------------------

    def issue_files(self) -> None:
        """One file after the other, from upload to confirmation; a lost answer is asked again."""
        while not self._over.is_set():
            if self.open_chunks():
                time.sleep(0.1)
                continue
            self._files += 1
            try:
                self._issue(self._files)
                self._revoke_one()
            except Exception as error:  # noqa: BLE001 - a wrong answer is what we look for
                self.wrong.append(f"file {self._files}: {error}")

    def _issue(self, number: int) -> None:
        lines = [f"p{number}-{n}@mail.example,Person {n}" for n in range(self.rows)]
        lines[7::40] = ["nobody,Nobody"] * len(lines[7::40])
        data = "email,name\n" + "\n".join(lines) + "\n"
        base = f"/manage/{SLUG}/awards/sheets"
        sheet = ""
        while not sheet:
            place = self._post(f"{base}/new", {"version": self.told_setup["version"]}, data)
            sheet = place.rsplit("/", 1)[0]
        self._post(
            f"{sheet}/columns", {"column-0": "recipient_email", "column-1": "recipient_name"}
        )
        self._post(
            f"{sheet}/choices", {"known": "leave", "scope": "good", "name_in_credential": "on"}
        )
        status, where, page = self._ask("GET", f"{sheet}/confirm")
        agreed = re.search(r'name="agreed" value="([^"]*)"', page)
        if agreed is None:
            raise RuntimeError(f"nothing to confirm: {status} {where}")
        self._post(f"{sheet}/confirm", {"agreed": agreed[1]})

    def _revoke_one(self) -> None:
        found = self.world.ask("SELECT id FROM awarding_award WHERE state = 'offered' LIMIT 1")
        if found:
            place = f"/manage/{SLUG}/awards/{found[0][0]}/revoke"
            if not self.world.database:  # SQLite keeps the hexadecimal digits alone
                place = re.sub(r"(\w{8})(\w{4})(\w{4})(\w{4})(\w{12})", r"\1-\2-\3-\4-\5", place)
            self._post(place, {"reason": "misconduct"})

    def _post(self, place: str, form: dict[str, str], file: str = "") -> str:
        """Where the answer leads; a page with errors is one too many."""
        status, where, page = self._ask("POST", place, form, file)
        if status != 302:
            told = re.findall(r'class="[^"]*error[^"]*"[^>]*>([^<]+)', page)
            raise RuntimeError(f"{place} answers {status} {told[:3]}")
        return where

    def _ask(
        self, method: str, place: str, form: dict[str, str] | None = None, file: str = ""
    ) -> tuple[int, str, str]:
        """An answer, asked for again as long as the server is away."""
        body, kind = _body(form or {}, file)
        head = {
            "Cookie": f"sessionid={self.told_setup['session']}; csrftoken={TOKEN}",
            "Content-Type": kind,
        }
        last = time.monotonic() + 120
        while True:
            try:
                line = http.client.HTTPConnection("127.0.0.1", self.world.port, timeout=60)
                line.request(method, place, body if form is not None else None, head)
                answer = line.getresponse()
                page = answer.read().decode("utf-8", "replace")
                if answer.status != 503:
                    return answer.status, answer.headers.get("Location", ""), page
            except (OSError, http.client.HTTPException):
                if time.monotonic() > last:
                    raise
            finally:
                line.close()
            time.sleep(0.1)


def _body(form: dict[str, str], file: str) -> tuple[bytes, str]:
    fields = {"csrfmiddlewaretoken": TOKEN, **form}
    if not file:
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"
    mark = "-----------------chaos"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append(
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="all.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{file}\r\n--{mark}--\r\n"
    )
    return "".join(parts).encode(), f"multipart/form-data; boundary={mark}"


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
