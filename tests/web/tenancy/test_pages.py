from __future__ import annotations

import re

import pytest

from stackmark_web.audit.models import AuditEvent
from stackmark_web.tenancy import actions
from stackmark_web.tenancy.models import Domain, Membership, Organisation

PAGES = ["", "/settings", "/brand", "/units", "/people", "/domains", "/keys", "/audit"]
CHANGES = ["/people/give", "/keys/change", "/keys/host", "/keys/published"]


def state():
    return (
        list(Organisation.objects.order_by("pk").values()),
        list(Membership.everywhere.order_by("pk").values()),
        AuditEvent.objects.count(),
    )


@pytest.fixture
def signed_in(client):
    def as_person(user):
        client.force_login(user)
        return client

    return as_person


@pytest.mark.parametrize("page", PAGES)
def test_the_owner_reads_every_page_and_reading_changes_nothing(signed_in, northfield, alice, page):
    client, before = signed_in(alice), state()
    answer = client.get(f"/manage/northfield{page}")
    assert answer.status_code == 200
    assert "Northfield University" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert state() == before


@pytest.mark.parametrize("page", PAGES[1:])
def test_a_colleague_without_the_right_is_told_so(signed_in, northfield, bob, page):
    answer = signed_in(bob).get(f"/manage/northfield{page}")
    assert answer.status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_sees_what_an_unknown_name_gives(signed_in, northfield, charlie, page):
    client = signed_in(charlie)
    known = client.get(f"/manage/northfield{page}")
    unknown = client.get(f"/manage/nowhere{page}")
    assert (known.status_code, unknown.status_code) == (404, 404)
    assert hide(known.text, "northfield") == hide(unknown.text, "nowhere")


def hide(text, word):
    text = re.sub(r"<code>[0-9a-f]{32}</code>", "", text)  # the number of the request
    return re.sub(r'value="[^"]{20,}"', "", text).replace(word, "WORD")


@pytest.mark.parametrize("page", [*PAGES, "/audit.csv"])
def test_nobody_is_sent_to_sign_in(client, northfield, page):
    answer = client.get(f"/manage/northfield{page}")
    assert answer.status_code == 302
    assert answer["Location"] == f"/account/login/?next=/manage/northfield{page}"


@pytest.mark.parametrize("path", CHANGES)
def test_changes_refuse_the_wrong_people(signed_in, northfield, alice, bob, charlie, path):
    before = state()
    assert signed_in(bob).post(f"/manage/northfield{path}").status_code == 403
    assert signed_in(charlie).post(f"/manage/northfield{path}").status_code == 404
    assert state() == before


@pytest.mark.parametrize("path", CHANGES)
def test_changes_are_never_made_by_get(signed_in, northfield, alice, path):
    assert signed_in(alice).get(f"/manage/northfield{path}").status_code == 405


@pytest.mark.parametrize("path", [*PAGES[1:7], *CHANGES, "/people/1/end", "/domains/1/check"])
def test_no_form_is_taken_without_its_csrf_token(northfield, alice, path):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    before = state()
    answer = client.post(f"/manage/northfield{path}", {"name": "Changed", "accent": "#000000"})
    assert answer.status_code in (403, 405), "GET-only pages refuse the method"
    assert state() == before


def test_an_organisation_is_made_on_the_page(signed_in, person):
    olive = person("olive")
    client = signed_in(olive)
    answer = client.post(
        "/organisations/new",
        {
            "name": "Harbour",
            "kind": "college",
            "path": "x/",
            "four_eyes": "on",
            "did_host": "e.com",
        },
        follow=True,
    )
    made = Organisation.objects.get(slug="harbour")
    assert answer.redirect_chain == [("/manage/harbour", 302)]
    assert "Show your brand" in answer.text
    assert (made.four_eyes, made.did_host) == (False, ""), "what is no field of the form is nothing"


def test_a_refusal_stands_beside_its_field(signed_in, person):
    answer = signed_in(person("olive")).post(
        "/organisations/new", {"name": "Harbour", "kind": "college", "slug": "No Good"}
    )
    assert answer.status_code == 200
    assert answer.context["form"].errors == {
        "slug": ["Use 2 to 60 small letters a to z, digits and hyphens."]
    }
    assert not Organisation.objects.exists()


def test_someone_without_a_verified_address_is_led_to_verify_one(signed_in, person):
    olive = person("olive")
    olive.emailaddress_set.update(verified=False)
    answer = signed_in(olive).get("/organisations/new")
    assert answer["Location"] == "/account/email/"


