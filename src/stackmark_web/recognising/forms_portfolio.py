"""What a learner writes into a portfolio, and what an evaluator finds in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from stackmark_web.catalogue.vocabulary import METHODS
from stackmark_web.recognising import portfolios
from stackmark_web.recognising.actions.portfolios import MAX_ABOUT, MAX_TITLE
from stackmark_web.recognising.models import Piece, Source
from stackmark_web.recognising.wording import RELATIONS
from stackmark_web.ui.text import isolated

_LEVELS: Final = [("", "–"), *((str(one), str(one)) for one in range(1, 9))]
_USUAL_METHOD: Final = "portfolio"


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _choices(pieces: Sequence[Piece]) -> list[tuple[str, Any]]:
    return [(str(one.pk), isolated(name)) for name, one in portfolios.names_of(pieces).items()]


class BeginForm(forms.Form):
    """What the prior learning is to count for."""

    target = forms.ChoiceField(
        label=_("What it is to count for"), help_text=_("One of their published achievements.")
    )
    title = forms.CharField(
        label=_("What your portfolio is called"),
        max_length=MAX_TITLE,
        help_text=_("For example: Eight years as a laboratory assistant."),
    )

    def __init__(self, *args: Any, targets: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._versions = {str(one.pk): one for one in targets}
        fields: Any = self.fields
        chosen = [(pk, version.told) for pk, version in self._versions.items()]
        fields["target"].choices = [("", _("Choose…")), *chosen]

    def values(self) -> dict[str, Any]:
        """What ``portfolios.begin`` takes."""
        found = self.cleaned_data
        return {"target": self._versions[found["target"]], "title": found["title"]}


class ClaimsForm(forms.Form):
    """The account, and for each outcome what the learner says and points to."""

    title = forms.CharField(label=_("What your portfolio is called"), max_length=MAX_TITLE)
    account = forms.CharField(
        label=_("Where and how you learned it"),
        max_length=portfolios.MAX_ACCOUNT,
        required=False,
        widget=_area(6),
        help_text=_("Work, courses, voluntary work: when, where, what you did."),
    )

    def __init__(self, *args: Any, source: Source, **kwargs: Any) -> None:
        first = {"title": source.title, "account": source.claims.get("account", "")}
        super().__init__(*args, initial=first, **kwargs)
        self.claims = portfolios.claims_of(source)
        offered = _choices(list(source.pieces.all()))
        for one in self.claims:
            self._add(one, offered)

    def _add(self, one: portfolios.Claim, offered: list[tuple[str, Any]]) -> None:
        self.fields[f"text-{one.number}"] = forms.CharField(
            label=_("What shows that you can do it"),
            max_length=portfolios.MAX_CLAIM,
            required=False,
            initial=one.text,
            widget=_area(3),
        )
        if offered:
            self.fields[f"pieces-{one.number}"] = forms.MultipleChoiceField(
                label=_("Evidence for it"),
                choices=offered,
                required=False,
                initial=[str(piece.pk) for piece in one.pieces],
                widget=forms.CheckboxSelectMultiple,
            )

    def rows(self) -> list[tuple[portfolios.Claim, list[Any]]]:
        """Each outcome with its fields."""
        names = ("text", "pieces")
        return [
            (one, [self[f"{n}-{one.number}"] for n in names if f"{n}-{one.number}" in self.fields])
            for one in self.claims
        ]

    def values(self) -> dict[str, Any]:
        """What ``portfolios.write`` takes."""
        found = self.cleaned_data
        claims = [
            (found[f"text-{one.number}"], found.get(f"pieces-{one.number}") or [])
            for one in self.claims
        ]
        return {"title": found["title"], "account": found["account"], "claims": claims}


class PieceForm(forms.Form):
    """What a file of evidence shows; the files themselves stand beside it."""

    about = forms.CharField(
        label=_("What it shows"), max_length=MAX_ABOUT, required=False, widget=_area(2)
    )


class SendForm(forms.Form):
    """A last word, and that it is one's own."""

    note = forms.CharField(
        label=_("What they should know"), max_length=4_000, required=False, widget=_area(3)
    )
    own = forms.BooleanField(
        label=_("This is my own experience, and I may show these files to them."),
        error_messages={"required": _("Say that it is yours before you send it.")},
    )


