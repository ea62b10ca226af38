"""Appeals, misconduct, circumstances, adjustments, meetings and kept scripts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from stackmark_web import clock
from stackmark_web.assessing import meetings
from stackmark_web.assessing import queries_desk as queries
from stackmark_web.assessing.actions import appealing, applying, caring, deciding, moderating
from stackmark_web.assessing.actions import marking as markings
from stackmark_web.assessing.deadlines import due_of
from stackmark_web.assessing.models import (
    Adjustment,
    Attempt,
    Circumstance,
    MarkAppeal,
    Marking,
    Misconduct,
)
from stackmark_web.assessing.refusing import Problem
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding.models import Award
from stackmark_web.integrations.models import OutboxMail
from web.assessing.desk.helping import ENOUGH, LITTLE, alone, decision_of, finish, hand_in, mark


@pytest.fixture
def third(world):
    return world.member("tara", "assessor")


@pytest.fixture
def fourth(world):
    return world.member("fay", "assessor")


def decided(world, given=LITTLE, learner=None):
    """An attempt Asa marked and Sam confirmed."""
    alone(world)
    attempt = hand_in(world, learner)
    mark(attempt, world.assessor, given)
    deciding.confirm(decision_of(attempt), actor=world.second, seen=True, feedback="Read on.")
    attempt.refresh_from_db()
    return attempt


def appealed(world, attempt):
    now = clock.now()
    return MarkAppeal.everywhere.create(
        organisation=world.here,
        decision=decision_of(attempt),
        text="You missed my table.",
        opened_at=now,
        due_at=now + timedelta(days=14),
    )


def marked_again(world, appeal, chair, marker, given):
    appealing.ask_remarking(appeal, actor=chair)
    return mark(appeal.decision.attempt, marker, given, kind="appeal")


# -- appeals -------------------------------------------------------------------------------


def test_who_had_a_part_does_not_decide_the_appeal(world):
    appeal = appealed(world, decided(world))
    for one in (world.assessor, world.second):
        with pytest.raises(PermissionDenied, match="had a part"):
            appealing.decide(appeal, actor=one, how="reject", answer="No.")


def test_marked_again_higher_the_new_decision_replaces_the_old_and_is_awarded(world, third, fourth):
    attempt = decided(world)
    old = decision_of(attempt)
    appeal = appealed(world, attempt)
    marked_again(world, appeal, third, fourth, ENOUGH)
    fresh = appealing.decide(appeal, actor=third, how="remarked", answer="You are right.")
    old.refresh_from_db()
    attempt.refresh_from_db()
    assert not old.is_current
    assert (fresh.is_current, fresh.basis, fresh.outcome) == (True, "appeal", "passed")
    assert fresh.award.signed is not None
    assert (attempt.passed, attempt.total) == (True, 100.0)
    assert appeal.state == "allowed"
    assert OutboxMail.everywhere.filter(kind="assessment_appeal_decided").count() == 1


def test_an_appeal_never_lowers(world, third, fourth):
    attempt = decided(world, ENOUGH)
    award = decision_of(attempt).award
    appeal = appealed(world, attempt)
    marked_again(world, appeal, third, fourth, LITTLE)
    with pytest.raises(Problem, match="never lowers"):
        appealing.decide(appeal, actor=third, how="remarked", answer="Lower.")
    assert appealing.decide(appeal, actor=third, how="reject", answer="It stands.") is None
    now = decision_of(attempt)
    assert (now.outcome, now.total, now.award) == ("passed", 100.0, award)
    award.refresh_from_db()
    assert award.state == "offered"


def test_no_part_of_a_score_falls_when_the_total_rises(world, third, fourth):
    attempt = decided(world, ("beginning", "beginning", 9))
    appeal = appealed(world, attempt)
    marked_again(world, appeal, third, fourth, ("secure", "secure", 7))
    fresh = appealing.decide(appeal, actor=third, how="remarked", answer="Higher.")
    assert fresh.scores["test"] == pytest.approx(90)
    assert fresh.scores["project"] == pytest.approx(200 / 3)


def test_a_better_pass_keeps_its_one_credential(world, third, fourth):
    attempt = decided(world, ("secure", "secure", 9))
    award = decision_of(attempt).award
    appeal = appealed(world, attempt)
    marked_again(world, appeal, third, fourth, ENOUGH)
    fresh = appealing.decide(appeal, actor=third, how="remarked", answer="Higher.")
    assert fresh.award == award
    assert Award.everywhere.count() == 1


def test_without_a_new_marking_the_marks_cannot_change(world, third):
    appeal = appealed(world, decided(world))
    with pytest.raises(Problem, match="not been marked again"):
        appealing.decide(appeal, actor=third, how="remarked", answer="Yes.")


def test_an_attempt_that_does_not_count_opens_another(world, third):
    attempt = decided(world)
    appeal = appealed(world, attempt)
    appealing.decide(appeal, actor=third, how="not-counted", answer="The room was too loud.")
    attempt.refresh_from_db()
    assert attempt.state == "void"
    fresh = applying.open_attempt(attempt.application, actor=world.learner, now=clock.now())
    assert (fresh.purpose, fresh.number) == ("first", 2)


def test_decided_once(world, third, fourth):
    appeal = appealed(world, decided(world))
    stale = MarkAppeal.everywhere.get(pk=appeal.pk)
    appealing.decide(appeal, actor=third, how="reject", answer="It stands.")
    with pytest.raises(Problem, match="decided already"):
        appealing.decide(stale, actor=fourth, how="reject", answer="It stands.")


# -- misconduct -----------------------------------------------------------------------------


def test_a_case_rests_on_what_a_person_saw(world):
    attempt = decided(world)
    with pytest.raises(Problem, match="detector"):
        caring.raise_misconduct(attempt, actor=world.assessor, ground="90 % AI.", seen=False)


def test_the_learner_comes_first_and_another_person_decides(world):
    attempt = decided(world, ENOUGH)
    case = caring.raise_misconduct(attempt, actor=world.assessor, ground="A copy.", seen=True)
    with pytest.raises(PermissionDenied, match="You raised this case"):
        caring.decide_misconduct(case, actor=world.assessor, outcome="void", reason="So.")
    with pytest.raises(Problem, match="not answered yet"):
        caring.decide_misconduct(case, actor=world.second, outcome="void", reason="So.")
    Misconduct.everywhere.filter(pk=case.pk).update(
        learner_answer="It is mine.", answered_at=clock.now()
    )
    case.refresh_from_db()
    caring.decide_misconduct(case, actor=world.second, outcome="void", reason="The same text.")
    attempt.refresh_from_db()
    assert (case.state, attempt.state) == ("founded", "void")
    award = decision_of(attempt).award
    award.refresh_from_db()
    assert award.state == "offered"  # its revocation is somebody's own step


def test_after_the_time_to_answer_it_can_be_decided(world):
    case = caring.raise_misconduct(
        decided(world), actor=world.assessor, ground="A copy.", seen=True
    )
    with clock.at(clock.now() + timedelta(days=11)):
        caring.decide_misconduct(case, actor=world.second, outcome="none", reason="No proof.")
    assert case.state == "unfounded"


def test_a_void_attempt_is_marked_no_further(world):
    alone(world, second_least=20)
    attempt = hand_in(world)
    case = caring.raise_misconduct(attempt, actor=world.assessor, ground="A copy.", seen=True)
    Misconduct.everywhere.filter(pk=case.pk).update(answered_at=clock.now())
    case.refresh_from_db()
    caring.decide_misconduct(case, actor=world.second, outcome="void", reason="The same text.")
    assert set(attempt.markings.values_list("state", flat=True)) == {"withdrawn"}


# -- circumstances and adjustments ----------------------------------------------------------


def told(world, attempt):
    return Circumstance.everywhere.create(
        organisation=world.here, attempt=attempt, text="I was ill.", told_at=clock.now()
    )


def test_a_later_deadline_for_what_is_still_open(world):
    application = applying.apply(world.achievement, actor=world.learner)
    attempt = application.attempts.get()
    Attempt.everywhere.filter(pk=attempt.pk).update(due_at=clock.now() + timedelta(days=1))
    later = clock.now() + timedelta(days=9)
    caring.decide_circumstance(
        told(world, attempt),
        actor=world.assessor,
        accept=True,
        remedy="extension",
        extended_to=later,
        answer="Get well.",
    )
    attempt.refresh_from_db()
    assert due_of(attempt) == later


def test_an_attempt_that_was_not_passed_may_be_left_out_of_the_count(world):
    attempt = decided(world)
    caring.decide_circumstance(
        told(world, attempt), actor=world.assessor, accept=True, remedy="not-counted", answer="Yes."
    )
    attempt.refresh_from_db()
    assert attempt.state == "void"
    good = decided(world, ENOUGH, world.person("mo"))
    with pytest.raises(Problem, match="was passed"):
        caring.decide_circumstance(
            told(world, good), actor=world.assessor, accept=True, remedy="not-counted", answer="Y"
        )


def test_more_time_says_how_much(world):
    application = applying.apply(
        world.achievement,
        actor=world.learner,
        adjustments=[{"kind": "extra-time", "text": "I read slowly."}],
    )
    case = Adjustment.everywhere.get(application=application)
    with pytest.raises(Problem, match="how much more time"):
        caring.decide_adjustment(case, actor=world.assessor, grant=True)
    caring.decide_adjustment(case, actor=world.assessor, grant=True, extra_percent=25)
    assert (case.state, case.extra_percent) == ("granted", 25)
    with pytest.raises(Problem, match="decided already"):
        caring.decide_adjustment(case, actor=world.assessor, grant=False, answer="No.")


def test_the_trail_of_a_case_says_nothing_of_its_content(world):
    attempt = decided(world)
    case = told(world, attempt)
    caring.decide_circumstance(case, actor=world.assessor, accept=False, answer="No ground.")
    event = AuditEvent.objects.get(verb="circumstance.decided")
    assert (event.target_label, event.after) == ("Data cleaning", {})


# -- meetings and kept scripts ---------------------------------------------------------------


def pair(world, learner, one, other):
    attempt = hand_in(world, learner)
    mark(attempt, world.assessor, one)
    mark(attempt, world.second, other, kind="second")
    return attempt


def test_a_meeting_shows_the_greatest_difference_first(world):
    alone(world, second_least=20)
    close = pair(world, None, ("secure", "secure", 8), ("secure", "secure", 7))
    far = pair(world, world.person("mo"), ("excellent", "secure", 8), ("beginning", "secure", 8))
    today = clock.today()
    scripts = meetings.scripts_between(world.achievement, today, today)
    meeting = moderating.hold_meeting(
        world.achievement, actor=world.assessor, held_on=today, attempts=scripts
    )
    found = meetings.pairs(meeting, meetings.scripts_of(meeting, world.assessor))
    assert [one.attempt.pk for one in found] == [far.pk, close.pk]
    assert (found[0].most_steps, found[0].far) == (2, True)
    assert found[1].gap == pytest.approx(-4.0)
    figures = meetings.figures(found)
    assert (figures["exact"].n, figures["exact"].insufficient) == (4, True)
    assert figures["exact"].value is None
    spreads = meetings.spreads(meetings.markings_of(scripts))
    assert [(one.n, one.shared, one.leaning) for one in spreads] == [(2, 2, None)] * 2
    assert all(world.assessor.name.upper() not in one.code for one in spreads)


def test_leaning_is_told_with_its_interval_when_enough_is_shared(world):
    alone(world, second_least=20)
    for number in range(5):
        pair(world, world.person(f"l{number}"), ("secure", "secure", 8), ("secure", "secure", 7))
    markings_ = meetings.markings_of(Attempt.everywhere.all())
    by_n = sorted(meetings.spreads(markings_), key=lambda one: one.leaning)
    assert [one.leaning for one in by_n] == pytest.approx([-4.0, 4.0])
    assert by_n[0].interval == pytest.approx((-4.0, -4.0))


def test_a_closed_meeting_changes_no_more(world):
    alone(world, second_least=20)
    attempt = pair(world, None, ("secure", "secure", 8), ("secure", "secure", 7))
    meeting = moderating.hold_meeting(
        world.achievement, actor=world.assessor, held_on=clock.today(), attempts=[attempt]
    )
    moderating.write_note(meeting, attempt, actor=world.second, text="Read the task again.")
    with pytest.raises(Problem, match="what the meeting concluded"):
        moderating.close(meeting, actor=world.assessor, conclusion=" ")
    moderating.close(meeting, actor=world.assessor, conclusion="Good agreement.")
    assert meeting.notes == {str(attempt.pk): "Read the task again."}
    with pytest.raises(Problem, match="closed"):
        moderating.write_note(meeting, attempt, actor=world.second, text="Later.")


def test_an_empty_period_has_no_meeting(world):
    with pytest.raises(Problem, match="Nothing was marked"):
        moderating.hold_meeting(
            world.achievement, actor=world.assessor, held_on=clock.today(), attempts=[]
        )


def test_kept_scripts_come_back_among_the_others_and_decide_nothing(world, third):
    attempt = decided(world, ("secure", "secure", 8))
    with pytest.raises(Problem, match="No script is kept"):
        moderating.start_cycle(world.achievement, actor=world.owner)
    moderating.archive(attempt, actor=world.owner)
    [anchor] = moderating.start_cycle(world.achievement, actor=world.owner)
    with pytest.raises(Problem, match="wait to be marked already"):
        moderating.start_cycle(world.achievement, actor=world.owner)
    assert queries.to_take(world.assessor, world.here) == []  # marked it too lately
    [row] = queries.to_take(third, world.here)
    assert row.marking == anchor
    assert not row.is_third
    mark(attempt, third, ("secure", "secure", 7), kind="anchor")
    attempt.refresh_from_db()
    assert (attempt.state, attempt.passed, attempt.decisions.count()) == ("decided", True, 1)
    drift = meetings.drift(world.achievement)
    assert (drift.n, drift.mean, drift.waiting) == (1, None, 0)  # too few to tell


def test_only_a_decided_script_is_kept(world):
    alone(world)
    attempt = hand_in(world)
    with pytest.raises(Problem, match="decision is confirmed"):
        moderating.archive(attempt, actor=world.owner)


def test_the_next_attempt_goes_through_the_same_course(world):
    attempt = decided(world)
    resit = applying.open_attempt(attempt.application, actor=world.learner, now=clock.now())
    finish(world, resit)
    mark(resit, world.assessor, ENOUGH)
    decision = deciding.confirm(decision_of(resit), actor=world.second)
    assert resit.purpose == "resit"
    assert decision.award.signed is not None
    assert Marking.everywhere.filter(state="submitted").count() == 2
    assert markings.settle_waiting() == 0
