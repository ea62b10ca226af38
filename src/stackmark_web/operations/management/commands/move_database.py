"""``stackmark-web move-database --to URL``: everything into another database, checked there."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from stackmark.errors import StackmarkError
from stackmark_web.operations import moving


class Command(BaseCommand):
    """SQLite to PostgreSQL, or back."""

    help = "Copy everything into another, empty database and compare it there."

    requires_system_checks: list[str] = []  # what is unsafe must not keep anybody from it

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument(
            "--to",
            required=True,
            metavar="URL",
            help="postgres://user:password@host:port/name or sqlite:FILE",
        )

    def handle(self, *args: Any, to: str, verbosity: int, **options: Any) -> None:
        """Move, and say what to set."""
        tell = self.stdout.write if verbosity > 1 else _say_nothing
        try:
            moved = moving.move(to, tell=tell)
        except (StackmarkError, ImproperlyConfigured) as error:
            raise CommandError(getattr(error, "detail", None) or str(error)) from None
        self.stdout.write(
            f"{moved.rows:,} rows of {moved.tables} tables are there, read back and compared; "
            f"{moved.credentials:,} credentials, the same to the byte ({moved.digest[:16]}…)."
        )
        self.stdout.write(
            "Now set DATABASE_URL to the new database and start the server. The old one is as it "
            "was, and may not sign any more. To go on with it after all: stackmark-web take-over"
        )


def _say_nothing(_text: str) -> None:
    """Without ``--verbosity 2``."""
