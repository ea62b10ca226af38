"""``stackmark assess items``, ``angoff`` and ``dif``: what single items do."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stackmark.cli import assess_text as text
from stackmark.cli.assess_read import name_of, read_table, science
from stackmark.cli.console import note, out, out_json, plain
from stackmark.errors import UsageError

if TYPE_CHECKING:
    from stackmark.assessment.angoff import Angoff
    from stackmark.assessment.dif import Dif, DifItem
    from stackmark.assessment.item_report import ItemReport
    from stackmark.assessment.read_scores import ResponseTable
    from stackmark.assessment.statistic import Statistic

_JSON = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]
_ALL = Annotated[
    bool, typer.Option("--all", help="Print numbers below their least n too, marked insufficient.")
]


def items(
    responses: Annotated[
        Path,
        typer.Argument(
            metavar="RESPONSES", help="CSV: candidate,item1,item2 …, or candidate,item,score."
        ),
    ],
    json: _JSON = False,
    all_: _ALL = False,
) -> int:
    """Tell what each item does: difficulty, discrimination, Rasch and 2PL; and the whole test."""
    science()
    from stackmark.assessment.item_report import item_report
    from stackmark.assessment.read_scores import response_table

    table = response_table(read_table(responses))
    population = f"first attempts in {name_of(responses)}"
    found = item_report(table, population=population, all_n=all_)
    if json:
        out_json(_items_json(found))
    else:
        _tell_items(found)
    return 0


def _items_json(found: ItemReport) -> dict[str, Any]:
    return {
        "command": "items",
        "n": {"candidates": found.candidates, "items": len(found.items)},
        "items": list(found.items),
        "statistics": {
            **text.json_of(found.test),
            **{name: text.json_of(one) for name, one in found.items.items()},
        },
        "advice": {
            name: {"flag": flag, "reasons": list(reasons)}
            for name, (flag, reasons) in found.advice.items()
        },
        "notes": list(found.notes),
    }


_HEADS = {
    "difficulty": "difficulty",
    "discrimination": "discrim.",
    "rasch_b": "Rasch b",
    "rasch_infit": "infit",
    "rasch_outfit": "outfit",
    "twopl_a": "2PL a",
    "twopl_b": "2PL b",
}


def _tell_items(found: ItemReport) -> None:
    text.title(
        f"{text.count(len(found.items), 'item')}, {text.count(found.candidates, 'candidate')}"
    )
    text.grid(
        ("Item", "n", *_HEADS.values(), "advice"),
        (
            (name, f"{one['difficulty'].n:,}", *(text.short(one[key]) for key in _HEADS), advice)
            for (name, one), (advice, _) in zip(
                found.items.items(), found.advice.values(), strict=True
            )
        ),
    )
    for name, (_, reasons) in found.advice.items():
        if reasons:
            out(f"  {plain(name)}: {plain('; '.join(reasons))}")
    out()
    text.show(found.test)
    single = [(key, one) for values in found.items.values() for key, one in values.items()]
    text.missing((_HEADS.get(key, "upper-lower"), one) for key, one in single)
    text.closing([*(one for _, one in single), *found.test.values()], found.notes)


def angoff(
    ratings: Annotated[
        Path,
        typer.Argument(metavar="RATINGS", help="CSV: judge,round,item,probability, or judge,i1 …"),
    ],
    json: _JSON = False,
    all_: _ALL = False,
) -> int:
    """Tell the cut that judges arrive at, with its standard error, round by round."""
    science()
    from stackmark.assessment.angoff import angoff as angoff_of
    from stackmark.assessment.read_scores import rating_table

    found = angoff_of(rating_table(read_table(ratings)), all_n=all_)
    population = f"judges in {name_of(ratings)}"
    if json:
        out_json(_angoff_json(found, population))
    else:
        _tell_angoff(found, population)
    return 0


def _angoff_figures(found: Angoff, population: str) -> dict[str, Statistic]:
    return {
        "cut": found.cut.about(f"{population}, last round"),
        "standard_error": found.standard_error.about(f"{population}, last round"),
        "judges": _counted(found.judges, "judges of the last round", population),
        "rounds": _counted(len(found.rounds), "rounds", population),
    }


def _counted(number: int, what: str, population: str) -> Statistic:
    from stackmark.assessment.statistic import Statistic

    return Statistic(
        value=float(number),
        n=number,
        of=what,
        least=1,
        method=f"number of {what}; counted, so without an interval",
        source="the ratings",
        population=population,
    )


def _angoff_json(found: Angoff, population: str) -> dict[str, Any]:
    return {
        "command": "angoff",
        "n": {"judges": found.judges, "items": found.items, "rounds": len(found.rounds)},
        "statistics": text.json_of(_angoff_figures(found, population)),
        "rounds": [
            {
                "round": one.number,
                "cut": one.cut.about(f"{population}, round {one.number}").to_json(),
                "standard_error": one.standard_error.about(
                    f"{population}, round {one.number}"
                ).to_json(),
                "judgeSpread": None if one.judge_spread is None else round(one.judge_spread, 12),
                "judgeCuts": {name: round(cut, 12) for name, cut in one.sums.items()},
                "itemMeans": {
                    name: None if math.isnan(mean) else round(mean, 12)
                    for name, mean in one.item_means.items()
                },
                "missing": [{"judge": judge, "item": item} for judge, item in one.missing],
            }
            for one in found.rounds
        ],
        "flags": list(found.flags),
    }


def _tell_angoff(found: Angoff, population: str) -> None:
    text.title(
        f"{text.count(found.judges, 'judge')}, {text.count(found.items, 'item')}, "
        f"{text.count(len(found.rounds), 'round')}"
    )
    figures = _angoff_figures(found, population)
    text.show({name: figures[name] for name in ("cut", "standard_error")})
    if len(found.rounds) > 1:
        out()
        text.grid(
            ("Round", "judges", "cut", "SE"),
            (
                (
                    str(one.number),
                    str(one.cut.n),
                    text.short(one.cut),
                    text.short(one.standard_error),
                )
                for one in found.rounds
            ),
        )
    text.closing(figures.values(), found.flags)


def dif(
    responses: Annotated[
        Path, typer.Argument(metavar="RESPONSES", help="CSV: candidate,group,item1,item2 …")
    ],
    group: Annotated[str, typer.Option("--group", metavar="COLUMN", help="Who is in which group.")],
    reference: Annotated[
        str,
        typer.Option(
            "--reference", metavar="VALUE", help="The group to compare with; else the largest."
        ),
    ] = "",
    json: _JSON = False,
    all_: _ALL = False,
) -> int:
    """Tell which items are harder for a group than its scores lead to expect."""
    science()
    from stackmark.assessment.dif import dif as dif_of
    from stackmark.assessment.read_scores import response_table

    table = response_table(read_table(responses), about=[group]).once()
    labels = _labels(table, group, name_of(responses))
    if reference and reference not in labels:
        raise UsageError(
            "usage.reference",
            f"Nobody is in group {reference[:40]!r} of the column {group}; "
            f"there are {', '.join(sorted(set(labels) - {''})[:8])}.",
        )
    found = dif_of(table.scores, labels, names=table.items, reference=reference or None, all_n=all_)
    population = f"first attempts in {name_of(responses)}"
    if json:
        out_json(_dif_json(found, table, population))
    else:
        _tell_dif(found, table)
    return 0


def _labels(table: ResponseTable, group: str, name: str) -> tuple[str, ...]:
    for title, cells in table.about.items():
        if title.casefold() == group.strip().casefold():
            return cells
    there = ", ".join(table.about) or "none besides the items"
    raise UsageError(
        "usage.group", f"{name} has no column {group[:40]!r} about candidates; there are: {there}."
    )


def _dif_figures(one: DifItem, population: str) -> dict[str, Any]:
    """The five of the contract, the class with n, method and source as the numbers have."""
    said = f"{population}; {one.focal} ({one.focal_n}) against {one.reference} ({one.reference_n})"
    known = {
        "mh_odds_ratio": one.odds_ratio,
        "mh_chi2": one.chi2,
        "mh_p": one.p,
        "ets_delta": one.delta,
    }
    found: dict[str, Any] = text.json_of({key: it.about(said) for key, it in known.items()})
    return found | {
        "ets_class": {
            **found["ets_delta"],
            "value": one.ets_class or None,
            "interval": None,
            "method": "A: |delta| < 1 or p >= .05; C: |delta| >= 1.5 and above 1 at 5 %; else B",
            "unit": "",
        }
    }


def _dif_json(found: Dif, table: ResponseTable, population: str) -> dict[str, Any]:
    """By item; with several focal groups by item and group."""
    statistics: dict[str, Any] = {}
    for one in found.items:
        figures = _dif_figures(one, population)
        if len(found.focal) == 1:
            statistics[one.item] = figures
        else:
            statistics.setdefault(one.item, {})[one.focal] = figures
    return {
        "command": "dif",
        "n": {"candidates": len(table.candidates), "items": len(table.items)},
        "reference": found.reference,
        "focal": list(found.focal),
        "items": list(table.items),
        "statistics": statistics,
        "classes": found.counts(),
        "withoutGroup": found.ungrouped,
        "notes": list(table.notes),
    }


def _tell_dif(found: Dif, table: ResponseTable) -> None:
    text.title(
        f"{', '.join(found.focal)} against {found.reference}: "
        f"{text.count(len(table.items), 'item')}, {text.count(len(table.candidates), 'candidate')}"
    )
    text.grid(
        ("Item", "group", "n", "odds ratio", "chi2", "p", "delta", "class", "easier for"),
        (
            (
                one.item,
                one.focal,
                f"{one.focal_n:,}",
                *(text.short(it) for it in (one.odds_ratio, one.chi2, one.p, one.delta)),
                one.ets_class or "–",
                one.favours,
            )
            for one in found.items
        ),
    )
    if found.ungrouped:
        note(f"{text.count(found.ungrouped, 'candidate')} without a group left out.")
    figures = [it for one in found.items for it in (one.odds_ratio, one.chi2, one.p, one.delta)]
    text.missing(("all figures", one) for one in figures)
    text.closing(figures, table.notes)
