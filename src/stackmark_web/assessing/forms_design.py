"""Forms of running an assessment and of standard-setting workshops."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from stackmark_web.assessing.models import Setup, Workshop
from stackmark_web.catalogue.forms import line, prose

_NAMED: Final = re.compile(r"([A-Za-z0-9._-]{1,60})\s*[:;\t]\s*(\S.*)")


def _whole(label: Any, help_text: Any, low: int, high: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, min_value=low, max_value=high)


class SetupForm(forms.ModelForm):
    """How assessing an achievement is run."""

    second_share = _whole(
        _l("Percent marked twice"),
        _l("10 or more. Drawn at random among what is handed in."),
        10,
        100,
    )
    second_least = _whole(
        _l("At least so many"), _l("Where the percent gives fewer. 20 is usual."), 0, 1_000
    )
    appeal_days = _whole(
        _l("Days to appeal"), _l("Counted from the day a decision is told. 21 is usual."), 1, 365
    )
    marking_days = _whole(
        _l("Days to mark"), _l("Counted from the day something is handed in."), 1, 365
    )
    resit_wait_days = _whole(
        _l("Days before another attempt"), _l("0: a resit may follow at once."), 0, 1_000
    )
    keep_months = _whole(
        _l("Months work is kept"),
        _l("What learners handed in is erased so long after the end; results stay."),
        1,
        240,
    )

    class Meta:
        model = Setup
        fields: ClassVar[list[str]] = [
            *("takes_applications", "accepts_by_itself", "guidance", "is_blind", "second_share"),
            *("second_least", "seconds_near_cut", "marking_days", "publishes_assessor"),
            *("appeal_days", "resit_wait_days", "keep_months"),
        ]
        labels: ClassVar[dict[str, Any]] = {
            "takes_applications": _l("Learners can apply to be assessed"),
            "accepts_by_itself": _l("An application is accepted without anybody's yes"),
            "guidance": _l("Guidance for learners"),
            "is_blind": _l("Markers see no names"),
            "seconds_near_cut": _l("Everybody within one SEM of the cut is marked twice"),
            "publishes_assessor": _l("The credential names who assessed"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "takes_applications": _l("A button to apply appears on the public page."),
            "guidance": _l("Shown before they begin. Markdown works: lists with -, *emphasis*."),
            "is_blind": _l("Names appear neither on pages nor in file names nor in files."),
            "publishes_assessor": _l("Only where assessors know and agree."),
        }
        widgets: ClassVar[dict[str, Any]] = {"guidance": forms.Textarea(attrs={"rows": 5})}

    SECTIONS: ClassVar[tuple[tuple[Any, tuple[str, ...]], ...]] = (
        (_l("Applying"), ("takes_applications", "accepts_by_itself", "guidance")),
        (
            _l("Marking"),
            (
                *("is_blind", "second_share", "second_least", "seconds_near_cut", "marking_days"),
                "publishes_assessor",
            ),
        ),
        (_l("Afterwards"), ("appeal_days", "resit_wait_days", "keep_months")),
    )

    def sections(self) -> list[dict[str, Any]]:
        """The fields under their headings."""
        return [
            {"title": title, "fields": [self[name] for name in names]}
            for title, names in self.SECTIONS
        ]


class WorkshopForm(forms.Form):
    """A workshop in preparation."""

    title = line(_l("Name"), _l("For example: Cut of the final test, spring."), limit=200)
    method = forms.ChoiceField(
        label=_l("Method"),
        choices=Workshop.Method.choices,
        widget=forms.RadioSelect,
        help_text=_l(
            "Angoff: judges say for each item how many of 100 who are just good enough get it "
            "right. Borderline regression: judges rate whole attempts whose scores are known."
        ),
    )
    component = forms.ChoiceField(label=_l("What the cut is for"), required=False)
    candidate_text = prose(
        _l("Who is just good enough"),
        _l(
            "What somebody can do who barely deserves it, and what they cannot do yet. Judges have "
            "it in sight while they rate."
        ),
        rows=5,
    )
    rounds = forms.IntegerField(label=_l("Rounds"), min_value=1, max_value=5, initial=2)
    source = forms.ChoiceField(label=_l("Where the items come from"), widget=forms.RadioSelect)
    items = prose(
        _l("Items"),
        _l(
            "One a line, such as “Q1: Which sample is clean?”. Used when they are typed here, "
            "for Angoff."
        ),
        limit=100_000,
        rows=8,
    )

    def __init__(
        self,
        *args: Any,
        components: Sequence[tuple[str, str]],
        sources: Sequence[tuple[str, str]],
        **kw: Any,
    ) -> None:
        super().__init__(*args, **kw)
        parts: Any = self.fields["component"]
        parts.choices = [("", _("The whole assessment")), *components]
        origin: Any = self.fields["source"]
        origin.choices = [*sources, ("typed", _("Typed or pasted below"))]
        self.initial.setdefault("source", origin.choices[0][0])
        self.initial.setdefault("method", Workshop.Method.ANGOFF)

    def clean(self) -> dict[str, Any]:
        """Typed items where they are to be typed; attempts for the regression."""
        found = super().clean() or {}
        if not found.get("title"):
            self.add_error("title", _("Give it a name."))
        angoff, source = found.get("method") == Workshop.Method.ANGOFF, found.get("source")
        if angoff and source == "typed" and not typed_items(found.get("items") or ""):
            self.add_error("items", _("Write one item a line."))
        if angoff and source == "attempts":
            self.add_error("source", _("For Angoff choose items; attempts are for regression."))
        if found.get("method") == Workshop.Method.BORDERLINE and source != "attempts":
            self.add_error("source", _("Borderline regression needs attempts with their scores."))
        return found


class WordsForm(forms.Form):
    """What may be changed of a workshop before its first round."""

    title = line(_l("Name"), limit=200)
    candidate_text = prose(_l("Who is just good enough"), rows=5)
    rounds = forms.IntegerField(label=_l("Rounds"), min_value=1, max_value=5)


class InviteForm(forms.Form):
    """A colleague, or the address of anybody with an account."""

    person = forms.ChoiceField(label=_l("A colleague"), required=False)
    email = forms.EmailField(
        label=_l("Or the e-mail address of an account"), required=False, max_length=254
    )

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kw: Any) -> None:
        super().__init__(*args, **kw)
        choice: Any = self.fields["person"]
        choice.choices = [("", _("Nobody chosen")), *people]

    def clean(self) -> dict[str, Any]:
        """One of both."""
        found = super().clean() or {}
        if bool(found.get("person")) == bool(found.get("email")) and not self.errors:
            self.add_error("person", _("Choose a colleague, or write one address."))
        return found


class ConfirmForm(forms.Form):
    """Why this cut, for the record."""

    note = prose(
        _l("A note for the record"),
        _l("For example: what the judges talked about between the rounds."),
        limit=2_000,
    )


def typed_items(text: str) -> list[dict[str, str]]:
    """Items of a list: ``name: text`` a line, or the text alone under its number."""
    lines = [one.strip() for one in text.splitlines() if one.strip()]
    found = []
    for number, said in enumerate(lines, 1):
        named = _NAMED.fullmatch(said)
        name, words = (named[1], named[2]) if named else (str(number), said)
        found.append({"id": name, "text": words[:500]})
    return found


def ratings(data: Mapping[str, Any], workshop: Workshop) -> tuple[dict[str, float], list[str]]:
    """What was typed on a judge's page: values by item, and the items that hold no rating.

    Angoff is typed in percent and kept as a probability.
    """
    found, wrong = {}, []
    is_angoff = workshop.method == Workshop.Method.ANGOFF
    low, high, unit = (0, 100, 100) if is_angoff else (1, 5, 1)
    for place, item in enumerate(workshop.items):
        said = str(data.get(f"item-{place}", "")).strip().replace(",", ".")
        if not said:
            continue
        try:
            value = float(said)
        except ValueError:
            value = -1.0
        if low <= value <= high:
            found[item["id"]] = value / unit
        else:
            wrong.append(item["id"])
    return found, wrong
