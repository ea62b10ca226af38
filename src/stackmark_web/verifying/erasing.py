"""Checks a person made, and what other people's records of checks say of them."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q

from stackmark_web.accounts.erasing import eraser, without
from stackmark_web.accounts.queries import own_rows, words_of
from stackmark_web.awarding.erasing import awards_of
from stackmark_web.verifying.models import Batch, VerificationRecord

_AT_ONCE: Final = 500


@eraser("verifying")
def erase(user: Any) -> dict[str, int]:
    """Own records and tables go; a record somebody else keeps stays, without the name."""
    records = VerificationRecord.objects.filter(made_by=user).delete()[0]
    batches = Batch.objects.filter(Q(made_by=user) | own_rows(user, "recipient")).delete()[0]
    return {"records": records, "tables": batches, "others' records": _blank_others(user)}


def _blank_others(user: Any) -> int:
    """Records of checks of what was awarded here to this person."""
    awards = awards_of(user).exclude(sha256="")
    known = dict(awards.values_list("sha256", "recipient_name"))
    words = words_of(user) | {name for name in known.values() if name}
    digests = sorted(known)
    changed = 0
    for start in range(0, len(digests), _AT_ONCE):
        rows = VerificationRecord.objects.filter(sha256__in=digests[start : start + _AT_ONCE])
        for row in rows:
            row.report, row.facts = without(row.report, words), without(row.facts, words)
            row.save(update_fields=["report", "facts"])
            changed += 1
    return changed
