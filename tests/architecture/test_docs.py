"""Every command and example in the README and the docs is run, page by page, as a reader would.

In a page, ```json title="a.json" (any language) is a file to be made; ```console holds commands
after "$ " (continued after "> "), each followed by parts of what it prints ("…" stands for anything) and
by "# exit 1" when it is to end like that; ```python is a program of its own, "# → text" in it a promise
of what it prints.

A command that does not end is shown indented, and a comment names the test that runs it:
<!-- `make run` is run by tests/browser/journeys/test_life.py -->
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from each import every

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"^# exit (\d+)$")
COVERED = re.compile(r"^<!-- `make ([a-z-]+)` is run by (\S+) -->$", re.MULTILINE)
SHOWN = re.compile(r"^ {4}make ([a-z-]+)", re.MULTILINE)
ENDLESS = {"run"}  # targets that stay until Ctrl-C
SECONDS = 300


@dataclass
class Step:
    """A command, and what the page promises of it."""

    command: str
    line: int
    exit: int = 0
    promised: list[str] = field(default_factory=list)


def steps(text: str) -> list[Step]:
    """What a page asks its reader to do, in order."""
    found = []
    for number, block in enumerate(FENCE.finditer(text)):
        language, title, body = block.groups()
        line = text.count("\n", 0, block.start()) + 2
        if title:
            found.append(
                Step(f"cat > {shlex.quote(title)} <<'END-OF-FILE'\n{body}END-OF-FILE", line)
            )
        elif language == "console":
            found += commands(body, line)
        elif language == "python":
            name = f".example-{number}.py"
            made = f"cat > {name} <<'END-OF-FILE'\n{body}END-OF-FILE\npython {name}"
            promised = re.findall(r"# → (.+)$", body, re.MULTILINE)
            found.append(Step(made, line, promised=promised))
    return found


def commands(body: str, line: int) -> list[Step]:
    found: list[Step] = []
    for number, text in enumerate(body.splitlines(), line):
        if text.startswith("$ "):
            found.append(Step(text[2:], number))
        elif text.startswith("> "):
            found[-1].command += "\n" + text[2:]
        elif MARK.match(text):
            found[-1].exit = int(MARK.match(text)[1])
        elif text.strip():
            found[-1].promised.append(text.strip())
    return found


def occurs(promised: str, output: str) -> bool:
    """Whether some line of the output holds the promised one; "…" stands for anything."""
    pattern = ".*".join(re.escape(" ".join(part.split())) for part in promised.split("…"))
    return any(re.search(pattern, " ".join(line.split())) for line in output.splitlines())


def run(page: list[Step], folder: Path) -> list[tuple[int, str]]:
    """Exit code and output of each step, in one shell that works in ``folder``."""
    results = folder.parent / "results"
    results.mkdir()
    (folder / "examples").symlink_to(ROOT / "examples")
    script = [
        f"{{ {step.command}\n}} > {results}/{number} 2>&1 < /dev/null; echo $? > {results}/{number}.exit"
        for number, step in enumerate(page)
    ]
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NO_COLOR": "1",
        "STACKMARK_PASSPHRASE": "for the docs only",
    }
    subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=folder, env=environment, timeout=SECONDS, check=False
    )
    return [
        (int((results / f"{n}.exit").read_text()), (results / str(n)).read_text())
        for n in range(len(page))
    ]


def faults(page: list[Step], results: list[tuple[int, str]]) -> list[str]:
    found = []
    for step, (code, output) in zip(page, results, strict=True):
        what = f"line {step.line}: {step.command.splitlines()[0]}"
        if code != step.exit:
            found.append(f"{what}\n  ended with {code}, not {step.exit}:\n{output}")
        found += [
            f"{what}\n  did not print {promised!r} but:\n{output}"
            for promised in step.promised
            if not occurs(promised, output)
        ]
    return found


WITH_STEPS = [page for page in PAGES if steps(page.read_text())]


@pytest.mark.parametrize("page", WITH_STEPS, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_tells_to_do_works(page, tmp_path):
    folder = tmp_path / "reader"
    folder.mkdir()
    asked = steps(page.read_text())
    assert faults(asked, run(asked, folder)) == []


def test_the_pages_that_teach_have_commands_or_a_test_elsewhere():
    names = {page for page in WITH_STEPS if page.name != "README.md"}
    covered = {page for page in PAGES if COVERED.search(page.read_text())}
    assert ROOT / "README.md" in WITH_STEPS
    assert set((ROOT / "docs/tutorial").glob("*.md")) <= names | covered


@every(PAGES, named=lambda page: str(page.relative_to(ROOT)))
def test_a_command_that_does_not_end_is_run_by_the_test_a_page_names(page):
    text = page.read_text()
    covered = dict(COVERED.findall(text))
    assert set(covered) == ENDLESS & set(SHOWN.findall(text))
    for test in covered.values():
        assert "def test_" in (ROOT / test).read_text()


def test_the_browser_tests_start_what_make_run_starts():
    makefile = (ROOT / "Makefile").read_text()
    assert "STACKMARK_DEMO=True $(BIN)/stackmark-web serve" in makefile
    started = (ROOT / "tests/browser/conftest.py").read_text()
    assert 'serving(tmp_path_factory.mktemp("site"), url, demo=True)' in started
    assert '"-m", "stackmark_web", "serve"' in started


def test_a_wrong_page_is_noticed(tmp_path):
    folder = tmp_path / "reader"
    folder.mkdir()
    text = "```console\n$ echo one \\\n> two\none … three\n$ false\n$ (exit 3)\n# exit 3\n```\n"
    asked = steps(text)
    assert [step.command for step in asked] == ["echo one \\\ntwo", "false", "(exit 3)"]
    found = faults(asked, run(asked, folder))
    assert len(found) == 2
    assert "did not print 'one … three' but:\none two" in found[0]
    assert "ended with 1, not 0" in found[1]


@every(PAGES, named=lambda page: str(page.relative_to(ROOT)))
def test_every_option_a_page_names_is_there(page):
    known = set(re.findall(r"`(-{1,2}[a-z][a-z-]*)`", (ROOT / "docs/reference/cli.md").read_text()))
    assert "--achievement" in known
    lines = re.findall(
        r"(?:^\$ |`|^> )((?:\S*/)?stackmark [^`\n]*)", page.read_text(), re.MULTILINE
    )
    named = {option for line in lines for option in re.findall(r" (--[a-z][a-z-]*)", line)}
    assert named - known <= {"--help", "--version"}


@every(PAGES, named=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_the_server_a_page_names_is_there(page):
    named = re.findall(
        r"(?:^(?:\$ )?|`|stackmark )stackmark-web ([a-z_-]+)", page.read_text(), re.MULTILINE
    )
    ours = {
        file.stem for file in (ROOT / "src/stackmark_web").glob("*/management/commands/[a-z]*.py")
    }
    assert "serve" in ours
    assert {one.replace("-", "_") for one in named} <= ours | {"check", "migrate", "shell"}
