"""Warnings on an assessment plan."""

from __future__ import annotations

from copy import deepcopy

import pytest

from stackmark.model.achievement import Achievement
from stackmark.quality.coverage import matrix
from stackmark.quality.plan_lints import plan_lint
from web.assessing.world import design


def found(**changes):
    return list(plan_lint(Achievement.from_json(design(**changes))))


def plan(**changes):
    return deepcopy(design()["plan"]) | changes


def outcomes(*components):
    return [
        {"statement": {"en": f"Do {n}"}, "components": list(some)}
        for n, some in enumerate(components)
    ]


def test_a_sound_plan_has_no_warning():
    assert found() == []


def test_without_a_plan_or_without_parts_nothing_is_said():
    assert found(plan=None) == []
    assert found(plan={"ai": "limited"}) == []


def test_an_outcome_assessed_in_no_part_is_named():
    (one,) = found(outcomes=outcomes(["project", "test"], []))
    assert one.id == "plan.outcome-not-assessed"
    assert one.pointer == "/achievement/outcomes/1/components"
    assert "1 of 2 outcomes" in one.message
    assert "“Do 1”" in one.message


def test_a_part_that_assesses_nothing_is_named():
    (one,) = found(outcomes=outcomes(["project"]))
    assert (one.id, one.pointer) == (
        "plan.component-without-outcome",
        "/achievement/plan/components/1",
    )
    assert "“Test” assesses no outcome" in one.message


def test_a_part_that_is_not_there_is_named_and_shows_nothing():
    ids = [one.id for one in found(outcomes=outcomes(["project", "test"], ["viva"]))]
    assert ids == ["plan.outcome-not-assessed", "plan.component-unknown"]


def test_levels_without_words_are_counted():
    made = plan()
    levels = made["components"][0]["criteria"][0]["levels"]
    del levels[1]["description"], levels[3]["description"]
    (one,) = found(plan=made)
    assert (one.id, one.pointer) == (
        "plan.level-undescribed",
        "/achievement/plan/components/0/criteria/0",
    )
    assert "2 of 4 levels: “Beginning”; “Excellent”" in one.message


@pytest.mark.parametrize(
    ("stated", "supervision", "identity", "pointers"),
    [
        ("supervised-online-id", "remote-live", "document", []),
        ("supervised-online-id", "remote-recorded", "eid", []),
        ("supervised-onsite-id", "onsite", "document", []),
        ("supervised-no-id", "onsite", "none", []),
        ("unsupervised-no-id", "none", "self-asserted", []),
        ("", "none", "none", []),
        ("supervised-online-id", None, None, []),
        ("supervised-online-id", "none", "document", ["supervision"]),
        ("supervised-online-id", "onsite", "document", ["supervision"]),
        ("supervised-onsite-id", "remote-live", "document", ["supervision"]),
        ("unsupervised-no-id", "onsite", "none", ["supervision"]),
        ("supervised-no-id", "onsite", "document", ["identity"]),
        ("supervised-onsite-id", "onsite", "none", ["identity"]),
        ("unsupervised-no-id", "remote-live", "eid", ["supervision", "identity"]),
    ],
)
def test_two_statements_about_supervision_that_cannot_both_hold(
    stated, supervision, identity, pointers
):
    made = plan(supervision=supervision, identity=identity)
    warnings = found(plan=made, **({"supervision": stated} if stated else {}))
    assert {one.id for one in warnings} <= {"plan.supervision-contradicts"}
    assert [one.pointer for one in warnings] == [f"/achievement/plan/{one}" for one in pointers]


def test_the_matrix_of_kinds_counts_what_the_plan_says():
    made = matrix(Achievement.from_json(design(outcomes=outcomes(["project"], ["test"]))))
    assert [line.assessed_by for line in made.lines] == [("project",), ("online-exam",)]
    assert not made.uncovered
