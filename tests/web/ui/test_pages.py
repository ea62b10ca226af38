"""The start page, the reader's choices, the statements, the frame and the error pages."""

from __future__ import annotations

import json
import re
import sys
import types
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.urls import path
from django.utils import translation
from django.views import defaults

from shared import need_shared
from stackmark_web.ui.site import ask
from stackmark_web.ui.tour import Step
from stackmark_web.urls import urlpatterns as _all

pytestmark = pytest.mark.django_db
LINK = "https://badges.example.org/s/abc"
OF = {"link": LINK}


def _raise(error):
    def view(request):
        raise error

    return view


urlpatterns = [
    path("broken/400", _raise(BadRequest("x"))),
    path("broken/403", _raise(PermissionDenied())),
    path("broken/404", _raise(Http404())),
    path("broken/500", _raise(ValueError("x"))),
    *_all,
]


@pytest.fixture
def demo_world(settings, monkeypatch):
    """A demo world that offers a tour of five steps."""
    words = ("Design", "Award", "Claim", "Share", "Verify")
    module = types.ModuleType("stackmark_web.demo.queries")
    module.tour = lambda: (
        [Step(word, f"How to {word}", f"/tour/{word}") for word in words[:4]]
        + [Step("Verify", "How to", post="/verify", fields={"link": LINK}, path="/verify", of=OF)]
    )
    monkeypatch.setitem(sys.modules, "stackmark_web.demo.queries", module)
    settings.DEMO = True


def page(client, where="/", **more):
    return client.get(where, **more).content.decode()


def test_the_start_page_leads_through_a_life_in_five_clicks(client, demo_world):
    html = page(client)
    links = [f'<a href="/tour/{word}">{word}</a>' for word in ("Design", "Award", "Claim", "Share")]
    places = [html.index(link) for link in links]
    assert places == sorted(places)
    assert "five clicks" in html
    assert "Demo world" in html


def test_a_page_of_the_tour_says_so_and_no_other(client, demo_world):
    band = 'aria-label="Tour"'
    html = page(client, f"/verify?link={LINK}")
    assert band in html
    assert "5 of 5" in html
    assert band not in page(client, "/verify")
    assert band not in page(client, f"/verify?link={LINK}d")
    assert band not in page(client, "/privacy")


def test_without_a_demo_world_no_page_is_of_a_tour(client, demo_world, settings):
    settings.DEMO = False
    assert 'aria-label="Tour"' not in page(client, f"/verify?link={LINK}")


def test_without_a_demo_world_the_start_page_still_has_doors(client, settings):
    settings.DEMO = False
    html = page(client)
    for door in ("/verify", "/catalogue", "/account/login"):
        assert f'href="{door}' in html
    assert "five clicks" not in html
    assert "Demo world" not in html


def test_a_capability_that_is_away_is_told_from_one_that_is_broken(monkeypatch):
    assert ask("stackmark_web.nowhere.queries", "tour") is None
    assert ask("stackmark_web.tenancy.queries", "no_such_query") is None

    def missing(name):
        raise ModuleNotFoundError("No module named 'numpy_of_tomorrow'", name="numpy_of_tomorrow")

    monkeypatch.setattr("stackmark_web.ui.site.import_module", missing)
    with pytest.raises(ModuleNotFoundError, match="numpy_of_tomorrow"):
        ask("stackmark_web.demo.queries", "tour")


def test_the_living_page_shows_every_part_in_both_themes(client):
    html = page(client, "/ui")
    assert html.count('class="living__pane stack" data-theme="light"') == html.count(
        'class="living__pane stack" data-theme="dark"'
    )
    parts = Path(get_template("ui/base.html").origin.name).parent / "living"
    for section in parts.glob("*.html"):
        assert f'<section id="{section.stem}"' in html, section.stem
    ids = [piece.split('"')[0] for piece in html.split(' id="')[1:]]
    assert len(ids) == len(set(ids)), "an id stands twice"


