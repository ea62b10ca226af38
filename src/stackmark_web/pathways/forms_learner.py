"""What a learner imagines to hold, and what a board writes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from stackmark.model.holding import STATED, Credits, Holding
from stackmark.stacking.rules import Rules
from stackmark_web import clock
from stackmark_web.pathways.auditing import Ground
from stackmark_web.pathways.imagined import holding_for
from stackmark_web.pathways.naming import achievement_at, achievement_name

MOST: Final = 60  # achievements offered to choose from
LEVELS: Final = [("", "–"), *((str(one), str(one)) for one in range(1, 9))]


class WhatIfForm(forms.Form):
    """Credentials somebody does not hold, or that do not count yet: to see what they would do."""

    achievements = forms.MultipleChoiceField(
        label=_("What the rules name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    waiting = forms.MultipleChoiceField(
        label=_("Yours, if they were accepted"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    title = forms.CharField(
        label=_("Something else"),
        required=False,
        max_length=200,
        help_text=_("What it would be called. Level and credits decide what it counts for."),
    )
    level = forms.ChoiceField(label=_("Level (EQF)"), required=False, choices=LEVELS)
    credits = forms.DecimalField(
        label=_("ECTS credits"), required=False, min_value=0, max_value=400, decimal_places=2
    )

    def __init__(self, *args: Any, ground: Ground, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting = {str(one.row.pk): one for one in ground.held if not one.counts and one.ask}
        self.fields["achievements"].choices = _named(ground.rules, ground)
        self.fields["waiting"].choices = [
            (key, one.row.title) for key, one in self._waiting.items()
        ]
        for name in ("achievements", "waiting"):
            if not self.fields[name].choices:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Something is imagined, and what is typed has a name."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        typed = found.get("level") or found.get("credits")
        if typed and not found.get("title"):
            self.add_error("title", _("Give it a name, so that you know it again."))
        if not self.errors and not (
            found.get("achievements") or found.get("waiting") or found.get("title")
        ):
            raise forms.ValidationError(_("Choose something, or write what you think of."))
        return found

    def imagined(self) -> list[Holding]:
        """Holdings that nobody has; every one is stated, never verified."""
        found = []
        for number, one in enumerate(self.cleaned_data.get("achievements") or (), 1):
            version = achievement_at(one)
            made = holding_for(version, f"what-if-{number}")
            found.append(replace(made, provenance=STATED))
        chosen = self.cleaned_data.get("waiting") or ()
        found += [replace(self._waiting[key].holding, provenance=STATED) for key in chosen]
        if self.cleaned_data.get("title"):
            found.append(self._typed())
        return found

    def _typed(self) -> Holding:
        given = self.cleaned_data
        amount, level = given.get("credits"), given.get("level")
        return Holding(
            id="what-if-other",
            # Of nobody these rules name: what is asked by name is not met by it.
            achievement="urn:what-if:achievement",
            issuer="urn:what-if:issuer",
            title=given["title"],
            level=int(level) if level else None,
            credits=Credits(Fraction(amount), Fraction(amount), "ects") if amount else None,
            awarded=clock.today(),
            status="valid",
            applied_to=(),
            provenance=STATED,
        )


def _named(rules: Rules, ground: Ground) -> list[tuple[str, str]]:
    """Achievements of this server that the rules name and the learner does not hold."""
    have = {one.achievement for one in ground.holdings}
    named = (one for leaf in rules.leaves() for one in leaf.select.achievement)
    found = []
    for one in dict.fromkeys(named):
        version = achievement_at(one) if one not in have else None
        if version is not None:
            found.append((one, achievement_name(version)))
    return found[:MOST]


class MinuteForm(forms.Form):
    """What a board decided, as its minutes say it."""

    minute = forms.CharField(
        label=_("Minute"),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("When the board met, who was there, what it decided."),
    )


class RefuseForm(forms.Form):
    """Why not."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The learner reads it as you write it."),
    )


class ListForm(forms.Form):
    """A name for those who wait."""

    name = forms.CharField(
        label=_("Name of the list"),
        max_length=120,
        help_text=_("Such as the day of the meeting."),
    )
