"""Everything moves to another database and back, the same to the byte."""

from __future__ import annotations

import json
import shutil
from base64 import b64encode

import pytest
from django.conf import settings
from django.core import checks as framework

from dying import child, copy
from operations_world import System
from stackmark.errors import StackmarkError
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding.models import Award
from stackmark_web.operations import connecting, facts, instance, moving, rows, starting
from stackmark_web.operations.archive import making, restoring


def everything(using="default"):
    """Count and digest of each table but the one with the instance's number."""
    found = {}
    for model in rows.tables():
        if model.__name__ not in ("Fact", "Process"):
            one = rows.sum_of(model, using=using)
            found[model._meta.db_table] = (one.count, one.word)
    return found


def at(system, description):
    other = System(system.folder, description)
    other.owner, other.here, other.version = system.owner, system.here, system.version
    return other


@pytest.fixture
def there(empty, tmp_path):
    """An empty database with tables, as the migrations of a first try would leave it."""
    shutil.copyfile(empty.folder / "stackmark.sqlite3", tmp_path / "there.sqlite3")
    return tmp_path / "there.sqlite3"


def test_to_another_file_and_on(system, there):
    with system.on():
        system.keep_slim(system.issue(2))
        last = AuditEvent.objects.order_by("-pk").first().pk
        AuditEvent.objects.filter(pk=last).delete()  # its number must not come again
        before = everything()
        moved = moving.move(f"sqlite:{there}")
        assert moved.credentials == 2
        instance.ask_anew()
        with pytest.raises(StackmarkError) as caught:
            system.issue(1)
        assert caught.value.reason == "signer.not-ours"
    other = at(system, connecting.sqlite_at(there))
    with other.on():
        assert everything() == before
        assert other.issue(1)[0].signed
        assert AuditEvent.objects.order_by("pk").last().pk > last
    with system.on(), pytest.raises(StackmarkError) as caught:
        moving.move(f"sqlite:{there}")
    assert caught.value.reason == "move.done", "and never that it is to be emptied"


def test_what_has_rows_is_not_moved_into(system, there):
    with at(system, connecting.sqlite_at(there)).on():
        system.person("other")
    with system.on(), pytest.raises(StackmarkError) as caught:
        moving.move(f"sqlite:{there}")
    assert caught.value.reason == "move.full"


def test_what_differs_there_is_found_and_nothing_is_moved(system, there, monkeypatch):
    honest = rows.sum_of

    def one_row_less(model, *, using):
        found = honest(model, using=using)
        if model is Award and using == connecting.OTHER:
            found.count -= 1
        return found

    monkeypatch.setattr(rows, "sum_of", one_row_less)
    with system.on():
        system.issue(1)
        number = instance.in_keys()
        with pytest.raises(StackmarkError, match="Nothing was moved") as caught:
            moving.move(f"sqlite:{there}")
        assert caught.value.reason == "move.differs"
        assert instance.in_keys() == number
    with at(system, connecting.sqlite_at(there)).on():
        assert not Award.everywhere.exists()


def test_rows_survive_as_lines(system):
    with system.on():
        award, bulk = system.issue(2)
        system.keep_slim([bulk])
        for model in rows.tables():
            for row in rows.read(model):
                line = rows.encode(model, row)
                assert rows.encode(model, rows.decode(model, line)) == line
        found = [json.loads(rows.encode(Award, row)) for row in rows.read(Award)]
        stored = Award.everywhere.get(pk=bulk.pk).signed.stored
        for pk, data in ((award.pk, bytes(award.signed)), (bulk.pk, stored)):
            (row,) = [one for one in found if str(pk) in one]
            assert b64encode(data).decode() in row


def test_a_value_that_no_row_knows_is_refused_and_not_written_as_its_name():
    with pytest.raises(StackmarkError) as caught:
        rows._plain(object())
    assert caught.value.reason == "database.value"


