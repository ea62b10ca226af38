"""A116, from the models: a word planted in every field about a person is nowhere after an erasure.

Looked for in the database as bytes, in its write-ahead log, in every file of the data folder, in
the cache and in the log; the list of fields is ``personal_fields``, and no field may be left out.
"""

from __future__ import annotations

import sqlite3
from collections import Counter

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.db import connection, models

import ledger_rows
from erasing_world import ADDRESS, NAME, HerWorld, found_in, told_by_files
from erasing_world import places as named_places
from personal_fields import GONE, NAMED, answered
from stackmark_web import clock
from stackmark_web.accounts import erasure
from stackmark_web.accounts.models import GuardianConsent, Identity
from stackmark_web.assessing.models import Application, Attempt, Conflict, Marking
from stackmark_web.awarding.models import Award, SheetRow
from stackmark_web.integrations.webhook_models import Attempt as Delivery
from stackmark_web.jobs.models import Chunk, Run
from stackmark_web.passport.models import BroughtDocument
from stackmark_web.tenancy.models import Invitation
from stackmark_web.verifying.models import Batch, BatchItem

WORDS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField)


def fields():
    """Every field that can hold words and not only one of a few choices."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            wordy = isinstance(field, (*WORDS, models.GenericIPAddressField))
            if wordy and not field.choices:
                yield model._meta.label, field.name


def test_every_field_has_an_answer():
    """Whoever adds a field says what an erasure owes it (tests/personal_fields.py)."""
    given = Counter(answered())
    assert set(fields()) - set(given) == set(), "say in personal_fields whose words these are"
    chosen = {(label, name) for label, name in given if not _is_choice(label, name)}
    assert chosen - set(fields()) == set(), "these fields are gone"
    assert [one for one, count in given.items() if count > 1] == []


def _is_choice(label, name):
    try:
        return bool(apps.get_model(label)._meta.get_field(name).choices)
    except LookupError:
        return False


class WholeWorld(HerWorld):
    """Her world, and what only some people have."""

    def __init__(self):
        super().__init__()
        self._sheets()
        ledger_rows.fill(self)
        rows = SheetRow.objects.filter(sheet=self.sheet)
        rows.filter(pk=rows.first().pk).update(email=ADDRESS)
        her, now = self.learner, clock.now()
        Identity.objects.create(
            user=her, provider="n", issuer="https://n.example", subject="x", added_at=now
        )
        GuardianConsent.objects.create(
            user=her, email="m@people.example", token_hash="1", asked_at=now, expires_at=now
        )
        Invitation.everywhere.create(
            organisation=self.here, email=ADDRESS, token_hash="2", expires_at=now
        )
        run = Run.everywhere.create(kind="x", title="x", actor=her, total=1, created_at=now)
        Chunk.objects.create(run=run, number=1, first=0, last=1, state="done")
        batch = Batch.objects.create(
            made_by=her, token_hash="3", created_at=now, expires_at=now, total=1
        )
        BatchItem.objects.create(batch=batch, number=0, source="a.json")
        BroughtDocument.objects.create(
            user=her, url="https://x.example", url_hash="4", data=b"x", kept_at=now
        )
        hers = Attempt.everywhere.filter(learner=her).first()
        Marking.everywhere.filter(pk=self.desk_marking.pk).update(attempt=hers)
        candidate = Attempt.everywhere.filter(learner=her).first().candidate
        Conflict.everywhere.create(
            organisation=self.here, candidate=candidate, marker=self.colleague, declared_at=now
        )
        UserSession.objects.create(user=her, ip="192.0.2.1", session_key="5", user_agent="x")
        award = Award.everywhere.filter(holder=her).first()
        sent = self.webhook_message
        type(sent).objects.filter(pk=sent.pk).update(
            body={"data": {"object": "award", "id": str(award.pk)}}
        )
        Delivery.objects.create(message=sent, at=now, status=200, milliseconds=1, answer="ok")


def rows_of(label, path, her):
    """The rows of a table that are about her."""
    manager = apps.get_model(label)._base_manager
    word, _equals, what = path.partition("=")
    if what == "awards":
        known = Award.everywhere.filter(holder=her).values_list("pk", flat=True)
        return manager.filter(**{word: [str(pk) for pk in known]})
    if what == "candidates":
        known = Attempt.everywhere.filter(learner=her).values_list("candidate", flat=True)
        applied = Application.everywhere.filter(learner=her).values_list("candidate", flat=True)
        return manager.filter(**{word: [*known, *applied]})
    return manager.filter(**{word: ADDRESS if path.endswith("=") else her.pk})


def planted(field, old, word):
    """A value of the field's kind with the word in it."""
    if isinstance(field, models.BinaryField):
        return bytes(old or b"") + word.encode()
    if isinstance(field, models.JSONField):
        if isinstance(old, list):
            return [*old, {"name": word}]
        return {**(old if isinstance(old, dict) else {}), "canary": word}
    return word[: field.max_length or 200]


