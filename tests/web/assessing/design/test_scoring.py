"""From levels and points to percent; the cut in force; who passes."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from stackmark.model.achievement_rules import read
from stackmark.model.assessment_plan import Plan
from stackmark_web import clock
from stackmark_web.assessing import cuts, plans, scoring
from stackmark_web.assessing.models import CutScore, Setup
from web.assessing.world import PLAN, TEST, design

GOOD = {"project": {"cleaning": "secure", "telling": "excellent"}}


def plan(**changes):
    return read(Plan, PLAN | changes)


def scored(levels=GOOD, points=None, **changes):
    return scoring.score(plan(**changes), levels, {"test": 7} if points is None else points)


def test_a_score_is_the_weighted_mean_of_criteria_and_components():
    found = scored()
    project = (Fraction(2) * Fraction(2, 3) + Fraction(3, 3)) / 3
    assert found.components == {"project": float(project * 100), "test": 70.0}
    assert found.total == float((60 * project + 40 * Fraction(7, 10)) / 100 * 100)
    assert found.missing == ()


def test_a_percent_is_rounded_once_not_on_the_way():
    thirds = [TEST | {"id": name, "items": 3, "weight": 1} for name in ("a", "b", "c")]
    found = scored({}, {"a": 1, "b": 1, "c": 1}, components=thirds)
    assert found.total == 100 / 3


@pytest.mark.parametrize(
    ("levels", "points", "missing"),
    [
        ({}, {"test": 7}, ("project/cleaning", "project/telling")),
        ({"project": {"cleaning": "secure", "telling": "gone"}}, {"test": 7}, ("project/telling",)),
        (GOOD, {}, ("test",)),
        (GOOD, {"test": 11}, ("test",)),
        (GOOD, {"test": -1}, ("test",)),
        (GOOD, {"test": "many"}, ("test",)),
        (GOOD, {"test": float("nan")}, ("test",)),
    ],
)
def test_what_is_missing_or_impossible_is_named_and_there_is_no_total(levels, points, missing):
    found = scored(levels, points)
    assert (found.missing, found.total) == (missing, None)
    assert not scoring.passes(plan(), found, cuts.Cut(total=0.0))


def test_a_test_without_a_maximum_cannot_be_scored():
    found = scored({}, {"test": 3}, components=[{**TEST, "items": None}])
    assert found.missing == ("test",)


def test_passing_needs_the_total_and_each_minimum():
    found = scored()
    total = found.total
    assert scoring.passes(plan(), found, cuts.Cut(total=total, components={"project": 40.0}))
    assert not scoring.passes(plan(), found, cuts.Cut(total=total + 1e-9))
    short = cuts.Cut(total=10.0, components={"test": 70.1})
    assert not scoring.passes(plan(), found, short)
    assert scoring.short_components(found, short) == ("test",)


def test_nobody_passes_where_no_cut_is_set():
    assert not scoring.passes(plan(), scored(), cuts.Cut())


# -- the cut in force -------------------------------------------------------------------------


def a_cut(world, value, *, days=0, component="", method="angoff"):
    moment = clock.now() + timedelta(days=days)
    return CutScore.everywhere.create(
        organisation=world.here,
        achievement=world.achievement,
        component=component,
        method=method,
        cut=value,
        set_at=moment,
        in_force_from=moment,
    )


def test_without_a_decision_the_stated_mark_counts_and_is_not_justified(world):
    found = cuts.in_force(world.achievement, clock.now())
    assert (found.total, found.method, found.score) == (60.0, "stated", None)
    assert found.components == {"project": 40.0}
    assert not found.is_justified


def test_the_latest_cut_in_force_at_the_moment_counts(world):
    a_cut(world, 55.5, days=-3)
    newer = a_cut(world, 57.25, days=-1)
    a_cut(world, 70, days=1)
    now = clock.now()
    assert cuts.in_force(world.achievement, now).score == newer
    assert cuts.in_force(world.achievement, now).is_justified
    assert cuts.in_force(world.achievement, now - timedelta(days=2)).total == 55.5
    assert cuts.in_force(world.achievement, now + timedelta(days=2)).total == 70


def test_the_cut_of_a_component_stands_in_the_place_of_its_minimum(world):
    a_cut(world, 45.5, component="project")
    a_cut(world, 99, component="gone")
    found = cuts.in_force(world.achievement, clock.now())
    assert found.components == {"project": 45.5}
    assert (found.total, found.method) == (60.0, "stated")


def test_points_are_turned_into_percent_of_the_maximum(world):
    stated = {"methods": ["project"], "scale": "points", "maximum": 80, "required": 48}
    world.version.content = design(assessment=stated)
    assert cuts.in_force(world.achievement, clock.now(), version=world.version).total == 60.0
    world.version.content = design(assessment={"methods": ["project"]})
    nothing = cuts.in_force(world.achievement, clock.now(), version=world.version)
    assert (nothing.total, nothing.method) == (None, "")


def test_plan_and_setup(world):
    assert [one.id for one in plans.plan_of(world.version).components] == ["project", "test"]
    assert plans.setup_of(world.achievement).takes_applications
    Setup.everywhere.all().delete()
    assert not plans.setup_of(world.achievement).takes_applications
    assert Setup.everywhere.count() == 0
