"""What the editor's pages show around their forms: steps, languages, gaps, preview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from stackmark.model.achievement import Achievement as Descriptor
from stackmark.model.achievement_gaps import Gap, gaps
from stackmark_web.catalogue import facts as label
from stackmark_web.catalogue import plan_pages, queries, steps
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.models import Achievement, AchievementVersion


@dataclass(frozen=True, slots=True)
class Missing:
    """A gap as a link to where it is filled."""

    text: str | Promise
    url: str
    step: str | Promise


@dataclass(frozen=True, slots=True)
class Tab:
    """A step or a language to go to."""

    label: str | Promise
    url: str
    current: bool
    open: int = 0  # what is missing there


def around(
    achievement: Achievement, version: AchievementVersion, *, step: str, language: str = ""
) -> dict[str, Any]:
    """The context all of the editor's pages share."""
    descriptor = queries.descriptor_of(version)
    found = gaps(descriptor)
    tongue = language or descriptor.language
    return {
        "achievement": achievement,
        "version": version,
        "descriptor": descriptor,
        "step": step,
        "step_tabs": _step_tabs(achievement, found, step, tongue, descriptor.language),
        "languages": _languages(achievement, descriptor, step, tongue),
        "other_languages": _others(descriptor),
        "language": tongue,
        "language_name": words.language_name(tongue),
        "missing": [_missing(achievement, one) for one in found],
        "card": queries.card(version, linked=False),
        "facts": label.facts_of(queries.record_of(version)),
        "assessed": plan_pages.assessed(descriptor),
    }


def _address(achievement: Achievement, step: str) -> str:
    slug = achievement.organisation.slug
    if step in steps.BY_SLUG:
        return reverse("catalogue:edit", args=[slug, achievement.pk, step])
    return reverse(f"catalogue:{step}", args=[slug, achievement.pk])


def _missing(achievement: Achievement, gap: Gap) -> Missing:
    step = steps.step_of(gap.place)
    url = f"{_address(achievement, step.slug)}#{steps.anchor_of(gap)}"
    return Missing(words.GAPS[gap.reason], url, step.title)


def _step_tabs(
    achievement: Achievement, found: tuple[Gap, ...], current: str, tongue: str, own: str
) -> list[Tab]:
    counts: dict[str, int] = {}
    for gap in found:
        slug = steps.step_of(gap.place).slug
        counts[slug] = counts.get(slug, 0) + 1
    query = f"?lang={tongue}" if tongue != own else ""
    tabs = [
        Tab(
            one.title,
            _address(achievement, one.slug) + query,
            one.slug == current,
            counts.get(one.slug, 0),
        )
        for one in steps.STEPS
    ]
    more = [(words.BADGE, "art"), (words.FINDINGS, "findings"), (words.CHECK, "check")]
    return tabs + [Tab(text, _address(achievement, one), one == current) for text, one in more]


def _languages(
    achievement: Achievement, descriptor: Descriptor, step: str, tongue: str
) -> list[Tab]:
    written = list(dict.fromkeys([*descriptor.languages, tongue]))
    if step not in steps.BY_SLUG:
        return []
    here = _address(achievement, step)
    return [
        Tab(
            words.language_name(one),
            here if one == descriptor.language else f"{here}?lang={one}",
            one == tongue,
        )
        for one in written
    ]


def _others(descriptor: Descriptor) -> list[tuple[str, str]]:
    left = [(tag, str(said)) for tag, said in words.LANGUAGES.items()]
    written = set(descriptor.languages)
    return sorted(((t, s) for t, s in left if t not in written), key=lambda row: row[1])
