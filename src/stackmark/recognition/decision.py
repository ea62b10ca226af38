"""A decision on recognition: the verdict, its reasons, and the way to appeal.

Lisbon Recognition Convention: recognise unless a substantial difference is shown (VI.1), the
burden of proof is the recogniser's (III.3.5), reasons and a way to appeal are told (III.5). No
verdict is ever chosen beforehand: a decision without one cannot be read.
"""

# ruff: noqa: RUF009 - each of these calls gives a fresh dataclasses.field with its rule

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import orjson

from stackmark.errors import UsageError
from stackmark.model import achievement_rules as rule
from stackmark.model.achievement import MAX_OUTCOMES, Credit
from stackmark.model.achievement_rules import PARAGRAPH, Part, refuse
from stackmark.model.record import Record
from stackmark.recognition.rows import Comparison

FULL: Final = "full"
PARTIAL: Final = "partial"
CONDITIONAL: Final = "conditional"
REFUSED: Final = "refused"
VERDICTS: Final = (FULL, PARTIAL, CONDITIONAL, REFUSED)
SOURCES: Final = ("credential", "portfolio")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class DefaultRule:
    """Recognise unless a substantial difference is shown: the default, and on whose word.

    ``binding`` is true where a treaty asks for it, false where it is a house's own policy.
    """

    id: str
    title: str
    source: str
    binding: bool

    def stands_against(self, comparison: Comparison) -> tuple[str, ...]:
        """Names of the rows that stand against recognition; none means: recognise in full."""
        return tuple(one.name for one in comparison.substantial)


