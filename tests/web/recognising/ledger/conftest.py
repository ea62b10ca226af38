"""A university whose credential Ada holds, and a college that awards something for it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from django.conf import settings

from achievement_designs import bare
from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.passport import claiming
from stackmark_web.passport.checking import credential_bytes
from stackmark_web.passport.models import Holding
from stackmark_web.recognising import ledger_keeping as keeping
from stackmark_web.recognising.actions import ledger
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.tenancy.signers.files import FileStore

NOW = datetime(2026, 6, 1, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with clock.at(NOW):
        yield
    shutil.rmtree(settings.DATA / "lists", ignore_errors=True)


@cache
def key_file(did):
    return FileStore().make(algorithm="ed25519", did=did, method_id=f"{did}#key-1")


@pytest.fixture
def ada(person):
    return person("ada")


@pytest.fixture
def award(northfield, ada, django_capture_on_commit_callbacks):
    """Gives Ada a credential of Northfield: award("Soil") → her holding."""
    did = tenancy.did_of(northfield)
    made = key_file(did)
    SigningKey.everywhere.create(
        organisation=northfield,
        method_id=f"{did}#key-1",
        algorithm=made.public_key.algorithm,
        public_multibase=made.public_key.to_multikey(),
        location=made.location,
        created_at=clock.now() - timedelta(days=30),
    )

    def make(title="Soil"):
        draft = catalogue.create_draft(northfield, actor=None, content=bare(title={"en": title}))
        version = catalogue.publish(draft, actor=None)
        with django_capture_on_commit_callbacks(execute=True):
            given = awarding.create_award(
                version, actor=None, recipient_email="ada@people.example", recipient_name="Ada"
            )
            awarding.offer(given, actor=None)
            claiming.keep(given, user=ada)
        return Holding.objects.get(award=given)

    return make


@pytest.fixture
def held(award):
    return award()


@pytest.fixture
def college(organisation):
    return organisation("riverside", name="Riverside College")


@pytest.fixture
def use(ada, held, college):
    """The college enters a use of Ada's credential: use("bsc") → the answer."""

    def make(word="bsc", **more):
        values = {
            "credential_id": held.credential_id,
            "sha256": keeping.digests(credential_bytes(held))[0],
            "award": f"https://riverside.example/pathways/{word}",
            "body": tenancy.did_of(college),
        }
        return ledger.enter_use(ada, **values | more)

    return make
