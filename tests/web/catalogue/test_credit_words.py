"""A number and the unit it counts agree, in every language and for every unit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from stackmark_web.catalogue.vocabulary import CREDIT_UNITS, credit_unit
from stackmark_web.pathways.progress_map import _unit
from stackmark_web.ui.text import plural_of

UNITS = [unit for unit in CREDIT_UNITS if unit != "other"]
# An amount of each plural form: Arabic has six.
AMOUNTS = {
    "zero": 0,
    "one": 1,
    "two": 2,
    "few": 5,
    "many": 30,
    "other": 100,
    "part": Decimal("2.5"),
}


@pytest.mark.parametrize("unit", [*UNITS, "contact-hours"])
def test_arabic_has_a_dual_and_a_plural_of_few(unit):
    with translation.override("ar"):
        said = {form: _unit(unit, amount) for form, amount in AMOUNTS.items()}
    assert len({said["one"], said["two"], said["few"]}) == 3, said
    assert said["many"] == said["other"] == said["part"] == said["one"], said


@pytest.mark.parametrize("unit", [*UNITS, "contact-hours"])
def test_spanish_and_english_have_one_and_several(unit):
    for language in ("es", "en"):
        with translation.override(language):
            said = {form: _unit(unit, amount) for form, amount in AMOUNTS.items()}
        assert said["one"] != said["two"] == said["few"] == said["part"], (language, said)


def test_in_a_sentence_a_unit_is_in_small_letters():
    with translation.override("es"):
        assert credit_unit("ects", 5) == "créditos ECTS"
        assert credit_unit("ects", Decimal("1.00")) == "crédito ECTS"
    with translation.override("ar"):
        assert credit_unit("ects", 2) == "وحدتان معتمدتان ECTS"
        assert credit_unit("ects", 5) == "وحدات معتمدة ECTS"
        assert credit_unit("ects", 11) == "وحدة معتمدة ECTS"


def test_a_unit_with_a_name_of_its_own_keeps_it():
    with translation.override("ar"):
        assert credit_unit("other", 5, "stars") == "stars"


def test_parts_of_one_are_never_handed_to_gettext():
    """It would round them, with a warning: 1.5 would be told as 2."""
    assert [plural_of(one) for one in (1, Decimal("1.0"), 1.5, None, Decimal("2.50"))] == [
        *(1, 1, 100, 100, 100)
    ]
