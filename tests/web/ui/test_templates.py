"""Every template of the product: no inline script, style or handler; parts and icons that exist."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import django_htmx

import stackmark_web
from each import every
from stackmark_web.ui.icons import PATHS

ROOT = Path(stackmark_web.__file__).parent
OURS = ROOT / "ui" / "static" / "ui"
TEMPLATES = sorted(
    file for folder in ROOT.glob("*/templates") for file in folder.rglob("*") if file.is_file()
)
# Letters, and the index inside a zip, are no pages: no style sheet is beside them, no script runs.
PAGES = [
    file
    for file in TEMPLATES
    if file.suffix == ".html" and file.stem not in {"letter", "export_index"}
]
_HANDLER = re.compile(r"""<[^>]*\son[a-z]+\s*=""", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
_DATA = re.compile(r"""type=["']application/(?:ld\+)?json["']""")


def name(file):
    return str(file.relative_to(ROOT))


def test_there_are_templates_to_look_at():
    assert len(PAGES) > 40


@every(PAGES, named=name)
def test_no_inline_script_style_or_handler(file):
    text = file.read_text("utf-8")
    for attributes in _SCRIPT.findall(text):
        assert "src=" in attributes or _DATA.search(attributes), attributes
    assert not re.search(r"<style\b", text, re.IGNORECASE)
    assert not re.search(r"""<[^>]*\sstyle\s*=""", text, re.IGNORECASE)
    assert not _HANDLER.search(text), _HANDLER.findall(text)
    assert "javascript:" not in text.lower()
    assert "|safe" not in re.sub(r"field\.help_text\|safe", "", text)


@every(PAGES, named=name)
def test_parts_and_icons_that_are_named_exist(file):
    text = file.read_text("utf-8")
    for part in re.findall(r'{% include "(ui/[\w/.-]+)"', text):
        assert (ROOT / "ui" / "templates" / part).is_file(), part
    for icon in re.findall(r'{% icon "([\w-]+)"', text):
        assert icon in PATHS, icon


@every(PAGES, named=name)
def test_translations_are_whole_sentences_with_the_library_loaded(file):
    text = file.read_text("utf-8")
    if re.search(r"{% (?:blocktranslate|translate) ", text):
        assert re.search(r"{% load [^%]*\bi18n\b", text)
    assert not re.search(r"{% translate [\"'][^\"']*{{", text)


def test_script_and_style_stay_small():
    script = sum(file.stat().st_size for file in (OURS / "js").glob("*.js"))
    htmx = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
    assert script + htmx.stat().st_size < 100_000
    style = b"".join(
        file.read_bytes() for file in [*(OURS / "css").glob("*.css"), OURS / "print.css"]
    )
    assert len(gzip.compress(style, 9)) < 12_000


def test_our_scripts_never_build_html_from_text():
    for file in (OURS / "js").glob("*.js"):
        text = file.read_text("utf-8")
        for danger in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "new Function"):
            assert danger not in text, (file.name, danger)


def test_every_font_of_the_tokens_is_there():
    tokens = (OURS / "css" / "tokens.css").read_text("utf-8")
    files = re.findall(r'url\("\.\./(fonts/[\w.-]+)"\)', tokens)
    assert len(files) >= 3
    for file in files:
        assert (OURS / file).is_file(), file


def test_no_sheet_reaches_another_site():
    for sheet in [*(OURS / "css").glob("*.css"), OURS / "print.css"]:
        text = sheet.read_text("utf-8")
        assert "http" not in re.sub(r'a\[href\^="http"\]', "", text), sheet.name
        assert "@import" not in text
