"""The facts label of a checked credential: how it was earned, as far as anybody said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from stackmark_web.ui.cards import Fact


def earned_label(facts: Mapping[str, Any]) -> list[Fact]:
    """Level, credit, assessment, result and the like; unknown is printed as unknown."""
    published = facts.get("published") or []
    if published:
        rows = [
            Fact(one["label"], one.get("value", ""), one.get("note", ""), bool(one.get("unknown")))
            for one in published
        ]
    else:
        rows = list(_stated(facts))
    return rows + list(_personal(facts))


def _stated(facts: Mapping[str, Any]) -> Iterator[Fact]:
    """What the signed document itself says about the achievement."""
    yield Fact(_("Kind"), facts.get("kind") or "")
    yield Fact(_("Field"), facts.get("field") or "")
    yield _level(facts)
    credits_ = facts.get("credits_available")
    yield Fact(
        _("Credit"),
        "" if credits_ is None else f"{credits_:g}",
        "" if credits_ is None else _("The document names no unit."),
    )
    yield Fact(_("Workload"), unknown=True)
    yield Fact(_("Assessment"), unknown=True)
    yield Fact(_("Supervision and identity check"), unknown=True)
    yield Fact(_("Language"), language_name(str(facts.get("language") or "")))


def language_name(code: str) -> str:
    """A language as people call it; the code itself where it has no name here."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def is_level(skill: Mapping[str, Any]) -> bool:
    """Whether an alignment names a level of a framework rather than a skill."""
    framework = str(skill.get("framework", ""))
    return "EQF" in framework or "Qualifications Framework" in framework


def _level(facts: Mapping[str, Any]) -> Fact:
    """A level, where the alignment names a framework of levels."""
    for skill in facts.get("skills") or []:
        if is_level(skill):
            name = skill.get("name") or skill.get("code") or ""
            return Fact(_("Level"), name, str(skill.get("framework", "")))
    return Fact(_("Level"), unknown=True)


def _personal(facts: Mapping[str, Any]) -> Iterator[Fact]:
    """What this person did, only where it says so."""
    earned = facts.get("credits_earned")
    if earned is not None:
        yield Fact(_("Credit earned"), f"{earned:g}")
    for result in facts.get("results") or []:
        if result.get("value"):
            yield Fact(result.get("name") or _("Result"), result["value"])
    for key, label in (("role", _("Role")), ("licence", _("Licence number"))):
        if facts.get(key):
            yield Fact(label, facts[key])
