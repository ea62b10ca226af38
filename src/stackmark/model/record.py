"""``Record``: one achievement as it is offered, or as it was awarded to a person.

The canonical form between the formats: what is read from Open Badges, CLR, ELM, CTDL and others
becomes a ``Record``; what is written to them comes from one. The achievement is what can be
earned; the issuer signs, the awarding body decides (they may differ); the award is what is true
of one person only, and is missing in a design.

A record says what a document says. Whether that is true is for ``verification`` to answer.
"""

# ruff: noqa: RUF009 - each of these calls gives a fresh dataclasses.field with its rule

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from stackmark.model import achievement_rules as rule
from stackmark.model.achievement import Achievement
from stackmark.model.achievement_rules import ESSAY, LINE, Part, Texts, refuse

ORGANISATION_KINDS: Final = (
    *("university", "college", "training-provider", "industry-association", "employer"),
    "quality-agency",
)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
RESULT_STATUS: Final = ("completed", "enrolled", "failed", "in-progress", "on-hold", "withdrew")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier(Part):
    """A number or name in a scheme, such as ROR, DEQAR, Erasmus code, CTID, student number.

    ``hashed`` values are ``algorithm$hex`` over value and ``salt`` (OB 3.0 IdentityObject).
    """

    scheme: str = rule.token()
    value: str = rule.text(500)
    hashed: bool = rule.flag()
    salt: str = rule.text(200)

    def check(self, place: str) -> None:
        """A value of a named scheme."""
        if not self.scheme or not self.value:
            refuse("missing", place, "an identifier needs its scheme and its value.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation(Part):
    """Who signs or awards. ``country`` is ISO 3166-1 alpha-2, ``id`` a DID or web address."""

    id: str = rule.identifier()
    name: str = rule.text(LINE)
    legal_name: str = rule.text(LINE)
    kind: str = rule.choice(ORGANISATION_KINDS)
    country: str = rule.country()
    url: str = rule.address()
    email: str = rule.text(254)
    identifiers: tuple[Identifier, ...] = rule.parts(Identifier, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner(Part):
    """Whom it was awarded to: a DID or other id, a name, identifiers."""

    id: str = rule.identifier()
    name: str = rule.text(LINE)
    given_name: str = rule.text(200)
    family_name: str = rule.text(200)
    identifiers: tuple[Identifier, ...] = rule.parts(Identifier, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Part):
    """A mark: its value, the scale it stands on, and what was needed.

    ``value`` and the bounds are texts, as written by who gave them: "87.5", "B+", "Pass". ``scale``
    is a word of Open Badges 3.0's resultType (Percent, LetterGrade, …) or of a named own scale.
    What of the assessment plan it is the result of is said by ids of the plan: ``total`` for all
    of it, else ``component`` and ``criterion``; ``level_id`` is the rubric level reached.
    """

    name: str = rule.text(200)
    value: str = rule.text(100)
    scale: str = rule.token()
    minimum: str = rule.text(100)
    maximum: str = rule.text(100)
    required: str = rule.text(100)
    level: str = rule.text(200)
    status: str = rule.choice(RESULT_STATUS)
    total: bool = rule.flag()
    component: str = rule.token()
    criterion: str = rule.token()
    level_id: str = rule.token()

    def check(self, place: str) -> None:
        """A result says something, about one part of the plan at most."""
        if not (self.value or self.level or self.status):
            refuse("missing", place, "a result needs a value, a level or a status.")
        if self.total and self.component:
            refuse("conflict", place, "is of the whole and of a component; choose one.")
        if (self.criterion and not self.component) or (self.level_id and not self.criterion):
            refuse("missing", place, "a level needs its criterion, a criterion its component.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Part):
    """Work that shows the achievement, and what is said of it.

    ``sha256`` (64 hexadecimal digits) seals the bytes behind ``url``, ``media_type`` says what
    they are.
    """

    url: str = rule.identifier()
    name: str = rule.text(LINE)
    narrative: str = rule.text(ESSAY)
    genre: str = rule.text(200)
    audience: str = rule.text(200)
    sha256: str = rule.text(64)
    media_type: str = rule.text(200)

    def check(self, place: str) -> None:
        """Evidence is somewhere or is described; what is sealed is somewhere."""
        if not (self.url or self.name or self.narrative):
            refuse("missing", place, "evidence needs an address, a name or a description.")
        if self.sha256 and not _SHA256.fullmatch(self.sha256):
            refuse("digest", f"{place}/sha256", "is no SHA-256 in lower-case hexadecimal.")
        if (self.sha256 and not self.url) or (self.media_type and not self.sha256):
            refuse("missing", place, "a media type goes with a digest, a digest with an address.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessor(Part):
    """Who assessed this person, where that is published."""

    id: str = rule.identifier()
    name: str = rule.text(LINE)

    def check(self, place: str) -> None:
        """An assessor has a name."""
        if not self.name:
            refuse("missing", f"{place}/name", "an assessor needs a name.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Award(Part):
    """What is true of one person's credential only. Instants carry their zone.

    ``valid_from`` is left out when it is the instant of issue.
    """

    id: str = rule.identifier()
    learner: Learner | None = rule.part(Learner)
    issued: datetime | None = rule.moment()
    valid_from: datetime | None = rule.moment()
    valid_until: datetime | None = rule.moment()
    started: datetime | None = rule.moment()
    ended: datetime | None = rule.moment()
    results: tuple[Result, ...] = rule.parts(Result, 100)
    narrative: str = rule.text(ESSAY)
    evidence: tuple[Evidence, ...] = rule.parts(Evidence, 100)
    assessor: Assessor | None = rule.part(Assessor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Part):
    """An achievement with who stands behind it; with ``award``, one person's credential.

    ``id`` is the address of the achievement (of this version of it), ``image`` that of its
    picture, ``identifiers`` its other numbers. ``awarding_body`` is empty when the issuer awards.
    ``type_stated`` is the word a foreign document classes it by ("Degree", "MicroCredential"),
    kept when no ``kind`` says the same.
    """

    achievement: Achievement = rule.part(Achievement)
    id: str = rule.identifier()
    version: str = rule.text(100)
    image: str = rule.identifier()
    type_stated: str = rule.text(100)
    identifiers: tuple[Identifier, ...] = rule.parts(Identifier, 20)
    issuer: Organisation | None = rule.part(Organisation)
    awarding_body: Organisation | None = rule.part(Organisation)
    award: Award | None = rule.part(Award)

    def check(self, place: str) -> None:
        """There is an achievement."""
        if self.achievement is None:
            refuse("missing", f"{place}/achievement".lstrip("/"), "a record has an achievement.")

    @staticmethod
    def from_json(value: Any) -> Record:
        """Read a record strictly.

        Raises ``DescriptorError`` ``descriptor.…`` whose ``place`` is where it is wrong.
        """
        return rule.read(Record, value)

    def to_json(self) -> dict[str, Any]:
        """The record as JSON, without what is unknown."""
        found: dict[str, Any] = rule.write(self)
        return found

    @property
    def is_design(self) -> bool:
        """Whether nobody holds it: a plan of what can be earned."""
        return self.award is None

    @property
    def awarded_by(self) -> Organisation | None:
        """The awarding body: the one named, else the issuer."""
        return self.awarding_body or self.issuer

    def texts(self, value: Texts) -> str:
        """A text in the achievement's own language, or in any there is."""
        return self.achievement.say(value)
