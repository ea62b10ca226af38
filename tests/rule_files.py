"""Random rules files, right ones and ones with a fault, for tests of the requirement language."""

from __future__ import annotations

import random
from typing import Any

SKILLS = ("urn:skill:a", "urn:skill:b", "urn:skill:c")
ACHIEVEMENTS = ("https://x.example/1", "https://x.example/2", "https://x.example/3")
ISSUERS = ("did:web:home.example", "did:web:other.example")
AMOUNTS = (0, 1, 2, 2.5, 3, 4, 6, 10)
SHARES = (0, 0.25, 0.34, 0.5, 1)


def _some(rng: random.Random, values: tuple[Any, ...]) -> Any:
    chosen = rng.sample(values, rng.randint(1, len(values)))
    return chosen[0] if len(chosen) == 1 and rng.random() < 0.5 else chosen


def random_select(rng: random.Random, most: int = 3) -> dict[str, Any]:
    """A few predicates."""
    made = {
        "id": lambda: _some(rng, ("urn:h:1", "urn:h:2")),
        "achievement": lambda: _some(rng, ACHIEVEMENTS),
        "issuer": lambda: _some(rng, ISSUERS),
        "issuer_class": lambda: _some(rng, ("university", "employer")),
        "class": lambda: _some(rng, ("micro-credential", "micro-certification")),
        "field": lambda: _some(rng, ("06", "0613", "02")),
        "skill": lambda: _some(rng, SKILLS),
        "level_min": lambda: rng.randint(1, 7),
        "level_max": lambda: rng.randint(2, 8),
        "credits_min": lambda: rng.choice(AMOUNTS),
        "max_age_years": lambda: rng.choice((1, 2.5, 7)),
        "grade_min": lambda: rng.choice(
            (
                {"value": 2.3, "scale": "de-1-5"},
                {"value": "B", "scale": "us-letter"},
                {"value": "first", "scale": "uk-class", "policy": "uk-percent-class"},
                {
                    "value": "2.5",
                    "scale": "german",
                    "policy": "modified-bavarian",
                    "from": {"scale": "fr-20", "best": 20, "lowest_pass": 10.5},
                },
            )
        ),
        "supervision_min": lambda: rng.choice(("none", "remote-live", "onsite")),
        "evidence_min": lambda: rng.randint(0, 6),
        "status": lambda: rng.choice(("valid", ["valid"])),
        "verified": lambda: rng.random() < 0.5,
        "not_applied_to": lambda: _some(rng, ("urn:award:1", "urn:award:2")),
    }
    names = rng.sample(sorted(made), rng.randint(0, most))
    return {name: made[name]() for name in names}


def _leaf(rng: random.Random) -> dict[str, Any]:
    kind = rng.choice(("count", "credits", "capstone"))
    if kind == "capstone":
        return {kind: {"select": random_select(rng)}}
    least = rng.randint(0, 3) if kind == "count" else rng.choice(AMOUNTS)
    body: dict[str, Any] = {"select": random_select(rng), "min": least}
    if rng.random() < 0.3:
        body["max"] = least + rng.randint(0, 3)
    if kind == "credits" and rng.random() < 0.2:
        body["unit"] = "ects"
    return {kind: body}


def random_node(rng: random.Random, depth: int = 2) -> dict[str, Any]:
    """A rule with what is below it."""
    kind = rng.choice(("all", "any", "at_least", "leaf")) if depth else "leaf"
    if kind == "leaf":
        return _leaf(rng)
    below = [random_node(rng, depth - 1) for _ in range(rng.randint(1, 3))]
    if kind == "at_least":
        return {kind: {"k": rng.randint(1, len(below)), "of": below}}
    return {kind: below}


def random_limit(rng: random.Random) -> dict[str, Any]:
    """A limit of any kind but ``share``, which needs two rules to name."""
    two = rng.sample(ACHIEVEMENTS, 2)
    most = rng.choice(
        (
            {"max_credits": 4},
            {"max_share": rng.choice(SHARES)},
            {"max_credits": 6, "max_share": 0.2},
        )
    )
    least = rng.choice(
        (
            {"min_credits": 3},
            {"min_share": rng.choice(SHARES)},
            {"min_credits": 1, "min_share": 0.5},
        )
    )
    return rng.choice(
        (
            {"cap": {"select": random_select(rng, 2), **most}},
            {"residency": {"select": {"issuer": ISSUERS[0]}, **least}},
            {"level_mix": {"level_below": rng.randint(2, 6), **most}},
            {"level_floor": {"level_at_least": rng.randint(2, 6), **least}},
            {"gpa": {"min": 2.5, "scale": "de-1-5", "higher_is_better": False}},
            {"gpa": {"min": 3, "scale": "gpa-4", "select": random_select(rng, 1)}},
            {"exclude": [two]},
            {"equivalent": [two]},
            {"before": [two]},
            {"max_age_years": rng.choice((5, 0.25)), "select": random_select(rng, 1)},
            {"max_age_years": 7},
        )
    )


def random_file(rng: random.Random, *, depth: int = 2, limits: int = 3) -> dict[str, Any]:
    """A whole file that is right."""
    found: dict[str, Any] = {
        "version": rng.choice(("1", 1)),
        "id": "https://x.example/award",
        "title": "Award",
        "issuer": ISSUERS[0],
        "unit": "ects",
        "rule": random_node(rng, depth),
        "limits": [random_limit(rng) for _ in range(rng.randint(0, limits))],
    }
    below = next((found["rule"][one] for one in ("all", "any") if one in found["rule"]), [])
    if len(below) > 1 and rng.random() < 0.5:
        below[0]["id"], below[1]["id"] = "first", "second"
        found["limits"].append({"share": {"a": "first", "b": "second", "max_credits": 3}})
    if rng.random() < 0.3:
        found["substitutes"] = [
            {
                "use": ACHIEVEMENTS[0],
                "instead_of": ACHIEVEMENTS[1],
                "approved_by": "The board",
                "reason": "The same outcomes.",
            }
        ]
    return found


_ODD = (None, True, -1, 1.5, 0.1, "", "x", [], {}, ["x"], [""], [["a", "a"]], 100_001, {"x": 1})


def spoil(rng: random.Random, value: Any) -> Any:
    """The file with one change at a random place: most make it wrong, some do not."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        name = rng.choice(sorted(value))
        if rng.random() < 0.6:
            return {**value, name: spoil(rng, value[name])}
        return _odd_object(rng, value, name)
    if isinstance(value, list) and value and rng.random() < 0.8:
        place = rng.randrange(len(value))
        return [spoil(rng, one) if at == place else one for at, one in enumerate(value)]
    return rng.choice(_ODD)


def _odd_object(rng: random.Random, value: dict[str, Any], name: str) -> dict[str, Any]:
    without = {key: one for key, one in value.items() if key != name}
    more = ("select", "min", "id", "level", "k", "max_share", "odd", "all", "capstone", "unit")
    return rng.choice(
        (without, {**value, rng.choice(more): rng.choice(_ODD)}, {**without, "odd": value[name]})
    )
