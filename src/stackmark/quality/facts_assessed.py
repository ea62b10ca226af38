"""Rows of the facts label about the assessment plan and the figures of past assessments.

The five facts of integrity stand apart and are never blended. A figure is printed with its 95 %
interval, n, method and population, or as insufficient; without them it is not printed at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from stackmark.model.achievement import Achievement
from stackmark.model.assessment_plan import Component, Plan
from stackmark.model.figure import Figure
from stackmark.quality.facts_words import Voice

State = Literal["stated", "unknown", "withheld", "suppressed", "self-declared"]
LEAST: Final = 5
"""The fewest people a figure may speak of."""

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "pass-rate": ("final_pass_rate",),
    "first-pass-rate": ("first_pass_rate",),
    "agreement": ("marker_agreement",),
    "reliability": ("reliability", "alpha", "kr20", "omega"),
    "sem": ("sem_at_cut",),
    "accuracy": ("decision_accuracy",),
    "ladder": ("ladder_level",),
}
"""Rows of the label and the codes of the figures they print, the first that is there."""

_RATES: Final = frozenset({"pass-rate", "first-pass-rate"})
_STEPS: Final = 6  # the highest level of the evidence ladder


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says; nothing means unknown."""

    value: str = ""
    note: str = ""
    state: State = "stated"
    items: tuple[str, ...] = field(default=())


NOTHING: Final = Said()


# -- the plan ----------------------------------------------------------------------------------


def plan_row(code: str, about: Achievement, voice: Voice) -> Said:
    """One row about the plan; nothing where it does not say."""
    plan = about.plan
    if plan is None:
        return NOTHING
    if code == "components":
        return _components(plan, about, voice)
    if code == "authorship":
        return _first_large(", ".join(voice.word("AUTHORSHIP", one) for one in plan.authorship))
    if code == "markers":
        return _markers(plan, voice)
    table, value = {
        "supervised": ("PROCTORING", plan.supervision),
        "identity": ("IDENTITY_PROOFING", plan.identity),
        "binding": ("IDENTITY_BINDING", plan.binding),
        "ai-tools": ("AI_POLICY", plan.ai),
    }[code]
    return _first_large(voice.word(table, value)) if value else NOTHING


def _first_large(text: str) -> Said:
    return Said(text[:1].upper() + text[1:])


def _markers(plan: Plan, voice: Voice) -> Said:
    who = voice.word("INDEPENDENCE", plan.independence) if plan.independence else ""
    if plan.markers is None:
        return _first_large(who)
    key = "markers.one" if plan.markers == 1 else "markers"
    return Said(voice.say(key, count=plan.markers), who)


def _components(plan: Plan, about: Achievement, voice: Voice) -> Said:
    items = tuple(_component(one, about, voice) for one in plan.components)
    if not items:
        return NOTHING
    key = "components.one" if len(items) == 1 else "components"
    return Said(voice.say(key, count=len(items)), items=items)


def _component(one: Component, about: Achievement, voice: Voice) -> str:
    told = [voice.word("METHODS", one.method)] if one.method else []
    told.append(voice.word("COMPONENT_KINDS", one.kind))
    if one.criteria:
        key = "criteria.one" if len(one.criteria) == 1 else "criteria"
        told.append(voice.say(key, count=len(one.criteria)))
    if one.weight is not None:
        told.append(voice.say("weight", weight=voice.number(one.weight)))
    if one.minimum is not None:
        told.append(voice.say("mark.percent", mark=voice.number(one.minimum)))
    return f"{voice.text(one.name, about)}: {', '.join(told)}"


# -- figures -----------------------------------------------------------------------------------


def figure_of(code: str, figures: Iterable[Figure]) -> Figure | None:
    """The figure a row prints."""
    by_code = {one.code: one for one in figures}
    return next((by_code[one] for one in CODES.get(code, ()) if one in by_code), None)


def figure_row(code: str, one: Figure, voice: Voice) -> Said:
    """A figure in words, with interval, n, method and population; or why there is none."""
    if code == "ladder":
        return _ladder(one, voice)
    counted = _counted(one, voice)
    if one.value is None or one.insufficient:
        why = (voice.sentence(one.note), counted)
        return Said(voice.say("insufficient"), "; ".join(filter(None, why)), _FEW)
    if code in _RATES and _tells_of_few(one):
        return Said(voice.say("not-shown"), voice.say("suppressed", least=LEAST), _FEW)
    said = (one.population, one.method, one.source, one.note)
    note = (_interval(one, voice), counted, *map(voice.sentence, said))
    return Said(_number(one.value, one, voice), "; ".join(filter(None, note)))


_FEW: Final[State] = "suppressed"


def _tells_of_few(one: Figure) -> bool:
    passed = round((one.value or 0) * one.n)
    return one.n < LEAST or passed < LEAST or one.n - passed < LEAST


def _counted(one: Figure, voice: Voice) -> str:
    return voice.say("figure.n", count=voice.number(one.n), of=voice.sentence(one.of))


def _interval(one: Figure, voice: Voice) -> str:
    if one.interval is None:
        return voice.say("interval.none")
    low, high = (_number(end, one, voice) for end in one.interval)
    return voice.say("interval", low=low, high=high)


def _number(value: float, one: Figure, voice: Voice) -> str:
    """A share in percent to a tenth, any other number to two digits after the point."""
    if one.unit == "share":
        percent = round(Decimal(str(value)) * 100, 1)
        return voice.say("percent", percent=voice.number(percent))
    said = voice.number(round(Decimal(str(value)), 2))
    return voice.say(f"unit.{one.unit}", value=said) if one.unit in _UNITS else said


_UNITS: Final = ("percent", "points")


def _ladder(one: Figure, voice: Voice) -> Said:
    if one.value is None or not 0 <= one.value <= _STEPS:
        return NOTHING
    step = round(one.value)
    said = voice.say("ladder", step=step, top=_STEPS, what=voice.say(f"ladder.{step}"))
    return Said(said, "; ".join(filter(None, map(voice.sentence, (one.method, one.note)))))
