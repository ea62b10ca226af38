"""What a requester writes, and what a reviewer decides."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from stackmark_web import clock
from stackmark_web.accrediting import queries, rows
from stackmark_web.accrediting.models import ReviewRow, Wanted
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.catalogue.vocabulary import KINDS
from stackmark_web.tenancy.models import Organisation

LEVELS = [("", "–"), *((str(one), str(one)) for one in range(1, 9))]
# "MicroCredential" is said of many things, so a scope cannot be told by that word.
TOLD_KINDS = ("digital-badge", "certificate", "micro-certification")


class RequestForm(forms.Form):
    """Whom one asks, for what, about what."""

    wanted = forms.ChoiceField(
        label=_("What you ask for"),
        choices=Wanted.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "An accreditation says that a review was passed. A right to issue says that you may. "
            "An endorsement is an opinion and is never shown as more."
        ),
    )
    agency = forms.ModelChoiceField(
        label=_("Whom you ask"),
        queryset=Organisation.objects.none(),
        to_field_name="slug",
        help_text=_("Quality agencies can give all three; everybody else can endorse."),
    )
    about = forms.ChoiceField(label=_("About"))
    note = forms.CharField(
        label=_("What they should know"),
        max_length=4_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=8_000,
        required=False,
        help_text=_("Web addresses, one on each line: reports, policies, decisions."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, organisation: Any, whole: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._versions = {
            str(one.pk): one for one in catalogue.versions_for_award(organisation).defer(None)
        }
        fields: Any = self.fields
        fields["agency"].queryset = queries.may_be_asked(organisation)
        own = [("", organisation.name)] if whole and organisation.parent_id is None else []
        fields["about"].required = not own
        fields["about"].choices = own + [(pk, v.title) for pk, v in self._versions.items()]

    def values(self) -> dict[str, Any]:
        """What ``actions.ask_for`` takes."""
        found = self.cleaned_data
        return {
            "wanted": found["wanted"],
            "agency": found["agency"],
            "version": self._versions.get(found["about"]),
            "note": found["note"],
            "evidence": found["evidence"].splitlines(),
        }


class TextForm(forms.Form):
    """One text to the other side."""

    text = forms.CharField(max_length=4_000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, label: Any, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label, self.fields["text"].help_text = label, help_text


class ProfileForm(forms.Form):
    """The rule set a review goes by."""

    profile = forms.ChoiceField(label=_("Rule set"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["profile"].choices = rows.choices()


class RowsForm(forms.Form):
    """Judgement and note of each row, and the reasons."""

    reasons = forms.CharField(
        label=_("Reasons"),
        max_length=4_000,
        required=False,
        help_text=_("The requester reads them with the decision."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, review: list[ReviewRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.review = review
        for row in review:
            n = row.number
            self.fields[f"row-{n}"] = forms.ChoiceField(
                label=_("Judgement"),
                choices=ReviewRow.Judgement.choices,
                required=False,
                initial=row.judgement,
            )
            self.fields[f"note-{n}"] = forms.CharField(
                label=_("Note"),
                max_length=4_000,
                required=False,
                initial=row.note,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def pairs(self) -> list[tuple[ReviewRow, Any, Any]]:
        """Each row with its two fields, for the page."""
        return [(row, self[f"row-{row.number}"], self[f"note-{row.number}"]) for row in self.review]

    def judgements(self) -> dict[int, tuple[str, str]]:
        """What ``actions.judge`` takes."""
        found = self.cleaned_data
        numbers = [row.number for row in self.review]
        return {n: (found[f"row-{n}"], found[f"note-{n}"]) for n in numbers}


class _Day(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"})


class DecisionForm(forms.Form):
    """Grant with scope and time, or refuse; always with reasons."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("grant", _("Grant")), ("refuse", _("Refuse"))],
        widget=forms.RadioSelect,
    )
    reasons = forms.CharField(
        label=_("Reasons"),
        max_length=4_000,
        help_text=_("The requester reads them with the decision."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    comment = forms.CharField(
        label=_("Public statement"),
        max_length=1_000,
        required=False,
        help_text=_("One or two sentences that stand in the signed document for everybody."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    start = _Day(label=_("Holds from"), required=False)
    end = _Day(label=_("Holds until"), required=False, help_text=_("At most ten years."))
    review_due = _Day(label=_("Next review"), required=False)
    lowest = forms.ChoiceField(label=_("Lowest EQF level"), choices=LEVELS, required=False)
    highest = forms.ChoiceField(label=_("Highest EQF level"), choices=LEVELS, required=False)
    kinds = forms.MultipleChoiceField(
        label=_("Kinds"),
        choices=[(one, KINDS[one]) for one in TOLD_KINDS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    fields_of_study = forms.CharField(
        label=_("Fields of study"),
        max_length=200,
        required=False,
        help_text=_("ISCED-F codes with commas between them, such as 06, 0541."),
    )
    countries = forms.CharField(
        label=_("Countries of the issuer"),
        max_length=400,
        required=False,
        help_text=_("Two-letter codes with commas between them, such as IE, NL."),
    )
    achievements = forms.MultipleChoiceField(
        label=_("Only these achievements"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, asked: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if asked.version_id is not None:  # one version needs no further limits
            for name in (
                *("lowest", "highest", "kinds", "fields_of_study", "countries"),
                "achievements",
            ):
                del fields[name]
        else:
            listed = catalogue.versions_for_award(asked.organisation)
            fields["achievements"].choices = [
                (f"{settings.IDENTITY_URL}/achievements/{one.achievement_id}/*", one.title)
                for one in listed
            ]
        if asked.wanted == Wanted.ENDORSEMENT:
            fields["end"].help_text = _("May be left open: an endorsement gives no right.")
        else:
            fields["end"].need = _("needed to grant")

    def clean(self) -> dict[str, Any]:
        """Codes as the engine takes them."""
        found = super().clean() or {}
        for name in ("fields_of_study", "countries"):
            text = str(found.get(name) or "")
            found[name] = [one.strip().upper() for one in text.split(",") if one.strip()]
        return found

    def values(self) -> dict[str, Any]:
        """What ``actions.propose`` takes."""
        found = self.cleaned_data
        scope = {
            "achievements": found.get("achievements") or [],
            "kinds": found.get("kinds") or [],
            "fields": found.get("fields_of_study") or [],
            "countries": found.get("countries") or [],
            "lowest": int(found["lowest"]) if found.get("lowest") else None,
            "highest": int(found["highest"]) if found.get("highest") else None,
        }
        days = {name: found.get(name) for name in ("start", "end", "review_due")}
        return {
            "grant": found["decision"] == "grant",
            "reasons": found["reasons"],
            "comment": found["comment"],
            "scope": scope,
            **days,
        }


def first_values(asked: Any) -> dict[str, Any]:
    """What the decision form begins with: the earlier proposal, or three years from today."""
    before = asked.proposal or {}
    today = clock.today()
    found = {"start": today, "end": today + timedelta(days=3 * 365), "reasons": asked.reasons}
    for name in ("start", "end", "review_due"):
        if before.get(name):
            found[name] = date.fromisoformat(before[name])
    return found
