"""The class follows from facts; a label the facts speak against is an error, a mere gap is not."""

from __future__ import annotations

import pytest

from quality_records import NOW, credential, design
from stackmark.exchange.formats import read_record
from stackmark.model.record import Record
from stackmark.quality.check import check
from stackmark.quality.classes import derive
from stackmark.quality.profile import named

ATTENDED = {"methods": ["none"]}
ASSESSOR = [{"name": "Assessors Ltd", "role": "assessor"}]
ENDS = {"kind": "months", "months": 36}


def derived(tree):
    return derive(Record.from_json(tree))


def judged(**changes):
    return check(read_record(design(**changes)), named("eu-2022"), now=NOW)


FACTS = [
    ({}, "micro-credential", "Learning is assessed: project, oral-exam."),
    ({"assessment": ATTENDED}, "attendance", "It says that nothing is assessed."),
    ({"assessment": None}, "unknown", "It is not stated whether learning is assessed."),
    ({"assessment": {"attempts": 3}}, "unknown", "It is not stated whether learning is assessed."),
    ({"assessment": {"required": 60}}, "micro-credential", "there is a rule for passing"),
    ({"parties": ASSESSOR}, "micro-credential", "It is no micro-certification: it never ends."),
    (
        {"validity": ENDS},
        "micro-credential",
        "It is no micro-certification: no independent assessor is named.",
    ),
    ({"validity": ENDS, "parties": ASSESSOR}, "micro-certification", "Assessors Ltd assesses."),
    (
        {
            "validity": ENDS,
            "parties": [{"name": "Northfield University", "role": "assessor"}],
        },
        "micro-credential",
        "no independent assessor is named",
    ),
    ({"credit": {"value": 60, "unit": "ects"}}, "larger-award", "60 ECTS credits are a full"),
    ({"credit": {"value": 59.9, "unit": "ects"}}, "micro-credential", "Learning is assessed"),
    ({"credit": {"value": 120, "unit": "uk"}}, "larger-award", "120 UK credits are a full"),
    (
        {"credit": None, "workload": {"low": 1500, "high": 1800}},
        "larger-award",
        "1500 to 1800 hours are a full academic year or more (1500).",
    ),
    ({"credit": None, "workload": {"low": 1400, "high": 1800}}, "micro-credential", "assessed"),
    (
        {"credit": {"value": 60, "unit": "ects"}, "assessment": ATTENDED},
        "attendance",
        "nothing is assessed",
    ),
]


@pytest.mark.parametrize(("changes", "value", "words"), FACTS)
def test_facts_make_the_class(changes, value, words):
    found = derived(design(**changes))
    assert (found.value, words in " ".join(found.because)) == (value, True), found


def test_a_recorded_result_shows_that_it_was_assessed():
    found = derived(credential(assessment=None))
    assert found.value == "micro-credential"
    assert found.because[0] == "Learning is assessed: a result is recorded."


def test_a_validity_of_the_credential_counts_as_an_end():
    tree = credential(parties=ASSESSOR, validity=None)
    tree["award"]["valid_until"] = "2029-01-01T00:00:00Z"
    assert derived(tree).value == "micro-certification"


MISLABELS = [
    ({"kind": "micro-certification", "assessment": ATTENDED}, "“micro-certification”, but by"),
    ({"kind": "nano-degree-part", "assessment": ATTENDED}, "“nano-degree-part”, but by its facts"),
    ({"title": {"en": "Certified planner"}, "assessment": ATTENDED}, "a record of attendance"),
    ({"title": {"en": "Micro-credential in X"}, "assessment": ATTENDED}, "“Micro-credential”"),
    ({"kind": "micro-certification"}, "It never ends."),
    (
        {"kind": "micro-certification", "validity": None, "supervision": "unsupervised-no-id"},
        "Its assessment is not supervised.",
    ),
    ({"title": {"en": "Bachelor of Science in X"}}, "“Bachelor of Science”, but by its facts"),
    ({"title": {"en": "Master's degree in X"}, "assessment": ATTENDED}, "record of attendance"),
    ({"credit": {"value": 90, "unit": "ects"}}, "a larger award than a micro-credential"),
]


@pytest.mark.parametrize(("changes", "words"), MISLABELS)
def test_a_mislabel_is_an_error_with_its_reason(changes, words):
    done = judged(**changes)
    found = done.rows[-1]
    assert (found.id, found.outcome, found.severity) == ("class.label", "failed", "mandatory")
    assert words in found.message
    assert done.mislabel == found.message == done.to_json("x")["class"]["mislabel"]
    assert done.conforms is False


FINE = [
    {},
    {"kind": "certificate", "assessment": ATTENDED},
    {"kind": "digital-badge", "assessment": ATTENDED},
    {"kind": "micro-certification", "validity": ENDS, "parties": ASSESSOR},
    {"kind": "nano-degree-part", "validity": ENDS, "parties": ASSESSOR},
    {"kind": "micro-certification", "assessment": None},
    {"kind": "micro-certification", "validity": ENDS},
    {"kind": None, "title": {"en": "Preparing for certification"}, "assessment": ATTENDED},
    {"kind": None, "title": {"en": "Certification exam training"}, "assessment": ATTENDED},
    {"kind": None, "title": {"en": "A bachelor of Salamanca"}, "assessment": ATTENDED},
    {"kind": None, "title": {"en": "Thirty degrees in the shade"}},
    {"kind": None, "title": {"en": "Bachelor of Science"}, "workload": None, "credit": None},
    {"kind": None, "title": {"de": "Certified planner"}, "assessment": ATTENDED},
]


@pytest.mark.parametrize("changes", FINE)
def test_no_false_error(changes):
    done = judged(**changes)
    assert done.rows[-1].id != "class.label"
    assert done.mislabel == ""


def test_a_label_whose_facts_are_missing_is_a_warning():
    done = judged(kind="micro-certification", validity=ENDS)
    assert [one.id for one in done.warnings] == ["class.label-open"]
    assert "whether it is one cannot be told: no independent assessor" in done.warnings[0].message
    assert done.warnings[0].pointer == "/achievement/kind"
