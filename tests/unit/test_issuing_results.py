"""Results, sealed evidence and the assessor in what is issued: by template as in general."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from stackmark.errors import CheckFailed
from stackmark.issuing.award import Assessor, Award, Result, Sealed
from stackmark.issuing.builder import build_credential, new_design
from stackmark.issuing.bulk import Issuance, Mint
from stackmark.issuing.lint import lint
from stackmark.issuing.rows import Evidence
from stackmark.issuing.securing import secure
from stackmark.keys.private import PrivateKey
from stackmark.verification.schema import validator

DID = "did:web:uni.example"
AT = "https://uni.example/achievements/1"
RUBRIC = {
    "id": f"{AT}#result-essay-clarity",
    "type": ["ResultDescription"],
    "name": "Clarity",
    "resultType": "RubricCriterionLevel",
    "rubricCriterionLevel": [
        {
            "id": f"{AT}#result-essay-clarity~{name}",
            "type": ["RubricCriterionLevel"],
            "name": name,
            "points": points,
        }
        for name, points in (("weak", "0"), ("good", "2"))
    ],
}
ACHIEVEMENT = {
    "id": AT,
    "type": ["Achievement"],
    "name": "Soil",
    "description": "Sampling",
    "criteria": {"narrative": "Pass."},
    "resultDescription": [
        {"id": f"{AT}#result", "type": ["ResultDescription"], "name": "R", "resultType": "Percent"},
        RUBRIC,
    ],
}
WORK = "https://uni.example/evidence/1"
SHA = hashlib.sha256(b"the essay").hexdigest()


def award(number, **more):
    return Award(
        id=f"urn:uuid:0f9b4c1e-2b1c-4d11-9e0a-{number:012x}",
        valid_from="2026-01-01T00:00:00Z",
        recipient_email=f"p{number}@mail.example",
        salt=f"{number:032x}",
        **more,
    )


def results(value, level):
    return (
        Result(f"{AT}#result", value=value, status="Completed"),
        Result(RUBRIC["id"], level=f"{RUBRIC['id']}~{level}"),
    )


@pytest.fixture(scope="module", params=["eddsa-rdfc-2022", "eddsa-jcs-2022"])
def issuance(request):
    design = new_design(ACHIEVEMENT, {"type": ["Profile"], "name": "Uni"}, did=DID)
    key = PrivateKey.generate("ed25519")
    return Issuance(design, key, f"{DID}#key-1", request.param, "2026-01-01T00:00:00Z")


def general(issuance, one):
    unsecured = build_credential(issuance.design, one)
    lint(unsecured)
    return secure(
        unsecured,
        suite=issuance.suite,
        signer=issuance.signer,
        method=issuance.method,
        created=issuance.created,
    )


def test_results_by_template_are_those_of_the_general_way(issuance):
    mint = Mint(issuance)
    marks = [("61.25", "weak"), ("99", "good"), ("61.25", "weak"), ('"0"', "good"), ("é\t", "weak")]
    for number, (value, level) in enumerate(marks):
        one = award(number, results=results(value, level))
        assert mint.sign(one) == general(issuance, one)
    assert any(mold is not None for mold in mint._molds.values())


def test_a_result_that_lacks_a_value_has_a_mold_of_its_own(issuance):
    mint = Mint(issuance)
    for number in range(6):
        first = replace(results("3", "good")[0], value=None if number % 2 else "3")
        one = award(number, results=(first,))
        assert mint.sign(one) == general(issuance, one)


def test_what_is_sealed_goes_the_general_way_and_holds(issuance):
    mint = Mint(issuance)
    for number in range(4):
        one = award(
            number,
            results=results("70", "good"),
            evidence=(Evidence(WORK, "Essay", None, "text", "markers"),),
            related=(Sealed(WORK, SHA, "text/plain"),) if number % 2 else (),
            assessor=Assessor("Ann Example") if number == 3 else None,
        )
        assert mint.sign(one) == general(issuance, one)


def test_the_members_stand_where_the_standard_has_them(issuance):
    one = award(
        1,
        results=results("70", "good"),
        evidence=(Evidence(WORK, "Essay", "Mine", "text", "markers"),),
        related=(Sealed(WORK, SHA, "text/plain"),),
        assessor=Assessor("Ann Example"),
    )
    made = json.loads(Mint(issuance).sign(one))
    subject = made["credentialSubject"]
    assert subject["result"] == [
        {
            "type": ["Result"],
            "resultDescription": f"{AT}#result",
            "value": "70",
            "status": "Completed",
        },
        {
            "type": ["Result"],
            "resultDescription": RUBRIC["id"],
            "achievedLevel": f"{RUBRIC['id']}~good",
        },
    ]
    assert subject["source"] == {
        "id": f"{one.id}#assessor",
        "type": ["Profile"],
        "name": "Ann Example",
    }
    assert made["evidence"] == [
        {
            "id": WORK,
            "type": ["Evidence"],
            "name": "Essay",
            "narrative": "Mine",
            "genre": "text",
            "audience": "markers",
        }
    ]
    (seal,) = made["relatedResource"]
    assert (seal["id"], seal["mediaType"]) == (WORK, "text/plain")
    assert seal["digestSRI"].startswith("sha256-")
    assert seal["digestMultibase"].startswith("uEiA") or seal["digestMultibase"].startswith("uEi")
    assert validator("badge").is_valid(made)


def test_two_seals_of_one_address_are_refused(issuance):
    twice = (Sealed(WORK, SHA, "text/plain"), Sealed(WORK, "0" * 64))
    with pytest.raises(CheckFailed, match="two places"):
        Mint(issuance).sign(award(1, related=twice))
