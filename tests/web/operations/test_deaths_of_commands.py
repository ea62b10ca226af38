"""A backup, a restore, migrations, a chunk or a publication that dies (faults F01, F02, F24)."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from dying import deaths, verdict
from each import THOROUGH
from sheet_help import Way
from stackmark_web.audit.queries import check_chains
from stackmark_web.awarding import publishing
from stackmark_web.awarding.models import Award, ClaimLink, SheetRow, StatusList
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs import presence, worker
from stackmark_web.jobs.models import Chunk, Run
from stackmark_web.operations import connecting, instance, leftovers
from stackmark_web.operations.archive import members, restoring
from tables import differing, schema_of

SAMPLED = pytest.mark.parametrize(
    "only", [3, pytest.param(0, marks=pytest.mark.slow)], ids=["some", "every"]
)


def backed_up(system, name="backup"):
    """The command, as an operator gives it; beside the data folder."""
    target = system.folder.parent / f"{system.folder.name}.{name}"
    call_command("backup", str(target), "--with-keys", stdout=io.StringIO())
    return target


@SAMPLED
def test_a_backup(system, tmp_path, only):
    with system.on():
        system.issue(2)
        system.settle()

    def back_up():
        target = settings.DATA.with_suffix(".backup")
        call_command("backup", str(target), "--with-keys", stdout=io.StringIO())

    for _number, after in deaths(system, tmp_path / "d", back_up, only=only):
        first = after.folder.with_suffix(".backup")
        with after.on():
            if first.exists():  # what stands under the name is whole
                members.unpack(first, None, tmp_path / f"out-{after.folder.name}")
            assert Award.everywhere.count() == 2, "the system itself is as it was"
            assert check_chains() == []
            again = backed_up(after, "again")
            assert not list(after.folder.parent.glob(f".*{leftovers.PART}")), "no half backup"
            assert not list(after.folder.glob(".backup-*"))
            members.unpack(again, None, tmp_path / f"again-{after.folder.name}")


@SAMPLED
def test_a_restore(system, tmp_path, only):
    """Either system, whole, or one that refuses to sign; and the same command ends it."""
    with system.on():
        first, second = system.issue(2)
        system.settle()
        file = backed_up(system)
        system.revoke(first)
        system.issue(1)
        system.settle()

    def restore():
        restoring.restore(file, passphrase=None, replace=True)

    for _number, after in deaths(system, tmp_path / "d", restore, only=only):
        with after.on():
            assert Award.everywhere.count() in (2, 3), "one database or the other"
            if Award.everywhere.count() == 2 and not instance.why_not():
                assert Award.everywhere.get(pk=first.pk).state == "revoked"
            with instance.alone():
                pass  # nothing is held for ever
            restore()
            assert instance.why_not() == ""
            assert Award.everywhere.get(pk=first.pk).state == "revoked", "it is not undone"
            assert check_chains() == []
            assert not list(after.folder.glob(".restore-*")), "unpacked keys are cleared away"
            assert verdict(Award.everywhere.get(pk=second.pk)) == ("verified", "status.ok")
            assert verdict(Award.everywhere.get(pk=first.pk)) == ("refused", "status.revoked")


@pytest.mark.skipif(not THOROUGH, reason="it takes a minute: make sweep")
@pytest.mark.skipif(connection.vendor != "sqlite", reason="of a folder of its own, with SQLite")
@pytest.mark.django_db
def test_migrations(tmp_path):
    """Killed wherever they are, they go on from there and make the tables of the models."""
    command = [sys.executable, "-m", "stackmark_web", "migrate"]
    where = {**os.environ, "STACKMARK_DATA": str(tmp_path)}
    for seconds in (3.5, 4.5, 5.5, 4, 5):
        with contextlib.suppress(subprocess.TimeoutExpired):  # subprocess.run kills it then
            subprocess.run(command, env=where, capture_output=True, check=False, timeout=seconds)
    done = subprocess.run(command, env=where, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    wanted = schema_of(connection)
    with connecting.as_default(connecting.sqlite_at(tmp_path / "stackmark.sqlite3")) as made:
        assert differing(schema_of(made), wanted) == []


@pytest.mark.parametrize("place", ["start", "middle", "end", "cut"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(system, place):
    """By the command, on a living system (fault F24)."""
    with system.on():
        system.issue(1)
        system.settle()
        file = backed_up(system)
        data = bytearray(file.read_bytes())
        at = {"start": 0, "middle": len(data) // 2, "end": len(data) - 1, "cut": 0}[place]
        file.write_bytes(
            data[:-200] if place == "cut" else data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]
        )
        before = contents(system)
        with pytest.raises(CommandError, match=r"damaged|not a backup"):
            call_command("restore", str(file), "--replace", stdout=io.StringIO())
        assert contents(system) == before


def contents(system):
    """Every file of the data folder, but for locks and SQLite's shared memory."""
    return {
        path.relative_to(system.folder): path.read_bytes()
        for path in sorted(system.folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-shm", ".lock"))
    }


@SAMPLED
def test_a_chunk(system, tmp_path, only):
    with system.on():
        client = Client()
        client.force_login(system.owner)
        rows = "".join(f"p{number}@mail.example,Person {number}\n" for number in range(3))
        way = Way(client, system.version).checked(f"email,name\nnobody,Nobody\n{rows}")
        way.choose(scope="good")
        assert way.confirm().status_code == 302

    def work():
        with presence.present() as name:
            while worker.work_once(name):
                pass

    for _number, after in deaths(system, tmp_path / "d", work, only=only):
        with after.on():
            half = Award.everywhere.filter(signed=None).exclude(state="draft")
            assert not half.exists()
            worker.free_the_dead()
            work()
            run = Run.everywhere.get()
            assert (run.state, run.done, run.failed) == ("done", 3, 1)
            assert set(Chunk.objects.values_list("state", flat=True)) == {"done"}
            assert SheetRow.objects.filter(result="issued").count() == 3
            for award in Award.everywhere.all():
                assert verdict(award) == ("verified", "status.ok")
                assert ClaimLink.objects.filter(award=award).count() == 1
                assert OutboxMail.everywhere.filter(award_id=award.pk).count() == 1
            assert Award.everywhere.count() == 3


@SAMPLED
def test_a_publication(system, tmp_path, only):
    with system.on():
        first, second = system.issue(2)
        system.settle()
        system.revoke(first)
        StatusList.everywhere.update(dirty_since=first.created_at)
    for _number, after in deaths(system, tmp_path / "d", publishing.publish_dirty, only=only):
        with after.on():
            for award in (first, second):
                award = Award.everywhere.get(pk=award.pk)
                assert verdict(award)[1] in ("status.ok", "status.revoked"), "a list can be read"
            publishing.publish_dirty()
            assert not StatusList.everywhere.exclude(dirty_since=None).exists()
            assert verdict(Award.everywhere.get(pk=first.pk)) == ("refused", "status.revoked")
            assert verdict(Award.everywhere.get(pk=second.pk)) == ("verified", "status.ok")
