"""Following a pathway: the version of the day, audits that keep up, moving on, leaving."""

from __future__ import annotations

from datetime import timedelta

import pytest

from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding import actions as awarding
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.passport import actions as passport
from stackmark_web.pathways.actions import auditing, following, publishing
from stackmark_web.pathways.actions.designing import save_rules, start_version
from stackmark_web.pathways.errors import Problem
from stackmark_web.pathways.models import Completion, Following, Pathway

from .conftest import asks, both


def test_who_follows_falls_under_the_version_of_the_day(ada, pathway):
    made = following.follow(ada, pathway())
    assert made.version.number == 1
    assert (made.verdict, made.dirty_since) == ("no", None)
    assert made.audit["shortfalls"]


def test_following_twice_is_following_once(ada, pathway):
    first, second = (following.follow(ada, one) for one in [pathway()] * 2)
    assert first.pk == second.pk
    assert AuditEvent.objects.filter(verb="following.started").count() == 1


def test_nobody_joins_what_is_retired_or_not_published(ada, pathway, larger, university):
    retired = publishing.retire(pathway(), actor=None)
    with pytest.raises(Problem, match="takes nobody on"):
        following.follow(ada, retired)
    assert not Following.objects.exists()


def test_nobody_joins_before_the_first_version_applies(ada, pathway):
    later = pathway(applies=clock.today() + timedelta(days=3))
    with pytest.raises(Problem, match="takes nobody on"):
        following.follow(ada, later)


def test_a_new_credential_is_audited_by_the_duty(ada, pathway, soil, give, settled):
    made = following.follow(ada, pathway())
    give(soil)
    made.refresh_from_db()
    assert made.dirty_since is not None
    settled()
    made.refresh_from_db()
    assert made.dirty_since is None
    met = {one["rule"]: one["met"] for one in made.audit["progress"]}
    assert met == {"award": False, "soil-sampling": True, "field-maps": False}


def test_the_same_inputs_are_not_audited_twice(ada, pathway, soil, give):
    give(soil)
    made = following.follow(ada, pathway())
    at = made.audited_at
    with clock.at(clock.now() + timedelta(hours=1)):
        auditing.mark_people([ada.pk])
        auditing.audit_waiting()
    made.refresh_from_db()
    assert (made.audited_at, made.dirty_since) == (at, None)


def test_time_alone_is_noticed(ada, pathway, soil, maps, give, settled):
    give(soil)
    give(maps, valid_until=clock.now() + timedelta(days=10))
    made = following.follow(ada, pathway())
    assert made.verdict == "yes"
    assert made.look_again == clock.today() + timedelta(days=11)
    with clock.at(clock.now() + timedelta(days=9)):
        settled()
        made.refresh_from_db()
        assert made.verdict == "yes"
    with clock.at(clock.now() + timedelta(days=11)):
        settled()
        made.refresh_from_db()
        assert made.verdict == "no"


def test_a_letter_comes_once_before_something_ends(ada, pathway, soil, give, settled):
    give(soil, valid_until=clock.now() + timedelta(days=10))
    following.follow(ada, pathway())
    for day in (1, 11):
        with clock.at(clock.now() + timedelta(days=day)):
            auditing.mark_people([ada.pk])
            settled()
    (letter,) = OutboxMail.everywhere.filter(kind="pathway-ageing")
    assert "11 June 2026" in letter.text
    assert "1 credential" in letter.text


def test_our_own_revocation_makes_it_incomplete(ada, pathway, soil, maps, give, settled):
    give(soil)
    row = give(maps)
    made = following.follow(ada, pathway())
    assert made.verdict == "yes"
    row.award.refresh_from_db()
    awarding.revoke(row.award, actor=None, reason="issued-in-error")
    settled()
    made.refresh_from_db()
    assert made.verdict == "no"
    done = Completion.everywhere.get()
    assert done.state == "lost"
    assert "not earned" in done.reason
    assert OutboxMail.everywhere.filter(kind="pathway-lost").count() == 1


def test_removing_a_credential_is_noticed(ada, pathway, university, brought, trust, settled):
    trust()
    row = brought()
    elsewhere = {
        "id": "foreign",
        "count": {"min": 1, "select": {"issuer": ["did:web:uni.example"]}},
    }
    made = following.follow(ada, pathway(rule={"id": "award", "all": [elsewhere]}))
    assert made.verdict == "yes"
    passport.remove(row, actor=ada)
    settled()
    made.refresh_from_db()
    assert made.verdict == "no"


