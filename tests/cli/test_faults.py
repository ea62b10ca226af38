"""No traceback ever, and a program that starts fast."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import run
from stackmark import errors
from stackmark.cli import canonicalize, guard

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def program(*args, **more):
    return subprocess.run(
        [sys.executable, "-m", "stackmark", *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
        **more,
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError("usage.x", "Sentence."), 2),
        (errors.CheckFailed("proof.x", "Sentence."), 1),
        (errors.ReadError("read.x", "Sentence."), 1),
        (errors.CouldNotTell("fetch.x", "Sentence."), 3),
        (errors.StackmarkError("run.x", "Sentence."), 1),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(error, code, monkeypatch):
    def fail(*_):
        raise error

    monkeypatch.setattr(canonicalize, "read_input", fail)
    done = run("canonicalize", "x")
    assert (done.code, done.out) == (code, b"")
    assert done.err == f"stackmark: Sentence. [{error.reason}]\n"


def test_a_fault_of_our_own_is_told_without_a_traceback(monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("hidden\x1b[2J")

    monkeypatch.setattr(canonicalize, "read_input", fail)
    done = run("canonicalize", "x")
    assert done.code == guard.INTERNAL == 70
    assert "internal error: ZeroDivisionError" in done.err
    assert "Traceback" not in done.err
    assert "\x1b" not in done.err
    with pytest.raises(ZeroDivisionError):
        run("canonicalize", "x", env={"STACKMARK_DEBUG": "1"})


def test_ctrl_c_ends_with_130(monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(canonicalize, "read_input", stop)
    assert run("canonicalize", "x").code == 130


def test_a_reader_that_goes_away_is_no_fault(tmp_path):
    lines = "".join(f'<urn:s:{n}> <urn:p> "{"x" * 50}" .\n' for n in range(20_000))
    (tmp_path / "big.nq").write_text(lines)
    one = subprocess.Popen(
        [sys.executable, "-m", "stackmark", "canonicalize", "big.nq"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    one.stdout.read(10)
    one.stdout.close()
    said = one.stderr.read()
    one.stderr.close()
    one.wait()
    assert said == b""


@pytest.mark.parametrize(
    "arguments", [["nope"], ["verify"], ["verify", "--nope", "x"], ["issue"], []]
)
def test_wrong_use_exits_2_and_says_how(arguments):
    done = run(*arguments)
    assert done.code == 2
    assert "Usage: stackmark" in done.err + done.text


@pytest.mark.parametrize(
    "words",
    [
        *(
            "verify",
            "issue",
            "sign",
            "derive",
            "bake",
            "extract",
            "explain",
            "canonicalize",
            "demo",
        ),
        *("key new", "key rotate", "key revoke", "status new", "status set", "status show"),
    ],
)
def test_every_command_explains_itself(words):
    done = run(*words.split(), "--help")
    assert done.code == 0
    assert f"Usage: stackmark {words}" in done.text
    first = done.text.split("\n\n")[1].strip()
    assert first.endswith(".")
    options = done.text.partition("Options:")[2]
    assert all(len(line) <= 100 for line in options.splitlines())


def test_short_helps_are_not_cut_off():
    for words in ([], ["key"], ["rules"], ["status"], ["assess"], ["audit-log"]):
        assert "..." not in run(*words, "--help", columns=80).text.partition("Commands:")[2]


@pytest.mark.parametrize("words", [["--version"]])
def test_the_version(words):
    import stackmark

    assert run(*words).text == f"stackmark {stackmark.__version__}\n"


def test_verifying_one_badge_loads_nothing_that_is_not_needed(tmp_path):
    code = (
        "import sys\nfrom stackmark.cli.app import app\n"
        "try: app(['verify', sys.argv[1], '--offline'])\nexcept SystemExit: pass\n"
        "heavy = ('pydantic', 'rich', 'scipy', 'numpy', 'multiprocessing', 'ssl', 'asyncio')\n"
        "print([m for m in heavy if m in sys.modules], file=sys.stderr)"
    )
    badge = EXAMPLES / "foreign" / "3-digitalbazaar.json"
    done = subprocess.run(
        [sys.executable, "-c", code, str(badge)], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"


def test_the_demo_gives_every_answer_as_it_must_be(tmp_path):
    done = run("demo", "--examples", EXAMPLES, cwd=tmp_path)
    assert done.code == 0
    assert "605 documents" in done.text
    assert "every answer is as it must be" in done.text
    assert done.text.count("✗ refused: it was revoked by its issuer") == 3
    assert done.text.count("Unaltered and in force; issuer not known to us") == 4
    assert run("demo", "--examples", EXAMPLES, cwd=tmp_path).code == 0
    (tmp_path / "mine").mkdir()
    assert run("demo", "--examples", EXAMPLES, "--out", "mine", cwd=tmp_path).code == 2
    assert run("demo", cwd=tmp_path).code == 2


def test_the_module_runs_as_the_program_does(tmp_path):
    done = program("--version", cwd=tmp_path, env={**os.environ, "NO_COLOR": "1"})
    assert (done.returncode, done.stdout[:10]) == (0, "stackmark ")
