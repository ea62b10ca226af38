"""Decisions on recognition among the files of an audit: they are about exact bytes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from recognition_world import BODY, BYTES, CREDENTIAL, ISSUER, TARGET, decision
from stackmark.cli.audit_decisions import Decisions
from stackmark.model.holding import VERIFIED, Holding
from stackmark.recognition.statement import credential_of

HELD = Holding(id=CREDENTIAL, issuer=ISSUER, achievement="a", status="valid", provenance=VERIFIED)


@pytest.mark.parametrize(
    ("data", "stands_for"), [(BYTES, TARGET), (BYTES + b" ", "a")], ids=["its own", "another"]
)
def test_it_applies_to_the_bytes_it_was_made_about(data, stands_for):
    found = Decisions(BODY["id"])
    tree = credential_of(
        decision(), id="urn:x:d", issuer=BODY, valid_from=datetime(2026, 5, 1, tzinfo=UTC)
    )
    assert found.takes("decision.json", tree, "valid")
    found.read("badge.json", data)
    ((_source, counted),) = found.applied([("badge.json", HELD)], [])
    assert counted.achievement == stands_for
