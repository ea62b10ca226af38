"""Of somebody under 18 nothing is on a public page or in a search index, whatever the rows say.

A world in which a grown-up shows everything there is to show; then she turns out to be 17. Which
public routes tell of her before is found from the list of ``test_routes``.
"""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

import small_world
from erasing_world import NAME, say
from stackmark_web import clock
from stackmark_web.accounts import minors
from stackmark_web.accounts.models import User

_spec = spec_from_file_location("routes_of_minors", Path(__file__).with_name("test_routes.py"))
assert _spec is not None
_routes = module_from_spec(_spec)
sys.modules["routes_of_minors"] = _routes
_spec.loader.exec_module(_routes)
RULES, found = _routes.RULES, _routes.found

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("routes")]
OPEN = [name for name, rule in RULES.items() if rule.kind == "public" and "GET" in rule.methods]
SECRETS = {"token"}  # arguments nobody can guess
ASKED = {  # what machines ask of these, about her
    "registry:oembed": {"url": "award"},
    "catalogue:list": {"q": NAME},
    "registry:register": {"q": NAME},
}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        small_world.no_network(patch)
        with transaction.atomic():
            made = small_world.SmallWorld(say)
            made.claim_token = made.link("offered")
            yield made
            transaction.set_rollback(True)
    small_world.forget_files()


@pytest.fixture
def youth(world):
    """She is 17 and shows everything all the same."""
    with transaction.atomic():
        born = minors.years_before(clock.today(), 17)
        User.objects.filter(pk=world.learner.pk).update(born=born)
        yield world
        transaction.set_rollback(True)


def open_it(world, name):
    rule = RULES[name]
    path = reverse(name, kwargs={word: found(world, value) for word, value in rule.args.items()})
    asked = dict(ASKED.get(name, {}))
    if asked.get("url") == "award":
        own = reverse("registry:credential", args=[world.award["published"].pk])
        asked["url"] = f"http://127.0.0.1:8000{own}"
    return Client().get(path, asked)


def tells(world, answer):
    """What of her an answer tells: her name, her public page, an address of a credential."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    words = {
        "name": NAME,
        "page": reverse("passport:person", args=[world.profile.handle]),
        "credential": str(world.award["published"].pk),
    }
    low = body.decode("utf-8", "replace").lower()
    return {what for what, word in words.items() if word.lower() in low}


def has_secret(name):
    return bool(SECRETS & set(RULES[name].args))


def test_of_a_grown_up_pages_tell(world):
    """So that the test below means something."""
    telling = {
        name
        for name in OPEN
        if not has_secret(name)
        and (answer := open_it(world, name)).status_code == 200
        and tells(world, answer)
    }
    assert telling >= {"registry:credential", "registry:credential_json", "registry:embed"}
    assert telling >= {"registry:oembed"}


def test_what_could_be_public_is_as_if_it_were_not_there(youth):
    award = youth.award["published"].pk
    for name in ("credential", "credential_json", "credential_card", "embed"):
        assert Client().get(reverse(f"registry:{name}", args=[award])).status_code == 404, name
    assert open_it(youth, "registry:oembed").status_code == 404
    assert open_it(youth, "passport:person").status_code == 404
