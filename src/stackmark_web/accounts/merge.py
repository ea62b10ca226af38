"""Merging two accounts: shown to be the same person's, in one transaction, for good.

Whoever is signed in to the account that stays begins; the same browser then signs in to the other
one, by whatever it takes there, second step included. A signed cookie of that browser says which
account stays, so a link sent to somebody else merges nothing.
"""

from __future__ import annotations

from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.accounts import erasure, merging
from stackmark_web.accounts.models import Merge, User
from stackmark_web.audit import actions as audit

COOKIE: Final = "stackmark_merge"
LIFE: Final = 15 * 60  # seconds
_SIGNER: Final = "stackmark.merge"


def offer(user: User) -> str:
    """What the cookie holds: that this account is to stay."""
    return TimestampSigner(salt=_SIGNER).sign(str(user.pk))


def offered(request: HttpRequest) -> User | None:
    """The account that is to stay, as this browser has shown; None without or too late."""
    try:
        pk = TimestampSigner(salt=_SIGNER).unsign(request.COOKIES.get(COOKIE, ""), max_age=LIFE)
    except BadSignature:
        return None
    return User.objects.filter(pk=pk, is_active=True).first()


@transaction.atomic
def merge(kept: User, gone: User, *, actor: Any) -> Merge:
    """Move everything of ``gone`` to ``kept`` and end ``gone``.

    ``actor`` is ``gone``: the person signed in to it, who has shown ``kept`` to be theirs too.
    Raises ``UsageError`` ``account.merge`` when it cannot be.
    """
    if actor is None or actor.pk != gone.pk:
        raise PermissionDenied(_("This is another person's account."))
    first, second = sorted((kept.pk, gone.pk))
    rows = {row.pk: row for row in User.objects.select_for_update().filter(pk__in=(first, second))}
    if len(rows) != 2 or not all(row.is_active for row in rows.values()):
        raise UsageError("account.merge", _("These are not two accounts that can be merged."))
    kept, gone = rows[kept.pk], rows[gone.pk]
    if gone.is_operator:
        raise UsageError(
            "account.merge", _("The other account runs this server. Begin there, so that it stays.")
        )
    if _has_second_step(gone) and not _has_second_step(kept):
        raise UsageError(
            "account.merge",
            _(
                "This account asks for a second step, and the one that is to stay does not. "
                "Set one up there first, or begin here, so that this one stays."
            ),
        )
    return _merge(kept, gone)


def _has_second_step(user: User) -> bool:
    """Whether more than a password or a mailed code is asked for. A merge never takes that away."""
    return bool(is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]))


def _merge(kept: User, gone: User) -> Merge:
    counts = dict(merging.what_moves(gone))
    merging.settle(kept, gone)
    merging.move_rest(kept, gone)
    _addresses(kept, gone)
    audit.merge(kept, gone)
    Merge.objects.filter(person=gone.pk).update(person=kept.pk)
    made: Merge = Merge.objects.create(former=gone.pk, person=kept.pk, at=clock.now())
    audit.record(
        "account.merged",
        actor=kept,
        target=kept,
        before={"user": str(gone.pk)},
        after={"things": sum(counts.values())},
    )
    erasure.forget_sessions(gone)
    # Whoever is young in one account is young.
    kept.born = max(filter(None, (kept.born, gone.born)), default=None)
    kept.name = kept.name or gone.name
    kept.save(update_fields=["born", "name"])
    gone.delete()
    return made


def _addresses(kept: User, gone: User) -> None:
    """All of them move; letters go to where they went before. A second row of one goes."""
    known = {row.email.lower(): row for row in EmailAddress.objects.filter(user=kept)}
    for row in EmailAddress.objects.filter(user=gone):
        twin = known.get(row.email.lower())
        if twin is None:
            EmailAddress.objects.filter(pk=row.pk).update(user=kept, primary=False)
        elif row.verified and not twin.verified:
            twin.delete()
            EmailAddress.objects.filter(pk=row.pk).update(user=kept, primary=twin.primary)