def test_a_backup_as_rows_gives_back_what_a_bulk_run_signed(system, tmp_path, monkeypatch):
    """As on PostgreSQL, where a backup is rows; here from an SQLite file."""
    monkeypatch.setattr(making, "_database", making._rows)
    with system.on():
        awards = system.keep_slim(system.issue(2))
        signed = {award.pk: bytes(award.signed) for award in awards}
        file = making.make(tmp_path / "rows", passphrase=None, with_keys=False).path
        restoring.restore(file, passphrase=None, replace=True)
        kept = {one.pk: bytes(one.signed) for one in Award.everywhere.all()}
    assert kept == signed


def test_to_postgresql_a_backup_there_and_back(system, postgres, tmp_path):
    with system.on():
        award = system.keep_slim(system.issue(2))[0]
        system.settle()
        before = everything()
        moving.move(postgres)
    there = at(system, connecting.described(postgres, system.folder))
    with there.on():
        assert everything() == before
        file = making.make(tmp_path / "rows", passphrase=None, with_keys=False).path
        there.revoke(award)
        fresh = there.issue(1)[0]
        there.settle()
        report, kept = restoring.restore(file, passphrase=None, replace=True)
        assert report.revoked == [str(award.pk)]
        assert [one["id"] for one in report.lost] == [str(fresh.pk)]
        assert (kept / "database.stackmark").exists()
        after = everything()
        moving.move(f"sqlite:{tmp_path / 'back.sqlite3'}")
    with at(system, connecting.sqlite_at(tmp_path / "back.sqlite3")).on():
        assert everything() == after
        assert there.issue(1)[0].signed


# -- cut off (fault F03) -----------------------------------------------------------------------


def cut_off(system, there, folder, each):
    """A copy of the system for ``each`` so many of the last steps of a move, at which it died."""

    def move():
        moving.move(f"sqlite:{settings.DATA / 'there.sqlite3'}")

    def fresh(name):
        made = copy(system, folder / name)
        shutil.copyfile(there, made.folder / "there.sqlite3")
        return made

    total = child(fresh("whole"), move)
    for number in range(total - 45, total + 1, each):
        after = fresh(str(number))
        if child(after, move, die_at=number):
            break
        yield after, at(after, connecting.sqlite_at(after.folder / "there.sqlite3"))
        shutil.rmtree(after.folder)


def may_sign(system):
    with system.on():
        return Award.everywhere.exists() and instance.why_not() == ""


@pytest.mark.parametrize(
    "each", [12, pytest.param(1, marks=pytest.mark.slow)], ids=["some", "every"]
)
def test_a_move_that_is_cut_off_is_ended_by_the_same_command(system, there, tmp_path, each):
    """At no step may both sign or neither go on; and nothing of either is lost."""
    with system.on():
        system.keep_slim(system.issue(2))
        before = everything()
    seen = set()
    for old, new in cut_off(system, there, tmp_path / "d", each):
        signs = may_sign(old), may_sign(new)
        assert signs in ((True, False), (False, True)), "one of the two, whenever it was"
        with new.on():
            copied = Award.everywhere.exists()
            found = {one.id for one in framework.run_checks(databases=["default"])}
            assert ("stackmark.E017" in found) == (copied and not signs[1])
        with old.on():
            if signs[1]:
                with pytest.raises(StackmarkError, match="Set DATABASE_URL to it") as caught:
                    moving.move(f"sqlite:{new.description['NAME']}")
                assert caught.value.reason == "move.done"
            else:
                assert moving.move(f"sqlite:{new.description['NAME']}").credentials == 2
        assert (may_sign(old), may_sign(new)) == (False, True)
        with new.on():
            assert everything() == before
            starting.begin()
            assert facts.get(instance.MOVING) is None
        seen.add((copied, signs))
    assert len(seen) == 3, "before the copy counted, after that, and after the new one took over"


def test_taking_over_makes_a_copy_whose_move_was_cut_off_a_system(system, there, monkeypatch):
    with system.on(), monkeypatch.context() as patched:
        system.issue(1)
        patched.setattr(instance, "take_over", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            moving.move(f"sqlite:{there}")
    other = at(system, connecting.sqlite_at(there))
    with other.on():
        assert "cut off" in instance.why_not()
        instance.take_over()
        assert instance.why_not() == ""
        assert other.issue(1)[0].signed
