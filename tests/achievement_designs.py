"""A full descriptor and a bare one, for tests of the catalogue and of issuing."""

from __future__ import annotations

from copy import deepcopy

FULL = {
    "language": "en",
    "kind": "micro-certification",
    "title": {"en": "Data analysis with open tools", "de": "Datenanalyse mit offenen Werkzeugen"},
    "description": {
        "en": "Holders clean, analyse and explain data.",
        "de": "Wer das hat, wertet Daten aus.",
    },
    "programme": {
        "name": {"en": "Open data nano-degree"},
        "position": 2,
        "parts": 4,
        "url": "https://uni.example/nano",
    },
    "outcomes": [
        {
            "statement": {"en": "Clean a data set of 10,000 rows", "de": "Bereinigt Daten"},
            "skills": [
                {
                    "name": "perform data cleansing",
                    "uri": "http://data.europa.eu/esco/skill/1",
                    "framework": "ESCO",
                    "code": "S1",
                },
                {"name": "spreadsheet care"},
            ],
        },
        {"statement": {"en": "Explain a result to people who do not know statistics"}},
    ],
    "criteria": {
        "narrative": {"en": "Pass the *project* and the interview."},
        "url": "https://uni.example/criteria",
    },
    "level": {"eqf": 6, "framework": "NFQ (Ireland)", "code": "7"},
    "workload": {"low": 50, "high": 60},
    "credit": {"value": 2.5, "unit": "ects", "assigned_by": "Northfield University"},
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
            "url": "https://agency.example/report",
            "review_due": "2028-01-15",
        }
    ],
    "prerequisites": {"en": "School mathematics."},
    "field": {"code": "0613", "name": "Software and applications development"},
    "instruction": ["en", "ga"],
    "stackability": {"en": "Counts towards the Open data nano-degree."},
    "validity": {
        "kind": "months",
        "months": 36,
        "renewal": {"en": "A short test each third year."},
    },
    "parties": [
        {"name": "Westport College", "id": "https://westport.example/", "role": "awarding"},
        {"name": "Data Ltd", "role": "employer"},
    ],
    "tags": ["data", "statistics"],
    "author": "Ada Example",
    "code": "DA-101",
    "further": {"en": "Study groups meet on Mondays."},
}
BARE = {
    "language": "en",
    "kind": "digital-badge",
    "title": {"en": "Soil sampling"},
    "description": {"en": "Takes samples a laboratory can use."},
    "outcomes": [{"statement": {"en": "Take a soil sample"}}],
    "criteria": {"narrative": {"en": "Ten samples."}},
    "assessment": {"methods": ["practical"]},
}


def full(**changes):
    """The full descriptor's JSON, with other values for some fields."""
    return deepcopy(FULL) | changes


def bare(**changes):
    """The least that may be published, with other values for some fields."""
    return deepcopy(BARE) | changes
