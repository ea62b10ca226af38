"""The step of the assessment plan: parts, where each outcome is assessed, facts of integrity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from stackmark.errors import UsageError
from stackmark.model.achievement import Achievement as Descriptor
from stackmark.model.assessment_plan import Plan
from stackmark_web.catalogue import content as json
from stackmark_web.catalogue import plan_vocabulary as words
from stackmark_web.catalogue.forms import Content, Rows, checks, number, radios
from stackmark_web.catalogue.plan_rows import ComponentRows
from stackmark_web.catalogue.step_base import StepForm

_COMPONENTS = "plan/components"


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether a component assesses an outcome; ``name`` is what ticking it sends."""

    name: str
    component: str
    ticked: bool


class PlanForm(StepForm):
    """How it is marked, part by part."""

    VALUES = (
        *("plan/supervision", "plan/identity", "plan/binding", "plan/authorship", "plan/ai"),
        *("plan/markers", "plan/independence"),
    )
    SECTIONS = (
        (
            _l("How far the work is the learner's own"),
            ("plan_supervision", "plan_identity", "plan_binding", "plan_authorship", "plan_ai"),
        ),
        (_l("Who marks"), ("plan_markers", "plan_independence")),
    )
    ROWS: ClassVar[Mapping[str, type[Rows]]] = {_COMPONENTS: ComponentRows}
    TRANSLATED_ROWS = (_COMPONENTS,)
    TEMPLATE = "catalogue/parts/plan_rows.html"
    IS_WIDE = True

    plan_supervision = radios(_l("Supervision"), words.SUPERVISION)
    plan_identity = radios(_l("Identity proofing"), words.IDENTITY, _l("Who the learner is."))
    plan_binding = radios(
        _l("Same person at the assessment"),
        words.BINDING,
        _l("That the person who was proofed is the one who sits it."),
    )
    plan_authorship = checks(
        _l("Authorship"), words.AUTHORSHIP, _l("How it is checked that the work is theirs.")
    )
    plan_ai = radios(_l("AI tools"), words.AI)
    plan_markers = number(
        _l("Markers of each piece of work"), _l("For example: 2."), most=10, digits=0
    )
    plan_independence = radios(_l("Who assesses"), words.INDEPENDENCE)
    covers = forms.MultipleChoiceField(
        label=_l("Where each outcome is assessed"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *args: Any, **kw: Any) -> None:
        word, _colon, target = (data.get("move", "") if data else "").partition(":")
        if word == "remove" and target:
            data = data.copy()
            data[f"{target}-DELETE"] = "on"
        super().__init__(data, *args, **kw)
        if not self.translating:
            field: Any = self.fields["covers"]
            field.choices = [(one, one) for one in self._cells()]

    def for_rows(self) -> dict[str, Any]:
        """The lists show an empty row where one was asked for."""
        return {"asked": self.asked}

    def shown(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """The cells that are ticked."""
        ticked = [
            f"{place}/{name}"
            for place, one in enumerate(content.get("outcomes") or [])
            for name in one.get("components") or []
        ]
        return {**super().shown(content), "covers": ticked}

    def clean(self) -> dict[str, Any]:
        """Not checked goes alone."""
        found = super().clean() or {}
        checked = found.get("plan_authorship") or []
        if "none" in checked and len(checked) > 1:
            self.add_error("plan_authorship", _("“Not checked” cannot go together with a check."))
        if found.get("plan_markers") == 0:
            self.add_error("plan_markers", _("One person at least; empty if open."))
        return found

    def merged(self) -> Content:
        """With what each outcome is assessed by; a part that is gone assesses nothing."""
        content = super().merged()
        if self.translating:
            return content
        there = [one["id"] for one in json.get(content, _COMPONENTS) or []]
        ticked = set(self.cleaned_data["covers"])
        for place, one in enumerate(content.get("outcomes") or []):
            json.put(one, "components", [name for name in there if f"{place}/{name}" in ticked])
        return content

    def blame(self, error: UsageError) -> None:
        """Faults in the plan are named by the numbers a person sees."""
        place, _colon, sentence = error.detail.partition(": ")
        parts = place.removeprefix(f"{_COMPONENTS}/").split("/")
        if not place.startswith(f"{_COMPONENTS}/") or not parts[0].isdigit():
            super().blame(error)
            return
        said = _("Part %(number)s: %(why)s")
        if len(parts) > 2 and parts[1] == "criteria" and parts[2].isdigit():
            said = _("Part %(number)s, criterion %(criterion)s: %(why)s")
        criterion = int(parts[2]) + 1 if len(parts) > 2 and parts[2].isdigit() else 0
        told = {"number": int(parts[0]) + 1, "criterion": criterion, "why": sentence}
        self.add_error(None, said % told)

    # -- what is shown beside the fields ------------------------------------------------------

    @property
    def matrix(self) -> dict[str, Any] | None:
        """Outcomes by components, to be ticked; None in a translation or without either."""
        names = self._components()
        outcomes = self.content.get("outcomes") or []
        if self.translating or not names or not outcomes:
            return None
        ticked = set(self["covers"].value() or [])
        lines = [
            (self._said(one.get("statement")), _line(place, names, ticked))
            for place, one in enumerate(outcomes)
        ]
        return {
            "names": list(names.values()),
            "shares": list(self.shares.values()),
            "lines": lines,
            "uncovered": [said for said, cells in lines if not any(one.ticked for one in cells)],
            "idle": [
                said
                for name, said in names.items()
                if not any(f"{place}/{name}" in ticked for place in range(len(outcomes)))
            ],
        }

    @property
    def shares(self) -> dict[str, str]:
        """What each component counts for, in percent."""
        plan = self.plan
        return words.shares(plan) if plan else {}

    @property
    def weight_sum(self) -> Decimal:
        """The sum of the weights as they are saved."""
        parts = self.plan.components if self.plan else ()
        return sum((one.weight or Decimal(1) for one in parts), Decimal(0))

    @property
    def pass_rule(self) -> list[str]:
        """The rule as it will be applied, of what is saved."""
        return words.pass_rule(Descriptor.from_json(self.content))

    @property
    def plan(self) -> Plan | None:
        """The plan as it is saved."""
        return Descriptor.from_json(self.content).plan

    def _components(self) -> dict[str, str]:
        rows = json.get(self.content, _COMPONENTS) or []
        return {one["id"]: self._said(one.get("name")) for one in rows}

    def _cells(self) -> list[str]:
        many = len(self.content.get("outcomes") or [])
        return [f"{place}/{name}" for place in range(many) for name in self._components()]

    def _said(self, texts: Any) -> str:
        return str((texts or {}).get(self.main) or next(iter((texts or {}).values()), ""))


def _line(place: int, names: Mapping[str, str], ticked: set[str]) -> list[Cell]:
    return [
        Cell(f"{place}/{name}", said, f"{place}/{name}" in ticked) for name, said in names.items()
    ]
