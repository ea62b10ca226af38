"""What a restore promises beyond lists: keys, people, runs, letters; and small random worlds."""

from __future__ import annotations

import random
import shutil
import types

import pytest
from django.contrib.sessions.models import Session

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.accounts import erasure_journal
from stackmark_web.accounts.models import User
from stackmark_web.awarding import actions, publishing
from stackmark_web.awarding.models import Award, StatusList
from stackmark_web.integrations import mailer
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs.models import Chunk, Run
from stackmark_web.operations import facts, instance, journals, marks
from stackmark_web.operations.archive import making, reconcile, restoring
from stackmark_web.tenancy import actions as tenancy
from stackmark_web.tenancy.models import SigningKey


def back_up(system, **more):
    target = system.folder.parent / f"b{random.random()}"
    return making.make(target, **{"passphrase": None, "with_keys": True} | more).path


def restore(file, **more):
    return restoring.restore(file, **{"passphrase": None, "replace": True} | more)[0]


def test_who_was_erased_is_erased_again(system, monkeypatch):
    def replay(ids):
        User.objects.filter(pk__in=ids).delete()

    with system.on():
        gone, stays = system.person("gone"), system.person("stays")
        file = back_up(system)
        erasure_journal.append(gone.pk)
        gone_pk = gone.pk
        gone.delete()
        monkeypatch.setattr(reconcile, "_replay", lambda: replay)
        report = restore(file)
        assert report.erased == [str(gone_pk)]
        assert not User.objects.filter(pk=gone_pk).exists()
        assert User.objects.filter(pk=stays.pk).exists()


def test_an_erasure_that_cannot_be_repeated_is_told(system, monkeypatch):
    with system.on():
        gone = system.person("gone")
        file = back_up(system)
        erasure_journal.append(gone.pk)
        monkeypatch.setattr(reconcile, "_replay", lambda: None)
        report = restore(file)
        assert report.not_erased == [str(gone.pk)]
        assert any("could not be erased again" in line for line in report.lines())


def test_erasure_is_found_in_accounts_by_name(monkeypatch):
    module = types.ModuleType("stackmark_web.accounts.erasure")
    module.replay = lambda ids: ids
    monkeypatch.setitem(__import__("sys").modules, "stackmark_web.accounts.erasure", module)
    assert reconcile._replay() is module.replay


def test_a_key_revoked_since_stays_revoked_and_the_one_made_since_signs(system):
    with system.on():
        marks.note_keys(system.here)
        file = back_up(system)
        old = SigningKey.everywhere.get()
        tenancy.revoke_key(old, actor=system.owner)
        marks.note_keys(system.here)
        report = restore(file)
        states = dict(SigningKey.everywhere.values_list("method_id", "state"))
        assert states[old.method_id] == "revoked"
        assert sorted(states.values()) == ["active", "revoked"]
        assert len(report.keys_back) == 2
        assert report.keys_missing == []
        assert system.issue(1)[0].signed


def test_what_was_put_on_hold_since_is_on_hold(system):
    with system.on():
        held, freed = system.issue(2, suspendable=True)
        actions.suspend(freed, actor=system.owner)
        system.settle()
        file = back_up(system)
        actions.suspend(held, actor=system.owner)
        actions.reinstate(freed, actor=system.owner)
        system.settle()
        report = restore(file)
        assert report.suspended == [str(held.pk)]
        assert Award.everywhere.get(pk=held.pk).state == "suspended"
        assert report.on_hold_here_only == [str(freed.pk)]


def test_lists_that_are_lost_here_are_read_from_a_mirror_that_is_verified(system, tmp_path):
    with system.on():
        first, second = system.issue(2)
        system.settle()
        file = back_up(system)
        system.revoke(first)
        system.settle()
        shutil.copytree(system.folder / "lists", tmp_path / "mirror")
        shutil.rmtree(system.folder / "lists")
        report = restore(file, where=str(tmp_path / "mirror"))
        assert report.revoked == [str(first.pk)]
        # A list that somebody else changed revokes nothing.
        name = tmp_path / "mirror" / f"{second.status_list_id}-revocation.json"
        name.write_bytes(name.read_bytes().replace(b'"Version ', b'"Version 9'))
        report = restore(file, where=str(tmp_path / "mirror"))
        assert any("signature" in one for one in report.warnings)


