"""What the facts label says, in English, and the voice that says it.

``Voice`` is the one way a text, a number, a day or a controlled word gets onto the label. The
product puts one in its place that translates: ``TEXTS`` are the messages to translate, with
placeholders in braces. What people wrote stays in the language of the record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from stackmark.model import achievement_words as words
from stackmark.model.achievement import Achievement
from stackmark.model.achievement_rules import Texts

LABELS: Final[Mapping[str, str]] = {
    "level": "Level",
    "hours": "Hours of learning",
    "credit": "Credit",
    "outcomes": "Learning outcomes",
    "assessed": "How it is assessed",
    "components": "Parts of the assessment",
    "supervised": "Supervised",
    "identity": "Identity checked",
    "binding": "Identity at the assessment",
    "authorship": "Authorship checked",
    "ai-tools": "AI tools",
    "markers": "Markers",
    "pass-rule": "Pass rule",
    "scale": "Marked on the scale",
    "result": "Result",
    "pass-rate": "Pass rate",
    "first-pass-rate": "Pass rate at the first attempt",
    "agreement": "Agreement of markers",
    "reliability": "Reliability",
    "sem": "Error of measurement at the cut",
    "accuracy": "Decision accuracy",
    "ladder": "Strength of evidence",
    "quality": "Quality assurance",
    "endorsement": "Endorsements",
    "holders": "Holders",
    "version": "Version",
}
"""Every fact by its code, in the label's one order."""

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "size": ("level", "hours", "credit"),
    "learning": ("outcomes",),
    "assessment": (
        *("assessed", "components", "supervised", "identity", "binding", "authorship"),
        *("ai-tools", "markers", "pass-rule", "scale", "result", "pass-rate"),
        *("first-pass-rate", "agreement", "reliability", "sem", "accuracy", "ladder"),
    ),
    "trust": ("quality", "endorsement", "holders", "version"),
}
"""The parts of the label, as it is drawn."""

STATES: Final[Mapping[str, str]] = {
    "unknown": "unknown",
    "withheld": "withheld by issuer",
    "self-declared": "self-declared",
}
"""What is printed for a state, in place of a value (the first two) or beside it."""

TEXTS: Final[Mapping[str, str]] = {
    "not-levelled": "Not levelled",
    "not-levelled.note": "The issuer says that it stands at no level of a framework.",
    "eqf": "EQF level {level}",
    "hours.one": "1 hour",
    "hours": "{count} hours",
    "hours.range": "{low} to {high} hours",
    "credit": "{value} {unit}",
    "by": "assigned by {name}",
    "outcomes.one": "1 outcome",
    "outcomes": "{count} outcomes",
    "supervised.yes": "Yes",
    "supervised.online": "Yes, online",
    "supervised.onsite": "Yes, on site",
    "no": "No",
    "identity.online": "Yes, online",
    "identity.onsite": "Yes, on site",
    "none": "None",
    "nothing-assessed": "Nothing is assessed.",
    "mark.percent": "{mark} percent to pass",
    "mark.points": "{mark} points to pass",
    "mark.of": "{mark} of {top} points to pass",
    "scale.top": "{scale}, at most {top}",
    "result": "{value} ({scale})",
    "result.of": "{value} of {top} ({scale})",
    "result.needed": "{mark} needed to pass",
    "scale.missing": "scale not named",
    "percent": "{percent} percent",
    "percent.of": "of {count} people assessed",
    "few-assessed": "fewer than {least} people assessed",
    "few-passed": "fewer than {least} of {count} people passed",
    "few-failed": "fewer than {least} of {count} people did not pass",
    "not-shown": "not shown",
    "suppressed": "Numbers of people below {least} are not shown, so that nobody can be made out.",
    "fewer": "fewer than {least}",
    "agreement": "{value} ({measure})",
    "agreement.of": "{count} pieces of work marked twice",
    "quality.by": "{what}, by {name}",
    "quality.by-unknown": "{what}, by whom is unknown",
    "quality.on": "{said}, {day}",
    "quality.undated": "{said}, date unknown",
    "quality.due": "the next review is due on {day}",
    "quality.late": "the next review was due on {day} and is late",
    "endorsement.note": "An endorsement is praise; it is no accreditation.",
    "quality.as-stated": "As the issuer states it.",
    "quality.mixed": "What is not called signed is as the issuer states it.",
    "signed.accreditation": "Accreditation, signed by {name}, {day}",
    "signed.endorsement": "Endorsement, signed by {name}, {day}",
    "version.on": "published on {day}",
    "components.one": "1 part",
    "components": "{count} parts",
    "criteria.one": "1 criterion",
    "criteria": "{count} criteria",
    "weight": "weight {weight}",
    "markers.one": "1 person marks each piece of work",
    "markers": "{count} people mark each piece of work",
    "insufficient": "insufficient data",
    "figure.n": "n = {count} {of}",
    "interval": "95 percent interval {low} to {high}",
    "interval.none": "no interval",
    "unit.percent": "{value} percent",
    "unit.points": "{value} points",
    "ladder": "Level {step} of {top}: {what}",
    "ladder.0": "claimed by the holder",
    "ladder.1": "attendance",
    "ladder.2": "an unsupervised quiz",
    "ladder.3": "unsupervised work of one's own, marked by a rubric",
    "ladder.4": "supervised or orally defended work",
    "ladder.5": "supervised performance of a job task before two markers or more",
    "ladder.6": "the same, assessed independently of who teaches it",
}


class Voice:
    """Says the label in English. Numbers have a point, days are ISO 8601."""

    def label(self, code: str) -> str:
        """The name of a fact."""
        return LABELS[code]

    def state(self, state: str) -> str:
        """The words printed for a state; none for the others."""
        return STATES.get(state, "")

    def say(self, key: str, **values: object) -> str:
        """A message with its values."""
        return TEXTS[key].format(**values)

    def sentence(self, text: str) -> str:
        """A sentence of a figure, or the word for what it counts; published in English."""
        return text

    def word(self, table: str, code: str) -> str:
        """A controlled word; ``table`` is a name of ``model.achievement_words``."""
        found: str = getattr(words, table)[code]
        return found

    def unit(self, unit: str, value: Decimal, name: str) -> str:
        """What so much credit is counted in; ``name`` is an unusual unit's own."""
        many = name or words.UNITS.get(unit, unit)
        return many if name or value != 1 else words.singular(many)

    def number(self, value: Decimal | int) -> str:
        """A number without idle zeros."""
        return f"{Decimal(value).normalize():f}"

    def day(self, day: dt.date) -> str:
        """A day."""
        return day.isoformat()

    def text(self, texts: Texts, achievement: Achievement) -> str:
        """What somebody wrote, in the record's own language."""
        return achievement.say(texts)
