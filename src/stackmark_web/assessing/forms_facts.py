"""The forms of imports, panels, anchors, re-tests and the fairness report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stackmark.model.assessment_plan import Plan
from stackmark_web import clock
from stackmark_web.assessing.actions.retesting import SUPERVISED
from stackmark_web.assessing.imports.planning import BY_ORDER, Choices
from stackmark_web.assessing.models import AttemptImport
from stackmark_web.assessing.wording_facts import VALUES
from stackmark_web.ui.text import best_text

_PURPOSES = [
    (BY_ORDER, _("Assessment: a person’s first attempt, then resits")),
    ("practice", _("Practice: nothing rests on it")),
    ("baseline", _("Baseline, before any teaching")),
    ("retest", _("Re-test of holders")),
]


class UploadForm(forms.Form):
    """Which achievement, and the file."""

    version = forms.ChoiceField(label=_("Achievement"))
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, up to 20 MB and 200,000 rows, with a header line."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt"}),
        allow_empty_file=True,  # said in our own words
    )
    kind = forms.ChoiceField(
        label=_("Where it comes from"),
        required=False,
        choices=[("", _("As its header says")), *AttemptImport.Kind.choices],
    )

    def __init__(self, *args: Any, versions: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["version"]
        choices = [(str(one.pk), one.title) for one in versions]
        field.choices = choices if len(choices) == 1 else [("", _("Choose one")), *choices]


class ChoicesForm(forms.Form):
    """What a file of results is."""

    component = forms.ChoiceField(
        label=_("What these results are of"),
        required=False,
        help_text=_("A part of the assessment’s plan, or the assessment as a whole."),
    )
    purpose = forms.ChoiceField(
        label=_("What the attempts were for"), choices=_PURPOSES, widget=forms.RadioSelect
    )
    form = forms.CharField(
        label=_("Form"),
        max_length=60,
        required=False,
        help_text=_("Which form of the test, where the file does not say: A, B, spring 2026."),
    )
    day = forms.DateField(
        label=_("Day it was sat"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("For rows that have no day of their own."),
    )
    maximum = forms.FloatField(
        label=_("Most points that can be reached"),
        required=False,
        min_value=0,
        help_text=_("For rows that have no maximum of their own."),
    )
    match_people = forms.BooleanField(
        label=_("Match people by their verified e-mail address"),
        required=False,
        help_text=_("Who has an account here sees their attempt. Others stay a pseudonym."),
    )
    keeps_people = forms.BooleanField(
        label=_("Keep names and addresses, so that those who passed can be awarded"),
        required=False,
        help_text=_("Without it only pseudonyms are kept, and nobody can be awarded from here."),
    )

    def __init__(self, *args: Any, plan: Plan | None, chosen: Choices, **kwargs: Any) -> None:
        kwargs.setdefault("initial", chosen.to_json() | {"day": chosen.day})
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        parts = [(one.id, best_text(one.name) or one.id) for one in plan.components] if plan else []
        fields["component"].choices = [("", _("The assessment as a whole")), *parts]
        fields["day"].widget.attrs["max"] = clock.today().isoformat()
        if not parts:
            del self.fields["component"]

    def choices(self) -> Choices:
        """As the action takes them."""
        found = self.cleaned_data
        return Choices(
            component=found.get("component", ""),
            form=found["form"].strip(),
            purpose=found["purpose"],
            day=found["day"],
            maximum=found["maximum"],
            match_people=found["match_people"],
            keeps_people=found["keeps_people"],
        )


class DecideForm(forms.Form):
    """A person confirms what the platform's points come to."""

    feedback = forms.CharField(
        label=_("To those who did not pass"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What they can do now. It stands in their feedback."),
    )
    seen = forms.BooleanField(
        label=_("I have looked at the list and confirm these decisions"), required=False
    )


class RetestForm(forms.Form):
    """Whom to draw, how many, until when."""

    version = forms.ChoiceField(label=_("Achievement"))
    share = forms.IntegerField(
        label=_("Share to invite, in percent"),
        min_value=1,
        max_value=100,
        initial=20,
        help_text=_("Drawn by lot among those who hold it in an account here."),
    )
    window_days = forms.IntegerField(
        label=_("Earned within so many days"), min_value=1, max_value=365, initial=90
    )
    supervision = forms.ChoiceField(
        label=_("How it is supervised"),
        choices=[(one, VALUES[one]) for one in SUPERVISED],
        initial="onsite",
    )
    closes_on = forms.DateField(
        label=_("Open until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Holders can answer and sit it until the end of this day."),
    )

    def __init__(self, *args: Any, versions: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._versions = {str(one.pk): one for one in versions}
        field: Any = self.fields["version"]
        choices = [(key, one.title) for key, one in self._versions.items()]
        field.choices = choices if len(choices) == 1 else [("", _("Choose one")), *choices]

    def values(self) -> dict[str, Any]:
        """What ``actions.invite`` takes."""
        found = dict(self.cleaned_data)
        return {"achievement": self._versions[found.pop("version")].achievement, **found}


class ResultForm(forms.Form):
    """What somebody reached at a re-test."""

    percent = forms.FloatField(label=_("Percent"), min_value=0, max_value=100)
    sat_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
