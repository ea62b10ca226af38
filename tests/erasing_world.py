"""A learner who has everything there is, by the actions people's pages use, for tests of erasure.

All that tells who she is carries one of these unusual strings.
"""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.db import connection

import desk_rows
import learner_rows
import pathway_learner_rows
import pathway_rows
import planner_rows
import recognition_rows
import small_world
from stackmark_web.api.models import Token
from stackmark_web.approvals.models import Change
from stackmark_web.audit import people
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
