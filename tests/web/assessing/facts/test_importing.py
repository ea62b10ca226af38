"""From a file to attempts: nothing before the yes, nothing twice, undone while nothing rests on it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied

from stackmark.errors import UsageError
from stackmark_web.assessing import ledger
from stackmark_web.assessing.actions import import_decisions, importing, publishing_facts
from stackmark_web.assessing.imports.planning import Choices
from stackmark_web.assessing.models import Application, Attempt, AttemptImport, Decision
from stackmark_web.assessing.pseudonyms import candidate_of
from stackmark_web.assessing.refusing import Problem
from stackmark_web.awarding.models import Award
from web.assessing.facts.cohort import as_csv, bring_in, rows

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parent / "samples"
ONE_PART = {
    "components": [
        {"id": "quiz", "name": {"en": "Quiz"}, "method": "quiz", "kind": "score", "maximum": 10}
    ]
}


def data(name):
    return (SAMPLES / name).read_bytes()


def mine(world):
    return Attempt.everywhere.filter(achievement=world.achievement)


def uploaded(world, name="moodle-grades.csv"):
    return importing.upload(world.version, actor=world.assessor, filename=name, data=data(name))


def test_nothing_is_stored_before_somebody_says_yes(world):
    found = uploaded(world)
    assert found.kind == "moodle"
    assert found.counts["new"] == 3
    assert found.counts["people"] == 2
    assert found.counts["matched"] == 1
    assert not mine(world).exists()


def test_points_become_percent_and_order_makes_first_and_resit(world):
    bring_in(world, data("moodle-grades.csv"))
    told = {(one.candidate, one.number): one for one in mine(world)}
    lena = told[candidate_of(world.here, world.learner), 1]
    assert (lena.total, lena.purpose, lena.learner) == (75.0, "first", world.learner)
    assert lena.responses == {"Q1": 2.5, "Q2": 2.5, "Q3": 2.5}
    assert lena.sat_on == date(2026, 3, 2)
    assert lena.cut == 60.0
    others = sorted(one for one in told if one[0] != lena.candidate)
    assert [told[one].purpose for one in others] == ["first", "resit"]
    assert [told[one].total for one in others] == [40.0, 65.0]
    assert all(told[one].learner is None for one in others)
    assert "noor" not in str([(one.candidate, one.responses, one.choices) for one in mine(world)])


def test_without_matching_everybody_is_a_pseudonym(world):
    bring_in(world, data("moodle-grades.csv"), match_people=False)
    assert not mine(world).filter(learner__isnull=False).exists()
    assert not Application.everywhere.exists()


def test_the_same_file_adds_nothing(world):
    bring_in(world, data("moodle-grades.csv"))
    with pytest.raises(Problem) as caught:
        bring_in(world, data("moodle-grades.csv"))
    assert "nothing new" in caught.value.detail
    assert mine(world).count() == 3


def test_a_later_export_adds_only_what_is_new(world):
    table = list(rows(candidates=30))
    bring_in(world, as_csv(table[:20]))
    before = mine(world).count()
    bring_in(world, as_csv(table))
    assert mine(world).count() == len(table) - 1
    assert before == 19
    numbers = list(mine(world).values_list("candidate", "number"))
    assert len(numbers) == len(set(numbers))


def test_two_equal_attempts_of_one_day_are_two(world):
    text = b"candidate,date,score,max_score\np,2026-03-02,5,10\np,2026-03-02,5,10\n"
    bring_in(world, text, purpose="practice")
    assert [one.purpose for one in mine(world)] == ["practice", "practice"]
    with pytest.raises(Problem):
        bring_in(world, text, purpose="practice")


def test_practice_never_counts(world):
    bring_in(world, as_csv(rows(candidates=40)), purpose="practice")
    with pytest.raises(Problem):
        importing.confirm(AttemptImport.everywhere.get(), actor=world.assessor)
    assert not any(one.counts for one in ledger.of(world.achievement))


def test_an_export_without_days_asks_for_one(world):
    found = uploaded(world, "openedx-grade-report.csv")
    assert found.counts["new"] == 0
    assert {one["reason"] for one in found.findings if one["is_error"]} == {"date"}
    seen = importing.choose(found, actor=world.assessor, choices=Choices(day=date(2026, 3, 2)))
    assert seen.counts["new"] == 2


def test_a_day_that_has_not_come_is_refused(world):
    text = b"candidate,date,score,max_score\np,2999-01-01,5,10\n"
    found = importing.upload(world.version, actor=world.assessor, filename="f.csv", data=text)
    assert [one["reason"] for one in found.findings] == ["date"]


def test_a_component_keeps_its_own_score_and_items(world):
    found = uploaded(world)
    assert found.choices["component"] == "test"
    importing.choose(found, actor=world.assessor, choices=Choices(component="test"))
    importing.confirm(found, actor=world.assessor)
    one = mine(world).order_by("number").first()
    assert one.total is None
    assert set(one.scores) == {"test"}
    assert all(name.startswith("test/") for name in one.responses)
    assert ledger.of(world.achievement) == []
    assert len(ledger.of(world.achievement, component="test")) == 3


def test_late_files_take_their_place_in_time(world):
    late = b"candidate,date,score,max_score\np,2026-05-02,9,10\n"
    early = b"candidate,date,score,max_score\np,2026-03-02,4,10\n"
    bring_in(world, late)
    bring_in(world, early)
    told = [(one.number, one.purpose.value, one.score) for one in ledger.of(world.achievement)]
    assert told == [(1, "first", 40.0), (2, "resit", 90.0)]


def test_an_import_can_be_undone_and_brought_in_again(world):
    found = bring_in(world, data("moodle-grades.csv"), keeps_people=True)
    assert Application.everywhere.count() == 2
    assert importing.undo(found, actor=world.assessor) == 3
    assert not mine(world).exists()
    assert not Application.everywhere.exists()
    bring_in(world, data("moodle-grades.csv"))
    assert mine(world).count() == 3


def test_what_rests_on_an_import_keeps_it(world):
    found = bring_in(world, as_csv(rows(candidates=40)))
    publishing_facts.publish(world.achievement, actor=world.assessor)
    with pytest.raises(Problem) as caught:
        importing.undo(found, actor=world.assessor)
    assert "Facts were published" in caught.value.detail
    assert mine(world).exists()


def test_a_person_decides_and_awards_are_a_step_of_their_own(db):
    from web.assessing.world import World

    world = World(plan=ONE_PART)
    found = bring_in(world, data("moodle-grades.csv"), keeps_people=True)
    with pytest.raises(Problem) as caught:
        import_decisions.decide(found, actor=world.assessor)
    assert caught.value.field == "seen"
    with pytest.raises(Problem) as caught:
        import_decisions.decide(found, actor=world.assessor, seen=True)
    assert caught.value.field == "feedback"
    with pytest.raises(Problem):
        import_decisions.decide(found, actor=None, seen=True, feedback="Try again.")
    counts = import_decisions.decide(
        found, actor=world.assessor, seen=True, feedback="Try again in May."
    )
    assert counts == (2, 1)
    assert not Award.everywhere.exists()
    failed = Decision.everywhere.get(outcome="failed")
    assert (failed.feedback, failed.confirmed_by) == ("Try again in May.", world.assessor)
    made, refused = import_decisions.award_passed(found, actor=world.assessor)
    assert (made, refused) == (2, [])
    assert {one.recipient_email for one in Award.everywhere.all()} == {
        "lena@people.example",
        "noor@elsewhere.example",
    }
    assert import_decisions.award_passed(found, actor=world.assessor) == (0, [])
    with pytest.raises(Problem):
        importing.undo(found, actor=world.assessor)


def test_where_a_component_has_a_minimum_it_cannot_be_told_from_the_total_alone(world):
    found = bring_in(world, data("moodle-grades.csv"))  # the project needs 40 by itself
    told = import_decisions.decidable(found)
    assert [passed for _one, passed in told] == [False]  # 40 of 60: below whatever the parts were


def test_who_may_not_assess_imports_nothing(world):
    with pytest.raises(PermissionDenied):
        importing.upload(
            world.version, actor=world.designer, filename="f.csv", data=data("long.csv")
        )


def test_an_unknown_file_is_refused_with_words(world):
    with pytest.raises(Problem) as caught:
        importing.upload(
            world.version, actor=world.assessor, filename="f.csv", data=b"colour,size\nred,1\n"
        )
    assert "not a file we know" in caught.value.detail


def test_points_above_the_maximum_are_named(world):
    text = b"candidate,date,score,max_score\np,2026-03-02,11,10\nq,2026-03-02,-1,10\n"
    found = importing.upload(world.version, actor=world.assessor, filename="f.csv", data=text)
    assert [(one["line"], one["reason"]) for one in found.findings] == [(2, "range"), (3, "range")]


def test_a_confirmed_file_cannot_be_confirmed_again(world):
    found = bring_in(world, data("long.csv"))
    assert bytes(AttemptImport.everywhere.get(pk=found.pk).data) == b""
    with pytest.raises(UsageError):
        importing.confirm(found, actor=world.assessor)
