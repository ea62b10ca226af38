"""A university with a published achievement, an agency that reviews, and people of both."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from django.conf import settings

from achievement_designs import FULL
from stackmark_web import clock
from stackmark_web.accrediting import actions
from stackmark_web.awarding import actions as awarding
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.passport import claiming
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.tenancy.signers.files import FileStore
from stackmark_web.verifying import actions as verifying

NOW = datetime(2026, 6, 1, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with clock.at(NOW):
        yield


@pytest.fixture(autouse=True)
def _fresh():
    """No published list is left for another test."""
    yield
    shutil.rmtree(settings.DATA / "lists", ignore_errors=True)


@cache
def key_file(did):
    return FileStore().make(algorithm="ed25519", did=did, method_id=f"{did}#key-1")


def give_key(organisation):
    did = tenancy.did_of(organisation)
    made = key_file(did)
    SigningKey.everywhere.create(
        organisation=organisation,
        method_id=f"{did}#key-1",
        algorithm=made.public_key.algorithm,
        public_multibase=made.public_key.to_multikey(),
        location=made.location,
        created_at=clock.now() - timedelta(days=30),
    )
    return organisation


@pytest.fixture
def university(northfield):
    return give_key(northfield)


@pytest.fixture
def agency(organisation):
    return give_key(organisation("board", name="Quality Board", kind="agency", country="AT"))


@pytest.fixture
def petra(person, agency, join):
    """Owner of the agency."""
    return join(person("petra"), agency, "owner")


@pytest.fixture
def rhea(person, agency, join):
    """A reviewer of the agency."""
    return join(person("rhea"), agency, "reviewer")


@pytest.fixture
def version(university, alice):
    """Level 6, field 0613."""
    draft = catalogue.create_draft(university, actor=alice, content=FULL)
    return catalogue.publish(draft, actor=alice)


@pytest.fixture
def ask(university, agency, alice):
    """Makes a request: ask("accreditation", version=None)."""

    def make(wanted="accreditation", **more):
        more = {"actor": alice, "agency": agency, "note": "We teach well."} | more
        return actions.ask_for(university, wanted=wanted, **more)

    return make


@pytest.fixture
def judged(rhea):
    """Opens a review and accepts every row."""

    def make(request, profile="eu-2022"):
        actions.open_review(request, actor=rhea, profile=profile)
        accepted = {row.number: ("accept", "") for row in request.rows.all()}
        return actions.judge(request, actor=rhea, judgements=accepted)

    return make


@pytest.fixture
def grant(ask, judged, rhea, django_capture_on_commit_callbacks):
    """From request to signed statement: grant("accreditation", scope={…}, version=…)."""

    def make(wanted="accreditation", *, version=None, end=None, **terms):
        request = judged(ask(wanted, version=version))
        terms = {"reasons": "Visited and seen."} | terms
        end = end or (clock.today() + timedelta(days=700))
        with django_capture_on_commit_callbacks(execute=True):
            actions.propose(request, actor=rhea, grant=True, end=end, **terms)
            actions.confirm(request, actor=rhea)
        request.refresh_from_db()
        return request.statement

    return make


@pytest.fixture
def trusted(agency, university):
    """The server's register names the university, and the agency as one."""
    verifying.trust(actor=None, issuer=tenancy.did_of(university), name="Northfield University")
    verifying.trust(
        actor=None, issuer=tenancy.did_of(agency), name="Quality Board", accepted_as=["agency"]
    )


@pytest.fixture
def award(version, alice, person, django_capture_on_commit_callbacks):
    """Awards the version to Ada, who claims it."""
    ada = person("ada")

    def make(**more):
        with django_capture_on_commit_callbacks(execute=True):
            made = awarding.create_award(
                more.pop("version", version),
                actor=alice,
                recipient_email="ada@people.example",
                recipient_name="Ada",
                again=True,
                **more,
            )
            awarding.offer(made, actor=alice)
            claiming.keep(made, user=ada)
        made.refresh_from_db()
        return made

    return make
