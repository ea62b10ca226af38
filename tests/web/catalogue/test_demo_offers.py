"""The demo world has something on offer whenever it is made: dates ahead, prices to filter by."""

from __future__ import annotations

import random

import pytest
from django.urls import reverse

from stackmark_web import clock
from stackmark_web.catalogue.searching import FACETS, Wish, choices
from stackmark_web.demo import founding, seeding

pytestmark = pytest.mark.django_db


def test_every_facet_has_something_to_choose(client):
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    with clock.at(now - seeding.YEARS):
        cast = founding.people(random.Random(1))
        houses = founding.organisations(cast)
    versions = seeding._publish(cast, houses, now)
    found = choices(Wish())
    assert {name for name in FACETS if len(found[name]) < 2} <= {"language"}
    assert {one.value for one in found["price"]} == {"free", "paid"}
    page = client.get(reverse("catalogue:list"), {"price": "paid"}).content.decode()
    assert versions["python-analysis"].title in page
    assert versions["data-literacy"].title not in page
