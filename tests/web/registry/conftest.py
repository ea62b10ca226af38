"""A university that awards, and a learner who publishes or does not."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from functools import cache

import pytest
from django.conf import settings

from achievement_designs import bare
from simulators.issuer import Web
from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.passport import claiming
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.tenancy.signers.files import FileStore
from stackmark_web.verifying import fetching

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with clock.at(NOW):
        yield


@pytest.fixture(autouse=True)
def _fresh():
    """No list and no count is left from another test."""
    from django.core.cache import cache as counts

    counts.clear()
    yield
    shutil.rmtree(settings.DATA / "lists", ignore_errors=True)


@pytest.fixture(autouse=True)
def web(monkeypatch):
    """The web outside this server: nothing is there, so all must come from inside."""
    found = Web()
    monkeypatch.setattr(fetching, "_OUTSIDE", found)
    return found


@cache
def key_file(did, number=1):
    return FileStore().make(algorithm="ed25519", did=did, method_id=f"{did}#key-{number}")


@pytest.fixture
def add_key(db):
    """Gives an institution a key: add_key(organisation, number, **fields)."""

    def make(organisation, number=1, **fields):
        did = tenancy.did_of(organisation)
        made = key_file(did, number)
        fields.setdefault("created_at", clock.now())
        return SigningKey.everywhere.create(
            organisation=organisation,
            method_id=f"{did}#key-{number}",
            algorithm=made.public_key.algorithm,
            public_multibase=made.public_key.to_multikey(),
            location=made.location,
            **fields,
        )

    return make


@pytest.fixture
def university(northfield, add_key):
    add_key(northfield)
    return northfield


@pytest.fixture
def version(university):
    made = catalogue.create_draft(
        university,
        actor=None,
        content=bare(title={"en": "Soil sampling"}, workload={"low": 40, "high": 50}),
    )
    return catalogue.publish(made, actor=None)


@pytest.fixture
def offered(version, django_capture_on_commit_callbacks):
    """Makes a signed award that waits to be claimed."""

    def make(**more):
        more = {"recipient_email": "ada@people.example", "recipient_name": "Ada Lovelace"} | more
        more.setdefault("again", True)
        with django_capture_on_commit_callbacks(execute=True):
            award = awarding.create_award(more.pop("version", version), actor=None, **more)
            return awarding.offer(award, actor=None)

    return make


@pytest.fixture
def ada(person):
    return person("ada", email="ada@people.example")


@pytest.fixture
def held(offered, ada):
    """Makes a credential in Ada's passport: held(published=True, …) gives its holding."""

    def make(*, published=False, **more):
        holding = claiming.keep(offered(**more), user=ada)
        holding.published = published
        holding.save()
        return holding

    return make
