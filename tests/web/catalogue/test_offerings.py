"""Offerings: beside the version, and without a new one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.catalogue import queries
from stackmark_web.catalogue.models import AchievementVersion, Offering
from stackmark_web.catalogue.offerings import close_offering, save_offering

pytestmark = pytest.mark.django_db
FIELDS = {"delivery": "online", "title": "Spring", "price": "120", "currency": "eur", "seats": "24"}


@pytest.fixture
def here(published, client, designer):
    class Here:
        version = published()
        achievement = version.achievement

        def url(self, name="offering_new", *args):
            return reverse(f"catalogue:{name}", args=["northfield", self.achievement.pk, *args])

    client.force_login(designer)
    return Here()


def test_it_is_added_changed_and_closed_without_a_new_version(here, client):
    client.post(here.url(), FIELDS | {"organisation": "x", "closed_at": "2020-01-01"})
    row = Offering.everywhere.get()
    assert (row.price, row.currency, row.seats, row.closed_at) == (120, "EUR", 24, None)
    client.post(here.url("offering", row.pk), FIELDS | {"price": "0", "seats": ""})
    row.refresh_from_db()
    assert (row.price, row.seats) == (0, None)
    client.post(here.url("offering_close", row.pk))
    row.refresh_from_db()
    assert row.closed_at is not None
    assert AchievementVersion.everywhere.count() == 1
    events = AuditEvent.objects.order_by("pk").filter(verb__startswith="offering")
    assert [event.verb for event in events] == [
        "offering.saved",
        "offering.saved",
        "offering.closed",
    ]
    assert events[1].before["price"] == "120.00"
    assert events[1].after["price"] == "0"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"starts_on": "2030-02-01", "ends_on": "2030-01-01"}, "It ends before it starts"),
        ({"currency": ""}, "In which currency?"),
        ({"currency": "EURO"}, "at most 3 characters"),
        ({"currency": "E1R"}, "A currency has three letters"),
        ({"delivery": "by post"}, "Select a valid choice"),
        ({"enrol_url": "javascript:alert(1)"}, "Enter a valid URL"),
        ({"price": "-1"}, "greater than or equal to 0"),
        ({"seats": "0"}, "greater than or equal to 1"),
        ({"starts_on": "tomorrow"}, "Enter a valid date"),
    ],
)
def test_bad_input_is_explained(here, client, page, change, sentence):
    answer = client.post(here.url(), FIELDS | change)
    assert answer.status_code == 422
    assert sentence in page(answer).text
    assert not Offering.everywhere.exists()


def test_the_action_checks_for_itself(here):
    for values, reason in (
        ({"delivery": "pigeon"}, "offering.field"),
        ({"delivery": "online", "price": Decimal(5)}, "offering.currency"),
        ({"delivery": "online", "starts_on": clock.today(), "ends_on": clock.today() - timedelta(1)}, "offering.dates"),
        ({"delivery": "online", "enrol_url": "javascript:alert(1)"}, "offering.field"),
    ):  # fmt: skip
        with pytest.raises(UsageError) as caught:
            save_offering(here.achievement, actor=None, values=values)
        assert caught.value.reason == reason
    row = save_offering(
        here.achievement, actor=None, values={"delivery": "online", "closed_at": clock.now()}
    )
    assert row.closed_at is None


def test_only_what_is_open_is_public(here, client, page):
    for title, more in {
        "Open": {}, "Over": {"ends_on": clock.today() - timedelta(1)}, "Last day": {"ends_on": clock.today()},
    }.items():  # fmt: skip
        save_offering(
            here.achievement, actor=None, values={"delivery": "online", "title": title} | more
        )
    closed = save_offering(
        here.achievement, actor=None, values={"delivery": "online", "title": "Closed"}
    )
    close_offering(closed, actor=None)
    close_offering(closed, actor=None)
    assert AuditEvent.objects.filter(verb="offering.closed").count() == 1
    shown = page(client.get(queries.public_url(here.version))).text
    assert "Open ·" in shown
    assert "Last day ·" in shown
    assert "Over ·" not in shown
    assert "Closed ·" not in shown


def test_roles(here, bob, charlie, client):
    row = save_offering(here.achievement, actor=None, values={"delivery": "online"})
    for who, error, status in ((bob, PermissionDenied, 403), (charlie, Http404, 404)):
        with pytest.raises(error):
            save_offering(here.achievement, actor=who, values={"delivery": "online"})
        with pytest.raises(error):
            close_offering(row, actor=who)
        client.force_login(who)
        assert client.post(here.url(), FIELDS).status_code == status
        assert client.post(here.url("offering_close", row.pk)).status_code == status
    assert Offering.everywhere.filter(closed_at=None).count() == 1


def test_another_achievements_offering_is_not_found(here, published, client):
    other = published("Other")
    row = save_offering(other.achievement, actor=None, values={"delivery": "online"})
    assert client.get(here.url("offering", row.pk)).status_code == 404
    assert client.post(here.url("offering_close", row.pk)).status_code == 404