def test_a_chosen_theme_is_kept_without_script(client):
    assert 'data-theme="dark"' not in page(client, "/privacy")
    answer = client.post("/theme", {"theme": "dark", "next": "/privacy"})
    assert answer.status_code == 302
    assert answer.url == "/privacy"
    assert client.cookies["stackmark_theme"]["httponly"]
    assert '<html lang="en" dir="ltr" data-theme="dark">' in page(client, "/privacy")
    client.post("/theme", {"theme": "auto"})
    assert 'data-theme="dark"' not in page(client, "/privacy")


def test_a_made_up_theme_changes_nothing(client):
    client.post("/theme", {"theme": '"><script>'})
    client.cookies["stackmark_theme"] = '"><script>'
    assert '<html lang="en" dir="ltr">' in page(client, "/privacy")


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_a_choice_never_leads_to_another_site(client, wanted):
    assert client.post("/theme", {"theme": "dark", "next": wanted}).url == "/"


def test_the_shared_hostile_targets_never_lead_away(client):
    file = need_shared() / "vectors" / "security" / "own" / "hostile-text.json"
    items = [
        one for one in json.loads(file.read_bytes())["items"] if one["class"] == "redirect-target"
    ]
    assert items
    for item in items:
        where = client.post("/theme", {"theme": "dark", "next": item["text"]}).headers["Location"]
        assert where.startswith("/"), item
        assert not where.startswith(("//", "/\\")), item


@pytest.mark.parametrize("where", ["/theme", "/language"])
def test_another_site_cannot_choose_for_the_reader(where):
    client = Client(enforce_csrf_checks=True)
    refused = client.post(where, {"theme": "dark"}, headers={"sec-fetch-site": "cross-site"})
    assert refused.status_code == 403
    assert "only on our own pages" in refused.content.decode()
    assert not refused.cookies
    assert client.get(where).status_code == 405
    own = client.post(where, {"theme": "dark"}, headers={"sec-fetch-site": "same-origin"})
    assert own.status_code == 302


def test_a_language_is_offered_when_there_is_a_choice(client, settings):
    settings.LANGUAGES, offered = [("en", "English")], settings.LANGUAGES
    assert 'id="language"' not in page(client)
    settings.LANGUAGES = offered
    assert '<option value="ar" lang="ar">العربية</option>' in page(client)
    client.post("/language", {"language": "ar", "next": "/"})
    assert '<html lang="ar" dir="rtl">' in page(client)


def test_the_accessibility_statement_has_a_way_to_complain(client, settings):
    settings.DEFAULT_FROM_EMAIL = "Stackmark <desk@badges.example>"
    html = page(client, "/accessibility")
    assert 'href="mailto:desk@badges.example?subject=Accessibility"' in html
    assert "WCAG" in html
    assert 'href="mailto:desk@badges.example"' in page(client, "/privacy")


