"""The forms of the way from a file to a run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.core.validators import RegexValidator
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from stackmark_web import clock
from stackmark_web.awarding import sheet_choices as chosen
from stackmark_web.awarding.sheet_choices import Choices
from stackmark_web.awarding.sheet_reading import ENCODINGS, Column, options_for
from stackmark_web.awarding.sheets import Question

_FURTHEST: Final = timedelta(days=3 * 366)


class UploadForm(forms.Form):
    """Which achievement, and the file."""

    version = forms.ChoiceField(label=_("Achievement"))
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, up to 20 MB and 100,000 rows, with a header line."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        allow_empty_file=True,  # said in our own words
    )
    encoding = forms.ChoiceField(
        label=_("Encoding of a CSV file"),
        required=False,
        choices=ENCODINGS,
        help_text=_("Leave it, unless you are told that letters cannot be read."),
    )

    def __init__(self, *args: Any, versions: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(version.pk), _titled(version)) for version in versions]
        field: Any = self.fields["version"]
        field.choices = choices if len(choices) == 1 else [("", _("Choose one")), *choices]


def _titled(version: Any) -> str:
    return f"{version.title} ({version.organisation.name})"


class ColumnsForm(forms.Form):
    """What each column stands for."""

    def __init__(self, *args: Any, columns: Sequence[Column], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = columns
        options = options_for(columns)
        for column in columns:
            self.fields[f"column-{column.place}"] = forms.ChoiceField(
                label=column.header or _("Column without a header"),
                choices=options,
                required=False,
                initial=column.meaning,
            )

    def rows(self) -> list[tuple[Column, Any]]:
        """Each column with its field."""
        return [(column, self[f"column-{column.place}"]) for column in self.columns]

    def mapping(self) -> dict[str, str]:
        """As a sheet keeps it."""
        return {
            str(column.place): self.cleaned_data[f"column-{column.place}"]
            for column in self.columns
        }


class QuestionsForm(forms.Form):
    """What must be asked about the file as a whole."""

    def __init__(self, *args: Any, questions: Sequence[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            made = {"date_order": _order_field, "template": _template_field}[question.field]
            self.fields[question.field] = made(question)


def _order_field(question: Question) -> forms.ChoiceField:
    words = {"dmy": _("day first: %(day)s"), "mdy": _("month first: %(day)s")}
    days = [
        (order, words[order] % {"day": date_format(datetime.fromisoformat(day), "j F Y")})
        for order, day in question.days
    ]
    return forms.ChoiceField(
        label=_("How are dates such as %(date)s meant?") % {"date": question.example},
        help_text=_hint(question),
        choices=days,
        widget=forms.RadioSelect,
    )


def _hint(question: Question) -> str:
    said = ngettext(
        "%(count)d date in this file can be read in two ways.",
        "%(count)d dates in this file can be read in two ways.",
        question.unclear,
    ) % {"count": question.unclear}
    hints = {
        "dmy": _("Its other dates put the day first."),
        "mdy": _("Its other dates put the month first."),
    }
    return f"{said} {hints.get(question.hint, '')}".strip()


def _template_field(question: Question) -> forms.ChoiceField:
    rows = [
        (name, ngettext("%(name)s (%(count)d row)", "%(name)s (%(count)d rows)", count)
         % {"name": name, "count": count})
        for name, count in question.templates
    ]  # fmt: skip
    return forms.ChoiceField(
        label=_("Which rows are meant for the achievement you chose?"),
        help_text=_("The file names several. Rows that name another one are not issued."),
        choices=[*rows, ("*", _("All rows, whatever they name"))],
        widget=forms.RadioSelect,
    )


class ChoicesForm(forms.Form):
    """How the rows are to be awarded."""

    scope = forms.ChoiceField(
        label=_("Rows with errors"),
        choices=(
            (chosen.ALL, _("Issue nothing while there are errors")),
            (chosen.GOOD, _("Leave them out and issue the good rows")),
        ),
        widget=forms.RadioSelect,
    )
    known = forms.ChoiceField(
        label=_("People who hold this achievement already"),
        choices=(
            (chosen.LEAVE, _("Leave them out")),
            (chosen.AGAIN, _("Issue it to them once more")),
            (chosen.CORRECT, _("Correct what they hold, where the file says something else")),
        ),
        widget=forms.RadioSelect,
    )
    send_at = forms.DateTimeField(
        label=_("Issue and send on"),
        required=False,
        help_text=_("In UTC. Empty: at once."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    issued_on = forms.DateField(
        label=_("Issue date of rows that have none"),
        required=False,
        help_text=_("Empty: the day on which it is issued."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    claim_by = forms.DateField(
        label=_("To be claimed until"),
        required=False,
        help_text=_("The last day on which a person can claim it. Empty: no end."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    locale = forms.CharField(
        label=_("Language of the letters"),
        required=False,
        max_length=16,
        validators=[
            RegexValidator(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", _("Write it like en or pt-BR."))
        ],
        help_text=_("For people without one in the file, such as en or pt-BR. Empty: the language "
                    "of the achievement."),
    )  # fmt: skip
    name_in_credential = forms.BooleanField(
        label=_("Write the names into the credentials"),
        required=False,
        help_text=_("So that anyone who checks one can see whose it is."),
    )
    suspendable = forms.BooleanField(
        label=_("Make them so that they can be put on hold"),
        required=False,
        help_text=_(
            "For licences and the like. They can be suspended and reinstated; checkers elsewhere "
            "will call them suspended even when they are revoked."
        ),
    )

    def __init__(self, *args: Any, errors: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not errors:
            del self.fields["scope"]

    def clean_send_at(self) -> datetime | None:
        """A time ahead."""
        at: datetime | None = self.cleaned_data["send_at"]
        if at is not None and not clock.now() < at < clock.now() + _FURTHEST:
            raise forms.ValidationError(_("Choose a time ahead, within three years."))
        return at

    def clean(self) -> dict[str, Any]:
        """There is time to claim after it is sent."""
        found: dict[str, Any] = super().clean() or {}
        end = found.get("claim_by")
        starts = found.get("send_at") or clock.now()
        if end is not None and end <= starts.date():
            self.add_error("claim_by", _("Choose a day after it is sent."))
        return found

    def choices(self) -> Choices:
        """As a sheet keeps them."""
        found = self.cleaned_data
        end = found["claim_by"]
        return Choices(
            scope=found.get("scope") or chosen.ALL,
            known=found["known"],
            issued_on=found["issued_on"],
            send_at=found["send_at"],
            claim_by=datetime.combine(end, time(23, 59, 59), UTC) if end else None,
            locale=found["locale"],
            name_in_credential=found["name_in_credential"],
            suspendable=found["suspendable"],
        )

    @staticmethod
    def initial_of(choices: Choices) -> dict[str, Any]:
        """What the form shows for choices that were made."""
        return {
            **choices.to_json(),
            "issued_on": choices.issued_on,
            "send_at": choices.send_at,
            "claim_by": choices.claim_by.date() if choices.claim_by else None,
        }


class ConfirmForm(forms.Form):
    """What was on the page when it was agreed to."""

    agreed = forms.CharField(max_length=40, widget=forms.HiddenInput)
    same_again = forms.BooleanField(required=False)
