"""Lean letters: of the many letters of a run the outbox keeps what differs, not the words.

The words of such a letter are the organisation's, or ours, as they are when it is sent. Its values
stand as one JSON object in ``html``, and ``text`` is empty; every other letter is kept whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from stackmark_web.integrations.letters import Written, write
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.integrations.queries import nearest_words


def fold(values: Mapping[str, Any]) -> str:
    """The values of a letter's placeholders, for ``html``."""
    return orjson.dumps({name: str(value) for name, value in values.items() if value}).decode()


def is_lean(mail: OutboxMail) -> bool:
    """Whether a letter has only its values yet; no letter in HTML begins with a brace."""
    return not mail.text and mail.html.startswith("{")


def written(mail: OutboxMail) -> Written:
    """A letter as it goes out."""
    if not is_lean(mail):
        return Written(mail.subject, mail.text, mail.html)
    own = nearest_words(mail.organisation, mail.kind, mail.language)
    return write(mail.kind, language=mail.language, values=orjson.loads(mail.html), own=own)
