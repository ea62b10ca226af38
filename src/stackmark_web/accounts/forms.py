"""Forms of sign-in and of a person's own account."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import (
    AddEmailForm,
    LoginForm,
    RequestLoginCodeForm,
    ResetPasswordForm,
    SignupForm,
)
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from stackmark_web.accounts.forms_rights import AgeForm


def _plain(form: forms.Form) -> None:
    """Labels stand above fields, so the same words inside them are left out."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):
    """Address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["login"].label = _("E-mail address")
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignUpForm(AgeForm, SignupForm):
    """An address, a password for those who want one, and whether somebody is 18."""

    field_order = ("email", "password1", "age", "birth_month")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["email"].label = _("E-mail address")
        if "password1" in self.fields:
            self.fields["password1"].label = _("Password")
            self.fields["password1"].help_text = format_html(
                "<p>{}</p>{}",
                _("Leave it empty to sign in by a code we mail you, or by a passkey you add."),
                password_validators_help_text_html(),
            )


class AddAddressForm(AddEmailForm):
    """One more address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["email"].label = _("E-mail address")


class MailCodeForm(RequestLoginCodeForm):
    """Where to mail a code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["email"].label = _("E-mail address")


class MailLinkForm(ResetPasswordForm):
    """Where to mail a link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["email"].label = _("E-mail address")


class ProfileForm(forms.Form):
    """What a person is called, and the language of letters to them."""

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        required=False,
        help_text=_("How letters greet you and colleagues see you. Credentials keep their own."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    locale = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(settings.LANGUAGES) > 1:
            self.fields["locale"].choices = settings.LANGUAGES  # type: ignore[attr-defined]
        else:
            del self.fields["locale"]

    def clean_name(self) -> str:
        """One line, without control characters."""
        return " ".join(self.cleaned_data["name"].split())
