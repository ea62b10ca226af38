"""The form of the planner: a target and the limits a learner sets. It is sent by GET."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from stackmark_web import clock
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.models import Offering
from stackmark_web.pathways import planner_targets as targets
from stackmark_web.pathways.planner_offers import Shelf
from stackmark_web.pathways.planner_targets import Target
from stackmark_web.pathways.planner_wanted import Wanted, a_year_from

MOST_YEARS: Final = 6
MOST_INTERESTS: Final = 12
_KINDS: Final = {targets.PATHWAY: _l("Pathways to an award"), targets.ROLE: _l("Roles")}
_LINE: Final = 300


class PlanForm(forms.Form):
    """What somebody wants to reach, and what they have for it."""

    target = forms.ChoiceField(label=_l("Where you want to get"))
    budget = forms.DecimalField(
        label=_l("Money"),
        help_text=_l("The most it may cost."),
        required=False,
        min_value=0,
        max_value=10_000_000,
        decimal_places=2,
        max_digits=10,
    )
    currency = forms.ChoiceField(
        label=_l("Currency"), help_text=_l("Nothing is exchanged."), required=False
    )
    hours = forms.DecimalField(
        label=_l("Hours a week"),
        help_text=_l("For everything together."),
        required=False,
        min_value=1,
        max_value=100,
        decimal_places=1,
        max_digits=4,
    )
    by = forms.DateField(
        label=_l("Done by"),
        help_text=_l("Else within a year."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    delivery = forms.MultipleChoiceField(
        label=_l("How it may be taught"),
        help_text=_l("Any, where nothing is ticked."),
        required=False,
        choices=Offering.Delivery.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.MultipleChoiceField(
        label=_l("In which languages"),
        help_text=_l("Any, where nothing is ticked."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    interests = forms.CharField(
        label=_l("Interests"),
        help_text=_l(
            "Skills you would like, with commas between them. They decide only between plans that "
            "are equal otherwise."
        ),
        required=False,
        max_length=_LINE,
    )
    without = forms.MultipleChoiceField(
        required=False, widget=forms.MultipleHiddenInput, choices=[]
    )

    def __init__(self, data: QueryDict | None, *, there: Shelf, user: Any) -> None:
        groups = targets.groups()
        super().__init__(_completed(data, there), initial=_initial(there))
        self._user, self._found = user, None
        self.is_empty = not any(rows for _kind, rows in groups)
        fields: Any = self.fields
        fields["target"].choices = [("", _("Choose one")), *_choices(groups)]
        fields["currency"].choices = [(one, one) for one in currencies(there)]
        fields["language"].choices = _languages(there)
        fields["without"].choices = [(one, one) for one in self._left_out(data)]

    def _left_out(self, data: QueryDict | None) -> list[str]:
        """The skills of the role asked for; what is no skill of it is no choice."""
        key = data.get("target", "") if data else ""
        self._found = targets.find(key, self._user) if key else None
        return list(self._found.names) if self._found else []

    def clean_target(self) -> Target:
        """The pathway or role itself."""
        if self._found is None:
            raise forms.ValidationError(_("It is not published any more; choose another."))
        return self._found

    def clean_by(self) -> dt.date:
        """A day that is still to come, and not out of sight."""
        today, day = clock.today(), self.cleaned_data["by"]
        if day is None:
            return a_year_from(today)
        if day <= today:
            raise forms.ValidationError(_("This day is over; set one that is still to come."))
        if day > today + dt.timedelta(days=365 * MOST_YEARS):
            told = _("Nobody can plan further than %(n)d years ahead.") % {"n": MOST_YEARS}
            raise forms.ValidationError(told)
        found: dt.date = day
        return found

    def clean_interests(self) -> tuple[str, ...]:
        """Single words or names, each once."""
        said = str(self.cleaned_data["interests"]).split(",")
        names = dict.fromkeys(" ".join(one.split())[:100] for one in said)
        return tuple(one for one in names if one)[:MOST_INTERESTS]

    def clean_without(self) -> tuple[str, ...]:
        """Not every skill of a role: then nothing is left to plan."""
        left = tuple(dict.fromkeys(self.cleaned_data["without"]))
        if self._found and self._found.skills and len(left) >= len(self._found.names):
            raise forms.ValidationError(_("Nothing would be left of the role; keep a skill."))
        return left

    @property
    def wanted(self) -> Wanted:
        """What a valid form asks for."""
        found = self.cleaned_data
        return Wanted(
            target=found["target"],
            currency=found["currency"] or self.fields["currency"].choices[0][0],  # type: ignore[attr-defined]
            by=found["by"],
            budget=_fraction(found["budget"]),
            hours=_fraction(found["hours"]),
            delivery=tuple(found["delivery"]),
            language=tuple(found["language"]),
            interests=found["interests"],
            without=found["without"],
        )


def currencies(there: Shelf) -> list[str]:
    """The currencies something is offered in, the most frequent first; the euro where none is."""
    counted: dict[str, int] = {}
    for one in there.offered.values():
        if one.price and one.currency:
            counted[one.currency] = counted.get(one.currency, 0) + 1
    return sorted(counted, key=lambda one: (-counted[one], one)) or ["EUR"]


def _completed(data: QueryDict | None, there: Shelf) -> QueryDict | None:
    """What was asked, with the limits that hold anyway written out, so that they are seen."""
    if not data or not data.get("target"):
        return None
    found = data.copy()
    for name, value in _initial(there).items():
        if not found.get(name):
            found[name] = str(value)
    return found


def _initial(there: Shelf) -> dict[str, Any]:
    return {"by": a_year_from(clock.today()), "currency": currencies(there)[0]}


def _languages(there: Shelf) -> list[tuple[str, str]]:
    tags = {tag for one in there.offered.values() for tag in one.languages}
    return sorted(((one, words.language_name(one)) for one in tags), key=lambda row: row[1])


def _choices(groups: Iterable[tuple[str, list[tuple[str, str, str]]]]) -> list[Any]:
    return [
        (str(_KINDS[kind]), [(key, f"{title} · {by}") for key, title, by in rows])
        for kind, rows in groups
        if rows
    ]


def _fraction(value: Any) -> Fraction | None:
    return None if value is None else Fraction(value)
