"""The five rows filled from two records: what is held, and what it is to count for.

What is filled in is a proposal. A row becomes a substantial difference here only where both sides
state it and the distance passes ``Margins``; whatever is not stated could not be told, as the
recogniser carries the burden of proof (Lisbon Recognition Convention, article VI.1).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from stackmark.credit.assigned import say_credit, say_level
from stackmark.credit.convert import Conversion, convert
from stackmark.credit.levels import to_level
from stackmark.credit.numbers import show_range
from stackmark.credit.policies import HOURS, Range
from stackmark.errors import StackmarkError, UsageError
from stackmark.model.achievement import Achievement, Credit, Level
from stackmark.model.record import Record
from stackmark.recognition.outcomes import match_outcomes
from stackmark.recognition.rows import (
    SAME,
    SLIGHT,
    SUBSTANTIAL,
    UNKNOWN,
    Comparison,
    Match,
    Row,
    outcome_row,
)

_EXTERNAL: Final = frozenset(
    {
        *("institution-accreditation", "programme-accreditation", "external-review"),
        "professional-body",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """From where on a distance is proposed as substantial.

    ``levels`` of the EQF below what is wanted; ``workload`` is the missing share of it, above
    which it counts. No convention states these numbers; they are this software's proposals.
    """

    levels: int = 2
    workload: Fraction = Fraction(1, 2)

    def __post_init__(self) -> None:
        if self.levels < 1 or not 0 < self.workload < 1:
            raise UsageError(
                "recognition.margins",
                "Margins are at least 1 level, and a share of workload between 0 and 1.",
            )


def compare(
    held: Record,
    wanted: Record,
    *,
    matches: Iterable[Match] = (),
    policy: str = "",
    margins: Margins | None = None,
) -> Comparison:
    """The five rows of two records.

    ``matches`` are those a person stated; they stand before what is found by skill ids.
    ``policy`` is the id of a rule of ``stackmark.credit`` between the two units; without it the
    convention of the pair is taken and named in the row. Raises ``UsageError`` ``usage.policy``,
    ``recognition.match`` for a match of outcomes that neither side states.
    """
    return compare_achievements(
        held.achievement,
        wanted.achievement,
        matches=matches,
        policy=policy,
        margins=margins,
    )


def compare_achievements(
    held: Achievement,
    wanted: Achievement,
    *,
    matches: Iterable[Match] = (),
    policy: str = "",
    margins: Margins | None = None,
) -> Comparison:
    """``compare`` for two descriptors."""
    limits = margins or Margins()
    stated = tuple(matches)
    own, other = _statements(held), _statements(wanted)
    _known(stated, own, other)
    found = match_outcomes(held, wanted, stated)
    return Comparison(
        rows=(
            level_row(held.level, wanted.level, limits),
            workload_row(held, wanted, policy, limits),
            quality_row(held, wanted),
            profile_row(held, wanted),
            outcome_row(found, own, other),
        ),
        matches=found,
        wanted_outcomes=other,
        credit=wanted.credit,
    )


def _statements(one: Achievement) -> tuple[str, ...]:
    said = (one.say(outcome.statement) for outcome in one.outcomes)
    return tuple(dict.fromkeys(text for text in said if text))


def _known(stated: tuple[Match, ...], held: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    for one in stated:
        if one.held not in held or one.wanted not in wanted:
            side = one.held if one.held not in held else one.wanted
            raise UsageError(
                "recognition.match", f"A match speaks of {side[:80]!r}, which is not stated."
            )


def level_row(held: Level | None, wanted: Level | None, margins: Margins) -> Row:
    """Levels at the EQF; national ones by their published referencing."""
    own, other = _eqf(held), _eqf(wanted)
    words = [say_level(one) if one else "The level is unknown." for one in (held, wanted)]
    if own is None or other is None:
        side = "held" if own is None else "to be counted for"
        finding, reason, policy = UNKNOWN, f"What is {side} has no level at the EQF.", ""
    else:
        (low, high, by), (least, most, by_other) = own, other
        policy = ", ".join(sorted({by, by_other} - {""}))
        finding, reason = _level_finding((low, high), (least, most), margins)
    return Row(
        name="level", held=words[0], wanted=words[1], finding=finding, reason=reason, policy=policy
    )


def _level_finding(
    own: tuple[int, int], other: tuple[int, int], margins: Margins
) -> tuple[str, str]:
    if own[0] >= other[1]:
        return SAME, f"EQF {_span(own)} is not below EQF {_span(other)}."
    if own[1] >= other[0]:
        return UNKNOWN, f"EQF {_span(own)} and EQF {_span(other)} overlap."
    below = other[0] - own[1]
    said = f"EQF {_span(own)} lies {below} level{'s' if below > 1 else ''} below EQF {_span(other)}"
    if below >= margins.levels:
        return SUBSTANTIAL, f"{said}; from {margins.levels} on this is proposed as substantial."
    return SLIGHT, f"{said}."


def _span(ends: tuple[int, int]) -> str:
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _eqf(level: Level | None) -> tuple[int, int, str] | None:
    """Lowest and highest EQF level and the table that says so."""
    if level is None or level.not_levelled:
        return None
    if level.eqf:
        return level.eqf, level.eqf, ""
    try:
        found = to_level(level.framework, level.code, "eqf")
    except StackmarkError:
        return None
    return int(found.low), int(found.high), found.policy


def workload_row(held: Achievement, wanted: Achievement, policy: str, margins: Margins) -> Row:
    """Credit in the wanted unit by a named policy, else hours of learning."""
    words = [_say_workload(one) for one in (held, wanted)]
    found = _sizes(held, wanted, policy)
    if found is None:
        finding, by = UNKNOWN, ""
        reason = "No single policy puts both workloads into one unit."
    else:
        own, other, by, sentence = found
        finding, reason = _workload_finding(own, other, margins)
        reason = f"{sentence} {reason}".strip()
    return Row(
        name="workload", held=words[0], wanted=words[1], finding=finding, reason=reason, policy=by
    )


def _say_workload(one: Achievement) -> str:
    parts = [say_credit(one.credit)] if one.credit else []
    if one.workload and one.workload.low is not None and one.workload.high is not None:
        span = Range(Fraction(one.workload.low), Fraction(one.workload.high))
        parts.append(f"{show_range(span)} hours of learning.")
    return " ".join(parts) or "The workload is unknown."


def _workload_finding(own: Range, other: Range, margins: Margins) -> tuple[str, str]:
    if own.low >= other.low:
        return SAME, "It is not less than what is wanted."
    if own.high >= other.low:
        return UNKNOWN, f"The interval reaches both sides of {show_range(other)}."
    missing = 1 - own.high / other.low
    share = f"At least {float(missing):.0%} of what is wanted is missing"
    if missing > margins.workload:
        limit = f"more than {float(margins.workload):.0%} is proposed as substantial"
        return SUBSTANTIAL, f"{share}; {limit}."
    return SLIGHT, f"{share}."


def _sizes(
    held: Achievement, wanted: Achievement, policy: str
) -> tuple[Range, Range, str, str] | None:
    """Both in one unit: held, wanted, the policy's id and its sentence."""
    if held.credit and wanted.credit and held.credit.value and wanted.credit.value:
        size = Fraction(wanted.credit.value)
        if _own_unit(held.credit, wanted.credit):
            mine = Fraction(held.credit.value)
            said = f"Both are stated in {held.credit.unit_name}."
            return Range(mine, mine), Range(size, size), "same-unit", said
        found = _converted(held.credit, wanted.credit, policy)
        if found is not None:
            return found.found, Range(size, size), found.policy, found.sentence
    own, other = _hours(held), _hours(wanted)
    if own is None or other is None:
        return None
    return own, other, HOURS, "Hours of learning as both sides state them."


