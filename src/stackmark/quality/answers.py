"""What a test answers, before the rules on silence are applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["met", "silent", "wrong", "open", "not-applicable"]


@dataclass(frozen=True, slots=True)
class Answer:
    """``silent``: not said. ``wrong``: said, and it does not fit. ``open``: said, and not enough.

    ``path`` points into the record's JSON, at what the answer is about; empty: the row's home.
    """

    kind: Kind
    message: str
    path: str = ""


def met(message: str, path: str = "") -> Answer:
    """It is as the requirement asks."""
    return Answer("met", message, path)


def silent(message: str, path: str = "") -> Answer:
    """The document does not say it."""
    return Answer("silent", message, path)


def wrong(message: str, path: str = "") -> Answer:
    """What it says does not fit."""
    return Answer("wrong", message, path)


def unsure(message: str, path: str = "") -> Answer:
    """What it says is not enough to tell."""
    return Answer("open", message, path)
