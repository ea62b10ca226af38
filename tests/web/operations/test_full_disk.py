"""A disk that is really full (fault F07): SQLite has no page left, a file may not grow."""

from __future__ import annotations

import io
import resource
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.backends.signals import connection_created
from django.test import Client

from dying import child, verdict
from sheet_help import Way
from stackmark_web import clock
from stackmark_web.awarding import publishing
from stackmark_web.awarding.models import Award, ClaimLink, SheetRow, StatusList
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs import worker
from stackmark_web.jobs.models import Chunk, Run
from stackmark_web.ui import trouble

HOME = "/manage/northfield"


@contextmanager
def no_page_left(spare=0):
    """Within the block SQLite itself says that the disk is full, after ``spare`` more pages."""

    with connection.cursor() as cursor:
        most = cursor.execute("PRAGMA page_count").fetchone()[0] + spare

    def bound(connection, **_more):
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count = {most}")

    connection_created.connect(bound)  # the limit is each connection's own
    connection.close()
    try:
        yield
    finally:
        connection_created.disconnect(bound)
        connection.close()


@pytest.fixture
def desk(system):
    client = Client(raise_request_exception=False)
    with system.on():
        client.force_login(system.owner)
        yield client


def award(desk, system, number):
    form = {
        "nonce": f"n{number}",
        "recipient_email": f"p{number}@mail.example",
        "recipient_name": "Ada " * 40,
        "evidence-TOTAL_FORMS": "0",
        "evidence-INITIAL_FORMS": "0",
    }
    return desk.post(f"{HOME}/awards/new?version={system.version.pk}", form)


def test_what_was_answered_is_kept_and_what_was_refused_is_not_there(desk, system):
    kept = []
    with no_page_left(spare=2):
        for number in range(40):
            answer = award(desk, system, number)
            if answer.status_code != 302:
                break
            kept.append(f"p{number}@mail.example")
        assert answer.status_code == 503, "forty awards need more than two pages"
        assert answer.headers["Retry-After"] == str(trouble.LATER)
        assert "There is no room to store anything" in answer.content.decode()
        assert desk.get("/verify").status_code == 200, "checking goes on"
        assert sorted(Award.everywhere.values_list("recipient_email", flat=True)) == sorted(kept)
    assert award(desk, system, number).status_code == 302, "the same form, when there is room"
    assert Award.everywhere.count() == len(kept) + 1


def test_a_run_waits_for_room_and_needs_nobody(desk, system):
    """However long it takes: a full disk is no fault of the rows and uses up none of their tries."""
    way = Way(desk, system.version)
    rows = "".join(f"p{number}@mail.example,{'Ada ' * 40}\n" for number in range(40))
    way.checked(f"email,name\n{rows}").choose()
    assert way.confirm().status_code == 302
    at = clock.now()
    with no_page_left(spare=4):
        for _ in range(worker.MAX_ATTEMPTS + 2):
            at += timedelta(seconds=6)
            with clock.at(at):
                assert not worker.work_once("w")
        assert Chunk.objects.get().attempts == 0
        assert Run.everywhere.get().state == "running"
        assert not Award.everywhere.filter(signed__isnull=False).exists()
    with clock.at(at + timedelta(seconds=6)):
        assert worker.work_once("w")
    run = Run.everywhere.get()
    assert (run.state, run.done, run.failed) == ("done", 40, 0)
    assert SheetRow.objects.filter(result="issued").count() == 40
    assert ClaimLink.objects.count() == OutboxMail.everywhere.count() == 40
    assert verdict(Award.everywhere.first()) == ("verified", "status.ok")


def test_a_backup_says_so_and_leaves_nothing(system, tmp_path):
    target = tmp_path / "backup"
    with system.on():
        system.issue(1)
        call_command("backup", str(tmp_path / "whole"), stdout=io.StringIO())
    room = (tmp_path / "whole").stat().st_size // 2

    def back_up():
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        with pytest.raises(CommandError, match=r"could not be written|cannot be copied"):
            call_command("backup", str(target), stdout=io.StringIO())

    assert child(system, back_up)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "whole"]
    assert not list(system.folder.glob(".backup-*"))


def test_a_list_that_cannot_be_written_is_written_later_and_the_page_does_not_claim_it(
    desk, system
):
    """The change is stored, its publication is not (fault F40)."""
    (one,) = system.issue(1)
    system.settle()
    folder = publishing.folder()
    aside = folder.rename(folder.with_name("aside"))
    folder.write_text("no folder")  # whoever writes a list here fails
    answer = desk.post(f"{HOME}/awards/{one.pk}/revoke", {"reason": "misconduct"}, follow=True)
    assert answer.status_code == 200
    assert Award.everywhere.get().state == "revoked"
    assert StatusList.everywhere.get().dirty_since is not None
    page = desk.get(f"{HOME}/awards/{one.pk}").content.decode()
    assert "Not visible to everybody yet" in page
    folder.unlink()
    aside.rename(folder)
    assert verdict(Award.everywhere.get())[1] == "status.ok", "the old list, still whole"
    assert publishing.publish_dirty() == 1
    assert verdict(Award.everywhere.get()) == ("refused", "status.revoked")
    assert (
        "Not visible to everybody yet" not in desk.get(f"{HOME}/awards/{one.pk}").content.decode()
    )
