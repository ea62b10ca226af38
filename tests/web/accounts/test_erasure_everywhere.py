"""A116: after an erasure no byte of the person is left in the database, its files or the mail.

One world with a learner who has everything there is, by the actions people's pages use. All that
tells who she is carries one of these unusual strings.
"""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

import desk_rows
import learner_rows
import pathway_learner_rows
import pathway_rows
import planner_rows
import recognition_rows
import small_world
from stackmark_web.accounts import erasure
from stackmark_web.accounts.models import Erasure, User
from stackmark_web.api.models import Token
from stackmark_web.approvals.models import Change
from stackmark_web.audit import people
from stackmark_web.audit.models import AuditEvent
from stackmark_web.audit.sentences import Told
from stackmark_web.awarding.models import Award
from stackmark_web.jobs import duties
from stackmark_web.passport.models import HolderDid, ProofAnswer

NAME = "Qvyxelle Zorphwick"
ADDRESS = "ada@people.example"
# What she wrote or is called; what others wrote about their own things stays.
HERS = {
    "person.ada", "passkey", "file name", "folder", "share.title", "purpose", "locked", "headline",
    "about", "appeal", "new name",
}  # fmt: skip


def hers(place):
    return place in HERS or place.startswith(("recipient.", "narrative.", "evidence"))


def say(place, usual, most=200):
    told = hers(place) and not place.endswith(".anonymous")
    return f"{NAME} {usual}"[:most] if told else usual[:most]


class HerWorld(small_world.SmallWorld):
    """The parts of the small world in which a learner leaves something."""

    def __init__(self):
        self.say = say
        self._people()
        self._institution()
        self._catalogue()
        self._standard()
        self._awards()
        self._learner()
        self._proofs()
        ProofAnswer.objects.update(presentation=f"signed by {NAME}".encode())
        HolderDid.objects.update(did=f"did:web:people.example:{ADDRESS}")
        self._hers_at_work()
        desk_rows.fill(self)
        learner_rows.fill(self)
        self._checks()
        recognition_rows.fill(self)
        pathway_rows.fill(self)
        planner_rows.fill(self)
        pathway_learner_rows.fill(self)
        small_world.work_until_done()

    def _hers_at_work(self):
        """A token she made, and a change that waits for a second person with her reason."""
        self._waiting()
        self._programs()
        Token.everywhere.update(maker=self.learner, name=f"Laptop of {self.learner.name}")
        name = self.learner.name
        why = f"{name}, {ADDRESS}, asks for it"
        rows = Change.everywhere.filter(pk=self.change.pk)
        rows.update(asked_by=self.learner, asked_code=people.code_of(self.learner), why=why)
        other = Change.everywhere.get(pk=self.change.pk)
        other.pk, other.digest, other.asked_by, other.state = None, "0" * 64, self.owner, "refused"
        other.title, other.why, other.answer = f"Revoke: {name}", "Because", f"Not {name.lower()}"
        other.pk = uuid.uuid4()
        other.save(force_insert=True)


def found_in(data, words=(NAME, ADDRESS)):
    low = data.lower()
    return [word for word in words if word.lower().encode() in low]


def told_by_files():
    """The files below the data folder that name her."""
    paths = [path for path in Path(settings.DATA).rglob("*") if path.is_file()]
    return [str(path) for path in paths if found_in(path.read_bytes())]


def places():
    """Where in the database she is still named, for the message of a failure."""
    found = set()
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [one[0] for one in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    raw = value if isinstance(value, bytes) else str(value).encode()
                    if found_in(raw):
                        found.add(f"{table}.{name}")
    return sorted(found)


@pytest.fixture
def caught(monkeypatch, tmp_path, settings):
    small_world.no_network(monkeypatch)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = settings.DATA / "mail"
    yield
    small_world.forget_files()
    for path in (settings.DATA / "mail").glob("*.log"):
        path.unlink()


@pytest.mark.django_db(transaction=True)
def test_nothing_of_her_is_left(caught, caplog):
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
