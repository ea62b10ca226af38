"""Who works here: invitations, roles, and their end."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.accounts.queries import owns_address
from stackmark_web.audit.actions import record
from stackmark_web.tenancy.letters import queue_letter
from stackmark_web.tenancy.models import Invitation, Membership, Organisation, Role
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may, owners_of, require
from stackmark_web.ui.text import day_text

INVITATION_DAYS: Final = 14
MAX_OPEN_INVITATIONS: Final = 200  # an organisation at a time, so that nobody mails the world


@transaction.atomic
def give_role(organisation: Organisation, *, actor: Any, user: Any, role: str) -> Membership:
    """A role, in force at once. Nobody gives one to themselves."""
    if actor is not None:
        require(actor, Permission.MEMBERS, organisation)
        _not_oneself(actor, user)
    word = _role(role)
    rows = Membership.everywhere.filter(organisation=organisation, user=user, role=word)
    held = rows.filter(ended_at__isnull=True).first()
    return held or _grant(organisation, actor=actor, user=user, role=word)


@transaction.atomic
def take_on(organisation: Organisation, *, user: Any) -> Membership:
    """Own an institution that was handed over, by accepting it; the log names who did.

    Not a role the server gave: such a one would count at once as a second person.
    """
    rows = Membership.everywhere.filter(organisation=organisation, user=user, role=Role.OWNER)
    held = rows.filter(ended_at__isnull=True).first()
    return held or _grant(organisation, actor=user, user=user, role=Role.OWNER)


@transaction.atomic
def end_role(membership: Membership, *, actor: Any) -> Membership:
    """End a role at once: an owner ends anybody's, and anybody may give up their own.

    The last owner of an institution stays until there is another.
    """
    organisation = membership.organisation
    if actor is not None and actor.pk != membership.user_id:
        require(actor, Permission.MEMBERS, organisation)
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # one after the other
    row = Membership.everywhere.select_for_update().get(pk=membership.pk)
    if row.ended_at is not None:
        raise UsageError("role.ended", _("This role has ended already."))
    if row.role == Role.OWNER and not owners_of(organisation) - {row.user_id}:
        raise UsageError(
            "role.last-owner",
            _("Somebody has to own the organisation. Make another person owner first."),
        )
    row.ended_at = clock.now()
    row.save()
    record(
        "role.ended",
        actor=actor,
        target=row,
        organisation=organisation,
        before={"role": row.role, "user": str(row.user_id)},
        label=row.get_role_display(),
    )
    return row


@transaction.atomic
def invite(
    organisation: Organisation, *, actor: Any, email: str, roles: Sequence[str], language: str = ""
) -> Invitation:
    """Invite an address by mail. What the token is, only the letter says; we keep its hash."""
    require(actor, Permission.MEMBERS, organisation)
    words = sorted({_role(role) for role in roles})
    if not words:
        raise UsageError("invitation.roles", _("Choose at least one role."))
    address = _address(email)
    if owns_address(actor, address):
        raise UsageError(
            "invitation.email", _("This is your own address; nobody invites themselves.")
        )
    now = clock.now()
    _withdraw_open(organisation, address, now)
    waiting = Invitation.everywhere.filter(
        organisation=organisation, accepted_at=None, withdrawn_at=None, expires_at__gt=now
    )
    if waiting.count() >= MAX_OPEN_INVITATIONS:
        raise UsageError(
            "invitation.many", _("Too many invitations are open; withdraw some first.")
        )
    token = secrets.token_urlsafe(32)
    made = Invitation.everywhere.create(
        organisation=organisation,
        email=address,
        roles=words,
        token_hash=hash_of(token),
        invited_by=actor,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    record(
        "invitation.sent",
        actor=actor,
        target=made,
        organisation=organisation,
        after={"roles": words},
    )
    language = language or get_language() or settings.LANGUAGE_CODE  # else of who invites
    with translation.override(language):
        day = day_text(made.expires_at)
    queue_letter(
        "invitation",
        to=address,
        key=f"invitation:{made.pk}",
        organisation=organisation,
        language=language,
        context={
            "sender": str(actor),
            "link": f"{settings.PUBLIC_URL}/invitations/{token}",
            "date": day,
        },
    )
    return made


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, actor: Any) -> Invitation:
    """Take an invitation back."""
    require(actor, Permission.MEMBERS, invitation.organisation)
    changed = Invitation.everywhere.filter(
        pk=invitation.pk, accepted_at__isnull=True, withdrawn_at__isnull=True
    ).update(withdrawn_at=clock.now())
    if not changed:
        raise UsageError("invitation.over", _("This invitation is no longer open."))
    record(
        "invitation.withdrawn",
        actor=actor,
        target=invitation,
        organisation=invitation.organisation,
        before={"roles": invitation.roles},
    )
    invitation.refresh_from_db()
    return invitation


def find_invitation(token: str) -> Invitation | None:
    """The open invitation of a token. One whose sender may no longer invite is not open."""
    found = (
        Invitation.everywhere.select_related("organisation", "invited_by")
        .filter(token_hash=hash_of(token), accepted_at__isnull=True, withdrawn_at__isnull=True)
        .filter(expires_at__gt=clock.now())
        .first()
    )
    if found is None or not may(found.invited_by, Permission.MEMBERS, found.organisation):
        return None
    return found


@transaction.atomic
def accept_invitation(token: str, *, user: Any) -> Invitation:
    """Take the roles of an invitation, once, as the person whose verified address it went to."""
    found = find_invitation(token)
    if found is None:
        raise UsageError(
            "invitation.over", _("This invitation is no longer open. Ask for a new one.")
        )
    if not owns_address(user, found.email):
        raise PermissionDenied(
            _(
                "This invitation went to another address. Sign in with that one, or add it to "
                "your account."
            )
        )
    _not_oneself(found.invited_by, user)
    taken = Invitation.everywhere.filter(
        pk=found.pk, accepted_at__isnull=True, withdrawn_at__isnull=True
    ).update(accepted_at=clock.now())
    if not taken:
        raise UsageError(
            "invitation.over", _("This invitation is no longer open. Ask for a new one.")
        )
    for role in found.roles:
        held = Membership.everywhere.filter(
            organisation=found.organisation, user=user, role=role, ended_at__isnull=True
        )
        if role in Role.values and not held.exists():
            _grant(found.organisation, actor=found.invited_by, user=user, role=role)
    record(
        "invitation.accepted",
        actor=user,
        target=found,
        organisation=found.organisation,
        after={"roles": found.roles},
    )
    found.refresh_from_db()
    return found


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _grant(organisation: Organisation, *, actor: Any, user: Any, role: str) -> Membership:
    try:
        with transaction.atomic():
            made = Membership.everywhere.create(organisation=organisation, user=user, role=role)
    except IntegrityError:  # given by another request in this moment
        return Membership.everywhere.get(
            organisation=organisation, user=user, role=role, ended_at__isnull=True
        )
    record(
        "role.given",
        actor=actor,
        target=made,
        organisation=organisation,
        after={"role": role, "user": str(user.pk)},
        label=made.get_role_display(),
    )
    return made


def _withdraw_open(organisation: Organisation, address: str, now: Any) -> None:
    """A new invitation takes the place of an open one to the same address."""
    Invitation.everywhere.filter(
        organisation=organisation, email=address, accepted_at=None, withdrawn_at=None
    ).update(withdrawn_at=now)


def _not_oneself(actor: Any, user: Any) -> None:
    if isinstance(actor.pk, uuid.UUID) and actor.pk == user.pk:
        raise PermissionDenied(_("Nobody gives themselves a role; ask another owner."))


def _role(word: str) -> str:
    if word not in Role.values:
        raise UsageError("invitation.roles", _("There is no such role."))
    return word


def _address(email: str) -> str:
    word = email.strip().lower()
    try:
        validate_email(word)
    except ValidationError:
        raise UsageError("invitation.email", _("This is not an e-mail address.")) from None
    return word
