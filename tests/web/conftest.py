"""People and organisations that web tests share."""

from __future__ import annotations

import shutil

import pytest
from django.conf import settings as configured

import softhsm
from stackmark_web.accounts.models import User
from stackmark_web.audit import heads
from stackmark_web.tenancy.models import Membership, Organisation, Role


@pytest.fixture(autouse=True)
def no_heads_of_before():
    """Heads kept beside the database end with the test whose database they belong to."""
    yield
    shutil.rmtree(configured.DATA / heads.FOLDER, ignore_errors=True)


@pytest.fixture
def person(db):
    """Makes a person with a verified address: person("ada", **fields)."""
    from allauth.account.models import EmailAddress

    def make(word, **fields):
        email = fields.pop("email", f"{word}@people.example")
        user = User.objects.create_user(
            email, fields.pop("password", None), name=word.title(), **fields
        )
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        return user

    return make


@pytest.fixture
def organisation(db):
    """Makes an organisation: organisation("northfield", parent=None)."""

    def make(slug, **fields):
        fields.setdefault("kind", Organisation.Kind.UNIVERSITY)
        fields.setdefault("name", slug.title())
        return Organisation.objects.create(slug=slug, **fields)

    return make


@pytest.fixture
def northfield(organisation):
    return organisation("northfield", name="Northfield University", country="IE")


@pytest.fixture
def join():
    """Gives a person roles: join(user, organisation, "owner", …)."""

    def give(user, organisation, *roles):
        for role in roles:
            Membership.everywhere.create(user=user, organisation=organisation, role=Role(role))
        return user

    return give


@pytest.fixture
def alice(person, northfield, join):
    """Owner of Northfield."""
    return join(person("alice"), northfield, "owner")


@pytest.fixture
def bob(person, northfield, join):
    """A colleague with one small role."""
    return join(person("bob"), northfield, "assessor")


@pytest.fixture
def charlie(person, organisation, join):
    """A stranger: owner of another organisation."""
    return join(person("charlie"), organisation("elsewhere"), "owner")


@pytest.fixture(scope="session")
def token(tmp_path_factory):
    """A token of a PKCS #11 device."""
    with softhsm.a_token(tmp_path_factory.mktemp("hsm")) as address:
        yield address


@pytest.fixture
def device(token, settings):
    """New keys are made on that device."""
    settings.SIGNER = token
    return token
