"""Issuers and achievements: one address for people and machines."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from stackmark.keys.controller import resolve_method
from stackmark.status.lists import look_up_1edtech
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding import queries
from stackmark_web.verifying.fetching import server_fetcher

from .conftest import NOW

UNKNOWN = "3db15699-80fd-4a83-810c-b76f8a723da2"

pytestmark = pytest.mark.django_db
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


def words(response):
    return " ".join(response.content.decode().split())


def test_the_profile_page(client, university, version, organisation):
    organisation("northfield-science", parent=university, name="Faculty of Science")
    university.domains.create(name="northfield.example", token="t", verified_at=NOW)
    university.domains.create(name="claimed.example", token="t")
    page = words(client.get("/o/northfield", headers={"Accept": BROWSER}))
    assert "<h1><bdi>Northfield University</bdi></h1>" in page
    assert "northfield.example" in page
    assert "claimed.example" not in page
    assert "Soil sampling" in page
    assert "Faculty of Science" in page
    assert "did:web:badges.example.org:o:northfield" in page.replace("<wbr>", "")
    assert "/o/northfield/brand.css" in page
    assert 'rel="canonical" href="http://127.0.0.1:8000/o/northfield"' in page


@pytest.mark.parametrize(
    "path", ["/o/northfield", "/o/northfield.json", "/o/northfield?format=json"]
)
def test_the_profile_for_machines(client, university, path):
    response = client.get(path, headers={"Accept": "application/ld+json"})
    profile = json.loads(response.content)
    assert response.headers["Content-Type"] == "application/ld+json"
    assert profile["id"] == "did:web:badges.example.org:o:northfield"
    assert profile["type"] == ["Profile"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_a_units_profile_names_its_parent(client, university, organisation):
    organisation("northfield-science", parent=university, name="Faculty of Science")
    profile = json.loads(client.get("/o/northfield-science.json").content)
    assert profile["id"] == "https://badges.example.org/o/northfield-science"
    assert profile["parentOrg"]["id"] == "did:web:badges.example.org:o:northfield"


def test_the_did_document_keeps_the_history_of_keys(client, university, add_key):
    from stackmark_web.tenancy.models import SigningKey

    SigningKey.everywhere.filter(organisation=university).update(state="retired", retired_at=NOW)
    add_key(university, 2, created_at=NOW)
    add_key(university, 3, state="revoked", revoked_at=NOW, created_at=NOW + timedelta(days=1))
    response = client.get("/o/northfield/did.json")
    document = json.loads(response.content)
    assert response.headers["Content-Type"] == "application/did+json"
    assert document["id"] == "did:web:badges.example.org:o:northfield"
    methods = {one["id"].rpartition("#")[2]: one for one in document["verificationMethod"]}
    assert methods["key-1"]["expires"] == "2026-06-01T12:00:00Z"
    assert "expires" not in methods["key-2"]
    assert methods["key-3"]["revoked"] == "2026-06-01T12:00:00Z"


def test_our_own_verifier_finds_the_key_inside(university, web):
    method = "did:web:badges.example.org:o:northfield#key-1"
    found, owner = resolve_method(method, server_fetcher(), relationship="assertionMethod")
    assert owner == "did:web:badges.example.org:o:northfield"
    assert found.id == method
    assert web.asked == []


def test_units_have_no_identity_of_their_own(client, university, organisation):
    organisation("northfield-science", parent=university)
    assert client.get("/o/northfield-science/did.json").status_code == 404
    assert client.get("/o/northfield-science/revocations").status_code == 404


def test_an_own_host_is_answered_by_its_name(client, university, settings):
    settings.ALLOWED_HOSTS = ["badges.northfield.example", "testserver"]
    university.did_host = "badges.northfield.example"
    university.save()
    answer = client.get("/.well-known/did.json", headers={"Host": "badges.northfield.example"})
    assert json.loads(answer.content)["id"] == "did:web:badges.northfield.example"
    assert client.get("/.well-known/did.json").status_code == 404


def test_the_revocation_list_names_ids_and_no_reasons(
    client, held, django_capture_on_commit_callbacks
):
    holding = held()
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(holding.award, actor=None, reason="misconduct")
    response = client.get("/o/northfield/revocations")
    found = json.loads(response.content)
    credential = json.loads(bytes(holding.award.signed))["id"]
    assert look_up_1edtech(found, credential).value == 1
    assert look_up_1edtech(found, "https://badges.example.org/credentials/x").value == 0
    assert found["id"] == "https://badges.example.org/o/northfield/revocations"
    assert b"misconduct" not in response.content


def test_the_revocation_list_holds_the_latest_and_what_has_no_time(client, held):
    """Revoked and replaced, of the institution and its units; an old row may lack the time."""
    awards = [held().award for _ in range(4)]
    states = ("revoked", "superseded", "revoked", "superseded")
    for day, (award, state) in enumerate(zip(awards, states, strict=True), 1):
        when = None if day == 4 else award.signed_at.replace(day=day)
        type(award).everywhere.filter(pk=award.pk).update(state=state, status_changed_at=when)
    found = json.loads(client.get("/o/northfield/revocations").content)
    for award in awards:
        assert look_up_1edtech(found, json.loads(bytes(award.signed))["id"]).value == 1
    latest = queries.revoked_ids(awards[0].organisation, 2)
    assert latest == [awards[2].pk, awards[1].pk]


def test_an_achievement_for_machines_is_what_credentials_carry(client, version, held):
    path = f"/achievements/{version.achievement_id}/1"
    response = client.get(path, headers={"Accept": "application/ld+json"})
    found = json.loads(response.content)
    carried = json.loads(bytes(held().award.signed))["credentialSubject"]["achievement"]
    assert found["id"] == f"https://badges.example.org{path}"
    assert {key: value for key, value in found.items() if key != "@context"} == carried
    assert client.get(f"{path}.json").content == response.content
    current = client.get(f"/achievements/{version.achievement_id}.json")
    assert json.loads(current.content)["id"] == found["id"]


def test_an_achievement_for_people(client, version):
    response = client.get(f"/achievements/{version.achievement_id}", headers={"Accept": BROWSER})
    assert "Soil sampling" in words(response)
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize(
    "path",
    [
        *("/o/nobody", "/o/nobody.json", "/o/nobody/did.json", "/o/nobody/revocations"),
        *(
            "/o/nobody/brand.css",
            f"/achievements/{UNKNOWN}",
            f"/achievements/{UNKNOWN}.json",
        ),
        *(f"/status/{UNKNOWN}/revocation", f"/assets/{'0' * 64}", "/.well-known/did.json"),
    ],
)
def test_what_is_not_there(client, db, path):
    assert client.get(path).status_code == 404


def test_a_draft_is_not_public(client, university):
    from achievement_designs import bare
    from stackmark_web.catalogue import actions as catalogue

    draft = catalogue.create_draft(
        university, actor=None, content=bare(title={"en": "Secret plan"})
    )
    for ending in ("", ".json", "/1"):
        response = client.get(f"/achievements/{draft.achievement_id}{ending}")
        assert response.status_code == 404
        assert "Secret plan" not in words(response)


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
@pytest.mark.parametrize("path", ["/o/northfield", "/o/northfield/did.json", "/sitemap.xml"])
def test_nothing_is_changed_here(client, university, method, path):
    assert getattr(client, method)(path).status_code == 405
