"""The facts under the checks of ``stackmark verify``."""

from __future__ import annotations

import json

import pytest

from command_line import run
from quality_records import DESIGN
from stackmark.exchange.formats import write_record
from stackmark.model.record import Record

RECORD = DESIGN | {
    "id": "https://badges.example/a/1",
    "issuer": {"id": "did:web:uni.example", "name": "Northfield"},
    "award": {"id": "urn:uuid:1", "issued": "2026-05-03T10:00:00Z", "learner": {"id": "did:x:y"}},
}


@pytest.fixture
def folder(tmp_path):
    """An unsigned credential, its facts document, and the map that names it."""
    written = write_record(Record.from_json(RECORD), "ob3")
    ((url, data),) = written.resources.items()
    (tmp_path / "badge.json").write_text(json.dumps(written.document))
    (tmp_path / "facts.json").write_bytes(data)
    (tmp_path / "documents.json").write_text(json.dumps({url: "facts.json"}))
    return tmp_path


def test_json_lists_every_fact(folder):
    done = run("verify", "badge.json", "--documents", "documents.json", "--json", cwd=folder)
    facts = {one["code"]: one for one in json.loads(done.text)["facts"]}
    assert facts["supervised"] == {
        "code": "supervised",
        "label": "Supervised",
        "value": "Yes, online",
        "state": "stated",
    }
    assert facts["holders"]["state"] == "unknown"
    assert facts["level"]["note"] == "assigned by Quality Agency"


def test_nothing_vouches_for_the_facts_of_a_refused_document(folder):
    done = run("verify", "badge.json", "--documents", "documents.json", cwd=folder)
    assert done.code != 0
    assert "Facts, as it claims them; nothing vouches for it:" in done.text
    assert "Credit                2 ECTS credits (assigned by Northfield University)" in done.text


def test_a_facts_document_that_is_not_at_hand_is_named(folder):
    done = run("verify", "badge.json", "--offline", cwd=folder)
    assert "which is not at hand (see --documents)." in done.text


def test_of_many_sources_the_lines_stay_short(folder):
    done = run("verify", "badge.json", "facts.json", "--offline", cwd=folder)
    assert "Facts" not in done.text
