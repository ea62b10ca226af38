"""What a server refuses to start with, each by its id."""

from __future__ import annotations

import os
import shutil
import sqlite3

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError

from stackmark_web.operations import checks, facts, schema, sqlite_file, starting


def ids(databases=None):
    return {one.id for one in run_checks(databases=databases) if one.id.startswith("stackmark.")}


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, set()),
        ({"DEMO": True, "PUBLIC_URL": "https://badges.example.org"}, {"stackmark.E001"}),
        (
            {"DEMO": True, "PUBLIC_URL": "http://192.0.2.7:8000"},
            {"stackmark.E001", "stackmark.W016"},
        ),
        ({"DEMO": True, "PUBLIC_URL": "https://localhost:8443"}, set()),
        ({"DEMO": True, "PUBLIC_URL": "http://127.0.0.1:8000"}, set()),
        ({"DEBUG": True, "PUBLIC_URL": "https://badges.example.org"}, {"stackmark.E002"}),
        ({"DEBUG": True, "PUBLIC_URL": "http://localhost:8000"}, set()),
        ({"SECRET_KEY": "change-me"}, {"stackmark.E003"}),
        (
            {"SECRET_KEY": "django-insecure-3k4jh5k3j4h5k3j4h5kj3h45kj3h4k5jh3k4j5h3k4j5h"},
            {"stackmark.E003"},
        ),
        ({"SECRET_KEY": "a" * 80}, {"stackmark.E003"}),
        ({"KEY_PASSPHRASE": "demo"}, {"stackmark.E004"}),
        ({"KEY_PASSPHRASE": "password123"}, {"stackmark.E004"}),
        (
            {
                "PUBLIC_URL": "https://badges.example.org",
                "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            },
            {"stackmark.W015"},
        ),
        ({"PUBLIC_URL": "http://badges.example.org"}, {"stackmark.W016"}),
    ],
)
def test_settings_that_are_refused(settings, changes, wanted):
    for name, value in changes.items():
        setattr(settings, name, value)
    assert ids() == wanted
    for one in run_checks():
        assert one.hint


def test_files_that_others_can_read(settings, tmp_path):
    settings.DATA = tmp_path
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "keys" / "a.key").touch(mode=0o600)
    (tmp_path / "secret-key").touch(mode=0o600)
    assert ids() == set()
    (tmp_path / "keys" / "a.key").chmod(0o640)
    assert ids() == {"stackmark.E005"}
    (tmp_path / "keys" / "a.key").chmod(0o600)
    (tmp_path / "keys").chmod(0o755)
    assert ids() == {"stackmark.E005"}


def test_folders_and_fonts_that_are_gone(settings, tmp_path, monkeypatch):
    settings.DATA = tmp_path / "gone"
    assert ids() == {"stackmark.E007"}
    settings.DATA = tmp_path
    monkeypatch.setattr(checks, "font_folder", lambda: tmp_path)
    assert ids() == {"stackmark.E009"}
    monkeypatch.undo()

    def none():
        raise FileNotFoundError("no usable temporary directory")

    settings.DATA = tmp_path
    monkeypatch.setattr(checks.tempfile, "gettempdir", none)
    assert "stackmark.E008" in ids()


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        (schema.State(("awarding.0009_x",), ()), "stackmark.E010"),
        (schema.State((), ("awarding.0099_x",)), "stackmark.E011"),
    ],
)
def test_tables_that_do_not_fit(system, monkeypatch, state, wanted):
    with system.on():
        monkeypatch.setattr(schema, "state", lambda: state)
        assert wanted in ids(["default"])
        with pytest.raises(SystemCheckError, match=wanted):
            starting.check()


def test_the_address_in_the_credentials_never_changes(system, settings):
    with system.on():
        starting.begin()
        assert ids(["default"]) == set()
        settings.IDENTITY_URL = "https://other.example"
        assert ids(["default"]) == {"stackmark.E012"}


