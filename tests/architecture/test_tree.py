from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {".git", ".venv", "node_modules", "site", "build", "dist", "htmlcov"}
# Written in parts, so that this file does not break its own rule.
HOSTS = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "yarn" + "pkg.com",
    "deb." + "debian.org",
    "crates" + ".io",
]
PATHS = re.compile("(?<![A-Za-z0-9_.])/" + "(?:work|root|farm|opt/py" + "pi)[a-z-]*/[A-Za-z.]")


def tracked() -> list[Path]:
    """The files git knows; all files when there is no git (a source archive)."""
    command = [
        "git",
        "-c",
        f"safe.directory={ROOT}",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    try:
        listed = (
            subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
            .stdout.decode()
            .split("\0")
        )
        found = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        found = [
            path for path in ROOT.rglob("*") if not SKIPPED & set(path.relative_to(ROOT).parts)
        ]
    return sorted(path for path in found if path.is_file())


FILES = tracked()


def lines_with(pattern: str | re.Pattern[str]) -> list[str]:
    wanted = re.compile(pattern)
    found = []
    for path in FILES:
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in wanted.finditer(text)]
    return found


def tool(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_tree_is_read():
    names = {str(path.relative_to(ROOT)) for path in FILES}
    assert {"pyproject.toml", "Makefile", "src/stackmark/errors.py"} <= names


def test_no_file_names_a_registry_host():
    assert lines_with("|".join(map(re.escape, HOSTS))) == []


def test_no_file_names_a_path_of_one_machine():
    assert PATHS.search("see /" + "work/x")
    assert not PATHS.search("https://host.example/" + "work/x")
    assert lines_with(PATHS) == []


def test_no_unfinished_work_is_marked():
    words = "|".join(
        [
            "TO" + "DO",
            "FIX" + "ME",
            "XX" + "X:",
            "Not" + "ImplementedError",
            "pragma: no " + "cover",
        ]
    )
    assert [
        line for line in lines_with(rf"\b(?:{words})\b") if line.startswith(("src", "tests"))
    ] == []


def test_the_first_screen_of_the_readme_says_how_to_start():
    first = "\n".join((ROOT / "README.md").read_text().splitlines()[:40])
    assert "make run" in first
    assert "make test" in first


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "LICENSE",
        "NOTICE",
        "Makefile",
        ".ci/run",
    ],
)
def test_a_file_people_look_for_is_there(name):
    assert (ROOT / name).stat().st_size > 200


def test_ci_can_be_started():
    assert (ROOT / ".ci/run").stat().st_mode & 0o100


def test_base_requirements_are_those_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = (ROOT / "requirements/base.in").read_text().splitlines()
    assert sorted(line for line in lines if line and not line.startswith("#")) == sorted(
        project["dependencies"]
    )


@pytest.mark.parametrize("name", ["base", "dev"])
def test_every_locked_line_has_a_hash(name):
    text = (ROOT / f"requirements/{name}.txt").read_text()
    pins = re.findall(r"^[a-zA-Z0-9._\[\]-]+==\S+(.*)$", text, re.MULTILINE)
    assert len(pins) >= 8
    assert all(rest.strip().endswith("\\") for rest in pins)
    assert not re.search(
        r"^\s*(?:-i|--index-url|--extra-index-url|--find-links|-f)\b", text, re.MULTILINE
    )


def test_dev_locks_the_same_versions_as_base():
    def pins(name):
        return set(
            re.findall(
                r"^([a-z0-9-]+==[^\s\\;]+)",
                (ROOT / f"requirements/{name}.txt").read_text(),
                re.MULTILINE,
            )
        )

    assert pins("base") <= pins("dev")


def test_every_reason_belongs_to_a_check():
    reference = tool("reference")
    known = set(reference.STEPS) | set(reference.FAMILIES)
    found = reference.reasons()
    assert len([reason for reason in found if reason.raised]) > 50
    assert [f"{r.file}:{r.line} {r.text}" for r in found if r.code not in known] == []


def test_the_kind_of_error_fits_its_reason():
    found = tool("reference").reasons()
    usage = {r.error for r in found if r.code == "usage" and r.raised}
    read = {r.code for r in found if r.error == "ReadError"}
    assert usage == {"UsageError"}
    assert read == {"read"}


@pytest.mark.parametrize(
    "page", ["checks.md", "contexts.md", "cli.md", "limits.md", "recipients-csv.md", "retention.md"]
)
def test_a_reference_page_is_what_the_code_says(page):
    reference = tool("reference")
    path = reference.PAGES / page
    assert path.read_text() == reference.pages()[path], (
        "stale: run `make reference` and commit the page"
    )


def test_every_page_is_in_the_menu():
    menu = set(re.findall(r"[\w./-]+\.md", (ROOT / "mkdocs.yml").read_text()))
    assert menu == {
        str(path.relative_to(ROOT / "docs"))
        for path in FILES
        if path.suffix == ".md" and path.is_relative_to(ROOT / "docs")
    }


def test_every_link_between_pages_leads_somewhere():
    broken = []
    for page in (path for path in FILES if path.suffix == ".md"):
        for target in re.findall(r"\]\((?!https?:|mailto:)([^)#\s]+)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} → {target}")
    assert broken == []


def test_every_command_the_papers_name_is_in_the_makefile():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set()
    for page in (path for path in FILES if path.suffix == ".md"):
        named |= set(re.findall(r"(?:`|^ {4}|^)make ([a-z-]+)", page.read_text(), re.MULTILINE))
    assert "check" in named
    assert named <= targets


def test_the_docs_load_nothing_from_elsewhere():
    built = (ROOT / "mkdocs.yml").read_text()
    assert "font: false" in built
    assert not re.search(r"https?://", built)


def test_lock_files_of_node_name_no_address():
    for path in (path for path in FILES if path.name == "package-lock.json"):
        resolved = [
            entry.get("resolved", "")
            for entry in json.loads(path.read_bytes())["packages"].values()
        ]
        assert [address for address in resolved if address.startswith("http")] == []
