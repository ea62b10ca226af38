"""Where allauth meets our rules."""

from __future__ import annotations

import base64
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as current
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from stackmark_web.accounts import confirming, mailing
from stackmark_web.accounts.devices import account_of, known_device

_KNOWN_DEVICE: Final = {"login_failed": "10/15m/key"}


class AccountAdapter(DefaultAccountAdapter):
    """allauth's behaviour, ours where it differs."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy(
            "This address and password do not belong together. You can also have a code mailed."
        ),
        "too_many_login_attempts": gettext_lazy(
            "Too many tries. Wait a quarter of an hour, use a passkey, or have a code mailed."
        ),
        "incorrect_code": gettext_lazy("This code is not right."),
        "cannot_remove_primary_email": gettext_lazy(
            "This is your only verified address. Add another one first."
        ),
        "rate_limited": gettext_lazy("That was a little fast. Wait a moment and try again."),
    }

    def is_safe_url(self, url: str | None) -> bool:
        """Whether to go there after sign-in: pages of this very origin only."""
        request = current.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - allauth's signature
        """A new person, written to in the language of the page; of the young, their month."""
        user.locale = get_language() or ""
        user.born = form.cleaned_data.get("born")
        return super().save_user(request, user, form, commit)

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """Any address may go as long as a verified one stays."""
        others = EmailAddress.objects.filter(user_id=email_address.user_id, verified=True)
        return bool(not email_address.pk or others.exclude(pk=email_address.pk).exists())

    def get_reset_password_from_key_url(self, key: str) -> str:
        """A link in a letter never takes its host from a request."""
        return ours(super().get_reset_password_from_key_url(key))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send now; a mail server in trouble or slow is said on the page, to everybody alike."""
        request = current.request
        values = {name: ours(value) for name, value in context.items()}
        values |= {"request": request, "email": email, "public_url": settings.PUBLIC_URL}
        taken = mailing.send(self.render_mail(template_prefix, email, values), template_prefix)
        if taken is None:
            text = _(
                "Our mail server is slow just now. The letter may take some minutes; if none "
                "comes, ask for another."
            )
            messages.warning(request, text)
        elif not taken:
            text = _("Our mail server could not take the letter. Try again in a few minutes.")
            messages.error(request, text)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask it of those too who have nothing to confirm with; allauth lets them through."""
        request = current.request
        means = super().get_reauthentication_methods(request.user)
        if request.user.is_authenticated and not means and not confirming.is_sure(request):
            raise ReauthenticationRequired
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Ways of showing who one is; a mailed code for who has no other."""
        found: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if found or not user.is_authenticated:
            return found
        return [
            {"id": "sure", "description": _("Have a code mailed"), "url": reverse("accounts:sure")}
        ]

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before the password is looked at; a known browser has its own count."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        known = ":device:" in key
        self._login_failed_rl_usage = ratelimit.consume(
            request,
            app="allauth.account",
            action="login_failed",
            key=key,
            config=_KNOWN_DEVICE if known else None,
        )
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        account = account_of(str(credentials.get("email") or ""))
        device = known_device(request, account)
        return f"{account}:device:{device}" if device else account


class SecondStepAdapter(DefaultMFAAdapter):
    """Second steps and passkeys: what is secret is sealed under the server's secret."""

    def encrypt(self, text: str) -> str:
        """How a secret is stored."""
        return _sealer().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """The counterpart of ``encrypt``."""
        return _sealer().decrypt(encrypted_text.encode("ascii")).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Who a passkey is for: the host the page is on."""
        host = current.request.get_host()
        return {"id": urlsplit(f"//{host}").hostname or host, "name": "Stackmark"}


def ours(value: Any) -> Any:
    """A link of ours on the public address; anything else as it is."""
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return value
    parts = urlsplit(value)
    query = f"?{parts.query}" if parts.query else ""
    return f"{settings.PUBLIC_URL}{parts.path}{query}"


def _sealer() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(secret)) for secret in secrets])


def _derived(secret: str) -> bytes:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"stackmark second step")
    return base64.urlsafe_b64encode(key.derive(secret.encode()))
