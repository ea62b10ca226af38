"""The form of a webhook."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from stackmark_web.integrations.webhook_events import EVENTS


class WebhookForm(forms.Form):
    """Where to send, and what."""

    url = forms.CharField(
        label=_("Address"),
        max_length=2_000,
        help_text=_("Begins with https://. Messages are posted there."),
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    description = forms.CharField(label=_("Description"), max_length=200, required=False)
    events = forms.MultipleChoiceField(
        label=_("Events"), choices=list(EVENTS.items()), widget=forms.CheckboxSelectMultiple
    )
    include_recipient = forms.BooleanField(
        label=_("Put name and address of the recipient into messages"),
        required=False,
        help_text=_("Only if the program needs them; without, messages hold no personal data."),
    )
