"""What a standard-setting workshop has come to: cuts by round, doubts, the impact of a cut.

Everything is in percent of what the workshop is about (the whole, or one component). Statistics
come from ``stackmark.assessment``; a judge who withdrew is left out of all rounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stackmark.assessment import angoff, standard_setting
from stackmark.assessment.statistic import Statistic
from stackmark.errors import UsageError
from stackmark_web.assessing import allotting
from stackmark_web.assessing.models import Attempt, Judge, Rating, Workshop
from stackmark_web.assessing.wording_notes import words_of

BORDERLINE: Final = 2.0  # of 1 clear fail, 2 borderline, 3 clear pass, 4 good, 5 outstanding
MIN_JUDGES: Final = angoff.JUDGES
_COUNTED: Final = (Attempt.Purpose.FIRST, Attempt.Purpose.RESIT)


@dataclass(frozen=True, slots=True)
class Round:
    """One round: its cut with error and interval, and each judge's own cut by code."""

    number: int
    cut: float | None
    error: float | None
    interval: tuple[float, float] | None
    sums: dict[str, float]
    judges: int


@dataclass(frozen=True, slots=True)
class Result:
    """All rounds so far; ``cut`` is that of the last. ``note`` says why there is none."""

    rounds: tuple[Round, ...] = ()
    note: str = ""
    flags: tuple[str, ...] = ()
    impact: Statistic | None = None
    method: str = ""
    of: str = "judges"
    n: int = 0

    @property
    def last(self) -> Round | None:
        """The last round with ratings."""
        return self.rounds[-1] if self.rounds else None

    @property
    def cut(self) -> float | None:
        """The cut of the last round."""
        return self.last.cut if self.last else None

    @property
    def error(self) -> float | None:
        """Its standard error."""
        return self.last.error if self.last else None


@dataclass(frozen=True, slots=True)
class ItemSpread:
    """What judges said of an item in a round: lowest, mean, highest; ``own`` of who looks."""

    id: str
    text: str
    low: float | None
    mean: float | None
    high: float | None
    own: float | None
    n: int


def active(workshop: Workshop) -> list[Judge]:
    """The judges who have not withdrawn."""
    return list(workshop.judges.filter(withdrawn_at=None))


def ratings_of(workshop: Workshop) -> list[Rating]:
    """The ratings that count, by round."""
    rows = Rating.objects.filter(judge__workshop=workshop, judge__withdrawn_at=None)
    return list(rows.select_related("judge").order_by("round", "judge__code"))


def result(workshop: Workshop) -> Result:
    """What the ratings so far come to."""
    rows = ratings_of(workshop)
    if not rows:
        return Result(note=_("Nobody has rated anything yet."))
    is_angoff = workshop.method == Workshop.Method.ANGOFF
    try:
        found = _angoff(workshop, rows) if is_angoff else _borderline(workshop, rows)
    except UsageError as error:
        return Result(note=words_of(error.detail))
    return _with_impact(workshop, found)


def _angoff(workshop: Workshop, rows: Sequence[Rating]) -> Result:
    given = [angoff.Rating(one.judge.code, one.round, one.item, one.value) for one in rows]
    sem, many = _sem(workshop), len(workshop.items)
    found = angoff.angoff(given, sem=None if sem is None else sem * many / 100)
    last = found.rounds[-1]
    unrated = {one["id"] for one in workshop.items} - set(last.item_means)
    unrated |= {item for item, mean in last.item_means.items() if mean != mean}  # noqa: PLR0124 - NaN
    rounds = tuple(
        _angoff_round(one, many, whole=one is not last or not unrated) for one in found.rounds
    )
    note = words_of(last.cut.note)
    if unrated:
        note = _("%(n)s of %(all)s items were rated by nobody in this round.") % {
            "n": len(unrated),
            "all": many,
        }
    flags = [*map(words_of, found.flags), *([] if sem is not None else [_no_sem(workshop)])]
    return Result(rounds, note, tuple(flags), method=last.cut.method, n=last.cut.n)


def _angoff_round(one: angoff.AngoffRound, many: int, *, whole: bool) -> Round:
    cut = one.cut.value if whole and len(one.item_means) == many else None
    interval = one.cut.interval if cut is not None else None
    return Round(
        number=one.number,
        cut=_share(cut, many),
        error=_share(one.standard_error.value, many),
        interval=interval and (interval[0] * 100 / many, interval[1] * 100 / many),
        sums={code: total * 100 / many for code, total in one.sums.items()},
        judges=one.cut.n,
    )


