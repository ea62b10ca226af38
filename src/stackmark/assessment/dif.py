"""Differential item functioning by Mantel-Haenszel, with the ETS classes.

Candidates of a reference and a focal group are compared item by item among those with the same
total score (the studied item included: Holland and Thayer 1988). An odds ratio above 1 and a
negative delta mean the item is harder for the focal group than its score leads to expect.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stackmark.assessment.intervals import normal_quantile
from stackmark.assessment.irt_estimation import answers
from stackmark.assessment.mantel_haenszel import Tables, chi_square, log_odds
from stackmark.assessment.statistic import Statistic, settle
from stackmark.errors import UsageError

Floats = NDArray[np.float64]
EtsClass = Literal["A", "B", "C", ""]

LEAST_GROUP: Final = 100
"""Candidates in the smaller group: fewer find only gross DIF (Zwick 2012, ETS RR-12-08)."""
LEAST: Final = 2 * LEAST_GROUP
DELTA: Final = -2.35
"""Odds ratios in ETS's delta scale: ``Δ = -2.35 ln α`` (Holland and Thayer 1988)."""
STRATUM: Final = 5
"""Candidates of each group a stratum must have; neighbouring scores are joined until it has."""
_ONE_SIDED: Final = 1.6448536269514722  # 95 % point of the normal
_ALPHA: Final = 0.05
_MH: Final = "Holland and Thayer (1988), in Wainer and Braun, Test Validity, 129-145"
_RBG: Final = "Robins, Breslow and Greenland (1986), Biometrics 42, 311-323"
_STD: Final = "Dorans and Kulick (1986), JEM 23, 355-368"
_CHI: Final = "Mantel and Haenszel (1959), JNCI 22, 719-748"


@dataclass(frozen=True, slots=True, kw_only=True)
class DifItem:
    """One item, one focal group against the reference.

    ``chi2`` and ``p`` are corrected for continuity, ``chi2_uncorrected`` is not. ``delta`` carries
    its standard error. ``p_dif`` is the standardised difference in share right, focal less
    reference, weighted by the focal group. ``ets_class`` is empty where there are too few.
    ``favours`` names the group the item is easier for, empty in class A.
    """

    item: str
    reference: str
    focal: str
    reference_n: int
    focal_n: int
    strata: int
    odds_ratio: Statistic
    chi2: Statistic
    chi2_uncorrected: Statistic
    p: Statistic
    delta: Statistic
    delta_error: Statistic
    p_dif: Statistic
    ets_class: EtsClass
    favours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dif:
    """All items and focal groups. ``left_out`` names items the purified total went without."""

    reference: str
    focal: tuple[str, ...]
    items: tuple[DifItem, ...]
    left_out: tuple[str, ...]
    ungrouped: int

    def counts(self) -> dict[str, int]:
        """How many comparisons are of class A, B, C, and how many could not be told."""
        found = [one.ets_class or "unknown" for one in self.items]
        return {name: found.count(name) for name in ("A", "B", "C", "unknown")}


def dif(
    responses: ArrayLike,
    groups: Sequence[Any],
    *,
    names: Sequence[str] = (),
    reference: str | None = None,
    purify: bool = False,
    stratum: int = STRATUM,
    all_n: bool = False,
) -> Dif:
    """Mantel-Haenszel DIF of every item, for each group against the reference.

    ``responses`` (candidates, items): 1, 0 or NaN; ``groups`` one label a candidate, ``None`` or
    "" for those who gave none (they are left out and counted). Without ``reference`` it is the
    largest group. Matching is on the number right (missing counts as not right), scores joined
    with their neighbours until a stratum holds ``stratum`` of each group (thick matching; Donoghue
    and Allen 1993); a candidate is left out of the items they did not answer. ``purify`` matches a
    second time on the items found in class A and the studied item. Formulas: ``α = Σ(ad/n) /
    Σ(bc/n)``; variance of ``ln α`` by Robins, Breslow and Greenland; class A where abs(Δ) < 1 or Δ
    is not significantly different from 0 (p >= .05), C where abs(Δ) >= 1.5 and significantly above
    1 (one-sided 5 %), else B. Least n: 100 candidates in the smaller group. Raises ``UsageError``
    ``usage.responses``, ``usage.groups``, ``usage.items``.
    """
    found = answers(responses)
    labels = _labels(groups, len(found))
    known = np.array([label is not None for label in labels])
    items = _names(names, found.shape[1])
    chosen = _reference(labels, reference)
    focal = tuple(sorted({one for one in labels if one is not None} - {chosen}))
    if not focal:
        raise UsageError(
            "usage.groups", f"All candidates are in group {chosen}; there is nobody to compare."
        )
    ask = _Ask(found, np.array(labels, dtype=object), items, chosen, stratum, all_n)
    kept = {name: np.ones(found.shape[1], dtype=bool) for name in focal}
    rows = [row for name in focal for row in ask.compare(name, kept[name])]
    if purify:
        kept = {name: _clean(rows, name) for name in focal}
        rows = [row for name in focal for row in ask.compare(name, kept[name])]
    out = tuple(
        name for number, name in enumerate(items) if any(not kept[one][number] for one in focal)
    )
    return Dif(
        reference=chosen,
        focal=focal,
        items=tuple(rows),
        left_out=out,
        ungrouped=int((~known).sum()),
    )


