"""``stackmark-web take-over``: this copy of the system is the one that signs from now on."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stackmark_web.operations import instance, marks, sqlite_file


class Command(BaseCommand):
    """Say which of two copies lives."""

    help = "Let this copy sign, after every other copy of the system was switched off for good."

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The question is asked unless it was answered."""
        parser.add_argument("--yes", action="store_true", help="the other one is switched off")

    def handle(self, *args: Any, yes: bool, **options: Any) -> None:
        """A higher number for database and key store."""
        behind = marks.behind(marks.read())
        if behind:
            raise CommandError(
                f"The database is older than {len(behind)} of its published lists. Taking over "
                "would use indexes twice: use “stackmark-web restore” with a backup."
            )
        if not yes and input("Is every other copy of this system off for good? yes/no: ") != "yes":
            raise CommandError("Nothing was changed.")
        made = instance.take_over()
        sqlite_file.note_closed()
        self.stdout.write(f"This is instance {made.number} now. Every other copy refuses to sign.")
