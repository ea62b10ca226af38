"""A guardian's consent: asked for by the child, given or refused by the guardian, taken back.

A visit to the link changes nothing (mail scanners visit); it works once, by POST, for two weeks,
and only its hash is kept. Whoever agreed gets another link with which they can take it back.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any, Final

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stackmark_web import clock
from stackmark_web.accounts import minors
from stackmark_web.accounts.models import GuardianConsent, User
from stackmark_web.accounts.queries import addresses
from stackmark_web.audit.actions import record

LIFE: Final = timedelta(days=14)
A_DAY: Final = 3  # letters a child may have sent in a day
VERSION: Final = "2026-11"  # of the text below: a change of its meaning is another version
RELATIONS: Final = (
    ("mother", gettext_lazy("Mother")),
    ("father", gettext_lazy("Father")),
    ("guardian", gettext_lazy("Legal guardian")),
)
_VIA: Final = "guardian's link"


def text() -> str:
    """What a guardian agrees to, in the reader's language."""
    return _(
        "I hold parental responsibility for this child. I agree that the child keeps an account "
        "here: a name, e-mail addresses, credentials that institutions give to the child or that "
        "the child brings, and links by which the child shows them to people of their choice. "
        "Until the child is 18 nothing of it is on public pages or found by search engines. I can "
        "take this back at any time by the link I am sent; then the account can hold and share "
        "nothing until somebody with parental responsibility agrees again."
    )


@transaction.atomic
def ask(user: User, email: str, *, actor: Any) -> GuardianConsent:
    """Write to a guardian. Raises ``ValidationError``."""
    if actor is None or actor.pk != user.pk:
        raise PermissionDenied(_("This is another person's account."))
    address = email.strip().lower()
    validate_email(address)
    if address in {row.email.lower() for row in addresses(user)} | {user.email.lower()}:
        raise ValidationError(_("This is your own address; write to your guardian's."))
    now = clock.now()
    rows = GuardianConsent.objects.filter(user=user)
    if rows.filter(asked_at__gt=now - timedelta(days=1)).count() >= A_DAY:
        raise ValidationError(_("You have asked several times today. Try again tomorrow."))
    # What was asked before and not answered does not work any more.
    rows.filter(given_at=None, refused_at=None).update(expires_at=now)
    token = secrets.token_urlsafe(32)
    made: GuardianConsent = GuardianConsent.objects.create(
        user=user, email=address, token_hash=hash_of(token), asked_at=now, expires_at=now + LIFE
    )
    record("account.guardian-asked", actor=actor, target=user)
    _write("guardian_asked", address, user, token)
    return made


def find(token: str) -> GuardianConsent | None:
    """What a link is about while it works: a question, or a consent that can be taken back."""
    if not 20 <= len(token) <= 100:
        return None
    rows = GuardianConsent.objects.filter(
        token_hash=hash_of(token), refused_at=None, withdrawn_at=None
    )
    return rows.filter(expires_at__gt=clock.now()).select_related("user").first()


@transaction.atomic
def give(token: str, *, name: str, relation: str) -> GuardianConsent:
    """Agree, once. Raises ``ValidationError``."""
    found = _open(token)
    called = " ".join(name.split())
    if not called or len(called) > 200 or not called.isprintable():
        raise ValidationError({"name": _("Write your name.")})
    if relation not in dict(RELATIONS):
        raise ValidationError({"relation": _("Choose what you are to the child.")})
    later = secrets.token_urlsafe(32)
    GuardianConsent.objects.filter(pk=found.pk).update(
        name=called,
        relation=relation,
        version=VERSION,
        text=text(),
        given_at=clock.now(),
        token_hash=hash_of(later),
        expires_at=clock.now() + timedelta(days=20 * 365),
    )
    record("account.guardian-agreed", actor=None, target=found.user, via=_VIA)
    _write("guardian_agreed", found.email, found.user, later)
    found.refresh_from_db()
    return found


@transaction.atomic
def refuse(token: str) -> None:
    """Say no. Raises ``ValidationError``."""
    found = _open(token)
    GuardianConsent.objects.filter(pk=found.pk).update(refused_at=clock.now())
    record("account.guardian-refused", actor=None, target=found.user, via=_VIA)


@transaction.atomic
def withdraw(token: str) -> None:
    """Take a consent back. Raises ``ValidationError``."""
    found = find(token)
    if found is None or found.given_at is None:
        raise _over()
    changed = GuardianConsent.objects.filter(pk=found.pk, withdrawn_at=None)
    if changed.update(withdrawn_at=clock.now()):
        record("account.guardian-withdrew", actor=None, target=found.user, via=_VIA)


def state_of(user: Any) -> str:
    """``none``: nobody has to agree; else ``agreed``, ``asked``, ``refused``, ``missing``."""
    if not minors.is_under_consent(user.born):
        return "none"
    if minors.consent_of(user) is not None:
        return "agreed"
    latest = GuardianConsent.objects.filter(user=user).first()
    if latest is None or latest.given_at is not None:
        return "missing"
    if latest.refused_at is not None:
        return "refused"
    return "asked" if latest.expires_at > clock.now() else "missing"


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _open(token: str) -> GuardianConsent:
    found = find(token)
    if found is None or found.given_at is not None:
        raise _over()
    return found


def _over() -> ValidationError:
    return ValidationError(_("This link does not work any more."), code="over")


def _write(kind: str, address: str, user: User, token: str) -> None:
    """After the commit, so that no letter is about what was not stored."""
    values = {"child": user.name or user.email, "link": f"{settings.PUBLIC_URL}{_path(token)}"}
    send = get_adapter().send_mail
    transaction.on_commit(lambda: send(f"account/email/{kind}", address, values))


def _path(token: str) -> str:
    return f"/account/guardian/{token}"
