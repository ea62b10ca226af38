"""Every code of the descriptor has words on the pages, and every place a step."""

from __future__ import annotations

import dataclasses

from stackmark.model import achievement_codes as codes
from stackmark.model.achievement import Achievement
from stackmark.model.achievement_gaps import _ALWAYS, _BY_KIND
from stackmark_web.catalogue import steps
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.models import Offering


def test_vocabularies_are_complete():
    for known, said in (
        (codes.KINDS, words.KINDS),
        (codes.KINDS, words.KIND_HELP),
        (codes.PARTICIPATION, words.PARTICIPATION),
        (codes.CREDIT_UNITS, words.CREDIT_UNITS),
        (codes.ASSESSMENT_METHODS, words.METHODS),
        (codes.SCALES, words.SCALES),
        (codes.SUPERVISION, words.SUPERVISION),
        (codes.QUALITY, words.QUALITY),
        (codes.VALIDITY, words.VALIDITY),
        (codes.PARTY_ROLES, words.ROLES),
    ):
        assert set(known) == set(said)
    assert set(Offering.Delivery.values) <= set(words.PARTICIPATION)


def test_every_reason_of_a_gap_has_a_sentence():
    reasons = {why for _place, why, _filled in _ALWAYS}
    reasons |= {why for rules in _BY_KIND.values() for _place, why, _filled in rules}
    assert reasons | {"outcome-without-statement"} == set(words.GAPS)


def test_every_field_of_the_descriptor_is_asked_for_somewhere():
    asked = {root for step in steps.STEPS for root in steps._roots(step.form)}
    asked |= {"language"}  # chosen at the start
    assert {field.name for field in dataclasses.fields(Achievement)} == asked


def test_languages_by_name_and_tag():
    assert words.language_tag("irish") == "ga"
    assert words.language_tag("de-AT") == "de-AT"
    assert words.language_tag("Klingon") == ""
    assert words.language_name("de-AT") == "German"
    assert words.language_name("xx") == "xx"
