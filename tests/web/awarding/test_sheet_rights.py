"""Who may see and change a sheet: those who may award here, and nobody else."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from sheet_help import Way, address, csv_of
from stackmark_web.awarding import urls_sheets
from stackmark_web.awarding.models import Sheet
from stackmark_web.jobs.models import Run
from stackmark_web.tenancy.models import Organisation

pytestmark = pytest.mark.django_db
OF_SHEET = (
    *("sheet", "sheet_columns", "sheet_questions", "sheet_bad", "sheet_choices"),
    *("sheet_confirm", "sheet_drop", "sheet_report", "sheet_report_csv"),
)


@pytest.fixture
def way(client, alice, version):
    version.achievement.current = version
    version.achievement.save()
    client.force_login(alice)
    way = Way(client, version).checked(csv_of("ann@mail.example,Ann"))
    way.choose()
    return way


def addresses(way):
    yield reverse("awarding:sheets", args=["northfield"])
    yield reverse("awarding:sheet_new", args=["northfield"])
    yield reverse("awarding:sheet_template", args=["northfield", "csv"])
    for name in OF_SHEET:
        yield address(name, way.sheet)


def answers(user, way):
    client = Client()
    if user is not None:
        client.force_login(user)
    for url in addresses(way):
        for method in (client.get, client.post):
            yield url, method(url)


def test_every_address_is_tried():
    named = {pattern.name for pattern in urls_sheets.urlpatterns}
    assert named == {"sheets", "sheet_new", "sheet_template", *OF_SHEET}


def test_a_stranger_finds_nothing(way, charlie):
    for url, answer in answers(charlie, way):
        assert answer.status_code in (404, 405), url
    assert Sheet.everywhere.get().state == "ready"
    assert Run.everywhere.count() == 0


def test_a_colleague_without_the_right_is_refused(way, bob):
    for url, answer in answers(bob, way):
        assert answer.status_code in (403, 405), url
    assert Sheet.everywhere.get().state == "ready"


def test_nobody_is_asked_to_sign_in(way):
    for url, answer in answers(None, way):
        assert answer.status_code in (302, 405), url
        if answer.status_code == 302:
            assert answer.url.startswith("/account/login/"), url


def test_a_sheet_of_another_organisation_is_not_there(way, charlie):
    """The stranger has a work area of their own and puts our sheet's id into its addresses."""
    client = Client()
    client.force_login(charlie)
    for name in OF_SHEET:
        url = address(name, way.sheet, slug="elsewhere")
        assert client.get(url).status_code in (404, 405), name
        assert client.post(url).status_code in (404, 405), name
    assert Sheet.everywhere.get().state == "ready"


def test_an_achievement_of_another_institution_cannot_be_chosen(charlie, version, publish_version):
    own = publish_version(Organisation.objects.get(slug="elsewhere"), "Welding")
    own.achievement.current = own
    own.achievement.save()
    client = Client()
    client.force_login(charlie)
    answer = Way(client, version, slug="elsewhere").upload(csv_of("ann@mail.example,Ann"))
    assert answer.status_code == 422
    assert "not one of the available choices" in answer.content.decode()
    assert Sheet.everywhere.count() == 0


def test_an_issuer_of_a_unit_sees_the_units_sheets_only(
    way, organisation, northfield, person, join
):
    faculty = organisation("northfield-science", parent=northfield)
    ida = join(person("ida"), faculty, "issuer")
    client = Client()
    client.force_login(ida)
    assert client.get(address("sheet", way.sheet)).status_code == 404
    assert client.get(address("sheet", way.sheet, slug="northfield-science")).status_code == 404
    assert client.get(reverse("awarding:sheets", args=["northfield-science"])).status_code == 200


def test_a_visit_changes_nothing(way):
    before = Sheet.everywhere.values().get()
    for name in OF_SHEET:
        way.client.get(address(name, way.sheet))
    assert Sheet.everywhere.values().get() == before
    assert Run.everywhere.count() == 0


@pytest.mark.parametrize("name", ["sheet_columns", "sheet_choices", "sheet_confirm", "sheet_drop"])
def test_a_post_without_the_token_is_refused(way, alice, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(address(name, way.sheet)).status_code == 403


def test_an_upload_without_the_token_is_refused(way, alice):
    """Its check comes after the limit on size is in place, and it does come."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = Way(client, way.version).upload(csv_of("bo@mail.example,Bo"))
    assert answer.status_code == 403
    assert Sheet.everywhere.count() == 1
