"""What allauth tells us: events for the person's own history, and a browser to remember."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.models import EmailAddress
from allauth.mfa import signals as second_step
from django.db import transaction
from django.dispatch import receiver
from django.utils.translation import get_language

from stackmark_web.accounts.devices import remember
from stackmark_web.accounts.languages import speak
from stackmark_web.audit.actions import record


@receiver(account.user_logged_in)
def _signed_in(user: Any, response: Any = None, **_: Any) -> None:
    if response is not None:
        remember(response, user)
        speak(response, user.locale)
    record("account.signed-in", actor=user, target=user)


@receiver(account.user_signed_up)
def _signed_up(user: Any, **_: Any) -> None:
    user.locale = user.locale or get_language() or ""  # letters come as the page was read
    user.save(update_fields=["locale"])
    record("account.made", actor=user, target=user)


@receiver(account.email_confirmed)
def _address_shown(request: Any, email_address: EmailAddress, **_: Any) -> None:
    """An address is verified.

    Somebody else may have signed up with it before, with a password of theirs. Whoever shows
    by a sign-in code that the address is theirs must not share the account with that person.
    """
    user = email_address.user
    others = EmailAddress.objects.filter(user=user, verified=True).exclude(pk=email_address.pk)
    view = getattr(getattr(request, "resolver_match", None), "view_name", "")
    if view == "account_confirm_login_code" and not others.exists():
        user.set_unusable_password()
        user.save(update_fields=["password"])
    record("account.address-verified", actor=user, target=user)


@receiver(account.email_removed)
def _address_removed(user: Any, **_: Any) -> None:
    """The address letters go to from now on is a verified one that is left."""
    with transaction.atomic():
        rows = EmailAddress.objects.filter(user=user)
        left = rows.filter(verified=True).order_by("-primary", "pk").first()
        if left and not left.primary:
            left.set_as_primary()
        record("account.address-removed", actor=user, target=user)


@receiver(account.email_added)
def _address_added(user: Any, **_: Any) -> None:
    record("account.address-added", actor=user, target=user)


@receiver(account.email_changed)
def _primary_changed(user: Any, **_: Any) -> None:
    record("account.primary-changed", actor=user, target=user)


@receiver(account.password_set)
@receiver(account.password_changed)
@receiver(account.password_reset)
def _password(user: Any, **_: Any) -> None:
    record("account.password-changed", actor=user, target=user)


@receiver(second_step.authenticator_added)
def _authenticator_added(user: Any, authenticator: Any, **_: Any) -> None:
    kind = {"kind": authenticator.type}
    record("account.second-step-added", actor=user, target=user, after=kind)


@receiver(second_step.authenticator_reset)
def _authenticator_reset(user: Any, authenticator: Any, **_: Any) -> None:
    """Recovery codes were made anew; the ones before are worth nothing."""
    kind = {"kind": authenticator.type}
    record("account.second-step-renewed", actor=user, target=user, after=kind)


@receiver(second_step.authenticator_removed)
def _authenticator_removed(user: Any, authenticator: Any, **_: Any) -> None:
    kind = {"kind": authenticator.type}
    record("account.second-step-removed", actor=user, target=user, before=kind)