def _borderline(workshop: Workshop, rows: Sequence[Rating]) -> Result:
    numbers = sorted({one.round for one in rows})
    found = [_regression(workshop, [r for r in rows if r.round == n]) for n in numbers]
    rounds = tuple(
        Round(number, one.cut.value, one.standard_error.value, one.cut.interval, {}, judges)
        for number, (one, judges) in zip(numbers, found, strict=True)
    )
    last, judges = found[-1]
    flags = [*map(words_of, last.flags), *_doubts(workshop, rows, rounds[-1], judges)]
    cut = last.cut
    return Result(rounds, words_of(cut.note), tuple(flags), method=cut.method, of=cut.of, n=cut.n)


def _regression(
    workshop: Workshop, rows: Sequence[Rating]
) -> tuple[standard_setting.BorderlineRegression, int]:
    said: dict[str, list[float]] = {}
    for one in rows:
        said.setdefault(one.item, []).append(one.value)
    pairs = [(one["score"], fmean(said[one["id"]])) for one in workshop.items if one["id"] in said]
    scores, means = [score for score, _mean in pairs], [mean for _score, mean in pairs]
    made = standard_setting.borderline_regression(scores, means, borderline=BORDERLINE)
    return made, len({one.judge_id for one in rows})


def _doubts(workshop: Workshop, rows: Sequence[Rating], last: Round, judges: int) -> Iterable[str]:
    if judges < MIN_JUDGES:
        yield ngettext(
            "%(n)s judge took part in the last round; at least %(least)s are advised",
            "%(n)s judges took part in the last round; at least %(least)s are advised",
            judges,
        ) % {"n": judges, "least": MIN_JUDGES}
    sem = _sem(workshop)
    if sem is None:
        yield _no_sem(workshop)
    elif last.error is not None and last.error > sem / 2:
        yield _("the standard error of the cut, %(value)s, exceeds half the SEM, %(half)s") % {
            "value": f"{last.error:.3g}",
            "half": f"{sem / 2:.3g}",
        }
    there = sum(one.round == last.number for one in rows)
    missing = judges * len(workshop.items) - there
    if missing:
        yield ngettext(
            "%(n)s rating missing in the last round",
            "%(n)s ratings missing in the last round",
            missing,
        ) % {"n": missing}


def _sem(workshop: Workshop) -> float | None:
    """The published SEM in percent of the whole; None where none is known or it does not fit."""
    sem, known = allotting.sem_of(workshop.achievement)
    return sem if known and not workshop.component else None


def _no_sem(workshop: Workshop) -> str:
    if workshop.component:
        return _("the SEM of this part is not known, so the standard error cannot be judged by it")
    return _("the SEM is not published yet, so the standard error cannot be judged by it")


def _with_impact(workshop: Workshop, found: Result) -> Result:
    scores = counted_scores(workshop)
    if found.cut is None or not scores:
        return found
    said = standard_setting.impact(scores, found.cut)
    told = said.about("decided first attempts and resits, all candidates together")
    return Result(found.rounds, found.note, found.flags, told, found.method, found.of, found.n)


def counted_scores(workshop: Workshop) -> list[float]:
    """Scores of decided attempts so far, of the whole or of the workshop's component."""
    rows = Attempt.everywhere.filter(
        achievement=workshop.achievement_id, state=Attempt.State.DECIDED, purpose__in=_COUNTED
    )
    if not workshop.component:
        return [one for one in rows.values_list("total", flat=True) if one is not None]
    found = (one.get(workshop.component) for one in rows.values_list("scores", flat=True))
    return [one for one in found if isinstance(one, int | float)]


def spread(workshop: Workshop, number: int, judge: Judge | None = None) -> tuple[ItemSpread, ...]:
    """What was said of each item in a round, beside what one judge said."""
    said: dict[str, list[float]] = {}
    own: dict[str, float] = {}
    for one in ratings_of(workshop):
        if one.round == number:
            said.setdefault(one.item, []).append(one.value)
            if judge is not None and one.judge_id == judge.pk:
                own[one.item] = one.value
    return tuple(_item(one, said.get(one["id"], []), own.get(one["id"])) for one in workshop.items)


def _item(item: Any, said: list[float], own: float | None) -> ItemSpread:
    low, high = (min(said), max(said)) if said else (None, None)
    mean = fmean(said) if said else None
    return ItemSpread(item["id"], item["text"], low, mean, high, own, len(said))


def _share(value: float | None, many: int) -> float | None:
    return None if value is None else value * 100 / many
