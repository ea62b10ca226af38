"""A university whose courses teach skills, a role that asks for them, and a learner who plans."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from functools import cache

import orjson
import pytest
from django.conf import settings

from achievement_designs import bare
from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.catalogue.offerings import save_offering
from stackmark_web.passport import claiming
from stackmark_web.pathways.actions import designing, publishing
from stackmark_web.pathways.actions import roles as actions
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.tenancy.signers.files import FileStore

NOW = datetime(2026, 6, 1, 12, 0, 0, 250_000, tzinfo=UTC)
HOME = "https://skills.example"


@pytest.fixture(autouse=True)
def _now():
    with clock.at(NOW):
        yield


@pytest.fixture(autouse=True)
def _fresh():
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
        created_at=clock.now(),
    )
    return organisation


@pytest.fixture
def university(northfield):
    return give_key(northfield)


@pytest.fixture
def college(organisation):
    return give_key(organisation("college", name="Riverside College"))


@pytest.fixture
def teach(university):
    """A published version: teach("Charts", "show", hours=20); skills without home have no uri."""

    def make(title, *skills, hours=20, organisation=university, uris=True, **more):
        rows = [{"name": one, **({"uri": f"{HOME}/{one}"} if uris else {})} for one in skills]
        content = bare(
            title={"en": title},
            outcomes=[{"statement": {"en": f"Do {title}"}, "skills": rows}],
            level={"eqf": 6},
            credit={"value": 2, "unit": "ects"},
            **({"workload": {"low": hours, "high": hours}} if hours else {}),
            **more,
        )
        draft = catalogue.create_draft(organisation, actor=None, content=content)
        draft = catalogue.justify(draft, actor=None, text="In tests", revision=draft.revision)
        return catalogue.publish(draft, actor=None)

    return make


@pytest.fixture
def offer():
    """An offering: offer(version, price="100", start=4, weeks=3) in weeks from now."""

    def make(version, price="100", start=None, weeks=None, **more):
        values = {"delivery": "online", "currency": "EUR", "price": price, "language": "en"}
        if start is not None:
            day = clock.today() + timedelta(weeks=start)
            values |= {"starts_on": day, "ends_on": day + timedelta(weeks=weeks or 1)}
        return save_offering(version.achievement, actor=None, values={**values, **more})

    return make


@pytest.fixture
def ada(person):
    return person("ada")


@pytest.fixture
def give(django_capture_on_commit_callbacks, ada):
    """A credential in a passport: give(version)."""

    def make(version, user=None, **more):
        user = user or ada
        with django_capture_on_commit_callbacks(execute=True):
            award = awarding.create_award(version, actor=None, recipient_email=user.email, **more)
            return claiming.keep(awarding.offer(award, actor=None), user=user)

    return make


@pytest.fixture
def dana(person, university, join):
    """Designer of the university, who may publish."""
    return join(person("dana"), university, "designer")


def package(*words, **about):
    """A CASE package with these skills."""
    items = [
        {"identifier": f"i{n}", "uri": f"{HOME}/{word}", "fullStatement": word}
        for n, word in enumerate(words, 1)
    ]
    document = {"title": "Small skills", "version": "3", "language": "en"} | about
    document.setdefault("licenseURI", "https://licence.example/by")
    return orjson.dumps({"CFDocument": document, "CFItems": items})


@pytest.fixture
def role(university, dana):
    """A published role profile: role("show", "tell", confidence=80)."""

    def make(*words, confidence=None, published=True):
        data = package(*words)
        loaded = actions.load(university, actor=dana, name="small.json", data=data)
        made = actions.make(university, actor=dana, framework=loaded, title="Analyst")
        for skill in loaded.skills.order_by("pk"):
            actions.put(made, skill, actor=dana, confidence=confidence)
        made.refresh_from_db()
        if published:
            actions.publish(made, actor=dana)
        return made

    return make


@pytest.fixture
def pathway(university):
    """A published pathway: pathway(award, {"count": …}, limits=[…])."""

    def make(award, rule, *, title="Certificate", organisation=university, **more):
        draft = designing.create(
            organisation,
            actor=None,
            kind="certificate",
            title=title,
            achievement=award.achievement,
            rules={"rule": rule, **more},
        )
        publishing.publish(draft, actor=None, applies_from=clock.today())
        draft.pathway.refresh_from_db()
        return draft.pathway

    return make


@pytest.fixture
def asks():
    """A rule for so many of these achievements: asks(one, other, least=2, level_min=6)."""

    def make(*versions, least=1, **select):
        wanted = {"achievement": [one.signable["id"] for one in versions]} if versions else {}
        count = {"min": least, "select": {**wanted, **select}}
        return {"id": "step", "title": "Step", "count": count}

    return make


@pytest.fixture
def ways(teach, offer):
    """Three ways to two skills: cheap and slow, fast and dear, one credential for both."""
    slow, quick = teach("Slow show", "show"), teach("Quick show", "show")
    tell, whole = teach("Tell", "tell"), teach("Studio", "show", "tell", hours=60)
    return {
        "slow": offer(slow, price="50", start=10, weeks=4),
        "quick": offer(quick, price="300", start=1, weeks=2),
        "tell": offer(tell, price="80", start=2, weeks=4),
        "whole": offer(whole, price="900", start=6, weeks=8),
    }


@pytest.fixture
def plan(client, ada):
    """The page of the planner for Ada: plan(role=row, budget=100)."""
    client.force_login(ada)

    def get(*, role=None, pathway=None, **limits):
        target = f"role:{role.pk}" if role else f"pathway:{pathway.pk}" if pathway else ""
        return client.get("/plan", {"target": target, **limits})

    return get