def ets_class(delta: float, error: float, p: float) -> EtsClass:
    """A, B or C from delta, its standard error and the p of "no DIF" (Zwick 2012)."""
    if not all(math.isfinite(one) for one in (delta, error, p)):
        return ""
    if abs(delta) < 1 or p >= _ALPHA:
        return "A"
    clear = (abs(delta) - 1) / error > _ONE_SIDED if error > 0 else True
    return "C" if abs(delta) >= 1.5 and clear else "B"


@dataclass(frozen=True, slots=True)
class _Ask:
    """What is the same for all comparisons."""

    found: Floats
    labels: NDArray[np.object_]
    items: Sequence[str]
    reference: str
    stratum: int
    all_n: bool

    def compare(self, focal: str, kept: NDArray[np.bool_]) -> list[DifItem]:
        """All items for one focal group, matched on the ``kept`` items and the studied one."""
        rows = (self.labels == self.reference) | (self.labels == focal)
        found, is_focal = self.found[rows], (self.labels[rows] == focal)
        right = np.nan_to_num(found)
        total = right[:, kept].sum(axis=1)
        whole = None
        if kept.all():
            whole = tables(found, is_focal, self._strata(total, is_focal))
        out = []
        for number, name in enumerate(self.items):
            own = total if kept[number] else total + right[:, number]
            one = (
                whole.item(number)
                if whole
                else tables(found[:, [number]], is_focal, self._strata(own, is_focal)).item(0)
            )
            out.append(self._row(name, focal, one))
        return out

    def _strata(self, total: Floats, is_focal: NDArray[np.bool_]) -> NDArray[np.int64]:
        return strata(total, is_focal, self.stratum)

    def _row(self, name: str, focal: str, one: Tables) -> DifItem:
        found = one.margins()
        odds, error = log_odds(one)
        corrected, uncorrected = chi_square(one), chi_square(one, correct=False)
        figures = _figures(odds, error, corrected, uncorrected, one.standardised())
        who = f"candidates of {self.reference} (reference) and {focal} (focal)"
        made = {key: self._settle(each, found).about(who) for key, each in figures.items()}
        delta, p = made["delta"].value, made["p"].value
        known = delta is not None and p is not None
        verdict = ets_class(DELTA * odds, -DELTA * error, corrected[1]) if known else ""
        easier = "" if verdict in ("", "A") else (focal if odds < 0 else self.reference)
        return DifItem(
            item=name,
            reference=self.reference,
            focal=focal,
            reference_n=found[0],
            focal_n=found[1],
            strata=one.used(),
            ets_class=verdict,
            favours=easier,
            **made,
        )

    def _settle(self, figure: Statistic, sizes: tuple[int, int]) -> Statistic:
        few = min(sizes)
        whole = replace(figure, n=sum(sizes))
        if few >= LEAST_GROUP:
            return settle(whole, all_n=self.all_n)
        note = (
            f"insufficient data: {few} candidates in the smaller group, "
            f"at least {LEAST_GROUP} are needed"
        )
        kept = whole if self.all_n else replace(whole, value=None, interval=None)
        return replace(settle(replace(kept, note=note), all_n=True), insufficient=True)


