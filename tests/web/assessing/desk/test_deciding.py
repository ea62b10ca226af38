"""From two markings to a decision a person confirmed, and to the credential."""

from __future__ import annotations

import base64
from datetime import timedelta

import orjson
import pytest
from django.core.exceptions import PermissionDenied

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.assessing import artefacts, awarding_from
from stackmark_web.assessing.actions import caring, deciding
from stackmark_web.assessing.actions import marking as markings
from stackmark_web.assessing.models import Application, Attempt, Circumstance, Decision, Marking
from stackmark_web.assessing.refusing import Problem
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding.models import Award
from stackmark_web.integrations.models import OutboxMail
from web.assessing.desk.helping import (
    ENOUGH,
    LITTLE,
    alone,
    decision_of,
    hand_in,
    mark,
)


@pytest.fixture
def third(world):
    return world.member("tara", "assessor")


@pytest.fixture
def twice(world):
    """An attempt that two people mark."""
    alone(world, second_least=20)
    return hand_in(world)


def both(world, attempt, one, other):
    mark(attempt, world.assessor, one)
    mark(attempt, world.second, other, kind="second")


def passed(world):
    alone(world)
    attempt = hand_in(world)
    mark(attempt, world.assessor, ENOUGH)
    return attempt


def failed(world):
    alone(world)
    attempt = hand_in(world)
    mark(attempt, world.assessor, LITTLE)
    return attempt


# -- two markings --------------------------------------------------------------------------


def test_one_level_apart_the_scores_are_means_and_the_level_is_the_lower(world, twice):
    both(world, twice, ("excellent", "secure", 10), ("secure", "secure", 9))
    decision = decision_of(twice)
    assert decision.basis == "agreed"
    assert decision.levels == {"project": {"cleaning": "secure", "telling": "secure"}}
    first = (2 * 3 / 3 + 2 / 3) / 3 * 100
    second = (2 * 2 / 3 + 2 / 3) / 3 * 100
    assert decision.scores["project"] == pytest.approx((first + second) / 2)
    assert decision.scores["test"] == pytest.approx(95)
    assert decision.total == pytest.approx(0.6 * (first + second) / 2 + 0.4 * 95)
    assert decision.outcome == "passed"
    assert decision.confirmed_at is None


def test_two_levels_apart_a_third_person_decides(world, twice, third):
    both(world, twice, ("excellent", "secure", 9), ("beginning", "secure", 9))
    assert not twice.decisions.exists()
    adjudication = Marking.everywhere.get(attempt=twice, kind="adjudication")
    for one in (world.assessor, world.second):
        with pytest.raises(PermissionDenied, match="met this script"):
            markings.take(adjudication, actor=one)
    mark(twice, third, ("secure", "secure", 9), kind="adjudication")
    decision = decision_of(twice)
    assert decision.basis == "adjudicated"
    assert decision.levels == {"project": {"cleaning": "secure", "telling": "secure"}}
    assert decision.total == pytest.approx(0.6 * 200 / 3 + 0.4 * 90)


def test_other_verdicts_are_adjudicated_even_one_level_apart(world, twice):
    """61.3 and 54.7 percent with a cut of 60."""
    both(world, twice, ("secure", "beginning", 7), ("beginning", "beginning", 9))
    assert Marking.everywhere.filter(attempt=twice, kind="adjudication").exists()


def test_points_far_apart_are_adjudicated(world, twice):
    both(world, twice, ("excellent", "excellent", 10), ("excellent", "excellent", 8))
    assert Marking.everywhere.filter(attempt=twice, kind="adjudication").exists()


def test_the_order_of_the_markings_does_not_matter(world, twice):
    mark(twice, world.second, ("secure", "secure", 8), kind="second")
    assert not twice.decisions.exists()
    mark(twice, world.assessor, ("secure", "secure", 8))
    assert decision_of(twice).basis == "agreed"


# -- confirming ----------------------------------------------------------------------------


