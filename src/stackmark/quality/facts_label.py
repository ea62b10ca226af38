"""The facts label of an achievement or credential: the same rows everywhere, like on food.

``label`` gives every row in one fixed order (``facts_words.LABELS``). What nobody said is
``unknown`` and printed so; what the issuer keeps to itself is ``withheld``; a figure that would
speak of fewer than ``LEAST`` people is ``suppressed``; credit or level without the name of who
assigned it is ``self-declared``. An endorsement stands in a row of its own, never among quality
assurance. The label says what a record says; whether that is true is for ``verification``.

Source of the suppression: k-anonymity with k = 5, the usual least cell of public tables
(Sweeney 2002; docs/reference/facts-label.md). Where a rate would tell that fewer than ``LEAST``
passed, or did not, the rate is not printed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from stackmark.model.achievement import Achievement, Quality
from stackmark.model.figure import Figure
from stackmark.model.record import Record, Result
from stackmark.quality.facts_assessed import (
    CODES,
    LEAST,
    NOTHING,
    Said,
    State,
    figure_of,
    figure_row,
    plan_row,
)
from stackmark.quality.facts_words import LABELS, Voice

FIGURES: Final = ("pass-rate", "agreement", "holders")
"""The rows an issuer may withhold."""

ENDORSEMENT: Final = "industry-endorsement"
_PLANNED: Final = frozenset({"components", "binding", "authorship", "ai-tools", "markers"})
_ALIKE: Final = {"first-pass-rate": "pass-rate"}  # withheld together


@dataclass(frozen=True, slots=True)
class Fact:
    """A row: ``value`` is what is printed, ``items`` the single entries where there are several.

    ``value`` is never empty: it says "unknown" where ``state`` does.
    """

    code: str
    label: str
    value: str
    state: State = "stated"
    note: str = ""
    items: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The row, without note and items where there are none."""
        found: dict[str, Any] = {
            "code": self.code,
            "label": self.label,
            "value": self.value,
            "state": self.state,
        }
        found |= {"note": self.note} if self.note else {}
        return found | ({"items": list(self.items)} if self.items else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signed statement in force about the achievement or its issuer; its signature was checked.

    ``kind`` is ``accreditation`` or ``endorsement``, ``by`` the name of who made it.
    """

    kind: Literal["accreditation", "endorsement"]
    by: str
    date: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Figures about an achievement that no record holds; ``None`` is unknown.

    ``pass_rate`` is a share from 0 to 1 of ``assessed`` people, ``agreement`` the value of
    ``agreement_measure`` over ``marked_twice`` pieces of work. ``withheld`` are codes of
    ``FIGURES``. ``published`` is the day of the version, ``today`` the day reviews are due by.
    ``signed`` is what others stated with their signature. ``assessment`` are the figures of
    ``facts_assessed.CODES`` as the issuer last published them.
    """

    holders: int | None = None
    pass_rate: float | None = None
    assessed: int | None = None
    agreement: Decimal | None = None
    agreement_measure: str = ""
    marked_twice: int | None = None
    withheld: frozenset[str] = frozenset()
    published: dt.date | None = None
    today: dt.date | None = None
    signed: tuple[Signed, ...] = ()
    assessment: tuple[Figure, ...] = ()


def label(
    record: Record, known: Known | None = None, voice: Voice | None = None
) -> tuple[Fact, ...]:
    """Every row, in the one order; results, the plan and figures of it only where they are.

    Texts of people are in the record's language, all else as ``voice`` says it (English).
    """
    return tuple(_Label(record, known or Known(), voice or Voice()).rows())


class _Label:
    """One label in the making."""

    def __init__(self, record: Record, known: Known, voice: Voice) -> None:
        self.record = record
        self.about: Achievement = record.achievement
        self.known = known
        self.voice = voice

    def rows(self) -> Iterator[Fact]:
        for code in LABELS:
            said = self._said(code)
            if said is not None:
                yield self._fact(code, said)

    def _said(self, code: str) -> Said | None:
        """What a row says; ``None`` for one that is left out where there is nothing."""
        if code == "result" and not self._results():
            return None
        wanted = _ALIKE.get(code, code)
        figure = figure_of(code, self.known.assessment)
        if wanted in self.known.withheld and wanted in FIGURES:
            return Said(state="withheld") if wanted == code or figure else None
        if code in _PLANNED:
            found = plan_row(code, self.about, self.voice)
            return found if found.value else None
        if code in CODES and code not in FIGURES:
            return None if figure is None else figure_row(code, figure, self.voice)
        said: Said = getattr(self, f"_{code.replace('-', '_')}")()
        silent = figure is not None and not said.value
        return figure_row(code, figure, self.voice) if silent and figure else said

    def _fact(self, code: str, said: Said) -> Fact:
        state: State = said.state
        if not said.value and state in ("stated", "self-declared"):
            state = "unknown"
        value = said.value or self.voice.state(state)
        return Fact(code, self.voice.label(code), value, state, said.note, said.items)

    def _by(self, value: str, name: str, *more: str) -> Said:
        """A value and who assigned it."""
        by = self.voice.say("by", name=name) if name else self.voice.state("self-declared")
        note = "; ".join(filter(None, (*more, by)))
        return Said(value, note, "stated" if name else "self-declared")

    # -- size ----------------------------------------------------------------------------------

    def _level(self) -> Said:
        found, say = self.about.level, self.voice.say
        if found is None:
            return NOTHING
        if found.not_levelled:
            return Said(say("not-levelled"), say("not-levelled.note"))
        national = f"{found.framework} {found.code}".strip()
        if found.eqf:
            return self._by(say("eqf", level=found.eqf), found.assigned_by, national)
        return self._by(national, found.assigned_by)

    def _hours(self) -> Said:
        found = self.about.workload
        if found is None or found.low is None or found.high is None:
            return NOTHING
        low, high = self.voice.number(found.low), self.voice.number(found.high)
        if found.low != found.high:
            return Said(self.voice.say("hours.range", low=low, high=high))
        return Said(self.voice.say("hours.one" if found.high == 1 else "hours", count=high))

    def _credit(self) -> Said:
        found = self.about.credit
        if found is None or found.value is None:
            return NOTHING
        unit = self.voice.unit(found.unit, found.value, found.unit_name)
        value = self.voice.say("credit", value=self.voice.number(found.value), unit=unit)
        return self._by(value, found.assigned_by)

    # -- learning and assessment ---------------------------------------------------------------

    def _outcomes(self) -> Said:
        texts = (self.voice.text(one.statement, self.about) for one in self.about.outcomes)
        said = tuple(filter(None, texts))
        if not said:
            return NOTHING
        key = "outcomes.one" if len(said) == 1 else "outcomes"
        return Said(self.voice.say(key, count=len(said)), items=said)

    def _assessed(self) -> Said:
        found = self.about.assessment
        if found is None:
            return NOTHING
        methods = ", ".join(self.voice.word("METHODS", one) for one in found.methods)
        about = self.voice.text(found.description, self.about)
        return Said(_first_large(methods), about) if methods else Said(about)

    def _supervised(self) -> Said:
        keys = {
            "unsupervised-no-id": "no",
            "supervised-no-id": "supervised.yes",
            "supervised-online-id": "supervised.online",
            "supervised-onsite-id": "supervised.onsite",
        }
        return self._supervision("supervised", keys)

    def _identity(self) -> Said:
        keys = {
            "unsupervised-no-id": "no",
            "supervised-no-id": "no",
            "supervised-online-id": "identity.online",
            "supervised-onsite-id": "identity.onsite",
        }
        return self._supervision("identity", keys)

    def _supervision(self, code: str, keys: dict[str, str]) -> Said:
        """The plan says it in its own words; else the EU's one word for both does."""
        planned = plan_row(code, self.about, self.voice)
        if planned.value:
            return planned
        key = keys.get(self.about.supervision)
        return Said(self.voice.say(key)) if key else NOTHING

    def _pass_rule(self) -> Said:
        found = self.about.assessment
        if found is None:
            return NOTHING
        if found.is_attendance:
            return Said(self.voice.say("none"), self.voice.say("nothing-assessed"))
        rule = self.voice.text(found.pass_rule, self.about)
        return Said(rule, self._mark()) if rule else Said(self._mark())

    def _mark(self) -> str:
        found = self.about.assessment
        if found is None or found.required is None:
            return ""
        mark = self.voice.number(found.required)
        if found.scale == "percent":
            return self.voice.say("mark.percent", mark=mark)
        if found.maximum is None:
            return self.voice.say("mark.points", mark=mark)
        return self.voice.say("mark.of", mark=mark, top=self.voice.number(found.maximum))

    def _scale(self) -> Said:
        found = self.about.assessment
        if found is None or not found.scale:
            return NOTHING
        scale = _first_large(self.voice.word("SCALES", found.scale))
        if found.maximum is None:
            return Said(scale)
        return Said(self.voice.say("scale.top", scale=scale, top=self.voice.number(found.maximum)))

    def _results(self) -> tuple[Result, ...]:
        return self.record.award.results if self.record.award else ()

    def _result(self) -> Said:
        items = tuple(map(self._one_result, self._results()))
        return Said("; ".join(items), items=items if len(items) > 1 else ())

    def _one_result(self, one: Result) -> str:
        """A mark with the scale it stands on."""
        if one.criterion and one.level:
            of = f" ({one.value})" if one.value else ""
            return f"{one.name}: {one.level}{of}" if one.name else f"{one.level}{of}"
        scale = one.scale or self.voice.say("scale.missing")
        value = one.value or one.level or one.status
        key = "result.of" if one.maximum and one.value else "result"
        said = self.voice.say(key, value=value, top=one.maximum, scale=scale)
        if one.required:
            said = f"{said}, {self.voice.say('result.needed', mark=one.required)}"
        return f"{one.name}: {said}" if one.name else said

    # -- figures -------------------------------------------------------------------------------

    def _pass_rate(self) -> Said:
        rate, count = self.known.pass_rate, self.known.assessed
        if rate is None:
            return NOTHING
        if count is not None and (few := self._few(count, round(rate * count))):
            return self._suppressed(few)
        share = self.voice.say("percent", percent=self.voice.number(_percent(rate)))
        of = self.voice.say("percent.of", count=self.voice.number(count)) if count else ""
        return Said(share, of)

    def _few(self, count: int, passed: int) -> str:
        """What is printed in place of a rate that would speak of too few; empty when it may."""
        if count < LEAST:
            return self.voice.say("few-assessed", least=LEAST)
        low, high = passed < LEAST, count - passed < LEAST
        if low and high:
            return self.voice.say("not-shown")
        if low or high:
            key = "few-passed" if low else "few-failed"
            return self.voice.say(key, least=LEAST, count=self.voice.number(count))
        return ""

    def _agreement(self) -> Said:
        value, count = self.known.agreement, self.known.marked_twice
        if value is None:
            return NOTHING
        if count is not None and count < LEAST:
            return self._suppressed(self.voice.say("not-shown"))
        said, measure = self.voice.number(value), self.known.agreement_measure
        said = self.voice.say("agreement", value=said, measure=measure) if measure else said
        of = self.voice.say("agreement.of", count=self.voice.number(count)) if count else ""
        return Said(said, of)

    def _holders(self) -> Said:
        count = self.known.holders
        if count is None:
            return NOTHING
        if count < LEAST:
            return self._suppressed(self.voice.say("fewer", least=LEAST))
        return Said(self.voice.number(count))

    def _suppressed(self, value: str) -> Said:
        return Said(value, self.voice.say("suppressed", least=LEAST), "suppressed")

    # -- who looked at it ----------------------------------------------------------------------

    def _quality(self) -> Said:
        """What was done, by whom, when; all but endorsements."""
        found = [one for one in self.about.quality if one.type != ENDORSEMENT]
        signed = self._signed("accreditation")
        told = "quality.mixed" if signed else "quality.as-stated"
        return self._looks(found, self.voice.say(told) if found else "", signed)

    def _endorsement(self) -> Said:
        found = [one for one in self.about.quality if one.type == ENDORSEMENT]
        signed = self._signed("endorsement")
        note = self.voice.say("endorsement.note") if found or signed else ""
        return self._looks(found, note, signed)

    def _signed(self, kind: str) -> tuple[str, ...]:
        """What others signed, each in a phrase."""
        say, day = self.voice.say, self.voice.day
        rows = [one for one in self.known.signed if one.kind == kind]
        return tuple(say(f"signed.{kind}", name=one.by, day=day(one.date)) for one in rows)

    def _looks(self, found: list[Quality], note: str, signed: tuple[str, ...]) -> Said:
        items = (*signed, *map(self._look, found))
        return Said("; ".join(items), note, items=items if len(items) > 1 else ())

    def _look(self, one: Quality) -> str:
        say, what = self.voice.say, _first_large(self.voice.word("QUALITY", one.type))
        if one.name:
            said = say("quality.by", what=what, name=one.name)
        else:
            said = say("quality.by-unknown", what=what)
        day = self.voice.day(one.date) if one.date else ""
        said = say("quality.on", said=said, day=day) if day else say("quality.undated", said=said)
        return f"{said}; {self._due(one.review_due)}" if one.review_due else said

    def _due(self, day: dt.date) -> str:
        late = self.known.today is not None and day < self.known.today
        return self.voice.say("quality.late" if late else "quality.due", day=self.voice.day(day))

    def _version(self) -> Said:
        day = self.known.published
        on = self.voice.say("version.on", day=self.voice.day(day)) if day else ""
        return Said(self.record.version, on if self.record.version else "")


def _percent(rate: float) -> Decimal:
    """A share in whole percent; to a tenth where that would say all or nobody."""
    whole = Decimal(round(rate * 100))
    return whole if 0 < whole < 100 or rate in (0, 1) else round(Decimal(rate) * 100, 1)


def _first_large(text: str) -> str:
    """A controlled word at the beginning of a value."""
    return text[:1].upper() + text[1:]
