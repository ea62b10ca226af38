"""What time brings: schedules, deadlines, reminders, and intents a crash left behind."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stackmark_web import clock
from stackmark_web.awarding import actions, duties, issuing
from stackmark_web.awarding.models import Award
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs import duties as jobs
from stackmark_web.tenancy.models import SigningKey

pytestmark = pytest.mark.django_db


def later(**more):
    return clock.at(clock.now() + timedelta(**more))


def letters(kind):
    return OutboxMail.everywhere.filter(kind=kind).count()


def test_a_scheduled_award_goes_out_at_its_time_and_once(draft):
    award = draft(send_at=clock.now() + timedelta(days=2))
    assert duties.send_scheduled() == 0
    with later(days=2, minutes=1):
        assert duties.send_scheduled() == 1
        assert duties.send_scheduled() == 0
    award.refresh_from_db()
    assert award.state == "offered"
    assert letters("offer") == 1


def test_a_scheduled_award_that_cannot_be_signed_goes_back_to_a_person(draft, version):
    award = draft(send_at=clock.now() + timedelta(days=2))
    clash = [{"url": version.signable["id"], "name": "", "text": ""}]
    Award.everywhere.filter(pk=award.pk).update(evidence=clash)
    with later(days=3):
        assert duties.send_scheduled() == 0
    award.refresh_from_db()
    assert award.state == "draft"
    assert "described in two places" in award.steps.last().note


def test_while_the_signer_is_away_a_scheduled_award_waits(draft):
    award = draft(send_at=clock.now() + timedelta(days=2))
    SigningKey.everywhere.update(state="retired")
    with later(days=3):
        assert duties.send_scheduled() == 0
        SigningKey.everywhere.update(state="active")
        assert duties.send_scheduled() == 1
    award.refresh_from_db()
    assert award.state == "offered"


def test_an_intent_left_behind_is_finished_as_the_same_credential(draft):
    award = draft()
    issuing.reserve([award])
    assert duties.finish_intents() == 0  # it may still be at work
    with later(minutes=5):
        assert duties.finish_intents() == 1
    index = award.status_index
    award.refresh_from_db()
    assert (award.state, award.status_index) == ("offered", index)


def test_a_draft_nobody_confirmed_is_left_alone(draft):
    draft()
    with later(days=30):
        assert duties.finish_intents() == 0
    assert Award.everywhere.get().state == "draft"


def test_a_correction_left_behind_is_finished(claimed, alice):
    from stackmark_web.awarding.actions.correcting import draft_in_place_of

    old = claimed()
    new = draft_in_place_of(old, {"recipient_name": "Ada King"}, actor=alice)
    issuing.reserve([new])
    with later(minutes=5):
        duties.finish_intents()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state) == ("superseded", "claimed")


def test_a_correction_left_behind_never_undoes_a_revocation(claimed, alice):
    from stackmark_web.awarding.actions.correcting import draft_in_place_of

    old = claimed()
    new = draft_in_place_of(old, {"recipient_name": "Ada King"}, actor=alice)
    issuing.reserve([new])
    actions.revoke(old, actor=alice, reason="misconduct")
    with later(minutes=5):
        assert duties.finish_intents() == 0
    assert Award.everywhere.get() == old


def test_the_time_to_claim_ends(offered):
    award = offered(claim_by=clock.now() + timedelta(days=3))
    assert duties.lapse_overdue() == 0
    with later(days=4):
        assert duties.lapse_overdue() == 1
        assert duties.lapse_overdue() == 0
    award.refresh_from_db()
    assert award.state == "lapsed"


def test_one_reminder_to_claim(offered, claimed):
    offered()
    claimed(recipient_email="eve@mail.example")
    assert duties.remind_to_claim() == 0
    with later(days=15):
        assert duties.remind_to_claim() == 1
        assert duties.remind_to_claim() == 0
    assert letters("reminder") == 1


def test_what_is_due_for_a_reminder_is_found_along_an_index(offered):
    """Neither who was reminded nor who is not to be yet is read, however many there are."""
    offered()
    with later(days=15):
        with CaptureQueriesContext(connection) as asked:
            assert duties.remind_to_claim() == 1
        sought = asked.captured_queries[0]["sql"]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":  # so few rows it would read whole
                cursor.execute("SET LOCAL enable_seqscan = off")
            explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
            cursor.execute(f"{explain} {sought}".replace("%", "%%"))
            plan = str(cursor.fetchall())
        assert "award_to_remind" in plan, plan
        assert "awarding_step" not in plan, plan
        assert Award.everywhere.get().reminded_at == clock.now()


def test_a_reminder_the_steps_know_of_is_not_sent_again(offered):
    """Noted by an older program at work beside this one."""
    award = offered()
    award.steps.create(at=clock.now(), to_state="offered", reason="claim-reminder")
    with later(days=15):
        assert duties.remind_to_claim() == 0
    assert letters("reminder") == 0


def test_the_migration_knows_who_was_reminded(offered):
    reminded, other = offered(), offered(recipient_email="eve@mail.example")
    reminded.steps.create(at=clock.now(), to_state="offered", reason="claim-reminder")
    other.steps.create(at=clock.now(), to_state="offered", reason="sent-again")
    import_module("stackmark_web.awarding.migrations.0011_reminded_noted").note(apps, None)
    kept = dict(Award.everywhere.values_list("pk", "reminded_at"))
    assert kept == {reminded.pk: reminded.steps.last().at, other.pk: None}


def test_letters_before_and_at_the_end_each_once(claimed):
    claimed(valid_until=clock.now() + timedelta(days=100))
    assert duties.remind_of_expiry() == 0
    for days, total in ((71, 1), (72, 1), (94, 2), (95, 2)):
        with later(days=days):
            duties.remind_of_expiry()
            duties.remind_of_expiry()
        assert letters("expiring") == total
    with later(days=101):
        duties.remind_of_expiry()
        duties.remind_of_expiry()
    assert letters("expired") == 1
    assert letters("expiring") == 2


def test_a_short_credential_is_not_announced_to_end_as_it_begins(claimed):
    claimed(valid_until=clock.now() + timedelta(days=5))
    assert duties.remind_of_expiry() == 0
    assert letters("expiring") == 0


def test_what_was_revoked_is_not_reminded_of(claimed, alice):
    actions.revoke(
        claimed(valid_until=clock.now() + timedelta(days=100)), actor=alice, reason="misconduct"
    )
    with later(days=71):
        assert duties.remind_of_expiry() == 0


def test_the_worker_knows_the_duties():
    wanted = {"publish status lists", "look over status lists", "send scheduled awards"}
    wanted |= {"finish interrupted awards", "end unclaimed awards", "remind to claim"}
    assert wanted | {"remind of expiry"} <= set(jobs._DUTIES)
