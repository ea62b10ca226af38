"""``stackmark-web operator ADDRESS``: who runs this server, and adds to its trust register."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from allauth.account.models import EmailAddress
from django.core.management.base import BaseCommand, CommandError

from stackmark_web.accounts.actions import set_operator
from stackmark_web.accounts.models import User


class Command(BaseCommand):
    """Give or end the operator's right; without an address, list who has it."""

    help = "Make the person with this verified address an operator (--end takes it back)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom; whether to end it."""
        parser.add_argument("address", nargs="?", help="a verified e-mail address of the person")
        parser.add_argument("--end", action="store_true", help="they are no operator any more")

    def handle(self, *args: Any, address: str | None, end: bool, **options: Any) -> None:
        """Change it, or tell."""
        if address is None:
            for one in User.objects.filter(is_operator=True).order_by("email"):
                self.stdout.write(one.email)
            return
        known = EmailAddress.objects.filter(email__iexact=address, verified=True)
        found = known.select_related("user").first()
        if found is None:
            raise CommandError(
                f"Nobody here has verified {address}. Sign up with it and open the link in the "
                "letter first."
            )
        set_operator(found.user, operator=not end, actor=None)
        what = "is no operator any more" if end else "is an operator now"
        self.stdout.write(f"{address} {what}.")
