"""Forms of the learner and of the desk, but for the draft of a decision (``forms_draft``)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stackmark_web.passport.models import Holding
from stackmark_web.recognising import sendable
from stackmark_web.recognising.wording import RULES


class RequestForm(forms.Form):
    """What it is to count for, and which credentials are sent."""

    target = forms.ChoiceField(
        label=_("What it is to count for"),
        help_text=_("One of their published achievements."),
    )
    holdings = forms.ModelMultipleChoiceField(
        label=_("What you send"),
        queryset=Holding.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Exact copies go to them, with everything inside: your name, marks, and whatever else "
            "the credential says. Nothing else of your passport is sent."
        ),
    )
    note = forms.CharField(
        label=_("What they should know"),
        max_length=4_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, user: Any, targets: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._versions = {str(one.pk): one for one in targets}
        fields: Any = self.fields
        chosen = [(pk, version.told) for pk, version in self._versions.items()]
        fields["target"].choices = [("", _("Choose…")), *chosen]
        fields["holdings"].queryset = sendable.holdings_of(user)
        fields["holdings"].label_from_instance = sendable.label_of

    def values(self) -> dict[str, Any]:
        """What ``requesting.send`` takes."""
        found = self.cleaned_data
        return {
            "target": self._versions[found["target"]],
            "holdings": list(found["holdings"]),
            "note": found["note"],
        }


class TextForm(forms.Form):
    """One text to the other side; ``name`` is the field an action's problem is said at."""

    def __init__(
        self, *args: Any, label: Any, help_text: Any = "", name: str = "text", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.name = name
        self.fields[name] = forms.CharField(
            label=label,
            help_text=help_text,
            max_length=4_000,
            widget=forms.Textarea(attrs={"rows": 4}),
        )

    @property
    def text(self) -> str:
        """What was written."""
        return str(self.cleaned_data[self.name])


class AssignForm(forms.Form):
    """Who goes on with a request."""

    reader = forms.ChoiceField(label=_("Who goes on with it"), required=False)

    def __init__(self, *args: Any, people: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(one.pk): one for one in people}
        fields: Any = self.fields
        named = [(pk, one.name or one.email) for pk, one in self._people.items()]
        fields["reader"].choices = [("", _("Nobody yet")), *named]

    def reader_chosen(self) -> Any:
        """The person, or None."""
        return self._people.get(self.cleaned_data["reader"])


class PolicyForm(forms.Form):
    """How a body recognises."""

    open = forms.BooleanField(label=_("We take requests"), required=False)
    default = forms.ChoiceField(
        label=_("The rule decisions begin with"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("", _("Ask each time")), *RULES.items()],
        help_text=_(
            "Both say: recognise, unless a substantial difference is shown. They differ in who "
            "obliges you. The verdict itself is never chosen beforehand."
        ),
    )
    days = forms.IntegerField(
        label=_("Days to decide"),
        min_value=1,
        max_value=366,
        help_text=_("The learner sees the day. Days you wait for an answer do not count."),
    )
    appeal_days = forms.IntegerField(
        label=_("Days to appeal"),
        min_value=1,
        max_value=366,
        help_text=_("Counted from the decision; the last day stands in it."),
    )
    appeal_route = forms.CharField(
        label=_("Where to appeal"),
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands in each signed decision. Left empty: on the decision's page here."),
    )
    publishes = forms.BooleanField(
        label=_("Publish how often we recognise whose credentials"),
        required=False,
        help_text=_("Small numbers are withheld; no person is in it."),
    )
