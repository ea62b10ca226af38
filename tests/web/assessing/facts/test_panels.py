"""The facts of a cohort: computed, signed, verifiable, honest about small cells."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from stackmark.issuing.selfcheck import Given
from stackmark.verification.verifier import Verifier
from stackmark_web import clock
from stackmark_web.assessing import panels
from stackmark_web.assessing.actions import publishing_facts
from stackmark_web.assessing.models import CutScore
from stackmark_web.assessing.refusing import Problem
from stackmark_web.awarding.signing import pen_of
from web.assessing.facts.cohort import as_csv, bring_in, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(world):
    bring_in(world, as_csv(rows()))
    return world


def figures(panel):
    return {one["code"]: one for one in panels.facts_in(panel)["figures"]}


def test_a_panel_is_signed_and_verifies(cohort):
    panel = publishing_facts.publish(cohort.achievement, actor=cohort.assessor)
    signed = bytes(panel.signed)
    given = Given(pen_of(cohort.here).documents)
    report = Verifier(now=clock.now(), fetcher=given, at_hand=given).verify(signed)
    outcome = {one.code: one.outcome for one in report.checks}
    assert outcome["proof"] == "passed"
    assert outcome["issuer-key"] == "passed"
    changed = signed.replace(b'"first_pass_rate"', b'"first_pass_rats"')
    report = Verifier(now=clock.now(), fetcher=given, at_hand=given).verify(changed)
    assert {one.code: one.outcome for one in report.checks}["proof"] == "failed"


def test_every_figure_has_n_interval_method_population_or_says_why_not(cohort):
    panel = publishing_facts.publish(cohort.achievement, actor=cohort.assessor)
    told = figures(panel)
    assert {"first_pass_rate", "reliability", "sem_at_cut", "ppv", "bits"} <= told.keys()
    for code, one in told.items():
        assert one["population"], code
        assert one["method"], code
        assert one["source"], code
        assert isinstance(one["n"], int), code
        if one["value"] is not None and code != "cut":
            assert one["interval"] is not None, code
            assert one["interval"][0] <= one["value"] <= one["interval"][1], code
        else:
            assert one["note"], code
    assert told["first_pass_rate"]["n"] == 200
    assert told["cut"]["note"].startswith("cut score not justified")


def test_panels_are_numbered_and_never_replaced(cohort):
    one = publishing_facts.publish(cohort.achievement, actor=cohort.assessor)
    other = publishing_facts.publish(cohort.achievement, actor=cohort.assessor, cohort="2026-S1")
    assert (one.number, other.number) == (1, 2)
    assert other.first_day.isoformat() == "2026-01-01"
    assert panels.current(cohort.achievement) == one
    assert orjson.loads(bytes(other.signed))["id"].endswith("/assessment-facts/2")


def test_below_thirty_there_are_no_numbers(world):
    bring_in(world, as_csv(rows(candidates=20)))
    panel = publishing_facts.publish(world.achievement, actor=world.assessor)
    told = figures(panel)["first_pass_rate"]
    assert told["value"] is None
    assert told["insufficient"] is True
    assert "20" in told["note"]


def test_a_rate_that_would_tell_of_a_few_people_is_not_told(world):
    good = [["candidate", "date", "score", "max_score"]]
    good += [[f"c{one}", "2026-03-02", 9 if one > 2 else 3, 10] for one in range(60)]
    bring_in(world, as_csv(good))
    panel = publishing_facts.publish(world.achievement, actor=world.assessor)
    told = figures(panel)
    assert told["first_pass_rate"]["value"] is None
    assert told["first_pass_rate"]["interval"] is None
    assert "fewer than 5" in told["first_pass_rate"]["note"]
    assert told["bits"]["value"] is None


def test_withheld_results_are_said_to_be_withheld(cohort):
    cohort.here.withholds_results = True
    cohort.here.save()
    panel = publishing_facts.publish(cohort.achievement, actor=cohort.assessor)
    facts = panels.facts_in(panel)
    assert facts["withheld"] is True
    assert facts["figures"] == []
    assert facts["counts"] == {}
    assert facts["integrity"]["identity"] == "document"


def test_without_attempts_there_are_no_facts(world):
    with pytest.raises(Problem) as caught:
        publishing_facts.publish(world.achievement, actor=world.assessor)
    assert "Nobody" in caught.value.detail


def test_a_cut_of_a_panel_is_told_with_its_error_and_judges(cohort):
    now = clock.now() - timedelta(days=900)
    CutScore.everywhere.create(
        organisation=cohort.here,
        achievement=cohort.achievement,
        method="angoff",
        cut=200 / 3,
        standard_error=1 / 3 + 1e-15,  # more digits than all programs print alike
        judges=[f"J{one}" for one in range(1, 10)],
        rounds=2,
        set_at=now,
        in_force_from=now,
    )
    panel = publishing_facts.publish(cohort.achievement, actor=cohort.assessor)
    facts = panels.facts_in(panel)
    assert facts["standardSetting"] == {
        "justified": True,
        "method": "angoff",
        "judges": 9,
        "rounds": 2,
        "date": now.date().isoformat(),
        "inForceFrom": now.date().isoformat(),
        "cut": 66.6666666667,
        "standardError": 0.333333333333,
    }
    told = figures(panel)["cut"]
    assert (told["n"], told["of"], told["note"]) == (9, "judges", "")
    assert told["interval"][0] == pytest.approx(200 / 3 - 2.306 / 3, abs=1e-6)


def test_forms_are_told_by_themselves_where_items_differ(world):
    one = list(rows(candidates=60, items=10, form="A"))
    other = list(rows(candidates=60, items=10, form="B", prefix="d", seed=9))
    table = [[*one[0], *(f"item{number}" for number in range(11, 13))]]
    table += [[*row, "", ""] for row in one[1:]]
    table += [[*row[:14], "", "", *row[14:]] for row in other[1:]]  # B has 11 and 12, not 9 and 10
    bring_in(world, as_csv(table))
    panel = publishing_facts.publish(world.achievement, actor=world.assessor)
    facts = panels.facts_in(panel)
    whole = figures(panel)["reliability"]
    assert whole["value"] is None
    assert "forms differ" in whole["note"]
    told = {
        form: {figure["code"]: figure for figure in found}
        for form, found in facts["byForm"].items()
    }
    assert set(told) == {"A", "B"}
    assert told["A"]["reliability"]["value"] is not None
    assert "first_pass_rate" not in told["A"]
