"""``stackmark-web vc_api_config``: the ``localConfig.cjs`` that the W3C suites want."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from stackmark_web.api.vc_api import config


class Command(BaseCommand):
    """Prints the file, for ``> localConfig.cjs``."""

    help = "Print the localConfig.cjs of this server's VC API for the W3C and CCG suites."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """As the server was started: ``__main__`` has read them before the settings did."""
        parser.add_argument(
            "--dev-tls", action="store_true", help="the server was started with --dev-tls"
        )
        parser.add_argument("--port", type=int, help="and with this --port")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        if options["port"] and not options["dev_tls"]:
            raise CommandError(
                "--port goes with --dev-tls; without it the address is that of "
                "STACKMARK_PUBLIC_URL. Set that one, or add --dev-tls."
            )
        if not settings.VC_API:
            raise CommandError("Set STACKMARK_VC_API=1 first: the VC API is switched off.")
        self.stdout.write(config.as_module())
