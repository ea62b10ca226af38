"""``stackmark-web revoke_run``: everything that one run has issued is revoked, a part at a time."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stackmark.errors import StackmarkError
from stackmark_web.awarding import actions, states
from stackmark_web.awarding.models import Award
from stackmark_web.awarding.queries import uuid_text
from stackmark_web.jobs.models import Run
from stackmark_web.tenancy.errors import NeedsSecondPerson


class Command(BaseCommand):
    """For the day when a whole file was wrong, or the key that signed it is lost."""

    help = "Revoke every credential that a run of a file has issued. It cannot be undone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which run, why, and that it is meant."""
        parser.add_argument("run", help="the id of the run, the last part of its address")
        parser.add_argument("--reason", required=True, choices=Award.RevocationReason.values)
        parser.add_argument("--yes", action="store_true", help="without it, only count")

    def handle(self, *args: Any, run: str, reason: str, yes: bool, **options: Any) -> None:
        """Revoke, and say how many. Stopped and started again, it goes on."""
        found = Run.everywhere.filter(pk=run).first() if uuid_text(run) else None
        if found is None:
            raise CommandError(f"There is no run {run}. Its id is the last part of its address.")
        rows = Award.everywhere.filter(run=found, state__in=states.TABLE["revoke"])
        count = rows.count()
        if not yes:
            self.stdout.write(f"{count} credentials would be revoked. Add --yes to do it.")
            return
        try:
            done = actions.revoke_run(found, actor=None, reason=reason, via="command")
        except NeedsSecondPerson as needed:
            raise CommandError(
                f"Nothing is revoked yet: a second person has to approve it, at {needed.url}"
            ) from None
        except StackmarkError as error:
            raise CommandError(error.detail) from None
        self.stdout.write(f"{done} of {count} revoked")
