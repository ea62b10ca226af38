"""Open Badges 3.0 of others: everything reads, nothing is silently dropped, places are true."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from achievement_designs import full
from stackmark.errors import ReadError
from stackmark.exchange.formats import read_record, write_record
from stackmark.exchange.ob3 import read as ob3
from stackmark.exchange.ob3.achievement import open_badge_achievement
from stackmark.model.achievement import Achievement
from unit.exchange import foreign
from unit.exchange.records import records

SLOW = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def badge(**achievement):
    whole = {
        "id": "https://a.example/1",
        "type": ["Achievement"],
        "name": "Soil",
        "description": "Samples",
        "criteria": {"narrative": "Ten."},
    }
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "https://i.example/", "type": ["Profile"], "name": "I"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:1",
            "type": ["AchievementSubject"],
            "achievement": whole | achievement,
        },
    }


def lost(found):
    return {one.path: one.reason for one in found.loss}


def test_every_foreign_document_reads_and_its_places_are_true():
    count = 0
    for name, tree in foreign.documents():
        if not ob3.recognises(tree):
            continue
        found = read_record(tree)
        count += 1
        assert foreign.wrong_places(found, tree) == [], name
        for one in found.loss:
            assert foreign.resolve(tree, one.path) == one.value, (name, one.path)
    assert count > 120


def _leaf_texts(value):
    if isinstance(value, dict):
        return {text for one in value.values() for text in _leaf_texts(one)}
    if isinstance(value, list):
        return {text for one in value for text in _leaf_texts(one)}
    return {value} if isinstance(value, str) else set()


def test_a_text_is_in_the_record_or_in_the_loss():
    """Of the specification's fullest example, leaving out what only makes the document work."""
    tree = dict(foreign.documents())[
        "ob3-spec-examples/fullOpenBadge-1-complete-openbadgecredential.json"
    ]
    found = read_record(tree)
    kept = _leaf_texts(found.record.to_json()) | {
        one.value for one in found.loss if isinstance(one.value, str)
    }
    achievement = tree["credentialSubject"]["achievement"]
    for text in _leaf_texts(
        {k: v for k, v in achievement.items() if k not in ("type", "endorsement", "endorsementJwt")}
    ):
        assert (
            any(text == one or text.startswith("ext:") or text in one for one in kept)
            or text
            in {
                "Alignment",
                "Profile",
                "Address",
                "Image",
                "ResultDescription",
                "Related",
                "IdentifierEntry",
                "RubricCriterionLevel",
                "GeoCoordinates",
                "CFItem",
                "Result",
                "Percent",
                "Status",
                "CTDL",
            }
            or text.startswith("urn:uuid:")
        ), text


@SLOW
@given(st.data())
def test_broken_documents_read_or_say_why(data):
    trees = [tree for _, tree in foreign.documents() if ob3.recognises(tree)]
    tree = data.draw(foreign.broken(data.draw(st.sampled_from(trees))))
    try:
        found = ob3.read(tree, {})
    except ReadError as error:
        assert error.reason.startswith("read.")
        return
    assert foreign.wrong_places(found, tree) == []


@SLOW
@given(records(awarded=True), st.data())
def test_broken_documents_of_ours_read_or_say_why(record, data):
    written = write_record(record, "ob3")
    tree = data.draw(foreign.broken(written.document))
    try:
        found = ob3.read(tree, written.resources)
    except ReadError as error:
        assert error.reason.startswith("read.")
        return
    assert foreign.wrong_places(found, tree) == []


def test_a_credit_number_without_a_unit_is_no_credit():
    found = read_record(badge(creditsAvailable=5))
    assert found.record.achievement.credit is None
    at = "/credentialSubject/achievement/creditsAvailable"
    assert "without a unit" in lost(found)[at]
    assert found.places["/achievement/credit"] == at