def plant(her, table, word_of):
    """The words by the field they were planted in."""
    words = {}
    found = {
        label: list(rows_of(label, path, her).distinct()) for label, (path, _) in table.items()
    }
    assert [label for label in found if not found[label]] == [], "give the world of this test one"
    for label, (_path, names) in table.items():
        rows = found[label]
        for name in names.split():
            field = apps.get_model(label)._meta.get_field(name)
            word = words[f"{label}.{name}"] = word_of(len(words))
            for number, row in enumerate(rows):  # some may stand there once only
                value = planted(field, getattr(row, name), f"{word} {number}")
                type(row)._base_manager.filter(pk=row.pk).update(**{name: value})
    return words


def everything():
    """All bytes there are: database, cache in it, write-ahead log, files of the data folder."""
    connection.ensure_connection()
    held = [connection.connection.serialize()]
    for path in settings.DATA.rglob("*"):
        if path.is_file():
            held.append(path.read_bytes())
    return b"".join(held)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads the bytes of SQLite's database")
@pytest.mark.django_db(transaction=True)
def test_what_is_planted_in_any_field_about_her_is_nowhere_after(letters_in_files, caplog):
    world = WholeWorld()
    her = world.learner
    gone = plant(her, GONE, lambda number: f"Qz{number:03d}wyx")
    plant(her, NAMED, lambda _number: f"of {NAME}")
    type(her).objects.filter(pk=her.pk).update(name=NAME)
    before = everything()
    assert [where for where, word in gone.items() if word.encode() not in before] == [
        "accounts.User.name"
    ]

    erasure.erase(her, actor=None)
    assert erasure.finish_all() == 1

    after = everything()
    assert [where for where, word in gone.items() if word.encode() in after] == []
    assert named_places() == []
    assert found_in(after) == []
    assert told_by_files() == []
    assert found_in(caplog.text.encode()) == []
    assert [word for word in gone.values() if word in caplog.text] == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite's write-ahead log")
def test_a_database_file_and_its_log_hold_no_deleted_words(tmp_path):
    """What the test above cannot see: a file on the disk, in the mode servers run it in."""
    from stackmark_web.accounts import wiping

    path = tmp_path / "db.sqlite3"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("CREATE TABLE t (a TEXT)")
    other.execute("INSERT INTO t VALUES ('Qz999wyx')")

    class Door:
        """The parts of Django's connection that wiping uses."""

        vendor, in_atomic_block = "sqlite", False
        settings_dict = {"NAME": str(path)}  # noqa: RUF012 - as Django has it

        def cursor(self):
            from contextlib import closing

            return closing(other.cursor())

    wiping.begin(Door())
    other.execute("DELETE FROM t")

    def held():
        return b"".join(one.read_bytes() for one in tmp_path.iterdir())

    assert b"Qz999wyx" in held(), "in the log, until it is cleaned"
    assert wiping.wipe(Door(), since=None) is True
    assert b"Qz999wyx" not in held()
    other.close()
