"""The closed list of tests a profile may name, each with its parameters and what it asks.

A profile is data: it says which test stands for a requirement and gives its parameters. What a test
does is written in ``judges``; a word that is not in this list is an error of the profile's file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from stackmark.model.achievement_codes import ASSESSMENT_METHODS
from stackmark.quality import sizes
from stackmark.quality.classes import CLASSES

SEVERITIES: Final = ("mandatory", "recommended", "advice")
APPLIES: Final = ("both", "design", "credential")
READINGS: Final = ("official", "unofficial")
KINDS: Final = ("rule-set", "readiness-checklist")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a test: ``number``, ``text``, ``texts`` or ``flag``; needed or not.

    ``words`` are those it may have; empty when it may have any.
    """

    kind: str
    needed: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Test:
    """A test: one sentence for the documentation, and its parameters."""

    asks: str
    parameters: dict[str, Parameter] = field(default_factory=dict)


_NUMBER: Final = Parameter("number")
_COUNT: Final = Parameter("number", needed=True)
_TEXTS: Final = Parameter("texts")

TESTS: Final[dict[str, Test]] = {
    "present": Test("Every one of the places says something."),
    "one-of": Test("At least one of the places says something."),
    "at-least": Test("The list at the first place has `count` entries or more.", {"count": _COUNT}),
    "choice": Test(
        "What the first place says is in `allowed` (when given) and not in `refused`.",
        {"allowed": _TEXTS, "refused": _TEXTS},
    ),
    "language-tagged": Test("There is a text, and it says which language it is in."),
    "country": Test("A country code of ISO 3166-1 alpha-2 that exists."),
    "date": Test(
        "The instant of issue is stated with its zone, does not lie in the future, and not before "
        "the learning activity ended."
    ),
    "learner": Test("An id or an identifier of the learner; a hashed one has its salt."),
    "organisation": Test(
        "The awarding body (the issuer, when no other is named) has a name and a persistent "
        "identifier: a DID, a web address or a registered number."
    ),
    "identifier": Test(
        "The first place lists an identifier of the `scheme`.",
        {"scheme": Parameter("text", needed=True)},
    ),
    "outcomes": Test(
        "There are `count` learning outcomes or more (1 when not given), each with a statement.",
        {"count": _NUMBER},
    ),
    "aligned": Test("Every outcome names a skill that has an address of its own."),
    "linked": Test("Every outcome names a kind of assessment that shows it."),
    "level": Test(
        "A level of the European Qualifications Framework from `least` to `most` (1 to 8 when not "
        "given), or a national one that a published table puts there, or, with `or_none`, the "
        "statement that there is none; with `national`, a level of any framework will do.",
        {
            "least": _NUMBER,
            "most": _NUMBER,
            "or_none": Parameter("flag"),
            "national": Parameter("flag"),
        },
    ),
    "workload": Test(
        "Hours of learning are stated, or credit in a unit that stands for hours of learning."
    ),
    "size": Test(
        "The size lies between `least` and `most` of the `unit`. Other units are compared as "
        "intervals; one that reaches over an edge could not be told.",
        {
            "unit": Parameter("text", needed=True, words=sizes.UNITS),
            "least": _NUMBER,
            "most": _NUMBER,
        },
    ),
    "assessed": Test(
        "The kind of assessment is stated and it is not “none”; with `methods`, one of these is "
        "among them.",
        {"methods": Parameter("texts", words=ASSESSMENT_METHODS)},
    ),
    "supervised": Test("The assessment is supervised."),
    "identified": Test("Identity is checked at the assessment."),
    "independent": Test(
        "A body other than the one that awards is named as assessor: the assessment is "
        "independent of the teaching."
    ),
    "grade": Test(
        "A credential states a result with the scale it stands on; a design states the scale."
    ),
    "quality-assured": Test(
        "At least one statement of quality assurance says what was done, by whom, and when."
    ),
    "review": Test(
        "The next review is due at most `months` after the last one (or after today), and is not "
        "overdue.",
        {"months": _COUNT},
    ),
    "ends": Test("A credential ends, so that it has to be renewed."),
    "not-in-title": Test(
        "The title holds none of the `words`, nor a word that the `jurisdiction` forbids.",
        {"words": _TEXTS, "jurisdiction": Parameter("text")},
    ),
    "class-is": Test(
        "The class derived from the facts is one of `allowed`.",
        {"allowed": Parameter("texts", needed=True, words=tuple(CLASSES))},
    ),
    "ask": Test("No document can show it: a person has to ask. Always could-not-tell."),
}