def test_the_words_we_sign_give_the_unit_and_the_facts():
    """What the product signed before there were facts documents is read back from its words."""
    design = Achievement.from_json(full())
    signed = open_badge_achievement(design, id="https://a.example/1")
    found = read_record(
        badge() | {"credentialSubject": {"id": "did:example:1", "achievement": signed}}
    )
    got = found.record.achievement
    assert (got.credit, got.workload, got.supervision) == (
        design.credit,
        design.workload,
        design.supervision,
    )
    assert (got.kind, got.participation, got.instruction) == (
        design.kind,
        design.participation,
        design.instruction,
    )
    assert got.assessment == design.assessment
    assert got.validity == design.validity
    assert got.criteria == design.criteria
    assert [one.statement for one in got.outcomes] == [
        {"en": one.statement["en"]} for one in design.outcomes
    ]
    assert got.outcomes[0].skills == design.outcomes[0].skills
    words = [one.value.partition(":")[0] for one in found.loss if one.path.endswith("/narrative")]
    assert words == [
        "Programme",
        "Level",
        "Quality assurance",
        "Jointly awarding body",
        "Employer partner",
        "Title in other languages",
    ]


def test_a_narrative_of_others_that_only_looks_like_ours_stays_whole():
    text = "Do it.\n\n**Facts**\n\n- Colour: blue"
    found = read_record(badge(criteria={"narrative": text}))
    assert found.record.achievement.criteria.narrative == {"und": text}


@pytest.mark.parametrize(
    ("word", "kind", "stated"),
    [
        ("Badge", "digital-badge", ""),
        ("Certificate", "certificate", ""),
        ("Certification", "micro-certification", ""),
        ("MicroCredential", "", "MicroCredential"),
        ("CertificateOfCompletion", "", "CertificateOfCompletion"),
        ("ext:Thing", "", "ext:Thing"),
        ("Achievement", "", ""),
    ],
)
def test_the_type_is_a_kind_or_stays_visible(word, kind, stated):
    found = read_record(badge(achievementType=word)).record
    assert (found.achievement.kind, found.type_stated) == (kind, stated)


@pytest.mark.parametrize(
    "alignment",
    [
        {
            "targetType": "ext:EQFLevel",
            "targetCode": "6",
            "targetName": "x",
            "targetUrl": "https://x.example/",
        },
        {"targetType": "ext:EQF", "targetName": "EQF level 6", "targetUrl": "https://x.example/"},
        {"targetName": "Level", "targetUrl": "http://data.europa.eu/snb/eqf/6"},
        {
            "targetType": "CFItem",
            "targetFramework": "European Qualifications Framework",
            "targetCode": "EQF6",
            "targetName": "L",
            "targetUrl": "https://x.example/",
        },
    ],
)
def test_a_european_level_in_its_several_spellings(alignment):
    found = read_record(badge(alignment=[{"type": ["Alignment"]} | alignment]))
    assert found.record.achievement.level.eqf == 6
    assert found.record.achievement.outcomes == ()


def test_the_dutch_extension():
    found = read_record(
        badge(
            participationType="online",
            supervisionType="supervised online",
            identityChecked=True,
            assessmentType="testing",
            SBU=28,
            ECTS=2.5,
            creditsAvailable=2.5,
        )
    )
    got = found.record.achievement
    assert got.participation == ("online",)
    assert got.supervision == "supervised-online-id"
    assert got.assessment.description == {"und": "testing"}
    assert (got.credit.unit, float(got.credit.value), int(got.workload.low)) == ("ects", 2.5, 28)
    assert found.places["/achievement/credit/value"].endswith("creditsAvailable")
    assert found.loss == ()


def test_an_identity_check_that_contradicts_is_not_read():
    found = read_record(
        badge(supervisionType="onsite with identity verification", identityChecked=False)
    )
    assert found.record.achievement.supervision == ""
    assert "/credentialSubject/achievement/supervisionType" in lost(found)


def test_version_one_credentials_and_tokens_with_a_vc_claim():
    tree = badge()
    del tree["validFrom"], tree["id"], tree["issuer"]["id"]
    tree["issuanceDate"] = "2022-03-01T00:00:00Z"
    found = read_record({"vc": tree, "iss": "did:example:9", "jti": "urn:uuid:9", "nbf": 1})
    assert found.record.award.issued.year == 2022
    assert (found.record.award.id, found.record.issuer.id) == ("urn:uuid:9", "did:example:9")
    assert found.places["/award/id"] == "/jti"
    assert found.places["/achievement/title/und"] == "/vc/credentialSubject/achievement/name"


def test_a_language_map_and_an_odd_language_tag():
    found = read_record(badge(name={"en": "Soil", "de": "Boden"}, inLanguage="en_GB")).record
    assert found.achievement.title == {"en": "Soil", "de": "Boden"}
    assert found.achievement.language == "en-GB"
