"""``stackmark-web seed_demo``: make the demo world, once; ``--who`` prints whom to sign in as."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from stackmark_web.demo import queries, seeding
from stackmark_web.demo.world import PASSWORD


class Command(BaseCommand):
    """Makes the demo world in an empty database."""

    help = "Make the demo world (STACKMARK_DEMO=True), unless it is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--who``."""
        parser.add_argument("--who", action="store_true", help="print the people to sign in as")

    def handle(self, *args: Any, who: bool, **options: Any) -> None:
        """Seed, or tell."""
        if not settings.DEMO:
            raise CommandError("Set STACKMARK_DEMO=True first; never on a server of real people.")
        if who:
            self._tell()
        elif not seeding.is_seeded():
            self._refuse_a_used_database()
            self.stdout.write("Making the demo world (under a minute)")
            seeding.seed(lambda line: self.stdout.write(f"  {line}"))

    def _refuse_a_used_database(self) -> None:
        from django.contrib.auth import get_user_model

        if get_user_model().objects.exists():
            raise CommandError(
                f"The database in {settings.DATA} holds people, but no whole demo world. Remove "
                "that folder, or name another one: STACKMARK_DATA=…"
            )

    def _tell(self) -> None:
        self.stdout.write("Start there, or sign in as one of its people at /demo:")
        for one in queries.cast():
            self.stdout.write(f"  {one.email:24} {one.name}, {one.does}")
        self.stdout.write(f"Password of all: {PASSWORD}")
