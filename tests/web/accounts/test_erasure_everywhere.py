"""A116: after an erasure no byte of the person is left in the database, its files or the mail."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

import small_world
from erasing_world import ADDRESS, NAME, HerWorld, found_in, places, told_by_files
from stackmark_web.accounts import erasure
from stackmark_web.accounts.models import Erasure, User
from stackmark_web.api.models import Token
from stackmark_web.approvals.models import Change
from stackmark_web.audit.models import AuditEvent
from stackmark_web.audit.sentences import Told
from stackmark_web.awarding.models import Award
from stackmark_web.jobs import duties
from stackmark_web.passport.models import HolderDid, ProofAnswer


@pytest.fixture(autouse=True)
def _alone(letters_in_files):
    """No network, and letters as files."""


@pytest.mark.django_db(transaction=True)
def test_nothing_of_her_is_left(caplog):
    if connection.vendor != "sqlite":
        pytest.skip("reads every byte of the database, which a server does not hand out")
    world = HerWorld()
    duties._DUTIES["send mail"].function()
    client = Client()
    client.force_login(world.learner)
    assert found_in(connection.connection.serialize()) == [NAME, ADDRESS]
    assert told_by_files(), "letters and evidence lie in files"
    signed = Award.everywhere.exclude(sha256="")
    before = {one.pk: (one.state, one.sha256, one.status_index) for one in signed}
    her_awards = set(Award.everywhere.filter(holder=world.learner).values_list("pk", flat=True))
    her_id = world.learner.pk

    erasure.erase(world.learner, actor=world.learner)
    assert erasure.finish_all() == 1

    assert places() == []
    token, change = Token.everywhere.get(), Change.everywhere.get(pk=world.change.pk)
    assert (token.name, token.revoked_at is None) == ("Laptop of …", False)
    assert (change.state, change.why, change.arguments) == ("withdrawn", "", {})
    assert not ProofAnswer.objects.exists()
    assert not HolderDid.objects.exists()
    assert found_in(connection.connection.serialize()) == []
    assert told_by_files() == []
    assert found_in(caplog.text.encode()) == []
    assert not User.objects.filter(pk=her_id).exists()
    assert not Session.objects.exists()
    assert Erasure.objects.get(person=her_id).wiped_at is not None
    # The register: everything signed is still there, as it stood, and nothing was revoked.
    after = {one.pk: (one.state, one.sha256, one.status_index) for one in signed.all()}
    changed = {pk for pk in before if before[pk] != after.get(pk)}
    states = {(before[pk][0], after[pk][0]) for pk in changed}
    assert states <= {("offered", "declined")}
    assert her_awards <= set(after)
    assert {after[pk][0] for pk in her_awards} >= {"claimed", "suspended", "revoked"}
    # Nothing is signed a second time, by nobody.
    duties.run_all()
    small_world.work_until_done()
    assert places() == []
    assert {one.pk: one.sha256 for one in signed.all()} == {pk: row[1] for pk, row in after.items()}
    # The audit can still be read.
    events = list(AuditEvent.objects.all())
    assert len([Told(event).sentence for event in events]) == len(events)
    assert "account.erased" in {event.verb for event in events}
