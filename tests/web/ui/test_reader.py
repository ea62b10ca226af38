"""What is said to a reader in their own language: lists, names that run the other way, figures."""

from __future__ import annotations

import pytest
from django.utils import translation

from stackmark.model.figure import Figure
from stackmark.quality.facts_assessed import figure_row
from stackmark_web.catalogue.facts import Translated
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.integrations import letters
from stackmark_web.ui import text


@pytest.mark.parametrize(
    ("language", "said"), [("en", "one, two"), ("es", "one, two"), ("ar", "one، two")]
)
def test_a_list_has_the_commas_of_the_language(language, said):
    with translation.override(language):
        assert text.listed(["one", "two"]) == said


@pytest.mark.parametrize(
    ("name", "rtl", "said"),
    [
        ("Soil (I)", True, "\u2068Soil (I)\u2069"),
        ("جامعة الشمال (1)", True, "جامعة الشمال (1)"),
        ("جامعة الشمال (1)", False, "\u2068جامعة الشمال (1)\u2069"),
        ("Soil (I)", False, "Soil (I)"),
        ("2026", True, "2026"),
    ],
)
def test_only_what_runs_the_other_way_is_kept_apart(name, rtl, said):
    assert text.apart(name, rtl=rtl) == said


@pytest.mark.parametrize(
    ("language", "latin", "arabic"),
    [
        ("ar", "\u2068Soil (I)\u2069", "جامعة (الشمال)"),
        ("es", "Soil (I)", "\u2068جامعة (الشمال)\u2069"),
    ],
)
def test_a_name_in_another_script_cannot_turn_a_letter_around(language, latin, arabic):
    """Without the isolate the bracket of “Soil (I)” lands on the far side of an Arabic line."""
    values = {"title": "Soil (I)", "issuer": "جامعة (الشمال)", "link": "https://a.example/1"}
    written = letters.write("offer", language=language, values=values)
    for part in (written.subject, written.text, written.html):
        assert latin in part
        assert arabic in part
        assert part.count("\u2068") == part.count("\u2069")
    assert 'dir="auto"' not in written.html, "a name that comes first would turn its paragraph"
    assert "\n\u2068https" not in written.text, "an address is alone in its line, to be copied"
    assert 'href="https://a.example/1"' in written.html


def test_why_a_figure_is_missing_is_said_in_the_readers_language():
    """It stood on the label in English: the sentence is published as the library writes it."""
    one = Figure(
        code="first_pass_rate",
        value=None,
        n=0,
        method="share of first attempts",
        source="marks",
        note="could not tell: no cut score given",
    )
    assert figure_row("first-pass-rate", one, Translated()).note.startswith("could not tell")
    with translation.override("es"):
        told = figure_row("first-pass-rate", one, Translated()).note
        expected = translation.gettext("could not tell: no cut score given")
    assert expected.startswith("no se pudo")
    assert told.startswith(expected)
    assert "candidates" not in told


def test_an_achievement_is_called_as_its_reader_says():
    version = AchievementVersion(title="Soil", content={"title": {"en": "Soil", "es": "Suelo"}})
    with translation.override("es"):
        assert version.told == "Suelo"
    with translation.override("ar"):
        assert version.told == "Soil"
    assert AchievementVersion(title="Soil", content={}).told == "Soil"
