"""What a learner fills in: an application, pieces of work, the statement, words to the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stackmark_web.assessing.models import Adjustment


class ApplyForm(forms.Form):
    """An application, with a reasonable adjustment asked for in the same place."""

    offering = forms.ChoiceField(label=_("Which offer"), required=False)
    message = forms.CharField(
        label=_("Your message"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What they should know: how you have learned it, for example."),
    )
    adjustment_kind = forms.ChoiceField(
        label=_("What would help you"),
        required=False,
        choices=[("", _("Nothing")), *Adjustment.Kind.choices],
    )
    adjustment_text = forms.CharField(
        label=_("What you need"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("You need not name a diagnosis. Whoever marks your work never sees this."),
    )

    def __init__(self, *args: Any, offerings: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if offerings:
            fields: Any = self.fields["offering"]
            fields.choices = [("", _("None of these")), *offerings]
        else:
            del self.fields["offering"]

    def adjustments(self) -> list[dict[str, str]]:
        """What was asked for, as ``applying.apply`` takes it."""
        given = self.cleaned_data
        kind, text = given["adjustment_kind"], given["adjustment_text"]
        return [{"kind": kind, "text": text}] if kind or text.strip() else []


class ManyFiles(forms.ClearableFileInput):
    """An input that takes several files."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/input.html"


class TextForm(forms.Form):
    """A few sentences."""

    text = forms.CharField(max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, *args: Any, label: Any, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.fields["text"].help_text = help_text


class SubmitForm(forms.Form):
    """The statement under one's name."""

    help_had = forms.CharField(
        label=_("Help, sources and AI tools"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Who helped you and how; each AI tool and what you used it for."),
    )
    agrees = forms.BooleanField(label=_("I have read the statement and it is true."))
    name = forms.CharField(
        label=_("Your name"),
        max_length=300,
        help_text=_("Typing it signs the statement."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
