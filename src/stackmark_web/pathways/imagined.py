"""Achievements as if somebody held them: for sample learners and for what-if."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from stackmark.model.holding import VERIFIED, Holding
from stackmark.model.holding_write import holding_json
from stackmark_web import clock
from stackmark_web.pathways.naming import achievement_at
from stackmark_web.pathways.planner_taught import earned


def holding_for(version: Any, name: str) -> Holding:
    """A published version as a valid, verified credential awarded today."""
    return replace(earned(version), id=name, awarded=clock.today(), provenance=VERIFIED)


def holdings_for(values: Iterable[str], taken: Any = ()) -> list[dict[str, Any]]:
    """Choices of ``finding`` as JSON holdings, under ids that are not among those ``taken``.

    They are awarded a day after one another, the last one today: an order that rules ask for is
    that in which they are given.
    """
    chosen = list(values)
    ids = {str(one.get("id")) for one in taken or () if isinstance(one, dict)}
    found = []
    for place, value in enumerate(chosen, 1):
        address = value.split()[0] if value.split() else ""
        name = _free(ids)
        version = achievement_at(address)
        made = holding_json(holding_for(version, name)) if version else _bare(address, name)
        day = clock.today() - timedelta(days=len(chosen) - place)
        found.append(made | {"awarded": day.isoformat()})
    return found


def _free(ids: set[str]) -> str:
    number = len(ids) + 1
    while f"h{number}" in ids:
        number += 1
    ids.add(f"h{number}")
    return f"h{number}"


def _bare(address: str, name: str) -> dict[str, Any]:
    """Of an achievement elsewhere only its address is known."""
    return {
        "id": name,
        "achievement": address,
        "status": "valid",
        "provenance": VERIFIED,
    }