def _own_unit(one: Credit, other: Credit) -> bool:
    """Whether both are in a unit that no policy knows, of the same name."""
    return one.unit == other.unit == "other" and one.unit_name == other.unit_name


def _converted(held: Credit, wanted: Credit, policy: str) -> Conversion | None:
    """``None`` where the pair has no answer; a policy that does not exist is an error."""
    try:
        return convert(held.value or 0, held.unit, wanted.unit, by=policy)
    except UsageError as error:
        if error.reason == "usage.policy":
            raise
        return None
    except StackmarkError:
        return None


def _hours(one: Achievement) -> Range | None:
    if one.workload and one.workload.low is not None and one.workload.high is not None:
        return Range(Fraction(one.workload.low), Fraction(one.workload.high))
    return None


def quality_row(held: Achievement, wanted: Achievement) -> Row:
    """Who looked at the quality. Nothing stated is nothing known, not a low quality."""
    own, other = ({one.type for one in side.quality} for side in (held, wanted))
    if not own:
        finding, reason = UNKNOWN, "What is held states nothing about its quality assurance."
    elif own & _EXTERNAL:
        finding, reason = SAME, "Its quality was looked at from outside."
    elif other & _EXTERNAL:
        finding = SLIGHT
        reason = "Only its own institution or employers looked at it, not a body from outside."
    else:
        finding, reason = SAME, "Neither was looked at from outside."
    return Row(
        name="quality", held=_quality(held), wanted=_quality(wanted), finding=finding, reason=reason
    )


def _quality(one: Achievement) -> str:
    said = [f"{_word(each.type)}{f' ({each.name})' if each.name else ''}" for each in one.quality]
    return f"{'; '.join(said)}." if said else "Nothing is stated about quality assurance."


def profile_row(held: Achievement, wanted: Achievement) -> Row:
    """Field of study (ISCED-F 2013) and kind; a difference here is a person's to weigh."""
    own = held.field.code if held.field else ""
    other = wanted.field.code if wanted.field else ""
    if not own or not other:
        finding, reason = UNKNOWN, "A field of study is not stated on both sides."
    elif own[:2] != other[:2]:
        finding, reason = SLIGHT, f"The fields {own} and {other} of ISCED-F share no broad field."
    elif not (own.startswith(other) or other.startswith(own)):
        finding, reason = SLIGHT, f"The fields {own} and {other} share the broad field {own[:2]}."
    elif held.kind and wanted.kind and held.kind != wanted.kind:
        finding, reason = SLIGHT, "The same field, of another kind of credential."
    else:
        finding, reason = SAME, f"The field {own} lies in the field {other} or holds it."
    return Row(
        name="profile", held=_profile(held), wanted=_profile(wanted), finding=finding, reason=reason
    )


def _profile(one: Achievement) -> str:
    parts = [_word(one.kind)] if one.kind else []
    if one.field and (one.field.code or one.field.name):
        parts.append(f"field {one.field.code} {one.field.name}".strip())
    if one.assessment and one.assessment.methods:
        parts.append(f"assessed by {', '.join(map(_word, one.assessment.methods))}")
    return f"{'; '.join(parts)}." if parts else "The profile is unknown."


def _word(code: str) -> str:
    return code.replace("-", " ")
