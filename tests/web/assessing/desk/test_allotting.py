"""Who marks what, and what follows from it."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from stackmark_web import clock
from stackmark_web.assessing import allotting, sampling
from stackmark_web.assessing import queries_desk as queries
from stackmark_web.assessing.actions import marking as markings
from stackmark_web.assessing.models import Attempt, CutScore, FactsPanel, Marking, Setup
from stackmark_web.assessing.refusing import Problem
from stackmark_web.tenancy.models import Membership
from web.assessing import world as worlds
from web.assessing.desk.helping import (
    ENOUGH,
    LITTLE,
    NEAR,
    alone,
    decision_of,
    hand_in,
    mark,
    marks,
)
from web.assessing.world import PLAN, World, design


def kinds(attempt):
    rows = Marking.everywhere.filter(attempt=attempt).exclude(state="withdrawn")
    return sorted(rows.values_list("kind", "why"))


@pytest.mark.parametrize(
    ("count", "wanted"), [(1, 1), (19, 19), (20, 20), (150, 20), (200, 20), (201, 21), (1000, 100)]
)
def test_the_sample_is_a_tenth_or_twenty(count, wanted):
    assert sampling.needed(count, share=10, least=20) == wanted


def test_a_first_marking_waits_and_the_first_twenty_get_a_second(world):
    attempt = hand_in(world)
    assert kinds(attempt) == [("first", "always"), ("second", "sample")]


def test_the_draw_keeps_the_rule_and_can_be_repeated(world):
    """Over 60 attempts of a cohort with 10 % or 5 the sample is never below the rule."""
    Setup.everywhere.filter(pk=world.setup.pk).update(second_least=5, seconds_near_cut=False)
    drawn = set()
    for number in range(60):
        attempt = hand_in(world, world.person(f"learner{number}"))
        if ("second", "sample") in kinds(attempt):
            drawn.add(attempt.pk)
        assert len(drawn) >= sampling.needed(number + 1, share=10, least=5)
    everybody = list(Attempt.everywhere.order_by("submitted_at"))
    assert 5 < len(drawn) < 40
    cohort = sampling.cohort_of(everybody[0])
    lowest = sorted((one.pk for one in everybody), key=lambda pk: sampling.number_of(pk, cohort))
    assert set(lowest[:5]) <= drawn  # the same numbers show who had to be drawn


def test_two_markers_where_the_plan_asks_for_two(db):
    world = World(plan={**PLAN, "markers": 2})
    alone(world)
    assert kinds(hand_in(world)) == [("first", "always"), ("second", "plan")]


def test_within_the_usual_width_of_the_cut_a_second_marking_follows(world):
    alone(world, seconds_near_cut=True)
    attempt = hand_in(world)
    mark(attempt, world.assessor, NEAR)
    assert ("second", "near-cut") in kinds(attempt)
    assert not attempt.decisions.exists()


def test_far_from_the_cut_one_marking_is_enough(world):
    alone(world, seconds_near_cut=True)
    attempt = hand_in(world)
    mark(attempt, world.assessor, ENOUGH)
    assert kinds(attempt) == [("first", "always")]
    assert decision_of(attempt).basis == "one-marking"


def test_figures_give_the_width_when_there_are_any(world):
    assert allotting.sem_of(world.achievement) == (allotting.USUAL_SEM, False)
    FactsPanel.everywhere.create(
        organisation=world.here,
        achievement=world.achievement,
        version=world.version,
        cohort="all",
        number=1,
        made_at=world.version.published_at,
        summary=[{"code": "sem", "value": 1.0}],
    )
    assert allotting.sem_of(world.achievement) == (1.0, True)
    alone(world, seconds_near_cut=True)
    attempt = hand_in(world)
    mark(attempt, world.assessor, NEAR)  # 1.3 above the cut
    assert ("second", "near-cut") not in kinds(attempt)


def test_a_component_near_its_own_minimum_counts_too(world):
    cut = type("Cut", (), {"total": 60.0, "components": {"project": 40.0}})()
    assert allotting.is_near({"project": 42.0}, 90.0, cut, 5.0)
    assert not allotting.is_near({"project": 50.0}, 90.0, cut, 5.0)


def test_the_second_marker_is_another_person(world):
    attempt = hand_in(world)
    mark(attempt, world.assessor, ENOUGH)
    second = Marking.everywhere.get(attempt=attempt, kind="second")
    with pytest.raises(PermissionDenied, match="met this script already"):
        markings.take(second, actor=world.assessor)
    assert queries.to_take(world.assessor, world.here) == []
    assert [row.marking for row in queries.to_take(world.second, world.here)] == [second]


def test_two_markings_of_a_script_show_as_one_row(world):
    hand_in(world)
    assert len(queries.to_take(world.assessor, world.here)) == 1


def test_nobody_marks_their_own(world):
    Membership.everywhere.create(user=world.learner, organisation=world.here, role="assessor")
    attempt = hand_in(world)
    first = Marking.everywhere.get(attempt=attempt, kind="first")
    with pytest.raises(PermissionDenied, match="conflict of interest"):
        markings.take(first, actor=world.learner)
    assert queries.to_take(world.learner, world.here) == []


def test_a_conflict_keeps_them_apart_for_good(world):
    alone(world)
    attempt = hand_in(world)
    first = markings.take(Marking.everywhere.get(attempt=attempt), actor=world.assessor)
    markings.declare_conflict(attempt, actor=world.assessor, why="taught them")
    first.refresh_from_db()
    assert first.state == "withdrawn"
    fresh = Marking.everywhere.get(attempt=attempt, state="open")
    assert fresh.marker is None
    assert queries.to_take(world.assessor, world.here) == []
    with pytest.raises(PermissionDenied, match="conflict of interest"):
        markings.take(fresh, actor=world.assessor)
    assert [row.marking for row in queries.to_take(world.second, world.here)] == [fresh]


def test_who_was_slower_by_a_moment_is_told(world):
    alone(world)
    first = Marking.everywhere.get(attempt=hand_in(world))
    stale = Marking.everywhere.get(pk=first.pk)
    markings.take(first, actor=world.assessor)
    with pytest.raises(Problem, match="just taken"):
        markings.take(stale, actor=world.second)


def test_given_back_it_waits_without_what_was_drafted(world):
    alone(world)
    first = markings.take(Marking.everywhere.get(attempt=hand_in(world)), actor=world.assessor)
    markings.save_draft(first, actor=world.assessor, marks=marks(*ENOUGH), revision=0)
    markings.give_back(first, actor=world.assessor)
    first.refresh_from_db()
    assert (first.marker, first.state, first.levels, first.points) == (None, "open", {}, {})


def test_who_leaves_leaves_no_script_behind(world):
    alone(world)
    first = markings.take(Marking.everywhere.get(attempt=hand_in(world)), actor=world.assessor)
    markings.save_draft(first, actor=world.assessor, marks=marks(*ENOUGH), revision=0)
    assert allotting.release_left() == 0
    Membership.everywhere.filter(user=world.assessor).delete()
    assert allotting.release_left() == 1
    first.refresh_from_db()
    assert first.state == "withdrawn"
    assert len(queries.to_take(world.second, world.here)) == 1


def test_a_colleague_asks_for_a_second_marking_of_what_was_proposed(world):
    alone(world)
    attempt = hand_in(world)
    mark(attempt, world.assessor, LITTLE)
    assert decision_of(attempt).outcome == "failed"
    markings.ask_second(attempt, actor=world.second)
    assert not attempt.decisions.filter(is_current=True).exists()
    assert ("second", "asked") in kinds(attempt)


def test_two_tabs_the_second_is_told(world):
    alone(world)
    first = markings.take(Marking.everywhere.get(attempt=hand_in(world)), actor=world.assessor)
    markings.save_draft(first, actor=world.assessor, marks=marks(*ENOUGH), revision=0)
    with pytest.raises(Problem, match="another window") as told:
        markings.save_draft(first, actor=world.assessor, marks=marks(*LITTLE), revision=0)
    assert told.value.field == "revision"
    first.refresh_from_db()
    assert first.levels["project"]["cleaning"] == "excellent"


def test_what_is_missing_is_named_and_nothing_is_handed_in(world):
    alone(world)
    first = markings.take(Marking.everywhere.get(attempt=hand_in(world)), actor=world.assessor)
    given = markings.Marks(levels={"project": {"cleaning": "secure"}}, points={"test": 4})
    with pytest.raises(Problem, match="Not everything") as told:
        markings.submit_marking(first, actor=world.assessor, marks=given, revision=0)
    assert told.value.field == "project/telling"
    first.refresh_from_db()
    assert first.state == "open"


@pytest.mark.parametrize("points", [-1, 11])
def test_points_lie_between_nothing_and_the_most(world, points):
    alone(world)
    first = markings.take(Marking.everywhere.get(attempt=hand_in(world)), actor=world.assessor)
    with pytest.raises(Problem, match="from 0 to 10"):
        markings.save_draft(
            first, actor=world.assessor, marks=marks("secure", "secure", points), revision=0
        )


def test_without_a_pass_mark_nothing_is_decided_until_there_is_one(db, monkeypatch):
    def unmarked(**changes):
        made = design(**changes)
        made["assessment"].pop("required")
        made["plan"]["components"][0].pop("minimum")
        return made

    monkeypatch.setattr(worlds, "design", unmarked)
    world = World()
    alone(world)
    attempt = hand_in(world)
    mark(attempt, world.assessor, ENOUGH)
    assert not attempt.decisions.exists()
    assert markings.settle_waiting() == 0
    now = clock.now()
    CutScore.everywhere.create(
        organisation=world.here,
        achievement=world.achievement,
        method="stated",
        cut=50,
        set_at=now,
        in_force_from=now,
    )
    assert markings.settle_waiting() == 1
    assert decision_of(attempt).outcome == "passed"
