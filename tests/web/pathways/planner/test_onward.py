"""Counts toward: which awards take an achievement, by which rule, and what it hangs on."""

from __future__ import annotations

import re
from html import unescape

import pytest

from stackmark_web import clock
from stackmark_web.catalogue import onward as rooms
from stackmark_web.pathways.actions import publishing
from stackmark_web.pathways.onward import counts_toward
from stackmark_web.tenancy.queries import did_of
from stackmark_web.verifying.models import TrustEntry

pytestmark = pytest.mark.django_db


def words(text):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def only(version):
    (found,) = counts_toward(version)
    return found


def test_an_award_that_names_it(teach, pathway, asks):
    charts = teach("Charts", "show")
    pathway(teach("Master"), asks(charts), title="Master of Charts")
    found = only(charts)
    assert (found.how, found.sure, str(found.version)) == ("named", True, "Master of Charts")
    assert found.rule == "Step: at least 1 credential for Charts."
    assert found.url.startswith("/pathways/")


def test_an_award_that_takes_what_it_is(teach, pathway, asks):
    charts = teach("Charts", "show")
    pathway(teach("Master"), asks(level_min=6))
    assert (only(charts).how, only(charts).sure) == ("fits", True)


def test_an_award_that_asks_for_a_class_of_issuer(teach, pathway, asks):
    charts = teach("Charts", "show")
    pathway(teach("Master"), asks(issuer_class=["university"]))
    assert only(charts).sure


def test_what_it_does_not_meet_is_not_told(teach, pathway, asks):
    charts = teach("Charts", "show")
    pathway(teach("Master"), asks(level_min=7))
    assert counts_toward(charts) == []


def test_a_grade_nobody_has_yet_is_an_if(teach, pathway, asks):
    charts = teach("Charts", "show")
    grade = {"value": "80", "scale": "percent"}
    pathway(teach("Master"), asks(charts, grade_min=grade))
    found = only(charts)
    assert (found.sure, found.ifs) == (False, ("your grade is good enough",))


def test_an_issuer_that_is_not_accepted_is_an_if_until_it_is(
    teach, pathway, asks, college, university
):
    foreign = teach("Foreign", "show", organisation=college)
    pathway(teach("Master"), asks(foreign))
    assert (only(foreign).body, only(foreign).sure) == ("Northfield University", False)
    TrustEntry.objects.create(
        organisation=university, issuer=did_of(college), name="College", added_at=clock.now()
    )
    assert only(foreign).sure


def test_equivalents_and_substitutes(teach, pathway, asks):
    charts, plots, maps = teach("Charts", "show"), teach("Plots", "plot"), teach("Maps", "map")
    ids = {one.title: one.signable["id"] for one in (charts, plots, maps)}
    same = {"id": "same", "equivalent": [[ids["Charts"], ids["Plots"]]]}
    instead = {
        "use": ids["Maps"],
        "instead_of": ids["Charts"],
        "approved_by": "Board",
        "reason": "Same outcomes.",
    }
    pathway(teach("Master"), asks(charts), limits=[same], substitutes=[instead])
    assert only(plots).how == "equivalent"
    assert (only(maps).how, only(maps).note) == ("substitute", "Same outcomes.")


def test_the_award_itself_and_what_is_retired_are_left_out(teach, pathway, asks):
    charts, master = teach("Charts", "show"), teach("Master")
    row = pathway(master, asks(level_min=6))
    assert counts_toward(master) == []
    publishing.retire(row, actor=None)
    assert counts_toward(charts) == []


def test_shown_before_enrolment_on_the_public_page(client, teach, pathway, asks, offer):
    charts = teach("Charts", "show")
    offer(charts)
    pathway(teach("Master"), asks(charts), title="Master of Charts")
    page = client.get(f"/achievements/{charts.achievement_id}", headers={"Accept": "text/html"})
    text = words(page.content.decode())
    assert "Counts toward Master of Charts Certificate · Northfield University" in text
    assert "It counts for this rule: Step: at least 1 credential for Charts." in text
    assert "its other rules and limits have to be met too" in text


def test_shown_where_one_applies(client, ada, teach, pathway, asks):
    charts = teach("Charts", "show")
    pathway(teach("Master"), asks(charts), title="Master of Charts")
    client.force_login(ada)
    page = client.get(f"/assessments/apply/{charts.achievement_id}")
    assert page.status_code == 200
    assert "Counts toward Master of Charts" in words(page.content.decode())


def test_what_a_pathway_awards_leads_to_it(teach, pathway, asks):
    master = teach("Master")
    row = pathway(master, asks(level_min=6), title="Master of Charts")
    (panel,) = [one for one in rooms.panels(master) if "counts-toward" in one]
    assert f'href="/pathways/{row.pk}/1"' in panel
    assert "It is awarded to whoever completes Master of Charts" in words(panel)


def test_none_is_said(teach):
    (panel,) = [one for one in rooms.panels(teach("Charts")) if "counts-toward" in one]
    assert "No published pathway on this server takes it yet." in words(panel)


def test_hostile_titles_stay_text(teach, pathway, asks):
    charts = teach("Charts", "show")
    pathway(teach("Master"), asks(charts), title="<script>alert(1)</script>")
    (panel,) = [one for one in rooms.panels(charts) if "counts-toward" in one]
    assert "<script>" not in panel
