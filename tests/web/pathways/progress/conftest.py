"""A university with three micro-credentials, a learner, and an issuer elsewhere."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from functools import cache

import pytest
from django.conf import settings

from achievement_designs import bare
from simulators.issuer import Issuer, Web
from stackmark.adapters import raster
from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.catalogue import art
from stackmark_web.passport import actions as passport
from stackmark_web.passport import claiming
from stackmark_web.pathways.actions import auditing, designing, publishing
from stackmark_web.recognising import drafts
from stackmark_web.recognising.actions import deciding, evaluating, policies, requesting
from stackmark_web.tenancy import images
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.tenancy.signers.files import FileStore
from stackmark_web.verifying import fetching
from stackmark_web.verifying.models import TrustEntry

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


_drawn = cache(raster.svg_to_png)
_clean = cache(raster.reencode_image)


@pytest.fixture(autouse=True)
def _pictures(monkeypatch):
    """The same picture is drawn once for the whole run."""
    monkeypatch.setattr(art, "svg_to_png", _drawn)
    monkeypatch.setattr(images, "reencode_image", _clean)


@pytest.fixture(autouse=True)
def web(monkeypatch):
    """The web outside this server; nothing else can be reached."""
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
def achievement(university):
    """A published version: achievement("Soil sampling", worth=5)."""

    def make(title, worth=5, **more):
        content = bare(
            title={"en": title},
            level={"eqf": 6},
            credit={"value": worth, "unit": "ects"},
            **more,
        )
        draft = catalogue.create_draft(university, actor=None, content=content)
        return catalogue.publish(draft, actor=None)

    return make


@pytest.fixture
def ada(person):
    """The learner; her address is verified."""
    return person("ada")


@pytest.fixture
def give(django_capture_on_commit_callbacks, ada):
    """A credential of ours in a passport: give(version, user=ada, …)."""

    def make(version, user=None, **more):
        user = user or ada
        with django_capture_on_commit_callbacks(execute=True):
            award = awarding.create_award(version, actor=None, recipient_email=user.email, **more)
            return claiming.keep(awarding.offer(award, actor=None), user=user)

    return make


@pytest.fixture
def badge(issuer):
    """A signed badge from elsewhere about an address: badge(number, email=…, …)."""

    def make(number=1, email="ada@people.example", **members):
        about = {
            "type": "IdentityObject",
            "hashed": False,
            "identityHash": email,
            "identityType": "emailAddress",
        }
        subject = issuer.subject(id=None, identifier=[about]) if email else issuer.subject()
        members = {"id": f"https://uni.example/c/{number}", "credentialSubject": subject} | members
        return issuer.sign(issuer.badge(**members))

    return make


@pytest.fixture
def brought(ada, badge):
    """A foreign badge in Ada's passport: brought(number, …)."""
    return lambda number=1, **more: passport.import_credential(ada, badge(number, **more))


@pytest.fixture
def trust(university, issuer):
    """The university vouches for the issuer elsewhere."""

    def make():
        return TrustEntry.objects.create(
            organisation=university, issuer=issuer.did, name="Faculty", added_at=clock.now()
        )

    return make


@pytest.fixture
def soil(achievement):
    """5 credits, level 6."""
    return achievement("Soil sampling")


@pytest.fixture
def maps(achievement):
    """5 credits, level 6."""
    return achievement("Field maps")


@pytest.fixture
def larger(achievement):
    """What the pathway awards."""
    return achievement("Field Science", worth=10)


@pytest.fixture
def pathway(university, soil, maps, larger):
    """A published pathway: pathway(conferral="board", rule=…, limits=…); of both, by default."""

    def make(*, conferral="board", kind="certificate", rule=None, limits=(), applies=None, **more):
        draft = designing.create(
            university,
            actor=None,
            kind=kind,
            title="Field Science Certificate",
            achievement=larger.achievement,
            conferral=conferral,
            rules={"rule": rule or both(soil, maps), "limits": list(limits)},
        )
        for name, value in more.items():
            setattr(draft, name, value)
        draft.save()
        publishing.publish(draft, actor=None, applies_from=applies or clock.today())
        draft.pathway.refresh_from_db()
        return draft.pathway

    return make


def both(*versions):
    """A rule that asks for each of these achievements."""
    return {"id": "award", "all": [asks(version) for version in versions]}


def asks(version):
    """One of an achievement, under its title."""
    return {
        "id": version.title.lower().replace(" ", "-"),
        "title": version.title,
        "count": {"min": 1, "select": {"achievement": [version.signable["id"]]}},
    }


@pytest.fixture
def settled(django_capture_on_commit_callbacks):
    """What the duties do about audits and awards, with what follows after commit."""

    def work():
        with django_capture_on_commit_callbacks(execute=True):
            auditing.audit_waiting()

    return work


@pytest.fixture
def recognised(university, alice, ada, django_capture_on_commit_callbacks):
    """From a learner's request to a signed decision: recognised(row, target, verdict="full")."""

    def make(row, target, *, verdict="full", **more):
        policies.save(university, actor=None, default="policy")
        with django_capture_on_commit_callbacks(execute=True):
            asked = requesting.send(ada, organisation=university, target=target, holdings=[row])
        source = asked.sources.get()
        rows = {
            one.name: ("not-substantial", "Near enough.")
            for one in drafts.draft_of(source).comparison.rows
        }
        if verdict != "full":
            rows["workload"] = ("substantial", "Less work.")
            more = {"reasons": ["Less work."]} | more
        given = {"rows": rows, "default": "policy", "verdict": verdict, **more}
        source = evaluating.keep(source, actor=alice, revision=source.revision, given=given)
        with django_capture_on_commit_callbacks(execute=True):
            return deciding.decide(source, actor=alice, revision=source.revision)

    return make
