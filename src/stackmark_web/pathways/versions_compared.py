"""Two versions of rules, sentence by sentence."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from stackmark_web.pathways.shown import Shown, plain_sentences


@dataclass(frozen=True, slots=True)
class Difference:
    """Sentences that only the earlier or only the later version has."""

    gone: tuple[str, ...]
    new: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.gone or self.new)


def difference(before: Any, after: Any) -> Difference:
    """What changes from one version to another."""
    texts = [plain_sentences(Shown(one, linted=False)) for one in (before, after)]
    rows = list(difflib.ndiff(*texts))
    gone = tuple(one[2:].strip() for one in rows if one.startswith("- "))
    new = tuple(one[2:].strip() for one in rows if one.startswith("+ "))
    return Difference(gone, new)