def test_robots_are_kept_from_what_a_link_protects(client):
    answer = client.get("/robots.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = answer.content.decode().splitlines()
    assert {"Disallow: /claim", "Disallow: /s/", "Disallow: /manage"} <= set(lines)
    assert any(line.startswith("Sitemap: http") for line in lines)


@pytest.mark.parametrize("where", ["/favicon.svg", "/favicon.ico"])
def test_the_mark_is_an_svg(client, where):
    answer = client.get(where)
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<svg")


def test_the_header_marks_where_the_reader_is(client, monkeypatch):
    html = page(client, "/ui")
    assert 'href="/verify" aria-current' not in html
    assert html.index('class="skip-link" href="#main"') < html.index("<header")
    assert '<main id="main"' in html


@pytest.mark.parametrize("where", ["/my/pathways", "/plan", "/plans", "/recognition"])
def test_what_the_passport_leads_to_is_marked_as_passport(client, alice, where):
    client.force_login(alice)
    html = page(client, where)
    assert 'href="/passport" aria-current="true"' in html or (
        'href="/passport" aria-current="page"' in html
    )


def test_what_is_open_to_all_is_not_the_passport(client):
    assert 'href="/passport" aria-current' not in page(client, "/recognition/statistics")
    assert 'href="/passport" aria-current' not in page(client, "/pathways")


def test_the_start_page_leads_on_from_one_credential(client):
    html = page(client)
    further = html[html.index('id="further"') :]
    for where in ("/pathways", "/recognition/statistics", "/plan"):
        assert f'href="{where}"' in further


def test_the_demo_world_leads_on_as_its_people(client, demo_world):
    module = sys.modules["stackmark_web.demo.queries"]
    module.further = lambda: [
        Step("Plan", "How", post="/demo/enter/lena", fields={"next": "/plan"})
    ]
    further = page(client)
    further = further[further.index('id="further"') :]
    assert 'action="/demo/enter/lena"' in further
    assert 'name="next" value="/plan"' in further


def test_nobody_is_offered_to_sign_in(client):
    html = page(client, "/privacy")
    assert ">Sign in</a>" in html
    assert "Sign out" not in html


def test_a_persons_menu_names_them_and_where_they_work(client, alice, northfield):
    client.force_login(alice)
    html = page(client, "/privacy")
    menu = html[html.index("person-menu") : html.index("<main")]
    assert "<bdi>Alice</bdi>" in menu
    assert f'href="/manage/{northfield.slug}"' in menu
    assert "Northfield University" in menu
    assert "csrfmiddlewaretoken" in menu
    assert "Sign out" in menu


def test_a_person_of_a_hostile_name_gets_a_harmless_menu(client, person):
    eve = person("eve")
    eve.name = "<script>alert(1)</script>"
    eve.save()
    client.force_login(eve)
    html = page(client, "/privacy")
    assert "<script>alert" not in html
    assert "<bdi>&lt;script&gt;alert(1)" in html


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "That request did not make sense"),
        (403, "You may not open this"),
        (404, "This page is not here"),
        (500, "Something broke on our side"),
    ],
)
def test_every_error_says_what_and_the_way_on(status, words, alice):
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    answer = client.get(f"/broken/{status}")
    html = answer.content.decode()
    assert answer.status_code == status
    assert words in html
    assert 'href="/">Go to the start page</a>' in html
    assert "Traceback" not in html
    assert "style-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_errors_come_in_the_language_of_the_reader(status, alice):
    """The page for our own faults was English for everybody."""
    client = Client(raise_request_exception=False, headers={"Accept-Language": "ar"})
    client.force_login(alice)
    with translation.override("en"):  # whatever the request activates ends with this
        html = client.get(f"/broken/{status}").content.decode()
    assert 'lang="ar" dir="rtl"' in html
    assert "Go to the start page" not in html


def test_an_old_form_is_explained():
    answer = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "a"})
    assert answer.status_code == 403
    assert "This form has grown old" in answer.content.decode()


def test_the_page_for_our_own_faults_needs_nothing_that_can_break(settings):
    html = defaults.server_error(RequestFactory().get("/")).content.decode()
    source = get_template("500.html").template.source
    words = {"load", "translate", "blocktranslate", "endblocktranslate", "get_current_language"}
    # Translations are in memory since the start; nothing here asks for a request or the database.
    known = {"if", "endif", "else", "get_current_language_bidi", *words}
    assert set(re.findall(r"{% *(\w+)", source)) <= known
    sheets = [piece.split('"')[0] for piece in html.split('rel="stylesheet" href="')[1:]]
    assert sheets
    for sheet in sheets:
        assert sheet.startswith(settings.STATIC_URL)
        assert finders.find(sheet.removeprefix(settings.STATIC_URL)), sheet


@pytest.mark.parametrize(
    "where", ["/account/login/", "/account/signup/", "/account/password/reset/"]
)
def test_sign_in_pages_look_like_ours(client, where):
    html = page(client, where)
    assert 'class="entrance panel stack"' in html
    assert 'class="button"' in html
    assert "<style" not in html
