"""No way to issue, change or take back alone where two are asked for (security A112)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest
from django.core.exceptions import PermissionDenied

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.approvals import actions as approvals
from stackmark_web.approvals.models import Change
from stackmark_web.awarding import actions, duties, sheet_actions, sheets
from stackmark_web.awarding.models import Award, Sheet
from stackmark_web.awarding.sheet_choices import Choices
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.catalogue.models import Achievement
from stackmark_web.jobs import actions as jobs
from stackmark_web.jobs import worker
from stackmark_web.tenancy import guarding
from stackmark_web.tenancy.errors import NeedsSecondPerson

pytestmark = pytest.mark.django_db


@pytest.fixture
def zoe(person, northfield, join):
    return join(person("zoe"), northfield, "owner")


@pytest.fixture
def rules(northfield, alice, zoe):
    """Switches on what is named."""

    def switch(**what):
        return approvals.set_policy(northfield, actor=alice, **what)

    return switch


@pytest.fixture
def watched(version, rules):
    """The achievement always needs two."""
    Achievement.everywhere.filter(pk=version.achievement_id).update(current=version)
    version.achievement.refresh_from_db()
    rules(watched=[str(version.achievement_id)])
    return version


@pytest.fixture
def sheet(version, alice, northfield):
    """Makes a checked file of so many rows."""
    Achievement.everywhere.filter(pk=version.achievement_id).update(current=version)
    version.achievement.refresh_from_db()

    def make(count, start=0):
        rows = "".join(f"p{n}@people.example,P {n}\n" for n in range(start, start + count))
        data = f"recipient_email,recipient_name\n{rows}".encode()
        made = sheet_actions.upload_sheet(
            version, actor=alice, organisation=northfield, filename="list.csv", data=data
        )
        mapping = {"0": "recipient_email", "1": "recipient_name"}
        sheet_actions.match_columns(made, actor=alice, mapping=mapping)
        sheet_actions.choose(made, actor=alice, choices=Choices.of(made))
        return Sheet.everywhere.get(pk=made.pk)

    return make


def confirm(one, actor):
    return sheet_actions.confirm(one, actor=actor, agreed=sheets.agreement(one))


def waits(action, *args, **how):
    with pytest.raises(NeedsSecondPerson) as caught:
        action(*args, **how)
    return Change.everywhere.get(pk=caught.value.change_id)


def work():
    while worker.work_once("test"):
        pass


def signed():
    return Award.everywhere.filter(signed__isnull=False).count()


class TestTakingBack:
    CASES: ClassVar = {
        "revoke": lambda award, who: actions.revoke(award, actor=who, reason="issued-in-error"),
        "suspend": lambda award, who: actions.suspend(award, actor=who, reason="Looked at."),
        "correct": lambda award, who: actions.correct(
            award, actor=who, changes={"recipient_name": "Ada King"}
        ),
        "reissue": lambda award, who: actions.reissue_to(award, "new@people.example", actor=who),
    }

    @pytest.mark.parametrize("name", CASES)
    @pytest.mark.parametrize("by_achievement", [True, False])
    def test_each_waits_and_is_done_as_asked(
        self, offered, alice, zoe, rules, version, name, by_achievement
    ):
        award = offered(suspendable=True)
        rules(
            **({"watched": [str(version.achievement_id)]} if by_achievement else {"revoking": True})
        )
        state = award.state
        change = waits(self.CASES[name], award, alice)
        award.refresh_from_db()
        assert award.state == state
        assert approvals.approve(change, actor=zoe).state == Change.State.DONE
        award.refresh_from_db()
        assert award.state != state

    def test_reinstating_too(self, offered, alice, zoe, rules):
        award = offered(suspendable=True)
        actions.suspend(award, actor=alice)
        rules(revoking=True)
        change = waits(actions.reinstate, award, actor=alice)
        approvals.approve(change, actor=zoe)
        award.refresh_from_db()
        assert award.state == "offered"

    def test_what_changed_meanwhile_is_not_done(self, offered, alice, zoe, rules):
        award = offered(suspendable=True)
        rules(revoking=True)
        one = waits(actions.suspend, award, actor=alice)
        other = waits(actions.revoke, award, actor=alice, reason="issued-in-error")
        approvals.approve(other, actor=zoe)
        assert approvals.approve(one, actor=zoe).state == Change.State.FAILED
        award.refresh_from_db()
        assert award.state == "revoked"

    def test_what_cannot_be_done_does_not_wait_for_anybody(self, offered, alice, rules):
        award = offered()
        rules(revoking=True)
        with pytest.raises(UsageError) as caught:
            actions.revoke(award, actor=alice, reason="because")
        assert caught.value.field == "reason"
        with pytest.raises(UsageError) as caught:
            actions.reinstate(award, actor=alice)  # it is not suspended
        assert caught.value.reason == "award.state"
        assert not Change.everywhere.exists()

    def test_by_the_page(self, client, offered, alice, rules):
        award = offered()
        rules(revoking=True)
        client.force_login(alice)
        path = f"/manage/northfield/awards/{award.pk}/revoke"
        answer = client.post(path, {"reason": "issued-in-error", "sure": "on"}, follow=True)
        assert "A second person has to approve this" in answer.text
        assert "Revoke: Soil sampling" in answer.text
        told = re.sub(r"<[^>]+>", "", answer.text)
        assert f"{award.recipient_name} ({award.recipient_email})" in told, "that does not change"
        award.refresh_from_db()
        assert award.state == "offered"


class TestMany:
    def test_a_file_over_the_limit_waits_and_then_runs(self, sheet, alice, zoe, rules, university):
        rules(bulk_over=3)
        one = sheet(4)
        change = waits(confirm, one, alice)
        work()
        assert signed() == 0
        done = approvals.approve(change, actor=zoe)
        assert (done.state, Sheet.everywhere.get().run_id) == (
            Change.State.DONE,
            Sheet.everywhere.get().run_id,
        )
        work()
        assert signed() == 4

    def test_whoever_uploaded_it_does_not_approve_it(self, sheet, alice, zoe, rules, university):
        rules(bulk_over=3)
        change = waits(confirm, sheet(4), zoe)
        with pytest.raises(PermissionDenied, match="made this yourself"):
            approvals.approve(change, actor=alice)

    def test_a_file_changed_after_asking_is_not_issued(self, sheet, alice, zoe, rules, university):
        rules(bulk_over=3)
        one = sheet(4)
        change = waits(confirm, one, alice)
        choices = Choices.of(one)
        sheet_actions.match_columns(one, actor=alice, mapping={"0": "recipient_email", "1": ""})
        sheet_actions.choose(one, actor=alice, choices=choices)
        assert approvals.approve(change, actor=zoe).state == Change.State.FAILED
        work()
        assert signed() == 0

    def test_up_to_the_limit_one_is_enough(self, sheet, alice, rules, university):
        rules(bulk_over=3)
        confirm(sheet(3), alice)
        work()
        assert signed() == 3

    def test_cut_into_small_files_it_is_many_all_the_same(self, sheet, alice, rules, university):
        rules(bulk_over=3)
        confirm(sheet(2), alice)
        work()
        waits(confirm, sheet(2, start=2), alice)
        with clock.at(clock.now() + timedelta(hours=25)):
            confirm(sheet(2, start=4), alice)

    def test_one_by_one_too(self, draft, alice, zoe, rules, university):
        rules(bulk_over=2)
        made = [draft(recipient_email=f"p{n}@people.example") for n in range(3)]
        for award in made[:2]:
            actions.release(award, actor=alice)
        change = waits(actions.release, made[2], actor=alice)
        assert signed() == 2
        with pytest.raises(UsageError) as caught:
            actions.offer(made[2], actor=alice)
        assert caught.value.reason == "approval.needed"
        assert [one.reason for one in actions.offer_many(made[2:], actor=alice)] == [
            "approval.needed"
        ]
        with pytest.raises(PermissionDenied):
            approvals.approve(change, actor=alice)
        approvals.approve(change, actor=zoe)
        assert signed() == 3

    def test_a_run_that_nobody_confirmed_signs_nothing(self, draft, alice, rules, university):
        """By the table of runs, by a job, by whatever calls itself a run."""
        rules(bulk_over=2)
        run = jobs.start("award-sheet", organisation=university, actor=alice, title="x", total=3)
        made = [draft(recipient_email=f"p{n}@people.example", run=run, row=n) for n in range(3)]
        answers = actions.offer_many(made, actor=alice, via="job")
        assert {one.reason for one in answers} == {"approval.needed"}
        assert signed() == 0


class TestOneAchievement:
    def test_every_award_of_it(self, watched, draft, alice, zoe, university):
        award = draft()
        change = waits(actions.release, award, actor=alice)
        with pytest.raises(UsageError):
            actions.offer(award, actor=alice)
        approvals.approve(change, actor=zoe)
        assert signed() == 1

    def test_at_its_time_only_what_was_approved(self, watched, draft, alice, zoe, university):
        """A time that lies ahead is no way around, and a change after the approval is seen."""
        later = clock.now() + timedelta(days=1)
        good = draft(send_at=later)
        bad = draft(send_at=later, recipient_email="other@people.example")
        for award in (good, bad):
            assert award.state == "scheduled"
        Award.everywhere.update(state="draft")
        for award in (good, bad):
            approvals.approve(waits(actions.release, award, actor=alice), actor=zoe)
        Award.everywhere.filter(pk=bad.pk).update(recipient_email="third@people.example")
        with clock.at(later + timedelta(minutes=1)):
            duties.send_scheduled()
        good.refresh_from_db()
        bad.refresh_from_db()
        assert (good.state, bad.state) == ("offered", "draft")
        assert Change.everywhere.get(state="waiting").subject.endswith(str(bad.pk))

    def test_one_that_was_scheduled_and_never_approved(self, watched, draft, alice, university):
        later = clock.now() + timedelta(days=1)
        draft(send_at=later)
        with clock.at(later + timedelta(minutes=1)):
            duties.send_scheduled()
        assert signed() == 0
        assert Change.everywhere.get().kind == "award.offer"

    def test_by_a_file(self, watched, sheet, alice, university):
        waits(confirm, sheet(1), alice)

    def test_its_publication(self, watched, alice, zoe):
        fresh = catalogue.new_version(watched.achievement, actor=alice)
        change = waits(catalogue.publish, fresh, actor=alice)
        assert change.title.startswith("Publish ")


# Every action that is guarded, by its kind: a new one has to be thought of here.
ENTRIES = {
    "address-report.send": "passport: reports of wrong addresses",
    "achievement.publish": "catalogue: the page of an achievement, and the reviewer's page",
    "award.correct": "awarding: the page of an award, corrections in a file",
    "award.offer": "awarding: every signature, whoever asks for it",
    "award.reissue": "awarding: the page of an award",
    "award.reinstate": "awarding: the page of an award",
    "award.release": "awarding: the page of an award",
    "award.revoke": "awarding: the page of an award",
    "award.suspend": "awarding: the page of an award",
    "key.make": "tenancy: the page of keys",
    "key.move": "tenancy: the page of keys",
    "key.revoke": "tenancy: the page of keys",
    "key.rotate": "tenancy: the page of keys",
    "organisation.edit": "tenancy: the settings, where a second person publishes",
    "policy.set": "approvals: the rules themselves",
    "reissue.agree": "passport: requests of holders for their own DID",
    "run.revoke": "awarding: the command that revokes a run",
    "sheet.confirm": "awarding: a file of recipients",
}


def test_every_guarded_action_is_known_here():
    assert {
        kind for kind in guarding.ACTIONS if kind not in ENTRIES and kind[:4] != "key."
    } == set()
    assert set(ENTRIES) <= set(guarding.ACTIONS)


class TestLater:
    """What waits for its time: allowed when it was confirmed is not allowed whatever comes."""

    @pytest.fixture
    def timed(self, sheet):
        """A file whose credentials go out tomorrow."""

        def make(count, start=0):
            one = sheet(count, start)
            choices = Choices.of(one)
            choices = replace(choices, send_at=clock.now() + timedelta(hours=20))
            sheet_actions.choose(one, actor=one.uploaded_by, choices=choices)
            return Sheet.everywhere.get(pk=one.pk)

        return make

    def test_an_approved_row_cannot_be_changed_before_it_goes(
        self, timed, watched, alice, zoe, university
    ):
        change = waits(confirm, timed(2), alice)
        approvals.approve(change, actor=zoe)
        work()
        first, _second = Award.everywhere.filter(state="scheduled").order_by("row")
        actions.edit_draft(first, actor=alice, recipient_email="eve@people.example")
        with clock.at(clock.now() + timedelta(hours=21)):
            duties.send_scheduled()
        assert signed() == 1
        first.refresh_from_db()
        assert first.signed is None
        asked = Change.everywhere.get(kind="award.offer")
        assert approvals.approve(asked, actor=zoe).state == Change.State.DONE
        assert signed() == 2

    def test_many_small_files_for_tomorrow_are_many(self, timed, alice, rules, university):
        rules(bulk_over=3)
        for start in (0, 2, 4):
            confirm(timed(2, start), alice)
        work()
        rules(bulk_over=2)  # asking for more does not let anything through
        with clock.at(clock.now() + timedelta(hours=21)):
            duties.send_scheduled()
            duties.send_scheduled()
        assert signed() <= 3
