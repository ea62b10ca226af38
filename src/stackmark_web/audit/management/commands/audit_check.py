"""``audit_check``: whether the audit log holds."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stackmark_web.audit import heads, queries


class Command(BaseCommand):
    """Walk every chain of the audit log and compare it with the signed heads kept here."""

    help = (
        "Check the hash chains of the audit log against themselves and against the signed heads "
        "in the database and the data folder. Ends with 1 when something does not hold."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options."""
        parser.add_argument(
            "--accept-restored",
            action="store_true",
            help="After an older backup was restored: put heads aside that know more events.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what does not hold."""
        if options["accept_restored"]:
            for chain in heads.accept_restored():
                self.stdout.write(f"Put the kept head of {heads.name_of(chain)} aside.")
        found = queries.check_chains()
        for one in found:
            self.stderr.write(one)
        if found:
            raise CommandError(f"{len(found)} things do not hold; see above.")
        self.stdout.write("The audit log holds.")
