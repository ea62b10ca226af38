from __future__ import annotations

import itertools

import pytest

from stackmark.assessment.evidence import (
    NAMES,
    SUPERVISION,
    EvidenceFacts,
    evidence_strength,
)
from stackmark.errors import UsageError

FULL = {
    "attended": True,
    "assessed": True,
    "supervision": "onsite",
    "rubric": True,
    "authored_work": True,
    "oral_defence": True,
    "performance": True,
    "raters": 2,
    "independent": True,
}


def level(**facts):
    return evidence_strength(EvidenceFacts(**facts)).level


@pytest.mark.parametrize(
    ("wanted", "facts"),
    [
        (0, {}),
        (0, {"attended": False, "assessed": False}),
        (1, {"attended": True}),
        (1, {"attended": True, "assessed": False, "supervision": "onsite"}),
        (2, {"assessed": True}),
        (2, {"assessed": True, "authored_work": True}),
        (2, {"assessed": True, "rubric": True}),
        (3, {"assessed": True, "authored_work": True, "rubric": True, "supervision": "none"}),
        (4, {"assessed": True, "supervision": "onsite"}),
        (4, {"assessed": True, "supervision": "remote-live", "performance": True, "raters": 1}),
        (4, {"assessed": True, "authored_work": True, "oral_defence": True, "supervision": "none"}),
        (2, {"assessed": True, "oral_defence": True}),
        (5, {"assessed": True, "supervision": "onsite", "performance": True, "raters": 2}),
        (6, FULL),
        (5, {**FULL, "independent": None}),
        (5, {**FULL, "independent": False}),
        (4, {**FULL, "raters": 1}),
        (4, {**FULL, "performance": None}),
        # An independent assessor does not make up for a missing watcher.
        (4, {**FULL, "supervision": "none"}),
        (3, {**FULL, "supervision": "none", "oral_defence": False}),
        (3, {**FULL, "supervision": None, "oral_defence": None}),
        (1, {**FULL, "assessed": None}),
    ],
)
def test_the_step_follows_from_the_facts(wanted, facts):
    found = evidence_strength(EvidenceFacts(**facts))
    assert (found.level, found.name) == (wanted, NAMES[wanted])
    assert found.reasons


def test_a_fact_made_unknown_never_lifts():
    options = {
        "attended": (True, False),
        "assessed": (True, False),
        "supervision": ("none", "onsite"),
        "rubric": (True, False),
        "authored_work": (True, False),
        "oral_defence": (True, False),
        "performance": (True, False),
        "raters": (1, 2),
        "independent": (True, False),
    }
    for values in itertools.product(*options.values()):
        facts = dict(zip(options, values, strict=True))
        known = level(**facts)
        for name in facts:
            assert level(**{**facts, name: None}) <= known, (facts, name)


def test_what_the_next_step_lacks_is_named_and_told_apart():
    found = evidence_strength(
        EvidenceFacts(assessed=True, supervision="onsite", performance=False, raters=2)
    )
    assert found.missing == ("a real or simulated job task: not so",)
    found = evidence_strength(EvidenceFacts(assessed=True, supervision="onsite"))
    assert found.missing == (
        "a real or simulated job task: not known",
        "two or more raters: not known",
    )
    assert evidence_strength(EvidenceFacts(**FULL)).missing == ()


def test_what_is_missing_leads_to_the_next_step():
    found = evidence_strength(EvidenceFacts(assessed=True, authored_work=True, rubric=True))
    assert found.missing == ("supervision, or an oral defence of work of one's own: not known",)
    assert level(assessed=True, authored_work=True, rubric=True, oral_defence=True) == 4


def test_reasons_name_the_kind_of_supervision():
    said = {
        kind: evidence_strength(EvidenceFacts(assessed=True, supervision=kind)).reasons[-1]
        for kind in SUPERVISION[1:]
    }
    assert said["remote-recorded"] == "It was supervised: recorded remotely."
    assert len(set(said.values())) == 3


@pytest.mark.parametrize(
    ("facts", "reason"),
    [({"supervision": "watched"}, "assess.supervision"), ({"raters": -1}, "assess.raters")],
)
def test_what_is_no_fact_is_refused(facts, reason):
    with pytest.raises(UsageError) as error:
        EvidenceFacts(**facts)
    assert error.value.reason == reason


def test_as_json():
    found = evidence_strength(EvidenceFacts(attended=True)).to_json()
    assert found["level"] == 1
    assert found["missing"] == ["an assessment: not known"]
    assert found["source"].startswith("Stackmark evidence ladder")
