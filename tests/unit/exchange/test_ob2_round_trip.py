"""Open Badges 2.0 and back, and those of others."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from achievement_designs import full
from stackmark.errors import ReadError, UsageError
from stackmark.exchange.diff import without
from stackmark.exchange.formats import read_record, write_record
from stackmark.exchange.ob2 import read as ob2
from stackmark.model.achievement import Criteria
from stackmark.model.record import Organisation, Record
from stackmark.verification import ob2_shape
from unit.exchange import foreign, homes
from unit.exchange.records import records

SLOW = settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))


def complete(record):
    """With what Open Badges 2.0 demands."""
    criteria = record.achievement.criteria or Criteria()
    criteria = replace(criteria, url=criteria.url or "https://criteria.example/")
    issuer = replace(record.issuer, email="a@issuer.example", url="https://issuer.example/about")
    return replace(
        record,
        achievement=replace(record.achievement, criteria=criteria),
        image=record.image or "https://images.example/1",
        issuer=issuer,
    )


def keys(tree, path=""):
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from keys(value, f"{path}/{name}")
    else:
        yield path


@SLOW
@given(records().map(complete))
def test_only_what_has_no_home_is_lost(record):
    written = write_record(record, "ob2")
    found = read_record(json.loads(json.dumps(written.document)))
    badge = written.document.get("badge", written.document)
    lost = [one.path for one in written.loss]
    assert [path for path in lost if homes.homed(path, homes.OB2, badge["@language"])] == []
    before, after, gone = record.to_json(), found.record.to_json(), frozenset(lost)
    assert without(after, gone) == without(before, gone)
    assert set(keys(after)) <= set(keys(before))
    assert found.format == "ob2"
    assert foreign.wrong_places(found, written.document) == []


@SLOW
@given(records(awarded=True).map(complete))
def test_what_is_written_has_the_shape_of_the_standard(record):
    document = write_record(record, "ob2").document
    for tree, kind in (
        (document, "Assertion"),
        (document["badge"], "BadgeClass"),
        (document["badge"]["issuer"], "Profile"),
    ):
        ob2_shape.check_members(tree, kind)
        ob2_shape.check_values(tree, kind)


@SLOW
@given(st.data())
def test_broken_documents_read_or_say_why(data):
    trees = [tree for _, tree in foreign.documents() if ob2.recognises(tree)]
    tree = data.draw(foreign.broken(data.draw(st.sampled_from(trees))))
    try:
        found = ob2.read(tree, {})
    except ReadError as error:
        assert error.reason.startswith("read.")
        return
    assert foreign.wrong_places(found, tree) == []


def test_every_foreign_assertion_reads():
    count = 0
    for name, tree in foreign.documents():
        if ob2.recognises(tree):
            found = read_record(tree)
            count += 1
            assert foreign.wrong_places(found, tree) == [], name
            for one in found.loss:
                assert foreign.resolve(tree, one.path) == one.value, (name, one.path)
    assert count > 10


ASSERTION = {
    "@context": "https://w3id.org/openbadges/v2",
    "type": "Assertion",
    "id": "https://a.example/1",
    "recipient": {"type": "email", "hashed": True, "identity": "sha256$ab", "salt": "s"},
    "issuedOn": "2020-01-01T00:00:00Z",
    "evidence": "https://work.example/1",
    "badge": "https://a.example/badge",
}
BADGE = {
    "type": "BadgeClass",
    "id": "https://a.example/badge",
    "name": "Soil",
    "description": "Samples",
    "image": "https://a.example/i.png",
    "criteria": "https://a.example/criteria",
    "issuer": "https://a.example/issuer",
    "extensions:ECTSExtension": {"type": ["Extension", "extensions:ECTSExtension"], "ECTS": 2.5},
    "extensions:StudyLoadExtension": {"StudyLoad": 70},
    "extensions:EQFExtension": {"EQF": 6},
    "extensions:LanguageExtension": {"Language": "nl_NL"},
    "extensions:LearningOutcomeExtension": {"LearningOutcome": "Takes samples"},
    "extensions:EducationProgramIdentifierExtension": {"EducationProgramIdentifier": [56823]},
}
ISSUER = {"type": "Issuer", "id": "https://a.example/issuer", "name": "Uni"}


def test_badge_and_issuer_from_resources_and_the_dutch_extensions():
    resources = {
        "https://a.example/badge": json.dumps(BADGE).encode(),
        "https://a.example/issuer": json.dumps(ISSUER).encode(),
    }
    found = read_record(ASSERTION, resources=resources)
    got = found.record.achievement
    assert (got.credit.unit, float(got.credit.value)) == ("ects", 2.5)
    assert (int(got.workload.low), got.level.eqf, got.language) == (70, 6, "nl-NL")
    assert got.outcomes[0].statement == {"nl-NL": "Takes samples"}
    assert found.record.identifiers[0].value == "56823"
    assert found.record.issuer.name == "Uni"
    assert found.record.award.learner.identifiers[0].hashed
    assert found.record.award.evidence[0].url == "https://work.example/1"
    assert found.places["/achievement/title/nl-NL"] == "/badge"
    assert foreign.wrong_places(found, ASSERTION) == []
    assert found.loss == ()


def test_a_badge_that_is_not_at_hand_is_missing():
    found = read_record(ASSERTION)
    assert found.missing == ("https://a.example/badge",)
    assert found.record.id == "https://a.example/badge"


def lacking(issuer):
    """Complete, but for the picture and what this issuer lacks."""
    design = {"achievement": full(), "id": "https://a.example/1", "issuer": issuer}
    return replace(complete(Record.from_json(design)), image="", issuer=Organisation(**issuer))


@pytest.mark.parametrize(
    ("address", "homepage"),
    [
        ("https://a.example/issuer", "https://a.example/issuer"),
        ("did:web:uni.example", "https://uni.example"),
        ("did:web:uni.example%3A8443:dept", "https://uni.example:8443/dept"),
        ("did:web:10.0.0.1", None),
        ("did:key:z6Mk", None),
    ],
)
def test_a_picture_and_homepage_are_put_in_and_the_rest_left_out(address, homepage):
    record = lacking({"id": address})
    written = write_record(record, "ob2")
    badge = written.document
    assert badge["image"].startswith("data:image/svg+xml;base64,")
    assert badge["issuer"].get("url") == homepage
    assert badge["issuer"].keys() <= {"id", "type", "url"}
    assert {one.path: one.put_in for one in written.gaps} == {
        "/image": True,
        "/issuer/name": False,
        "/issuer/url": homepage is not None,
        "/issuer/email": False,
    }
    assert read_record(badge).record.image == ""


def test_with_an_address_of_the_issuer_it_has_the_shape_of_the_standard():
    issuer = {"id": "did:web:uni.example", "name": "Uni", "email": "a@uni.example"}
    badge = write_record(lacking(issuer), "ob2").document
    for tree, kind in ((badge, "BadgeClass"), (badge["issuer"], "Profile")):
        ob2_shape.check_members(tree, kind)
        ob2_shape.check_values(tree, kind)


def test_an_issuer_without_an_id_is_asked_for():
    with pytest.raises(UsageError, match="issuer/id") as caught:
        write_record(lacking({"name": "Uni"}), "ob2")
    assert caught.value.reason == "convert.missing"
