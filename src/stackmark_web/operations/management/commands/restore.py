"""``stackmark-web restore FILE``: check it all, then exchange; what stood here is kept beside."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from stackmark.errors import StackmarkError
from stackmark_web.operations.archive import making, restoring


class Command(BaseCommand):
    """Put a backup in place."""

    help = "Check a backup, put it in place and learn from outside what happened since."
    requires_system_checks: list[str] = []  # an empty or half system is what it is for

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What from, and where the published lists may be asked for."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--passphrase-file", type=Path, help="the passphrase of a sealed backup"
        )
        parser.add_argument(
            "--replace", action="store_true", help="put it in place of what is here; that is kept"
        )
        parser.add_argument(
            "--published",
            default="",
            metavar="FOLDER|URL",
            help="a folder or https address with the published status lists, if they are not here",
        )

    def handle(
        self,
        *args: Any,
        file: Path,
        passphrase_file: Path | None,
        replace: bool,
        published: str,
        **options: Any,
    ) -> None:
        """Restore and report."""
        try:
            passphrase = making.read_passphrase(passphrase_file) if passphrase_file else None
            report, kept = restoring.restore(
                file.absolute(), passphrase=passphrase, replace=replace, where=published
            )
        except (StackmarkError, ImproperlyConfigured) as error:
            raise CommandError(getattr(error, "detail", None) or str(error)) from None
        for line in report.lines():
            self.stdout.write(line)
        self.stdout.write(f"What stood here before is kept in {kept}.")
