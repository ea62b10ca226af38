"""Changes that wait: who asks, who decides, and every way around that must be closed."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.accounts import merge
from stackmark_web.approvals import actions, queries, registry
from stackmark_web.approvals.models import Change, Policy
from stackmark_web.audit import actions as audit
from stackmark_web.audit import queries as log
from stackmark_web.audit.models import AuditEvent
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.tenancy import actions as tenancy
from stackmark_web.tenancy.errors import NeedsSecondPerson
from stackmark_web.tenancy.models import Membership, SigningKey
from stackmark_web.tenancy.queries import active_key
from stackmark_web.tenancy.signers import files

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(person):
    """Northfield with a key, founded by Alice."""
    return tenancy.create_organisation(
        actor=person("alice"), name="Northfield", slug="northfield", kind="university"
    )


@pytest.fixture
def alice(root):
    return Membership.everywhere.get(organisation=root).user


@pytest.fixture
def zoe(root, person, join):
    """The other owner, long since."""
    return join(person("zoe"), root, "owner")


@pytest.fixture
def bob(root, person, join):
    """A colleague who may neither revoke nor change keys."""
    return join(person("bob"), root, "assessor")


@pytest.fixture
def charlie(person, organisation, join):
    """Owner of another institution."""
    return join(person("charlie"), organisation("elsewhere"), "owner")


@pytest.fixture(autouse=True)
def unsealed(monkeypatch):
    """Sealing a key file takes a tenth of a second; nothing here opens one again."""
    monkeypatch.setattr(files, "seal", lambda *_args, **_how: b"not sealed in this test")


@pytest.fixture
def strict(root, alice, zoe):
    actions.set_policy(root, actor=alice, keys=True, revoking=True, publishing=True, bulk_over=50)
    return root


def waits(action, *args, **how):
    """The change that waits instead of being done."""
    with pytest.raises(NeedsSecondPerson) as caught:
        action(*args, **how)
    change = Change.everywhere.get(pk=caught.value.change_id)
    assert caught.value.url == f"/manage/{change.organisation.slug}/changes/{change.pk}"
    return change


def verbs(change):
    rows = AuditEvent.objects.filter(target_id=str(change.pk)).order_by("pk")
    return list(rows.values_list("verb", flat=True))


def test_without_rules_one_person_does_it(root, alice):
    tenancy.rotate_key(root, actor=alice)
    assert not Change.everywhere.exists()


class TestTwo:
    def test_asked_approved_done_as_asked(self, strict, alice, zoe):
        before = active_key(strict).method_id
        change = waits(tenancy.rotate_key, strict, actor=alice)
        assert active_key(strict).method_id == before, "nothing has happened"
        assert change.title == "Replace the signing key of Northfield"
        (letter,) = OutboxMail.everywhere.filter(kind="change_waiting")
        assert letter.to == zoe.email
        done = actions.approve(change, actor=zoe)
        assert done.state == Change.State.DONE
        assert active_key(strict).method_id != before
        made = AuditEvent.objects.get(verb="key.rotated")
        assert (made.actor, done.decided_by) == (alice, zoe)
        assert verbs(change) == ["change.asked", "change.approved"]
        assert OutboxMail.everywhere.filter(kind="change_decided", to=alice.email).count() == 1
        assert done.arguments == {}
        assert log.check_chains() == []

    def test_one_that_waits_is_not_lost_among_those_decided_since(self, strict, alice, zoe):
        old = waits(tenancy.rotate_key, strict, actor=alice)
        Change.everywhere.filter(pk=old.pk).update(asked_at=clock.now() - timedelta(days=3))
        old.refresh_from_db()
        for number in range(201):
            old.pk, old.state, old.digest = uuid.uuid4(), Change.State.REFUSED, f"{number:064}"
            old.asked_at = clock.now()
            old.save(force_insert=True)
        shown = queries.changes_of(strict, zoe)
        assert [one.is_waiting for one in shown[:2]] == [True, False]
        assert len(shown) == 201

    def test_asked_twice_is_one_change(self, strict, alice, zoe):
        one = waits(tenancy.rotate_key, strict, actor=alice)
        assert waits(tenancy.rotate_key, strict, actor=alice) == one
        assert verbs(one) == ["change.asked"]

    def test_approved_twice_is_done_once(self, strict, alice, zoe):
        change = waits(tenancy.rotate_key, strict, actor=alice)
        actions.approve(change, actor=zoe)
        with pytest.raises(UsageError) as caught:
            actions.approve(change, actor=zoe)
        assert caught.value.reason == "approval.over"
        assert SigningKey.everywhere.filter(organisation=strict).count() == 2

    def test_refused_with_a_reason(self, strict, alice, zoe):
        change = waits(tenancy.rotate_key, strict, actor=alice)
        with pytest.raises(UsageError) as caught:
            actions.refuse(change, actor=zoe, reason="  ")
        assert caught.value.reason == "approval.reason"
        actions.refuse(change, actor=zoe, reason="Not in the holidays.")
        with pytest.raises(UsageError):
            actions.approve(change, actor=zoe)
        assert verbs(change) == ["change.asked", "change.refused"]

    def test_taken_back_by_who_asked_alone(self, strict, alice, zoe):
        change = waits(tenancy.rotate_key, strict, actor=alice)
        with pytest.raises(PermissionDenied):
            actions.withdraw(change, actor=zoe)
        with pytest.raises(PermissionDenied):
            actions.explain(change, actor=zoe, why="No.")
        actions.explain(change, actor=alice, why="Once a year.")
        actions.withdraw(change, actor=alice)
        assert verbs(change) == ["change.asked", "change.explained", "change.withdrawn"]

    def test_over_after_a_fortnight(self, strict, alice, zoe):
        change = waits(tenancy.rotate_key, strict, actor=alice)
        with clock.at(clock.now() + timedelta(days=14, seconds=1)):
            with pytest.raises(UsageError) as caught:
                actions.approve(change, actor=zoe)
            assert caught.value.reason == "approval.over"
            assert actions.expire_due() == 1
            assert actions.expire_due() == 0
            assert waits(tenancy.rotate_key, strict, actor=alice) != change
        assert verbs(change) == ["change.asked", "change.expired"]

    def test_what_can_no_longer_be_done_says_so_and_stays(self, strict, alice, zoe):
        change = waits(tenancy.rotate_key, strict, actor=alice)
        other = waits(tenancy.revoke_key, active_key(strict), actor=alice, note="Stolen.")
        assert actions.approve(other, actor=zoe).state == Change.State.DONE
        keys = list(SigningKey.everywhere.values_list("pk", "state"))
        failed = actions.approve(change, actor=zoe)
        assert failed.state == Change.State.FAILED
        assert failed.answer == (
            "Something about it has changed since it was asked for. Ask for it again."
        )
        assert list(SigningKey.everywhere.values_list("pk", "state")) == keys
        assert change in queries.changes_of(strict, zoe)

    def test_who_asked_must_still_have_the_right(self, strict, alice, zoe):
        change = waits(tenancy.rotate_key, strict, actor=alice)
        Membership.everywhere.filter(user=alice).update(role="designer")
        failed = actions.approve(change, actor=zoe)
        assert failed.state == Change.State.FAILED
        assert "Your role does not allow this" in failed.answer


class TestAlone:
    """Nobody gets through alone."""

    def test_not_ones_own(self, strict, alice):
        change = waits(tenancy.rotate_key, strict, actor=alice)
        with pytest.raises(PermissionDenied, match="asked for this yourself"):
            actions.approve(change, actor=alice)
        with pytest.raises(PermissionDenied, match="asked for this yourself"):
            actions.refuse(change, actor=alice, reason="x")

    def test_not_by_a_second_role(self, strict, alice, join):
        join(alice, strict, "issuer", "reviewer")
        change = waits(tenancy.rotate_key, strict, actor=alice)
        with pytest.raises(PermissionDenied, match="asked for this yourself"):
            actions.approve(change, actor=alice)

    def test_not_by_a_second_account_that_became_the_same(self, strict, alice, person, join):
        other = join(person("alice2"), strict, "owner")
        change = waits(tenancy.rotate_key, strict, actor=other)
        audit.merge(alice, other)
        with pytest.raises(PermissionDenied, match="asked for this yourself"):
            actions.approve(change, actor=alice)

    def test_not_by_whoever_asked_from_an_account_merged_away(self, strict, alice, person, join):
        """What still names the former account is this person's own, too."""
        former = join(person("alice2"), strict, "owner")
        change = waits(tenancy.rotate_key, strict, actor=former)
        gone = former.pk
        merge.merge(alice, former, actor=former)
        change.refresh_from_db()
        with pytest.raises(PermissionDenied, match="asked for this yourself"):
            actions.approve(change, actor=alice)
        assert queries.is_one_of(alice.pk, {gone})
        assert not queries.is_one_of(alice.pk, {None, "11111111-1111-4111-8111-111111111111"})

    def test_not_by_whoever_made_it_in_an_account_merged_away(
        self, strict, alice, zoe, person, join, monkeypatch
    ):
        former = join(person("alice2"), strict, "owner")
        gone = former.pk
        merge.merge(alice, former, actor=former)
        kind = replace(registry.kind_of("key.rotate"), makers=lambda _subject: {gone})
        change = waits(tenancy.rotate_key, strict, actor=zoe)
        monkeypatch.setitem(registry._KINDS, "key.rotate", kind)
        with pytest.raises(PermissionDenied, match="made this yourself"):
            actions.approve(change, actor=alice)

    def test_not_by_the_operator_of_the_server(self, strict, alice, person):
        boss = person("boss", is_operator=True)
        change = waits(tenancy.rotate_key, strict, actor=alice)
        with pytest.raises(PermissionDenied, match="role does not allow"):
            actions.approve(change, actor=boss)

    def test_not_without_the_right(self, strict, alice, bob):
        change = waits(tenancy.rotate_key, strict, actor=alice)
        with pytest.raises(PermissionDenied, match="role does not allow"):
            actions.approve(change, actor=bob)

    def test_not_by_nobody(self, strict, alice):
        with pytest.raises(PermissionDenied):
            actions.approve(waits(tenancy.rotate_key, strict, actor=alice), actor=None)

    def test_the_system_is_one_person_too(self, strict, zoe):
        change = waits(tenancy.rotate_key, strict, actor=None)
        assert actions.approve(change, actor=zoe).state == Change.State.DONE

    @pytest.mark.parametrize("before", [True, False])
    def test_not_by_somebody_just_made(self, strict, alice, person, before):
        """A role the asker gave lately, before asking or after, makes nobody the second person."""
        friend = person("friend")
        if before:
            tenancy.give_role(strict, actor=alice, user=friend, role="owner")
        change = waits(tenancy.rotate_key, strict, actor=alice)
        if not before:
            tenancy.give_role(strict, actor=alice, user=friend, role="owner")
        with pytest.raises(PermissionDenied, match="less than a day"):
            actions.approve(change, actor=friend)
        with clock.at(clock.now() + timedelta(days=2)):
            if not before:
                with pytest.raises(PermissionDenied, match="less than a day"):
                    actions.approve(change, actor=friend)
                return
            asked = waits(tenancy.make_key, strict, actor=alice)
            assert actions.approve(asked, actor=friend).decided_by == friend

    def test_not_by_loosening_the_rules_first(self, strict, alice, zoe):
        for less in (
            {"keys": False, "revoking": True, "publishing": True, "bulk_over": 50},
            {"keys": True, "revoking": True, "publishing": True, "bulk_over": 51},
            {"keys": True, "revoking": True, "publishing": True, "bulk_over": None},
            {},
        ):
            change = waits(actions.set_policy, strict, actor=alice, **less)
            assert change.kind == "policy.set"
        more = {"keys": True, "revoking": True, "publishing": True, "bulk_over": 10}
        assert actions.set_policy(strict, actor=alice, **more).bulk_over == 10
        changed = actions.approve(change, actor=zoe)
        assert changed.state == Change.State.FAILED, "the rules changed meanwhile"
        again = waits(actions.set_policy, strict, actor=alice)
        assert actions.approve(again, actor=zoe).state == Change.State.DONE
        assert not queries.rules_of(strict).any

    def test_not_by_putting_the_other_owner_out(self, strict, alice, zoe):
        tenancy.end_role(Membership.everywhere.get(user=zoe), actor=alice)
        waits(actions.set_policy, strict, actor=alice)
        with clock.at(clock.now() + timedelta(days=31)):
            actions.set_policy(strict, actor=alice)
        assert not queries.rules_of(strict).any, "alone for a month there is no second person"

    def test_not_by_the_reviewers_box(self, strict, alice, zoe):
        tenancy.edit_organisation(strict, actor=alice, four_eyes=True)
        change = waits(tenancy.edit_organisation, strict, actor=alice, four_eyes=False)
        strict.refresh_from_db()
        assert strict.four_eyes
        actions.approve(change, actor=zoe)
        strict.refresh_from_db()
        assert not strict.four_eyes

    def test_not_by_a_unit(self, strict, alice):
        unit = tenancy.create_unit(strict, actor=alice, name="Arts", unit_kind="faculty")
        assert queries.rules_of(unit) == queries.rules_of(strict)
        actions.set_policy(unit, actor=alice, bulk_over=500)
        assert queries.rules_of(unit).bulk_over == 50, "the strictest counts"
        waits(tenancy.rotate_key, unit, actor=alice)

    @pytest.mark.parametrize("column", ["arguments", "kind", "digest", "asked_by", "asked_code"])
    def test_not_by_changing_what_waits(self, strict, alice, zoe, person, column):
        """With rights to the database: the digest stands in the chained log."""
        change = waits(tenancy.revoke_key, active_key(strict), actor=alice, note="Stolen.")
        key = active_key(strict).pk
        other = {
            "arguments": {**change.arguments, "how": {"note": "Another"}},
            "kind": "key.rotate",
            "digest": "0" * 64,
            "asked_by": None,
            "asked_code": "",
        }
        Change.everywhere.filter(pk=change.pk).update(**{column: other[column]})
        assert actions.approve(change, actor=zoe).state == Change.State.FAILED
        assert SigningKey.everywhere.get(pk=key).state == "active"

    def test_who_is_alone_cannot_switch_it_on(self, root, alice):
        with pytest.raises(UsageError) as caught:
            actions.set_policy(root, actor=alice, keys=True)
        assert caught.value.reason == "policy.alone"
        assert not Policy.everywhere.exists()


