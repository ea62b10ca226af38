"""Offers of the catalogue: facts as they are stated, and nothing that cannot be taken."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import pytest

from stackmark.model.figure import Figure
from stackmark_web import clock
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.catalogue import figures
from stackmark_web.catalogue.figures import Figures
from stackmark_web.catalogue.offerings import close_offering, save_offering
from stackmark_web.pathways.held import held
from stackmark_web.pathways.planner_chances import chances
from stackmark_web.pathways.planner_offers import PACE, shelf
from stackmark_web.pathways.planner_taught import groups_of

pytestmark = pytest.mark.django_db


def only():
    (found,) = shelf().offers(None)
    return found


def test_an_offer_says_what_the_offering_and_the_version_say(teach, offer):
    row = offer(teach("Charts", "show", hours=20), price="120.50", start=4, weeks=3)
    found = only()
    assert (found.id, found.price, found.currency) == (str(row.pk), Fraction("120.5"), "EUR")
    assert (found.hours, found.weeks, found.starts) == (20, 3, (row.starts_on,))
    assert (found.delivery, found.language) == ("online", ("en",))
    assert found.holding.skills == ("https://skills.example/show",)
    assert found.pass_chance is None


def test_what_it_gives_is_what_its_credential_will_be(teach, offer, ada, give):
    version = teach("Charts", "show")
    offer(version)
    give(version)
    (mine,) = held(ada)
    one = mine.holding
    promised = replace(only().holding, id=one.id, awarded=one.awarded, applied_to=None)
    assert promised == replace(one, expires=None)


def test_at_ones_own_pace_weeks_follow_from_the_hours_there_are(teach, offer):
    offer(teach("Charts", "show", hours=25))
    assert only().weeks == 3  # at ten hours a week
    (fast,) = shelf().offers(Fraction(25))
    assert (fast.weeks, fast.starts) == (1, ())
    assert PACE == 10


def test_without_hours_and_dates_nobody_knows_how_long_it_takes(teach, offer):
    offer(teach("Charts", "show", hours=None))
    assert (only().weeks, only().hours) == (None, None)


def test_a_standing_offer_with_a_last_day_cannot_start_too_late(teach, offer):
    offer(teach("Charts", "show", hours=20), ends_on=clock.today() + dt.timedelta(days=30))
    assert only().starts[-1] + dt.timedelta(weeks=2) <= clock.today() + dt.timedelta(days=30)
    assert only().starts[0] == clock.today()


@pytest.mark.parametrize(
    "values",
    [
        {"start": -2, "weeks": 4},  # it runs already
        {"start": 4, "weeks": 2, "apply_by": dt.date(2026, 5, 31)},
    ],
)
def test_what_nobody_can_enrol_in_any_more_is_no_offer(teach, offer, values):
    offer(teach("Charts", "show"), **values)
    assert shelf().offers(None) == ()


def test_closed_retired_and_never_offered_are_no_offers(teach, offer):
    closed, retired = teach("Closed"), teach("Retired")
    teach("Never offered")
    close_offering(offer(closed), actor=None)
    offer(retired)
    catalogue.retire(retired.achievement, actor=None)
    assert shelf().offers(None) == ()


def test_a_change_of_the_catalogue_is_seen_at_once_and_else_nothing_is_made_anew(teach, offer):
    row = offer(teach("Charts", "show"), price="100")
    first = shelf()
    assert shelf() is first
    save_offering(row.achievement, actor=None, values={"price": "90"}, offering=row)
    assert shelf() is not first
    assert only().price == 90


def test_tomorrow_is_another_state(teach, offer):
    offer(teach("Charts", "show"), start=0, weeks=1)
    assert len(shelf().offers(None)) == 1
    with clock.at(clock.now() + dt.timedelta(days=1)):
        assert shelf().offers(None) == ()


def test_a_title_alone_is_a_prerequisite_and_anything_more_is_words(teach, offer):
    basics = teach("Basics", "count")
    offer(teach("Charts", "show", prerequisites={"en": "Basics."}))
    assert only().prerequisites == ((basics.signable["id"],),)


def test_prerequisites_in_words():
    known = {"basics": ("b/1",), "charts": ("c/2", "c/1"), "health and safety": ("h/1",)}
    assert groups_of("Basics or Charts.", known) == (("b/1", "c/2", "c/1"),)
    assert groups_of("Basics, Charts", known) == (("b/1",), ("c/2", "c/1"))
    assert groups_of("Health and Safety", known) == (("h/1",),)
    assert groups_of("Basics, or comparable experience", known) == ()
    assert groups_of("", known) == ()


def known(monkeypatch, version, **values):
    found = Figures(**values)
    monkeypatch.setattr(figures, "_sources", [lambda _: {version.pk: found}])
    monkeypatch.setattr(
        figures, "_assessed", [lambda _: {version.pk: values.get("assessment", ())}]
    )
    return chances([version.pk]).get(version.pk)


def rate(code="first_pass_rate", value=0.8, n=50, **more):
    figure = {"method": "share", "source": "panel", "unit": "share", **more}
    return Figure(code=code, value=value, n=n, **figure)


def test_chances_come_from_cohorts_first_attempts_before_all(teach, monkeypatch):
    version = teach("Charts")
    both = (rate("final_pass_rate", 0.9), rate())
    found = known(monkeypatch, version, assessment=both)
    assert (found.rate, found.n, found.about) == (Fraction(4, 5), 50, "first")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"assessment": (rate(n=4),)},  # too few people
        {"assessment": (rate(value=0.98, n=50),)},  # one person failed: that would be told of
        {"assessment": (rate(value=None),)},
        {"assessment": (rate(insufficient=True),)},
        {"pass_rate": 0.8},  # of nobody knows how many
        {"pass_rate": 0.8, "cohort": 50, "withheld": frozenset({"pass-rate"})},
    ],
)
def test_else_the_chance_is_not_known(teach, monkeypatch, values):
    assert known(monkeypatch, teach("Charts"), **values) is None


def test_a_plain_pass_rate_with_its_cohort_counts(teach, monkeypatch):
    found = known(monkeypatch, teach("Charts"), pass_rate=0.7, cohort=100)
    assert (found.rate, found.n, found.about) == (Fraction(7, 10), 100, "ever")
