"""What a designer fills in around the rules: the start, the details, publication, samples."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from stackmark.credit.policies import units
from stackmark.errors import StackmarkError
from stackmark.model.strict_json import parse_json
from stackmark_web import clock
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.catalogue.vocabulary import CREDIT_UNITS
from stackmark_web.pathways.models import Pathway
from stackmark_web.pathways.select_form import Sections, SelectForm, number_field

LARGEST: Final = 1_000_000
KINDS: Final = {
    Pathway.Kind.CERTIFICATE: _("Several credentials that make one larger award."),
    Pathway.Kind.SERIES: _("A series of courses that ends in a project."),
    Pathway.Kind.MICRO: _("Holds for a time and is renewed by continuing credits."),
    Pathway.Kind.MODULE: _("Counts toward a degree; a board confers it."),
}
UNITS: Final = {
    **CREDIT_UNITS,
    "hours": _("hours of learning"),
    "contact-hours": _("contact hours"),
}
CONFERRAL_HELP: Final = _(
    "Degrees and degree modules are always conferred by a board; software never does it."
)


def _award_field() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label=_("What is awarded"),
        queryset=None,
        required=False,
        empty_label=_("Not decided yet"),
        help_text=_("A published achievement of yours. It has to be chosen before publication."),
    )


class _Awarding(forms.Form):
    achievement = _award_field()
    conferral = forms.ChoiceField(
        label=_("Who awards it"),
        choices=Pathway.Conferral.choices,
        widget=forms.RadioSelect,
        initial=Pathway.Conferral.BOARD,
        help_text=CONFERRAL_HELP,
    )

    def __init__(self, *args: Any, organisation: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = catalogue.achievements_of(organisation).filter(
            current__isnull=False, retired_at=None
        )
        fields: Any = self.fields
        fields["achievement"].queryset = rows.order_by("current__title", "pk")
        fields["achievement"].label_from_instance = lambda one: one.current.title


class NewForm(_Awarding):
    """A new pathway."""

    title = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("What it is"), widget=forms.RadioSelect)
    field_order = ("title", "kind", "achievement", "conferral")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kind"].choices = [
            (code, f"{label}. {KINDS[Pathway.Kind(code)]}") for code, label in Pathway.Kind.choices
        ]


class DetailsForm(_Awarding):
    """What stands around the rules of a draft."""

    title = forms.CharField(label=_("Name"), max_length=200)
    summary = forms.CharField(
        label=_("What it is for"),
        max_length=4_000,
        required=False,
        help_text=_("A few sentences for learners. Promise no job and no pay by it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    language = forms.ChoiceField(label=_("Language of these texts"))
    unit = forms.ChoiceField(
        label=_("Credits are counted in"),
        help_text=_(
            "All amounts of the rules are in this unit; others are never converted silently."
        ),
    )
    renewal_months = forms.IntegerField(
        label=_("Holds for, in months"), min_value=1, max_value=240, required=False
    )
    continuing_credits = number_field(_("Continuing credits to renew it"))
    field_order = ("title", "summary", "achievement", "conferral")

    def __init__(self, *args: Any, micro: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["language"].choices = settings.LANGUAGES
        fields["unit"].choices = [
            (code, UNITS.get(code, one.many)) for code, one in units().items()
        ]
        if not micro:
            del fields["renewal_months"], fields["continuing_credits"]


class PublishForm(forms.Form):
    """From when it applies, and what is different from the version before, if there is one."""

    applies_from = forms.DateField(
        label=_("For who joins from"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The catalogue year: whoever joined before keeps the version of that day."),
    )
    note = forms.CharField(
        label=_("What is different, and why"),
        max_length=4_000,
        required=False,
        help_text=_("Those who follow it read this."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("applies_from", clock.today())
        if first:  # nothing is different yet, and nobody joined before
            fields: Any = self.fields
            fields["applies_from"].help_text = _("The catalogue year; nobody can join before it.")
            fields["note"].label = _("A word about it")
            fields["note"].help_text = _("It stands beside the version on its public page.")


class SampleForm(Sections, forms.Form):
    """An imagined learner: achievements to tick, or holdings as JSON."""

    finder_title = _("What they hold")
    name = forms.CharField(label=_("Name"), max_length=100)
    find = SelectForm.base_fields["find"]
    achievement = SelectForm.base_fields["achievement"]
    holdings = forms.CharField(
        label=_("Credentials as JSON"),
        max_length=LARGEST,
        required=False,
        help_text=_(
            "A list of holdings as “stackmark audit” takes them. What is ticked above is added "
            "to it, awarded one day after another up to today."
        ),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "mono"}),
    )
    expected = forms.ChoiceField(
        label=_("What the rules should say"),
        choices=[
            ("", _("Not said")),
            ("yes", _("Yes")),
            ("no", _("No")),
            ("undecided", _("Undecided")),
        ],
        required=False,
    )

    def __init__(self, *args: Any, found: Any, known: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found.achievement  # the finder says where there is nothing
        fields: Any = self.fields
        fields["achievement"].label = _("Achievements they hold")
        fields["achievement"].choices = list((dict(known) | dict(found.achievement)).items())

    def clean_holdings(self) -> Any:
        """The JSON, parsed."""
        return parsed(self.cleaned_data["holdings"])


class RulesFileForm(forms.Form):
    """Rules from a file or as text."""

    file = forms.FileField(label=_("File"), required=False)
    text = forms.CharField(
        label=_("Or paste it"),
        max_length=LARGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "mono"}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """``tree``: the JSON of whichever was given."""
        found = super().clean() or {}
        upload = found.get("file")
        if upload and upload.size > LARGEST:
            self.add_error("file", _now("The file is larger than a megabyte."))
            return found
        field = "file" if upload else "text"
        try:
            text = upload.read().decode("utf-8-sig") if upload else found.get("text", "")
            found["tree"] = parsed(text) if text.strip() else None
        except (UnicodeDecodeError, forms.ValidationError) as problem:
            told = getattr(problem, "messages", [_now("This is no text in UTF-8.")])
            self.add_error(field, told[0])
            return found
        if not isinstance(found["tree"], dict):
            self.add_error(field, _now("Give a JSON file: the rules, or a CTDL pathway."))
        return found


def parsed(text: str) -> Any:
    """JSON, read strictly; an empty text is an empty list."""
    if not text.strip():
        return []
    try:
        return parse_json(text.encode(errors="surrogatepass"))
    except StackmarkError as problem:
        raise forms.ValidationError(problem.detail) from problem