LISBON: Final = DefaultRule(
    "lisbon",
    "Recognise unless a substantial difference is shown",
    "Lisbon Recognition Convention (ETS 165), articles IV.1, V.1 and VI.1: qualifications of "
    "higher education",
    binding=True,
)
POLICY: Final = DefaultRule(
    "policy",
    "Recognise unless a substantial difference is shown",
    "The recogniser's own policy, for what the convention does not cover",
    binding=False,
)
DEFAULT_RULES: Final[Mapping[str, DefaultRule]] = {one.id: one for one in (LISBON, POLICY)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Part):
    """What is recognised: its id, the SHA-256 of its exact bytes, and who issued it.

    ``achievement`` is the id of what it was awarded for, ``version`` and ``content`` (the SHA-256
    of ``content_digest``) say which edition.
    """

    kind: str = rule.choice(SOURCES)
    id: str = rule.identifier()
    sha256: str = rule.text(64)
    issuer: str = rule.identifier()
    achievement: str = rule.identifier()
    version: str = rule.text(100)
    content: str = rule.text(64)

    def check(self, place: str) -> None:
        """Bound by id and digest; a credential has an issuer."""
        if not self.kind or not self.id or not self.sha256:
            refuse("missing", place, "a source needs its kind, id and sha256.")
        if self.kind == "credential" and not self.issuer:
            refuse("missing", f"{place}/issuer", "a credential has an issuer.")
        for name in ("sha256", "content"):
            value = getattr(self, name)
            if value and not _SHA256.fullmatch(value):
                refuse("digest", f"{place}/{name}", "is no SHA-256 in lower-case hexadecimal.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body(Part):
    """Who decides: an id and a name. Persons are not named."""

    id: str = rule.identifier()
    name: str = rule.text()

    def check(self, place: str) -> None:
        """Both are said."""
        if not self.id or not self.name:
            refuse("missing", place, "who decides needs an id and a name.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal(Part):
    """Where and until which day somebody may appeal."""

    route: str = rule.text(PARAGRAPH)
    until: dt.date | None = rule.day()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Part):
    """One decision about one source, for one achievement of the recogniser.

    ``outcomes`` and ``credit`` say what a partial recognition is worth; ``conditions`` what has
    to be met first; ``reasons`` are mandatory for anything short of full. ``default`` names the
    ``DefaultRule`` it was decided under. ``measures`` are what somebody may do to be recognised in
    full later (the convention's III.5 asks for it beside the reasons).
    """

    source: Source = rule.part(Source)
    target: str = rule.identifier()
    target_name: str = rule.text()
    recogniser: Body = rule.part(Body)
    default: str = rule.choice(tuple(DEFAULT_RULES))
    comparison: Comparison = rule.part(Comparison)
    verdict: str = rule.choice(VERDICTS)
    outcomes: tuple[str, ...] = rule.words(1_000, MAX_OUTCOMES)
    credit: Credit | None = rule.part(Credit)
    conditions: tuple[str, ...] = rule.words(1_000, 20)
    reasons: tuple[str, ...] = rule.words(PARAGRAPH, 20)
    measures: tuple[str, ...] = rule.words(1_000, 20)
    decided: dt.date | None = rule.day()
    appeal: Appeal | None = rule.part(Appeal)

    def check(self, place: str) -> None:
        """Every member that is needed, and none that contradicts another."""
        del place  # the sentences below name what is wrong
        _complete(self)
        _appealable(self)
        _reasoned(self)
        _burden(self)
        _fits(self)

    @staticmethod
    def from_json(value: Any) -> Decision:
        """Read strictly.

        Raises ``DescriptorError`` ``descriptor.…`` for a member that cannot be read, and
        ``UsageError`` ``recognition.…`` for what is missing or contradicts itself.
        """
        return rule.read(Decision, value)

    def to_json(self) -> dict[str, Any]:
        """As JSON, without what is unknown."""
        found: dict[str, Any] = rule.write(self)
        return found

    @property
    def default_rule(self) -> DefaultRule:
        """The rule it was decided under."""
        return DEFAULT_RULES[self.default]


def content_digest(record: Record) -> str:
    """SHA-256 over what an achievement says, in one fixed order: equal editions are equal here."""
    inner = {"achievement": record.achievement.to_json(), "type": record.type_stated}
    return hashlib.sha256(orjson.dumps(inner, option=orjson.OPT_SORT_KEYS)).hexdigest()


def source_of(record: Record, data: bytes) -> Source:
    """The source a credential is: ``data`` are its exact bytes as they were received.

    Raises ``UsageError`` ``recognition.unnamed`` when it has no id or no issuer with an id.
    """
    award_id = record.award.id if record.award else ""
    issuer = record.issuer.id if record.issuer else ""
    if not award_id or not issuer:
        raise UsageError(
            "recognition.unnamed",
            "A credential without an id of its own and of its issuer cannot be recognised: "
            "nobody could say later which one was meant.",
        )
    return Source(
        kind="credential",
        id=award_id,
        sha256=hashlib.sha256(data).hexdigest(),
        issuer=issuer,
        achievement=record.id,
        version=record.version,
        content=content_digest(record),
    )


def _no(reason: str, sentence: str) -> NoReturn:
    raise UsageError(reason, sentence)


def _complete(one: Decision) -> None:
    if one.source is None or one.recogniser is None or one.comparison is None or not one.target:
        _no(
            "recognition.incomplete",
            "A decision needs source, target, recogniser and comparison.",
        )
    if not one.default or one.decided is None:
        _no(
            "recognition.incomplete",
            "A decision names its default rule and the day it was decided.",
        )
    if not one.verdict:
        _no(
            "recognition.verdict",
            f"Choose a verdict: {', '.join(VERDICTS)}; none is taken by itself.",
        )


def _appealable(one: Decision) -> None:
    if one.appeal is None or not one.appeal.route or one.appeal.until is None:
        _no("recognition.appeal", "Say how and until which day somebody may appeal.")
    if one.decided is not None and one.appeal.until < one.decided:
        _no(
            "recognition.appeal-date",
            f"The appeal ends {one.appeal.until}, before the decision was made.",
        )


def _reasoned(one: Decision) -> None:
    silent = [row.name for row in one.comparison.substantial if not row.reason]
    if silent:
        _no("recognition.row-reason", f"Say why {silent[0]} differs substantially.")
    if one.verdict != FULL and not one.reasons:
        _no("recognition.reasons", f"A verdict of {one.verdict} needs its reasons.")
    if one.verdict == FULL and one.measures:
        _no("recognition.measures", "What is recognised in full leaves nothing to be done.")


def _burden(one: Decision) -> None:
    against = one.default_rule.stands_against(one.comparison)
    if one.verdict == FULL and against:
        _no(
            "recognition.contradiction",
            f"Full recognition, and a substantial difference in {', '.join(against)}; "
            "change the verdict, or the finding with its reason.",
        )
    if one.verdict != FULL and not against:
        _no(
            "recognition.burden",
            f"A verdict of {one.verdict} needs a substantial difference that is shown in a row; "
            "a row that could not be told is none.",
        )


def _fits(one: Decision) -> None:
    if (one.verdict == CONDITIONAL) != bool(one.conditions):
        _no(
            "recognition.conditions",
            "Conditions go with a conditional verdict and are needed there.",
        )
    if (one.verdict == PARTIAL) != bool(one.outcomes):
        _no("recognition.outcomes", "Outcomes go with a partial verdict and are needed there.")
    odd = [each for each in one.outcomes if each not in one.comparison.wanted_outcomes]
    if odd:
        _no("recognition.outcome", f"{odd[0][:80]!r} is no outcome of what it is to count for.")
    if one.verdict == PARTIAL and one.credit is None:
        _no(
            "recognition.credit",
            "Say how many credits the recognised part is worth, with their unit.",
        )
    if one.verdict == REFUSED and one.credit is not None:
        _no("recognition.credit", "What is refused is worth no credit.")
    _not_too_much(one)


def _not_too_much(one: Decision) -> None:
    whole = one.comparison.credit
    if one.credit is None or whole is None or one.credit.unit != whole.unit:
        return
    given, most = one.credit.value, whole.value
    if given is not None and most is not None and given > most:
        _no("recognition.credit-range", f"{given} credits are more than the {most} of the whole.")
