"""The facts label of a checked credential: how it was earned, as far as anybody said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

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
    yield Fact(_("Language"), facts.get("language") or "")


def _level(facts: Mapping[str, Any]) -> Fact:
    """A level, where the alignment names a framework of levels."""
    for skill in facts.get("skills") or []:
        framework = str(skill.get("framework", ""))
        if "EQF" in framework or "Qualifications Framework" in framework:
            return Fact(_("Level"), skill.get("name") or skill.get("code") or "", framework)
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
