"""A micro-credential that says all sixteen elements of the EU list, and how to take each away."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)

DESIGN = {
    "achievement": {
        "language": "en",
        "kind": "nano-degree-part",
        "title": {"en": "Sound conclusions from small data"},
        "description": {"en": "Plan a small study, collect data with care, explain the result."},
        "programme": {"name": {"en": "Open data nano-degree"}, "position": 2, "parts": 4},
        "outcomes": [
            {
                "statement": {"en": "Plan a small study with a sample and a comparison"},
                "skills": [
                    {
                        "name": "plan research",
                        "uri": "http://skills.example/plan-research",
                        "framework": "Example Skills",
                    }
                ],
                "assessed_by": ["project"],
            },
            {
                "statement": {"en": "Explain a result to people who decide"},
                "skills": [
                    {
                        "name": "explain results",
                        "uri": "http://skills.example/explain-results",
                        "framework": "Example Skills",
                    }
                ],
                "assessed_by": ["oral-exam"],
            },
        ],
        "criteria": {"narrative": {"en": "Pass the project and the interview."}},
        "level": {"eqf": 5, "assigned_by": "Quality Agency"},
        "workload": {"low": 50, "high": 60},
        "credit": {"value": 2, "unit": "ects", "assigned_by": "Northfield University"},
        "participation": ["online", "blended"],
        "assessment": {
            "methods": ["project", "oral-exam"],
            "description": {"en": "A project of your own and a talk about it."},
            "pass_rule": {"en": "60 of 100 in each part."},
            "scale": "points",
            "maximum": 100,
            "required": 60,
            "attempts": 3,
        },
        "supervision": "supervised-online-id",
        "ai_policy": {"en": "Allowed for drafts, and to be named."},
        "quality": [
            {
                "type": "external-review",
                "name": "Quality Agency",
                "id": "https://agency.example/",
                "date": "2026-01-15",
                "review_due": "2028-01-15",
            }
        ],
        "prerequisites": {"en": "School mathematics."},
        "field": {"code": "0542", "name": "Statistics"},
        "instruction": ["en"],
        "stackability": {"en": "Counts towards the Open data nano-degree."},
        "validity": {"kind": "unlimited"},
        "author": "Ada Example",
        "code": "SD-01",
        "further": {"en": "Loan laptops are at the library."},
    },
    "id": "https://northfield.example/achievements/small-data",
    "issuer": {
        "id": "https://northfield.example/issuer",
        "name": "Northfield University",
        "country": "IE",
        "url": "https://northfield.example/",
    },
}
AWARD = {
    "id": "urn:uuid:0f8e7c5a-2b1d-4c3e-9f00-5a6b7c8d9e01",
    "learner": {"id": "did:example:ada", "name": "Ada Example"},
    "issued": "2026-06-30T12:00:00Z",
    "started": "2026-04-01T00:00:00Z",
    "ended": "2026-06-20T00:00:00Z",
    "results": [
        {"name": "Result", "value": "87", "scale": "RawScore", "minimum": "0", "maximum": "100"}
    ],
    "evidence": [{"url": "https://northfield.example/work/1", "name": "Study of a small shop"}],
}

# Element of 2022/C 243/02 Annex I → what holds it in a record's JSON, the first being its home.
ELEMENTS = {
    "Identification of the learner": ["/award/learner"],
    "Title": ["/achievement/title"],
    "Country/region of issuer": ["/issuer/country"],
    "Awarding body": ["/issuer/name"],
    "Date of issuing": ["/award/issued", "/award/valid_from"],
    "Learning outcomes": ["/achievement/outcomes"],
    "Notional workload": ["/achievement/workload", "/achievement/credit"],
    "Level": ["/achievement/level"],
    "Type of assessment": ["/achievement/assessment/methods"],
    "Form of participation": ["/achievement/participation"],
    "Type of quality assurance": ["/achievement/quality"],
    "Prerequisites": ["/achievement/prerequisites"],
    "Supervision and identity verification during assessment": ["/achievement/supervision"],
    "Grade": ["/award/results"],
    "Integration or stackability": ["/achievement/stackability", "/achievement/programme"],
    "Further information": ["/achievement/further"],
}
MANDATORY = list(ELEMENTS)[:11]
OF_A_PERSON = ("Identification of the learner", "Date of issuing")
# In a design nobody has a grade; the scale is what can be stated.
OF_A_DESIGN = {**ELEMENTS, "Grade": ["/achievement/assessment/scale"]}


def design(**changes):
    """The design, with members of its achievement changed (None takes one away)."""
    made = deepcopy(DESIGN)
    for name, value in changes.items():
        if value is None:
            made["achievement"].pop(name, None)
        else:
            made["achievement"][name] = value
    return made


def credential(**changes):
    """The same, awarded to a person."""
    return {**design(**changes), "award": deepcopy(AWARD)}


def without(tree, paths):
    """A copy without what stands at these pointers, where there is something."""
    made = deepcopy(tree)
    for path in paths:
        *keys, last = path.split("/")[1:]
        around = made
        for key in keys:
            around = _member(around, key)
        if _member(around, last) is not None:
            del around[int(last) if isinstance(around, list) else last]
    return made


def _member(around, key):
    if isinstance(around, list):
        return around[int(key)] if int(key) < len(around) else None
    return around.get(key) if isinstance(around, dict) else None
