"""What its issuer took back since it was brought: nothing is awarded for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from stackmark_web import clock
from stackmark_web.awarding.models import Award
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.passport.models import Holding
from stackmark_web.pathways.actions import automatic, conferring, following, rechecking
from stackmark_web.pathways.errors import Problem
from stackmark_web.pathways.models import Completion, Following, Pathway

RULE = {
    "id": "award",
    "count": {"min": 1, "select": {"achievement": ["https://uni.example/a/7"]}},
}


@pytest.fixture
def row(brought, trust, issuer):
    """A trusted issuer's badge that can be revoked."""
    trust()
    return brought(credentialStatus=issuer.status())


@pytest.fixture
def follow(ada, row, pathway, django_capture_on_commit_callbacks):
    def make(**more):
        one = pathway(rule=RULE, **more)
        with django_capture_on_commit_callbacks(execute=True):
            following.follow(ada, one)
        return Completion.everywhere.filter(version__pathway=one).get()

    return make


def later(**span):
    return clock.at(clock.now() + timedelta(**span))


@pytest.fixture
def confer(alice, django_capture_on_commit_callbacks):
    def make(done):
        with django_capture_on_commit_callbacks(execute=True):
            conferring.confer_one(done, actor=alice, minute="All agreed.")

    return make


def test_the_board_confers_nothing_for_what_was_revoked_elsewhere(follow, issuer, confer):
    done = follow()
    issuer.set_status()
    with later(days=2), pytest.raises(Problem, match="no longer complete"):
        confer(done)
    done.refresh_from_db()
    assert (done.state, done.award) == ("lost", None)
    assert Holding.objects.get().standing == "revoked"


def test_where_nobody_answers_it_waits(follow, issuer, web, confer):
    done = follow()
    web.faults[f"{issuer.home}/status/list"] = "fetch.unreachable"
    with later(days=2), pytest.raises(Problem, match="could not be checked now"):
        confer(done)
    done.refresh_from_db()
    assert done.state == "waiting"
    web.faults.clear()
    with later(days=2, minutes=1):
        confer(done)
    done.refresh_from_db()
    assert done.state == "awarded"


def test_software_awards_nothing_late_for_what_was_revoked_elsewhere(
    follow, issuer, monkeypatch, django_capture_on_commit_callbacks
):
    with monkeypatch.context() as broken:
        broken.setattr(automatic, "award", lambda _pk: None)
        done = follow(conferral="automatic")
    issuer.set_status()
    with later(days=2), django_capture_on_commit_callbacks(execute=True):
        automatic.award_waiting()
    done.refresh_from_db()
    assert (done.state, Award.everywhere.count()) == ("lost", 0)


def test_software_awards_nothing_once_the_body_chose_a_board(
    follow, monkeypatch, django_capture_on_commit_callbacks
):
    with monkeypatch.context() as broken:
        broken.setattr(automatic, "award", lambda _pk: None)
        done = follow(conferral="automatic")
    Pathway.everywhere.update(conferral="board")
    with later(minutes=2), django_capture_on_commit_callbacks(execute=True):
        automatic.award_waiting()
    done.refresh_from_db()
    assert (done.state, done.automatic, done.award) == ("waiting", False, None)
    assert OutboxMail.everywhere.filter(kind="pathway-complete").count() == 1


def test_what_is_followed_with_is_looked_at_daily(follow, issuer, settled):
    done = follow()
    issuer.set_status()
    assert rechecking.look_again() == 0
    with later(days=1):
        assert rechecking.look_again() == 1
        assert Following.objects.get().dirty_since is not None
        settled()
        assert rechecking.look_again() == 0
    done.refresh_from_db()
    assert done.state == "lost"


def test_silence_takes_nothing_away_for_a_week(follow, issuer, web):
    follow()
    web.faults[f"{issuer.home}/status/list"] = "fetch.unreachable"
    for days, provenance in ((2, Holding.Provenance.VERIFIED), (8, Holding.Provenance.UNTOLD)):
        with later(days=days):
            rechecking.look_again()
        assert Holding.objects.get().provenance == provenance


def test_nobody_is_asked_about_what_serves_no_pathway(ada, row):
    with later(days=2):
        assert rechecking.look_again() == 0


def test_what_was_taken_up_and_not_signed_is_not_awarded_once_it_is_incomplete(
    follow, issuer, confer, monkeypatch, soil
):
    """A worker that was killed left a draft behind, and its issuer took the badge back since."""
    done = follow()

    def killed(*_awards, **_more):
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr("stackmark_web.awarding.actions.offering.issuing.sign_many", killed)
        with pytest.raises(RuntimeError):
            confer(done)
    done.refresh_from_db()
    assert done.award is not None
    issuer.set_status()
    with later(days=2), pytest.raises(Problem, match="no longer complete"):
        confer(done)
    done.refresh_from_db()
    assert done.award.signed is None