def test_trust_in_an_issuer_is_noticed(ada, pathway, brought, trust, settled):
    brought()
    elsewhere = {
        "id": "foreign",
        "count": {"min": 1, "select": {"issuer": ["did:web:uni.example"]}},
    }
    made = following.follow(ada, pathway(rule={"id": "award", "all": [elsewhere]}))
    assert made.verdict == "no"
    trust()
    settled()
    made.refresh_from_db()
    assert made.verdict == "yes"


@pytest.fixture
def newer(soil):
    """A second version that asks for less."""

    def make(pathway):
        draft = start_version(pathway, actor=None)
        draft = save_rules(
            draft,
            actor=None,
            rules={**draft.rules, "rule": both(soil)},
            revision=draft.revision,
        )
        return publishing.publish(draft, actor=None, changed="Maps are no longer asked for.")

    return make


def test_who_followed_keeps_the_version_until_they_move(ada, pathway, soil, give, newer, settled):
    give(soil)
    one = pathway()
    made = following.follow(ada, one)
    second = newer(one)
    auditing.mark(Following.objects.all())
    settled()
    made.refresh_from_db()
    assert (made.version.number, made.verdict) == (1, "no")
    following.move(made, second.pk, actor=ada)
    assert (made.version.number, made.verdict) == (2, "yes")


def test_nobody_moves_back_or_elsewhere(ada, pathway, newer):
    one = pathway()
    made = following.follow(ada, one)
    first, second = made.version, newer(one)
    following.move(made, second.pk, actor=ada)
    for wrong in (first.pk, second.pk, made.pk):
        with pytest.raises(Problem, match="no newer version"):
            following.move(made, wrong, actor=ada)


def test_nobody_else_moves_or_leaves_for_a_learner(ada, person, pathway, newer):
    one = pathway()
    made, mallory = following.follow(ada, one), person("mallory")
    second = newer(one)
    with pytest.raises(PermissionError):
        following.move(made, second.pk, actor=mallory)
    with pytest.raises(PermissionError):
        following.leave(made, actor=mallory)


def test_leaving_takes_back_what_waits_and_joining_again_begins_anew(
    ada, pathway, soil, maps, give
):
    give(soil)
    give(maps)
    one = pathway()
    made = following.follow(ada, one)
    following.leave(made, actor=ada)
    assert Completion.everywhere.get().state == "lost"
    again = following.follow(ada, one)
    assert again.pk != made.pk
    assert Completion.everywhere.filter(state="waiting").count() == 1


def test_a_change_during_an_audit_stays_marked(ada, pathway, monkeypatch):
    made = following.follow(ada, pathway())
    auditing.mark_people([ada.pk])
    real = auditing._look

    def slow(one, bodies):
        found = real(one, bodies)
        with clock.at(clock.now() + timedelta(seconds=1)):
            auditing.mark_people([ada.pk])
        return found

    monkeypatch.setattr(auditing, "_look", slow)
    auditing.audit_waiting()
    made.refresh_from_db()
    assert made.dirty_since is not None


def test_an_audit_of_an_older_version_is_thrown_away(ada, pathway, newer, monkeypatch):
    one = pathway()
    made = following.follow(ada, one)
    second = newer(one)
    auditing.mark_people([ada.pk])
    real = auditing._look

    def slow(row, bodies):
        found = real(row, bodies)
        Following.objects.filter(pk=made.pk).update(version=second, inputs="", verdict="moved")
        return found

    monkeypatch.setattr(auditing, "_look", slow)
    auditing.audit_waiting()
    made.refresh_from_db()
    assert (made.verdict, made.dirty_since is not None) == ("moved", True)


def test_a_pathway_without_a_version_is_no_pathway(ada, university, larger):
    bare = Pathway.everywhere.create(
        organisation=university, kind="certificate", created_at=clock.now()
    )
    with pytest.raises(Problem):
        following.follow(ada, bare)


def test_the_rules_of_the_fixture_read_as_meant(soil):
    assert asks(soil)["id"] == "soil-sampling"
