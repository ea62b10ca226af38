"""A decision at its own address: only for who has it.

A decision is about a person, so its address answers to nobody who merely knows or guesses it. It
answers to the learner, to the body that decided, and to whoever was given an open share of it
(``?t=`` with the share's token), as credentials that are not public do.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

from stackmark_web.passport import queries as passport
from stackmark_web.recognising.models import Decision
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.verifying.fetching import provide

_PREFIX: Final = "/recognitions/"
_PATH: Final = re.compile(r"/recognitions/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.json)?")


def decision_at(pk: uuid.UUID, *, user: Any = None, token: str = "") -> Decision | None:
    """The decision, for who may have it; ``None`` for everybody else, as for an unknown id."""
    row = Decision.everywhere.select_related("organisation", "holding").filter(pk=pk).first()
    if row is None:
        return None
    return row if _may(row, user) or _is_shared(row, token) else None


def _may(row: Decision, user: Any) -> bool:
    if not getattr(user, "is_authenticated", False):
        return False
    return row.user_id == user.pk or tenancy.may(user, Permission.RECOGNISE, row.organisation)


def _is_shared(row: Decision, token: str) -> bool:
    share = passport.share_by_token(token) if token else None
    if share is None or share.pin_hash or share.only_email or not share.downloads:
        return False
    return row.holding_id is not None and share.holdings.filter(pk=row.holding_id).exists()


def answer(path: str, query: Mapping[str, str]) -> bytes | None:
    """For checks made here: the bytes a machine without any rights gets."""
    found = _PATH.fullmatch(path)
    row = decision_at(uuid.UUID(found[1]), token=query.get("t", "")) if found else None
    return None if row is None else bytes(row.signed)


def register() -> None:
    """Tell the fetcher of checks about these addresses."""
    provide(_PREFIX, answer)
