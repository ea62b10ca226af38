"""EUDI learning credential claims and back, and those of the reference issuer."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from stackmark.errors import UsageError
from stackmark.exchange.diff import without
from stackmark.exchange.eudi.terms import LANGUAGE
from stackmark.exchange.formats import Options, read_record, write_record
from stackmark.model.achievement import Level, Quality, Workload
from stackmark.model.record import Learner, Organisation
from stackmark.reading.received import EUDI_VCT
from unit.exchange import foreign, homes
from unit.exchange.records import records

SLOW = settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))
# The claims of the European reference issuer, with the values of its mock.
REFERENCE = {
    "jti": "0b4d1a5e",
    "iat": 1_779_000_000,
    "exp": 1_781_592_000,
    "vct": EUDI_VCT,
    "cnf": {"jwk": {"kty": "EC", "crv": "P-256", "x": "…", "y": "…"}},
    "issuing_authority": "Technical University of Munich: Department of Applied Sciences",
    "issuing_country": "DE",
    "iss": "https://university.de/department-of-applied-sciences",
    "date_of_issuance": "2025-03-04",
    "date_of_expiry": "2035-03-04",
    "family_name": "Neal",
    "given_name": "Tyler",
    "achievement_title": "Foundations of Applied AI in Business",
    "achievement_description": "A comprehensive introductory course.",
    "learning_outcomes": ["Analyze business processes", "Evaluate the suitability of models"],
    "assessment_grade": "Excellent",
    "language_of_classes": ["en"],
    "learner_identification": "0123456",
    "expected_study_time": "12 months",
    "level_of_learning_experience": 6,
    "types_of_quality_assurance": ["Institutional Evaluation"],
    "prerequisites_to_enroll": ["Familiarity with Python"],
    "integration_stackability_options": True,
}


def complete(record):
    """With what the reference issuer calls mandatory."""
    said = record.achievement
    level = said.level if said.level and said.level.eqf else Level(eqf=6)
    learner = record.award.learner
    return replace(
        record,
        achievement=replace(
            said,
            level=level,
            workload=said.workload or Workload(low=Decimal(50), high=Decimal(60)),
            instruction=said.instruction or ("en",),
            quality=said.quality or (Quality(type="internal-review"),),
        ),
        issuer=replace(record.issuer, country=record.issuer.country or "IE"),
        award=replace(
            record.award,
            learner=replace(learner, family_name=learner.family_name or "Neal"),
        ),
    )


def keys(tree, path=""):
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from keys(value, f"{path}/{name}")
    else:
        yield path


@SLOW
@given(records(awarded=True).map(complete))
def test_only_what_has_no_home_is_lost(record):
    written = write_record(record, "eudi")
    found = read_record(json.loads(json.dumps(written.document)))
    lost = [one.path for one in written.loss]
    language = written.document[LANGUAGE]
    table = homes.eudi(language)
    assert [path for path in lost if homes.homed(path, table)] == []
    before, after, gone = record.to_json(), found.record.to_json(), frozenset(lost)
    assert without(after, gone) == without(before, gone)
    assert set(keys(after)) <= set(keys(before)) | {"/achievement/language"}
    assert found.format == "eudi"
    assert found.loss == () or {one.path for one in found.loss} == {
        "/integration_stackability_options"
    }
    assert foreign.wrong_places(found, written.document) == []


def test_the_reference_issuers_claims_read_with_every_place():
    found = read_record(REFERENCE)
    record, achievement = found.record, found.record.achievement
    assert record.award.learner.family_name == "Neal"
    assert record.award.learner.identifiers[0].value == "0123456"
    assert record.award.results[0].value == "Excellent"
    assert (achievement.level.eqf, achievement.instruction) == (6, ("en",))
    assert (achievement.quality[0].type, achievement.quality[0].name) == (
        "other",
        "Institutional Evaluation",
    )
    assert record.to_json()["award"]["issued"] == "2025-03-04T00:00:00Z"
    assert record.to_json()["award"]["valid_until"] == "2035-03-04T23:59:59Z"
    assert achievement.title == {"und": "Foundations of Applied AI in Business"}
    assert [one.statement["und"] for one in achievement.outcomes] == REFERENCE["learning_outcomes"]
    assert {one.path for one in found.loss} == {
        *("/jti", "/exp", "/expected_study_time", "/integration_stackability_options"),
    }
    assert foreign.wrong_places(found, REFERENCE) == []


def test_an_older_claim_of_one_language_reads():
    found = read_record({**REFERENCE, "language_of_classes": "de"})
    assert found.record.achievement.instruction == ("de",)
    assert found.places["/achievement/instruction/0"] == "/language_of_classes"


@pytest.mark.parametrize("claim", sorted(REFERENCE.keys() - {"vct"}))
@pytest.mark.parametrize("value", [None, 7, True, [], {}, [[1]], "", "x" * 30_000, {"a": [None]}])
def test_odd_values_never_stop_the_reading(claim, value):
    document = {**REFERENCE, claim: value}
    assert foreign.wrong_places(read_record(document), document) == []


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("60 hours", (60, 60)),
        ("50 to 60 hours", (50, 60)),
        ("7.5 h", (7.5, 7.5)),
        ("12 months", None),
        ("about 60 hours", None),
    ],
)
def test_study_time_is_read_only_where_it_is_clear(text, hours):
    workload = read_record({**REFERENCE, "expected_study_time": text}).record.achievement.workload
    assert hours == (None if workload is None else (float(workload.low), float(workload.high)))


def sample():
    return read_record({**REFERENCE, "expected_study_time": "60 hours"}).record


def test_what_was_read_can_be_written_again():
    written = write_record(sample(), "eudi").document
    same = {"jti", "iat", "exp", "cnf", "integration_stackability_options"}
    wanted = {name: value for name, value in REFERENCE.items() if name not in same}
    assert {name: written[name] for name in wanted} == {
        **wanted,
        "expected_study_time": "60 hours",
    }


def test_a_design_cannot_be_an_attestation():
    with pytest.raises(UsageError, match="a design has none yet") as caught:
        write_record(replace(sample(), award=None), "eudi")
    assert caught.value.reason == "convert.design"


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("issuer", lambda r: replace(r, issuer=None)),
        ("award/issued", lambda r: replace(r, award=replace(r.award, issued=None))),
        (
            "achievement/title",
            lambda r: replace(r, achievement=replace(r.achievement, title={})),
        ),
    ],
)
def test_what_makes_an_attestation_is_asked_for(place, change):
    with pytest.raises(UsageError, match=place) as caught:
        write_record(change(sample()), "eudi")
    assert caught.value.reason == "convert.missing"


def test_other_mandatory_claims_are_left_out_and_named():
    whole = sample()
    said, award = whole.achievement, whole.award
    bare = replace(
        whole,
        achievement=replace(
            said, instruction=(), workload=None, level=Level(not_levelled=True), quality=()
        ),
        issuer=replace(whole.issuer, country=""),
        award=replace(award, learner=Learner(id="did:example:1", name="Tyler Neal")),
    )
    written = write_record(bare, "eudi")
    left_out = {
        *("family_name", "issuing_country", "language_of_classes", "expected_study_time"),
        *("level_of_learning_experience", "types_of_quality_assurance"),
    }
    assert left_out & written.document.keys() == set()
    assert written.document["learner_identification"] == "did:example:1"
    assert {one.reason.split()[4] for one in written.gaps} == left_out
    assert {one.to_json()["done"] for one in written.gaps} == {"left-out"}
    assert "/award/learner/name" in {one.path for one in written.loss}


def test_a_learner_with_a_full_name_only_and_an_issuer_with_an_id_only():
    whole = sample()
    learner, issuer = Learner(name="Tyler Neal"), Organisation(id="did:web:uni.example")
    bare = replace(whole, issuer=issuer, award=replace(whole.award, learner=learner))
    written = write_record(bare, "eudi")
    assert [one.path for one in written.gaps] == [
        *("/award/learner/family_name", "/award/learner/identifiers"),
        *("/issuer/name", "/issuer/country"),
    ]
    assert "Tyler" not in json.dumps(written.document)
    assert written.document["iss"] == "did:web:uni.example"


def test_what_meets_every_demand_has_no_gaps():
    assert write_record(sample(), "eudi").gaps == ()


def test_a_language_without_title_is_refused():
    with pytest.raises(UsageError, match="no title in 'fr'") as caught:
        write_record(sample(), "eudi", Options(language="fr"))
    assert caught.value.reason == "convert.language"
