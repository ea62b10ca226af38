"""LER-RS resumes and back, and those of others."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quality_records import DESIGN, NOW
from stackmark.errors import ReadError, UsageError
from stackmark.exchange.diff import without
from stackmark.exchange.formats import read_record, write_record
from stackmark.exchange.ler_rs import read as ler
from stackmark.model.record import Record
from stackmark.quality.check import check
from stackmark.quality.profile import named
from unit.exchange import foreign, homes
from unit.exchange.comparing import in_one, said
from unit.exchange.records import records

SLOW = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))


def plain(record):
    """In one language with a code of two letters; who issues also awards; evidence is somewhere."""
    tree = in_one(record.to_json(), "en")
    tree["achievement"]["language"] = "en"
    tree.pop("awarding_body", None)
    if "kind" in tree["achievement"]:
        tree.pop("type_stated", None)
    evidence = tree["award"].get("evidence", [])
    tree["award"]["evidence"] = [each for each in evidence if "url" in each]
    return Record.from_json(tree)


def again(written):
    return read_record(json.loads(json.dumps(written.document)))


@SLOW
@given(records(awarded=True).map(plain))
def test_only_what_has_no_home_is_lost(record):
    written = write_record(record, "ler-rs")
    lost = [one.path for one in written.loss]
    assert [path for path in lost if homes.homed(path, homes.LER_RS)] == []
    assert all("unofficial reading" in one.reason for one in written.loss)
    found, gone = again(written), frozenset(lost)
    assert found.format == "ler-rs"
    assert without(found.record.to_json(), gone) == without(record.to_json(), gone)
    assert said(found.record.to_json()) <= said(record.to_json())
    assert foreign.wrong_places(found, written.document) == []
    left = [one.path for one in found.loss if not one.path.startswith("/skills/")]
    assert left == []


def test_a_design_is_nobodys():
    with pytest.raises(UsageError, match="a resume is somebody's") as caught:
        write_record(Record.from_json(DESIGN), "ler-rs")
    assert caught.value.reason == "convert.missing"


RESUME = {
    "type": "http://schema.hropenstandards.org/4.4/recruiting/json/ler-rs/LER-RSType.json",
    "documentId": {"value": "7"},
    "person": {"name": {"formattedName": "Lea Example", "given": "Lea", "family": "Example"}},
    "skills": [{"name": "Soil"}],
    "certifications": [
        {
            "name": "Soil sampler",
            "firstIssued": "2024-05",
            "issuingAuthority": {"tradeName": "Agency"},
            "effectiveTimePeriod": {"validTo": "2030-01-01T00:00:00Z"},
            "verifications": [{"type": ["VerifiableCredential"], "id": "urn:uuid:1"}],
        },
        {"name": "Other"},
    ],
    "employmentHistories": [{"organization": {"tradeName": "Farm"}}],
}


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_resume_of_others(wrapped):
    tree = {"type": ["VerifiableCredential"], "credentialSubject": RESUME} if wrapped else RESUME
    found = read_record(tree)
    record = found.record
    assert record.achievement.title == {"und": "Soil sampler"}
    assert (record.issuer.name, record.award.learner.name) == ("Agency", "Lea Example")
    assert record.award.issued is None
    assert record.achievement.outcomes == ()
    at = "/credentialSubject" if wrapped else ""
    lost = {one.path: one.reason for one in found.loss}
    assert "skill of the person" in lost[f"{at}/skills/0/name"]
    assert "verify it by itself" in lost[f"{at}/certifications/0/verifications/0/id"]
    assert "no instant" in lost[f"{at}/certifications/0/firstIssued"]
    assert f"{at}/certifications/1/name" in lost
    rows = check(found, named("eu-2022"), now=NOW).rows
    assert "failed" not in {row.outcome for row in rows}
    assert foreign.wrong_places(found, tree) == []
    for row in found.loss:
        assert foreign.resolve(tree, row.path) == row.value


def test_a_learning_where_there_is_no_certification():
    learning = {"institution": {"name": "College"}, "educationDegrees": [{"name": "Soil"}]}
    tree = {"type": RESUME["type"], "educationAndLearnings": [learning]}
    record = read_record(tree).record
    assert (record.achievement.title, record.issuer.name) == ({"und": "Soil"}, "College")
    with pytest.raises(ReadError, match="no certification") as caught:
        read_record({"type": RESUME["type"]})
    assert caught.value.reason == "read.descriptor"


@SLOW
@given(st.data())
def test_broken_documents_read_or_say_why(data):
    tree = data.draw(foreign.broken(RESUME))
    try:
        found = ler.read(tree, {})
    except ReadError as error:
        assert error.reason.startswith("read.")
        return
    assert foreign.wrong_places(found, tree) == []
