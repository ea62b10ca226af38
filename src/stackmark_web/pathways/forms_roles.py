"""Forms of role profiles and frameworks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l


class FrameworkForm(forms.Form):
    """A file of skills."""

    file = forms.FileField(
        label=_l("File of the framework"),
        help_text=_l("ESCO as CSV or zip, O*NET as text or zip, CASE as JSON; up to 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.json,.zip"}),
        allow_empty_file=True,  # said in the reader's words
    )


class RoleForm(forms.Form):
    """What a role is called."""

    title = forms.CharField(
        label=_l("Name of the role"),
        help_text=_l("For example: Data analyst in health care."),
        max_length=200,
    )
    summary = forms.CharField(
        label=_l("What somebody does in it"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class NewRoleForm(RoleForm):
    """The same, with the framework it is made from."""

    framework = forms.ChoiceField(label=_l("Framework"), help_text=_l("Skills are picked from it."))

    def __init__(self, *args: Any, frameworks: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["framework"]
        rows = [(str(one.pk), one.title) for one in frameworks]
        field.choices = rows if len(rows) == 1 else [("", _("Choose one")), *rows]


class SkillForm(forms.Form):
    """How sure somebody should be of a skill."""

    confidence = forms.IntegerField(
        label=_l("Confidence in percent"), required=False, min_value=1, max_value=99
    )