class TestPages:
    def test_from_the_button_to_the_approval(self, client, strict, alice, zoe):
        client.force_login(alice)
        reauthenticated(client)
        answer = client.post("/manage/northfield/keys/change", follow=True)
        text = answer.text
        assert "A second person has to approve this. It waits for 14 days." in text
        assert "Replace the signing key of Northfield" in text
        assert "Approve and do it" not in text
        path = answer.redirect_chain[-1][0]
        assert "Waiting changes (1)" not in text, "one's own is nothing to decide"
        client.force_login(zoe)
        reauthenticated(client)
        assert "Waiting changes (1)" in client.get("/manage/northfield").text
        assert "Exactly what will happen" in client.get(path).text
        assert client.post(f"{path}/refuse", {"words": ""}).status_code == 422
        told = client.post(f"{path}/approve", follow=True).text
        assert "Approved, and done." in told
        assert SigningKey.everywhere.filter(organisation=strict).count() == 2

    def test_a_transaction_around_the_action_does_not_lose_it(self, strict, alice):
        with pytest.raises(NeedsSecondPerson) as caught, transaction.atomic():
            tenancy.rotate_key(strict, actor=alice)
        assert not Change.everywhere.exists()
        kept = caught.value.keep()
        assert Change.everywhere.get() == kept

    def test_rules_by_the_form(self, client, root, alice, zoe):
        client.force_login(alice)
        form = {"keys": "on", "bulk": "on", "bulk_over": ""}
        assert client.post("/manage/northfield/four-eyes", form).status_code == 302
        row = Policy.everywhere.get()
        assert (row.keys, row.bulk_over, row.revoking) == (True, 50, False)
        answer = client.post("/manage/northfield/four-eyes", {}, follow=True)
        assert "Ask for less four eyes at Northfield" in answer.text
        assert Policy.everywhere.get().keys

    def test_others_do_not_see_it(self, client, strict, alice, bob, charlie):
        change = waits(tenancy.rotate_key, strict, actor=alice)
        path = f"/manage/northfield/changes/{change.pk}"
        for user in (bob, charlie):
            client.force_login(user)
            assert client.get(path).status_code == 404
            assert client.post(f"{path}/approve").status_code in (302, 404)
        change.refresh_from_db()
        assert change.is_waiting


