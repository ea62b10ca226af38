"""Whether a credential brought along is about the person who brings it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stackmark.errors import CheckFailed, CouldNotTell
from stackmark.verification.ob2_recipient import check_ob2_recipient
from stackmark.verification.recipient import check_recipient
from stackmark_web.passport.contents import Contents
from stackmark_web.passport.models import Holding

Match = Holding.Match


def match_of(contents: Contents, addresses: Iterable[str]) -> str:
    """``yes`` when it names one of the addresses, ``no`` when it names another one only."""
    answers = [_compared(contents, address) for address in addresses]
    if Match.YES in answers:
        return Match.YES
    return Match.NO if Match.NO in answers else Match.UNKNOWN


def _compared(contents: Contents, address: str) -> str:
    try:
        if contents.received.kind == "ob2":
            person = contents.tree.get("recipient")
            check_ob2_recipient(person if isinstance(person, Mapping) else {}, address)
        else:
            check_recipient(contents.tree, f"emailAddress={address}")
    except CheckFailed:
        return Match.NO
    except CouldNotTell:
        return Match.UNKNOWN
    return Match.YES
