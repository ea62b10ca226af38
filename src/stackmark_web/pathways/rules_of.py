"""The rules of a version, read."""

from __future__ import annotations

from typing import Any

from stackmark.stacking.parse import read_rules
from stackmark.stacking.rules import Rules


def rules_of(version: Any) -> Rules:
    """The rules of a version, published or not: every draft that was saved can be read.

    Their ``id`` is the public address of the version (of a draft: of what it will become).
    """
    return read_rules(version.rules)
