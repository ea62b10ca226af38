"""Statistics in the terminal: a table of value, interval and n, and what is missing in words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from stackmark.cli.console import note, out, plain, styled

if TYPE_CHECKING:
    from stackmark.assessment.statistic import Statistic

LABELS: Final = {
    "first_pass_rate": "Pass rate, first attempts",
    "final_pass_rate": "Pass rate, final",
    "mean_score": "Mean score",
    "score_sd": "SD of scores",
    "score_q25": "Lower quartile",
    "score_median": "Median score",
    "score_q75": "Upper quartile",
    "reliability": "Reliability in use",
    "alpha": "Alpha",
    "omega": "Omega",
    "kr20": "KR-20",
    "sem": "Standard error (SEM)",
    "sem_at_cut": "SEM at the cut",
    "decision_accuracy": "Decision accuracy",
    "decision_consistency": "Decision consistency",
    "false_positive": "Passed, but not up to it",
    "false_negative": "Failed, but up to it",
    "ppv": "Of those who pass, up to it",
    "likelihood_ratio": "Likelihood ratio of a pass",
    "bits": "Information, bits a decision",
    "exact_agreement": "Same mark",
    "adjacent_agreement": "At most 1 apart",
    "krippendorff_alpha_nominal": "Krippendorff alpha, nominal",
    "krippendorff_alpha_ordinal": "Krippendorff alpha, ordinal",
    "krippendorff_alpha_interval": "Krippendorff alpha, interval",
    "krippendorff_alpha_ratio": "Krippendorff alpha, ratio",
    "cohen_kappa": "Cohen kappa",
    "cohen_kappa_linear": "Cohen kappa, linear weights",
    "cohen_kappa_quadratic": "Cohen kappa, quadratic",
    "fleiss_kappa": "Fleiss kappa",
    "icc_1_1": "ICC(1,1), one rater",
    "icc_2_1": "ICC(2,1), one rater",
    "icc_3_1": "ICC(3,1), one rater",
    "icc_1_k": "ICC(1,k), mean of raters",
    "icc_2_k": "ICC(2,k), mean of raters",
    "icc_3_k": "ICC(3,k), mean of raters",
    "cut": "Cut",
    "standard_error": "Standard error of the cut",
    "judges": "Judges",
    "rounds": "Rounds",
}
"""What each statistic is called for a person; the names are those of the JSON."""
_WIDTH: Final = 30


def title(text: str) -> None:
    """A heading."""
    out(styled(plain(text), "bold"))


def show(statistics: Mapping[str, Statistic]) -> None:
    """A table of statistics by name; below it those without a value, by reason."""
    named = [(LABELS[name], one) for name, one in statistics.items() if name in LABELS]
    told = [(label, one) for label, one in named if one.value is not None]
    if told:
        out(f"{'':<{_WIDTH}} {'value':>9}  {'95 % interval':<21} {'n':>7}")
    for label, one in told:
        out(_row(label, one))
    missing(named)


def missing(named: Iterable[tuple[str, Statistic]]) -> None:
    """What has no value, each reason once with all that it holds for."""
    reasons: dict[str, dict[str, None]] = {}
    for label, one in named:
        if one.value is None:
            reasons.setdefault(_reason(one), {})[label] = None
    for reason, labels in reasons.items():
        out(f"{plain(reason[:1].upper() + reason[1:])}:")
        for line in textwrap.wrap(plain("; ".join(labels)), 76):
            out(f"  {line}")


def _reason(one: Statistic) -> str:
    """Why there is no value; without the count, which the title has."""
    if one.note == f"insufficient data: {one.n} {one.of}, at least {one.least} are needed":
        return f"insufficient data, at least {one.least} {one.of} are needed"
    return one.note.rstrip(".")


def _row(label: str, one: Statistic) -> str:
    """One line: label, value, interval, n."""
    interval = ""
    if one.interval is not None:
        interval = f"{_told(one.interval[0])} to {_told(one.interval[1])}"
    few = f"  below the least n, {one.least}" if one.insufficient else ""
    return f"{label:<{_WIDTH}} {_told(one.value or 0.0):>9}  {interval:<21} {one.n:>7,}{few}"


def grid(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Lines of cells in columns as wide as needed, the first to the left, the others right."""
    lines = [list(map(plain, heads)), *(list(map(plain, cells)) for cells in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    for line in lines:
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        out("  ".join(cells).rstrip())


def short(one: Statistic) -> str:
    """A value for a cell of a grid."""
    return "–" if one.value is None else _told(one.value)


def closing(statistics: Iterable[Statistic], notes: Iterable[str]) -> None:
    """Notes about the file, and a word when numbers were held back."""
    for text in notes:
        note(plain(text))
    if any(one.value is None and one.note.startswith("insufficient") for one in statistics):
        note("Some numbers are held back: too few to say. --all prints them all the same.")


def _told(value: float) -> str:
    """Three decimals; large numbers fewer, small ones three digits."""
    if value and abs(value) < 0.001:
        return f"{value:.1e}"
    return f"{value:.3f}" if abs(value) < 1000 else f"{value:,.0f}"


def json_of(statistics: Mapping[str, Statistic]) -> dict[str, Any]:
    """Statistics by name, each as JSON."""
    return {name: one.to_json() for name, one in statistics.items()}


def count(number: int, what: str) -> str:
    """A number with its noun: 1 item, 2 items."""
    return f"{number:,} {what}{'s' * (number != 1)}"
