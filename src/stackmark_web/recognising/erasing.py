"""Requests for recognition and portfolios of a person who goes; decisions stay without them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stackmark_web.accounts.erasing import Stay, eraser, leave_file, staying, store, without
from stackmark_web.accounts.queries import words_of
from stackmark_web.awarding.erasing import awards_of
from stackmark_web.recognising import pieces
from stackmark_web.recognising.models import Appeal, Decision, LedgerSecret, Piece, Request


@eraser("recognising")
def erase(user: Any) -> dict[str, int]:
    """Requests go with what was handed in. A signed decision is the body's own; it names nobody.

    Entries of the ledger of uses stay: without the secret they lead to nobody.
    """
    found = Piece.objects.filter(source__request__user=user)
    leave_file("recognition", set(found.values_list("sha256", flat=True)))
    decisions = Decision.everywhere.filter(user=user)
    Appeal.everywhere.filter(decision__in=decisions).update(text="", reasons="")
    kept = _without_name(user, decisions)
    return {
        "requests": Request.everywhere.filter(user=user).delete()[0],
        "decisions without a name": kept,
        "ledger": LedgerSecret.objects.filter(user=user).delete()[0],
    }


def _without_name(user: Any, decisions: Any) -> int:
    """Decisions whose text names the person lose text and bytes; digest and verdict stay."""
    words = words_of(user) | set(awards_of(user).values_list("recipient_name", flat=True))
    telling = sorted(word.casefold() for word in words if len(word) > 2)
    count = 0
    for row in decisions:
        count += 1
        # What the body wrote to itself about it, afterwards.
        row.withdrawn_reason = without(row.withdrawn_reason, words)
        row.review_reasons = without(row.review_reasons, words)
        row.save(update_fields=["withdrawn_reason", "review_reasons"])
        text = f"{row.content} {bytes(row.signed).decode(errors='replace')}".casefold()
        if any(word in text for word in telling):
            row.content, row.signed = without(row.content, words), b""
            row.save(update_fields=["content", "signed"])
    return count


@staying("recognising")
def stays(user: Any) -> list[Stay]:
    """Decisions of bodies."""
    number = Decision.everywhere.filter(user=user).count()
    if not number:
        return []
    return [
        Stay(
            ngettext(
                "%(number)s signed decision on recognition",
                "%(number)s signed decisions on recognition",
                number,
            )
            % {"number": number},
            _("Deciding bodies must be able to show that they decide alike. Your name goes."),
        )
    ]


@store("recognition")
def remove(digest: str) -> None:
    """A file of a portfolio, unless another portfolio holds the same bytes."""
    pieces.remove(digest)
