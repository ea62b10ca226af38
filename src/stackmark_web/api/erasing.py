"""Tokens somebody made, and kept answers that name them."""

from __future__ import annotations

from typing import Any

from stackmark_web import clock
from stackmark_web.accounts.erasing import eraser, without
from stackmark_web.accounts.queries import telling_pattern, words_of
from stackmark_web.api import idempotency
from stackmark_web.api.models import Token
from stackmark_web.audit.actions import record


@eraser("api")
def erase(user: Any) -> dict[str, int]:
    """Their tokens end and lose the name; an answer that names them is kept without its body."""
    words = words_of(user)
    made = list(Token.everywhere.filter(maker=user).select_related("organisation"))
    for token in made:
        _end(token, words)
    return {"tokens": len(made), "kept answers": idempotency.forget_person(telling_pattern(user))}


def _end(token: Token, words: set[str]) -> None:
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        record(
            "api-token.revoked",
            actor=None,
            target=token,
            organisation=token.organisation,
            via="erasure",
        )
    token.name = without(token.name, words)
    token.save(update_fields=["revoked_at", "name"])
