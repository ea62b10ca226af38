"""Forms of tokens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stackmark_web.api.actions import USUAL_DAYS
from stackmark_web.api.scopes import SCOPES

_DAYS = [(30, _("30 days")), (90, _("90 days")), (USUAL_DAYS, _("180 days")), (365, _("A year"))]
_HOURS = [
    (0, _("It ends now")),
    (1, _("An hour")),
    (24, _("A day")),
    (168, _("A week")),
]


class TokenForm(forms.Form):
    """A token to be made."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("Such as the program it is for. It stands in the audit trail."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you may do yourself at that moment."),
    )
    days = forms.TypedChoiceField(
        label=_("Works for"), choices=_DAYS, initial=USUAL_DAYS, coerce=int
    )

    @property
    def values(self) -> dict[str, Any]:
        """As the action takes them."""
        return dict(self.cleaned_data)


class ReplaceForm(forms.Form):
    """How a token is replaced."""

    overlap = forms.TypedChoiceField(
        label=_("The old token works for"), choices=_HOURS, initial=24, coerce=int
    )
    days = forms.TypedChoiceField(
        label=_("The new one works for"), choices=_DAYS, initial=USUAL_DAYS, coerce=int
    )

    @property
    def values(self) -> dict[str, Any]:
        """As the action takes them."""
        return dict(self.cleaned_data)