def test_settings_are_saved_and_wrong_ones_named(signed_in, northfield, alice):
    client = signed_in(alice)
    given = {"name": "Northfield", "kind": "university", "ror": "https://ror.org/03yrm5c26"}
    assert client.post("/manage/northfield/settings", given).status_code == 302
    northfield.refresh_from_db()
    assert (northfield.name, northfield.ror) == ("Northfield", given["ror"])
    answer = client.post(
        "/manage/northfield/settings", {**given, "ror": "https://ror.org/03yrm5c27"}
    )
    assert "check digits" in answer.context["form"].errors["ror"][0]


def test_hostile_names_are_text(signed_in, northfield, alice):
    actions.edit_organisation(northfield, actor=alice, name="<script>alert(1)</script> & Söhne")
    for page in PAGES:
        text = signed_in(alice).get(f"/manage/northfield{page}").text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Söhne" in text


def test_the_brand_page_says_how_the_colour_reads(signed_in, northfield, alice):
    client = signed_in(alice)
    answer = client.post("/manage/northfield/brand", {"accent": "#ffee00"}, follow=True)
    assert "Too faint; not used." in answer.text
    assert "A shade that reads well is used instead." in answer.text
    northfield.refresh_from_db()
    assert northfield.accent == "#ffee00"


def test_a_unit_is_made_below_the_one_of_the_page(signed_in, northfield, alice):
    signed_in(alice).post("/manage/northfield/units", {"name": "Arts", "unit_kind": "faculty"})
    unit = Organisation.objects.get(name="Arts")
    assert unit.parent == northfield
    assert unit.path == f"{northfield.path}{unit.pk.hex}/"


def test_a_unit_has_no_keys_and_domains_of_its_own(signed_in, northfield, alice):
    unit = actions.create_unit(northfield, actor=alice, name="Arts", unit_kind="faculty")
    client = signed_in(alice)
    page = client.get(f"/manage/{unit.slug}")
    assert f"/manage/{unit.slug}/keys" not in page.text
    assert client.get(f"/manage/{unit.slug}/keys").status_code == 404
    assert client.get(f"/manage/{unit.slug}/domains").status_code == 404


def test_things_of_another_organisation_cannot_be_reached_through_ones_own(
    signed_in, northfield, alice, bob, charlie
):
    """A90: the id is another's, the address one's own."""
    theirs = Membership.everywhere.get(user=bob)
    domain = actions.add_domain(northfield, actor=alice, name="northfield.example")
    key = actions.make_key(northfield, actor=alice)
    invitation = actions.invite(
        northfield, actor=alice, email="new@people.example", roles=["owner"]
    )
    client, before = signed_in(charlie), state()
    for path in (
        f"/manage/elsewhere/people/{theirs.pk}/end",
        f"/manage/elsewhere/people/invitations/{invitation.pk}/withdraw",
        f"/manage/elsewhere/domains/{domain.pk}/check",
        f"/manage/elsewhere/domains/{domain.pk}/remove",
        f"/manage/elsewhere/keys/{key.pk}/revoke",
    ):
        assert client.post(path, {"sure": "on"}).status_code == 404, path
    assert state() == before
    assert Domain.everywhere.filter(pk=domain.pk).exists()


def test_a_person_of_another_organisation_cannot_be_given_a_role(
    signed_in, northfield, alice, charlie
):
    signed_in(alice).post(
        "/manage/northfield/people/give", {"user": str(charlie.pk), "role": "owner"}
    )
    assert not Membership.everywhere.filter(user=charlie, organisation=northfield).exists()


def test_where_one_works(signed_in, northfield, alice, organisation, join, person):
    assert signed_in(alice).get("/manage")["Location"] == "/manage/northfield"
    join(alice, organisation("other", name="Other College"), "designer")
    page = signed_in(alice).get("/manage").text
    assert "Northfield University" in page
    assert "Other College" in page
    assert "You work for no organisation here yet" in signed_in(person("zoe")).get("/manage").text


def test_navigation_shows_only_what_a_person_may_do(northfield, alice, bob, charlie):
    from stackmark_web.tenancy.queries import navigation

    def sections(user):
        return [section for section, _label, _url in navigation(user, northfield)]

    assert sections(bob) == ["overview", "assessing"]  # an assessor
    assert sections(charlie) == []
    assert {"people", "settings", "keys", "audit", "awards", "achievements"} <= set(sections(alice))
