"""Writes a record's JSON: nothing is lost."""

from __future__ import annotations

from typing import Any

from stackmark.exchange.shapes import Exported
from stackmark.model.record import Record


def build(record: Record, options: Any) -> Exported:
    """The record as it is; the options change nothing."""
    del options
    return Exported(record.to_json(), "stackmark", "application/json")
