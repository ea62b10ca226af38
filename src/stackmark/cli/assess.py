"""``stackmark assess``: what an assessment's results say, from CSV files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stackmark.cli import assess_text as text
from stackmark.cli.assess_read import name_of, only_one_stdin, read_table, science
from stackmark.cli.console import out, out_json, plain
from stackmark.cli.progress import Bar
from stackmark.errors import UsageError

if TYPE_CHECKING:
    from stackmark.assessment.facts import Facts
    from stackmark.assessment.facts_figures import Stated
    from stackmark.assessment.read_scores import MarkTable
    from stackmark.assessment.statistic import Statistic

_JSON = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]
_ALL = Annotated[
    bool, typer.Option("--all", help="Print numbers below their least n too, marked insufficient.")
]


def facts(
    attempts: Annotated[
        Path,
        typer.Argument(
            metavar="ATTEMPTS", help="CSV: candidate,attempt,date,form,score,max_score …"
        ),
    ],
    cut: Annotated[
        str,
        typer.Option(
            "--cut", metavar="SCORE", help="Who reaches it passes; without it the column cut."
        ),
    ] = "",
    reliability: Annotated[
        str,
        typer.Option(
            "--reliability",
            metavar="R",
            help="Of first-attempt scores, when you know it; without it alpha of the items.",
        ),
    ] = "",
    reliability_type: Annotated[
        str,
        typer.Option(
            "--reliability-type", metavar="TYPE", help="What R is: parallel forms, two markers …"
        ),
    ] = "",
    responses: Annotated[
        Path | None,
        typer.Option("--responses", metavar="FILE", help="CSV of item scores, long or wide."),
    ] = None,
    marks: Annotated[
        Path | None,
        typer.Option("--marks", metavar="FILE", help="CSV of marks, for the markers' agreement."),
    ] = None,
    json: _JSON = False,
    all_: _ALL = False,
) -> int:
    """Tell the facts of an assessment: pass rates, reliability, how far a pass can be trusted.

    First attempts count, each candidate once; resits only in the final pass rate.
    """
    only_one_stdin(attempts, responses, marks)
    science()
    bar_of, stated = _score(cut, "cut"), _stated(reliability, reliability_type)
    found = _facts(attempts, bar_of, stated, responses, marks, all_n=all_)
    if json:
        out_json({"command": "facts", **found.to_json()})
    else:
        _tell_facts(found)
    return 0


def _facts(
    attempts: Path,
    cut: float | None,
    stated: Stated | None,
    responses: Path | None,
    marks: Path | None,
    *,
    all_n: bool,
) -> Facts:
    from dataclasses import replace

    from stackmark.assessment import facts as facts_of
    from stackmark.assessment.read_attempts import read_attempts
    from stackmark.assessment.read_scores import response_table, with_responses

    read = read_attempts(read_table(attempts))
    ledger, notes = read.ledger, list(read.notes)
    if responses is not None:
        scores = response_table(read_table(responses))
        ledger = with_responses(ledger, scores, str(responses))
        notes += scores.notes
    agreed = None if marks is None else _agreement(marks, all_n=all_n)[0]
    with Bar("Resampling") as bar:
        found = facts_of.facts(
            ledger, cut=cut, reliability=stated, agreement=agreed, all_n=all_n, step=bar.step
        )
    return replace(found, notes=(*notes, *found.notes))


def _stated(value: str, kind: str) -> Stated | None:
    from stackmark.assessment.facts_figures import Stated

    number = _score(value, "reliability")
    if number is None:
        if kind:
            raise UsageError("usage.reliability", "--reliability-type needs --reliability R.")
        return None
    return Stated(number, kind) if kind else Stated(number)


def _score(value: str, what: str) -> float | None:
    """A number of an option; ``None`` when it is not given."""
    if not value:
        return None
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not abs(number) < float("inf"):
        raise UsageError(
            "usage.number", f"--{what}: {value[:20]!r} is no number; write one like 0.8 or 60."
        )
    return number


def _tell_facts(found: Facts) -> None:
    text.title(
        f"{text.count(found.attempts, 'attempt')} of {text.count(found.candidates, 'candidate')}"
    )
    cut = "" if found.cut is None else f"; cut {found.cut:g} {found.unit}"
    kind = f"; reliability: {found.reliability_type}" if found.reliability_type else ""
    out(f"  {plain(found.population + cut + kind)}")
    text.show(found.statistics)
    for words, groups in (("Form", found.by_form), ("Cohort", found.by_cohort)):
        if groups:
            out()
            _tell_groups(words, groups)
    if found.agreement:
        out()
        text.title("Agreement of markers")
        text.show(found.agreement)
    shown = [*found.statistics.values(), *found.agreement.values()]
    shown += [
        one
        for group in (found.by_form, found.by_cohort)
        for s in group.values()
        for one in s.values()
    ]
    text.closing(shown, found.notes)


_IN_GROUPS = ("first_pass_rate", "mean_score", "alpha", "decision_accuracy", "bits")


def _tell_groups(words: str, groups: Mapping[str, Mapping[str, Statistic]]) -> None:
    heads = (words, "n", "pass rate", "mean", "alpha", "accuracy", "bits")
    rows = [
        (name, f"{s['mean_score'].n:,}", *(text.short(s[one]) for one in _IN_GROUPS))
        for name, s in groups.items()
    ]
    text.grid(heads, rows)


def agreement(
    marks: Annotated[
        Path, typer.Argument(metavar="MARKS", help="CSV: unit,rater,mark, or unit,r1,r2 …")
    ],
    json: _JSON = False,
    all_: _ALL = False,
) -> int:
    """Tell how far markers agree: Krippendorff's alpha, kappas, intraclass correlations."""
    science()
    found, table = _agreement(marks, all_n=all_)
    units, raters = len(table.marks.units), len(table.marks.raters)
    if json:
        n = {"units": units, "raters": raters}
        statistics = text.json_of(found)
        out_json({"command": "agreement", "n": n, "statistics": statistics, "notes": table.notes})
    else:
        text.title(f"{text.count(units, 'unit')}, {text.count(raters, 'rater')}")
        text.show(found)
        text.closing(found.values(), table.notes)
    return 0


def _agreement(path: Path, *, all_n: bool) -> tuple[dict[str, Statistic], MarkTable]:
    from stackmark.assessment.agreement import agreement as agreement_of
    from stackmark.assessment.read_scores import mark_table

    table = mark_table(read_table(path))
    population = f"units in {name_of(path)}"
    return agreement_of(table.marks, population=population, all_n=all_n).statistics(), table
