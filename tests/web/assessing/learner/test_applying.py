"""Applying, the answer to it, and which attempts follow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from stackmark_web import clock
from stackmark_web.assessing.actions import applying
from stackmark_web.assessing.deadlines import due_of
from stackmark_web.assessing.models import Adjustment, Application, Attempt, Circumstance
from stackmark_web.assessing.refusing import Problem
from stackmark_web.audit.models import AuditEvent
from stackmark_web.catalogue.offerings import save_offering
from stackmark_web.integrations.models import OutboxMail
from web.assessing.learner import steps


def slow(world):
    """Somebody answers each application."""
    world.setup.accepts_by_itself = False
    world.setup.save()


def letters(kind):
    return OutboxMail.everywhere.filter(kind=kind)


def test_everybody_is_accepted_at_once_where_the_setup_says_so(world):
    application = steps.applied(world, message="I have worked with data for years.")
    assert application.state == Application.State.ACCEPTED
    assert application.candidate == steps.candidate(world)
    attempt = application.attempts.get()
    assert (attempt.number, attempt.purpose, attempt.state) == (1, "first", "open")
    assert letters("assessment_accepted").get().to == "lena@people.example"


def test_else_a_person_answers_and_an_attempt_opens_with_the_yes(world):
    slow(world)
    application = steps.applied(world)
    assert application.state == Application.State.APPLIED
    assert not application.attempts.exists()
    assert letters("assessment_waiting").get().to == world.here.email
    due = clock.now() + timedelta(days=30)
    applying.answer(application, actor=world.assessor, accept=True, text="Welcome.", due_at=due)
    application.refresh_from_db()
    assert (application.state, application.answer) == ("accepted", "Welcome.")
    assert application.attempts.get().due_at == due


def test_a_refusal_needs_words_and_is_told(world):
    slow(world)
    application = steps.applied(world)
    with pytest.raises(Problem, match="Say why"):
        applying.answer(application, actor=world.assessor, accept=False)
    applying.answer(application, actor=world.assessor, accept=False, text="The course is first.")
    assert "The course is first." in letters("assessment_refused").get().text
    with pytest.raises(applying.NotNow, match="answered already"):
        applying.answer(application, actor=world.assessor, accept=True)
    steps.applied(world)  # a refusal is not for ever


def test_who_may_answer(world):
    slow(world)
    application = steps.applied(world)
    with pytest.raises(Http404):
        applying.answer(application, actor=world.learner, accept=True)
    with pytest.raises(PermissionDenied):
        applying.answer(application, actor=world.designer, accept=True)
    own = steps.applied(world, actor=world.assessor)
    with pytest.raises(PermissionDenied, match="colleague"):
        applying.answer(own, actor=world.assessor, accept=True)


def test_one_open_application_for_each_achievement(world):
    steps.applied(world)
    with pytest.raises(applying.NotNow, match="applied for this already") as refusal:
        steps.applied(world)
    assert refusal.value.reason == "assessing.applied"


@pytest.mark.parametrize("why", ["off", "retired"])
def test_nobody_applies_where_nothing_is_taken(world, why):
    if why == "off":
        world.setup.takes_applications = False
        world.setup.save()
    else:
        world.achievement.retired_at = clock.now()
        world.achievement.save()
    with pytest.raises(applying.NotNow) as refusal:
        steps.applied(world)
    assert refusal.value.reason == "assessing.closed"


def test_an_offer_ends_and_gives_its_last_day_as_deadline(world):
    today = clock.today()
    values = {"delivery": "online", "ends_on": today + timedelta(days=10)}
    offering = save_offering(world.achievement, actor=None, values=values)
    attempt = steps.opened(world, offering=offering)
    assert attempt.due_at.date() == today + timedelta(days=11)
    assert attempt.due_at.hour == 0
    offering.apply_by = today - timedelta(days=1)
    offering.save()
    with pytest.raises(applying.NotNow, match="time to apply"):
        steps.applied(world, offering=offering, actor=world.second)


def test_adjustments_are_asked_for_in_the_same_step(world):
    asked = [{"kind": "extra-time", "text": "A quarter more."}, {"kind": "", "text": " "}]
    application = steps.applied(world, adjustments=asked)
    made = application.adjustments.get()
    assert (made.kind, made.text, made.state) == ("extra-time", "A quarter more.", "asked")
    for bad, why in (
        ({"kind": "extra-time", "text": ""}, "what you need"),
        ({"kind": "magic", "text": "x"}, "Choose what would help"),
    ):
        with pytest.raises(Problem, match=why):
            steps.applied(world, adjustments=[bad], actor=world.second)


def test_the_deadline_grows_by_what_was_granted_and_only_that(world):
    slow(world)
    application = steps.applied(world)
    now = clock.now()
    with clock.at(now):
        applying.answer(
            application, actor=world.assessor, accept=True, due_at=now + timedelta(days=20)
        )
    attempt = application.attempts.get()
    common = {"organisation": world.here, "application": application, "asked_at": now}
    Adjustment.everywhere.create(kind="extra-time", extra_percent=25, state="granted", **common)
    Adjustment.everywhere.create(kind="later-deadline", extra_days=3, state="granted", **common)
    Adjustment.everywhere.create(kind="later-deadline", extra_days=90, state="asked", **common)
    Adjustment.everywhere.create(kind="later-deadline", extra_days=90, state="ended", **common)
    assert due_of(attempt) == now + timedelta(days=28)
    Circumstance.everywhere.create(
        organisation=world.here,
        attempt=attempt,
        text="Ill",
        told_at=now,
        state="accepted",
        extended_to=now + timedelta(days=40),
    )
    assert due_of(attempt) == now + timedelta(days=40)


def test_withdrawing_ends_what_is_being_prepared(world):
    application = steps.applied(world)
    applying.withdraw(application, actor=world.learner)
    application.refresh_from_db()
    assert application.state == Application.State.WITHDRAWN
    assert application.attempts.get().state == Attempt.State.WITHDRAWN
    with pytest.raises(applying.NotNow, match="not open any more"):
        applying.withdraw(application, actor=world.learner)
    again = steps.applied(world)
    # What was withdrawn uses up no attempt, and numbers are never given twice.
    assert [one.number for one in again.attempts.all()] == [2]
    assert again.attempts.get().purpose == "first"


def test_nobody_withdraws_for_another_or_while_it_is_marked(world):
    attempt = steps.submitted(world)
    with pytest.raises(Http404):
        applying.withdraw(attempt.application, actor=world.second)
    with pytest.raises(applying.NotNow, match="being marked"):
        applying.withdraw(attempt.application, actor=world.learner)


def test_the_next_attempt_waits_for_its_day_and_is_a_resit(world):
    attempt = steps.submitted(world)
    steps.decided(world, attempt, next_attempt_from=clock.now() + timedelta(days=10))
    application = attempt.application
    with pytest.raises(applying.NotNow) as refusal:
        applying.open_attempt(application, actor=world.learner)
    assert refusal.value.reason == "assessing.wait"
    later = clock.now() + timedelta(days=11)
    made = applying.open_attempt(application, actor=world.learner, now=later)
    assert (made.number, made.purpose) == (2, "resit")
    with pytest.raises(applying.NotNow) as refusal:
        applying.open_attempt(application, actor=world.learner, now=later)
    assert refusal.value.reason == "assessing.open-attempt"


def test_the_wait_of_the_setup_counts_where_the_decision_names_no_day(world):
    world.setup.resit_wait_days = 5
    world.setup.save()
    attempt = steps.submitted(world)
    decision = steps.decided(world, attempt)
    begins = applying.next_from(attempt.application)
    assert begins == decision.confirmed_at + timedelta(days=5)


def test_no_more_attempts_than_the_descriptor_allows(world):
    application = steps.applied(world)
    for _number in range(3):
        attempt = application.attempts.order_by("-number").first()
        steps.decided(world, attempt)
        if attempt.number < 3:
            applying.open_attempt(application, actor=world.learner)
    with pytest.raises(applying.NotNow) as refusal:
        applying.open_attempt(application, actor=world.learner)
    assert refusal.value.reason == "assessing.attempts"
    Application.everywhere.update(state="finished")
    with pytest.raises(applying.NotNow) as refusal:
        steps.applied(world)
    assert refusal.value.reason == "assessing.attempts"
    last = application.attempts.get(number=3)
    last.state = "void"  # does not count, so one is left
    last.save()
    assert applying.attempts_left(world.achievement, application.candidate) == 1
    assert steps.applied(world).attempts.get().number == 4


def test_who_passed_begins_no_other(world):
    attempt = steps.submitted(world)
    steps.decided(world, attempt, "passed")
    with pytest.raises(applying.NotNow) as refusal:
        applying.open_attempt(attempt.application, actor=world.learner)
    assert refusal.value.reason == "assessing.passed"
    assert not applying.may_withdraw(attempt.application)


def test_the_trail_names_no_learner(world):
    attempt = steps.submitted(world, message="Hello")
    verbs = dict(
        AuditEvent.objects.filter(
            organisation_id=world.here.pk, verb__startswith="assessment."
        ).values_list("verb", "actor_code")
    )
    assert set(verbs) == {
        "assessment.applied",
        "assessment.accepted",
        "assessment.attempt-opened",
        "assessment.submitted",
    }
    assert set(verbs.values()) == {""}
    assert not AuditEvent.objects.filter(target_label__icontains="lena").exists()
    assert attempt.submitted_at is not None
