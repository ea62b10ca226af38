"""The form of a decision's draft: five rows, outcome by outcome, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from stackmark.recognition.rows import ROWS, Comparison
from stackmark_web.catalogue.vocabulary import CREDIT_UNITS
from stackmark_web.recognising.drafts import Draft
from stackmark_web.recognising.wording import (
    BASES,
    FINDINGS,
    RELATIONS,
    RULES,
    TONES,
    VERDICT_HELP,
    VERDICTS,
)
from stackmark_web.recognising.wording import ROWS as ROW_WORDS

_TEXT: Final = 4_000


def _area(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


@dataclass(frozen=True, slots=True)
class RowShown:
    """One of the five rows with its fields."""

    name: str
    label: Any
    said: Any
    tone: str
    row: Any
    finding: Any
    reason: Any


@dataclass(frozen=True, slots=True)
class OutcomeShown:
    """A wanted outcome with the fields that set a held one against it."""

    number: int
    wanted: str
    basis: Any
    held: Any
    relation: Any
    evidence: Any
    confidence: Any


class DraftForm(forms.Form):
    """What an evaluator makes of the proposal. No verdict is chosen beforehand."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    default = forms.ChoiceField(
        label=_("The rule it is decided under"),
        required=False,
        widget=forms.RadioSelect,
        choices=list(RULES.items()),
    )
    verdict = forms.ChoiceField(
        label=_("Verdict"),
        required=False,
        widget=forms.RadioSelect,
        choices=[(code, f"{words}") for code, words in VERDICTS.items()],
    )
    outcomes = forms.MultipleChoiceField(
        label=_("Outcomes that are recognised"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For recognition in part."),
    )
    credit_value = forms.DecimalField(
        label=_("Credit that is recognised"),
        required=False,
        min_value=0,
        max_value=1_000,
        decimal_places=2,
        max_digits=6,
        help_text=_("Needed for recognition in part; otherwise only where it is another number."),
    )
    credit_unit = forms.ChoiceField(label=_("Unit of the credit"), required=False)
    conditions = forms.CharField(
        label=_("Conditions"),
        max_length=_TEXT,
        required=False,
        widget=_area(3),
        help_text=_("For recognition under conditions; one on each line."),
    )
    reasons = forms.CharField(
        label=_("Reasons"),
        max_length=_TEXT,
        required=False,
        widget=_area(4),
        help_text=_(
            "Signed with the decision and read by the learner. Needed for anything short of full."
        ),
    )

    measures = forms.CharField(
        label=_("What the learner may do to be recognised later"),
        max_length=_TEXT,
        required=False,
        widget=_area(3),
        help_text=_(
            "For anything short of full; one on each line. The Lisbon Recognition Convention asks "
            "for it beside the reasons."
        ),
    )

    def __init__(
        self, *args: Any, draft: Draft, held: tuple[str, ...], revision: int, **kwargs: Any
    ) -> None:
        self.comparison, self.draft = draft.comparison, draft
        first = _first_values(draft, revision)
        super().__init__(*args, initial=first, **kwargs)
        fields: Any = self.fields
        fields["verdict"].choices = [
            (code, _("%(verdict)s: %(means)s") % {"verdict": said, "means": VERDICT_HELP[code]})
            for code, said in VERDICTS.items()
        ]
        for name in ("verdict", "default"):
            fields[name].need = _("needed to sign")
        wanted = self.comparison.wanted_outcomes
        fields["outcomes"].choices = [(str(n), text) for n, text in enumerate(wanted)]
        fields["credit_unit"].choices = _units(self.comparison)
        self._add_rows()
        self._held = tuple(dict.fromkeys((*held, *(one.held for one in self.comparison.matches))))
        for number in range(len(wanted)):
            self._add_outcome(number)

    def _add_rows(self) -> None:
        for row in self.comparison.rows:
            self.fields[f"finding-{row.name}"] = forms.ChoiceField(
                label=_("Finding"), choices=list(FINDINGS.items()), initial=row.finding
            )
            self.fields[f"reason-{row.name}"] = forms.CharField(
                label=_("Why"),
                max_length=_TEXT,
                required=False,
                initial=row.reason,
                widget=_area(),
            )

    def _add_outcome(self, number: int) -> None:
        wanted = self.comparison.wanted_outcomes[number]
        match = next((one for one in self.comparison.matches if one.wanted == wanted), None)
        held = [(str(n), text) for n, text in enumerate(self._held)]
        chosen = str(self._held.index(match.held)) if match else ""
        made: dict[str, forms.Field] = {
            "held": forms.ChoiceField(
                label=_("What meets it"),
                choices=[("", _("Nothing that is stated")), *held],
                required=False,
                initial=chosen,
            ),
            "relation": forms.ChoiceField(
                label=_("What is held"),
                choices=[("", "–"), *RELATIONS.items()],
                required=False,
                initial=match.relation if match else "",
            ),
            "evidence": forms.CharField(
                label=_("Seen from"),
                max_length=_TEXT,
                required=False,
                initial=match.evidence if match else "",
            ),
            "confidence": forms.DecimalField(
                label=_("How sure, from 0 to 1"),
                required=False,
                min_value=0,
                max_value=1,
                decimal_places=2,
                max_digits=3,
                initial=match.confidence if match else None,
                widget=forms.NumberInput(attrs={"step": "0.05"}),
            ),
        }
        for name, field in made.items():
            self.fields[f"{name}-{number}"] = field

    def rows(self) -> list[RowShown]:
        """The five rows for the page."""
        return [
            RowShown(
                row.name,
                ROW_WORDS[row.name],
                FINDINGS[row.finding],
                TONES[row.finding],
                row,
                self[f"finding-{row.name}"],
                self[f"reason-{row.name}"],
            )
            for row in self.comparison.rows
        ]

    def pairs(self) -> list[OutcomeShown]:
        """The wanted outcomes for the page."""
        matches = {one.wanted: one for one in self.comparison.matches}
        return [
            OutcomeShown(
                number,
                text,
                BASES[matches[text].basis] if text in matches else "",
                *(self[f"{name}-{number}"] for name in _PAIR),
            )
            for number, text in enumerate(self.comparison.wanted_outcomes)
        ]

    def given(self) -> dict[str, Any]:
        """What ``drafts.worked`` takes."""
        found, wanted = self.cleaned_data, self.comparison.wanted_outcomes
        return {
            "rows": {name: (found[f"finding-{name}"], found[f"reason-{name}"]) for name in ROWS},
            "matches": [self._match(number) for number in range(len(wanted))],
            "default": found["default"],
            "verdict": found["verdict"],
            "outcomes": [wanted[int(one)] for one in found["outcomes"]],
            "credit": self._credit(),
            "conditions": _lines(found["conditions"]),
            "reasons": [found["reasons"].strip()] if found["reasons"].strip() else [],
            "measures": _lines(found["measures"]),
        }

    def _match(self, number: int) -> dict[str, Any]:
        found = self.cleaned_data
        held = found[f"held-{number}"]
        return {
            "number": number,
            "wanted": self.comparison.wanted_outcomes[number],
            "held": self._held[int(held)] if held else "",
            "relation": found[f"relation-{number}"],
            "evidence": found[f"evidence-{number}"].strip(),
            "confidence": found[f"confidence-{number}"],
        }

    def _credit(self) -> dict[str, str]:
        found = self.cleaned_data
        if found["credit_value"] is None:
            return {}
        unit = found["credit_unit"]
        whole = self.comparison.credit
        name = whole.unit_name if whole is not None and whole.unit == unit else ""
        return {"value": str(found["credit_value"]), "unit": unit, "unit_name": name}


_PAIR: Final = ("held", "relation", "evidence", "confidence")


def _units(comparison: Comparison) -> list[tuple[str, Any]]:
    """The target's own unit first; a unit of another name only where the target has one."""
    whole = comparison.credit
    own = whole.unit if whole is not None else ""
    listed = [(code, words) for code, words in CREDIT_UNITS.items() if code != "other"]
    if whole is not None and own == "other":
        listed = [(own, whole.unit_name), *listed]
    return sorted(listed, key=lambda one: one[0] != own)


def _lines(text: str) -> list[str]:
    return [one.strip() for one in text.splitlines() if one.strip()]


def _first_values(draft: Draft, revision: int) -> dict[str, Any]:
    kept = draft.values
    wanted = list(draft.comparison.wanted_outcomes)
    credit = kept.get("credit") or {}
    chosen = kept.get("outcomes")
    if chosen is None:  # nobody has chosen: those that some held outcome covers
        chosen = draft.comparison.covered
    return {
        "revision": revision,
        "default": kept.get("default", ""),
        "verdict": kept.get("verdict", ""),
        "outcomes": [str(wanted.index(one)) for one in chosen if one in wanted],
        "credit_value": credit.get("value"),
        "credit_unit": credit.get("unit", ""),
        "conditions": "\n".join(kept.get("conditions", ())),
        "reasons": "\n".join(kept.get("reasons", ())),
        "measures": "\n".join(kept.get("measures", ())),
    }
