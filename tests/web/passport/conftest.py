"""A university that awards, a learner who holds, and the web outside."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from functools import cache

import pytest
from django.conf import settings

from achievement_designs import bare
from simulators.issuer import Issuer, Web
from stackmark.adapters.clock import SystemClock
from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding import claims
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.passport import claiming
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.tenancy.signers.files import FileStore
from stackmark_web.verifying import fetching

NOW = datetime(2026, 6, 1, 12, 0, 0, 250_000, tzinfo=UTC)  # real clocks have fractions


@pytest.fixture(autouse=True)
def _now():
    with clock.at(NOW):
        yield


@pytest.fixture(autouse=True)
def _fresh():
    """No published list is left for another test."""
    yield
    shutil.rmtree(settings.DATA / "lists", ignore_errors=True)


@pytest.fixture(autouse=True)
def web(monkeypatch):
    """The web outside this server: address to body; nothing else can be reached."""
    found = Web()
    monkeypatch.setattr(fetching, "_OUTSIDE", found)
    return found


@pytest.fixture
def issuer(web):
    """An issuer elsewhere."""
    return Issuer(web)


@cache
def key_file(did):
    return FileStore().make(algorithm="ed25519", did=did, method_id=f"{did}#key-1")


@pytest.fixture
def university(northfield):
    did = tenancy.did_of(northfield)
    made = key_file(did)
    SigningKey.everywhere.create(
        organisation=northfield,
        method_id=f"{did}#key-1",
        algorithm=made.public_key.algorithm,
        public_multibase=made.public_key.to_multikey(),
        location=made.location,
        created_at=clock.now(),
    )
    return northfield


@pytest.fixture
def version(university):
    made = catalogue.create_draft(
        university,
        actor=None,
        content=bare(
            title={"en": "Soil sampling"},
            outcomes=[
                {
                    "statement": {"en": "Take samples a laboratory can use"},
                    "skills": [
                        {
                            "name": "Soil sampling technique",
                            "uri": "https://skills.example/s/1",
                            "framework": "ESCO",
                        }
                    ],
                }
            ],
            workload={"low": 40, "high": 50},
            level={"eqf": 6},
            credit={"value": 2, "unit": "ects"},
        ),
    )
    return catalogue.publish(made, actor=None)


@pytest.fixture
def offered(version, django_capture_on_commit_callbacks):
    """Makes an award that waits to be claimed: offered(recipient_email=…, …)."""

    def make(**more):
        more = {"recipient_email": "ada@people.example", "recipient_name": "Ada Lovelace"} | more
        more.setdefault("again", True)
        with django_capture_on_commit_callbacks(execute=True):
            award = awarding.create_award(more.pop("version", version), actor=None, **more)
            return awarding.offer(award, actor=None)

    return make


@pytest.fixture
def token():
    """The token of a new claim link: token(award)."""
    return lambda award: claims.new_link(award).rsplit("/", 1)[1]


@pytest.fixture
def ada(person):
    """The learner; her address is verified."""
    made = person("ada")
    made.name = "Ada Lovelace"
    made.save()
    return made


@pytest.fixture
def held(offered, ada):
    """Makes a credential in Ada's passport: held(user=…, …)."""

    def make(user=None, **more):
        user = user or ada
        return claiming.keep(offered(**more), user=user)

    return make


@pytest.fixture
def signed_in(client):
    """A browser in which this person has just signed in: signed_in(user)."""

    def make(user, *, long_ago=False):
        client.force_login(user)
        session = client.session
        at = 0 if long_ago else SystemClock().now().timestamp()  # allauth asks the machine
        shown = {"method": "password", "at": at, "reauthenticated": True}
        session["account_authentication_methods"] = [shown]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
        return client

    return make


def same(answer):
    """A page without what differs by design: CSRF token, number, the address that was asked for."""
    text = answer.content.replace(answer["X-Request-ID"].encode(), b"")
    text = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", text)
    return re.sub(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", b"", text)


@pytest.fixture
def stranger(person):
    from django.test import Client

    other = Client()
    other.force_login(person("mallory"))
    return other


@pytest.fixture
def nobody():
    from django.test import Client

    return Client()
