"""Two copies of one system: one of them signs (fault F23)."""

from __future__ import annotations

import shutil

import pytest
from django.core.management import CommandError, call_command

from operations_world import System
from stackmark.errors import StackmarkError
from stackmark_web.awarding.models import Award
from stackmark_web.operations import instance, marks
from stackmark_web.operations.archive import making, restoring


def refusal(system):
    """What the system says when it is to sign."""
    with system.on():
        with pytest.raises(StackmarkError) as caught:
            system.issue(1)
        assert caught.value.reason == "signer.not-ours"
        return caught.value.detail


def like(system, folder):
    other = System(folder)
    other.owner, other.here, other.version = system.owner, system.here, system.version
    return other


def test_a_copy_of_the_whole_folder_does_not_sign(system, tmp_path):
    shutil.copytree(system.folder, tmp_path / "copy")
    assert "is a copy" in refusal(like(system, tmp_path / "copy"))
    with system.on():
        assert system.issue(1)


def test_an_old_database_put_back_by_hand_does_not_sign(system):
    with system.on():
        system.issue(1)
        system.settle()
        making.copy_sqlite(system.folder.parent / "yesterday.sqlite3")
        first = system.issue(1)[0]
        system.settle()
        system.revoke(first)
        system.settle()
    shutil.copyfile(system.folder.parent / "yesterday.sqlite3", system.folder / "stackmark.sqlite3")
    for ending in ("-wal", "-shm"):
        (system.folder / f"stackmark.sqlite3{ending}").unlink(missing_ok=True)
    assert "older than what was published" in refusal(system)
    with system.on(), pytest.raises(CommandError, match="restore"):
        call_command("take_over", yes=True)


def test_a_restored_system_does_not_sign_while_its_original_runs(system, tmp_path):
    with system.on():
        file = making.make(tmp_path / "b", passphrase=b"a passphrase", with_keys=True).path
    other = like(system, tmp_path / "other")
    other.make_tables()
    with other.on():
        restoring.restore(file, passphrase=b"a passphrase")
    with system.on(), instance.running():
        assert "still running" in refusal(other)
    with other.on():
        assert other.issue(1)


def test_two_databases_with_one_key_store_the_older_number_does_not_sign(system, tmp_path):
    with system.on():
        making.copy_sqlite(tmp_path / "old.sqlite3")
        instance.take_over()
        assert system.issue(1)
    shutil.copyfile(tmp_path / "old.sqlite3", system.folder / "stackmark.sqlite3")
    assert "do not belong together" in refusal(system)


def test_nothing_is_restored_under_a_running_server(system, tmp_path):
    with system.on():
        file = making.make(tmp_path / "b", passphrase=None, with_keys=False).path
        with instance.running(), pytest.raises(StackmarkError) as caught:
            restoring.restore(file, passphrase=None, replace=True)
        assert caught.value.reason == "usage.busy"
        with (
            instance.alone(),
            pytest.raises(StackmarkError, match="restore or move"),
            instance.running(),
        ):
            pass


def test_taking_over_lets_a_copy_sign_and_is_asked_about(system, tmp_path, monkeypatch):
    shutil.copytree(system.folder, tmp_path / "copy")
    other = like(system, tmp_path / "copy")
    with other.on():
        monkeypatch.setattr("builtins.input", lambda _: "no")
        with pytest.raises(CommandError, match="Nothing was changed"):
            call_command("take_over")
        call_command("take_over", yes=True)
        assert other.issue(1)
        assert Award.everywhere.exclude(sha256="").count() == 1


def test_marks_are_kept_with_the_keys_too_and_never_go_back(system):
    with system.on():
        award = system.issue(1)[0]
        system.settle()
        system.revoke(award)
        system.settle()
        one = marks.read().lists[str(award.status_list_id)]
        assert one["version"] >= 2
        marks.add(marks.Marks(lists={str(award.status_list_id): {**one, "version": 1}}))
        shutil.rmtree(system.folder / "marks")
        assert marks.read().lists[str(award.status_list_id)]["version"] == one["version"]


def test_a_fresh_database_beside_an_old_key_store_begins_well(empty):
    with empty.on():
        instance.found()
    (empty.folder / "stackmark.sqlite3").unlink()
    empty.make_tables()
    with empty.on():
        instance.found()
        assert instance.why_not() == ""
