"""Sentences of the library with what people call the addresses in them."""

from __future__ import annotations

from stackmark_web.pathways import naming


def test_a_name_that_turns_text_does_not_turn_the_sentence_around_it():
    told = naming.named("urn:x is met by “\u202egnp.exe”.", {"urn:x": "Soil \u2067x"})
    assert told == "Soil x is met by “gnp.exe”."
