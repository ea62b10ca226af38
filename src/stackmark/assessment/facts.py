"""The facts of an assessment: who passed, how well it measured, how far a pass can be trusted.

All rest on first attempts, one row a candidate; only the final pass rate looks at resits.
Practice, baseline and re-test attempts never count. A second form or attempt is never taken for
a parallel one: what rests on reliability rests on item scores, or on what the caller states.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stackmark.assessment.cohort import Cohort, People, cohort_of
from stackmark.assessment.facts_draws import Step, drawn_moments
from stackmark.assessment.facts_figures import Stated, figures_of
from stackmark.assessment.ledger import Ledger, Purpose
from stackmark.assessment.statistic import Statistic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stackmark.assessment.ledger import Attempt

DRAWS: Final = 1_000
SEED: Final = 20_220_616
"""Fixed, so that the same attempts give the same intervals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The facts of a ledger.

    ``counts`` has the attempts of each purpose. ``statistics`` has every figure by its name in
    JSON; ``by_form`` and ``by_cohort`` the same for the candidates whose first attempt was at
    that form or in that cohort, when there are several. ``agreement`` is the markers', when marks
    were given. ``notes`` are sentences about what the figures leave out.
    """

    population: str
    attempts: int
    candidates: int
    counts: Mapping[str, int]
    cut: float | None
    unit: str
    reliability_type: str
    statistics: Mapping[str, Statistic]
    by_form: Mapping[str, Mapping[str, Statistic]] = field(default_factory=dict)
    by_cohort: Mapping[str, Mapping[str, Statistic]] = field(default_factory=dict)
    agreement: Mapping[str, Statistic] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """All members; statistics as ``Statistic.to_json``."""
        return {
            "n": {"attempts": self.attempts, "candidates": self.candidates},
            "population": self.population,
            "purposes": dict(self.counts),
            "cut": self.cut,
            "unit": self.unit,
            "reliabilityType": self.reliability_type,
            "statistics": _json(self.statistics),
            "byForm": {name: _json(one) for name, one in self.by_form.items()},
            "byCohort": {name: _json(one) for name, one in self.by_cohort.items()},
            "agreement": _json(self.agreement),
            "notes": list(self.notes),
        }


def facts(
    attempts: Ledger,
    *,
    cut: float | None = None,
    reliability: Stated | None = None,
    agreement: Mapping[str, Statistic] | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    all_n: bool = False,
    step: Step | None = None,
) -> Facts:
    """The facts of all attempts of one assessment.

    ``cut`` in points, before the cuts in force of the attempts. ``reliability``: what the caller
    states, of first-attempt scores, with its type; it goes before alpha, and is held in every
    draw. ``agreement``: figures of the markers, to be carried along. Intervals are percentiles of
    ``draws`` bootstrap resamples of candidates from ``seed``, for pass rates Wilson's beside
    them. ``step`` is told how many draws are done. Least n: 30 candidates for every figure; the
    formula and source of each stand in its ``method`` and ``source``. Raises ``UsageError``
    ``assess.cut``, ``assess.reliability``.
    """
    told = _Teller(cut, reliability, draws, seed, all_n, step)
    people = attempts.people()
    whole = cohort_of(people, _population(people, ""), cut=cut)
    return Facts(
        population=whole.population,
        attempts=len(attempts.attempts),
        candidates=len(people),
        counts=_counts(attempts),
        cut=whole.cut,
        unit=whole.unit,
        reliability_type=_reliability_type(whole, reliability),
        statistics=told.figures(whole),
        by_form=told.groups(people, lambda one: one.form, "first attempts at form"),
        by_cohort=told.groups(people, _cohort_name, "first attempts in cohort"),
        agreement=dict(agreement or {}),
        notes=_notes(attempts, whole),
    )


@dataclass(frozen=True, slots=True)
class _Teller:
    """How figures are made, the same for the whole and for each group."""

    cut: float | None
    reliability: Stated | None
    draws: int
    seed: int
    all_n: bool
    step: Step | None

    def figures(self, cohort: Cohort) -> dict[str, Statistic]:
        moments = drawn_moments(cohort, draws=self.draws, seed=self.seed, step=self.step)
        return figures_of(cohort, moments, self.reliability, all_n=self.all_n)

    def groups(
        self, people: People, key: Callable[[Attempt], str], words: str
    ) -> dict[str, dict[str, Statistic]]:
        """The figures by a key of the first counted attempt; none when all have the same."""
        members: dict[str, list[Sequence[Attempt]]] = {}
        for mine in people:
            first = _first(mine)
            if first is not None:
                members.setdefault(key(first), []).append(mine)
        if len(members) < 2:
            return {}
        found = {}
        for name in sorted(members):
            shown = name or "(none stated)"
            population = _population(members[name], f"{words} {shown}")
            found[shown] = self.figures(cohort_of(members[name], population, cut=self.cut))
        return found


def _first(mine: Sequence[Attempt]) -> Attempt | None:
    for one in mine:
        if one.purpose is Purpose.FIRST:
            return one
    return None


def _cohort_name(one: Attempt) -> str:
    """The cohort as stated, else the year of the first attempt."""
    return one.cohort or (str(one.on.year) if one.on else "")


def _population(people: People, words: str) -> str:
    """Whom the figures speak of, with the days of the first attempts."""
    days = {one.on for mine in people if (one := _first(mine)) is not None and one.on}
    when = ""
    if days:
        first, last = min(days), max(days)
        when = f", {first} to {last}" if first < last else f", {first}"
    return f"{words or 'first attempts of all candidates'}{when}"


def _counts(attempts: Ledger) -> dict[str, int]:
    kinds = [one.purpose for one in attempts.attempts]
    return {one.value: kinds.count(one) for one in Purpose}


def _reliability_type(cohort: Cohort, stated: Stated | None) -> str:
    if stated is not None:
        return f"stated: {stated.kind}"
    return "alpha" if cohort.complete.any() and len(cohort.items) > 1 else ""


def _notes(attempts: Ledger, cohort: Cohort) -> tuple[str, ...]:
    notes = []
    left = sum(not one.counts for one in attempts.attempts)
    if left:
        notes.append(f"Baseline, practice and re-test attempts do not count: {left}.")
    lost = int(np.isnan(cohort.score).sum())
    if lost:
        notes.append(f"Without a first attempt here, and in the final pass rate only: {lost}.")
    some = np.isfinite(cohort.answers).any(axis=1)
    if part := int((some & ~cohort.complete).sum()):
        notes.append(f"Reliability is of those who answered every item; {part} did not.")
    if cohort.unit == "per cent":
        notes.append("max_score differs, so scores are in per cent of it.")
    return tuple(notes)


def _json(statistics: Mapping[str, Statistic]) -> dict[str, Any]:
    return {name: one.to_json() for name, one in statistics.items()}
