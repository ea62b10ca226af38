"""From moments of resamples to the figures of the facts, each with method, source and interval."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from stackmark.assessment.cohort import Cohort, Floats
from stackmark.assessment.decisions import (
    LivingstonLewis,
    livingston_lewis_verdicts,
    score_step,
)
from stackmark.assessment.facts_draws import Moments
from stackmark.assessment.intervals import percentile_interval, wilson
from stackmark.assessment.reliability import reliability
from stackmark.assessment.statistic import Statistic, settle
from stackmark.assessment.verdicts import Verdicts, normal_verdicts
from stackmark.errors import UsageError

NO_RELIABILITY: Final = "could not tell: no item scores and no reliability given"
NO_ITEMS: Final = "could not tell: no item scores"
NO_MAXIMUM: Final = "could not tell: no max_score given"
_BOOT: Final = "percentile bootstrap over candidates"
_WILSON: Final = "Wilson (1927), JASA 22, 209-212"
_EFRON: Final = "Efron and Tibshirani (1993), An Introduction to the Bootstrap, ch. 13"
_CRONBACH: Final = "Cronbach (1951), Psychometrika 16, 297-334"
_MCDONALD: Final = "McDonald (1999), Test Theory: A Unified Treatment, ch. 6"
_KR: Final = "Kuder and Richardson (1937), Psychometrika 2, 151-160"
_LORD: Final = "Lord and Novick (1968), Statistical Theories of Mental Test Scores"
_KEATS: Final = "Lord (1955), EPM 15, 325-336; Keats (1957), Psychometrika 22, 29-41"
_LL: Final = "Livingston and Lewis (1995), JEM 32, 179-197"
_NORMAL: Final = "bivariate normal true and observed scores; Owen (1956), Ann. Math. Stat. 27"
_ORDER: Final = "Conover (1999), Practical Nonparametric Statistics, 3.2"
_QUARTILES: Final = {"score_q25": 0.25, "score_median": 0.5, "score_q75": 0.75}
_Z: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Stated:
    """A reliability the caller states, of first-attempt scores, strictly between 0 and 1.

    ``kind`` names its type, such as "alpha", "parallel forms" or "two markers". Raises
    ``UsageError`` ``assess.reliability``.
    """

    value: float
    kind: str = "type not stated"

    def __post_init__(self) -> None:
        if not 0 < self.value < 1:
            raise UsageError(
                "assess.reliability",
                f"A reliability of {self.value:g} is none; give one above 0 and below 1.",
            )


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the reliability in use comes from: a value for each draw, or why there is none."""

    values: Floats
    n: int
    words: str
    why_not: str
    stated: bool = False

    @property
    def from_(self) -> str:
        """Who says so."""
        return "stated by the caller" if self.stated else _CRONBACH


def figures_of(
    cohort: Cohort, moments: Moments, stated: Stated | None, *, all_n: bool
) -> dict[str, Statistic]:
    """Every figure of a cohort by name, settled; ``moments`` has the sample first, then draws.

    The names and their order are those of the JSON.
    """
    made = _Maker(cohort, moments, _source(cohort, moments, stated))
    found = {**made.passing(), **made.reliable(), **made.deciding(), **made.scores()}
    return {name: settle(one.about(cohort.population), all_n=all_n) for name, one in found.items()}


def _source(cohort: Cohort, moments: Moments, stated: Stated | None) -> _Source:
    there = int((~np.isnan(cohort.score)).sum())
    if stated is not None:
        held = np.full_like(moments.alpha, stated.value)
        words = f"reliability as stated ({stated.kind}), held in each draw"
        return _Source(held, there, words, "", stated=True)
    complete = int(cohort.complete.sum())
    if not complete or len(cohort.items) < 2:
        return _Source(np.full_like(moments.alpha, np.nan), there, "", _no_items(cohort))
    usable = (moments.alpha > 0) & (moments.alpha < 1)
    values = np.where(usable, moments.alpha, np.nan)
    why = "" if usable[0] else "could not tell: alpha is not between 0 and 1 in these data"
    return _Source(values, min(there, complete), "reliability: alpha of the same draw", why)