class MapForm(forms.Form):
    """What an evaluator finds: outcomes against pieces. No relation is chosen beforehand."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    assessor = forms.CharField(
        label=_("Who assessed it"),
        max_length=200,
        help_text=_("Stands in the signed decision. A role will do: Assessor for chemistry."),
    )
    method = forms.ChoiceField(
        label=_("How it was assessed"),
        choices=[(code, said) for code, said in METHODS.items() if code != "none"],
        help_text=_("By the files alone, or in a talk, a practical task, at work…"),
    )
    level = forms.TypedChoiceField(
        label=_("Level of the EQF it shows"),
        choices=_LEVELS,
        required=False,
        coerce=int,
        empty_value=None,
    )
    hours_low = forms.DecimalField(
        label=_("Hours of learning, at least"),
        required=False,
        min_value=0,
        max_value=100_000,
        max_digits=7,
        decimal_places=1,
    )
    hours_high = forms.DecimalField(
        label=_("at most"),
        required=False,
        min_value=0,
        max_value=100_000,
        max_digits=7,
        decimal_places=1,
    )
    field = forms.CharField(
        label=_("Field of study (ISCED-F)"),
        max_length=4,
        required=False,
        help_text=_("Two to four digits, such as 0531. What you leave open could not be told."),
    )

    def __init__(self, *args: Any, source: Source, assessor: str, **kwargs: Any) -> None:
        super().__init__(*args, initial=_first(source, assessor), **kwargs)
        self.claims = portfolios.claims_of(source)
        self._pieces = {str(one.pk): one for one in source.pieces.all()}
        found = {one["wanted"]: one for one in source.portfolio.get("covered", ())}
        names = {name: str(one.pk) for name, one in portfolios.names_of(self.pieces).items()}
        for claim in self.claims:
            self._add(claim, found.get(claim.outcome), names)

    @property
    def pieces(self) -> list[Piece]:
        """All there are, in their order."""
        return list(self._pieces.values())

    def _add(self, claim: portfolios.Claim, before: Any, names: dict[str, str]) -> None:
        number, told = claim.number, before or {}
        chosen = [names[one] for one in told.get("pieces", ()) if one in names]
        made: dict[str, forms.Field] = {
            "relation": forms.ChoiceField(
                label=_("What the evidence shows is"),
                choices=[("", _("not shown")), *RELATIONS.items()],
                required=False,
                initial=told.get("relation", ""),
            ),
            "pieces": forms.MultipleChoiceField(
                label=_("Shown by"),
                choices=_choices(self.pieces),
                required=False,
                initial=chosen or [str(one.pk) for one in claim.pieces],
                widget=forms.CheckboxSelectMultiple,
            ),
            "found": forms.CharField(
                label=_("What the pieces show"),
                max_length=1_000,
                required=False,
                initial=told.get("found", ""),
                widget=_area(2),
            ),
            "confidence": forms.DecimalField(
                label=_("How sure, from 0 to 1"),
                required=False,
                min_value=0,
                max_value=1,
                max_digits=3,
                decimal_places=2,
                initial=told.get("confidence"),
                widget=forms.NumberInput(attrs={"step": "0.05"}),
            ),
        }
        for name, made_field in made.items():
            self.fields[f"{name}-{number}"] = made_field

    def rows(self) -> list[tuple[portfolios.Claim, list[Any]]]:
        """Each outcome with its fields."""
        return [(one, [self[f"{name}-{one.number}"] for name in _CELLS]) for one in self.claims]

    def clean(self) -> dict[str, Any]:
        """Hours are given at both ends, or not at all."""
        found = super().clean() or {}
        low, high = found.get("hours_low"), found.get("hours_high")
        if (low is None) != (high is None):
            self.add_error("hours_high", _("Give both numbers; they may be equal."))
        return found

    def given(self) -> dict[str, Any]:
        """What ``portfolios.assessed`` takes."""
        found = self.cleaned_data
        hours = (_number(found["hours_low"]), _number(found["hours_high"]))
        return {
            "assessor": found["assessor"],
            "method": found["method"],
            "level": found["level"],
            "hours": None if hours[0] is None else hours,
            "field": found["field"].strip(),
            "covered": [self._covered(one) for one in self.claims],
        }

    def _covered(self, claim: portfolios.Claim) -> portfolios.Covered:
        found, number = self.cleaned_data, claim.number
        return portfolios.Covered(
            number,
            claim.outcome,
            found[f"relation-{number}"],
            tuple(self._pieces[pk] for pk in found[f"pieces-{number}"]),
            found[f"found-{number}"].strip(),
            found[f"confidence-{number}"],
        )


_CELLS: Final = ("relation", "found", "confidence", "pieces")


def _number(value: Any) -> Any:
    """Exact as JSON: whole where it is whole."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _first(source: Source, assessor: str) -> dict[str, Any]:
    told = source.portfolio
    hours = told.get("workload") or {}
    return {
        "revision": source.revision,
        "assessor": (told.get("assessor") or {}).get("name", assessor),
        "method": told.get("method", _USUAL_METHOD),
        "level": str((told.get("level") or {}).get("eqf", "")),
        "hours_low": hours.get("low"),
        "hours_high": hours.get("high"),
        "field": (told.get("field") or {}).get("code", ""),
    }
