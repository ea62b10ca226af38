"""``check``: a document against a profile, row by row.

Silence: our own form has a place for everything, so what is mandatory and not there failed. A
foreign document may have none, so there it could not be told. What is stated and does not fit
fails everywhere. What is only recommended or advised never fails: absent or of no use, it could not
be told, and the row says what would help.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from stackmark.model.record import Record
from stackmark.quality import sizes
from stackmark.quality.advice import Advice
from stackmark.quality.answers import Answer, unsure, wrong
from stackmark.quality.case import Case, Described, Own
from stackmark.quality.classes import Class, Mislabel, derive, mislabel
from stackmark.quality.coverage import matrix
from stackmark.quality.judgement import Judgement, Result
from stackmark.quality.judges import JUDGES
from stackmark.quality.lints import lint
from stackmark.quality.profile import Profile, Row

_WORKLOAD: Final = "/achievement/workload"
# Members that hold hours of learning as a duration, in the formats that have them.
_HOURS: Final = frozenset(
    {"workload", "volumeOfLearning", "estimatedDuration", "timeRequired", "expected_study_time"}
)
_HOURS_FIX: Final = "State the hours, such as PT60H for 60 hours."
_LONGEST: Final = 100  # characters of a duration
_LABEL_CLAUSE: Final = "2022/C 243/02, definition; ASTM E2659; ISO/IEC 17024"
_LABEL_FIX: Final = "Call it what it is, or state the facts that make it what it is called."


def check(document: Described | Record, profile: Profile, *, now: datetime) -> Judgement:
    """Judge what a reader found (or a record of our own) by a profile, as of ``now``."""
    given = Own(document) if isinstance(document, Record) else document
    case = Case(given, now)
    coverage = matrix(case.record.achievement)
    derived = derive(case.record)
    label = _label(case, derived)
    open_ = [] if label is None or label.certain else [_open_label(label)]
    warnings = (*open_, *lint(case.record, coverage, own=case.is_own))
    return Judgement(
        profile=profile,
        format=given.format,
        is_design=case.record.is_design,
        derived=derived,
        mislabel=label.message if label is not None and label.certain else "",
        rows=(*(_row(case, row) for row in profile.rows), *_label_row(case, label)),
        warnings=(*(_placed(case, one) for one in warnings), *_durations(case)),
        coverage=coverage,
    )


def _row(case: Case, row: Row) -> Result:
    design = case.record.is_design
    if (row.applies, design) in (("credential", True), ("design", False)):
        told = "A design has no holder yet." if design else "This is asked of designs only."
        return _result(case, row, "not-applicable", told, row.where[0])
    answer = _read_wrongly(case, row, JUDGES[row.test](case, row))
    outcome = _outcome(case, row, answer)
    message = answer.message
    if outcome == "could-not-tell" and answer.kind != "wrong" and case.document.missing:
        files = ", ".join(case.document.missing)
        message += f" It may stand in a file that was not at hand: {files}."
    return _result(case, row, outcome, message, answer.path or row.where[0])


def _outcome(case: Case, row: Row, answer: Answer) -> str:
    if answer.kind == "met":
        return "passed"
    if row.severity == "mandatory" and (
        answer.kind == "wrong" or (answer.kind == "silent" and case.is_own)
    ):
        return "failed"
    return "not-applicable" if answer.kind == "not-applicable" else "could-not-tell"


def _read_wrongly(case: Case, row: Row, answer: Answer) -> Answer:
    """Silence, though the document has something at the very place: it is stated and no good."""
    if row.test == "workload" and (odd := _calendar(case)):
        return wrong(f"{row.element}: {odd}", _WORKLOAD)
    if answer.kind != "silent":
        return answer
    for path in dict.fromkeys((answer.path or row.where[0], *row.where)):
        found = case.unread(path)
        if found is None:
            continue
        # A number without a unit is said, and not enough to tell.
        bare = row.test == "workload" and isinstance(found.value, int | float)
        return (unsure if bare else wrong)(_unfit(row, str(found.value), found.reason), path)
    return answer


def _calendar(case: Case) -> str:
    """What is odd about a duration that stands where the hours belong."""
    found = case.unread(_WORKLOAD)
    return sizes.calendar_duration(str(found.value)[:_LONGEST]) if found else ""


def _durations(case: Case) -> Iterator[Advice]:
    """The same elsewhere in the document, such as at an activity."""
    home = case.unread(_WORKLOAD)
    for one in case.document.loss:
        member = one.path.rpartition("/")[2]
        odd = sizes.calendar_duration(str(one.value)[:_LONGEST]) if member in _HOURS else ""
        if odd and one is not home:
            yield Advice("size.calendar-duration", one.path, odd, _HOURS_FIX)


def _unfit(row: Row, text: str, reason: str) -> str:
    shown = " ".join(text[:300].split())[:60]
    place, _, sentence = reason.partition(": ")
    told = sentence if sentence and " " not in place else reason
    return f"{row.element}: it says “{shown}”, which cannot be read as that. {told}"


def _result(case: Case, row: Row, outcome: str, message: str, path: str) -> Result:
    return Result(
        id=row.id,
        element=row.element,
        outcome=outcome,
        severity=row.severity,
        pointer=case.pointer(path, *row.where),
        message=message,
        fix=row.fix if outcome in ("failed", "could-not-tell") else "",
        clause=row.clause,
    )


def _label(case: Case, derived: Class) -> Mislabel | None:
    """What it is called against what it is; a foreign type word counts where none of ours does."""
    return mislabel(case.record, derived, native_words(case))


def native_words(case: Case) -> tuple[str, ...]:
    """The type words of its own format that are no kind of ours, kept by the record or not."""
    given = [value for _, value in case.values("/type_stated")]
    given += [one.value for one in case.lost("achievementType")]
    return tuple(str(word) for one in given for word in (one if isinstance(one, list) else [one]))


def _label_row(case: Case, found: Mislabel | None) -> list[Result]:
    if found is None or not found.certain:
        return []
    return [
        Result(
            id="class.label",
            element="Class of credential",
            outcome="failed",
            severity="mandatory",
            pointer=case.pointer(found.label.path, "/achievement/kind"),
            message=found.message,
            fix=_LABEL_FIX,
            clause=_LABEL_CLAUSE,
        )
    ]


def _open_label(found: Mislabel) -> Advice:
    return Advice("class.label-open", found.label.path, found.message, _LABEL_FIX)


def _placed(case: Case, one: Advice) -> Advice:
    return replace(one, pointer=case.pointer(one.pointer))
