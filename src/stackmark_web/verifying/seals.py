"""How a piece of evidence stands with its seal, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_WORDS: Final[Mapping[str, tuple[Promise | str, str]]] = {
    "compared": (_("Sealed: yes, compared and unchanged"), "good"),
    "changed": (_("Sealed: yes, and changed since"), "bad"),
    "lost": (_("Sealed: yes, but the file is no longer kept"), "warn"),
    "not-at-hand": (_("Sealed: yes, the file is not at hand"), "neutral"),
    "unreadable": (_("Sealed: its digest cannot be read"), "warn"),
    "not-sealed": (_("Not sealed"), "neutral"),
}


def shown(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """A piece of evidence with the words for its seal; none for a check from before seals."""
    word, tone = _WORDS.get(str(evidence.get("seal", "")), ("", ""))
    return {**evidence, "seal_word": word, "seal_tone": tone}
