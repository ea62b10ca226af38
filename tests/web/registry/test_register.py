"""The public register: who is in it, how it is found, what changed, and nobody's name."""

from __future__ import annotations

import io
import json

import pytest
from django.conf import settings

from achievement_designs import bare
from stackmark_web import clock
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.tenancy import actions as tenancy
from stackmark_web.tenancy.changes import keys
from stackmark_web.tenancy.models import Domain

pytestmark = pytest.mark.django_db


def words(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def named(university):
    """Northfield with a legal name, a number and a domain it showed to be its own."""
    university.legal_name = "Northfield University DAC"
    university.erasmus_code = "IRL NORTH01"
    university.save()
    Domain.everywhere.create(
        organisation=university, name="northfield.example", verified_at=clock.now()
    )
    return university


@pytest.mark.parametrize(
    "query",
    [
        *("q=northfield", "q=NORTH01", "q=northfield.example", "q=University+DAC"),
        *("q=did:web:badges.example.org:o:northfield", "country=IE", "kind=university"),
    ],
)
def test_an_issuer_is_found(client, named, query):
    assert "Northfield University" in words(client.get(f"/register?{query}"))


@pytest.mark.parametrize("query", ["q=southfield", "country=FR", "kind=employer", "q=did:web:x"])
def test_and_not_by_what_it_is_not(client, named, query):
    page = words(client.get(f"/register?{query}"))
    assert "No issuer fits" in page
    assert "University DAC" not in page


def test_a_domain_that_was_not_shown_finds_nobody(client, version, university):
    Domain.everywhere.create(organisation=university, name="claimed.example")
    assert "No issuer fits" in words(client.get("/register?q=claimed.example"))


def test_who_only_opened_a_work_area_is_no_issuer(client, northfield):
    assert "0 issuers" in words(client.get("/register"))
    assert client.get("/register/issuers/northfield").status_code == 404


def test_a_unit_leads_to_its_institution(client, version, organisation, university):
    organisation("soil-faculty", name="Faculty of Soil", parent=university)
    assert "Northfield University" in words(client.get("/register?q=Faculty of Soil"))


def test_an_achievement_is_found_by_what_it_says(client, version):
    for query in ("q=soil", f"q=soil&kind={version.kind}", ""):
        assert "Soil sampling" in words(client.get(f"/register/achievements?{query}")), query
    for query in ("q=poetry", "level=1", "skill=poetry", "profile=open-mc", "state=retired"):
        assert "No achievement fits" in words(client.get(f"/register/achievements?{query}")), query


def test_the_rule_sets_it_meets_are_judged_when_it_is_published(client, university):
    from achievement_designs import FULL

    university.country = "IE"
    university.save()
    draft = catalogue.create_draft(university, actor=None, content=FULL)
    catalogue.publish(draft, actor=None)
    page = words(client.get("/register/achievements?profile=eu-2022"))
    assert "Data analysis with open tools" in page
    assert "European approach to micro-credentials" in page
    assert "No achievement fits" in words(client.get("/register/achievements?profile=iso-17024"))


def test_what_is_retired_is_found_as_that(client, version):
    catalogue.retire(version.achievement, actor=None)
    assert "No achievement fits" in words(client.get("/register/achievements?q=soil"))
    assert "Soil sampling" in words(client.get("/register/achievements?q=soil&state=retired"))
    page = words(client.get(f"/register/achievements/{version.achievement_id}"))
    assert "It is no longer offered." in page
    assert "Retired an achievement" in page


@pytest.mark.parametrize("level", ["²", "99", "-1", "x", "٣"])
def test_a_level_that_is_none_finds_nothing(client, version, level):
    catalogue.retire(version.achievement, actor=None)
    answer = client.get("/register/achievements", {"state": "retired", "level": level})
    assert answer.status_code == 200
    assert "No achievement fits" in words(answer)


def test_the_index_can_be_written_anew(client, version):
    from django.core.management import call_command

    from stackmark_web.catalogue.models import Facet

    before = set(Facet.objects.values_list("name", "value"))
    Facet.objects.all().delete()
    call_command("index_catalogue", stdout=io.StringIO())
    assert set(Facet.objects.values_list("name", "value")) == before
    assert any(name == "profile" for name, _value in before)


def changes(client):
    body = b"".join(client.get("/register/changes.jsonl").streaming_content)
    return [json.loads(line) for line in body.splitlines()]


def test_the_history_tells_what_is_public_and_nothing_else(client, version, university, alice):
    tenancy.edit_organisation(
        university,
        actor=alice,
        legal_name="Northfield DAC",
        email="ada.private@northfield.example",
        signatory_name="Dr Ada Private",
    )
    tenancy.edit_organisation(university, actor=alice, signatory_name="Dr Bea Secret")
    keys.rotate_key(university, actor=alice)
    key = university.keys.order_by("pk").first()
    keys.revoke_key(key, actor=alice, note="stolen from the bag of Private")
    found = changes(client)
    assert [one["event"] for one in found] == [
        *("key.revoked", "key.rotated", "organisation.edited", "achievement.published")
    ]
    assert found[2]["changed"] == {"legal_name": {"from": "", "to": "Northfield DAC"}}
    for page in ("/register/changes", "/register/issuers/northfield", "/register/changes.jsonl"):
        answer = client.get(page)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        for secret in (b"Private", b"Secret", b"stolen", b"alice", b"Alice"):
            assert secret not in body, (page, secret)


def test_a_draft_leaves_no_trace(client, version, university):
    before = len(changes(client))
    draft = catalogue.create_draft(university, actor=None, content=bare(title={"en": "Hidden"}))
    assert len(changes(client)) == before
    for page in ("/register/achievements?q=hidden", "/register/changes"):
        assert b"Hidden" not in client.get(page).content
    assert client.get(f"/register/achievements/{draft.achievement_id}").status_code == 404


def test_a_lost_domain_is_told(client, named):
    from stackmark_web.audit.actions import record

    domain = named.domains.first()
    for before, after in ((False, True), (True, True), (True, False)):
        record(
            "domain.checked",
            actor=None,
            target=domain,
            organisation=named,
            before={"verified": before},
            after={"verified": after, "answer": "yes"},
            label=domain.name,
        )
    assert [one["event"] for one in changes(client)] == ["domain.lost", "domain.verified"]


def test_questions_to_the_database_do_not_grow_with_the_rows(
    client, university, django_assert_max_num_queries
):
    pages = ("/register", "/register/achievements", "/register/changes")

    def publish(number):
        content = bare(title={"en": f"Course {number}"})
        catalogue.publish(
            catalogue.create_draft(university, actor=None, content=content), actor=None
        )

    for number in range(12):
        publish(number)
    for page in pages:
        with django_assert_max_num_queries(14):
            assert client.get(page).status_code == 200


def test_it_is_linked(client, version):
    for page in ("/", "/catalogue"):
        assert 'href="/register"' in words(client.get(page))
    assert 'href="/register/issuers/northfield"' in words(client.get("/o/northfield"))
    page = words(client.get(f"/achievements/{version.achievement_id}"))
    assert f'href="/register/achievements/{version.achievement_id}"' in page
    own = f"/register/achievements/{version.achievement_id}/1/stackmark"
    assert own.replace("/", "%2F") in page  # to be checked in the form that says all of it
    assert f"{settings.PUBLIC_URL}/register" in client.get("/sitemap.xml").content.decode()
