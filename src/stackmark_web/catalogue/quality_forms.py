"""Forms of quality: an organisation's profiles, a reviewer's decision, a renewal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from stackmark.quality.profile import MAX_PROFILE_BYTES, Profile
from stackmark_web.catalogue import profiles

_HOW = (
    ("", _("Not used")),
    (profiles.SHOWN, _("Shown to designers")),
    (profiles.REQUIRED, _("Required to publish")),
)


class PolicyForm(forms.Form):
    """One choice for each profile there is, and how often designs are reviewed."""

    def __init__(self, *args: Any, known: Iterable[Profile], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.known = list(known)
        for one in self.known:
            choices = _HOW[:2] if one.is_checklist else _HOW
            self.fields[f"profile_{one.id}"] = forms.ChoiceField(
                label=one.title, choices=choices, required=False, help_text=self._help(one)
            )
        low, high = profiles.MONTHS
        self.fields["review_months"] = forms.IntegerField(
            label=_("Months between two reviews"),
            help_text=_(
                "From 12 to 36. Left empty: as the organisation above says, else 24. What is not "
                "looked at in time says so in public and is no longer awarded."
            ),
            required=False,
            min_value=low,
            max_value=high,
        )

    def chosen(self) -> dict[str, str]:
        """The profiles in use with how."""
        given = {one.id: self.cleaned_data[f"profile_{one.id}"] for one in self.known}
        return {name: how for name, how in given.items() if how}

    def _help(self, profile: Profile) -> Any:
        notes = [_("Unofficial reading.")] if profile.reading == "unofficial" else []
        if profile.is_checklist:
            notes.append(_("A readiness checklist: it is never called conformity."))
        source = f"{profile.source.rstrip('.')}."
        return format_html('<span lang="en">{}</span> {}', source, " ".join(map(str, notes)))


class ProfileForm(forms.Form):
    """A profile of one's own."""

    file = forms.FileField(
        label=_("File with the rule set (.toml)"),
        help_text=_("One row for each requirement, as the guide “Add a profile” tells."),
        widget=forms.FileInput(attrs={"accept": ".toml,application/toml,text/plain"}),
    )

    def clean_file(self) -> Any:
        """Not larger than any profile may be."""
        file = self.cleaned_data["file"]
        if file.size > MAX_PROFILE_BYTES:
            raise forms.ValidationError(_("This file is too large for a rule set."))
        return file


def _reasons(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def _named() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("Put my name into the signed decision"),
        required=False,
        help_text=_("Otherwise it names your role only."),
    )


def _months(help_text: Any) -> forms.IntegerField:
    low, high = profiles.MONTHS
    return forms.IntegerField(
        label=_("Next review after how many months"),
        help_text=help_text,
        required=False,
        min_value=low,
        max_value=high,
    )


class DecisionForm(forms.Form):
    """What a reviewer decides about a draft."""

    reasons = _reasons(
        _("Reasons"),
        _("What you looked at and why you decide so. They are signed and kept with the version."),
    )
    named = _named()
    review_months = _months(_("From 12 to 36. Left empty: as your organisation says."))


class RenewalForm(forms.Form):
    """What a reviewer says who has looked at a published version again."""

    reasons = _reasons(
        _("What you looked at"),
        _("Why it still holds. This is signed and kept with the version."),
    )
    months = _months(_("From 12 to 36. Left empty: as your organisation says."))
    named = _named()
