"""``stackmark-web serve``: make ready, start the server and a worker, stay until told to stop."""

from __future__ import annotations

import threading
import time
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.api.vc_api import config as vc_api
from stackmark_web.operations import (
    checks,
    dev_tls,
    instance,
    leftovers,
    living,
    metrics,
    processes,
    sqlite_file,
    starting,
)
from stackmark_web.settings import env

_STUCK = 300.0  # seconds without a sign of life; a worker gives one a minute at the least


class Command(BaseCommand):
    """Server and worker in one command."""

    help = "Prepare the database and files, then serve and work until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen, and how many do what."""
        address = urlsplit(settings.PUBLIC_URL)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=address.port or 8000)
        parser.add_argument("--threads", type=_whole, default=4, help="of each web process")
        parser.add_argument("--workers", type=_whole, default=1, help="web processes")
        parser.add_argument("--no-worker", action="store_true", help="work is done elsewhere")
        parser.add_argument(
            "--no-migrate", action="store_true", help="leave the tables as they are"
        )
        parser.add_argument(
            "--dev-tls",
            action="store_true",
            help="speak HTTPS with a certificate of one's own, for trying out",
        )
        parser.add_argument(
            "--drain",
            type=float,
            default=0.0,
            metavar="SECONDS",
            help="time between being told to stop (/ready says so) and stopping",
        )

    def handle(self, *args: Any, host: str, port: int, threads: int, **options: Any) -> None:
        """Make ready, then run."""
        tls = self._certificate(host) if options["dev_tls"] or settings.DEV_TLS else None
        if why := processes.why_not_free(host, port):
            raise CommandError(_taken(host, port, why))
        try:
            with instance.running():
                self._prepare(migrate=not options["no_migrate"])
                server = processes.server(
                    host, port, threads=threads, workers=options["workers"], tls=tls
                )
                self._run(server, host, port, **options)
        except StackmarkError as error:
            raise CommandError(error.detail) from None

    def _run(self, server: list[str], host: str, port: int, **options: Any) -> None:
        around = env.for_children(PROMETHEUS_MULTIPROC_DIR=str(settings.DATA / "metrics"))
        crew = [processes.Member("the web server", server, around)]
        if not options["no_worker"]:
            crew.append(processes.Member("the worker", processes.worker(), around, patience=_STUCK))
        connection.close()
        threading.Thread(target=self._tell, args=(host, port), daemon=True).start()
        clean = processes.Crew(crew, last_sign=living.last_touch).run(
            drain=lambda: _drain(options["drain"])
        )
        if clean:
            sqlite_file.note_closed()
        connection.close()

    def _certificate(self, host: str) -> tuple[str, str]:
        """Paths of certificate and key for ``--dev-tls``; says by what it can be known."""
        public = urlsplit(settings.PUBLIC_URL)
        if public.scheme != "https":
            raise CommandError(
                f"--dev-tls speaks HTTPS, but STACKMARK_PUBLIC_URL is {settings.PUBLIC_URL}. Leave "
                "it out, or write https there."
            )
        hosts = [public.hostname or "", *([] if host in ("0.0.0.0", "::") else [host])]  # noqa: S104
        found = dev_tls.pair(settings.DATA / "dev-tls", now=clock.now(), hosts=hosts)
        self.stdout.write(
            f"HTTPS with a certificate that only you know: {found.certificate}\n"
            f"SHA-256 {found.fingerprint}"
        )
        return str(found.certificate), str(found.key)

    def _prepare(self, *, migrate: bool) -> None:
        """Migrations, checks, static files, demo world: each only where there is need."""
        living.say_stopping(now=False)
        leftovers.clear()
        metrics.begin(settings.DATA / "metrics")
        if migrate:
            call_command("migrate", verbosity=0)
        for warning in starting.check():
            self.stderr.write(str(warning))
        starting.begin()
        if _static_is_old():
            call_command("collectstatic", verbosity=0, interactive=False)
        if settings.DEMO:
            call_command("seed_demo", stdout=self.stdout)

    def _tell(self, host: str, port: int) -> None:
        processes.wait_until_open(host, port)
        self.stdout.write(f"\nStackmark is at {settings.PUBLIC_URL}")
        if settings.DEMO:
            call_command("seed_demo", "--who", stdout=self.stdout)
        if settings.VC_API:
            self.stdout.write("\n".join(vc_api.greeting()))
        self.stdout.write("Stop with Ctrl-C.")
        self.stdout.flush()


def _taken(host: str, port: int, why: str) -> str:
    """What to do when we cannot listen there; a public address must not change for that."""
    other = f"STACKMARK_PUBLIC_URL=http://{host}:{port + 1}"
    if checks.is_public(settings.PUBLIC_URL):
        other = f"--port {port + 1}, and tell the proxy"
    return (
        f"The server cannot listen at {host}:{port}: {why}. If something else does (“ss -ltnp” "
        f"names it), stop that, or choose another port: {other}"
    )


def _drain(seconds: float) -> None:
    """New requests go elsewhere; those that are there are answered."""
    living.say_stopping(now=True)
    time.sleep(max(0.0, min(seconds, 600.0)))


def _whole(text: str) -> int:
    """A number from 1 to 64."""
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 64:
        return int(text)
    raise ArgumentTypeError(f"“{text}” is no whole number from 1 to 64")


def _static_is_old() -> bool:
    """Whether a static file of ours is newer than the collected ones."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        return True
    made = manifest.stat().st_mtime
    package = Path(settings.PACKAGE)
    return any(file.stat().st_mtime > made for file in package.glob("*/static/**/*"))
