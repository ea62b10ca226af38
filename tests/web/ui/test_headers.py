"""Every answer carries the security headers; pages of one person stay out of caches."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from stackmark_web.ui.middleware import POLICY, SecurityHeaders, policy_of

PAGES = ["/", "/ui", "/accessibility", "/privacy", "/robots.txt", "/favicon.svg", "/not-here"]


def answered(response, path="/", **request):
    """What leaves the middleware for a view's answer."""
    asked = RequestFactory().get(path)
    for name, value in request.items():
        setattr(asked, name, value)
    return SecurityHeaders(lambda _: response)(asked)


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_the_headers(client, path):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert "microphone=()" in headers["Permissions-Policy"]


def test_static_files_have_the_headers_too(settings):
    settings.WHITENOISE_USE_FINDERS = True
    response = Client().get("/static/ui/css/tokens.css")
    assert response.status_code == 200
    assert b"--accent" in b"".join(response.streaming_content)
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_view_narrows_its_policy_and_takes_a_directive_away():
    response = HttpResponse("x")
    response.stackmark_csp = {"sandbox": "", "img-src": "'none'", "style-src": None}
    policy = answered(response).headers["Content-Security-Policy"].split("; ")
    assert "sandbox" in policy
    assert "img-src 'none'" in policy
    assert not any(part.startswith("style-src") for part in policy)
    assert "default-src 'none'" in policy


def test_the_policy_of_one_answer_does_not_leak_into_the_next():
    special = HttpResponse("x")
    special.stackmark_csp = {"script-src": "'none'"}
    answered(special)
    assert POLICY["script-src"] == "'self'"
    assert "script-src 'self'" in policy_of(HttpResponse("x"))


@pytest.mark.django_db
def test_pages_of_a_signed_in_person_are_not_stored(client, person):
    client.force_login(person("ada"))
    assert client.get("/").headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_pages_of_nobody_may_be_stored_but_vary_by_cookie(client):
    response = client.get("/accessibility")
    assert not response.has_header("Cache-Control")
    assert "Cookie" in response.headers["Vary"]
    assert not response.cookies, "a public page sets no cookie"


@pytest.mark.parametrize("path", ["/claim/abc", "/s/abc"])
def test_pages_behind_a_token_are_never_stored(path):
    response = HttpResponse("x", headers={"Cache-Control": "public, max-age=60"})
    assert answered(response, path).headers["Cache-Control"] == "no-store"


def test_a_view_keeps_its_own_caching():
    class Session:
        accessed, modified = True, True

    response = HttpResponse("x", headers={"Cache-Control": "private, max-age=5"})
    kept = answered(response, "/status/1", session=Session())
    assert kept.headers["Cache-Control"] == "private, max-age=5"


def test_a_document_for_machines_does_not_vary_by_cookie():
    response = answered(HttpResponse("{}", content_type="application/json"))
    assert not response.has_header("Vary")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/catalogue", "/register", "/register/achievements"])
def test_a_search_with_nul_finds_what_it_finds_without(client, path):
    """PostgreSQL refuses NUL in text: without care that is an error of the server."""
    answer = client.get(path, {"q": "a\x00b"})
    assert answer.status_code == 200
    assert answer.wsgi_request.GET["q"] == "ab"
