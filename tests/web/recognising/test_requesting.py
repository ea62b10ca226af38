"""A learner sends: what goes with it, who may, what is refused and why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding import actions as awarding
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.passport.checking import credential_bytes
from stackmark_web.recognising.actions import evaluating, policies, requesting
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Request, Source

pytestmark = pytest.mark.django_db


def test_exact_bytes_a_fresh_check_and_the_day_go_with_it(ask, holding, college):
    made = ask(note="Please look at the field work.")
    (source,) = made.sources.all()
    assert bytes(source.data) == credential_bytes(holding)
    assert source.report["report"]["verdict"] == "verified"
    assert (source.credential_id, source.title) == (holding.credential_id, "Soil sampling")
    assert (made.state, made.due_on) == ("sent", date(2026, 7, 31))
    event = AuditEvent.objects.get(verb="recognition.requested")
    assert event.organisation_id == college.pk
    kinds = set(OutboxMail.everywhere.values_list("kind", "to"))
    assert ("recognition_received", "lena@people.example") in kinds
    assert ("recognition_waiting", "desk@college.example") in kinds


def refused(ask, **more):
    with pytest.raises(Problem) as caught:
        ask(**more)
    assert Request.everywhere.count() <= 1
    return caught.value.field, caught.value.detail


def test_a_closed_desk_takes_nothing(ask, college):
    policies.save(college, actor=None, open=False)
    assert "takes no requests" in refused(ask)[1]


def test_what_cannot_be_sent(ask, held_version, award, person):
    assert refused(ask, target=held_version)[0] == "target"  # another institution's
    assert refused(ask, holdings=[])[0] == "holdings"
    theirs = award(person("mona"))
    assert refused(ask, holdings=[theirs]) == ("holdings", "Choose from your own passport.")
    assert refused(ask, note="x" * 4_001)[0] == "note"


def test_a_revoked_one_is_refused_by_a_fresh_check(
    ask, holding, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(holding.award, actor=None, reason="issued-in-error", note="Mixed up.")
    field, said = refused(ask)
    assert field == "holdings"
    assert "does not verify now" in said
    assert "revoked" in said


def test_twice_the_same_is_refused_while_it_waits_and_after(ask, decide):
    made = ask()
    assert "waits for their decision already" in refused(ask)[1]
    decide(made.sources.get())
    assert "You can appeal" in refused(ask)[1]


def test_question_and_answer_move_the_deadline(ask, rita, lena, charlie):
    made = ask()
    with pytest.raises(Http404):
        evaluating.ask(made, actor=charlie, question="Why?")
    evaluating.ask(made, actor=rita, question="Was there field work?")
    made.refresh_from_db()
    assert made.state == "asked"
    assert OutboxMail.everywhere.filter(kind="recognition_asked").count() == 1
    with pytest.raises(Http404):
        requesting.answer(made, actor=charlie, text="No.")
    with clock.at(clock.now() + timedelta(days=5)):
        requesting.answer(made, actor=lena, text="Two days.")
    made.refresh_from_db()
    assert (made.state, made.answer, made.due_on) == ("sent", "Two days.", date(2026, 8, 5))
    with pytest.raises(Problem, match="no open question"):
        requesting.answer(made, actor=lena, text="Again.")


def test_taken_back_is_over(ask, lena, rita, charlie):
    made = ask()
    with pytest.raises(Http404):
        requesting.take_back(made, actor=charlie)
    requesting.take_back(made, actor=lena)
    with pytest.raises(Problem, match="taken back"):
        evaluating.ask(made, actor=rita, question="Hm?")


def test_who_goes_on_with_it(ask, rita, rolf, bob, lena, join, college):
    made = ask()
    evaluating.assign(made, actor=rita, reader=rolf)
    made.refresh_from_db()
    assert made.reader == rolf
    with pytest.raises(Problem, match="may decide here"):
        evaluating.assign(made, actor=rita, reader=bob)
    join(lena, college, "recogniser")
    with pytest.raises(Problem, match="their own request"):
        evaluating.assign(made, actor=rita, reader=lena)
    with pytest.raises(PermissionDenied, match="colleague decides"):
        evaluating.ask(made, actor=lena, question="Me?")
    with pytest.raises(PermissionDenied, match="colleague decides"):
        evaluating.assign(made, actor=lena, reader=rolf)


def test_a_badge_from_elsewhere_is_sent_as_it_came(ask, foreign):
    badge = foreign()
    made = ask(holdings=[badge])
    source = made.sources.get()
    assert bytes(source.data) == bytes(badge.data)
    assert source.sha256 == badge.sha256
    assert Source.objects.count() == 1
