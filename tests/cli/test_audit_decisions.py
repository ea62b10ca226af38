"""``stackmark audit`` where decisions on recognition lie among the credentials, and whose they are."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest

from command_line import run
from holdings_world import record, rules, sign
from recognition_world import BODY, BYTES, CREDENTIAL, ISSUER, TARGET, decision
from stackmark.cli.audit_decisions import Decisions
from stackmark.exchange.formats import read_record
from stackmark.model.holding import VERIFIED, Holding
from stackmark.recognition.decision import source_of
from stackmark.recognition.statement import credential_of

WANTED = {"count": {"select": {"achievement": [TARGET]}, "min": 1}}


def audit(folder, *more):
    words = ["audit", "--rules", "rules.json", "--holdings", "held", "--at", "2026-06-01"]
    done = run(*words, "--offline", *more, "--json", cwd=folder)
    return done.code, orjson.loads(done.out), done.err


def decide(folder, **more):
    """The body recognises ``a.json`` in full; its identity is its key."""
    run("key", "new", "--no-passphrase", "--out", "body.key", cwd=folder)
    did = json.loads((folder / "body.key.did.json").read_text())["id"]
    data = (folder / "held" / "a.json").read_bytes()
    source = source_of(read_record(json.loads(data)).record, data)
    body = {"id": did, "name": "Riverside College"}
    tree = credential_of(
        replace(decision(recogniser=body), source=source),
        id="urn:uuid:7d1c0000-0000-4000-8000-0000000000d1",
        issuer={**body, "type": ["Profile"]},
        valid_from=datetime(2026, 5, 1, tzinfo=UTC),
    )
    (folder / "decision.json").write_text(json.dumps(tree | more))
    words = ["sign", "decision.json", "--key", "body.key", "--out", "held/decision.json"]
    done = run(*words, cwd=folder)
    assert done.code == 0, done.err
    (folder / "rules.json").write_text(json.dumps(rules(WANTED, issuer=did)))


@pytest.fixture
def recognised(tmp_path):
    sign(tmp_path, "a.json", record(1))
    decide(tmp_path)
    return tmp_path


def test_what_the_awarding_body_recognised_counts(recognised):
    code, found, _err = audit(recognised)
    assert (code, found["verdict"]) == (0, "yes"), found
    (recognised / "held" / "decision.json").unlink()
    assert audit(recognised)[1]["verdict"] == "no"


def test_a_decision_stands_also_when_one_person_is_asked_for(recognised):
    """It names a credential and nobody: whose that is decides."""
    code, found, _err = audit(recognised, "--recipient", "did:example:ada")
    assert (code, found["verdict"]) == (0, "yes"), found
    code, found, _err = audit(recognised, "--recipient", "did:example:eve")
    assert (code, found["holdings"]) == (1, [])


def test_a_decision_that_has_run_out_is_told(tmp_path):
    sign(tmp_path, "a.json", record(1))
    decide(tmp_path, validUntil="2026-05-02T00:00:00Z")
    code, found, _err = audit(tmp_path)
    assert code == 1
    (left,) = found["leftOut"]
    assert left["source"].endswith("decision.json")
    assert left["sentence"] == "This decision on recognition is expired, so nothing counts by it."


HELD = Holding(id=CREDENTIAL, issuer=ISSUER, achievement="a", status="valid", provenance=VERIFIED)


@pytest.mark.parametrize(
    ("data", "stands_for"), [(BYTES, TARGET), (BYTES + b" ", "a")], ids=["its own", "another"]
)
def test_it_applies_to_the_bytes_it_was_made_about(data, stands_for):
    found = Decisions(BODY["id"])
    tree = credential_of(
        decision(), id="urn:x:d", issuer=BODY, valid_from=datetime(2026, 5, 1, tzinfo=UTC)
    )
    found.keep("decision.json", found.of(tree))
    found.read("badge.json", data)
    ((_source, counted),) = found.applied([("badge.json", HELD)], [])
    assert counted.achievement == stands_for
