"""What an operator can mend is said in one sentence: what, where, what to do. No traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from stackmark_web.operations import connecting, probes, processes
from stackmark_web.settings import env

AWAY = "postgres://clerk:hunter22@127.0.0.1:1/books"


def run(*words, **settings):
    """One command as a stranger runs it, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "stackmark_web", *words],
        env={**os.environ, **settings, "DJANGO_SETTINGS_MODULE": "stackmark_web.settings.base"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.returncode, done.stderr or done.stdout


def refused(function, *arguments):
    with pytest.raises(ImproperlyConfigured) as caught:
        function(*arguments)
    return str(caught.value)


@pytest.mark.parametrize("command", ["check", "serve", "nonsense"])
def test_a_wrong_setting_is_one_line(tmp_path, command):
    code, said = run(command, STACKMARK_DATA=str(tmp_path), STACKMARK_DEBUG="yes")
    assert (code, said) == (1, 'STACKMARK_DEBUG is "yes"; write True or False.\n')


@pytest.mark.parametrize(
    ("value", "on"), [("True", True), ("1", True), ("False", False), ("0", False), ("", False)]
)
def test_what_is_on_or_off(monkeypatch, value, on):
    monkeypatch.setenv("STACKMARK_DEMO", value)
    assert env.flag("STACKMARK_DEMO") is on


def test_a_database_that_is_away_is_one_line_without_its_password(tmp_path):
    code, said = run("operator", STACKMARK_DATA=str(tmp_path), DATABASE_URL=AWAY)
    assert code == 1
    assert said.count("\n") == 1
    assert "books at 127.0.0.1:1" in said
    assert "DATABASE_URL" in said
    assert "hunter22" not in said


DAMAGES = {
    "no SQLite": lambda data: b"no SQLite at all" * 400,
    "cut off": lambda data: data[: len(data) // 2],
    "pages gone": lambda data: data[:8192] + bytes(len(data) - 8192),
}


@pytest.mark.parametrize(
    ("damage", "command"),
    [
        ("no SQLite", "operator"),
        ("pages gone", "doctor"),
        ("cut off", "serve"),
        ("pages gone", "backup"),
    ],
)
def test_a_damaged_file_is_named_with_the_way_back(system, damage, command):
    file = system.folder / "stackmark.sqlite3"
    with system.on():
        system.issue(1)
    for name in ("-wal", "-shm"):
        (system.folder / f"{file.name}{name}").unlink(missing_ok=True)
    whole = file.read_bytes()
    assert len(whole) > 100_000
    file.write_bytes(DAMAGES[damage](whole))
    more = {"backup": [str(system.folder.parent / "backup")], "serve": ["--port", "1"]}
    words = [command, *more.get(command, [])]
    code, said = run(*words, STACKMARK_DATA=str(system.folder), DATABASE_URL="")
    assert code in (1, 2)
    assert f"{file} is damaged" in said
    assert "stackmark-web restore FILE --replace" in said
    assert "DATABASE_URL" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "value", ["postgres://u:hunter22@h:abc/db", "postgres://u:pa/ss@h/db", "postgres://[::/db"]
)
def test_a_database_address_that_cannot_be_read(tmp_path, value):
    said = refused(env.database_at, "DATABASE_URL", value, tmp_path)
    assert said.startswith("DATABASE_URL is not like postgres://")
    assert "%2F" in said
    assert "hunter22" not in said


def test_a_mail_address_that_cannot_be_read(tmp_path, monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "smtp://u:hunter22@h:abc")
    said = refused(env.mail, "EMAIL_URL", tmp_path)
    assert said.startswith("EMAIL_URL is not like smtp://")
    assert "hunter22" not in said


@pytest.mark.parametrize(
    "value", ["https://b.example:abc", "https://b.example?x=1", "https://me@b.example", "b.example"]
)
def test_a_public_address_is_scheme_host_and_port(monkeypatch, value):
    monkeypatch.setenv("STACKMARK_PUBLIC_URL", value)
    said = refused(env.url, "STACKMARK_PUBLIC_URL", "")
    assert "write it like https://" in said


def test_a_data_folder_that_is_a_file_or_cannot_be_made(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        monkeypatch.setenv("STACKMARK_DATA", str(path))
        said = refused(env.folder, "STACKMARK_DATA", "var")
        assert said.startswith(f"STACKMARK_DATA is the folder {path}")
        assert "own it" in said


def test_a_data_folder_is_made_for_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("STACKMARK_DATA", str(tmp_path / "new"))
    before = os.umask(0o022)
    try:
        assert env.folder("STACKMARK_DATA", "var").stat().st_mode & 0o777 == 0o700
    finally:
        os.umask(before)


def test_a_file_that_holds_a_setting_and_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("STACKMARK_SECRET_KEY_FILE", str(tmp_path / "none"))
    assert "No such file" in refused(env.text, "STACKMARK_SECRET_KEY")
    (tmp_path / "none").write_bytes(b"\xff\xfe\x00")
    said = refused(env.text, "STACKMARK_SECRET_KEY")
    assert f"STACKMARK_SECRET_KEY_FILE names {tmp_path / 'none'}, which is no text" in said


def test_a_file_that_holds_no_setting_is_not_taken_for_none(tmp_path, monkeypatch):
    """A secret that was not mounted would mean another database, or new keys."""
    (tmp_path / "empty").write_text("\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "empty"))
    said = refused(env.database, "DATABASE_URL", tmp_path)
    assert said.startswith(f"DATABASE_URL_FILE names {tmp_path / 'empty'}, which is empty.")


@pytest.mark.parametrize(
    "value", ["Badges", "Badges <badges>", "@b.example", "a b@c.example", "a@"]
)
def test_a_sender_is_an_address(monkeypatch, value):
    monkeypatch.setenv("STACKMARK_MAIL_FROM", value)
    assert "write it like Badges <" in refused(env.sender, "STACKMARK_MAIL_FROM", "")
    monkeypatch.setenv("STACKMARK_MAIL_FROM", "Büro, Süd <badges@b.example>")
    with pytest.raises(ImproperlyConfigured):  # a comma ends a name that is not quoted
        env.sender("STACKMARK_MAIL_FROM", "")
    monkeypatch.setenv("STACKMARK_MAIL_FROM", "Büro Süd <badges@b.example>")
    assert env.sender("STACKMARK_MAIL_FROM", "") == "Büro Süd <badges@b.example>"


def test_a_kept_secret_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "secret-key").mkdir()
    said = refused(env.kept_secret, "STACKMARK_SECRET_KEY", tmp_path / "secret-key")
    assert said.startswith(f"{tmp_path / 'secret-key'} holds STACKMARK_SECRET_KEY")


def test_a_port_that_is_taken_says_who_and_never_touches_the_public_address(settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings.PUBLIC_URL = "https://badges.example.org"
        with pytest.raises(CommandError) as caught:
            call_command("serve", port=port, skip_checks=True)
        assert "Address already in use" in str(caught.value)
        assert f"--port {port + 1}" in str(caught.value)
        assert "PUBLIC_URL" not in str(caught.value)
        settings.PUBLIC_URL = f"http://127.0.0.1:{port}"
        with pytest.raises(CommandError, match=f"PUBLIC_URL=http://127.0.0.1:{port + 1}"):
            call_command("serve", port=port, skip_checks=True)
    assert processes.why_not_free("127.0.0.1", port) == ""
    for port in (-1, 0, 70_000):
        assert "65535" in processes.why_not_free("127.0.0.1", port)


@pytest.mark.parametrize("words", [["--workers", "0"], ["--threads", "many"]])
def test_how_many_processes_is_a_whole_number(words):
    with pytest.raises(CommandError, match="no whole number from 1 to 64"):
        call_command("serve", *words)


def test_the_doctor_says_once_that_the_database_is_away(system, monkeypatch):
    def away():
        raise OperationalError("Connection refused")

    looks = {"first": away, "disk": lambda: probes.ok("There is room."), "second": away}
    monkeypatch.setattr(probes, "_PROBES", looks)
    with system.on():
        connection.close()
        first, disk, second = (one.finding for one in probes.run())
    assert first.text == "The database said: Connection refused"
    assert disk.level == "ok"
    assert (second.level, second.text) == (
        "error",
        "Not looked at: the database does not answer.",
    )


def test_a_database_is_named_without_its_password(tmp_path):
    assert connecting.named(connecting.described(AWAY, tmp_path)) == "books at 127.0.0.1:1"
    assert connecting.named(connecting.sqlite_at(tmp_path / "x")) == str(tmp_path / "x")
