"""Statistics in the terminal: a table of value, interval and n, and what is missing in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from stackmark.cli.console import note, out, plain, styled

if TYPE_CHECKING:
    from stackmark.assessment.statistic import Statistic

LABELS: Final = {
    "first_pass_rate": "Pass rate, first attempts",
    "final_pass_rate": "Pass rate, final",
    "mean_score": "Mean score",
    "score_sd": "Standard deviation of scores",
    "score_q25": "A quarter scored below",
    "score_median": "Half scored below",
    "score_q75": "Three quarters scored below",
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
    """A table of statistics by name; what has no value says why."""
    out(f"{'':<{_WIDTH}} {'value':>9}  {'95 % interval':<21} {'n':>7}")
    for name, one in statistics.items():
        out(row(LABELS.get(name, name), one))


def row(label: str, one: Statistic) -> str:
    """One line: label, value, interval, n; or label and why there is none."""
    head = f"{plain(label):<{_WIDTH}} "
    if one.value is None:
        return head + f"{'–':>9}  {plain(one.note)}"
    interval = "" if one.interval is None else f"{_told(one.interval[0])} to {_told(one.interval[1])}"
    few = f"  below the least n, {one.least}" if one.insufficient else ""
    return head + f"{_told(one.value):>9}  {interval:<21} {one.n:>7,}{few}"


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
    if any(one.insufficient and one.value is None for one in statistics):
        note("Some numbers are held back: too few to say. --all prints them all the same.")


def _told(value: float) -> str:
    """Three decimals; large numbers fewer, small ones three digits."""
    if value and abs(value) < 0.001:
        return f"{value:.1e}"
    return f"{value:.3f}" if abs(value) < 1000 else f"{value:,.0f}"