def test_a_pass_is_confirmed_and_awarded_with_results_and_digests(world):
    attempt = passed(world)
    decision = deciding.confirm(decision_of(attempt), actor=world.second, feedback="Well done.")
    award = decision.award
    assert award.signed is not None
    assert (award.recipient_email, award.version_id) == (world.learner.email, world.version.pk)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.passed, attempt.total) == ("decided", True, 100.0)
    assert attempt.scores == {"project": 100.0, "test": 100.0}
    assert attempt.cut == 60.0
    assert attempt.application.state == "finished"
    parts = [one["description"].partition("#")[2] for one in award.results]
    assert parts == [
        "result",
        "result-project",
        "result-project-cleaning",
        "result-project-telling",
        "result-test",
    ]
    assert award.results[2]["level"].endswith("#result-project-cleaning~excellent")
    assert {one["status"] for one in award.results} == {"Completed"}
    signed = orjson.loads(bytes(award.signed))
    subject = signed["credentialSubject"]
    assert [one["resultDescription"] for one in subject["result"]] == [
        one["description"] for one in award.results
    ]
    assert subject["result"][2]["achievedLevel"] == award.results[2]["level"]
    [artefact] = attempt.artefacts.all()
    [shown] = signed["evidence"]
    sealed = {one["id"]: one for one in signed["relatedResource"]}
    assert shown["id"] == artefacts.public_url(artefact)
    digest = base64.b64encode(bytes.fromhex(artefact.sha256)).decode()
    assert sealed[shown["id"]]["digestSRI"] == f"sha256-{digest}"


def test_the_learner_is_told_once(world):
    attempt = passed(world)
    deciding.confirm(decision_of(attempt), actor=world.second)
    kinds = list(
        OutboxMail.everywhere.filter(to=world.learner.email).values_list("kind", flat=True)
    )
    assert kinds.count("assessment_decided") == 1


def test_an_assessor_without_the_right_to_award_awards_by_the_decision(world):
    attempt = passed(world)
    decision = deciding.confirm(decision_of(attempt), actor=world.assessor)
    made = AuditEvent.objects.get(verb="award.created", target_id=str(decision.award_id))
    assert (made.actor, made.via) == (None, "assessing")


def test_confirmed_twice_is_awarded_once(world):
    attempt = passed(world)
    decision, stale = decision_of(attempt), decision_of(attempt)
    deciding.confirm(decision, actor=world.second)
    with pytest.raises(Problem, match="confirmed or replaced"):
        deciding.confirm(stale, actor=world.assessor)
    again = awarding_from.award_for(decision_of(attempt))
    assert again.pk == decision.award_id
    assert Award.everywhere.count() == 1


def test_a_signer_that_is_away_leaves_the_decision_and_the_duty_awards_later(world, monkeypatch):
    attempt = passed(world)

    def away(*args, **more):
        raise UsageError("signer.away", "The signer is away.")

    with monkeypatch.context() as patch:
        patch.setattr(awarding_from.awarding, "offer", away)
        decision = deciding.confirm(decision_of(attempt), actor=world.second)
        assert awarding_from.award_waiting() == 0
    decision.refresh_from_db()
    assert decision.confirmed_at is not None
    assert decision.award.signed is None
    assert awarding_from.award_waiting() == 1
    decision.award.refresh_from_db()
    assert decision.award.signed is not None
    assert awarding_from.award_waiting() == 0
    assert Award.everywhere.count() == 1


def test_a_crash_between_decision_and_award_is_made_good(world, monkeypatch):
    attempt = passed(world)
    with monkeypatch.context() as patch:
        patch.setattr(deciding, "award_or_leave", lambda *_args, **_more: False)
        decision = deciding.confirm(decision_of(attempt), actor=world.second)
    assert decision.award is None
    assert awarding_from.award_waiting() == 1
    decision.refresh_from_db()
    assert decision.award.signed is not None


def test_a_name_changed_in_between_makes_no_second_award(world, monkeypatch):
    attempt = passed(world)
    decision = decision_of(attempt)
    with monkeypatch.context() as patch:
        patch.setattr(awarding_from.awarding, "offer", lambda *_args, **_more: None)
        deciding.confirm(decision, actor=world.second)
    Decision.everywhere.filter(pk=decision.pk).update(award=None)  # lost before it was noted
    world.learner.email = "other@people.example"
    world.learner.save()
    assert awarding_from.award_waiting() == 1
    assert Award.everywhere.count() == 1


@pytest.mark.parametrize("purpose", ["practice", "baseline", "retest"])
def test_only_attempts_that_count_earn_anything(world, purpose):
    attempt = passed(world)
    Attempt.everywhere.filter(pk=attempt.pk).update(purpose=purpose)
    deciding.confirm(decision_of(attempt), actor=world.second)
    assert not Award.everywhere.exists()
    assert awarding_from.award_waiting() == 0
    with pytest.raises(UsageError, match="counting attempt"):
        awarding_from.award_for(decision_of(attempt))


