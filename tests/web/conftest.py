"""People and organisations that web tests share."""

from __future__ import annotations

import shutil

import pytest
from django.conf import settings as configured
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

import softhsm
from stackmark_web.accounts import confirming
from stackmark_web.accounts.models import User
from stackmark_web.audit import heads
from stackmark_web.tenancy.models import Membership, Organisation, Role


@pytest.fixture(autouse=True)
def no_heads_of_before():
    """Heads kept beside the database end with the test whose database they belong to."""
    yield
    shutil.rmtree(configured.DATA / heads.FOLDER, ignore_errors=True)


@pytest.fixture(autouse=True)
def _just_shown():
    """Who has no password and is put in by ``force_login`` has just shown who they are.

    ``unsure`` takes it back. Real sign-ins are not touched; a password is asked for all the same.
    """

    def sure(request, user, **_):
        made = type(request) is HttpRequest and not user.has_usable_password()
        if made:  # what force_login makes; a real one is a WSGIRequest
            request.user = user
            confirming.be_sure(request)

    user_logged_in.connect(sure)
    yield
    user_logged_in.disconnect(sure)


@pytest.fixture
def unsure():
    """A browser whose session is there, but whose person showed nothing lately: unsure(client)."""

    def make(client):
        session = client.session
        for name in [one for one in session.keys() if one == "sure" or "authentication" in one]:
            del session[name]
        session.save()
        return client

    return make


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
