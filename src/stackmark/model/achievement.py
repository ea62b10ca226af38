"""``Achievement``: the canonical descriptor of what a learner can earn.

It holds what the EU Council Recommendation, UNESCO, CTDL, ELM and Open Badges 3.0 ask of a
micro-credential. Everything but the language may be missing: what nobody said stays empty or
``None`` and is shown as unknown. ``Achievement.from_json`` reads strictly and names the place of
what is wrong; ``to_json`` writes the same back and leaves out what is unknown.
"""

# ruff: noqa: RUF009 - each of these calls gives a fresh dataclasses.field with its rule

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from stackmark.model import achievement_codes as codes
from stackmark.model import achievement_rules as rule
from stackmark.model.achievement_rules import ESSAY, LINE, PARAGRAPH, Part, Texts, refuse
from stackmark.model.assessment_plan import MAX_COMPONENTS, Plan

MAX_OUTCOMES: Final = 60
MAX_SKILLS: Final = 20  # of one outcome
MAX_HOURS: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill(Part):
    """A skill an outcome is aligned to, and the framework that defines it."""

    name: str = rule.text(200)
    uri: str = rule.identifier()
    framework: str = rule.text(100)
    code: str = rule.text(60)

    def check(self, place: str) -> None:
        """A skill has a name."""
        if not self.name:
            refuse("missing", f"{place}/name", "a skill needs a name.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Part):
    """What a holder can do, beginning with a verb, and the kinds of assessment that show it.

    ``components`` are ids of the plan's components in which it is assessed.
    """

    statement: Texts = rule.texts(1_000)
    skills: tuple[Skill, ...] = rule.parts(Skill, MAX_SKILLS)
    assessed_by: tuple[str, ...] = rule.choices(codes.ASSESSMENT_METHODS)
    components: tuple[str, ...] = rule.words(60, MAX_COMPONENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme(Part):
    """The larger programme this is a part of; ``position`` counts from 1."""

    name: Texts = rule.texts(LINE)
    position: int | None = rule.whole(1, 100)
    parts: int | None = rule.whole(1, 100)
    url: str = rule.address()

    def check(self, place: str) -> None:
        """The position lies within the programme."""
        if self.position and self.parts and self.position > self.parts:
            refuse("range", f"{place}/position", f"there are only {self.parts} parts.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria(Part):
    """What has to be done to earn it, as Markdown and as a page."""

    narrative: Texts = rule.texts(ESSAY)
    url: str = rule.address()


@dataclass(frozen=True, slots=True, kw_only=True)
class Level(Part):
    """A level of the European or a national framework, or the statement that there is none.

    ``assigned_by`` names the body that assigned it; empty means self-declared.
    """

    eqf: int | None = rule.whole(1, 8)
    framework: str = rule.text(100)
    code: str = rule.text(60)
    not_levelled: bool = rule.flag()
    assigned_by: str = rule.text(200)

    def check(self, place: str) -> None:
        """A level is stated, or its absence, never both."""
        if self.not_levelled and (self.eqf or self.framework or self.code):
            refuse("conflict", place, "has a level and says that there is none; choose one.")
        if bool(self.framework) != bool(self.code):
            refuse("missing", place, "a national level needs the framework and its code.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload(Part):
    """Hours of learning in all, as an interval; both ends equal when one number is meant."""

    low: Decimal | None = rule.number(MAX_HOURS)
    high: Decimal | None = rule.number(MAX_HOURS)

    def check(self, place: str) -> None:
        """Both ends, in order, and something in between."""
        if self.low is None or self.high is None:
            refuse("missing", place, "needs both low and high; they may be equal.")
        if self.low > self.high:
            refuse("range", place, f"begins at {self.low} hours and ends at {self.high}.")
        if not self.high:
            refuse("range", f"{place}/high", "must be more than 0 hours.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit(Part):
    """Credit with its unit: a bare number means nothing.

    ``assigned_by`` names the body that assigned it; empty means self-declared.
    """

    value: Decimal | None = rule.number(1_000)
    unit: str = rule.choice(codes.CREDIT_UNITS)
    unit_name: str = rule.text(60)
    assigned_by: str = rule.text(200)

    def check(self, place: str) -> None:
        """A value has a unit, and an unusual unit a name."""
        if self.value is None or not self.unit:
            refuse("missing", place, "credit needs a value and its unit.")
        if self.unit == "other" and not self.unit_name:
            refuse("missing", f"{place}/unit_name", "say what the unit is called.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment(Part):
    """How learning is shown. ``attempts`` 0 means as many as a learner wants."""

    methods: tuple[str, ...] = rule.choices(codes.ASSESSMENT_METHODS)
    description: Texts = rule.texts()
    pass_rule: Texts = rule.texts(1_000)
    scale: str = rule.choice(codes.SCALES)
    maximum: Decimal | None = rule.number(100_000)
    required: Decimal | None = rule.number(100_000)
    attempts: int | None = rule.whole(0, 100)

    def check(self, place: str) -> None:
        """No assessment goes with no method; the pass mark can be reached."""
        if "none" in self.methods and len(self.methods) > 1:
            refuse("conflict", f"{place}/methods", "says not assessed and also how; choose one.")
        top = Decimal(100) if self.scale == "percent" else self.maximum
        if self.required is not None and top is not None and self.required > top:
            refuse("range", f"{place}/required", f"lies above the highest mark, {top}.")

    @property
    def is_attendance(self) -> bool:
        """Whether it says that nothing is assessed."""
        return self.methods == ("none",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality(Part):
    """One statement about quality: what was done, by whom, when, and when it is due again."""

    type: str = rule.choice(codes.QUALITY)
    name: str = rule.text(200)
    id: str = rule.identifier()
    date: dt.date | None = rule.day()
    url: str = rule.address()
    review_due: dt.date | None = rule.day()

    def check(self, place: str) -> None:
        """A statement says what was done; a review follows it."""
        if not self.type:
            refuse("missing", f"{place}/type", "say which kind of quality assurance it is.")
        if self.date and self.review_due and self.review_due < self.date:
            refuse("range", f"{place}/review_due", f"lies before the review of {self.date}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity(Part):
    """How long a credential counts, and how it is renewed."""

    kind: str = rule.choice(codes.VALIDITY)
    months: int | None = rule.whole(1, 600)
    until: dt.date | None = rule.day()
    renewal: Texts = rule.texts(2_000)

    def check(self, place: str) -> None:
        """The number or day its kind asks for, and no other."""
        if not self.kind:
            refuse("missing", f"{place}/kind", "say whether it ends, and how.")
        if (self.kind == "months") != (self.months is not None):
            refuse("conflict", f"{place}/months", 'goes with "months" and is needed there.')
        if (self.kind == "fixed") != (self.until is not None):
            refuse("conflict", f"{place}/until", 'goes with "fixed" and is needed there.')


@dataclass(frozen=True, slots=True, kw_only=True)
class Party(Part):
    """An organisation that awards jointly or takes part."""

    name: str = rule.text(200)
    id: str = rule.identifier()
    role: str = rule.choice(codes.PARTY_ROLES)

    def check(self, place: str) -> None:
        """A name and what it does."""
        if not self.name or not self.role:
            refuse("missing", place, "needs a name and a role.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOfStudy(Part):
    """A field of ISCED-F 2013: a code of two to four digits, and its name."""

    code: str = rule.text(4)
    name: str = rule.text(200)

    def check(self, place: str) -> None:
        """The code is one by its form."""
        if self.code and not (self.code.isascii() and self.code.isdigit() and len(self.code) > 1):
            refuse("choice", f"{place}/code", "an ISCED-F code has two to four digits.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Achievement(Part):
    """Everything that is said about one version of an achievement.

    ``language`` is the one the texts are written in first; ``instruction`` those it is taught and
    assessed in.
    """

    language: str = rule.language()
    kind: str = rule.choice(codes.KINDS)
    title: Texts = rule.texts(LINE)
    description: Texts = rule.texts(PARAGRAPH)
    programme: Programme | None = rule.part(Programme)
    outcomes: tuple[Outcome, ...] = rule.parts(Outcome, MAX_OUTCOMES)
    criteria: Criteria | None = rule.part(Criteria)
    level: Level | None = rule.part(Level)
    workload: Workload | None = rule.part(Workload)
    credit: Credit | None = rule.part(Credit)
    participation: tuple[str, ...] = rule.choices(codes.PARTICIPATION)
    assessment: Assessment | None = rule.part(Assessment)
    plan: Plan | None = rule.part(Plan)
    supervision: str = rule.choice(codes.SUPERVISION)
    ai_policy: Texts = rule.texts(2_000)
    quality: tuple[Quality, ...] = rule.parts(Quality, 20)
    prerequisites: Texts = rule.texts(2_000)
    field: FieldOfStudy | None = rule.part(FieldOfStudy)
    instruction: tuple[str, ...] = rule.languages()
    stackability: Texts = rule.texts(2_000)
    validity: Validity | None = rule.part(Validity)
    parties: tuple[Party, ...] = rule.parts(Party, 30)
    tags: tuple[str, ...] = rule.words(60, 30)
    author: str = rule.text(200)
    code: str = rule.text(100)
    further: Texts = rule.texts(PARAGRAPH)

    @staticmethod
    def from_json(value: Any) -> Achievement:
        """Read a descriptor, finished or not.

        Raises ``UsageError`` ``descriptor.…`` whose sentence begins with the place.
        """
        return rule.read(Achievement, value)

    def to_json(self) -> dict[str, Any]:
        """The descriptor as JSON, without what is unknown."""
        found: dict[str, Any] = rule.write(self)
        return found

    def say(self, texts: Texts) -> str:
        """A text in the descriptor's own language, or in any there is."""
        return texts.get(self.language) or next(iter(texts.values()), "")

    @property
    def name(self) -> str:
        """The title in the descriptor's own language."""
        return self.say(self.title)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages the texts are written in, its own first."""
        found = _languages(self.to_json())
        return (self.language, *sorted(found - {self.language}))

    @property
    def skills(self) -> tuple[Skill, ...]:
        """The skills of all outcomes, each once."""
        return tuple(dict.fromkeys(skill for one in self.outcomes for skill in one.skills))

    @property
    def is_joint(self) -> bool:
        """Whether others award it together with the issuer."""
        return any(party.role == "awarding" for party in self.parties)


_MAPS: Final = frozenset(
    {
        *("title", "description", "name", "statement", "narrative", "pass_rule", "ai_policy"),
        *("prerequisites", "stackability", "renewal", "further", "anchor"),
    }
)


def _languages(value: Any) -> set[str]:
    """The language tags of every language map below a JSON value."""
    if isinstance(value, list):
        return set().union(*map(_languages, value))
    if not isinstance(value, Mapping):
        return set()
    found: set[str] = set()
    for name, inner in value.items():
        is_map = name in _MAPS and isinstance(inner, Mapping)
        found |= set(inner) if is_map else _languages(inner)
    return found