def _no_items(cohort: Cohort) -> str:
    if not cohort.items or np.isnan(cohort.answers).all():
        return NO_RELIABILITY
    if len(cohort.items) < 2:
        return "could not tell: one item has no alpha, and no reliability given"
    return "could not tell for all together: nobody answered every item, as where forms differ"


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes statistics of one cohort."""

    cohort: Cohort
    moments: Moments
    source: _Source

    @property
    def scored(self) -> int:
        """First attempts with a score."""
        return int((~np.isnan(self.cohort.score)).sum())

    def passing(self) -> dict[str, Statistic]:
        """Pass rates by Wilson's interval, and by the bootstrap beside it."""
        found = {}
        for name, passed in (("first", self.cohort.first), ("final", self.cohort.final)):
            drawn = self.moments.first if name == "first" else self.moments.final
            known = passed[~np.isnan(passed)]
            what = "first attempts passed" if name == "first" else "candidates who ever passed"
            share = f"{what} / all with a cut, unrounded score at or above it"
            note = "" if known.size else self._no_cut()
            for suffix, interval, method, source in (
                ("", wilson(float(known.sum()), known.size), "Wilson", _WILSON),
                ("_bootstrap", percentile_interval(drawn[1:]), _BOOT, _EFRON),
            ):
                found[f"{name}_pass_rate{suffix}"] = Statistic(
                    value=float(known.mean()) if known.size else None,
                    interval=interval if known.size else None,
                    n=known.size,
                    method=f"{share}; {method} interval",
                    source=source,
                    unit="share",
                    note=note,
                )
        # Names of the contract first, the bootstrap beside them after.
        return dict(sorted(found.items(), key=lambda pair: pair[0].endswith("_bootstrap")))

    def reliable(self) -> dict[str, Statistic]:
        """Reliability and the standard errors that follow from it."""
        complete = int(self.cohort.complete.sum())
        alpha = self.moments.alpha
        binary = _binary(self.cohort)
        no = _no_items(self.cohort) if not complete or len(self.cohort.items) < 2 else ""
        no = NO_ITEMS if no == NO_RELIABILITY else no
        ratio = "items / (items - 1) * (1 - sum of item variances / variance of totals)"
        kr = no or ("" if binary else "not defined: items are not all scored 0 or 1")
        return {
            "reliability": self._reliability(),
            "alpha": self._of(alpha, f"{ratio}; {_BOOT}", _CRONBACH, no, n=complete),
            "omega": self._omega(no),
            "kr20": self._of(alpha, f"alpha of items scored 0 or 1; {_BOOT}", _KR, kr, n=complete),
            "sem": self._rests(
                self._sd() * np.sqrt(1 - self.source.values),
                "SD * sqrt(1 - reliability)",
                _LORD,
                unit=self.cohort.unit,
            ),
            "sem_at_cut": self._sem_at_cut(),
        }

    def _omega(self, why_not: str) -> Statistic:
        if why_not:
            method = "omega total of one factor by maximum likelihood"
            return self._of(None, method, _MCDONALD, why_not, n=int(self.cohort.complete.sum()))
        return reliability(self.cohort.answers, all_n=True).omega

    def _reliability(self) -> Statistic:
        """The one in use; what is stated has no interval."""
        words = self.source.words or "none"
        found = self._of(
            self.source.values, words, self.source.from_, self.source.why_not, n=self.source.n
        )
        return replace(found, interval=None) if self.source.stated else found

    def deciding(self) -> dict[str, Statistic]:
        """Livingston-Lewis for verdicts, the normal theory for what a pass tells."""
        ll, why = self._livingston_lewis()
        normal = normal_verdicts(self.source.values, self.moments.first)
        everybody = not 0 < self.moments.first[0] < 1
        no = self._no_cut() or ("not defined: nobody or everybody passes" if everybody else "")
        shape = "four" if ll is not None and ll.four[0] else "two"
        method = f"Livingston-Lewis, {shape}-parameter beta true scores, effective test length"
        share = "share of all candidates: "
        found = {}
        for name, words in (
            ("accuracy", "the verdict is the true one"),
            ("consistency", "same verdict on a parallel form"),
            ("false_positive", "pass, true score below the cut"),
            ("false_negative", "fail, true score at or above the cut"),
        ):
            values = None if ll is None else getattr(ll.verdicts, name)
            key = f"decision_{name}" if name in ("accuracy", "consistency") else name
            found[key] = self._rests(values, f"{share}{words}; {method}", _LL, why, unit="share")
        for name, words, unit in (
            ("ppv", "truly at the cut among those who pass: both / p", "share"),
            ("likelihood_ratio", "sensitivity / false positive rate", "ratio"),
            ("bits", "H(base) - p H(PPV) - (1-p) H((base-both)/(1-p)) per decision", "bits"),
        ):
            found[name] = self._rests(
                _named(normal, name), f"{words}; normal theory", _NORMAL, no, unit=unit
            )
        return found

    def scores(self) -> dict[str, Statistic]:
        """Mean, spread and quartiles of first-attempt scores."""
        unit, seen = self.cohort.unit, np.sort(self.cohort.score[~np.isnan(self.cohort.score)])
        found = {
            "mean_score": self._of(self.moments.mean, f"mean; {_BOOT}", _EFRON, unit=unit),
            "score_sd": self._of(self._sd(), f"SD, divisor n - 1; {_BOOT}", _EFRON, unit=unit),
        }
        for name, share in _QUARTILES.items():
            found[name] = Statistic(
                value=float(np.quantile(seen, share)) if seen.size else None,
                interval=_order_interval(seen, share),
                n=seen.size,
                method=f"{share:g} quantile; interval from order statistics, normal ranks",
                source=_ORDER,
                unit=unit,
            )
        return found

    def _sd(self) -> Floats:
        found: Floats = np.sqrt(self.moments.variance * self.scored / max(self.scored - 1, 1))
        return found

    def _sem_at_cut(self) -> Statistic:
        """Lord's binomial error with Keats's correction; its mean square is SEM².

        With 0/1 items and their sum as score, ``√(x(k−x)/(k−1) · (1−KR20)/(1−KR21))`` is this.
        """
        m, rho = self.moments, self.source.values
        most, cut = self.cohort.most, self.cohort.cut
        values, why = None, self._no_cut() or ("" if most else NO_MAXIMUM)
        if most is not None and cut is not None:
            with np.errstate(all="ignore"):
                room = m.mean * (most - m.mean) - m.variance
                values = np.sqrt(cut * (most - cut) * m.variance * (1 - rho) / room)
        method = (
            "Lord's error with Keats's correction: "
            "sqrt(cut (max - cut) SD² (1 - reliability) / (mean (max - mean) - SD²))"
        )
        return self._rests(values, method, _KEATS, why, unit=self.cohort.unit)

    def _livingston_lewis(self) -> tuple[LivingstonLewis | None, str]:
        most, cut = self.cohort.most, self.cohort.cut
        if most is None or cut is None:
            return None, self._no_cut() or NO_MAXIMUM
        if cut == 0:
            return None, "not defined: a cut of 0 fails nobody"
        seen = self.cohort.score[~np.isnan(self.cohort.score)]
        m = self.moments
        found = livingston_lewis_verdicts(
            m.mean,
            m.variance,
            self.source.values,
            cut=cut,
            low=0.0,
            high=most,
            third=m.third,
            fourth=m.fourth,
            step=score_step(seen, 0.0),
            candidates=seen.size,
        )
        return found, ""

    def _no_cut(self) -> str:
        if self.cohort.cut is not None:
            return ""
        return self.cohort.why_no_cut or "could not tell: no first attempt"

    def _rests(
        self, values: Floats | None, method: str, source: str, why: str = "", *, unit: str = ""
    ) -> Statistic:
        """A figure that rests on the reliability in use."""
        told = f"{method}; {self.source.words or 'no reliability'}; {_BOOT}"
        why = self.source.why_not or why
        return self._of(values, told, source, why, unit=unit, n=self.source.n)

    def _of(
        self,
        values: Floats | None,
        method: str,
        source: str,
        why: str = "",
        *,
        unit: str = "",
        n: int | None = None,
    ) -> Statistic:
        known = values is not None and not why and math.isfinite(values[0])
        return Statistic(
            value=float(values[0]) if known and values is not None else None,
            interval=percentile_interval(values[1:]) if known and values is not None else None,
            n=self.scored if n is None else n,
            method=method,
            source=source,
            unit=unit,
            note=why,
        )


def _named(verdicts: Verdicts, name: str) -> Floats:
    found: Floats = getattr(verdicts, name)
    return found


def _binary(cohort: Cohort) -> bool:
    seen = cohort.answers[~np.isnan(cohort.answers)]
    return bool(np.isin(seen, (0, 1)).all())


def _order_interval(seen: Floats, share: float) -> tuple[float, float] | None:
    """From the order statistics whose ranks bound a binomial count (normal approximation)."""
    if not seen.size:
        return None
    half = _Z * math.sqrt(share * (1 - share) / seen.size)
    low, high = np.quantile(seen, [max(0.0, share - half), min(1.0, share + half)])
    return float(low), float(high)
