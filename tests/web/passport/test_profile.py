"""The public page: only if wanted, only what was chosen, only what may be shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.passport import actions
from stackmark_web.passport.models import Holding, Profile

from .conftest import NOW


@pytest.fixture
def page(signed_in, ada):
    """Saves Ada's page: page(holdings, published=True, …)."""

    def save(*holdings, user=None, **more):
        data = {"handle": "ada-l", "headline": "Soils", "holdings": [one.pk for one in holdings]}
        data |= {"published": "on"} | more
        data = {name: value for name, value in data.items() if value is not None}
        return signed_in(user or ada).post("/passport/profile", data)

    return save


def test_there_is_no_page_unless_it_is_wanted(nobody, page, held):
    one = held()
    assert nobody.get("/people/ada-l").status_code == 404
    page(one, published=None)
    assert nobody.get("/people/ada-l").status_code == 404
    assert nobody.get(f"/people/ada-l/{one.pk}").status_code == 404


def test_only_what_was_chosen_is_shown(nobody, page, held):
    one, other = held(), held()
    page(one)
    text = nobody.get("/people/ada-l").content.decode()
    assert f"/people/ada-l/{one.pk}" in text
    assert str(other.pk) not in text
    assert "Ada Lovelace" in text
    assert "ada@people.example" not in text
    assert nobody.get(f"/people/ada-l/{one.pk}").status_code == 200
    assert nobody.get(f"/people/ada-l/{other.pk}").status_code == 404


def test_it_stays_out_of_search_unless_wished(nobody, page, held):
    page(held())
    answer = nobody.get("/people/ada-l")
    assert answer["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.content.decode()
    page(indexed="on")
    answer = nobody.get("/people/ada-l")
    assert "X-Robots-Tag" not in answer
    assert "noindex" not in answer.content.decode()


def test_what_is_revoked_leaves_the_page(nobody, page, held, django_capture_on_commit_callbacks):
    one = held()
    page(one)
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(one.award, actor=None, reason="issued-in-error")
    assert str(one.pk) not in nobody.get("/people/ada-l").content.decode()
    assert nobody.get(f"/people/ada-l/{one.pk}").status_code == 404


def test_what_has_expired_says_so(nobody, page, held):
    page(held(valid_until=NOW + timedelta(hours=1)))
    with clock.at(NOW + timedelta(hours=2)):
        assert "Expired" in nobody.get("/people/ada-l").content.decode()


def test_what_does_not_verify_cannot_be_chosen(page, ada, issuer):
    data = issuer.sign().replace(b"Soil Science I", b"Soil Science X")
    one = actions.import_credential(ada, data, "x")
    answer = page(one)
    assert answer.status_code == 400
    assert "Select a valid choice" in answer.content.decode()
    assert not Profile.objects.exists()


def test_an_imported_one_says_whose_it_is(nobody, page, ada, issuer):
    identifier = [
        {
            "type": "IdentityObject",
            "hashed": False,
            "identityHash": "eve@people.example",
            "identityType": "emailAddress",
        }
    ]
    subject = issuer.subject(id=None, identifier=identifier)
    one = actions.import_credential(ada, issuer.sign(issuer.badge(credentialSubject=subject)), "x")
    page(one)
    text = nobody.get(f"/people/ada-l/{one.pk}").content.decode()
    assert "Issued to another address than its holder" in text


@pytest.mark.parametrize("handle", ["a", "ADA L", "-ada", "ada--l", "admin", "../x", "<b>"])
def test_handles(page, held, handle):
    answer = page(held(), handle=handle)
    assert answer.status_code == 400
    assert "Take 3 to 40 small letters" in answer.content.decode()


def test_a_handle_belongs_to_one(page, held, person, signed_in):
    page(held())
    answer = page(user=person("eve"))
    assert "Somebody else has this address already." in answer.content.decode()


def test_nobody_shows_what_is_not_theirs(page, held, person):
    one = held()
    answer = page(one, user=person("eve"), handle="eve")
    assert answer.status_code == 400
    assert not Holding.objects.filter(on_profile=True).exists()


def test_ones_own_words_are_cleaned(nobody, page, held):
    page(held(), about="<script>alert(1)</script> [x](javascript:alert(2)) **soils**")
    text = nobody.get("/people/ada-l").content.decode()
    assert "<script>alert" not in text
    assert 'href="javascript' not in text
    assert "<strong>soils</strong>" in text
