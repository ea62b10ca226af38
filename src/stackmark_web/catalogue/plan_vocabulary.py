"""The words of the assessment plan, translated, and its pass rule in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from stackmark.model.achievement import Achievement as Descriptor
from stackmark.model.achievement import Assessment
from stackmark.model.assessment_plan import Component, Plan
from stackmark_web.catalogue.vocabulary import Words
from stackmark_web.ui.text import best_text, listed

COMPONENT_KINDS: Final[Words] = {
    "rubric": _l("By a rubric"),
    "items": _l("By items"),
    "score": _l("By one score"),
}
SUBMISSIONS: Final[Words] = {
    "file": _l("A file"),
    "text": _l("A text"),
    "link": _l("A link"),
    "repository": _l("A repository"),
}
IDENTITY: Final[Words] = {
    "none": _l("Nobody looks"),
    "self-asserted": _l("As the learner states it"),
    "document": _l("Proofed by a document"),
    "eid": _l("Proofed by an electronic identity"),
}
BINDING: Final[Words] = {
    "none": _l("Nobody compares who sits it"),
    "photo-match": _l("Photo compared at the assessment"),
    "live": _l("A person compares learner and document at the assessment"),
}
SUPERVISION: Final[Words] = {
    "none": _l("Not supervised"),
    "remote-recorded": _l("Remotely, by recording"),
    "remote-live": _l("Remotely, by a person"),
    "onsite": _l("On site"),
}
AUTHORSHIP: Final[Words] = {
    "none": _l("Not checked"),
    "statement": _l("Statement of authorship"),
    "similarity": _l("Compared with other texts"),
    "oral-defence": _l("Defended orally"),
    "process-log": _l("Drafts and process looked at"),
}
AI: Final[Words] = {
    "prohibited": _l("Prohibited"),
    "limited": _l("Permitted within limits"),
    "permitted-and-assessed": _l("Permitted, and how they are used is assessed"),
}
INDEPENDENCE: Final[Words] = {
    "same-people": _l("Those who teach it"),
    "same-organisation": _l("Others of the same organisation"),
    "independent": _l("People independent of who teaches it"),
}
FACTS: Final = (  # five facts of integrity that are never blended, and who marks
    ("identity", _l("Identity proofing"), IDENTITY),
    ("binding", _l("Same person at the assessment"), BINDING),
    ("supervision", _l("Supervision"), SUPERVISION),
    ("authorship", _l("Authorship"), AUTHORSHIP),
    ("ai", _l("AI tools"), AI),
    ("independence", _l("Who assesses"), INDEPENDENCE),
)


def facts(plan: Plan) -> list[tuple[Any, str]]:
    """The facts of integrity: label and words; empty words where nobody said."""
    found: list[tuple[Any, str]] = []
    for name, label, said in FACTS:
        value = getattr(plan, name)
        codes = value if isinstance(value, tuple) else (value,)
        found.append((label, listed(said[code] for code in codes if code)))
    return [*found, (_("Markers of each piece of work"), str(plan.markers or ""))]


def shares(plan: Plan) -> dict[str, str]:
    """What each component counts for, in percent of the total."""
    weights = {one.id: one.weight or Decimal(1) for one in plan.components}
    total = sum(weights.values()) or Decimal(1)
    return {name: percent(weight * 100 / total) for name, weight in weights.items()}


def percent(value: Any, digits: int = 1) -> str:
    """A number of percent as people write it: 60, 33.3."""
    rounded = round(Decimal(str(value)), digits)
    whole = rounded == rounded.to_integral_value()
    return str(number_format(rounded, 0 if whole else digits))


def pass_rule(
    descriptor: Descriptor,
    *,
    total: float | None = None,
    least: Mapping[str, float] | None = None,
) -> list[str]:
    """The rule as it is applied, a sentence each.

    ``total`` and ``least`` are the cut in force in percent; without them what the descriptor
    states.
    """
    plan = descriptor.plan
    if plan is None or not plan.components:
        return []
    total = _stated(descriptor.assessment) if total is None else total
    found = [_whole(plan, total)]
    for one in plan.components:
        needs = (least or {}).get(one.id, one.minimum)
        if needs:
            found.append(
                _("Whatever the rest gives, “%(name)s” needs %(percent)s %% of its own points.")
                % {"name": best_text(one.name), "percent": percent(needs, 2)}
            )
    attempts = descriptor.assessment.attempts if descriptor.assessment else None
    return [one for one in (*found, _attempts(attempts)) if one]


def _whole(plan: Plan, total: float | None) -> str:
    if total is None:
        return _("Nobody has said yet how much is needed in all.")
    said = {"percent": percent(total, 2)}
    if len(plan.components) == 1:
        return _("Passed is who reaches %(percent)s %% of the points.") % said
    return _("Passed is who reaches %(percent)s %% in all; each part counts by its weight.") % said


def _attempts(attempts: int | None) -> str:
    if attempts is None:
        return ""
    if not attempts:
        return _("There is no limit to attempts.")
    return ngettext("One attempt is allowed.", "%(n)s attempts are allowed.", attempts) % {
        "n": attempts
    }


def _stated(assessment: Assessment | None) -> float | None:
    if assessment is None or assessment.required is None:
        return None
    top = 100 if assessment.scale == "percent" else assessment.maximum
    return float(assessment.required * 100 / top) if top else None


def marked(component: Component) -> str:
    """How a component is marked, in a few words."""
    if component.kind == "rubric":
        many = len(component.criteria)
        return ngettext("Rubric of %(n)s criterion", "Rubric of %(n)s criteria", many) % {"n": many}
    if component.kind == "items" and component.items:
        said = ngettext("%(n)s item", "%(n)s items", component.items)
        return said % {"n": component.items}
    return str(COMPONENT_KINDS.get(component.kind, ""))
