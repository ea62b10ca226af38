"""An institution that can sign, a published version, and awards."""

from __future__ import annotations

import shutil
from functools import cache

import pytest
from django.conf import settings

from stackmark_web import clock
from stackmark_web.awarding import actions
from stackmark_web.catalogue.models import Achievement, AchievementVersion
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.tenancy.signers.files import FileStore


@pytest.fixture(autouse=True)
def published_lists():
    """Every test begins with no published list."""
    yield
    shutil.rmtree(settings.DATA / "lists", ignore_errors=True)


@cache
def key_file(did):
    """One key file a DID for the whole session: sealing one takes a tenth of a second."""
    return FileStore().make(algorithm="ed25519", did=did, method_id=f"{did}#key-1")


@pytest.fixture
def make_key(db):
    """Gives an institution a key it signs with."""

    def make(organisation):
        did = tenancy.did_of(organisation)
        made = key_file(did)
        return SigningKey.everywhere.create(
            organisation=organisation,
            method_id=f"{did}#key-1",
            algorithm=made.public_key.algorithm,
            public_multibase=made.public_key.to_multikey(),
            location=made.location,
            created_at=clock.now(),
        )

    return make


@pytest.fixture
def university(northfield, make_key):
    make_key(northfield)
    return northfield


def signable(achievement, title):
    return {
        "id": f"{settings.IDENTITY_URL}/achievements/{achievement.pk}/1",
        "type": ["Achievement"],
        "name": title,
        "description": "Takes samples a laboratory can use.",
        "criteria": {"narrative": "Ten samples."},
    }


@pytest.fixture
def publish_version(db):
    """Makes a published version: publish_version(organisation, "Soil sampling")."""

    def make(organisation, title="Soil sampling"):
        achievement = Achievement.everywhere.create(
            organisation=organisation, created_at=clock.now()
        )
        made = AchievementVersion.everywhere.create(
            organisation=organisation,
            achievement=achievement,
            number=1,
            state="published",
            title=title,
            language="en",
            content={"language": "en", "title": {"en": title}},
            signable=signable(achievement, title),
            edited_at=clock.now(),
            published_at=clock.now(),
        )
        achievement.current = made
        achievement.save()
        return made

    return make


@pytest.fixture
def version(university, publish_version):
    return publish_version(university)


@pytest.fixture
def draft(version, alice):
    """Makes a draft: draft(recipient_email=…, …)."""

    def make(**more):
        more = {
            "recipient_email": "ada@mail.example",
            "recipient_name": "Ada Lovelace",
            "actor": alice,
        } | more
        return actions.create_award(more.pop("version", version), **more)

    return make


@pytest.fixture
def offered(draft, alice, django_capture_on_commit_callbacks):
    """Makes an award that waits to be claimed."""

    def make(**more):
        with django_capture_on_commit_callbacks(execute=True):
            return actions.offer(draft(**more), actor=alice)

    return make


@pytest.fixture
def claimed(offered, person):
    """Makes an award that its recipient has claimed."""

    def make(**more):
        user = more.pop("user", None)
        return actions.claim(offered(**more), user=user)

    return make


@pytest.fixture
def documents():
    """What a verifier finds at the addresses an award names: documents(award)."""
    from stackmark.keys.did import did_web_url
    from stackmark_web.awarding import lists, queries

    def of(award):
        did = tenancy.did_of(award.organisation)
        found = {did_web_url(did): tenancy.did_document(tenancy.root_of(award.organisation))}
        for purpose in lists.PURPOSES:
            body = queries.status_list_document(award.status_list_id, purpose)
            if body is not None:
                found[lists.list_url(award.status_list_id, purpose)] = body
        return found

    return of
