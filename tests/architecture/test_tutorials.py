"""What the tutorials of the web product name is there.

In these pages a **bold** word is a label of a page: it must stand, letter by letter, in a template or
a Python source of ``stackmark_web`` as a text of its own. A text with a hole ("Be {{ name }}") is met by
any words in its place.
"""

from __future__ import annotations

import ast
import html
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "stackmark_web"
TUTORIALS = ROOT / "docs" / "tutorial"
IN_THE_TERMINAL = {"first-badges.md"}  # bold is emphasis there
PAGES = [page for page in sorted(TUTORIALS.glob("*.md")) if page.name not in IN_THE_TERMINAL]

BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HOLE = re.compile(r"\{\{.*?\}\}|%\(\w+\)[sd]|%[sd]|\{\w*\}")
ONE = re.compile(r"\{%\s*translate\s+(\"[^\"]*\"|'[^']*')")
BLOCK = re.compile(
    r"\{%\s*blocktranslate\b.*?%\}(.*?)(?:\{%\s*plural\s*%\}(.*?))?\{%\s*endblocktranslate\s*%\}",
    re.DOTALL,
)
# Bold in these pages that is no label, with the reason.
NO_LABEL = {
    "Host": "a header",
}


def tidy(text):
    return " ".join(text.split())


def texts():
    """Every text a page of the product may show, as templates and sources have it."""
    found = set()
    for file in SOURCE.rglob("*.html"):
        page = file.read_text("utf-8")
        found |= {one[1:-1] for one in ONE.findall(page)}
        found |= {one for pair in BLOCK.findall(page) for one in pair if one}
    for file in SOURCE.rglob("*.py"):
        found |= {
            node.value
            for node in ast.walk(ast.parse(file.read_bytes()))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    return {html.unescape(tidy(one)) for one in found}


def with_holes(known):
    """Patterns of the texts with holes that say something around them."""
    made = []
    for text in known:
        parts = HOLE.split(text)
        if len(parts) > 1 and sum(map(len, parts)) >= 3 and len(text) < 200:
            made.append(re.compile(".+".join(map(re.escape, parts))))
    return made


@pytest.fixture(scope="module")
def known():
    """Whether a label is there."""
    plain = texts()
    holes = with_holes(plain)
    return lambda label: label in plain or any(one.fullmatch(label) for one in holes)


def labels(page):
    return [tidy(one) for one in BOLD.findall(FENCE.sub("", page.read_text("utf-8")))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_label_a_tutorial_names_is_in_the_product(page, known):
    named = [one for one in labels(page) if one not in NO_LABEL]
    assert len(named) >= 5, "a lesson names what to press"
    missing = [f"{page.name}: {one}" for one in named if not known(one)]
    assert missing == [], "no page has these labels"


def test_a_label_that_is_gone_is_noticed(known):
    assert known("Publish this version")
    assert known("Be Dana Okafor")
    assert not known("A walrus reads this version")
    assert not known("Press the red button")


def test_bold_that_is_no_label_is_still_used():
    used = {one for page in PAGES for one in labels(page)}
    assert set(NO_LABEL) <= used


def test_there_is_a_lesson_for_everybody():
    names = {page.stem for page in PAGES}
    assert names >= {
        "design-a-badge",
        "award-and-revoke",
        "claim-keep-share",
        "check-a-badge",
        "run-a-server",
    }
