"""What the catalogue here says about an achievement of ours that a credential names."""

from __future__ import annotations

import re
import uuid
from typing import Any, Final

from stackmark_web.catalogue import queries as catalogue
from stackmark_web.catalogue.vocabulary import KINDS
from stackmark_web.verifying.fetching import own_path

_ADDRESS: Final = re.compile(
    r"/achievements/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/([1-9][0-9]{0,8}))?"
)


def label_of(achievement: str) -> list[dict[str, Any]]:
    """The facts label of the version at an address, as plain JSON; empty for all but ours."""
    version = _version(achievement)
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


def kind_of(achievement: str, signed: Any) -> str:
    """What the version at an address calls its kind, if it is ours and signs as that type."""
    version = _version(achievement)
    if version is None or version.signable.get("achievementType") != signed:
        return ""
    return str(KINDS.get(catalogue.descriptor_of(version).kind, ""))


def _version(achievement: str) -> Any:
    own = own_path(achievement)
    found = _ADDRESS.fullmatch(own[0]) if own else None
    if found is None:
        return None
    return catalogue.public_version(uuid.UUID(found[1]), int(found[2]) if found[2] else None)
