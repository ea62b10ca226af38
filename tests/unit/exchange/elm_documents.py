"""A full record as ELM documents: a credential, a design, and what they lack."""

from __future__ import annotations

import achievement_designs as designs
from stackmark.exchange.formats import write_record
from stackmark.model.record import Record

ISSUER = {
    "id": "https://uni.example/",
    "name": "Northfield University",
    "legal_name": "University of Northfield",
    "kind": "university",
    "country": "IE",
    "url": "https://uni.example/home",
    "email": "office@uni.example",
    "identifiers": [{"scheme": "eIDAS", "value": "IE/FR/123"}, {"scheme": "VAT", "value": "12"}],
}
AWARD = {
    "id": "urn:uuid:3f2a0000-0000-4000-8000-000000000001",
    "issued": "2026-03-01T09:00:00Z",
    "valid_from": "2026-03-02T00:00:00+01:00",
    "valid_until": "2029-03-01T09:00:00Z",
    "started": "2026-01-05T08:00:00Z",
    "ended": "2026-02-20T17:00:00Z",
    "learner": {
        "id": "did:example:ada",
        "name": "Ada Example",
        "given_name": "Ada",
        "family_name": "Example",
        "identifiers": [{"scheme": "student-number", "value": "4711"}],
    },
    "results": [
        {
            "name": "Project",
            "value": "87",
            "scale": "RawScore",
            "minimum": "0",
            "maximum": "100",
            "required": "60",
            "status": "completed",
        }
    ],
    "narrative": "Best project of the year.",
    "evidence": [
        {
            "url": "https://work.example/1",
            "name": "Report",
            "narrative": "The project's report.",
            "genre": "Report",
        }
    ],
}


def record(**changes):
    tree = {
        "achievement": designs.full(),
        "id": "https://uni.example/achievements/1/2",
        "version": "2",
        "identifiers": [{"scheme": "register", "value": "R-1"}],
        "issuer": ISSUER,
        "awarding_body": {"id": "https://body.example/", "name": "Board", "country": "FR"},
        "award": AWARD,
    }
    tree |= changes
    return Record.from_json({name: value for name, value in tree.items() if value is not None})


def credential(**changes):
    return write_record(record(**changes), "elm").document


def design(**changes):
    return credential(award=None, **changes)
