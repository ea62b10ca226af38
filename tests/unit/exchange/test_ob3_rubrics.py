"""The plan of assessment in Open Badges 3.0: addresses that read one way, rubrics of others."""

from __future__ import annotations

import json

import pytest

from quality_records import NOW
from stackmark.errors import UsageError
from stackmark.exchange.formats import read_record, write_record
from stackmark.exchange.ob3.rubrics import Addresses
from stackmark.model.assessment_plan import Plan, supervision_of
from stackmark.model.record import Record
from stackmark.quality.case import Own
from stackmark.quality.check import check
from stackmark.quality.profile import named

AT = "https://uni.example/a/1"
LEVELS = [
    {"id": "weak", "name": {"en": "Weak"}, "points": 0},
    {"id": "good", "name": {"en": "Good"}, "description": {"en": "No gaps."}, "points": 2.5},
]


def component(name, *criteria):
    return {
        "id": name,
        "name": {"en": f"The {name}"},
        "kind": "rubric",
        "minimum": 40,
        "criteria": [
            {"id": one, "name": {"en": f"On {one}"}, "levels": LEVELS} for one in criteria
        ],
    }


def record(**about):
    return Record.from_json(
        {
            "id": AT,
            "achievement": {
                "language": "en",
                "title": {"en": "Soil"},
                "description": {"en": "Samples."},
                **about,
            },
        }
    )


def descriptions(one):
    return {each["id"]: each for each in write_record(one, "ob3").document["resultDescription"]}


def test_one_description_for_the_whole_each_component_and_each_criterion():
    skill = {"name": "sampling", "uri": "https://skills.example/1"}
    outcomes = [{"statement": {"en": "Take samples"}, "skills": [skill], "components": ["essay"]}]
    found = descriptions(record(plan={"components": [component("essay", "c")]}, outcomes=outcomes))
    assert [*found] == [f"{AT}#result", f"{AT}#result-essay", f"{AT}#result-essay-c"]
    assert found[f"{AT}#result-essay"]["requiredValue"] == "40"
    rubric = found[f"{AT}#result-essay-c"]
    assert rubric["resultType"] == "RubricCriterionLevel"
    assert rubric["rubricCriterionLevel"][1] == {
        "id": f"{AT}#result-essay-c~good",
        "type": ["RubricCriterionLevel"],
        "name": "Good",
        "description": "No gaps.",
        "level": "2",
        "points": "2.5",
    }
    assert [one["targetUrl"] for one in rubric["alignment"]] == ["https://skills.example/1"]


def test_a_rubric_comes_back_without_a_facts_document():
    before = record(plan={"components": [component("essay", "c", "d")]})
    found = read_record(json.loads(json.dumps(write_record(before, "ob3").document)))
    assert found.record.achievement.plan == before.achievement.plan


@pytest.mark.parametrize(
    "components",
    [
        [component("a", "b-c"), component("a-b", "c")],
        [component("1", "2"), component("12", "1")],
        [component("a", "b"), component("a-b", "b")],
        [component("-x", "y")],
    ],
)
def test_ids_that_could_read_in_two_ways_do_not(components):
    before = record(plan={"components": components})
    found = descriptions(before)
    assert len(found) == 1 + sum(1 + len(one["criteria"]) for one in components)
    after = read_record(json.loads(json.dumps(write_record(before, "ob3").document))).record
    assert after.achievement.plan == before.achievement.plan


def test_addresses_of_different_parts_differ():
    at = Addresses(Plan(), AT)
    assert at.level("a", "b", "c") != at.criterion("a", "b-c")


def foreign(*levels, kind="RubricCriterionLevel"):
    rubric = {
        "id": "urn:uuid:r",
        "type": ["ResultDescription"],
        "name": "Teamwork",
        "resultType": kind,
        "rubricCriterionLevel": [
            {"id": f"urn:uuid:{n}", "type": ["RubricCriterionLevel"], "name": f"L{n}", **more}
            for n, more in enumerate(levels)
        ],
    }
    return {
        "@context": ["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": "urn:uuid:a",
        "type": ["Achievement"],
        "name": "Team",
        "description": "d",
        "criteria": {"narrative": "c"},
        "inLanguage": "en",
        "resultDescription": [rubric],
    }


def test_a_foreign_rubric_is_read_from_low_to_high():
    plan = read_record(foreign({"points": "10"}, {"points": "0"})).record.achievement.plan
    (one,) = plan.components
    (criterion,) = one.criteria
    assert (one.kind, one.name, criterion.name) == (
        "rubric",
        {"en": "Teamwork"},
        {"en": "Teamwork"},
    )
    assert [(level.name["en"], level.points) for level in criterion.levels] == [
        ("L1", 0),
        ("L0", 10),
    ]


@pytest.mark.parametrize(
    "levels",
    [
        [{"points": "1"}],
        [{"points": "1"}, {"points": "1"}],
        [{"points": "1"}, {}],
        [{"points": "one"}, {"points": "2"}],
        [{"points": "-1"}, {"points": "2"}],
        [{"points": "NaN"}, {"points": "2"}],
    ],
)
def test_a_foreign_rubric_that_is_not_certain_is_named_as_loss(levels):
    found = read_record(foreign(*levels))
    assert found.record.achievement.plan is None
    assert any("rubricCriterionLevel" in one.path for one in found.loss)


def test_too_many_parts_for_a_credential_are_refused():
    many = [component(f"c{n}", *(f"k{m}" for m in range(30))) for n in range(4)]
    with pytest.raises(UsageError, match="fit a credential"):
        record(plan={"components": many})


def said(**about):
    done = check(Own(record(**about)), named("eu-2022"), now=NOW)
    return [each for each in done.warnings if each.id == "supervision.contradicts"]


def test_supervision_that_contradicts_the_plan_is_told_with_what_would_fit():
    plan = {"supervision": "onsite", "binding": "live"}
    (told,) = said(plan=plan, supervision="unsupervised-no-id")
    assert told.pointer == "/achievement/supervision"
    assert "supervised on site, identity checked" in told.fix
    assert said(plan=plan, supervision="supervised-onsite-id") == []
    assert said(plan={"supervision": "onsite"}, supervision="unsupervised-no-id") == []


@pytest.mark.parametrize(
    ("plan", "word"),
    [
        ({}, ""),
        ({"supervision": "none"}, "unsupervised-no-id"),
        ({"supervision": "remote-live"}, ""),
        ({"supervision": "remote-live", "binding": "none"}, "supervised-no-id"),
        ({"supervision": "remote-recorded", "binding": "photo-match"}, "supervised-online-id"),
        ({"supervision": "onsite", "binding": "live"}, "supervised-onsite-id"),
    ],
)
def test_the_word_that_fits_a_plan(plan, word):
    assert supervision_of(Plan(**plan)) == word
