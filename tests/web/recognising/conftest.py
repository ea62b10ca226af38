"""A college that recognises, a university that awarded, a learner who asks."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from django.conf import settings

from achievement_designs import bare
from simulators.issuer import Issuer, Web
from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.passport import actions as passport
from stackmark_web.passport import claiming
from stackmark_web.recognising import drafts, queries
from stackmark_web.recognising.actions import deciding, evaluating, policies, requesting
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.tenancy.signers.files import FileStore
from stackmark_web.verifying import fetching

NOW = datetime(2026, 6, 1, 12, 0, 0, 250_000, tzinfo=UTC)
ESCO = "http://data.europa.eu/esco/skill/"


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
    """The web outside this server: nothing else can be reached."""
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
    """It awarded what the learner holds."""
    return give_key(northfield)


@pytest.fixture
def college(organisation):
    """It recognises; its desk is open."""
    made = give_key(organisation("college", name="Riverside College", email="desk@college.example"))
    policies.save(made, actor=None, default="policy")
    return made


@pytest.fixture
def rita(person, college, join):
    """Decides at the college."""
    return join(person("rita"), college, "recogniser")


@pytest.fixture
def rolf(person, college, join):
    """Decides at the college too."""
    return join(person("rolf"), college, "recogniser")


@pytest.fixture
def lena(person):
    """The learner."""
    return person("lena")


def outcome(text, *skills):
    listed = [{"name": one, "uri": ESCO + one} for one in skills]
    return {"statement": {"en": text}, "skills": listed}


def published(organisation, title, *outcomes, **more):
    content = bare(title={"en": title}, outcomes=list(outcomes), **more)
    return catalogue.publish(
        catalogue.create_draft(organisation, actor=None, content=content), actor=None
    )


@pytest.fixture
def held_version(university):
    return published(
        university,
        "Soil sampling",
        outcome("Take soil samples", "1"),
        level={"eqf": 5},
        credit={"value": 2, "unit": "ects"},
    )


@pytest.fixture
def target(college):
    return published(
        college,
        "Soil science",
        outcome("Take soil samples", "1"),
        outcome("Map a field", "2"),
        level={"eqf": 6},
        credit={"value": 5, "unit": "ects"},
    )


@pytest.fixture
def award(held_version, django_capture_on_commit_callbacks):
    """Awards to somebody, who keeps it: award(user)."""

    def make(user):
        with django_capture_on_commit_callbacks(execute=True):
            made = awarding.create_award(
                held_version,
                actor=None,
                recipient_email=user.email,
                recipient_name=user.name,
                again=True,
            )
            awarding.offer(made, actor=None)
            return claiming.keep(made, user=user)

    return make


@pytest.fixture
def holding(award, lena):
    return award(lena)


@pytest.fixture
def ask(college, target, lena, holding, django_capture_on_commit_callbacks):
    """Sends a request: ask(holdings=[…])."""

    def make(user=lena, **more):
        given = {"organisation": college, "target": target, "holdings": [holding]} | more
        with django_capture_on_commit_callbacks(execute=True):
            return requesting.send(user, **given)

    return make


def given_for(source, verdict="full", **more):
    """What an evaluator says: the proposal, with a difference where the verdict needs one."""
    draft = drafts.draft_of(source, queries.current(source))
    rows = {one.name: (one.finding, one.reason) for one in draft.comparison.rows}
    if verdict == "full":
        rows = {
            name: ("not-substantial", said) if found == "substantial" else (found, said)
            for name, (found, said) in rows.items()
        }
    else:
        rows["outcomes"] = ("substantial", "Nothing in it is done in the field.")
    matches = [
        {
            "number": number,
            "wanted": one.wanted,
            "held": one.held,
            "relation": one.relation,
            "evidence": one.evidence,
            "confidence": one.confidence,
        }
        for number, one in enumerate(draft.comparison.matches)
    ]
    made = {"rows": rows, "matches": matches, "default": "policy", "verdict": verdict}
    if verdict != "full":
        made["reasons"] = ["Field work is half of the module."]
    if verdict == "partial":
        made |= {"outcomes": ["Take soil samples"], "credit": {"value": "2", "unit": "ects"}}
    if verdict == "conditional":
        made["conditions"] = ["Pass the field course."]
    return made | more


@pytest.fixture
def decide(rita, django_capture_on_commit_callbacks):
    """Decides about a source: decide(source, "partial", actor=…)."""

    def make(source, verdict="full", *, actor=rita, **more):
        with django_capture_on_commit_callbacks(execute=True):
            kept = evaluating.keep(
                source,
                actor=actor,
                revision=source.revision,
                given=given_for(source, verdict, **more),
            )
            kept.request = source.request
            return deciding.decide(kept, actor=actor, revision=kept.revision)

    return make


@pytest.fixture
def foreign(issuer, lena):
    """A badge of an issuer elsewhere in the learner's passport: foreign(**changes)."""

    def make(**changes):
        return passport.import_credential(lena, issuer.sign(issuer.badge(**changes)), "badge.json")

    return make
