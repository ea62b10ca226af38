"""The order of the editor's steps, and where each field of the descriptor is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from stackmark.model.achievement_gaps import Gap
from stackmark_web.catalogue import step_forms as forms
from stackmark_web.catalogue.content import field_name
from stackmark_web.catalogue.plan_form import PlanForm
from stackmark_web.catalogue.size_form import SizeForm
from stackmark_web.catalogue.step_base import StepForm


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the editor."""

    slug: str
    title: str | Promise
    lead: str | Promise
    form: type[StepForm]


STEPS: Final = (
    Step(
        "basics",
        _("Basics"),
        _("What it is and what it is called."),
        forms.BasicsForm,
    ),
    Step(
        "outcomes",
        _("Outcomes"),
        _("What a holder can do. Link skills, so that others can compare and search."),
        forms.OutcomesForm,
    ),
    Step(
        "assessment",
        _("Assessment"),
        _("How somebody earns it, and how sure one can be that it was them."),
        forms.AssessmentForm,
    ),
    Step(
        "plan",
        _("Plan"),
        _("What is marked, how, by whom, and where each outcome is assessed."),
        PlanForm,
    ),
    Step(
        "size",
        _("Size"),
        _("How demanding it is, how much work, and in which form."),
        SizeForm,
    ),
    Step(
        "quality",
        _("Quality"),
        _("Who checked it, and who awards it with you."),
        forms.QualityForm,
    ),
    Step(
        "future",
        _("Validity"),
        _("How long it counts, and what it leads to."),
        forms.FutureForm,
    ),
)
BY_SLUG: Final = {step.slug: step for step in STEPS}


def step_of(place: str) -> Step:
    """The step that asks for a place of the descriptor."""
    name, _slash, rest = place.partition("/")
    if name == "outcomes" and rest.partition("/")[2] == "components":
        return BY_SLUG["plan"]  # where each is assessed is ticked there
    return next((step for step in STEPS if name in _roots(step.form)), STEPS[0])


def anchor_of(gap: Gap) -> str:
    """The id of the field on its page."""
    name, _slash, rest = gap.place.partition("/")
    if name == "outcomes":
        return f"id_outcomes-{rest.partition('/')[0] or 0}-statement"
    return f"id_{field_name('workload/low' if name == 'workload' else gap.place)}"


def following(step: Step) -> Step | None:
    """The next step, or None after the last."""
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else None


def preceding(step: Step) -> Step | None:
    """The step before, or None at the first."""
    place = STEPS.index(step)
    return STEPS[place - 1] if place else None


def _roots(form: type[Any]) -> set[str]:
    paths = (*form.TEXTS, *form.VALUES, *form.ROWS)
    return {path.partition("/")[0] for path in paths}
