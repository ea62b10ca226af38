"""Since when a credential of ours is revoked or suspended: what the public may know of it."""

from __future__ import annotations

import re
from typing import Any, Final

from stackmark.verification.report import Report
from stackmark_web.awarding import queries as awarding
from stackmark_web.verifying.fetching import own_path

_ADDRESS: Final = re.compile(r"/credentials/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_REASONS: Final = {"status.revoked": "revoked", "status.suspended": "suspended"}


def since(report: Report) -> str:
    """The instant, where the list said so and the credential is ours; else an empty text."""
    stated = _REASONS.get(report.check("status").reason)
    own = own_path(report.credential.id or "")
    found = _ADDRESS.fullmatch(own[0]) if own and stated else None
    award: Any = awarding.award_for_public(found[1]) if found else None
    if award is None:
        return ""
    status, when = awarding.status_of(award)
    return when.isoformat() if when is not None and status == stated else ""