def test_the_assessor_is_named_only_where_it_is_published(world):
    attempt = passed(world)
    decision = deciding.confirm(decision_of(attempt), actor=world.second)
    assert "assessor" not in awarding_from.extras_of(decision)
    world.setup.publishes_assessor = True
    world.setup.save()
    assert awarding_from.extras_of(decision)["assessor"] == {"name": "Sam"}


def test_an_adverse_decision_needs_the_whole_seen_and_a_word(world):
    decision = decision_of(failed(world))
    with pytest.raises(Problem, match="look at the whole") as told:
        deciding.confirm(decision, actor=world.second, feedback="Not enough yet.")
    assert told.value.field == "seen"
    with pytest.raises(Problem, match="what was missing") as told:
        deciding.confirm(decision, actor=world.second, seen=True)
    assert told.value.field == "feedback"
    deciding.confirm(decision, actor=world.second, seen=True, feedback="Explain your steps.")
    assert decision.confirmed_by == world.second
    assert not Award.everywhere.exists()


def test_failing_opens_the_next_attempt_after_the_wait(world):
    attempt = failed(world)
    world.setup.refresh_from_db()
    world.setup.resit_wait_days = 7
    world.setup.save()
    decision = deciding.confirm(
        decision_of(attempt), actor=world.second, seen=True, feedback="Explain your steps."
    )
    assert decision.next_attempt_from == decision.confirmed_at + timedelta(days=7)
    assert decision.appeal_by == decision.confirmed_at + timedelta(days=21)
    attempt.refresh_from_db()
    assert (attempt.passed, attempt.application.state) == (False, "accepted")


def test_bulk_confirms_passes_and_leaves_the_rest(world):
    alone(world)
    good, bad = hand_in(world), hand_in(world, world.person("mo"))
    mark(good, world.assessor, ENOUGH)
    mark(bad, world.assessor, LITTLE)
    done, left = deciding.confirm_passes([decision_of(good), decision_of(bad)], actor=world.second)
    assert [one.attempt_id for one in done] == [good.pk]
    assert [(one.attempt_id, "own page" in why) for one, why in left] == [(bad.pk, True)]
    assert decision_of(bad).confirmed_at is None


def test_nobody_decides_over_a_candidate_they_have_a_conflict_with(world):
    attempt = failed(world)
    markings.declare_conflict(attempt, actor=world.second)
    with pytest.raises(PermissionDenied, match="conflict of interest"):
        deciding.confirm(decision_of(attempt), actor=world.second, seen=True, feedback="No.")


def test_an_open_case_or_open_circumstances_come_first(world):
    attempt = failed(world)
    told = Circumstance.everywhere.create(
        organisation=world.here, attempt=attempt, text="I was ill.", told_at=clock.now()
    )
    decision = decision_of(attempt)
    with pytest.raises(Problem, match="told of circumstances"):
        deciding.confirm(decision, actor=world.second, seen=True, feedback="No.")
    caring.decide_circumstance(told, actor=world.second, accept=False, answer="We see no link.")
    caring.raise_misconduct(attempt, actor=world.second, ground="A copy of a book.", seen=True)
    with pytest.raises(Problem, match="case is open"):
        deciding.confirm(decision, actor=world.second, seen=True, feedback="No.")


def test_nothing_of_the_learner_stands_in_the_trail(world):
    attempt = passed(world)
    deciding.confirm(decision_of(attempt), actor=world.second, feedback="Secret words.")
    rows = AuditEvent.objects.filter(target_id=str(attempt.pk))
    assert rows.count() >= 4
    for one in rows:
        said = f"{one.target_label} {one.before} {one.after}"
        assert world.learner.name not in said.replace("Data cleaning", "")
        assert world.learner.email not in said
        assert "Secret" not in said


def test_moderation_changes_a_proposal_with_its_reason(world):
    attempt = failed(world)
    levels = {"project": {"cleaning": "secure", "telling": "secure"}}
    with pytest.raises(Problem, match="Say why"):
        deciding.moderate(attempt, actor=world.second, levels=levels, points={"test": 8}, reason="")
    made = deciding.moderate(
        attempt, actor=world.second, levels=levels, points={"test": 8}, reason="Too strict."
    )
    assert (made.basis, made.outcome, made.reason) == ("moderated", "passed", "Too strict.")
    assert Decision.everywhere.filter(attempt=attempt).count() == 2
    deciding.confirm(made, actor=world.second)
    with pytest.raises(Problem, match="proposed and not confirmed"):
        deciding.moderate(
            attempt, actor=world.second, levels=levels, points={"test": 1}, reason="x"
        )
    assert Application.everywhere.get().state == "finished"
