"""A small achievement, an issuer's profile, and awards, for tests that issue."""

from __future__ import annotations

from datetime import UTC, datetime

from sample_keys import key
from stackmark.issuing.award import Award, Secrets
from stackmark.issuing.builder import new_design
from stackmark.issuing.molds import Issuance
from stackmark.issuing.rows import Evidence
from stackmark.keys.did import default_identity
from stackmark.keys.keyfile import KeyFile

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CREATED = "2026-06-01T12:00:00Z"
LIST = "https://uni.example/status/1"
ACHIEVEMENT = {
    "id": "https://uni.example/achievements/soil",
    "type": ["Achievement"],
    "name": "Soil sampling",
    "description": 'Takes "samples"\nthat a laboratory can use.',
    "criteria": {"narrative": "Ten samples."},
    "tag": ["soil", "field work"],
    "alignment": [
        {"type": ["Alignment"], "targetName": "Level 5", "targetUrl": "https://levels.example/5"}
    ],
}
PROFILE = {"type": ["Profile"], "name": "Uni", "url": "https://uni.example/"}
SECRETS = Secrets(bytes(range(32)))


def keyfile(kind="ed25519", number=1):
    private = key(kind, number)
    return KeyFile(*default_identity(private.public_key), private)


def issuance(suite="eddsa-rdfc-2022", kind="ed25519", achievement=ACHIEVEMENT):
    opened = keyfile(kind)
    design = new_design(achievement, PROFILE, did=opened.did)
    return Issuance(design, opened.private, opened.method_id, suite, CREATED)


def award(number=0, **more):
    urn, salt, blinding = SECRETS.of(number)
    members = {
        "id": urn,
        "salt": salt,
        "blinding": blinding,
        "valid_from": "2026-05-04T00:00:00Z",
        "recipient_email": f"person{number}@example.org",
    }
    return Award(**(members | more))


RICH = {
    "recipient_name": 'Zoë "Z" Müller\\',
    "narrative": "First line\nsecond\tline 😀",
    "valid_until": "2031-05-04T00:00:00Z",
    "evidence": (
        Evidence("https://portfolio.example/1", "Report", None),
        Evidence(None, None, "Seen in the field."),
    ),
    "status_list": LIST,
    "status_index": 4711,
}
