"""A public credential on other people's pages: the frame and oEmbed."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta

import pytest
from django.utils import translation
from django.utils.http import urlencode

from achievement_designs import bare
from stackmark_web import clock
from stackmark_web.accounts.models import User
from stackmark_web.awarding import actions as awarding
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.passport import actions as passport
from stackmark_web.passport import queries

pytestmark = pytest.mark.django_db


def ask(client, url, **more):
    return client.get("/oembed?" + urlencode({"url": url, **more}))


@pytest.fixture
def published(held):
    return held(published=True)


@pytest.fixture
def there(published, settings):
    """The public address of a published credential."""
    return f"{settings.PUBLIC_URL}/credentials/{published.award_id}"


def test_the_page_names_where_to_ask_and_the_answer_shows_it(client, published, there, settings):
    page = client.get(f"/credentials/{published.award_id}").content.decode()
    tag = re.search(r'type="application/json\+oembed" href="([^"]+)"', page)[1]
    tag = tag.replace("&amp;", "&")
    assert tag.startswith(f"{settings.PUBLIC_URL}/oembed?")
    answer = client.get(tag.removeprefix(settings.PUBLIC_URL))
    told = answer.json()
    assert answer["Content-Type"] == "application/json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert (told["version"], told["type"]) == ("1.0", "rich")
    assert told["title"] == f"{published.title} from {published.award.organisation.name}"
    assert f'src="{there}/embed"' in told["html"]
    assert f'width="{told["width"]}"' in told["html"]
    assert told["thumbnail_url"] == f"{there}/card.png"
    assert told["html"].replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;") in page


@pytest.mark.parametrize(
    ("more", "size"),
    [
        ({}, (480, 300)),
        ({"maxwidth": "320"}, (320, 300)),
        ({"maxwidth": "320", "maxheight": "200"}, (320, 200)),
        ({"maxwidth": "2000", "maxheight": "2000"}, (480, 300)),
        ({"maxwidth": "wide", "maxheight": "-3"}, (480, 300)),
    ],
)
def test_it_is_never_larger_than_asked_for(client, there, more, size):
    told = ask(client, there, **more).json()
    assert (told["width"], told["height"]) == size
    limits = [int(value) for value in more.values() if value.isdigit()]
    assert ("thumbnail_url" in told) == all(limit >= 1200 for limit in limits)


def test_xml_is_not_implemented(client, there):
    assert ask(client, there, format="xml").status_code == 501
    assert ask(client, there, format="json").status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://elsewhere.example/credentials/{pk}",
        "{public}.evil.example/credentials/{pk}",
        "{public}@evil.example/credentials/{pk}",
        "{public}/credentials/{unknown}",
        "{public}/credentials/{pk}?t=abc",
        "{public}/credentials/{pk}/embed",
        "{public}/o/northfield",
        "javascript:alert(1)",
        "//credentials/{pk}",
    ],
)
def test_only_our_own_public_credentials_are_known(client, published, settings, url):
    asked = url.format(public=settings.PUBLIC_URL, pk=published.award_id, unknown=uuid.uuid4())
    assert ask(client, asked).status_code == 404


def test_what_is_private_answers_as_what_is_not_there(client, published, there, settings):
    passport.unpublish(published, actor=published.user)
    never = f"{settings.PUBLIC_URL}/credentials/{uuid.uuid4()}"
    private, unknown = ask(client, there), ask(client, never)
    assert private.status_code == unknown.status_code == 404
    assert private.content == unknown.content
    assert client.get(f"/credentials/{published.award_id}/embed").status_code == 404


def test_the_frame_may_stand_anywhere_and_runs_and_sets_nothing(client, published):
    answer = client.get(f"/credentials/{published.award_id}/embed")
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "script-src 'none'" in policy
    assert "X-Frame-Options" not in answer
    assert not answer.cookies
    page = answer.content.decode()
    assert "<script" not in page
    assert published.title in page
    assert "Active" in page
    # No other page of ours may be framed.
    other = client.get(f"/credentials/{published.award_id}")
    assert other["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in other["Content-Security-Policy"]


def test_the_frame_shows_how_it_stands_now_and_the_tags_tell_nothing_of_it(
    client, published, there, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(published.award, actor=None, reason="issued-in-error")
    page = client.get(f"/credentials/{published.award_id}/embed").content.decode()
    assert "Revoked" in page
    told = ask(client, there).json()
    assert told["title"] == "A digital credential"
    assert published.title not in str(told["html"])
    assert "oembed" not in client.get(f"/credentials/{published.award_id}").content.decode()


def test_the_embed_page_names_no_holder(client, published):
    page = client.get(f"/credentials/{published.award_id}/embed").content.decode()
    assert "Ada" not in page


@pytest.mark.parametrize(("age", "status"), [(17, 404), (18, 200)])
def test_nobody_under_18_has_a_frame_or_is_told_of(client, published, there, settings, age, status):
    """A page that was kept before Django is not shown either."""
    before = stamped(published)
    assert before is not None
    today = clock.today()
    born = date(today.year - age, today.month, 1) - timedelta(days=1 if age == 18 else -1)
    User.objects.filter(pk=published.user_id).update(born=born.replace(day=1))
    assert client.get(f"{there.removeprefix(settings.PUBLIC_URL)}/embed").status_code == status
    assert ask(client, there).status_code == status
    assert (stamped(published) is not None) == (status == 200)


def stamped(holding):
    return queries.public_stamp(str(holding.award_id))


def test_others_pages_show_the_name_in_the_readers_language(client, held, university, settings):
    """The page, the frame and oEmbed said the English name to everybody."""
    draft = catalogue.create_draft(
        university, actor=None, content=bare(title={"en": "Soil sampling", "es": "Muestreo"})
    )
    one = held(published=True, version=catalogue.publish(draft, actor=None))
    spanish = {"HTTP_ACCEPT_LANGUAGE": "es"}
    path = f"/credentials/{one.award_id}"
    with translation.override("en"):  # whatever a request activates ends with this
        told = client.get(f"/oembed?{urlencode({'url': settings.PUBLIC_URL + path})}", **spanish)
        page = client.get(path, **spanish).content.decode()
        frame = client.get(f"{path}/embed", **spanish).content.decode()
    assert told.json()["title"] == f"Muestreo de {university.name}"
    assert f"<title>Muestreo de {university.name}" in " ".join(page.split())
    assert "Muestreo" in frame
    assert "Soil sampling" not in frame
