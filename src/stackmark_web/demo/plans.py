"""How two courses of the demo world are assessed: rubrics with words at every level, and items."""

from __future__ import annotations

from typing import Any, Final

LEVELS: Final = ("Not shown", "Beginning", "Secure", "Excellent")


def _criterion(name: str, weight: int, *said: str, anchor: str = "") -> dict[str, Any]:
    """A criterion with four levels of 0 to 3 points; the anchor shows the third."""
    levels = [
        {
            "id": f"level-{points}",
            "name": {"en": LEVELS[points]},
            "description": {"en": text},
            "points": points,
        }
        for points, text in enumerate(said)
    ]
    if anchor:
        levels[2]["anchor"] = {"en": anchor}
    named = {"id": name.lower().replace(" ", "-"), "name": {"en": name}, "weight": weight}
    return {**named, "levels": levels}


_REPORT: Final = {
    "id": "report",
    "name": {"en": "Report"},
    "description": {"en": "A report of up to 1,500 words on a data set you chose yourself."},
    "method": "assignment",
    "kind": "rubric",
    "weight": 100,
    "submissions": ["file", "text", "link"],
    "criteria": [
        _criterion(
            "Reading data",
            2,
            "Numbers are copied without saying what they count.",
            "Says what most numbers count; some are read wrongly.",
            "Reads every table and chart correctly and says where the data come from.",
            "Also finds what the data cannot say, and says it first.",
            anchor="“The counts are of tickets, not of people: who travels twice is in twice.”",
        ),
        _criterion(
            "Doubting a sample",
            1,
            "Takes the sample for everybody.",
            "Says that samples may mislead, without saying how this one could.",
            "Names who is missing from this sample and which way that pulls the result.",
            "Estimates how much it could change the result.",
        ),
        _criterion(
            "Telling it",
            1,
            "A reader from outside the field would not follow.",
            "The finding can be found, among much else.",
            "The finding comes first, in words an outsider follows.",
            "An outsider could repeat it to a friend, with its doubt.",
        ),
    ],
}
_PROJECT: Final = {
    "id": "project",
    "name": {"en": "Project"},
    "description": {"en": "Data you cleaned and joined yourself, a script, and one estimate."},
    "method": "project",
    "kind": "rubric",
    "weight": 60,
    "minimum": 40,
    "submissions": ["file", "repository", "link"],
    "criteria": [
        _criterion(
            "Preparing data",
            1,
            "The script does not run, or changes the data by hand.",
            "It runs; some rows are lost without a word.",
            "It runs from raw data to result, and every dropped row is counted and explained.",
            "It also checks its own steps and stops when the data are not as expected.",
        ),
        _criterion(
            "Estimating",
            2,
            "A number without uncertainty.",
            "An interval is given and read wrongly.",
            "A fitting estimate with an interval, read correctly.",
            "Also shows what would change it, with a second analysis.",
            anchor="“Between 2 and 9 minutes; a day more of strikes would halve it.”",
        ),
        _criterion(
            "Repeating",
            1,
            "Nobody else could run it.",
            "Others can run it after asking.",
            "Others can run it from the instructions.",
            "One command makes the report anew.",
        ),
    ],
}
_EXAMINATION: Final = {
    "id": "examination",
    "name": {"en": "Practical examination"},
    "description": {"en": "Twenty small tasks at a computer in three hours, on site."},
    "method": "practical",
    "kind": "items",
    "weight": 40,
    "items": 20,
}
_PLANS: Final[dict[str, dict[str, Any]]] = {
    "data-literacy": {
        "plan": {
            "components": [_REPORT],
            "identity": "self-asserted",
            "binding": "none",
            "supervision": "none",
            "authorship": ["statement"],
            "ai": "limited",
            "markers": 1,
            "independence": "same-people",
        },
        "covers": (("report",), ("report",), ("report",)),
        "required": 60,
    },
    "python-analysis": {
        "plan": {
            "components": [_PROJECT, _EXAMINATION],
            "identity": "document",
            "binding": "live",
            "supervision": "onsite",
            "authorship": ["statement", "process-log"],
            "ai": "limited",
            "markers": 1,
            "independence": "same-organisation",
        },
        "covers": (("project", "examination"), ("project", "examination"), ("project",)),
        "required": 60,
    },
}


def with_plan(word: str, descriptor: dict[str, Any]) -> dict[str, Any]:
    """The descriptor with the plan of its course; as it was for a course that has none."""
    made = _PLANS.get(word)
    if made is None:
        return descriptor
    outcomes = [
        {**one, "components": list(parts)}
        for one, parts in zip(descriptor["outcomes"], made["covers"], strict=True)
    ]
    assessment = {**descriptor["assessment"], "scale": "percent", "required": made["required"]}
    return descriptor | {"plan": made["plan"], "outcomes": outcomes, "assessment": assessment}
