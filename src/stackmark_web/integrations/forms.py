"""The form for an organisation's own words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stackmark_web.integrations.letters import PLACEHOLDERS, unknown_placeholders


class TemplateForm(forms.Form):
    """Subject and body of one letter; both empty means our words."""

    subject = forms.CharField(label=_("Subject"), max_length=300, required=False)
    body = forms.CharField(
        label=_("Letter"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("Markdown. The button with the link is added below the text by itself."),
    )

    def clean(self) -> dict[str, Any]:
        """Both or neither, and no placeholder that nothing fills."""
        found: dict[str, Any] = super().clean() or {}
        subject, body = found.get("subject", ""), found.get("body", "")
        if bool(subject.strip()) != bool(body.strip()):
            raise forms.ValidationError(_("Write both, or leave both empty to use our words."))
        unknown = unknown_placeholders(subject + body)
        if unknown:
            raise forms.ValidationError(
                gettext("“%(name)s” is no placeholder. There are %(all)s.")
                % {"name": unknown[0], "all": ", ".join(PLACEHOLDERS)}
            )
        return found