def _figures(
    odds: float,
    error: float,
    corrected: tuple[float, float],
    uncorrected: tuple[float, float],
    standardised: tuple[float, float],
) -> dict[str, Statistic]:
    half = normal_quantile() * error

    def made(value: float, half: float, method: str, source: str, unit: str = "") -> Statistic:
        interval = (value - half, value + half) if half == half else None  # noqa: PLR0124 - NaN
        return Statistic(
            value=value,
            interval=interval,
            n=0,
            least=LEAST,
            method=method,
            source=source,
            unit=unit,
        )

    ratio = replace(
        made(math.exp(odds), math.nan, "Mantel-Haenszel common odds ratio, RBG interval", _RBG),
        interval=(math.exp(odds - half), math.exp(odds + half)),
        unit="ratio",
    )
    no = math.nan
    by = "Mantel-Haenszel chi-square, one degree of freedom"
    return {
        "odds_ratio": ratio,
        "chi2": made(corrected[0], no, f"{by}, corrected for continuity", _CHI),
        "chi2_uncorrected": made(uncorrected[0], no, f"{by}, not corrected", _CHI),
        "p": made(corrected[1], no, f"{by}, corrected for continuity: two-sided p", _CHI),
        "delta": made(DELTA * odds, -DELTA * half, "MH D-DIF = -2.35 ln(odds ratio)", _MH),
        "delta_error": made(-DELTA * error, no, "2.35 times the RBG standard error", _RBG),
        "p_dif": made(
            standardised[0],
            normal_quantile() * standardised[1],
            "STD P-DIF, weights of the focal group",
            _STD,
            "share",
        ),
    }


def tables(found: Floats, is_focal: NDArray[np.bool_], stratum: NDArray[np.int64]) -> Tables:
    """Counts (strata, items) of right and not right in both groups, among those who answered."""
    levels = int(stratum.max()) + 1 if stratum.size else 0
    out = []
    for group in (~is_focal, is_focal):
        place = stratum[group]
        yes, seen = (
            np.array([np.bincount(place, column[group], levels) for column in table.T]).T
            for table in (np.nan_to_num(found), (~np.isnan(found)).astype(float))
        )
        out += [yes, seen - yes]
    return Tables(*out)


def strata(total: Floats, is_focal: NDArray[np.bool_], least: int) -> NDArray[np.int64]:
    """Each candidate's stratum: scores in order, joined until both groups number ``least``.

    What is left over at the top joins the last stratum. ``least`` 0 keeps every score apart.
    """
    scores, place = np.unique(total, return_inverse=True)
    counts = np.zeros((len(scores), 2), dtype=int)
    np.add.at(counts, (place, is_focal.astype(int)), 1)
    joined, number, held = np.zeros(len(scores), dtype=np.int64), 0, np.zeros(2, dtype=int)
    for score, here in enumerate(counts):
        joined[score] = number
        held += here
        if held.min() >= least:
            number, held = number + 1, np.zeros(2, dtype=int)
    if number and held.any():
        joined[joined == number] = number - 1
    return joined[place]


def _labels(groups: Sequence[Any], candidates: int) -> list[str | None]:
    given = list(groups)
    if len(given) != candidates:
        raise UsageError(
            "usage.groups", f"There are {candidates} candidates but {len(given)} group labels."
        )
    labels = [None if one is None or str(one).strip() == "" else str(one) for one in given]
    if not any(labels):
        raise UsageError("usage.groups", "No candidate has a group.")
    return labels


def _names(names: Sequence[str], items: int) -> Sequence[str]:
    if names and len(names) != items:
        raise UsageError("usage.items", f"There are {items} items but {len(names)} names.")
    return names or [f"item{number + 1}" for number in range(items)]


def _reference(labels: Sequence[str | None], asked: str | None) -> str:
    sizes: dict[str, int] = {}
    for one in sorted(label for label in labels if label is not None):
        sizes[one] = sizes.get(one, 0) + 1
    if asked is None:
        return max(sizes, key=lambda one: sizes[one])
    if asked not in sizes:
        raise UsageError(
            "usage.groups", f"There is no group {asked}; the groups are {', '.join(sizes)}."
        )
    return asked


def _clean(rows: Sequence[DifItem], focal: str) -> NDArray[np.bool_]:
    """Items outside classes B and C; all of them where fewer than half would be left."""
    kept = np.array([row.ets_class not in ("B", "C") for row in rows if row.focal == focal])
    return kept if kept.sum() * 2 >= len(kept) else np.ones_like(kept)
