"""What differs when a person sits at a terminal."""

from __future__ import annotations

import getpass
import io
import sys

import pytest

from command_line import run
from stackmark.cli import console, keys, progress
from stackmark.errors import ReadError, UsageError


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def test_colours_only_where_they_are_wanted(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert console.styled("x", "bold", "red") == "\x1b[1;31mx\x1b[0m"
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert console.styled("x", "bold") == "x"


def test_a_picture_does_not_go_to_a_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Terminal())
    with pytest.raises(UsageError) as caught:
        console.deliver(b"\x89PNG", None, binary=True)
    assert caught.value.reason == "usage.terminal"


def test_what_an_old_terminal_cannot_show_is_no_error(monkeypatch):
    old = io.TextIOWrapper(io.BytesIO(), "latin-1")
    monkeypatch.setattr(sys, "stdout", old)
    console.out("Ödegård ✓")
    old.flush()
    assert old.buffer.getvalue() == "Ödegård ?\n".encode("latin-1")


def test_unseen_characters_become_seen():
    assert console.plain("a\u202eb\x1b[2Jc\nd\u200b") == "a�b�[2Jc d�"
    assert console.plain("Ana Ødegård 小雨") == "Ana Ødegård 小雨"


def asked(monkeypatch, *answers):
    given = list(answers)
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", lambda *_, **__: given.pop(0))
    monkeypatch.delenv(keys.ENVIRONMENT, raising=False)


def test_a_new_passphrase_is_asked_for_twice(monkeypatch):
    asked(monkeypatch, "correct horse", "correct horse")
    assert keys.new_passphrase(None) == b"correct horse"
    asked(monkeypatch, "correct horse", "correct house")
    with pytest.raises(UsageError, match="differ"):
        keys.new_passphrase(None)
    asked(monkeypatch, "")
    with pytest.raises(UsageError, match="empty"):
        keys.new_passphrase(None)


def test_a_sealed_key_asks_for_its_passphrase_and_an_open_one_does_not(monkeypatch, tmp_path):
    secret = {"STACKMARK_PASSPHRASE": "correct horse"}
    assert run("key", "new", "--out", "sealed", cwd=tmp_path, env=secret).code == 0
    assert run("key", "new", "--out", "open", "--no-passphrase", cwd=tmp_path).code == 0
    asked(monkeypatch, "correct horse")
    assert keys.load_key(tmp_path / "sealed", None).did.startswith("did:key:")
    asked(monkeypatch)
    assert keys.load_key(tmp_path / "open", None).did.startswith("did:key:")


def test_an_empty_passphrase_file_is_no_passphrase(tmp_path):
    (tmp_path / "empty").write_text("\nsecond")
    with pytest.raises(UsageError) as caught:
        keys.given_passphrase(tmp_path / "empty")
    assert caught.value.reason == "usage.passphrase"


def test_a_bar_shows_itself_when_it_takes_long(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(progress, "_PATIENCE", -1)
    with progress.Bar("Signing", 10) as bar:
        bar.step(3)
        bar.step(4)
        bar.say("line 7: [bold]mark[/bold]")
    assert "line 7: [bold]mark[/bold]" in screen.getvalue()
    assert "Signing" in screen.getvalue()


def test_no_bar_where_nobody_looks(monkeypatch):
    monkeypatch.setattr(progress, "_PATIENCE", -1)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress.Bar("Signing") as bar:
        bar.step()
        bar.say("word")
    assert sys.stderr.getvalue() == "word\n"


def test_input_has_bounds(monkeypatch):
    from pathlib import Path

    from stackmark.cli.loading import read_input, read_object

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"12345")))
    with pytest.raises(ReadError):
        read_input(Path("-"), 4)
    for text in (b"[]", b"{"):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        with pytest.raises(UsageError) as caught:
            read_object(Path("-"), "The achievement")
        assert caught.value.reason == "usage.json"
