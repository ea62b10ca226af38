"""What is written about the ledger: a question with a code, a reason, a file to check."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stackmark.model.achievement_rules import LINE


class AskForm(forms.Form):
    """A credential as it was handed over, and the code that came with it."""

    file = forms.FileField(
        label=_("The credential"),
        help_text=_("The file as you were given it: JSON, token, image or certificate."),
    )
    code = forms.CharField(
        label=_("Code of the holder"),
        max_length=400,
        help_text=_("Fourteen groups of letters and digits. Spaces and hyphens do not matter."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off"}),
    )


class ReasonForm(forms.Form):
    """Why a use is contested."""

    reason = forms.CharField(
        label=_("Why it is wrong"),
        max_length=LINE,
        help_text=_("Everybody can read it in the ledger, so do not write who you are."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SettleForm(forms.Form):
    """How a contest ends, with a reason. Nothing is chosen beforehand."""

    outcome = forms.ChoiceField(
        label=_("What becomes of the entry"),
        choices=[("stands", _("It stands")), ("withdrawn", _("It is withdrawn"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LINE,
        help_text=_("Everybody can read it in the ledger, so do not write whose credential it is."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{kwargs.get('prefix')}-%s", **kwargs)


class LedgerFileForm(forms.Form):
    """A copy of the ledger that somebody kept."""

    file = forms.FileField(
        label=_("Copy of the ledger"), help_text=_("The JSON file as it was downloaded.")
    )
