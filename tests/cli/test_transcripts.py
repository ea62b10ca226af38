"""Every *.console file beside this one is a session at a terminal, and must come out the same.

A line "$ command" runs; what follows is what it prints (stdout, then stderr) and, if it is not 0,
the exit code in brackets. `stackmark`, `cat`, `first`, `ls`, `rm` and `write` are known;
STACKMARK_WRITE=1 writes the files anew, to be read before they are committed.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import orjson
import pytest

from command_line import run, steady

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "examples"
SESSIONS = sorted(HERE.glob("*.console"))


def perform(line, folder):
    """What one command line prints."""
    target = None
    if " > " in line:
        line, target = line.split(" > ")
    words = [expand(word, folder) for word in shlex.split(line)]
    if words[0] == "stackmark":
        done = run(*words[1:], cwd=folder, columns=80)
        out, rest = done.text, done.err + (f"[{done.code}]\n" if done.code else "")
    else:
        out, rest = HELPERS[words[0]](folder, *words[1:]), ""
    if target:
        (folder / target.strip()).write_bytes(out.encode())
        out = ""
    return out + ("\n" if out and not out.endswith("\n") else "") + rest


def expand(word, folder):
    """`@N/member`: a member of line N of the manifest."""
    found = re.fullmatch(r"(.*)@([\w./]+):(\d+)/(\w+)(.*)", word)
    if not found:
        return word
    before, manifest, number, member, after = found.groups()
    line = (folder / manifest).read_bytes().splitlines()[int(number) - 1]
    return f"{before}{orjson.loads(line)[member]}{after}"


def edit(folder, name, old, new):
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return ""


HELPERS = {
    "cat": lambda folder, name: (folder / name).read_text(),
    "ls": lambda folder, name=".": "".join(
        f"{entry.name}\n" for entry in sorted((folder / name).iterdir())
    ),
    "rm": lambda folder, name: (folder / name).unlink() or "",
    "write": lambda folder, name, text: (
        (folder / name).write_text(text.replace("\\n", "\n")) and ""
    ),
    "edit": edit,
}


@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.stem)
def test_session(path, tmp_path, monkeypatch):
    monkeypatch.delenv("STACKMARK_PASSPHRASE", raising=False)
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    wanted = path.read_text()
    commands = [line[2:] for line in wanted.splitlines() if line.startswith("$ ")]
    title = wanted.partition("\n$ ")[0]
    said = [f"$ {line}\n{steady(perform(line, tmp_path))}" for line in commands]
    got = f"{title}\n" + "".join(said)
    if os.environ.get("STACKMARK_WRITE"):
        path.write_text(got)
    assert got == wanted


def test_there_are_sessions():
    assert len(SESSIONS) >= 6
