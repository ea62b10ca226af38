"""What the demo world offers towards one role: enough that three ways to it differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

_HOME: Final = "https://meridian-health.example/skills"
FRAMEWORK: Final = "Meridian Skills for Data Work"
SKILLS: Final = {
    "exchange": "exchange health data by open standards",
    "quality": "assess the quality of clinical data",
    "show": "visualise data for decisions",
    "explain": "explain findings to clinical staff",
}
"""By the last part of their address; two skills of the role are held under their ESCO names."""
HELD: Final = {"statistics": "statistics", "protection": "data protection"}


@dataclass(frozen=True, slots=True)
class Way:
    """An achievement with one offering: from so many weeks on for so many weeks."""

    word: str
    house: str
    title: str
    level: int
    hours: int
    ects: str
    price: str
    delivery: str
    outcomes: tuple[tuple[str, str], ...]  # the skill, and what a holder can do
    description: str
    starts: int | None = None  # weeks from now; None: at any time
    weeks: int | None = None
    passed: tuple[int, int] | None = None  # of a cohort of so many


WAYS: Final = (
    Way(
        "health-data-exchange",
        "harbour-skills",
        "Health Data Exchange",
        5,
        40,
        "1.5",
        "180",
        "online",
        (("exchange", "Map a hospital record to FHIR resources without loss"),),
        "Move records between systems without losing what they mean.",
    ),
    Way(
        "clinical-data-quality",
        "northfield-data",
        "Clinical Data Quality",
        6,
        48,
        "2",
        "240",
        "blended",
        (("quality", "Report the gaps and doubles of a patient register"),),
        "Find what is missing, doubled or wrong in clinical data, and say how much it matters.",
        starts=5,
        weeks=8,
        passed=(41, 48),
    ),
    Way(
        "charts-that-decide",
        "harbour-skills",
        "Charts That Decide",
        5,
        25,
        "1",
        "90",
        "online",
        (("show", "Choose and draw a chart that answers one question of a manager"),),
        "Draw the one chart that a decision needs.",
        passed=(58, 64),
    ),
    Way(
        "speaking-with-the-ward",
        "meridian-health",
        "Speaking with the Ward",
        5,
        12,
        "",
        "0",
        "work-based",
        (("explain", "Present a result at a ward meeting and answer questions"),),
        "Three visits to wards, and what was understood there.",
        starts=16,
        weeks=3,
    ),
    Way(
        "explaining-evidence",
        "harbour-skills",
        "Explaining Evidence at the Bedside",
        5,
        16,
        "0.5",
        "260",
        "onsite",
        (("explain", "Put the findings of a trial into words a nurse can use"),),
        "Say what a study found to people who have two minutes.",
        starts=4,
        weeks=4,
    ),
    Way(
        "health-data-steward",
        "guild-of-assurance",
        "Health Data Steward",
        6,
        48,
        "2",
        "690",
        "blended",
        (
            ("exchange", "Set up an interface between a laboratory and a clinic"),
            ("quality", "Keep a catalogue of data sources with their known faults"),
        ),
        "Look after health data from its source to its use; with an examination.",
        starts=3,
        weeks=8,
        passed=(52, 71),
    ),
    Way(
        "health-data-studio",
        "northfield-data",
        "Health Data Analyst Studio",
        6,
        120,
        "5",
        "1450",
        "blended",
        (
            ("exchange", "Bring five systems of a hospital into one data set"),
            ("quality", "Judge which of its columns can carry a decision"),
            ("show", "Build a board that a hospital director reads each week"),
            ("explain", "Defend a recommendation before doctors"),
        ),
        "One term in a team with a hospital: everything the role asks for, in one piece.",
        starts=8,
        weeks=15,
    ),
    Way(
        "health-data-certificate",
        "northfield-data",
        "Certificate in Health Data",
        6,
        90,
        "3.5",
        "",
        "",
        (
            ("quality", "Combine what was learned about sources from different teachers"),
            ("show", "Tell a story of health with figures of one's own region"),
        ),
        "Awarded for two recognised steps into health data, whoever taught them.",
    ),
)


def framework() -> dict[str, Any]:
    """The invented framework as a CASE package."""
    names = SKILLS | HELD
    items = [
        {
            "identifier": f"00000000-0000-4000-8000-{number:012d}",
            "uri": f"{_HOME}/{word}",
            "fullStatement": name,
            "humanCodingScheme": f"MH-{number}",
        }
        for number, (word, name) in enumerate(names.items(), 1)
    ]
    document = {
        "identifier": "00000000-0000-4000-8000-000000000000",
        "title": FRAMEWORK,
        "creator": "Meridian Health",
        "publisher": "Meridian Health",
        "version": "2026.1",
        "language": "en",
        "licenseURI": "https://creativecommons.org/licenses/by/4.0/",
    }
    return {"CFPackage": {"CFDocument": document, "CFItems": items, "CFAssociations": []}}


def descriptor(way: Way) -> dict[str, Any]:
    """The descriptor of a way."""
    outcomes = [
        {
            "statement": {"en": statement},
            "skills": [{"name": SKILLS[word], "uri": f"{_HOME}/{word}", "framework": FRAMEWORK}],
        }
        for word, statement in way.outcomes
    ]
    lines = "\n".join(f"- {one['statement']['en']}" for one in outcomes)
    found: dict[str, Any] = {
        "language": "en",
        "kind": "certificate",
        "title": {"en": way.title},
        "description": {"en": way.description},
        "outcomes": outcomes,
        "criteria": {"narrative": {"en": f"In {way.title} you show by a project:\n\n{lines}"}},
        "level": {"eqf": way.level},
        "workload": {"low": way.hours, "high": way.hours},
        "participation": [way.delivery or "blended"],
        "assessment": {
            "methods": ["project"],
            "description": {"en": "A project with real data, marked against a rubric."},
            "pass_rule": {"en": "60 of 100 points."},
            "scale": "percent",
            "required": 60,
            "attempts": 2,
        },
        "supervision": "supervised-online-id",
        "quality": [
            {"type": "internal-review", "name": "Review of the course team", "date": "2025-09-01"}
        ],
        "instruction": ["en"],
        "validity": {"kind": "unlimited"},
        "code": way.word,
    }
    if way.ects:
        found["credit"] = {"value": float(way.ects), "unit": "ects"}
    return found
