"""What comes of a sign-in with an institution: who it is, connecting, taking the connection away.

An identity is an issuer and a subject. An address an institution names never connects anybody to
an account by itself: the person signs in to that account and shows once more who they are.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.accounts.claims import Claims, Refused
from stackmark_web.accounts.models import Identity, User
from stackmark_web.audit.actions import record

_ASKED: Final = "institution"
_NEW: Final = "newcomer"
LIFE: Final = 15 * 60  # seconds a sign-in that was begun, or is not connected yet, is remembered


# -- what a session remembers ------------------------------------------------------------------


def remember_question(request: HttpRequest, provider: str, **asked: str) -> None:
    """A sign-in was begun in this session; only the latest counts."""
    request.session[_ASKED] = {"provider": provider, "ends": _now() + LIFE, **asked}


def recall_question(request: HttpRequest, provider: str) -> dict[str, str]:
    """What was asked, once. Raises ``Refused``."""
    kept = request.session.pop(_ASKED, None)
    if not kept or kept["provider"] != provider or kept["ends"] < _now():
        raise Refused("not asked for")
    return dict(kept)


def remember_newcomer(request: HttpRequest, claims: Claims) -> None:
    """Somebody an institution knows and we do not yet."""
    request.session[_NEW] = {"claims": claims.to_json(), "ends": _now() + LIFE}


def newcomer(request: HttpRequest) -> Claims | None:
    """Whom the institution named in this session, as long as it is not connected."""
    kept = request.session.get(_NEW)
    if not kept or kept["ends"] < _now():
        return None
    return Claims.from_json(kept["claims"])


def forget_newcomer(request: HttpRequest) -> None:
    """They are connected, or do not want to be."""
    request.session.pop(_NEW, None)


def new_key() -> str:
    """A word for what is handed from one page to the next."""
    return secrets.token_urlsafe(32)


def _now() -> float:
    return clock.now().timestamp()


# -- identities --------------------------------------------------------------------------------


def known(claims: Claims) -> Identity | None:
    """The identity, if some account has it."""
    rows = Identity.objects.filter(issuer=claims.issuer, subject=claims.subject)
    return rows.select_related("user").first()


def used(identity: Identity) -> None:
    """It was signed in with just now."""
    Identity.objects.filter(pk=identity.pk).update(used_at=clock.now())


@transaction.atomic
def connect(user: User, claims: Claims, *, actor: Any) -> Identity:
    """Let a person sign in by this identity from now on.

    The caller made sure that they showed once more who they are. Raises ``ValidationError`` when
    another account has it.
    """
    if actor is None or actor.pk != user.pk:
        raise PermissionDenied(_("This is another person's account."))
    found = known(claims)
    if found is not None:
        if found.user_id != user.pk:
            raise ValidationError(
                _("Another account here has this sign-in already. You can merge the two accounts.")
            )
        return found
    try:
        with transaction.atomic():
            made = _make(user, claims)
    except IntegrityError:
        raise ValidationError(_("This was connected in another window just now.")) from None
    record("account.identity-added", actor=actor, target=user, after={"with": claims.provider})
    return made


@transaction.atomic
def disconnect(identity: Identity, *, actor: Any) -> None:
    """Take an identity away; a mailed code always stays as a way in.

    Raises ``ValidationError`` when the person has no verified address and would be locked out.
    """
    if actor is None or actor.pk != identity.user_id:
        raise PermissionDenied(_("This is another person's account."))
    if not EmailAddress.objects.filter(user_id=identity.user_id, verified=True).exists():
        raise ValidationError(_("Verify an e-mail address first, so that you can still sign in."))
    record(
        "account.identity-removed",
        actor=actor,
        target=identity.user,
        before={"with": identity.provider},
    )
    identity.delete()


@transaction.atomic
def make_account(claims: Claims, *, name: str, born: Any) -> User:
    """A new person, with the address the institution vouches for. Raises ``ValidationError``."""
    if not claims.vouched:
        raise ValidationError(_("This institution does not vouch for an address of yours."))
    taken = EmailAddress.objects.filter(email__iexact=claims.email, verified=True).exists()
    if taken or User.objects.filter(email__iexact=claims.email).exists():
        raise ValidationError(
            _("There is an account with this address. Sign in to it once, then connect it.")
        )
    user = User.objects.create_user(
        claims.email, None, name=name, locale=get_language() or settings.LANGUAGE_CODE, born=born
    )
    EmailAddress.objects.create(user=user, email=claims.email, verified=True, primary=True)
    _make(user, claims)
    record("account.made", actor=user, target=user)
    record("account.identity-added", actor=user, target=user, after={"with": claims.provider})
    return user


def _make(user: User, claims: Claims) -> Identity:
    made: Identity = Identity.objects.create(
        user=user,
        provider=claims.provider,
        issuer=claims.issuer,
        subject=claims.subject,
        added_at=clock.now(),
    )
    return made
