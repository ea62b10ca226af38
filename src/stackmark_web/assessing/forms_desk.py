"""What is written at the desk: a decision, an answer, a case; the rubric is in ``marksheets``."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stackmark_web import clock
from stackmark_web.assessing.models import Circumstance, Misconduct

MAX_COMMENT: Final = 10_000


def _text(label: Any, help_text: Any = "", *, rows: int = 4, required: bool = True) -> Any:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=MAX_COMMENT,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ConfirmForm(forms.Form):
    """What the learner reads with the decision."""

    feedback = _text(
        gettext_lazy("Feedback to the learner"),
        gettext_lazy("What was good, what was missing, what to work on. Comments go along."),
        required=False,
    )
    seen = forms.BooleanField(
        label=gettext_lazy("I have looked at the work and at every marking of it."), required=False
    )

    def __init__(self, *args: Any, adverse: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not adverse:
            del self.fields["seen"]
        self.fields["feedback"].required = adverse


class ConflictForm(forms.Form):
    """A conflict of interest, one's own or a colleague's."""

    marker = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("A word is enough: taught them, family, colleague."),
    )

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["marker"].choices = people


class AnswerForm(forms.Form):
    """Yes or no to an application."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Answer"),
        choices=[("accept", gettext_lazy("Accept")), ("refuse", gettext_lazy("Refuse"))],
        widget=forms.RadioSelect,
    )
    text = _text(
        gettext_lazy("Words to the learner"),
        gettext_lazy("Needed when you refuse."),
        required=False,
    )
    due_at = forms.DateField(
        label=gettext_lazy("Work is handed in by"),
        required=False,
        help_text=gettext_lazy("Empty: the last day of the offering, or no deadline."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class AdjustmentForm(forms.Form):
    """Grant or refuse an adjustment."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Answer"),
        choices=[("grant", gettext_lazy("Grant")), ("refuse", gettext_lazy("Refuse"))],
        widget=forms.RadioSelect,
    )
    extra_percent = forms.IntegerField(
        label=gettext_lazy("Extra time in percent"), min_value=1, max_value=300, required=False
    )
    extra_days = forms.IntegerField(
        label=gettext_lazy("Extra days"), min_value=1, max_value=365, required=False
    )
    answer = _text(
        gettext_lazy("Words to the learner"),
        gettext_lazy("Needed when you refuse."),
        required=False,
    )


class CircumstanceForm(forms.Form):
    """What follows from circumstances."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Answer"),
        choices=[("accept", gettext_lazy("Accept")), ("refuse", gettext_lazy("Refuse"))],
        widget=forms.RadioSelect,
    )
    remedy = forms.ChoiceField(
        label=gettext_lazy("What follows"),
        choices=[("", "–"), *Circumstance.Remedy.choices],
        required=False,
    )
    extended_to = forms.DateField(
        label=gettext_lazy("New deadline"),
        required=False,
        help_text=gettext_lazy("Until the end of that day."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    answer = _text(gettext_lazy("Words to the learner"))


class RaiseForm(forms.Form):
    """A case of misconduct, with what a person saw."""

    ground = _text(
        gettext_lazy("What you saw, and where"),
        gettext_lazy("The learner reads it and answers before anybody decides."),
        rows=6,
    )
    seen = forms.BooleanField(
        label=gettext_lazy(
            "I saw this myself. It does not rest on the verdict of a detector of AI text, which "
            "is no evidence."
        )
    )


class MisconductForm(forms.Form):
    """How a case ends."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What follows"),
        choices=[
            (Misconduct.Outcome.NONE, gettext_lazy("Unfounded: nothing follows")),
            (Misconduct.Outcome.WARNING, gettext_lazy("Founded: a warning")),
            (Misconduct.Outcome.VOID, gettext_lazy("Founded: the attempt does not count")),
        ],
        widget=forms.RadioSelect,
    )
    reason = _text(gettext_lazy("Reasons"), gettext_lazy("The learner reads them."))


class AppealForm(forms.Form):
    """How an appeal ends."""

    how = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            ("reject", gettext_lazy("The decision stands")),
            ("remarked", gettext_lazy("The new marking takes its place")),
            ("not-counted", gettext_lazy("The attempt does not count; another one is open")),
        ],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("An appeal never lowers anything."),
    )
    answer = _text(gettext_lazy("Reasons"), gettext_lazy("The learner reads them."))


class MeetingForm(forms.Form):
    """Which scripts a meeting looks at."""

    achievement = forms.ChoiceField(label=gettext_lazy("Achievement"))
    start = forms.DateField(
        label=gettext_lazy("Marked from"), widget=forms.DateInput(attrs={"type": "date"})
    )
    end = forms.DateField(label=gettext_lazy("to"), widget=forms.DateInput(attrs={"type": "date"}))
    present = forms.MultipleChoiceField(
        label=gettext_lazy("Who takes part"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, achievements: list[Any], people: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["achievement"].choices = achievements
        fields["present"].choices = people
        fields["end"].initial = clock.today()

    def clean(self) -> dict[str, Any]:
        """A period begins before it ends."""
        found = super().clean() or {}
        if found.get("start") and found.get("end") and found["start"] > found["end"]:
            self.add_error("end", _("The period ends before it begins."))
        return found


class TextForm(forms.Form):
    """One text."""

    text = _text("", rows=4)

    def __init__(self, *args: Any, label: Any, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label, self.fields["text"].help_text = label, help_text
