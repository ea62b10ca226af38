"""``stackmark-web serve``: make ready, start the server and a worker, stay until Ctrl-C."""

from __future__ import annotations

import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from stackmark_web import clock
from stackmark_web.api.vc_api import config as vc_api
from stackmark_web.operations import dev_tls, processes


class Command(BaseCommand):
    """Server and worker in one command."""

    help = "Prepare the database and files, then serve with one worker until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen; whether to make the demo world."""
        address = urlsplit(settings.PUBLIC_URL)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=address.port or 8000)
        parser.add_argument("--threads", type=int, default=4)
        parser.add_argument(
            "--dev-tls",
            action="store_true",
            help="speak HTTPS with a certificate of one's own, for trying out",
        )

    def handle(self, *args: Any, host: str, port: int, threads: int, **options: Any) -> None:
        """Make ready, then run."""
        tls = self._certificate(host) if options["dev_tls"] or settings.DEV_TLS else None
        if not processes.is_free(host, port):
            raise CommandError(
                f"Something listens on {host}:{port} already. Stop it, or choose another port: "
                f"STACKMARK_PUBLIC_URL=http://{host}:{port + 1}"
            )
        self._prepare()
        server = processes.server(host, port, threads=threads, tls=tls)
        crew = processes.Crew([server, processes.worker()])
        threading.Thread(target=self._tell, args=(host, port), daemon=True).start()
        crew.run()

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

    def _prepare(self) -> None:
        """Migrations, static files, demo world: each only when there is something to do."""
        call_command("migrate", verbosity=0)
        if _static_is_old():
            call_command("collectstatic", verbosity=0, interactive=False)
        if settings.DEMO:
            call_command("seed_demo", stdout=self.stdout)

    def _tell(self, host: str, port: int) -> None:
        if processes.wait_until_open(host, port):
            self.stdout.write(f"\nStackmark is at {settings.PUBLIC_URL}")
            if settings.DEMO:
                call_command("seed_demo", "--who", stdout=self.stdout)
            if settings.VC_API:
                self.stdout.write("\n".join(vc_api.greeting()))
            self.stdout.write("Stop with Ctrl-C.")
            self.stdout.flush()


def _static_is_old() -> bool:
    """Whether a static file of ours is newer than the collected ones."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        return True
    made = manifest.stat().st_mtime
    package = Path(settings.PACKAGE)
    return any(file.stat().st_mtime > made for file in package.glob("*/static/**/*"))
