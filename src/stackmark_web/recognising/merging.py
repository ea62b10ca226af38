"""Requests of two accounts; a person has one secret in the ledger of uses."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from stackmark_web.accounts.merging import mover, told
from stackmark_web.recognising.models import LedgerSecret, Request


@mover("recognising")
def move(kept: Any, gone: Any) -> None:
    """The secret of the account that stays; entries made under the other lead to nobody then."""
    if LedgerSecret.objects.filter(user=kept).exists():
        LedgerSecret.objects.filter(user=gone).delete()


@told("recognising")
def tell(user: Any) -> list[tuple[str, int]]:
    """Requests."""
    return [(_("Requests for recognition"), Request.everywhere.filter(user=user).count())]
