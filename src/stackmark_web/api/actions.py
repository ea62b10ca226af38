"""Tokens made, replaced and revoked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.api import tokens
from stackmark_web.api.models import Token
from stackmark_web.api.scopes import SCOPES
from stackmark_web.audit.actions import record
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

USUAL_DAYS: Final = 180
MAX_DAYS: Final = 365
MAX_TOKENS: Final = 50  # of one organisation that work at the same time
OVERLAPS: Final = (0, 1, 24, 168)  # hours an old token goes on after it was replaced


@transaction.atomic
def make_token(
    organisation: Organisation,
    *,
    actor: Any,
    name: str,
    scopes: Sequence[str],
    days: int = USUAL_DAYS,
) -> tuple[Token, str]:
    """A token of the actor's, and its text, which is shown once and kept nowhere.

    Raises ``UsageError`` ``api.…`` with a sentence.
    """
    require(actor, Permission.API, organisation)
    name = " ".join(name.split())[:100]
    if not name:
        raise UsageError("api.name", _("Give it a name, such as that of the program."))
    if not scopes or not set(scopes) <= SCOPES.keys():
        raise UsageError("api.scopes", _("Choose at least one thing it may do."))
    if not 1 <= days <= MAX_DAYS:
        raise UsageError("api.days", _("A token works for a year at most."))
    if len(working(organisation)) >= MAX_TOKENS:
        raise UsageError(
            "api.many", _("There are %d tokens already; revoke those not used.") % MAX_TOKENS
        )
    made, text = _keep(organisation, actor, name, scopes, days)
    _note("api-token.made", made, actor, after={"scopes": made.scopes, "days": days})
    return made, text


def _keep(
    organisation: Organisation,
    actor: Any,
    name: str,
    scopes: Sequence[str],
    days: int,
    replaces: Token | None = None,
) -> tuple[Token, str]:
    text, public = tokens.new()
    now = clock.now()
    made = Token.everywhere.create(
        public_id=public,
        secret_hash=tokens.digest(text),
        organisation=organisation,
        maker=actor,
        name=name,
        scopes=[scope for scope in SCOPES if scope in scopes],
        created_at=now,
        expires_at=now + timedelta(days=days),
        replaces=replaces,
    )
    return made, text


def working(organisation: Organisation) -> list[Token]:
    """The tokens of exactly this organisation that neither ended nor were revoked."""
    rows = Token.objects.within(organisation).filter(organisation=organisation, revoked_at=None)
    return list(rows.filter(expires_at__gt=clock.now()))


@transaction.atomic
def replace_token(
    token: Token, *, actor: Any, overlap: int = 24, days: int = USUAL_DAYS
) -> tuple[Token, str]:
    """A new token in the place of one; the old one works ``overlap`` hours longer.

    The new one is the actor's: it has the actor's rights. Raises ``UsageError``.
    """
    require(actor, Permission.API, token.organisation)
    if overlap not in OVERLAPS or not 1 <= days <= MAX_DAYS:
        raise UsageError("api.days", _("Choose how long the old token goes on working."))
    now = clock.now()
    mine = Token.everywhere.filter(pk=token.pk, revoked_at=None, expires_at__gt=now)
    end = min(token.expires_at, now + timedelta(hours=overlap))
    if not mine.update(expires_at=end):
        raise UsageError("api.ended", _("This token has ended; make a new one."))
    made, text = _keep(token.organisation, actor, token.name, token.scopes, days, replaces=token)
    _note("api-token.replaced", made, actor, after={"overlap_hours": overlap, "days": days})
    return made, text


@transaction.atomic
def revoke_token(token: Token, *, actor: Any) -> None:
    """End a token at once; whoever may make tokens there may end each of them."""
    require(actor, Permission.API, token.organisation)
    rows = Token.everywhere.filter(pk=token.pk, revoked_at=None)
    if rows.update(revoked_at=clock.now()):
        _note("api-token.revoked", token, actor, after={"revoked": True})


def _note(verb: str, token: Token, actor: Any, *, after: dict[str, Any]) -> None:
    record(
        verb,
        actor=actor,
        target=token,
        organisation=token.organisation,
        after=after,
        label=token.name,
    )
