"""A draft tried on everyone: who, what is said, and that a stopped run goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from stackmark_web import clock
from stackmark_web.catalogue.publishing import identity
from stackmark_web.jobs import worker
from stackmark_web.pathways import queries_trials
from stackmark_web.pathways.actions import designing, publishing, trying
from stackmark_web.pathways.errors import Problem
from stackmark_web.pathways.held import Held
from stackmark_web.pathways.imagined import holding_for
from stackmark_web.pathways.models import Following, Trial, Trialled


@pytest.fixture
def course(designed):
    return designed("Course")


@pytest.fixture
def first(draft, dana, course):
    """A published version that asks for nothing much."""
    rules = {"rule": {"all": [{"id": "any", "count": {"select": {}, "min": 1}}]}}
    kept = designing.save_rules(draft, actor=dana, rules=rules, revision=0)
    return publishing.publish(kept, actor=dana)


@pytest.fixture
def second(first, dana, course):
    """A draft that asks for the course."""
    draft = designing.start_version(first.pathway, actor=dana)
    rules = {
        "rule": {
            "all": [{"id": "c", "count": {"select": {"achievement": [identity(course)]}, "min": 1}}]
        }
    }
    return designing.save_rules(draft, actor=dana, rules=rules, revision=0)


@pytest.fixture
def follow(person, first):
    """Learners who follow the first version: follow("ada", "ben")."""

    def make(*words):
        rows = [
            Following.objects.create(
                user=person(word), pathway=first.pathway, version=first, joined_on=clock.today()
            )
            for word in words
        ]
        return [one.user for one in rows]

    return make


@pytest.fixture
def holds(monkeypatch):
    """What each learner holds, by name: holds["Ada"] = [version]."""
    found = {}

    def held(user, organisation, at, **_more):
        rows = found.get(user.name, [])
        return tuple(
            Held(holding_for(one, f"{user.pk}-{n}"), None, "issued-here", counts=True)
            for n, one in enumerate(rows)
        )

    monkeypatch.setattr(trying, "held", held)
    return found


def work():
    while worker.work_once("here:1"):
        pass


def test_everyone_who_follows_is_tried_and_compared(second, follow, holds, course, award, dana):
    follow("ada", "ben", "cyd")
    holds.update({"Ada": [course], "Ben": [award.current]})
    trial = trying.try_on_everyone(second, actor=dana)
    work()
    trial.run.refresh_from_db()
    assert (trial.run.state, trial.run.done) == ("done", 3)
    found = queries_trials.outcome(trial)
    assert (found.yes, found.no, found.undecided) == (1, 2, 0)
    assert (found.lost, found.gained, found.compared) == (1, 0, 3)


def test_nobody_is_told_and_nothing_of_theirs_changes(
    second, follow, holds, course, dana, mailoutbox
):
    follow("ada")
    holds["Ada"] = [course]
    trying.try_on_everyone(second, actor=dana)
    work()
    row = Following.objects.get()
    assert (row.verdict, row.version.number, row.audited_at) == ("", 1, None)
    assert not mailoutbox


def test_a_stopped_run_goes_on_where_it_was(second, follow, holds, dana, monkeypatch):
    monkeypatch.setattr(trying, "CHUNK", 2)
    monkeypatch.setattr(trying, "_STEP", 1)
    follow(*"abcde")
    trial = trying.try_on_everyone(second, actor=dana)
    real, calls = trying._Judge.row, []

    def row(self, user):
        calls.append(user.pk)
        if len(calls) == 4:
            raise RuntimeError("out of memory")
        return real(self, user)

    monkeypatch.setattr(trying._Judge, "row", row)
    work()
    assert Trialled.objects.filter(trial=trial).count() == 4
    with clock.at(clock.now() + timedelta(minutes=1)):
        work()
    trial.run.refresh_from_db()
    assert trial.run.state == "done"
    assert Trialled.objects.filter(trial=trial).count() == 5
    assert len(calls) == 6  # the one that failed twice, nobody else


def test_a_chunk_done_twice_tries_nobody_twice(second, follow, holds, dana):
    follow("ada", "ben")
    trial = trying.try_on_everyone(second, actor=dana)
    assert trying.try_chunk(trial.run, 0, lambda: None) == 2
    assert trying.try_chunk(trial.run, 0, lambda: None) == 0
    assert Trialled.objects.count() == 2


def test_who_left_is_not_tried_and_a_new_trial_takes_the_place_of_the_old(
    second, follow, holds, dana
):
    follow("ada", "ben")
    Following.objects.filter(user__name="Ben").update(left_at=clock.now())
    old = trying.try_on_everyone(second, actor=dana)
    assert old.run.total == 1
    new = trying.try_on_everyone(second, actor=dana)
    assert Trial.everywhere.get() == new
    assert trying.try_chunk(old.run, 0, lambda: None) == 0


def test_before_the_first_version_there_may_be_nobody(draft, dana):
    with pytest.raises(Problem) as told:
        trying.try_on_everyone(draft, actor=dana)
    assert "nobody yet" in told.value.detail


def test_the_page_says_what_came_of_it(second, follow, holds, course, dana, client, charlie):
    follow("ada", "ben")
    holds["Ada"] = [course]
    client.force_login(dana)
    base = f"/manage/northfield/pathways/{second.pathway_id}"
    answer = client.post(f"{base}/draft/try/everyone", follow=True)
    page = answer.redirect_chain[-1][0]
    assert "Waiting for a worker" in answer.content.decode()
    work()
    text = client.get(page).content.decode()
    assert "Everyone is tried" in text
    assert f'<a class="button" href="{base}/draft/publish">' in text
    assert "Ada" not in text, "who got which verdict is nobody's business"
    stranger = Client()
    stranger.force_login(charlie)
    assert stranger.get(page).status_code == 404
    rules = {**second.rules, "unit": "uk"}
    designing.save_rules(second, actor=dana, rules=rules, revision=second.revision)
    assert "changed after this trial" in client.get(page).content.decode()
