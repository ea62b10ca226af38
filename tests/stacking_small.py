"""Small holdings and rules for the tests of stacking: a good credential, and what differs."""

from __future__ import annotations

import datetime as dt

from stackmark.model.holding import read_holding, read_holdings
from stackmark.stacking.parse import read_rules

AT = dt.date(2026, 6, 1)
AWARD = "urn:award"
HOME, AWAY = "did:web:uni.example", "did:web:prov.example"
GOOD = {
    "achievement": "urn:a:0",
    "issuer": HOME,
    "class": "micro-credential",
    "skills": ["urn:skill:a"],
    "field": "0612",
    "level": 6,
    "credits": {"value": 5, "unit": "ects"},
    "awarded": "2025-01-01",
    "grade": {"value": "3.0", "scale": "gpa-4"},
    "supervision": "onsite",
    "evidence": 3,
    "applied_to": [],
    "status": "valid",
}


def row(number=0, **more):
    """A holding as JSON; ``None`` takes a member away, ``credit`` sets the number."""
    made = {**GOOD, "id": f"urn:h:{number}", "achievement": f"urn:a:{number}"}
    if "credit" in more:
        more["credits"] = {"value": more.pop("credit"), "unit": "ects"}
    if "kind" in more:
        more["class"] = more.pop("kind")
    made.update(more)
    return {name: value for name, value in made.items() if value is not None}


def holding(number=0, **more):
    return read_holding(row(number, **more))


def holdings(*rows):
    return read_holdings([row(number, **one) for number, one in enumerate(rows)])


def rules(tree, *limits, **more):
    return read_rules(
        {"version": "1", "id": AWARD, "unit": "ects", "rule": tree, "limits": list(limits), **more}
    )


def count(least=1, name="leaf", *, most=None, **select):
    body = {"select": select, "min": least}
    return {"id": name, "count": body if most is None else {**body, "max": most}}


def credit(least, name="leaf", *, most=None, **select):
    body = {"select": select, "min": least}
    return {"id": name, "credits": body if most is None else {**body, "max": most}}


def capstone(name="leaf", **select):
    return {"id": name, "capstone": {"select": select}}
