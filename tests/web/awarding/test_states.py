"""Every action in every state: allowed as the table says, or refused with a sentence."""

from __future__ import annotations

import pytest

from stackmark_web.awarding import actions, states
from stackmark_web.awarding.models import Award, Step

pytestmark = pytest.mark.django_db
S = Award.State


@pytest.fixture
def in_state(draft, alice):
    """Makes an award in any state: in_state("claimed"); always one that may be put on hold."""
    made = {"number": 0}

    def make(state):
        made["number"] += 1
        award = draft(recipient_email=f"p{made['number']}@mail.example", suspendable=True)
        if state == S.DRAFT:
            return award
        if state == S.SCHEDULED:
            Award.everywhere.filter(pk=award.pk).update(state=state)
            award.refresh_from_db()
            return award
        actions.offer(award)
        if state in (S.CLAIMED, S.SUSPENDED, S.SUPERSEDED):
            actions.claim(award, user=None)
        if state == S.DECLINED:
            actions.decline(award)
        if state == S.LAPSED:
            Award.everywhere.filter(pk=award.pk).update(state=state)
        if state == S.SUSPENDED:
            actions.suspend(award, actor=alice, reason="A question")
        if state == S.REVOKED:
            actions.revoke(award, actor=alice, reason="issued-in-error")
        if state == S.SUPERSEDED:
            actions.correct(award, actor=alice, changes={"recipient_name": "Other"})
        award.refresh_from_db()
        assert award.state == state
        return award

    return make


DO = {
    "edit": lambda a, u: actions.edit_draft(a, actor=u, narrative="More"),
    "discard": lambda a, u: actions.discard(a, actor=u),
    "offer": lambda a, u: actions.offer(a, actor=u),
    "claim": lambda a, u: actions.claim(a, user=u),
    "decline": lambda a, u: actions.decline(a),
    "resend": lambda a, u: actions.resend(a, actor=u),
    "reissue": lambda a, u: actions.reissue_to(a, "right@mail.example", actor=u),
    "correct": lambda a, u: actions.correct(a, actor=u, changes={"recipient_name": "New"}),
    "suspend": lambda a, u: actions.suspend(a, actor=u, reason="A question"),
    "reinstate": lambda a, u: actions.reinstate(a, actor=u),
    "revoke": lambda a, u: actions.revoke(a, actor=u, reason="issued-in-error"),
    "appeal": lambda a, u: actions.open_appeal(a, text="I did it"),
}
# Doing again what is done already is no fault: a double click, a letter opened twice.
AGAIN = {("offer", state) for state in S if state not in (S.DRAFT, S.SCHEDULED)}
AGAIN |= {("claim", S.CLAIMED), ("decline", S.DECLINED)}
CASES = [(action, state) for action in DO for state in S if (action, state) not in AGAIN]


@pytest.mark.parametrize(("action", "state"), CASES)
def test_each_action_is_for_its_states_only(action, state, in_state, alice):
    award = in_state(state)
    steps = Step.objects.filter(award=award).count()
    if state in states.TABLE[action]:
        assert states.allowed(action, award)
        DO[action](award, alice)
        return
    with pytest.raises(states.WrongState) as caught:
        DO[action](award, alice)
    assert caught.value.reason.startswith("award.")
    assert caught.value.detail.endswith((".", "”."))
    left = Award.everywhere.get(pk=award.pk)
    assert left.state == state
    assert Step.objects.filter(award=award).count() == steps
    assert not states.allowed(action, award)


@pytest.mark.parametrize(("action", "state"), sorted(AGAIN))
def test_doing_it_again_changes_nothing(action, state, in_state, alice):
    award = in_state(state)
    before = (award.state, bytes(award.signed), award.steps.count())
    if action == "claim":
        actions.claim(award, user=None)
    else:
        DO[action](award, alice)
    left = Award.everywhere.get(pk=award.pk)
    assert (left.state, bytes(left.signed), left.steps.count()) == before


def test_every_state_and_action_stands_in_the_table():
    assert set(DO) | {"schedule", "unschedule", "lapse"} == set(states.TABLE)
    assert {state for allowed in states.TABLE.values() for state in allowed} == set(S) - {
        S.SUPERSEDED
    }


def test_what_cannot_be_put_on_hold_says_so(offered, alice):
    with pytest.raises(states.WrongState, match="without a way to put it on hold"):
        actions.suspend(offered(), actor=alice, reason="A question")


def test_the_second_of_two_administrators_is_told(offered, alice):
    award = offered(suspendable=True)
    stale = Award.everywhere.get(pk=award.pk)
    actions.revoke(award, actor=alice, reason="issued-in-error")
    with pytest.raises(states.WrongState, match="Revoked"):
        actions.suspend(stale, actor=alice, reason="A question")
    assert stale.steps.filter(to_state="suspended").count() == 0


def test_a_change_between_reading_and_writing_is_noticed(offered, alice, monkeypatch):
    from stackmark_web.awarding.actions import _common

    award = offered()
    real = states.check

    def slow(action, one):
        real(action, one)
        Award.everywhere.filter(pk=one.pk).update(state="claimed")

    monkeypatch.setattr(_common.states, "check", slow)
    with pytest.raises(states.WrongState, match="just now"):
        actions.revoke(award, actor=alice, reason="issued-in-error")
    assert Award.everywhere.get(pk=award.pk).state != "revoked"
