"""``manage.py erase_person``: erase a person at their written request."""

from __future__ import annotations

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stackmark.errors import UsageError
from stackmark_web.accounts import erasing, erasure
from stackmark_web.accounts.models import User
from stackmark_web.accounts.queries import person_by_address


class Command(BaseCommand):
    """Says what goes and stays; erases only with ``--yes``."""

    help = "Erase a person: account, passport and all that is theirs. Without --yes only tells."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who, and whether it is meant."""
        parser.add_argument("who", help="a verified e-mail address, or the id of the account")
        parser.add_argument("--yes", action="store_true", help="do it; it cannot be undone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Tell, or erase."""
        user = _person(options["who"])
        for sentence in erasing.obstacles(user):
            self.stderr.write(sentence)
        for stay in erasing.what_stays(user):
            self.stdout.write(f"Stays: {stay.told}. {stay.why} {stay.reason}".rstrip())
        if not options["yes"]:
            self.stdout.write("Nothing was erased. Write --yes at the end to erase this person.")
            return
        try:
            made = erasure.erase(user, actor=None, via="command line")
        except UsageError as error:
            raise CommandError(error.detail) from None
        erasure.finish_all()
        self.stdout.write(f"Erased the account {made.person}.")


def _person(who: str) -> User:
    try:
        found = User.objects.filter(pk=uuid.UUID(who)).first()
    except ValueError:
        found = person_by_address(who)
    if found is None:
        raise CommandError(
            "There is no such person. Give an e-mail address they have verified, or their id."
        )
    return found
