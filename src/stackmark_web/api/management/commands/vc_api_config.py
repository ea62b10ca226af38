"""``stackmark-web vc_api_config``: the ``localConfig.cjs`` that the W3C suites want."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from stackmark_web.api.vc_api import config


class Command(BaseCommand):
    """Prints the file, for ``> localConfig.cjs``."""

    help = "Print the localConfig.cjs of this server's VC API for the W3C and CCG suites."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Those of ``serve`` that decide the address; they are read before the settings are."""
        parser.add_argument(
            "--dev-tls", action="store_true", help="for a server that runs with --dev-tls"
        )
        parser.add_argument("--port", help="the port that server was given, if any")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        if not settings.VC_API:
            raise CommandError("Set STACKMARK_VC_API=1 first: the VC API is switched off.")
        self.stdout.write(config.as_module())