def test_a_mirror_that_is_not_there_stops_it_before_anything(system):
    with system.on():
        file = back_up(system)
        before = instance.in_keys()
        with pytest.raises(StackmarkError, match="is no folder"):
            restore(file, where="/there/is/nothing")
        assert instance.in_keys() == before


def test_runs_stop_sessions_end_and_what_was_due_waits_for_a_person(system):
    with system.on():
        run = Run.everywhere.create(
            kind="x", organisation=system.here, total=2, state="running", created_at=clock.now()
        )
        Chunk.objects.create(run=run, number=0, first=0, last=2, state="leased")
        Session.objects.create(session_key="k", session_data="", expire_date=clock.now())
        draft = actions.create_award(
            system.version, actor=system.owner, recipient_email="ada@mail.example"
        )
        Award.everywhere.filter(pk=draft.pk).update(
            state="scheduled", send_at=clock.now(), status_list=None
        )
        report = restore(back_up(system))
        assert Run.everywhere.get().state == "failed"
        assert Chunk.objects.get().state == "failed"
        assert len(report.runs_stopped) == 1
        assert not Session.objects.exists()
        assert report.held_back == [str(draft.pk)]
        assert Award.everywhere.get(pk=draft.pk).state == "draft"


def test_a_letter_that_left_since_does_not_leave_again(system, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with system.on():
        file = back_up(system)
        award = system.issue(1)[0]
        assert mailer.send_due() == 1
        key = OutboxMail.everywhere.get(award_id=award.pk).key
        restore(file)
        assert not OutboxMail.everywhere.exists()
        again = OutboxMail.everywhere.create(
            key=key,
            kind="offer",
            to="a@b.example",
            subject="s",
            text="t",
            not_before=clock.now(),
            queued_at=clock.now(),
        )  # as a duty would queue it, for an award that was there before
        mailer.send_due()
        again.refresh_from_db()
        assert again.state == "doubt"
        assert journals.may_send("another:letter")


def test_a_restore_can_be_restored_and_numbers_grow(system):
    with system.on():
        file = back_up(system)
        numbers = [restore(file).instance for _ in range(2)]
        assert numbers == sorted(set(numbers))
        assert instance.in_keys().number == numbers[-1] == facts.get("instance")["number"]
        assert instance.why_not() == ""


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 40))]
)
def test_small_worlds_keep_every_promise(system, seed):
    """Issue, revoke, back up and restore in any order: no index twice, nothing revived."""
    chance = random.Random(seed)
    ever: set[tuple[str, int]] = set()
    revoked: set[tuple[str, int]] = set()
    with system.on():
        files = [back_up(system, with_keys=False)]
        for _ in range(7):
            step = chance.choice(["issue", "issue", "revoke", "back up", "restore"])
            if step == "issue":
                for award in system.issue(chance.randint(1, 2)):
                    place = (str(award.status_list_id), award.status_index)
                    assert place not in ever
                    ever.add(place)
            elif step == "revoke":
                live = list(Award.everywhere.filter(state="offered"))
                if live:
                    award = chance.choice(live)
                    system.revoke(award)
                    revoked.add((str(award.status_list_id), award.status_index))
            elif step == "back up":
                files.append(back_up(system, with_keys=False))
            else:
                journals.note_issued()
                restore(chance.choice(files))
            publishing.publish_dirty()
            journals.note_issued()
        for pk, index in revoked:
            row = StatusList.everywhere.filter(pk=pk).first()
            data = publishing._published(pk, "revocation")
            assert data is not None
            if row is not None:
                bits = publishing._published_bits(row)
                assert bits[index // 8] & (0x80 >> index % 8)
            award = Award.everywhere.filter(status_list=pk, status_index=index).first()
            assert award is None or award.state == "revoked"
