"""Registers of trusted issuers: who may keep them, what they say on the verify page."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from stackmark.errors import UsageError
from stackmark.trust.register import Register
from stackmark_web.audit.models import AuditEvent
from stackmark_web.verifying import actions
from stackmark_web.verifying.models import TrustEntry

pytestmark = pytest.mark.django_db
UNI = {"issuer": "did:web:uni.example", "name": "Uni Example"}


def words(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def petra(person):
    return person("petra", is_operator=True)


def test_the_operator_keeps_the_servers_register(client, petra):
    client.force_login(petra)
    sent = client.post("/trust", {**UNI, "note": "Visited", "valid_from": "2020-01-01"})
    assert sent.url == "/trust"
    entry = TrustEntry.objects.get()
    assert (entry.organisation, entry.added_by, entry.note) == (None, petra, "Visited")
    event = AuditEvent.objects.get(verb="trust.added")
    assert event.after == {"issuer": "did:web:uni.example", "name": "Uni Example"}
    assert client.post(f"/trust/{entry.pk}/remove").url == "/trust"
    assert not TrustEntry.objects.exists()
    assert AuditEvent.objects.get(verb="trust.removed").before["issuer"] == "did:web:uni.example"


def test_everybody_reads_it_and_nobody_else_changes_it(client, alice):
    entry = actions.trust(actor=None, **UNI)
    page = words(client.get("/trust"))
    assert "Uni Example" in page
    assert "Add an issuer or agency" not in page
    assert client.post("/trust", UNI).status_code == 404
    assert client.post(f"/trust/{entry.pk}/remove").status_code == 404
    client.force_login(alice)
    assert client.post("/trust", UNI).status_code == 403
    assert client.post(f"/trust/{entry.pk}/remove").status_code == 403
    assert TrustEntry.objects.count() == 1
    with pytest.raises(PermissionDenied):
        actions.trust(actor=alice, issuer="did:web:b.example", name="B")


def test_the_file_is_what_the_command_line_reads(client):
    actions.trust(actor=None, **UNI, note="Visited")
    response = client.get("/trust/register.json")
    assert Register.parse(response.content).standing("did:web:uni.example", [], None)[0] == "known"
    assert json.loads(response.content)["issuers"][0]["note"] == "Visited"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_an_organisations_register_is_its_own(client, alice, northfield):
    client.force_login(alice)
    sent = client.post("/manage/northfield/trust", UNI)
    assert sent.url == "/manage/northfield/trust"
    assert TrustEntry.objects.get().organisation == northfield
    assert "Uni Example" in words(client.get("/manage/northfield/trust"))
    assert "Uni Example" not in words(client.get("/trust"))


def test_a_recogniser_may_an_assessor_may_not_and_a_stranger_sees_nothing(
    client, person, join, northfield, bob, charlie
):
    entry = actions.trust(northfield, actor=None, **UNI)
    remove = f"/manage/northfield/trust/{entry.pk}/remove"
    client.force_login(bob)
    assert client.get("/manage/northfield/trust").status_code == 403
    assert client.post("/manage/northfield/trust", UNI).status_code == 403
    assert client.post(remove).status_code == 403
    client.force_login(charlie)
    assert client.get("/manage/northfield/trust").status_code == 404
    assert client.post("/manage/northfield/trust", UNI).status_code == 404
    assert client.post(remove).status_code == 404
    client.logout()
    assert client.get("/manage/northfield/trust").status_code == 302  # to sign in
    client.force_login(join(person("rita"), northfield, "recogniser"))
    assert client.post(remove).status_code == 302
    assert not TrustEntry.objects.exists()


def test_another_organisations_entry_cannot_be_removed_through_ones_own(
    client, charlie, northfield
):
    entry = actions.trust(northfield, actor=None, **UNI)
    client.force_login(charlie)
    assert client.post(f"/manage/elsewhere/trust/{entry.pk}/remove").status_code == 404
    assert TrustEntry.objects.exists()


def test_actions_ask_for_the_right_themselves(bob, charlie, northfield):
    with pytest.raises(PermissionDenied):
        actions.trust(northfield, actor=bob, **UNI)
    with pytest.raises(Http404):
        actions.trust(northfield, actor=charlie, **UNI)


@pytest.mark.parametrize(
    "issuer", ["uni.example", "http://uni.example", "did:web:a b", "javascript:1"]
)
def test_what_cannot_be_an_issuer(client, petra, issuer):
    client.force_login(petra)
    response = client.post("/trust", {"issuer": issuer, "name": "X"})
    assert response.status_code == 422
    assert "it begins with did: or https://" in words(response)


def test_twice_is_told(client, petra):
    client.force_login(petra)
    client.post("/trust", UNI)
    assert "This register names that issuer already." in words(client.post("/trust", UNI))
    with pytest.raises(UsageError):
        actions.trust(actor=None, **UNI)


def test_an_end_before_its_beginning(client, petra):
    client.force_login(petra)
    given = {**UNI, "valid_from": "2025-01-01", "valid_until": "2024-01-01"}
    assert "The end lies before the beginning." in words(client.post("/trust", given))


def test_extra_fields_change_nothing(client, petra, northfield):
    client.force_login(petra)
    client.post("/trust", {**UNI, "organisation": str(northfield.pk), "added_by": "x"})
    assert TrustEntry.objects.get().organisation is None


def test_a_member_chooses_the_register_and_sees_who_says_so(client, alice, northfield, badge):
    actions.trust(northfield, actor=None, **UNI, note="Our partner")
    data = badge().decode()
    client.force_login(alice)
    page = words(client.post("/verify", {"text": data, "register": "northfield"}))
    assert "Trusted by <strong><bdi>Northfield University</bdi></strong> since" in page
    assert "Our partner" in page
    page = words(client.post("/verify", {"text": data, "register": ""}))
    assert "No register here names this issuer." in page


def test_a_stranger_cannot_ask_anothers_register(client, charlie, northfield, badge):
    actions.trust(northfield, actor=None, **UNI, note="Our secret partner")
    client.force_login(charlie)
    response = client.post("/verify", {"text": badge().decode(), "register": "northfield"})
    assert response.status_code == 422
    assert "secret partner" not in words(response)


def test_a_unit_uses_the_register_of_its_institution(organisation, northfield, badge):
    unit = organisation("northfield-science", parent=northfield)
    actions.trust(northfield, actor=None, **UNI)
    assert actions.check(badge(), organisation=unit).trusted["by"] == "Northfield University"


def test_a_famous_name_is_not_trusted_by_its_name_alone(issuer, web):
    from simulators.issuer import Issuer

    actions.trust(actor=None, **UNI)
    thief = Issuer(web, did=None, number=3)
    checked = actions.check(thief.sign(issuer.badge()))
    assert checked.verdict == "refused"
    assert checked.trusted is None


def test_the_page_says_by_which_register_the_issuer_is_known(client, alice, northfield, badge):
    client.force_login(alice)
    asked = {"text": badge().decode(), "register": "northfield"}
    page = words(client.post("/verify", asked))
    assert (
        "Neither the register of <strong><bdi>Northfield University</bdi></strong> nor that of "
        "this server names this issuer." in page
    )
    assert "No register here" not in page
    actions.trust(actor=None, **UNI, note="Visited")
    page = words(client.post("/verify", asked))
    assert "Trusted by <strong><bdi>the operator of this server</bdi></strong> since <time" in page
    assert (
        "The register of <strong><bdi>Northfield University</bdi></strong>, which you chose, "
        "does not name it." in page
    )
    assert "Unaltered and in force" in page
    assert "from a trusted issuer" not in page  # the register that was chosen decides
    actions.trust(northfield, actor=None, **UNI)
    page = words(client.post("/verify", asked))
    assert "from a trusted issuer" in page
    assert "does not name it" not in page


def test_a_server_that_accepts_another_time_only_says_nothing(alice, northfield, badge):
    from simulators.issuer import NOW

    actions.trust(actor=None, **UNI, valid_until=NOW.replace(year=2020))
    checked = actions.check(badge(), organisation=northfield)
    assert (checked.chosen, checked.elsewhere) == ("northfield", None)
