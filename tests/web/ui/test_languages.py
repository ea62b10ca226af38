"""Spanish and Arabic: complete, with the same holes, chosen by person, browser or recipient."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from stackmark_web.integrations import letters

ROOT = Path(__file__).resolve().parents[3]
_SPEC = importlib.util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
messages = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(messages)


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_text_is_translated_has_its_holes_and_is_compiled(language):
    assert messages.faults(language)[:20] == []


def test_the_offer_is_what_is_translated():
    assert sorted(code for code, _ in settings.LANGUAGES) == sorted(["en", *messages.LANGUAGES])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("ar", ("ar", "rtl")),
        ("ar-EG,en;q=0.5", ("ar", "rtl")),
        ("es-MX", ("es", "ltr")),
        ("fi", ("en", "ltr")),
    ],
)
def test_a_page_comes_in_the_language_of_the_browser(asked, page):
    answer = Client().get("/", headers={"Accept-Language": asked})
    assert f'<html lang="{page[0]}" dir="{page[1]}"' in answer.content.decode()


@pytest.mark.django_db
def test_a_choice_goes_before_the_browser():
    browser = Client(headers={"Accept-Language": "es"})
    browser.post("/language", {"language": "ar", "next": "/"})
    assert 'lang="ar" dir="rtl"' in browser.get("/").content.decode()


@pytest.mark.parametrize("kind", sorted(letters.LETTERS))
def test_letters_come_in_the_language_of_the_recipient(kind):
    forms = {
        language: letters.form(kind, language, None, linked=True)
        for language in ("en", *messages.LANGUAGES)
    }
    assert len({one.subject for one in forms.values()}) == 3
    assert 'lang="ar" dir="rtl"' in forms["ar"].html
    assert 'lang="es" dir="ltr"' in forms["es"].html
