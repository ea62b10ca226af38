"""Passkey forms. What a browser sends is checked by allauth; whatever it cannot read is refused."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_UNREADABLE = (TypeError, ValueError, KeyError, AttributeError, IndexError)


def _refused() -> forms.ValidationError:
    return forms.ValidationError(_("This passkey could not be read. Try again."))


class AddPasskeyForm(AddWebAuthnForm):
    """A passkey: always one that signs in by itself, with a name to know it by."""

    passwordless = forms.BooleanField(
        required=False, initial=True, widget=forms.HiddenInput, disabled=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = gettext_lazy("Name")
        self.fields["name"].help_text = gettext_lazy(
            "So that you can tell your passkeys apart, like My phone."
        )
        self.fields["name"].max_length = 100

    def clean(self) -> dict[str, Any]:
        """The browser's answer, read strictly."""
        try:
            cleaned: dict[str, Any] = super().clean()
        except forms.ValidationError:
            raise
        except _UNREADABLE:
            raise _refused() from None
        return cleaned


class _Answer(AuthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        """The browser's answer, read strictly."""
        try:
            return super().clean_credential()
        except forms.ValidationError:
            raise
        except _UNREADABLE:
            raise _refused() from None


class SignInPasskeyForm(_Answer, LoginWebAuthnForm):
    """Signs in by the passkey alone."""


class SecondStepPasskeyForm(_Answer):
    """A passkey after the password."""


class ConfirmPasskeyForm(_Answer, ReauthenticateWebAuthnForm):
    """Shows once more who one is."""
