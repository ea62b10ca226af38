"""The class of a credential, derived from its facts, and whether its label tells the same.

The line between attendance, assessed micro-credential and micro-certification: ASTM E2659 (learning
and summative assessment; attendance excluded) and ISO/IEC 17024 (independent assessment, an end and
renewal). A larger award: a full academic year or more, 60 ECTS credits or 1,500 hours (ECTS Users'
Guide 2015). The EU recommendation (2022/C 243/02) says "a small volume of learning" and no number,
so this bound is ours; profiles hold the narrower national ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from stackmark.credit.policies import unit_name
from stackmark.model.record import Record
from stackmark.quality import sizes

CLASSES: Final[dict[str, str]] = {
    "attendance": "a record of attendance",
    "micro-credential": "an assessed micro-credential",
    "micro-certification": "a micro-certification",
    "larger-award": "a larger award than a micro-credential",
    "unknown": "not known",
}


@dataclass(frozen=True, slots=True)
class Class:
    """A class of ``CLASSES`` and the sentences that lead to it."""

    value: str
    because: tuple[str, ...]

    @property
    def words(self) -> str:
        """The class in words."""
        return CLASSES[self.value]


@dataclass(frozen=True, slots=True)
class Label:
    """What it is called: a class, the word that says so, and where (in the record's JSON)."""

    value: str
    word: str
    path: str


@dataclass(frozen=True, slots=True)
class Mislabel:
    """A label against the facts. ``certain`` is false when facts are missing that it needs."""

    label: Label
    message: str
    certain: bool


def derive(record: Record) -> Class:
    """The class its facts make it; ``unknown`` when too little is said of assessment and size."""
    assessed, told = _assessed(record)
    if assessed is False:
        return Class("attendance", (told,))
    large = _large(record)
    if large:
        return Class("larger-award", (large,))
    if assessed is None:
        return Class("unknown", (told,))
    lacks = _lacks(record)
    if lacks:
        return Class("micro-credential", (told, f"It is no micro-certification: {lacks}."))
    return Class("micro-certification", (told, f"{_assessor(record)} assesses.", _ENDING))


def labels(record: Record, native: tuple[str, ...] = ()) -> list[Label]:
    """What it is called by kind, by title, and by a foreign type word such as "Degree"."""
    achievement = record.achievement
    found = [Label(value, word, path) for value, word, path in _by_title(record)]
    if achievement.kind in _KINDS:
        found.append(Label(_KINDS[achievement.kind], achievement.kind, "/achievement/kind"))
    found += [Label(_NATIVE[word], word, "/type_stated") for word in native if word in _NATIVE]
    return found


def mislabel(record: Record, derived: Class, native: tuple[str, ...] = ()) -> Mislabel | None:
    """The first label that the facts speak against, else the first that they leave open."""
    open_ = None
    for label in labels(record, native):
        found = _against(record, label, derived)
        if found is not None and found.certain:
            return found
        open_ = open_ or found
    return open_


_KINDS: Final = {
    "nano-degree-part": "micro-credential",
    "micro-certification": "micro-certification",
}
# Words of Open Badges 3.0's AchievementType that name a class.
_NATIVE: Final = {
    "Certification": "micro-certification",
    "MicroCredential": "micro-credential",
    **dict.fromkeys(
        (
            *("Degree", "AssociateDegree", "BachelorDegree", "MasterDegree", "DoctoralDegree"),
            *("ProfessionalDoctorate", "ResearchDoctorate", "Diploma", "SecondarySchoolDiploma"),
        ),
        "larger-award",
    ),
}
_ENDING: Final = "It ends and has to be renewed."
# English; a title in another language is not judged.
_TITLES: Final = (
    ("micro-credential", re.compile(r"(?i)\bmicro-?credential\b")),
    (
        "micro-certification",
        re.compile(r"(?i)\b(?:(?:micro-?)?certification(?! (?:prep|exam))|certified)\b"),
    ),
    (
        "larger-award",
        re.compile(
            r"(?i)\b(?:bachelor|master|doctor) of (?:arts|sciences?|business|engineering|education|"
            r"laws?|philosophy|medicine)\b|\b(?:bachelor|master)['’]s degree\b|"
            r"\b(?:associate|bachelor|master|doctoral) degree\b"
        ),
    ),
)
# A course that leads to a certification is none.
_TOWARDS: Final = re.compile(r"(?i)\b(?:prepar\w+|towards?|introduction|ready|readiness|into)\b")


def _large(record: Record) -> str:
    """Why it is a full academic year or more; empty when it is not, or not known to be."""
    achievement = record.achievement
    year, credit = sizes.year_credits(achievement), achievement.credit
    if year and credit and credit.value is not None and credit.value >= year:
        said = f"{sizes.plain(credit.value)} {unit_name(credit.unit)}"
        return f"{said} are a full academic year or more ({year})."
    span = sizes.hours(achievement)
    if span is not None and span.low >= sizes.YEAR_HOURS and not (year and credit):
        return f"{span} hours are a full academic year or more ({sizes.YEAR_HOURS})."
    return ""


def _assessed(record: Record) -> tuple[bool | None, str]:
    found = record.achievement.assessment
    if found is not None and found.is_attendance:
        return False, "It says that nothing is assessed."
    if found is not None and found.methods:
        return True, f"Learning is assessed: {', '.join(found.methods)}."
    if found is not None and (found.pass_rule or found.required is not None):
        return True, "Learning is assessed: there is a rule for passing."
    award = record.award
    if award is not None and any(one.value or one.level for one in award.results):
        return True, "Learning is assessed: a result is recorded."
    return None, "It is not stated whether learning is assessed."


def _lacks(record: Record) -> str:
    """What a certification has beyond assessment, and this is not known to have."""
    found = [] if _assessor(record) else ["no independent assessor is named"]
    ends = _ends(record)
    if not ends:
        found.append("it is not stated that it ends" if ends is None else "it never ends")
    return " and ".join(found)


def _assessor(record: Record) -> str:
    """A body that assesses and does not award; a certification is assessed by one."""
    body = record.awarded_by
    names = {body.name, body.legal_name} if body else set()
    parties = record.achievement.parties
    return next(
        (one.name for one in parties if one.role == "assessor" and one.name not in names), ""
    )


def _ends(record: Record) -> bool | None:
    validity, award = record.achievement.validity, record.award
    if award is not None and award.valid_until is not None:
        return True
    return None if validity is None else validity.kind != "unlimited"


def _by_title(record: Record) -> Iterator[tuple[str, str, str]]:
    for tag, title in record.achievement.title.items():
        if tag.partition("-")[0] != "en":
            continue
        for value, pattern in _TITLES:
            found = pattern.search(title)
            if found and not (value == "micro-certification" and _TOWARDS.search(title)):
                yield value, found[0], f"/achievement/title/{tag}"


def _against(record: Record, label: Label, derived: Class) -> Mislabel | None:
    if derived.value in ("unknown", label.value):
        return None
    said = f"It is called “{label.word}”"
    told = f"{said}, but by its facts it is {derived.words}. {' '.join(derived.because)}"
    if label.value == "larger-award":
        known = derived.value == "attendance" or sizes.hours(record.achievement) is not None
        size = f"{said}; whether it is that large is not stated."
        return Mislabel(label, told if known else size, known)
    if derived.value == "micro-credential":
        return _no_certification(record, label, told)
    # A certification may be called a micro-credential: it is assessed, too. A large one may be
    # called a certification, if not a micro one.
    if (label.value, derived.value) == ("micro-credential", "micro-certification"):
        return None
    loose = label.value == "micro-certification" and not label.word.lower().startswith("micro")
    if derived.value == "larger-award" and loose:
        return None
    return Mislabel(label, told, certain=True)


def _no_certification(record: Record, label: Label, told: str) -> Mislabel:
    """Called a certification, and assessed: facts speak against it, or some are missing."""
    against = ["It never ends."] if _ends(record) is False else []
    if record.achievement.supervision.startswith("unsupervised"):
        against.append("Its assessment is not supervised.")
    if against:
        return Mislabel(label, f"{told} {' '.join(against)}", certain=True)
    open_ = f"It is called “{label.word}”; whether it is one cannot be told: {_lacks(record)}."
    return Mislabel(label, open_, certain=False)
