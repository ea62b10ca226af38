"""Drafts: what they begin with, what is kept, and whose they are."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from stackmark.errors import UsageError
from stackmark.stacking.render import sentences
from stackmark_web import clock
from stackmark_web.pathways import queries
from stackmark_web.pathways.actions import designing, publishing
from stackmark_web.pathways.errors import BlockedError, Problem, StaleError
from stackmark_web.pathways.models import FrozenError, Pathway, PathwayVersion
from stackmark_web.pathways.rules_of import rules_of


@pytest.mark.parametrize("kind", Pathway.Kind.values)
def test_each_kind_begins_with_rules_that_can_be_read_and_met(northfield, award, kind):
    made = designing.create(northfield, actor=None, kind=kind, title="One", achievement=award)
    rules = rules_of(made)
    assert rules.title == "One"
    assert rules.id == f"https://badges.example.org/pathways/{made.pathway_id}/1"
    assert rules.issuer.endswith(":o:northfield")
    assert len(sentences(rules)) > 1
    assert publishing.publish(made, actor=None).number == 1


def test_a_degree_module_is_never_awarded_by_software(northfield, award):
    with pytest.raises(Problem) as told:
        designing.create(
            northfield,
            actor=None,
            kind="degree-module",
            title="One",
            achievement=award,
            conferral="automatic",
        )
    assert told.value.field == "conferral"
    assert "never by software" in told.value.detail


def test_somebody_elses_achievement_is_not_awarded(designed, organisation, award):
    other = organisation("southfield")
    with pytest.raises(Problem) as told:
        designing.create(other, actor=None, kind="certificate", title="One", achievement=award)
    assert told.value.field == "achievement"


def test_only_designers_write_and_strangers_see_nothing(northfield, bob, charlie):
    for who, refused in ((bob, PermissionDenied), (charlie, Http404)):
        with pytest.raises(refused):
            designing.create(northfield, actor=who, kind="certificate", title="One")
    assert not Pathway.everywhere.exists()


def test_two_editors_at_once(draft, dana):
    rules = {**draft.rules, "unit": "uk"}
    first = designing.save_rules(draft, actor=dana, rules=rules, revision=0)
    assert first.revision == 1
    with pytest.raises(StaleError) as told:
        designing.save_rules(draft, actor=dana, rules=draft.rules, revision=0)
    assert "Dana" in told.value.detail
    assert PathwayVersion.everywhere.get().rules["unit"] == "uk"


@pytest.mark.parametrize(
    ("rules", "slug"),
    [
        ({"rule": {"all": []}}, "type"),
        ({"rule": {"count": {"min": "two"}}}, "number"),
        ({"rule": {"sum": 1}}, "unknown"),
        ({}, "missing"),
        ({"rule": {"count": {"min": 1}}, "limits": [{"share": {"a": "x", "b": "y"}}]}, "missing"),
    ],
)
def test_rules_that_cannot_be_read_are_not_kept(draft, dana, rules, slug):
    before = draft.rules
    with pytest.raises(UsageError) as told:
        designing.save_rules(draft, actor=dana, rules=rules, revision=0)
    assert told.value.reason == f"rules.{slug}"
    assert PathwayVersion.everywhere.get().rules == before


def test_a_published_version_never_changes(draft, dana):
    made = publishing.publish(draft, actor=dana)
    with pytest.raises(Problem):
        designing.save_rules(made, actor=dana, rules=made.rules, revision=made.revision)
    made.title = "Other"
    with pytest.raises(FrozenError):
        made.save()


def test_nobody_publishes_what_nobody_can_earn(draft, dana):
    rules = {"rule": {"count": {"select": {"level_min": 7, "level_max": 5}, "min": 1}}}
    kept = designing.save_rules(draft, actor=dana, rules=rules, revision=0)
    with pytest.raises(BlockedError) as told:
        publishing.publish(kept, actor=dana)
    assert told.value.findings[0].kind == "impossible"


def test_who_joins_falls_under_the_version_of_that_day(draft, dana):
    today = clock.today()
    first = publishing.publish(draft, actor=dana)
    second = designing.start_version(first.pathway, actor=dana)
    later = today + dt.timedelta(days=90)
    publishing.publish(second, actor=dana, applies_from=later, changed="Stricter")
    found = [
        getattr(queries.version_for(first.pathway, day), "number", None)
        for day in (today - dt.timedelta(1), today, later - dt.timedelta(1), later)
    ]
    assert found == [None, 1, 1, 2]


def test_a_later_version_cannot_reach_back(draft, dana):
    first = publishing.publish(draft, actor=dana)
    second = designing.start_version(first.pathway, actor=dana)
    with pytest.raises(Problem) as told:
        publishing.publish(second, actor=dana, applies_from=clock.today() - dt.timedelta(days=1))
    assert told.value.field == "applies_from"


def test_there_is_one_draft_at_a_time(draft, dana):
    with pytest.raises(Problem):
        designing.start_version(draft.pathway, actor=dana)
    first = publishing.publish(draft, actor=dana)
    designing.start_version(first.pathway, actor=dana)
    with pytest.raises(Problem):
        designing.start_version(first.pathway, actor=dana)


def test_a_retired_pathway_is_off_offer_and_can_come_back(draft, dana):
    first = publishing.publish(draft, actor=dana)
    publishing.retire(first.pathway, actor=dana)
    assert not queries.published().exists()
    assert queries.public_version(first.pathway_id)
    publishing.restore(Pathway.everywhere.get(), actor=dana)
    assert queries.published().get() == first.pathway
