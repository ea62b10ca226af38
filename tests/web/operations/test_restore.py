"""Back up, go on, restore: what was promised holds (faults F22 to F24)."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.db import connection

from stackmark.errors import StackmarkError
from stackmark.status.lists import open_list
from stackmark_web import clock
from stackmark_web.accounts import erasure
from stackmark_web.accounts.models import User
from stackmark_web.api.vc_api import issuers, statuses
from stackmark_web.audit import heads
from stackmark_web.audit.models import AuditEvent
from stackmark_web.audit.queries import check_chains
from stackmark_web.audit.sentences import Told
from stackmark_web.awarding import publishing
from stackmark_web.awarding.models import Award, StatusList
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.operations import instance
from stackmark_web.operations.archive import making, reconcile, restoring


def back_up(system, name="b.stackmark", **more):
    target = system.folder.parent / name
    return making.make(target, **{"passphrase": None, "with_keys": False} | more).path


def test_a_restored_system_uses_no_index_twice_and_forgets_no_revocation(system):
    with system.on():
        first = system.issue(3)
        system.settle()
        file = back_up(system)
        later = system.issue(3)
        system.revoke(first[0])
        system.revoke(later[0])
        system.settle()
        used = system.indexes()
        versions = {
            (str(row.pk), purpose): publishing.published_version(row.pk, purpose)
            for row in StatusList.everywhere.all()
            for purpose in ("revocation", "suspension")
        }
        report, _ = restoring.restore(file, passphrase=None, replace=True)
    with system.on():
        assert report.revoked == [str(first[0].pk)]
        assert Award.everywhere.get(pk=first[0].pk).state == "revoked"
        assert {one["id"] for one in report.lost} == {str(award.pk) for award in later}
        assert [one["revoked"] for one in report.lost if one["id"] == str(later[0].pk)] == [True]
        fresh = system.issue(4)
        system.settle()
        assert not {(a.status_list_id, a.status_index) for a in fresh} & used
        for (pk, purpose), before in versions.items():
            assert publishing.published_version(pk, purpose) > before
            assert publishing.document(pk, purpose)
        first_list = first[0].status_list_id
        bits = publishing._published_bits(StatusList.everywhere.get(pk=first_list))
        for award in (first[0], later[0]):
            assert bits[award.status_index // 8] & (0x80 >> award.status_index % 8)


def test_a_full_place_is_left_alone_unless_asked(system):
    with system.on():
        file = back_up(system)
        before = (system.folder / "stackmark.sqlite3").read_bytes()
        with pytest.raises(StackmarkError, match="--replace") as caught:
            restoring.restore(file, passphrase=None)
        assert caught.value.reason == "restore.full"
        assert (system.folder / "stackmark.sqlite3").read_bytes() == before


@pytest.mark.parametrize("harm", ["head", "cut"])
def test_a_damaged_database_gives_way_when_asked_and_is_kept(system, harm):
    """The very case that backups are made for."""
    database = system.folder / "stackmark.sqlite3"
    with system.on():
        system.issue(2)
        system.settle()
        file = back_up(system)
        used = system.indexes()
        connection.close()
        whole = database.read_bytes()
        damaged = b"Z" * 4096 + whole[4096:] if harm == "head" else whole[: len(whole) // 2]
        database.write_bytes(damaged)
        with pytest.raises(StackmarkError, match="--replace"):
            restoring.restore(file, passphrase=None)
        assert database.read_bytes() == damaged
        _, kept = restoring.restore(file, passphrase=None, replace=True)
        assert (kept / database.name).read_bytes() == damaged
    with system.on():
        fresh = system.issue(2)
        assert not {(a.status_list_id, a.status_index) for a in fresh} & used


def test_the_database_may_be_on_another_file_system_than_the_data_folder(system, monkeypatch):
    """A rename goes no further than one file system: here, it does not leave the data folder."""
    rename = os.rename

    def rename_here(old, new, **more):
        if ".restore-" in os.path.dirname(old) and ".restore-" not in os.path.dirname(new):
            raise OSError(errno.EXDEV, "Invalid cross-device link", str(old))
        rename(old, new, **more)

    with system.on():
        signed = system.issue(2)
        system.settle()
        file = back_up(system)
        monkeypatch.setattr(os, "rename", rename_here)
        monkeypatch.setattr(restoring.Path, "replace", lambda old, new: rename_here(old, new))
        restoring.restore(file, passphrase=None, replace=True)
    with system.on():
        assert Award.everywhere.filter(pk__in=[one.pk for one in signed]).count() == 2
        assert not list(system.folder.glob(".stackmark*"))


def test_letters_that_waited_are_in_doubt_and_not_sent(system):
    with system.on():
        system.issue(2)
        file = back_up(system)
        restoring.restore(file, passphrase=None, replace=True)
        from stackmark_web.integrations import mailer

        states = set(OutboxMail.everywhere.values_list("state", flat=True))
        assert states == {"doubt"}
        assert mailer.send_due() == 0


def test_it_restores_on_an_empty_machine_and_signs_there(system, empty):
    with system.on():
        award = system.issue(1)[0]
        system.settle()
        file = back_up(system, passphrase=b"correct horse", with_keys=True)
    with empty.on():
        report, _ = restoring.restore(file, passphrase=b"correct horse")
        assert report.keys_missing == []
        assert instance.why_not() == ""
        assert bytes(Award.everywhere.get(pk=award.pk).signed) == bytes(award.signed)


def later(minutes):
    return clock.at(clock.now() + timedelta(minutes=minutes))


def test_the_audit_log_holds_after_an_older_backup(system, empty):
    """Heads signed since know of more than the database: the restore itself puts them aside."""
    with system.on():
        system.issue(1)
        with later(2):
            system.settle()
            file = back_up(system, passphrase=b"correct horse", with_keys=True)
        signed = {chain for chain, _token in heads.kept_files()}
        assert signed
        with later(5):
            system.issue(3)
            system.settle()
            report, _ = restoring.restore(file, passphrase=b"correct horse", replace=True)
        assert report.heads_aside == 1
        assert any("put aside" in line for line in report.lines())
        event = AuditEvent.objects.get(verb="system.restored")
        assert event.after["heads_aside"] == 1
        assert str(Told(event).sentence) == "The server was restored from a backup"
        assert check_chains() == []
        assert {chain for chain, _token in heads.kept_files()} == signed, "those of the backup"
    with empty.on():
        restoring.restore(file, passphrase=b"correct horse")
        assert {chain for chain, _token in heads.kept_files()} == signed
        assert check_chains() == []
        AuditEvent.objects.filter(verb="award.offered").delete()
        assert check_chains(), "a backup cut shorter than its heads is found"


def test_whoever_was_erased_since_the_backup_is_gone_again(system):
    with system.on():
        lena = system.person("lena")
        stays = system.person("stays")
        file = back_up(system)
        erasure.erase(lena, actor=None)
        assert not User.objects.filter(pk=lena.pk).exists()
        report, _ = restoring.restore(file, passphrase=None, replace=True)
        assert (report.erased, report.not_erased) == ([str(lena.pk)], [])
        assert not User.objects.filter(pk=lena.pk).exists()
        assert not User.objects.filter(email__icontains="lena").exists()
        assert User.objects.filter(pk=stays.pk).exists()
        assert check_chains() == []


def test_the_vc_api_uses_no_index_twice_either(system, empty):
    with system.on():
        issuer = issuers.ISSUERS["bitstring"]
        first = statuses.take(issuer, "urn:uuid:1", ["revocation"])
        statuses.update({"credentialId": "urn:uuid:1"})
        file = back_up(system, passphrase=b"correct horse", with_keys=True)
        lost = statuses.take(issuer, "urn:uuid:2", ["revocation"])
        did = issuer.key.did
    issuers._opened.clear()
    with empty.on():
        restoring.restore(file, passphrase=b"correct horse")
        assert issuer.key.did == did
        fresh = statuses.take(issuer, "urn:uuid:3", ["revocation"])
        assert fresh["statusListCredential"].endswith("/vc-api/status/ed25519-2/revocation")
        assert lost["statusListCredential"] == first["statusListCredential"]
        assert statuses.document("ed25519-2", "revocation")
        old = orjson.loads(statuses.document("ed25519", "revocation"))
        bits = open_list(old, list_type="BitstringStatusListCredential", url=old["id"]).bits
        index = int(first["statusListIndex"])
        assert bits[index // 8] & (0x80 >> index % 8), "what was revoked is revoked"
        told = statuses.update({"credentialId": "urn:uuid:1", "status": False})
        assert told["statusListCredential"] == first["statusListCredential"]
        told = statuses.update({"credentialId": "urn:uuid:3"})
        assert told["statusListCredential"] == fresh["statusListCredential"]
    issuers._opened.clear()


class Killed(BaseException):
    """The power is gone."""


@pytest.mark.parametrize("step", ["_put_files", "_finish"])
def test_a_restore_that_was_cut_off_signs_nothing_until_it_is_run_again(system, step, monkeypatch):
    def dies(*_):
        raise Killed

    with system.on():
        file = making.make(system.folder.parent / "b", passphrase=None, with_keys=True).path
        with monkeypatch.context() as patch:
            patch.setattr(restoring, step, dies)
            with pytest.raises(Killed):
                restoring.restore(file, passphrase=None, replace=True)
        instance.ask_anew()
        assert "do not belong together" in instance.why_not()
        with pytest.raises(StackmarkError):
            system.issue(1)
        restoring.restore(file, passphrase=None, replace=True)
        assert instance.why_not() == ""
        assert system.issue(1)[0].signed


@pytest.mark.parametrize(("second", "told"), [("00", False), ("01", True), ("02", True)])
def test_what_was_issued_in_the_second_of_the_backup_may_be_lost_too(second, told):
    line = {"id": "a", "sha256": "b", "at": f"2026-11-29T12:00:{second}Z"}  # in whole seconds
    since = datetime(2026, 11, 29, 12, 0, 1, 500_000, tzinfo=UTC)
    assert reconcile._is_after(line, since) is told
