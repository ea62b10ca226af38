"""Records, comparisons and decisions for the tests of recognition."""

from __future__ import annotations

import hashlib

from stackmark.model.record import Record
from stackmark.recognition.comparison import compare
from stackmark.recognition.decision import Decision, content_digest

ESCO = "http://data.europa.eu/esco/skill/"
CREDENTIAL = "urn:uuid:7d1c0000-0000-4000-8000-000000000001"
ISSUER = "did:web:uni.example"
BODY = {"id": "did:web:college.example", "name": "Riverside College"}
TARGET = "https://college.example/a/soil"
BYTES = b'{"a":"credential"}'


def outcome(text, *skills):
    return {"statement": {"en": text}, "skills": [{"name": s, "uri": ESCO + s} for s in skills]}


def record(*outcomes, **more):
    """A record with level 6, 6 ECTS, an external review and field 0811, unless said otherwise."""
    achievement = {
        "title": {"en": "Soil science"},
        "kind": "certificate",
        "outcomes": list(outcomes) or [outcome("Map a soil", "1"), outcome("Test a soil", "2")],
        "level": {"eqf": 6},
        "credit": {"value": 6, "unit": "ects"},
        "quality": [{"type": "external-review", "name": "Agency"}],
        "field": {"code": "0811"},
    }
    achievement |= more.pop("achievement", {})
    made = {
        "id": "https://uni.example/a/7",
        "issuer": {"id": ISSUER, "name": "Uni"},
        "award": {"id": CREDENTIAL},
        "achievement": {name: one for name, one in achievement.items() if one is not None},
    }
    return Record.from_json(made | more)


def findings(comparison):
    return {one.name: one.finding for one in comparison.rows}


def comparison_of(held=None, wanted=None, **how):
    return compare(held or record(), wanted or record(), **how)


def decision_json(verdict="full", *, against=None, **members):
    """A decision that can be read; a difference in ``against`` unless it is full."""
    found = comparison_of()
    against = against or ([] if verdict == "full" else ["outcomes"])
    for name in against:
        found = found.judged(name, "substantial", "Field work is missing.")
    made = {
        "source": {
            "kind": "credential",
            "id": CREDENTIAL,
            "sha256": hashlib.sha256(BYTES).hexdigest(),
            "issuer": ISSUER,
            "achievement": "https://uni.example/a/7",
            "content": content_digest(record()),
        },
        "target": TARGET,
        "target_name": "Soil science",
        "recogniser": BODY,
        "default": "lisbon",
        "comparison": found.to_json(),
        "verdict": verdict,
        "decided": "2026-05-01",
        "appeal": {"route": "Write to appeals@college.example", "until": "2026-06-01"},
    }
    if verdict != "full":
        made["reasons"] = ["Field work is missing."]
    if verdict == "partial":
        made |= {"outcomes": ["Map a soil"], "credit": {"value": 3, "unit": "ects"}}
    if verdict == "conditional":
        made["conditions"] = ["Pass the field course."]
    made |= members
    return {name: one for name, one in made.items() if one is not None}


def decision(verdict="full", **members):
    return Decision.from_json(decision_json(verdict, **members))


def source(**members):
    return decision_json()["source"] | members
