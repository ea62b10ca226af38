"""A whole system in a folder of its own: database file, keys, published lists, journals."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.test import override_settings

from stackmark_web import clock
from stackmark_web.accounts.models import User
from stackmark_web.awarding import actions, publishing, slim
from stackmark_web.awarding.models import Award, StatusList
from stackmark_web.catalogue.models import Achievement, AchievementVersion
from stackmark_web.jobs import duties
from stackmark_web.operations import connecting, instance
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import Membership, Organisation, SigningKey
from stackmark_web.tenancy.signers import store
from stackmark_web.tenancy.signers.files import FileStore


class System:
    """Enter it with ``with system.on():``; everything then works on its folder."""

    def __init__(self, folder: Path, description=None):
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.description = description or connecting.sqlite_at(folder / "stackmark.sqlite3")

    @contextmanager
    def on(self):
        instance.ask_anew()
        with (
            override_settings(DATA=self.folder, MEDIA_ROOT=self.folder / "media"),
            connecting.as_default(self.description),
        ):
            yield self
        instance.ask_anew()

    def make_tables(self):
        with self.on():
            call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        return self

    def fill(self):
        """An institution with a key, one achievement, an owner and three learners."""
        with self.on():
            self.owner = self.person("olga")
            self.here = Organisation.objects.create(
                slug="northfield", name="Northfield", kind="university", country="IE"
            )
            Membership.everywhere.create(organisation=self.here, user=self.owner, role="owner")
            Membership.everywhere.create(organisation=self.here, user=self.owner, role="issuer")
            self.make_key(self.here)
            self.version = self.publish("Soil sampling")
            instance.found()
        return self

    @staticmethod
    def person(word):
        return User.objects.create_user(f"{word}@people.example", None, name=word.title())

    @staticmethod
    def make_key(organisation, number=1):
        did = tenancy.did_of(organisation)
        made = store().make(algorithm="ed25519", did=did, method_id=f"{did}#key-{number}")
        return SigningKey.everywhere.create(
            organisation=organisation,
            method_id=f"{did}#key-{number}",
            algorithm=made.public_key.algorithm,
            public_multibase=made.public_key.to_multikey(),
            location=made.location,
            created_at=clock.now(),
        )

    def publish(self, title):
        achievement = Achievement.everywhere.create(organisation=self.here, created_at=clock.now())
        made = AchievementVersion.everywhere.create(
            organisation=self.here,
            achievement=achievement,
            number=1,
            state="published",
            title=title,
            language="en",
            content={"language": "en", "title": {"en": title}},
            signable={
                "id": f"https://badges.example.org/achievements/{achievement.pk}/1",
                "type": ["Achievement"],
                "name": title,
                "description": "Takes samples.",
                "criteria": {"narrative": "Ten samples."},
            },
            edited_at=clock.now(),
            published_at=clock.now(),
        )
        achievement.current = made
        achievement.save()
        return made

    # -- what people do, within ``on()``

    def issue(self, count=1, **more):
        made = []
        for number in range(count):
            fields = {
                "recipient_email": f"l{number}.{Award.everywhere.count()}@mail.example",
                **more,
            }
            draft = actions.create_award(
                AchievementVersion.everywhere.get(pk=self.version.pk), actor=self.owner, **fields
            )
            made.append(actions.offer(draft, actor=self.owner))
        return made

    @staticmethod
    def keep_slim(awards):
        """Store what was signed as a bulk run does: what they share once, each the rest."""
        signed = [("kind", bytes(award.signed)) for award in awards]
        rows, commons = slim.slimmed(signed)
        slim.keep_common(commons)
        for award, kept in zip(awards, rows, strict=True):
            assert isinstance(kept, slim.Slim)
            Award.everywhere.filter(pk=award.pk).update(signed=kept)
        return awards

    def revoke(self, award):
        return actions.revoke(
            Award.everywhere.get(pk=award.pk), actor=self.owner, reason="issued-in-error"
        )

    def settle(self):
        """What the worker does."""
        publishing.publish_dirty()
        duties.run_all()

    def copy_to(self, folder):
        """As an operator would copy the whole folder."""
        shutil.copytree(self.folder, folder)
        return System(folder)

    def indexes(self):
        rows = Award.everywhere.filter(status_index__isnull=False)
        return set(rows.values_list("status_list_id", "status_index"))


def lists():
    """By list, the version the database knows."""
    return {str(row.pk): row for row in StatusList.everywhere.all()}


__all__ = ["FileStore", "System", "lists"]
