"""The reference of the settings names every variable that the web product reads, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from stackmark_web.settings import env

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "stackmark_web"
PAGE = ROOT / "docs" / "reference" / "settings.md"
TESTS_ONLY = {SOURCE / "settings" / "test.py"}
READ = re.compile(
    r"\b(?:env\.\w+|os\.environ\.(?:get|setdefault|pop)|getenv)\(\s*[\"']([A-Z][A-Z0-9_]+)[\"']"
    r"|\bos\.environ\[[\"']([A-Z][A-Z0-9_]+)[\"']\]"
)
ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \|", re.MULTILINE)


def read():
    """Every variable that a source asks for by name."""
    return {
        first or second
        for file in SOURCE.rglob("*.py")
        if file not in TESTS_ONLY
        for first, second in READ.findall(file.read_text("utf-8"))
    }


def test_the_reference_names_every_variable_and_no_other():
    rows = ROW.findall(PAGE.read_text("utf-8"))
    assert len(rows) == len(set(rows))
    assert set(rows) == read()


def test_the_list_in_the_code_is_whole():
    assert set(env.VARIABLES) == read() - {"DJANGO_SETTINGS_MODULE"}


def test_only_one_module_reads_the_environment():
    """What the search above could miss: a variable whose name is put together."""
    readers = set()
    for file in set(SOURCE.rglob("*.py")) - TESTS_ONLY:
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"):
                readers.add(str(file.relative_to(SOURCE)))
    assert readers == {"settings/env.py", "__main__.py", "wsgi.py"}


def test_every_default_of_a_page_is_the_one_in_the_code():
    """Those that are one plain word in the list of the code."""
    cells = dict(
        re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \| ([^|]*) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    )
    for name, told in env.VARIABLES.items():
        plain = re.search(r"\(default: ([A-Za-z0-9./:]+)\)", told)
        if plain:
            assert cells[name].strip("` ") == plain[1], name