def test_a_database_copied_without_its_write_ahead_file(system):
    database = system.folder / "stackmark.sqlite3"
    with system.on():
        starting.begin()
        system.issue(1)
        shutil.copyfile(
            database, system.folder / "copy"
        )  # while it is open: the -wal is left behind
    os.replace(system.folder / "copy", database)
    for ending in ("-wal", "-shm"):
        (system.folder / f"stackmark.sqlite3{ending}").unlink(missing_ok=True)
    with system.on():
        assert "stackmark.E006" in ids(["default"])
        call_command("take_over", yes=True)
        assert "stackmark.E006" not in ids(["default"])


def test_a_copy_made_after_a_clean_stop_is_whole(system):
    database = system.folder / "stackmark.sqlite3"
    with system.on():
        starting.begin()
        sqlite_file.note_closed()
    shutil.copyfile(database, system.folder / "copy")
    os.replace(system.folder / "copy", database)
    with system.on():
        assert "stackmark.E006" not in ids(["default"])


def test_the_same_file_after_a_crash_is_no_copy(system):
    with system.on():
        starting.begin()
    other = sqlite3.connect(system.folder / "stackmark.sqlite3")  # opens, recovers, tidies up
    other.execute("SELECT count(*) FROM operations_fact").fetchone()
    other.close()
    with system.on():
        assert facts.get(sqlite_file.FACT)["open"]
        assert "stackmark.E006" not in ids(["default"])


def test_doctor_tells_and_ends_with_a_code(system, capsys):
    with system.on():
        starting.begin()
        system.issue(1)
        system.settle()
        with pytest.raises(SystemExit) as ended:
            call_command("doctor", json=True)
    import json

    told = json.loads(capsys.readouterr().out)
    found = {one["probe"]: one["level"] for one in told["probes"]}
    assert ended.value.code == told["exit_code"] == 2
    assert found["worker"] == "error"
    assert {found[name] for name in ("database", "keys", "status lists", "tables", "letters")} == {
        "ok"
    }


def test_doctor_finds_a_key_that_is_gone_and_a_list_that_is_ahead(system, capsys):
    with system.on():
        award = system.issue(1)[0]
        system.settle()
        from stackmark_web.audit.models import AuditEvent
        from stackmark_web.awarding.models import StatusList
        from stackmark_web.tenancy.models import SigningKey
        from stackmark_web.tenancy.signers import files

        StatusList.everywhere.filter(pk=award.status_list_id).update(version=0)
        files._opened.clear()
        (system.folder / "keys" / SigningKey.everywhere.get().location).unlink()
        AuditEvent.objects.filter(verb="award.offered").update(verb="award.revoked")
        with pytest.raises(SystemExit) as ended:
            call_command("doctor")
    text = capsys.readouterr().out
    assert ended.value.code == 2
    assert "keys cannot sign" in text
    assert "newer than the database" in text
    assert "things in the audit log do not hold" in text


def test_a_word_with_a_hyphen_is_a_command(monkeypatch):
    from stackmark_web import __main__ as program

    seen = []
    monkeypatch.setattr("django.core.management.execute_from_command_line", seen.append)
    monkeypatch.setattr("sys.argv", ["stackmark-web", "move-database", "--to", "sqlite:a-b"])
    program.main()
    assert seen == [["stackmark-web", "move_database", "--to", "sqlite:a-b"]]


def test_moving_to_where_something_is_or_nothing_can_be_is_refused(system, tmp_path):
    with system.on():
        for to, why in (
            (f"sqlite:{system.folder / 'stackmark.sqlite3'}", "in use"),
            ("mysql://x", "not like postgres"),
            (f"sqlite:{tmp_path}/no/such/folder.sqlite3", "cannot be reached"),
        ):
            with pytest.raises(CommandError, match=why):
                call_command("move_database", to=to)


def test_migrate_is_not_refused_because_migrations_are_missing(system, monkeypatch):
    """The hint of E010 tells to run it; it has to work with all checks on, as in a terminal."""
    lacking = schema.State(("awarding.0002_x",), ())
    with system.on():
        monkeypatch.setattr(schema, "state", lambda: lacking)
        with pytest.raises(SystemCheckError, match=r"stackmark\.E010"):
            call_command("check", databases=["default"])
        call_command("migrate", verbosity=0, run_syncdb=True, skip_checks=False)
