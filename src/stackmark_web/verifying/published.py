"""What the catalogue here says about an achievement of ours that a credential names."""

from __future__ import annotations

import re
import uuid
from typing import Any, Final

from stackmark_web.catalogue import queries as catalogue
from stackmark_web.verifying.fetching import own_path

_ADDRESS: Final = re.compile(
    r"/achievements/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/([1-9][0-9]{0,8}))?"
)


def label_of(achievement: str) -> list[dict[str, Any]]:
    """The facts label of the version at an address, as plain JSON; empty for all but ours."""
    own = own_path(achievement)
    found = _ADDRESS.fullmatch(own[0]) if own else None
    if found is None:
        return []
    version = catalogue.public_version(uuid.UUID(found[1]), int(found[2]) if found[2] else None)
    if version is None:
        return []
    return [
        {
            "label": str(fact.label),
            "value": str(fact.value),
            "note": str(fact.note),
            "unknown": fact.is_unknown,
        }
        for fact in catalogue.facts(version)
    ]
