"""Status lists without the database, pictures for ever, colours, the sitemap, and 304."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from stackmark.status.lists import open_list
from stackmark_web.awarding import actions as awarding
from stackmark_web.tenancy.models import Asset

pytestmark = pytest.mark.django_db


@pytest.fixture
def status_path(held):
    award = held(published=True).award
    return f"/status/{award.status_list_id}/revocation"


def test_a_status_list_asks_neither_database_nor_session(
    client, status_path, alice, django_assert_num_queries, monkeypatch
):
    client.force_login(alice)  # a cookie comes along, and nobody looks at it
    loads = []
    monkeypatch.setattr(SessionStore, "load", lambda self: loads.append(self) or {})
    with django_assert_num_queries(0):
        response = client.get(status_path)
    assert response.status_code == 200
    assert loads == []
    assert not response.cookies


def test_a_status_list_is_the_published_file(client, status_path, held):
    response = client.get(status_path)
    name = status_path.removeprefix("/status/").replace("/", "-")
    assert response.content == (settings.DATA / "lists" / f"{name}.json").read_bytes()
    assert response.headers["Content-Type"] == "application/vc"
    tree = json.loads(response.content)
    url = f"https://badges.example.org{status_path}"
    assert open_list(tree, list_type="BitstringStatusListCredential", url=url)
    assert tree["proof"]


def test_a_revocation_is_there_at_once(client, held, django_capture_on_commit_callbacks):
    award = held(published=True).award
    path = f"/status/{award.status_list_id}/revocation"
    before = client.get(path)
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(award, actor=None, reason="issued-in-error")
    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.content != before.content
    assert before.headers["Cache-Control"] == "public, max-age=10"


@pytest.mark.parametrize("path", ["/status/x/revocation", "/status/../../etc/passwd/revocation"])
def test_only_lists_are_served(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("purpose", ["refresh", "message", "revocation.json"])
def test_other_purposes_are_not_there(client, status_path, purpose):
    assert client.get(status_path.replace("revocation", purpose)).status_code == 404


@pytest.fixture
def documents(version, held, status_path):
    """Every kind of public document."""
    return {
        "did": "/o/northfield/did.json",
        "profile": "/o/northfield.json",
        "revocations": "/o/northfield/revocations",
        "achievement": f"/achievements/{version.achievement_id}.json",
        "version": f"/achievements/{version.achievement_id}/1.json",
        "status": status_path,
        "asset": f"/assets/{version.image_id or version.image_svg_id}",
        "brand": "/o/northfield/brand.css",
        "sitemap": "/sitemap.xml",
    }


def test_who_has_it_already_is_told_so(client, documents):
    for name, path in documents.items():
        first = client.get(path)
        assert first.status_code == 200, name
        tag = first.headers["ETag"]
        again = client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b""), name
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert again.headers["Access-Control-Allow-Origin"] == "*"
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
        head = client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["ETag"] == tag
        assert not first.cookies, name
        assert first.headers["X-Content-Type-Options"] == "nosniff"
        assert "Cookie" not in first.headers.get("Vary", ""), name


def test_the_date_is_enough_too(client, version):
    path = f"/achievements/{version.achievement_id}/1.json"
    first = client.get(path)
    when = first.headers["Last-Modified"]
    assert when == "Mon, 01 Jun 2026 12:00:00 GMT"
    assert client.get(path, headers={"If-Modified-Since": when}).status_code == 304


def test_forms_of_one_document_have_different_tags(client, university):
    tags = {
        client.get("/o/northfield/did.json", headers={"Accept": kind}).headers["ETag"]
        for kind in ("application/did+json", "application/json")
    }
    assert len(tags) == 2


def test_a_picture_is_for_ever_and_has_no_rights(client, db):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    Asset.objects.create(sha256="a" * 64, media_type="image/svg+xml", data=svg)
    response = client.get(f"/assets/{'a' * 64}")
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    policy = response.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("colour", ["#1f4b99", "#ffff00", "#abc"])
def test_a_brand_is_colours_only(client, northfield, colour):
    northfield.accent = colour
    northfield.save()
    response = client.get("/o/northfield/brand.css")
    body = response.content.decode()
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert body.startswith(":root{--accent:#")
    assert set("{}").issuperset(set(body) & set("{}<>@\\"))


def test_a_brand_that_is_no_colour_breaks_nothing(client, northfield):
    northfield.accent = "red;}*{"
    northfield.save()
    assert client.get("/o/northfield/brand.css").content == b":root{}\n"


def test_the_sitemap_names_what_is_public(client, version, held):
    holding = held(published=True)
    text = client.get("/sitemap.xml").content.decode()
    assert f"http://127.0.0.1:8000/achievements/{version.achievement_id}" in text
    assert "http://127.0.0.1:8000/o/northfield<" in text
    assert "http://127.0.0.1:8000/verify<" in text
    assert "<lastmod>2026-06-01</lastmod>" in text
    assert str(holding.award_id) not in text


def test_public_documents_are_the_same_in_every_language(client, status_path):
    answer = client.get(status_path, headers={"accept-language": "de"})
    assert "Content-Language" not in answer.headers
    assert "Accept-Language" not in answer.headers.get("Vary", "")
    page = client.get("/catalogue")
    assert "Accept-Language" in page.headers["Vary"]


@pytest.mark.parametrize("kind", ["organisation", "achievement", "version", "credential"])
def test_pages_have_a_tag_too(client, version, held, alice, kind):
    path = {
        "organisation": "/o/northfield",
        "achievement": f"/achievements/{version.achievement_id}",
        "version": f"/achievements/{version.achievement_id}/1",
        "credential": f"/credentials/{held(published=True).award_id}",
    }[kind]
    first = client.get(path, headers={"Accept": "text/html"})
    assert first.headers["Content-Type"].startswith("text/html")
    assert {"private", "no-cache"} == set(first.headers["Cache-Control"].split(", "))
    assert {"Accept", "Cookie"} <= set(first.headers["Vary"].split(", "))
    known = {"Accept": "text/html", "If-None-Match": first.headers["ETag"]}
    again = client.get(path, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert {"Accept", "Cookie"} <= set(again.headers["Vary"].split(", "))
    machine = client.get(path, headers={**known, "Accept": "application/ld+json"})
    assert machine.status_code == 200
    if kind != "credential":
        client.force_login(alice)
        assert client.get(path, headers=known).headers["Cache-Control"] == "no-store"


def test_scripts_of_other_sites_may_ask_with_a_tag(client, documents):
    for path in documents.values():
        asked = client.options(
            path,
            headers={
                "Origin": "https://checker.example",
                "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Headers": "if-none-match",
            },
        )
        assert asked.status_code == 204, path
        assert asked.headers["Access-Control-Allow-Origin"] == "*"
        assert "If-None-Match" in asked.headers["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Credentials" not in asked.headers
        answer = client.get(path)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Expose-Headers"] == "ETag"
