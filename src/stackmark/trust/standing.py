"""How a credential's issuer stands, as three answers that are never added up.

*Identity*: is the issuer who we think it is? *Authority*: may it issue this? *Quality*: has
somebody we accept looked at it? Each is in scope, out of scope or unknown, with a sentence and who
says so. A statement counts when whoever made it stands in the register as an agency.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from stackmark.trust.register import Register
from stackmark.trust.statements import ACCREDITATION, ENDORSEMENT, RIGHT_TO_ISSUE, Scope, Statement

_REGISTER: Final = "your register"
Scoped = Literal["in-scope", "out-of-scope", "unknown"]


@dataclass(frozen=True, slots=True)
class Matter:
    """What is asked about: an issuer, the achievements of a credential, and when it was issued.

    ``level`` is an EQF level, ``field`` an ISCED-F code, ``country`` ISO 3166-1 of the issuer;
    each may be unknown.
    """

    issuer: str
    achievements: tuple[str, ...] = ()
    issued: datetime | None = None
    kind: str = ""
    level: int | None = None
    field: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the three: an outcome, the name of who says so, until when, and a sentence."""

    outcome: Scoped
    sentence: str
    by: str = ""
    until: str = ""

    def to_json(self) -> dict[str, str]:
        """The answer in a report."""
        found = {"outcome": self.outcome, "sentence": self.sentence}
        return found | {k: v for k, v in (("by", self.by), ("until", self.until)) if v}


@dataclass(frozen=True, slots=True)
class Standing:
    """Identity, authority and quality, kept apart."""

    identity: Answer
    authority: Answer
    quality: Answer

    @property
    def stated(self) -> bool:
        """Whether somebody besides the register has said something."""
        return any(one.by not in ("", _REGISTER) for one in (self.authority, self.quality))

    def to_json(self) -> dict[str, Any]:
        """The member ``standing`` of a report."""
        return {
            "identity": self.identity.to_json(),
            "authority": self.authority.to_json(),
            "quality": self.quality.to_json(),
        }


def judge(register: Register | None, statements: Iterable[Statement], matter: Matter) -> Standing:
    """The three answers; every statement must have been verified before."""
    known = register or Register({})
    made = tuple(statements)
    return Standing(
        _identity(known, matter),
        _authority(known, made, matter),
        _quality(known, made, matter),
    )


def covers(scope: Scope, matter: Matter) -> Scoped:
    """Whether a scope holds a matter; unknown when the matter does not say what is limited."""
    answers = [
        _among(scope.kinds, matter.kind),
        _among(scope.countries, matter.country),
        _level(scope, matter.level),
        _field(scope.fields, matter.field),
        *(_pattern(scope.achievements, one) for one in matter.achievements or ("",)),
    ]
    return next((one for one in _WORST if one in answers), "in-scope")


_WORST: Final[tuple[Scoped, ...]] = ("out-of-scope", "unknown")


def _among(allowed: tuple[str, ...], value: str) -> Scoped:
    if not allowed or value in allowed:
        return "in-scope"
    return "out-of-scope" if value else "unknown"


def _level(scope: Scope, level: int | None) -> Scoped:
    if scope.lowest is None and scope.highest is None:
        return "in-scope"
    if level is None:
        return "unknown"
    return "in-scope" if (scope.lowest or 1) <= level <= (scope.highest or 8) else "out-of-scope"


def _field(allowed: tuple[str, ...], field: str) -> Scoped:
    if not allowed or (field and field.startswith(allowed)):
        return "in-scope"
    return "out-of-scope" if field else "unknown"


def _pattern(allowed: tuple[str, ...], achievement: str) -> Scoped:
    if not allowed:
        return "in-scope"
    if not achievement:
        return "unknown"
    fits = any(
        achievement == one or (one.endswith("*") and achievement.startswith(one[:-1]))
        for one in allowed
    )
    return "in-scope" if fits else "out-of-scope"


def _identity(register: Register, matter: Matter) -> Answer:
    found = register.entries.get(matter.issuer)
    if found:
        name = found[0].name or matter.issuer
        return Answer("in-scope", f"The register names it: {name}.", _REGISTER)
    return Answer("unknown", "No register you gave names this issuer.")


def _authority(register: Register, made: tuple[Statement, ...], matter: Matter) -> Answer:
    standing, sentence = register.standing(matter.issuer, matter.achievements, matter.issued)
    if standing == "known":
        return Answer("in-scope", sentence, _REGISTER)
    rights = [one for one in made if one.statement == RIGHT_TO_ISSUE and one.about == matter.issuer]
    told = _by_statements(register, rights, matter, "has the right to issue")
    if told.outcome == "in-scope" or standing == "unknown":
        return told
    return Answer("out-of-scope", sentence, _REGISTER)


def _quality(register: Register, made: tuple[Statement, ...], matter: Matter) -> Answer:
    about = {matter.issuer, *matter.achievements}
    found = [one for one in made if one.statement == ACCREDITATION and one.about in about]
    told = _by_statements(register, found, matter, "is accredited")
    praise = sum(one.statement == ENDORSEMENT and one.about in about for one in made)
    if found or not praise:
        return told
    return Answer(
        "unknown", f"{praise} endorsement(s), which are opinions; nobody states an accreditation."
    )


def _by_statements(register: Register, made: list[Statement], matter: Matter, what: str) -> Answer:
    """The best that statements say: a yes beats a no, a no by somebody accepted beats silence."""
    answers = [_by_one(register, one, matter, what) for one in made]
    for wanted in ("in-scope", "out-of-scope"):
        for answer in answers:
            if answer.outcome == wanted:
                return answer
    return answers[0] if answers else Answer("unknown", f"Nobody states that it {what}.")


def _by_one(register: Register, one: Statement, matter: Matter, what: str) -> Answer:
    by, until = one.by_name or one.by, one.end.date().isoformat() if one.end else ""
    if not register.accepts_agency(one.by, one.start):
        return Answer(
            "unknown", f"{by}, which your register does not name as an agency, says it {what}.", by
        )
    scope = covers(one.limits, matter)
    if not one.in_time(matter.issued):
        scope = "out-of-scope"
    sentence = {
        "in-scope": f"{by} states that it {what}, until {until}.",
        "out-of-scope": f"{by} states that it {what}, but not for this or not at that time.",
        "unknown": f"{by} states that it {what} within limits this credential does not speak of.",
    }[scope]
    return Answer(scope, sentence, by, until)
