"""The rows of the profiles as the editor shows them: by step, in words, with a way to the field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from stackmark.model.achievement import Achievement as Descriptor
from stackmark.quality.judgement import Judgement
from stackmark_web.catalogue import judging, profiles, steps
from stackmark_web.catalogue.content import field_name
from stackmark_web.catalogue.models import Achievement, AchievementVersion
from stackmark_web.catalogue.profiles import Choice

OUTCOMES: Final = {
    "passed": (_("Passed"), "check", "good"),
    "failed": (_("Failed"), "cross", "bad"),
    "could-not-tell": (_("Could not tell"), "question", "warn"),
    "not-applicable": (_("Does not apply"), "minus", "neutral"),
    "advice": (_("Advice"), "info", "warn"),
}
SEVERITIES: Final = {
    "mandatory": _("mandatory"),
    "recommended": _("recommended"),
    "advice": _("advice"),
}
_ORDER: Final = ("failed", "could-not-tell", "advice", "passed", "not-applicable")


@dataclass(frozen=True, slots=True)
class Finding:
    """One row or warning; ``url`` leads to the field it is about."""

    name: str
    outcome: str
    message: str
    fix: str
    step: str
    url: str
    clause: str = ""
    severity: str = ""
    blocks: bool = False

    @property
    def word(self) -> str | Promise:
        """The outcome in words."""
        return OUTCOMES[self.outcome][0]

    @property
    def icon(self) -> str:
        """A sign beside the word, so that colour never speaks alone."""
        return OUTCOMES[self.outcome][1]

    @property
    def tone(self) -> str:
        """The tone of the sign."""
        return OUTCOMES[self.outcome][2]

    @property
    def weight(self) -> str | Promise:
        """How much the row weighs, in words; nothing when its outcome says so."""
        return "" if self.outcome == self.severity else SEVERITIES.get(self.severity, "")


@dataclass(frozen=True, slots=True)
class Part:
    """What one profile says; ``findings`` need a look, ``fine`` do not."""

    choice: Choice
    judgement: Judgement
    findings: tuple[Finding, ...]
    fine: tuple[Finding, ...]
    same: int = 0  # findings left out because an earlier profile says the same


def parts(
    version: AchievementVersion, descriptor: Descriptor | None = None, *, step: str = ""
) -> list[Part]:
    """Every profile in use with its rows; with ``step`` only those about its fields."""
    found = []
    for number, choice in enumerate(profiles.chosen(version.organisation)):
        judgement = judging.judge(version, choice.profile, descriptor)
        rows = _rows(version, choice, judgement)
        rows += _advice(version, judgement) if not number else []
        here = sorted(
            (one for one in rows if not step or one.step == step),
            key=lambda one: _ORDER.index(one.outcome),
        )
        found.append(_part(choice, judgement, here))
    return found


def _once(found: Iterable[Part]) -> list[Part]:
    """The parts with what several profiles ask alike said once, where it weighs most."""
    seen: set[tuple[str, str]] = set()
    made = []
    for part in found:
        fresh = tuple(one for one in part.findings if (one.name, one.message) not in seen)
        seen |= {(one.name, one.message) for one in fresh}
        made.append(replace(part, findings=fresh, same=len(part.findings) - len(fresh)))
    return made


def to_do(found: Iterable[Part]) -> int:
    """How many rows need a look."""
    return sum(len(one.findings) for one in found)


def url_of(achievement: Achievement, pointer: str) -> tuple[str, str]:
    """The step and the address of the field at a pointer into the record."""
    slug = achievement.organisation.slug
    head, _slash, rest = pointer.lstrip("/").partition("/")
    if head in ("issuer", "awarding_body"):
        return "", reverse("tenancy:settings", args=[slug])
    if head != "achievement":
        return "", ""
    step = steps.step_of(rest)
    page = reverse("catalogue:edit", args=[slug, achievement.pk, step.slug])
    return step.slug, f"{page}#{anchor_of(step, rest)}"


def anchor_of(step: steps.Step, place: str) -> str:
    """The id of the field on the step's page that is nearest to a place."""
    name, _slash, rest = place.partition("/")
    index = rest.partition("/")[0]
    if step.slug == "plan" and name == "outcomes":
        return "covers"
    if place.startswith("plan/components/"):
        return f"id_plan_components-{place.split('/')[2]}-name"
    if name in step.form.ROWS:
        first = "statement" if name == "outcomes" else step.form.ROWS[name].form.VALUES[0]
        return f"id_{name}-{index}-{first}" if index.isdigit() else f"id_{name}"
    paths: Sequence[str] = (*step.form.TEXTS, *step.form.VALUES)
    fits = [one for one in paths if f"{place}/".startswith(f"{one}/")]
    fits += [one for one in paths if one.startswith(f"{name}/")]
    if name == "level":
        return "id_level_eqf"
    return f"id_{field_name(fits[0])}" if fits else "main"


def _rows(version: AchievementVersion, choice: Choice, judgement: Judgement) -> list[Finding]:
    where = {row.id: row.where[0] for row in choice.profile.rows}
    found = []
    for row in judgement.rows:
        step, url = url_of(version.achievement, row.pointer)
        if not step:
            step = url_of(version.achievement, where.get(row.id, ""))[0]
        failed = row.outcome == "failed" and row.severity == "mandatory"
        quiet = row.outcome == "could-not-tell" and row.severity != "mandatory"
        found.append(
            Finding(
                row.element,
                "advice" if quiet else row.outcome,
                row.message,
                row.fix,
                step,
                url,
                row.clause,
                row.severity,
                blocks=failed and (choice.required or row.id == "class.label"),
            )
        )
    return found


def _advice(version: AchievementVersion, judgement: Judgement) -> list[Finding]:
    """The warnings on outcomes, size and title; the same under every profile."""
    return [
        Finding("", "advice", one.message, one.fix, *url_of(version.achievement, one.pointer))
        for one in judgement.warnings
    ]


def _part(choice: Choice, judgement: Judgement, rows: list[Finding]) -> Part:
    looks = ("failed", "could-not-tell", "advice")
    return Part(
        choice,
        judgement,
        tuple(one for one in rows if one.outcome in looks),
        tuple(one for one in rows if one.outcome not in looks),
    )


def coverage(judgement: Judgement, methods: Any) -> dict[str, Any]:
    """The matrix of outcomes and methods, in words."""
    found = judgement.coverage
    return {
        "methods": [methods.get(one, one) for one in found.methods],
        "lines": [
            (line.statement, [one in line.assessed_by for one in found.methods])
            for line in found.lines
        ],
        "unused": [methods.get(one, one) for one in found.unused],
        "uncovered": len(found.uncovered),
    }


def of_step(
    version: AchievementVersion,
    step: str,
    *,
    written: Descriptor | None = None,
    told: str | None = None,
) -> dict[str, Any]:
    """The context of ``parts/findings.html``.

    ``written`` is what the fields say now; ``told`` the number the page said last, so that a
    screen reader hears of changes only.
    """
    found = _once(parts(version, written, step=step))
    count = to_do(found)
    return {
        "found_parts": found,
        "to_do": count,
        "announce": told is not None and told != str(count),
        "unread": told is not None and written is None,
        "live_url": reverse(
            "catalogue:step_findings",
            args=[version.organisation.slug, version.achievement_id, step],
        ),
    }
