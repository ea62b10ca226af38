"""A published panel as a page shows it: rows, plots and words, all read from the signed bytes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from stackmark_web.assessing import drawing, panels
from stackmark_web.assessing import wording_facts as wording
from stackmark_web.assessing.models import CutScore, FactsPanel
from stackmark_web.tenancy.queries import withheld_by

RESULTS = frozenset(("pass-rate", "agreement"))


def is_withheld(panel: FactsPanel) -> bool:
    """Whether the organisation keeps its results to itself now, whatever it published before."""
    return bool(RESULTS & withheld_by(panel.organisation))


def shown_panel(panel: FactsPanel) -> dict[str, Any]:
    """What a page says of a panel."""
    tree = panels.facts_in(panel)
    withheld = is_withheld(panel) or tree.get("withheld", False)
    told = [] if withheld else tree["figures"]
    figures = {one["code"]: one for one in told}
    latest = panels.current(panel.achievement)
    evidence = tree["evidence"]
    return {
        "facts": tree,
        "withheld": withheld,
        "lines": [wording.line_of_json(one) for one in told],
        "forms": [
            (form, [wording.line_of_json(one) for one in rows])
            for form, rows in ({} if withheld else tree.get("byForm", {})).items()
        ],
        "plots": [] if withheld else _plots(tree, figures),
        "integrity": wording.integrity(tree["integrity"]),
        "ladder": SimpleNamespace(**evidence),
        "cut_method": _method(tree["standardSetting"].get("method", "")),
        "ladder_source": evidence["source"],
        "ladder_meaning": evidence["meaning"],
        "later": latest if latest and latest.number > panel.number else None,
    }


def _method(code: str) -> str:
    """A method of standard setting in words."""
    return str(dict(CutScore.Method.choices).get(code, code))


def _plots(tree: dict[str, Any], figures: dict[str, Any]) -> list[Any]:
    def value(code: str) -> float | None:
        found: float | None = figures.get(code, {}).get("value")
        return found

    spots = [
        (
            str(one["item"]),
            one["difficulty"]["value"],
            one["discrimination"]["value"],
            one["advice"],
        )
        for one in tree.get("items", [])
    ]
    drawn = [
        drawing.scores(tree.get("distribution", {}), cut=value("cut"), sem=value("sem_at_cut")),
        drawing.markers(tree.get("markers", {})),
        drawing.items(spots),
    ]
    return [one for one in drawn if one]
