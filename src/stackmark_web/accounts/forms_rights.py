"""Forms of a person's rights: erasure, codes, guardians, merging."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class CodeForm(forms.Form):
    """A mailed code."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text"}),
    )


class EraseForm(forms.Form):
    """The address typed once more, so that nobody erases themselves by a slip."""

    address = forms.CharField(
        label=gettext_lazy("Type the e-mail address of your account"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = user.email

    def clean_address(self) -> str:
        """Exactly the account's address, whatever letters."""
        typed: str = self.cleaned_data["address"].strip().lower()
        if typed != self._email.lower():
            raise forms.ValidationError(_("This is not the address of your account."))
        return typed
