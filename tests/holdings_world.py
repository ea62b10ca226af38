"""An issuer with a key, credentials it signed, and rules they earn an award by: for audits."""

from __future__ import annotations

import json
from copy import deepcopy

from command_line import run
from quality_records import DESIGN
from stackmark.exchange.formats import write_record
from stackmark.model.record import Record

AWARD = "https://uni.example/awards/data"
ACHIEVEMENT = DESIGN["id"]


def rules(rule=None, **more):
    """By default: both skills of the sample design, and 2 ECTS credits at level 5."""
    skill = "http://skills.example/plan-research"
    leaves = [
        {"id": "skill", "count": {"select": {"skill": skill, "verified": True}, "min": 1}},
        {"id": "more", "credits": {"select": {"level_min": 5, "field": "05"}, "min": 2}},
    ]
    return {"version": "1", "id": AWARD, "title": "Data", "rule": rule or {"all": leaves}} | more


def record(number, **award):
    """A credential of the sample design for the sample learner."""
    found = deepcopy(DESIGN)
    found["award"] = {
        "id": f"urn:uuid:00000000-0000-4000-8000-00000000000{number}",
        "issued": "2026-01-15T10:00:00Z",
        "learner": {"id": "did:example:ada"},
    } | award
    return found


def sign(folder, name, found, *options):
    """Write it as Open Badges 3.0 with its facts document beside, and sign it."""
    if not (folder / "issuer.key").exists():
        run("key", "new", "--no-passphrase", cwd=folder)
        (folder / "held").mkdir(exist_ok=True)
    did = json.loads((folder / "issuer.key.did.json").read_text())["id"]
    found["issuer"]["id"] = did
    written = write_record(Record.from_json(found), "ob3")
    for url, data in written.resources.items():
        (folder / "held" / url.rpartition("/")[2]).write_bytes(data)
    (folder / "plain.json").write_text(json.dumps(written.document))
    done = run(
        "sign", "plain.json", "--key", "issuer.key", "--out", f"held/{name}", *options, cwd=folder
    )
    assert done.code == 0, done.err
    return folder / "held" / name
