"""Not applied to another award: what is known of a credential's uses, and what is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from stackmark_web import clock
from stackmark_web.passport.models import Holding
from stackmark_web.pathways.actions import automatic, following, publishing
from stackmark_web.pathways.actions.designing import start_version
from stackmark_web.pathways.models import Completion
from stackmark_web.recognising.actions import ledger

from .conftest import asks

DEGREE = "https://far.example/pathways/degree"


@pytest.fixture
def unused(pathway, soil, ada, django_capture_on_commit_callbacks):
    """Ada's verdict under rules that want soil not applied to some awards: unused(award, …)."""

    def make(*awards, conferral="board"):
        rule = asks(soil)
        rule["count"]["select"]["not_applied_to"] = list(awards)
        made = pathway(rule=rule, conferral=conferral)
        with django_capture_on_commit_callbacks(execute=True):
            return following.follow(ada, made).verdict

    return make


def test_nobody_knows_of_awards_elsewhere(unused, soil, give):
    give(soil)
    assert unused(DEGREE) == "undecided"


def test_it_is_known_of_what_was_entered_when_it_was_issued(unused, soil, give, ada):
    ledger.opt_in(ada)
    ledger.enter(ada, give(soil))
    assert unused(DEGREE) == "yes"


def test_what_was_entered_later_may_have_been_used_before(unused, soil, give, ada):
    row = give(soil)
    with clock.at(clock.now() + timedelta(days=30)):
        ledger.opt_in(ada)
        ledger.enter(ada, row)
        assert unused(DEGREE) == "undecided"


def test_who_leaves_and_comes_back_hides_no_use(unused, soil, give, ada):
    ledger.opt_in(ada)
    row = give(soil)
    ledger.enter(ada, row)
    ledger.enter_use(ada, row.credential_id, row.award.sha256, DEGREE, "did:web:far.example")
    assert unused(DEGREE) == "no"
    with clock.at(clock.now() + timedelta(days=1)):
        ledger.opt_out(ada)
        ledger.opt_in(ada)
        ledger.enter(ada, Holding.objects.get(pk=row.pk))
        assert unused(DEGREE) == "undecided"


def test_a_known_use_is_a_no_whatever_else_is_missing(unused, soil, give, ada):
    row = give(soil)
    with clock.at(clock.now() + timedelta(days=30)):
        ledger.opt_in(ada)
        ledger.enter_use(ada, row.credential_id, row.award.sha256, DEGREE, "did:web:far.example")
        assert unused(DEGREE, f"{DEGREE}/other") == "no"
        assert unused(f"{DEGREE}/other") == "undecided"


def test_who_served_one_version_of_a_pathway_served_the_others(
    unused, pathway, soil, give, ada, django_capture_on_commit_callbacks
):
    first = pathway(conferral="automatic", rule=asks(soil))
    give(soil)
    older = first.current.rules["id"]
    newer = start_version(first, actor=None)
    publishing.publish(newer, actor=None, applies_from=clock.today())
    with django_capture_on_commit_callbacks(execute=True):
        following.follow(ada, first)
    automatic.award_waiting()
    done = Completion.everywhere.get()
    assert (done.state, done.version.number) == ("awarded", 2)
    assert unused(older) == "no"
