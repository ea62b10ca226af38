"""A117: ten years on, everything is gone that the table says; and the table says what duties do."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

import small_world
from achievement_designs import bare
from stackmark_web import clock
from stackmark_web.accounts import retention
from stackmark_web.accounts.models import GuardianConsent, SpentAnswer, User
from stackmark_web.assessing import renewing
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding import sheet_actions, tasks_sheets
from stackmark_web.awarding.models import Award, Sheet
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.integrations.actions import queue_mail
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs import duties
from stackmark_web.jobs.models import Run
from stackmark_web.passport.models import LinkRequest
from stackmark_web.recognising import tasks_portfolio
from stackmark_web.verifying import batches
from stackmark_web.verifying.models import Batch


def test_every_duty_of_the_table_is_a_duty():
    named = {row.duty for row in retention.TABLE if row.duty}
    assert named <= set(duties._DUTIES)


def test_the_days_of_the_table_are_those_of_the_duties():
    for name, span in (
        ("sheet", tasks_sheets.UNCONFIRMED),
        ("results", renewing.MONTH),
        ("request", tasks_portfolio.FORGOTTEN),
        ("check", batches.LIFE),
    ):
        assert retention.days_of(name) == span.days, name


def test_every_row_of_the_table_has_its_own_name_and_words():
    names = [row.name for row in retention.TABLE]
    assert len(set(names)) == len(names)
    assert all(row.what and row.why and row.basis and row.ends for row in retention.TABLE)


def test_the_page_shows_the_table(client, db):
    page = client.get("/privacy/retention").content.decode()
    for row in retention.TABLE:
        assert f'id="{row.name}"' in page


def test_ten_years_on(alice, northfield, monkeypatch):
    small_world.no_network(monkeypatch)
    world = object.__new__(small_world.SmallWorld)
    small_world.SmallWorld._key(world, northfield)
    draft = catalogue.create_draft(northfield, actor=alice, content=bare(title={"en": "Soil"}))
    version = catalogue.publish(draft, actor=alice)
    now = clock.now()
    store = SessionStore()
    store.create()
    begun = User.objects.create_user("never@people.example", None)
    EmailAddress.objects.create(user=begun, email=begun.email, verified=False)
    EmailAddress.objects.create(user=alice, email="later@people.example", verified=False)
    GuardianConsent.objects.create(
        user=alice, email="pat@x.example", token_hash="0", asked_at=now, expires_at=now
    )
    SpentAnswer.objects.create(digest="0" * 64, expires_at=now)
    LinkRequest.objects.create(email="x@x.example", asked_at=now, answered_at=now)
    Batch.objects.create(
        token_hash="0" * 64, created_at=now, expires_at=now + timedelta(days=1), total=0
    )
    queue_mail("share_code", to="x@x.example", key="k", context={"code": "1"})
    OutboxMail.everywhere.update(state="sent")
    Run.everywhere.create(kind="x", title="x", created_at=now, finished_at=now, state="done")
    asked = {"actor": alice, "organisation": northfield, "recipient_name": "Ada Lovelace"}
    forgotten = awarding.create_award(version, recipient_email="a@x.example", **asked)
    untaken = awarding.create_award(version, recipient_email="b@x.example", **asked)
    with small_world.committed():
        awarding.offer(untaken, actor=alice)
    sheet = sheet_actions.upload_sheet(
        version,
        actor=alice,
        organisation=northfield,
        filename="x.csv",
        data=b"email,name\nada@x.example,Ada\n",
    )

    with clock.at(now + timedelta(days=3_653)):
        duties.run_all()
        duties.run_all()

    assert not Session.objects.filter(session_key=store.session_key).exists()
    assert list(User.objects.all()) == [alice]
    for model in (GuardianConsent, SpentAnswer, LinkRequest, Batch):
        assert not model.objects.exists(), model
    assert not OutboxMail.everywhere.filter(to="x@x.example").exists()
    assert not Run.everywhere.exists()
    assert not Award.everywhere.filter(pk=forgotten.pk).exists()
    untaken.refresh_from_db()
    assert (untaken.recipient_email, untaken.recipient_name, untaken.signed) == ("", "", None)
    assert (untaken.sha256 != "", untaken.status_index is not None) == (True, True)
    assert bytes(Sheet.everywhere.get(pk=sheet.pk).data) == b""