def reauthenticated(client):
    """As if the password had been said a moment ago."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 4e9}]
    session.save()


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite in memory lets one write at a time"
)
@pytest.mark.django_db(transaction=True)
def test_two_who_approve_at_once_do_it_once(root, person, join):
    import threading

    alice = Membership.everywhere.get(organisation=root).user
    pair = [join(person(word), root, "owner") for word in ("zoe", "yan")]
    actions.set_policy(root, actor=alice, keys=True)
    change = waits(tenancy.rotate_key, root, actor=alice)
    start, seen = threading.Barrier(2), []

    def decide(user):
        start.wait()
        try:
            seen.append(actions.approve(change, actor=user).state)
        except UsageError as error:
            seen.append(error.reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=[user]) for user in pair]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(seen) == ["approval.over", "done"]
    assert SigningKey.everywhere.filter(organisation=root).count() == 2


@pytest.mark.parametrize("name", ["tenancy.signingkey", "Revoke", "the signing key"])
def test_whoever_calls_themselves_like_our_words_ends_nothing_of_others(
    strict, alice, person, name
):
    """A stranger chooses their name freely; their erasure is about them only."""
    from stackmark_web.accounts import erasure

    change = waits(tenancy.revoke_key, active_key(strict), actor=alice, note="Ada King told us")
    eve = person("eve")
    eve.name = name
    eve.save()
    erasure.erase(eve, actor=eve)
    left = Change.everywhere.get(pk=change.pk)
    assert (left.state, left.title) == (Change.State.WAITING, change.title)
    ada = person("ada-king")
    ada.name = "Ada King"
    ada.save()
    erasure.erase(ada, actor=ada)
    assert Change.everywhere.get(pk=change.pk).state == Change.State.WITHDRAWN
