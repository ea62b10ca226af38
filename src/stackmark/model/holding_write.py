"""Holdings as the JSON that ``model.holding.read_holdings`` reads back."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from stackmark.model.holding import Credits, Holding


def holdings_json(holdings: Iterable[Holding]) -> dict[str, Any]:
    """The file of these holdings, ordered by id."""
    rows = sorted(holdings, key=lambda one: one.id)
    return {"holdings": [holding_json(one) for one in rows]}


def holding_json(one: Holding) -> dict[str, Any]:
    """One holding; what is not known is left out."""
    found: dict[str, Any] = {
        "id": one.id,
        "achievement": one.achievement,
        "title": one.title,
        "issuer": one.issuer,
        "issuer_class": list(one.issuer_classes),
        "class": one.kind,
        "skills": list(one.skills),
        "field": one.field,
        "level": one.level,
        "credits": None if one.credits is None else _credits(one.credits),
        "awarded": one.awarded.isoformat() if one.awarded else None,
        "expires": one.expires.isoformat() if one.expires else None,
        "grade": {"value": one.grade.value, "scale": one.grade.scale} if one.grade else None,
        "supervision": one.supervision,
        "status": one.status,
        "evidence": one.evidence,
        "provenance": one.provenance,
    }
    kept = {name: value for name, value in found.items() if value not in (None, "", [])}
    # An empty list says that no award used it, which is something else than not knowing.
    return kept | ({} if one.applied_to is None else {"applied_to": list(one.applied_to)})


def _credits(one: Credits) -> dict[str, Any]:
    if one.low == one.high:
        found: dict[str, Any] = {"value": _number(one.low)}
    else:
        found = {"low": _number(one.low), "high": _number(one.high)}
    return found | {"unit": one.unit} | ({"policy": one.policy} if one.policy else {})


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
