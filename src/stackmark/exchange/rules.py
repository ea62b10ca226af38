"""Rules in the formats of others, and back, each with what could not be carried along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackmark.errors import ReadError, UsageError
from stackmark.exchange.clr import associations
from stackmark.exchange.ctdl import pathway_read, pathway_write
from stackmark.exchange.shapes import Loss
from stackmark.stacking.rules import Rules

NAMES: Final = {"ctdl": "a CTDL pathway", "clr": "associations of a CLR 2.0 record"}


def export_rules(rules: Rules, to: str) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """The document, and the loss by pointers into the rules' JSON.

    Raises ``UsageError`` ``convert.format`` for an unknown name, and ``convert.missing`` where a
    CLR record would need the address of the award.
    """
    if to not in NAMES:
        raise UsageError("convert.format", f"{to!r} is none of {', '.join(NAMES)}.")
    if to == "ctdl":
        return pathway_write.pathway(rules)
    if not rules.id:
        raise UsageError("convert.missing", "id: an association needs the address of the award.")
    return associations.record(rules)


def import_rules(tree: Mapping[str, Any]) -> tuple[Rules, tuple[Loss, ...]]:
    """The rules, and the loss by pointers into the document.

    Raises ``ReadError`` ``read.format`` for any other document.
    """
    if pathway_read.recognises(tree):
        return pathway_read.read(tree)
    if associations.recognises(tree):
        return associations.read(tree)
    raise ReadError("read.format", "This is no CTDL pathway and has no CLR associations.")
