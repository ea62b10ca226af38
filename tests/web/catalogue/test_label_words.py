"""The product says every message of the facts label, with the same placeholders."""

from __future__ import annotations

from stackmark.quality import facts_words
from stackmark_web.catalogue import label_words


def test_every_message_of_the_library_is_there_for_translators():
    for name in ("LABELS", "STATES", "TEXTS"):
        own, theirs = getattr(label_words, name), getattr(facts_words, name)
        assert {key: str(text) for key, text in own.items()} == dict(theirs), name
