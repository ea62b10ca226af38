"""Dead at any statement (fault F03): no half state, and the same credential when it goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

import stackmark
from each import THOROUGH
from killing import Killed, killed_at
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding import actions, duties, publishing
from stackmark_web.awarding.models import Appeal, Award, ClaimLink, StatusList, Step
from stackmark_web.integrations.models import OutboxMail

pytestmark = pytest.mark.django_db


def ledger():
    """Every award is wholly what its state says, and no index or letter is there twice."""
    places = Award.everywhere.filter(status_index__isnull=False).values_list(
        "status_list_id", "status_index"
    )
    assert len(set(places)) == len(places)
    for award in Award.everywhere.all():
        last = Step.objects.filter(award=award).exclude(reason="").last() or award.steps.last()
        events = AuditEvent.objects.filter(target_id=str(award.pk)).count()
        assert events == award.steps.count()
        assert award.steps.last().to_state == award.state, last
        unsigned = award.state in ("draft", "scheduled")
        assert (award.signed is None) == unsigned
        assert bool(award.sha256) == (award.signed is not None)
        if unsigned:
            assert not ClaimLink.objects.filter(award=award).exists()
            assert not OutboxMail.everywhere.filter(award_id=award.pk).exists()
        if award.state == "superseded":
            assert Award.everywhere.filter(supersedes=award, signed__isnull=False).count() == 1
        if award.state == "revoked":
            assert Appeal.everywhere.filter(award=award).count() == 1


def every_statement(start, do, check, step=1):
    """Kill ``do`` at each of its statements in turn; then check, go on, and check again.

    Of a long action each ``step``-th; all of them in `make sweep`.
    """
    alive, number = False, 0
    while not alive:
        number += 1 if THOROUGH else step
        with transaction.atomic():
            subject = start()
            alive = True
            try:
                with killed_at(number):
                    do(subject)
            except Killed:
                alive = False
            ledger()
            if not alive:
                with clock.at(clock.now() + timedelta(minutes=10)):
                    duties.finish_intents()
                ledger()
                again = Award.everywhere.get(pk=subject.pk)
                check(again, do)
            ledger()
            transaction.set_rollback(True)
    return number


def test_offering(draft):
    def done(award, do):
        do(award)
        assert award.state == "offered"
        assert OutboxMail.everywhere.filter(award_id=award.pk, kind="offer").count() == 1
        assert ClaimLink.objects.filter(award=award).count() == 1
        assert str(award.pk).encode() in bytes(award.signed)

    assert every_statement(draft, actions.offer, done) > 14


def test_offering_many_at_once(draft):
    """A run's batch: stored together or not at all, and each once however often it is tried."""

    def start():
        first, *_others = [draft(recipient_email=f"p{number}@mail.example") for number in range(3)]
        return first

    def offer(_one):
        refusals = actions.offer_many(list(Award.everywhere.order_by("created_at")))
        assert refusals == [None] * 3

    def done(_award, do):
        do(_award)
        for award in Award.everywhere.all():
            assert award.state == "offered"
            assert str(award.pk).encode() in bytes(award.signed)
            assert OutboxMail.everywhere.filter(award_id=award.pk, kind="offer").count() == 1
            assert ClaimLink.objects.filter(award=award).count() == 1

    assert every_statement(start, offer, done, step=2) > 14


def test_a_batch_of_which_one_was_signed_elsewhere_leaves_that_one_alone(draft, monkeypatch):
    from stackmark_web.awarding import issuing

    awards = [draft(recipient_email=f"p{number}@mail.example") for number in range(3)]
    sign, first = issuing.sign_many, []

    def overtaken(waiting):
        made = sign(waiting)
        if not first:
            first.append(True)
            actions.offer(Award.everywhere.get(pk=awards[1].pk))
        return made

    monkeypatch.setattr(issuing, "sign_many", overtaken)
    assert actions.offer_many(awards) == [None] * 3
    ledger()
    for award in awards:
        stored = Award.everywhere.get(pk=award.pk)
        assert bytes(award.signed) == bytes(stored.signed), "what is told is what is kept"
        assert OutboxMail.everywhere.filter(award_id=award.pk).count() == 1
        assert ClaimLink.objects.filter(award=award).count() == 1
        assert stored.steps.filter(to_state="offered").count() == 1


def test_revoking(claimed, alice, documents):
    def revoke(award):
        actions.revoke(award, actor=alice, reason="misconduct")

    def done(award, do):
        if award.state != "revoked":
            do(award)
        publishing.publish_dirty()
        assert not StatusList.everywhere.filter(dirty_since__isnull=False).exists()
        report = stackmark.verify(bytes(award.signed), documents=documents(award))
        assert report.check("status").reason == "status.revoked"
        assert OutboxMail.everywhere.filter(award_id=award.pk, kind="revoked").count() == 1

    assert every_statement(claimed, revoke, done) > 10


def test_correcting(claimed, alice):
    def correct(award):
        actions.correct(award, actor=alice, changes={"recipient_name": "Ada King"})

    def done(award, do):
        if award.state == "claimed":
            do(award)
        new = Award.everywhere.get(supersedes=award)
        assert (Award.everywhere.get(pk=award.pk).state, new.state) == ("superseded", "claimed")
        assert Award.everywhere.count() == 2

    assert every_statement(claimed, correct, done, step=2) > 30


def test_claiming(offered):
    def claim(award):
        actions.claim(award, user=None)

    def done(award, do):
        do(award)
        assert award.state == "claimed"
        assert ClaimLink.objects.filter(award=award, spent_at=None).count() == 0

    assert every_statement(offered, claim, done) > 4


def test_publishing_a_list_is_finished_by_the_next_one(offered, alice):
    award = offered()
    actions.revoke(award, actor=alice, reason="misconduct")
    number = 0
    alive = False
    while not alive:
        number += 1
        alive = True
        StatusList.everywhere.update(dirty_since=clock.now())
        try:
            with killed_at(number):
                publishing.publish(award.status_list_id)
        except Killed:
            alive = False
        before = publishing.published_version(award.status_list_id, "revocation")
        assert publishing.publish_dirty() == (0 if alive else 1)
        assert publishing.published_version(award.status_list_id, "revocation") >= before
        assert not StatusList.everywhere.filter(dirty_since__isnull=False).exists()
    assert number > 5
