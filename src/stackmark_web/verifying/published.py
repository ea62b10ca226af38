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


def published(achievement: str, signed_kind: Any) -> dict[str, Any]:
    """Record, figures and kind of the version at an address, as plain JSON; empty for all but ours.

    Figures are those of the moment of the check.
    """
    version = _version(achievement)
    if version is None:
        return {}
    kind = _kind(version, signed_kind)
    return {
        "published_record": catalogue.record_of(version).to_json(),
        "figures": _figures(version),
    } | ({"kind": kind} if kind else {})


def _figures(version: Any) -> dict[str, Any]:
    found = catalogue.shown_figures(version)
    return {
        "holders": found.holders,
        "pass_rate": found.pass_rate,
        "cohort": found.cohort,
        "withheld": sorted(found.withheld),
        "assessment": [one.to_json() for one in found.assessment],
        "day": version.published_at.date().isoformat(),
    }


def _kind(version: Any, signed: Any) -> str:
    """What the version calls its kind, if it signs as that type."""
    if version.signable.get("achievementType") != signed:
        return ""
    return str(KINDS.get(catalogue.descriptor_of(version).kind, ""))


def _version(achievement: str) -> Any:
    own = own_path(achievement)
    found = _ADDRESS.fullmatch(own[0]) if own else None
    if found is None:
        return None
    return catalogue.public_version(uuid.UUID(found[1]), int(found[2]) if found[2] else None)
