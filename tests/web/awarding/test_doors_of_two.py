"""The other doors to keys and to revoking: each waits for a second person, as the first ones do."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.approvals import actions
from stackmark_web.approvals.models import Change, Policy
from stackmark_web.approvals.queries import hindrance
from stackmark_web.approvals.registry import kind_of
from stackmark_web.audit.queries import given_by_person
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding import key_run
from stackmark_web.awarding.models import Award
from stackmark_web.jobs.actions import start
from stackmark_web.jobs.models import Run
from stackmark_web.tenancy import actions as tenancy
from stackmark_web.tenancy.errors import NeedsSecondPerson
from stackmark_web.tenancy.guarding import ACTIONS
from stackmark_web.tenancy.models import Handover, Membership, SigningKey
from stackmark_web.tenancy.queries import active_key

pytestmark = pytest.mark.django_db


def rule(root, **what):
    Policy.everywhere.create(organisation=root, changed_at=clock.now(), **what)


def waits(action, *args, **how):
    with pytest.raises(NeedsSecondPerson) as caught:
        action(*args, **how)
    return Change.everywhere.get(pk=caught.value.change_id)


@pytest.fixture
def root(person):
    return tenancy.create_organisation(
        actor=person("alice"), name="Northfield", slug="northfield", kind="university"
    )


@pytest.fixture
def alice(root):
    return Membership.everywhere.get(organisation=root).user


@pytest.fixture
def zoe(root, person, join):
    return join(person("zoe"), root, "owner")


@pytest.fixture
def strict(root):
    rule(root, keys=True, revoking=True)
    return root


def shown(client, who, change):
    client.force_login(who)
    page = client.get(reverse("approvals:change", args=[change.organisation.slug, change.pk]))
    assert page.status_code == 200
    return page.content.decode()


def test_every_guarded_action_has_words_of_its_own():
    """A kind of keys that only the family's title describes says too little."""
    for name in ACTIONS:
        kind = kind_of(name)
        assert name == "key.*" or kind.title != "Change the keys of %(what)s", name


def test_a_lost_key_waits_for_two(strict, alice, zoe, client):
    key = active_key(strict)
    since = clock.now()
    change = waits(tenancy.declare_lost, key, actor=alice, since=since, note="a laptop")
    assert SigningKey.everywhere.get(pk=key.pk).state == "active"
    page = shown(client, zoe, change)
    assert "Declare a key of Northfield lost" in page
    assert key.method_id in page
    assert "a laptop" in page
    assert "Known to others since" in page
    assert actions.approve(change, actor=zoe).state == "done"
    found = SigningKey.everywhere.get(pk=key.pk)
    assert (found.state, found.lost_from) == ("revoked", since)
    again = waits(key_run.sign_anew, found, actor=alice, only_since=True)
    assert "Only what was signed since it was lost" in shown(client, zoe, again)
    failed = actions.approve(again, actor=zoe)
    assert (failed.state, failed.answer) == ("failed", "Nothing is left to be signed anew.")


def test_handing_over_waits_here_and_there(strict, alice, zoe, person, client):
    sue, una = person("sue"), person("una")
    south = tenancy.create_organisation(
        actor=sue, name="Southfield", slug="southfield", kind="university"
    )
    tenancy.give_role(south, actor=None, user=una, role="owner")
    terms = {"successor": "southfield", "why": "merged", "from_day": clock.today()}
    change = waits(tenancy.offer_handover, strict, actor=alice, **terms)
    assert not Handover.everywhere.exists()
    page = shown(client, zoe, change)
    assert "Hand Northfield over to a successor" in page
    assert "southfield" in page
    assert "It merges with another" in page
    assert actions.approve(change, actor=zoe).state == "done"
    row = Handover.everywhere.get()
    rule(south, keys=True)
    taken = waits(tenancy.accept_handover, row, actor=sue)
    assert taken.organisation == south, "whoever takes on decides, not whoever gives"
    assert "Northfield" in shown(client, una, taken)
    assert actions.approve(taken, actor=una).state == "done"
    row.refresh_from_db()
    assert row.state == "accepted"
    assert Membership.everywhere.filter(organisation=strict, user=sue, role="owner").exists()
    assert not Membership.everywhere.filter(organisation=strict, user=una).exists()
    # Who takes on did so by an owner's wish: that makes nobody a second person at once.
    fresh = Membership.everywhere.get(organisation=strict, user=sue)
    assert given_by_person("membership", str(fresh.pk))
    asked = waits(tenancy.rotate_key, strict, actor=alice)
    assert hindrance(sue, asked) == "new"


@pytest.fixture
def run(version, django_capture_on_commit_callbacks):
    made = start("award-sheet", organisation=version.organisation, actor=None, title="x", total=2)
    awards = [
        awarding.create_award(
            version,
            actor=None,
            recipient_email=f"p{row}@people.example",
            recipient_name=f"Person {row}",
            external_id=f"N{row}",
            run=made,
            row=row,
        )
        for row in range(2)
    ]
    with django_capture_on_commit_callbacks(execute=True):
        assert awarding.offer_many(awards, actor=None, batch=made) == [None] * 2
    return made


def states_of(run):
    return set(Award.everywhere.filter(run=run).values_list("state", flat=True))


@pytest.mark.parametrize("watched", [False, True])
def test_no_command_gets_past_four_eyes(run, version, person, join, client, watched):
    what = {"watched": [str(version.achievement_id)]} if watched else {"revoking": True}
    rule(version.organisation, **what)
    given = [str(run.pk), "--reason", "issued-in-error", "--yes"]
    with pytest.raises(CommandError, match="a second person has to approve it, at /manage/"):
        call_command("revoke_run", *given)
    change = Change.everywhere.get()
    assert (states_of(run), change.title) == ({"offered"}, "Revoke all of: x")
    keys = list(Award.everywhere.filter(run=run).values_list("pk", flat=True))
    with pytest.raises(UsageError, match="A second person has to approve") as caught:
        awarding.revoke_many(keys, actor=None, reason="issued-in-error", run=run)
    assert caught.value.reason == "approval.needed"
    owner = join(person("olga"), version.organisation, "owner")
    assert "Credentials to be revoked" in shown(client, owner, change)
    assert actions.approve(change, actor=owner).state == "done"
    assert states_of(run) == {"revoked"}
    assert Run.everywhere.get(pk=run.pk).title == "x"
