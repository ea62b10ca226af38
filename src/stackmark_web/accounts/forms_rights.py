"""Forms of a person's rights: erasure, codes, guardians, merging."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stackmark_web.accounts.guardians import RELATIONS
from stackmark_web.accounts.minors import born_in


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


class AgeForm(forms.Form):
    """Whether somebody is 18; the month of birth only of who is not. Nothing where 0 is set."""

    age = forms.ChoiceField(
        label=gettext_lazy("How old are you?"),
        choices=[
            ("grown", gettext_lazy("18 or older")),
            ("young", gettext_lazy("Younger than 18")),
        ],
        widget=forms.RadioSelect,
    )
    birth_month = forms.CharField(
        label=gettext_lazy("Month of your birth, if you are younger than 18"),
        required=False,
        max_length=7,
        help_text=gettext_lazy("Like 2011-04. Kept until you are 18, then removed."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leave_age_out(self)

    def clean(self) -> dict[str, Any]:
        """``born``: None for grown-ups, else the first day of the month."""
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["born"] = clean_age(self, cleaned)
        return cleaned


def leave_age_out(form: forms.Form) -> None:
    """Where the site asks nobody for their age, forms have no such fields."""
    if not settings.AGE_OF_CONSENT:
        form.fields.pop("age", None)
        form.fields.pop("birth_month", None)


def clean_age(form: forms.Form, cleaned: dict[str, Any]) -> Any:
    """What is kept of the two answers; what does not fit becomes an error of the month."""
    if "age" not in form.fields or not cleaned.get("age"):
        return None
    given, young = cleaned.get("birth_month", "").strip(), cleaned["age"] == "young"
    if not (given or young):
        return None
    try:
        born = _born(given)
        if born is not None and not young:
            raise forms.ValidationError(_("This month says younger than 18. Which of both is so?"))
    except forms.ValidationError as error:
        form.add_error("birth_month", error)
        return None
    return born


def _born(given: str) -> Any:
    year, _dash, month = given.partition("-")
    if not (year.isdecimal() and month.isdecimal() and len(year) == 4):
        raise forms.ValidationError(_("Write year and month, like 2011-04."))
    return born_in(int(year), int(month))


class NewcomerForm(AgeForm):
    """An account for who came from an institution."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "age", "birth_month")


class GuardianMailForm(forms.Form):
    """Where to write to."""

    email = forms.EmailField(label=gettext_lazy("E-mail address of a parent or guardian"))


class GuardianForm(forms.Form):
    """Who agrees."""

    name = forms.CharField(label=gettext_lazy("Your name"), max_length=200)
    relation = forms.ChoiceField(
        label=gettext_lazy("What you are to the child"),
        choices=RELATIONS,
        widget=forms.RadioSelect,
    )
    agree = forms.BooleanField(label=gettext_lazy("I agree to the words above"))
