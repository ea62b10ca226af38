"""Uses of credentials told to the ledger between institutions, where a learner opted in."""

from __future__ import annotations

from typing import Any


def enter(completion: Any) -> None:
    """Enter which credentials an award used."""
    del completion  # until recognising keeps a ledger
