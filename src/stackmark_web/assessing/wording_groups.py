"""The words of ``data/fairness_categories.json``, named here so that translators get them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext, gettext_noop

WORDS: Final = frozenset(
    (
        gettext_noop("Gender"),
        gettext_noop("Woman"),
        gettext_noop("Man"),
        gettext_noop("Another gender"),
        gettext_noop("Age group"),
        gettext_noop("Under 25"),
        gettext_noop("25 to 39"),
        gettext_noop("40 to 54"),
        gettext_noop("55 or older"),
        gettext_noop("First language"),
        gettext_noop("The language of the assessment"),
        gettext_noop("Another language"),
        gettext_noop("Disability or long-term condition"),
        gettext_noop("Yes"),
        gettext_noop("No"),
        gettext_noop("How the preparation was done"),
        gettext_noop("Full time"),
        gettext_noop("Part time, beside work or care"),
        gettext_noop("Way into study"),
        gettext_noop("From school"),
        gettext_noop("As a mature student"),
        gettext_noop("From further education"),
        gettext_noop("Another way"),
        gettext_noop("Ethnic group, as in the census"),
        gettext_noop("Asian or Asian British"),
        gettext_noop("Black, Black British, Caribbean or African"),
        gettext_noop("Mixed or multiple"),
        gettext_noop("White"),
        gettext_noop("Another group"),
        gettext_noop("Race or ethnicity, as in federal standards"),
        gettext_noop("American Indian or Alaska Native"),
        gettext_noop("Asian"),
        gettext_noop("Black or African American"),
        gettext_noop("Hispanic or Latino"),
        gettext_noop("Middle Eastern or North African"),
        gettext_noop("Native Hawaiian or Pacific Islander"),
        gettext_noop("Service in the armed forces"),
        gettext_noop("European"),
        gettext_noop("Māori"),
        gettext_noop("Middle Eastern, Latin American or African"),
        gettext_noop("Pacific peoples"),
        gettext_noop("Aboriginal or Torres Strait Islander"),
        gettext_noop("Where you live"),
        gettext_noop("Major city"),
        gettext_noop("Regional"),
        gettext_noop("Remote"),
        gettext_noop("First Nations, Inuit or Métis"),
        gettext_noop("Country of birth"),
        gettext_noop("The Netherlands"),
        gettext_noop("Another country"),
        gettext_noop("Schooling"),
        gettext_noop("In Germany"),
        gettext_noop("In another country"),
    )
)


def in_words(categories: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The same categories with label and values in the reader's language."""
    return {
        code: {
            "label": gettext(one["label"]),
            "values": {value: gettext(words) for value, words in one["values"].items()},
        }
        for code, one in categories.items()
    }
