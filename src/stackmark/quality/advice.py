"""A warning: it never decides."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advice:
    """``id`` is a stable word; ``pointer`` leads into the document."""

    id: str
    pointer: str
    message: str
    fix: str

    def to_json(self) -> dict[str, str]:
        """The warning as it is printed."""
        return {
            "id": self.id,
            "pointer": self.pointer,
            "message": self.message,
            "fix": self.fix,
        }


def cut(text: str) -> str:
    """A text on one line, at most 60 characters long."""
    one = " ".join(text.split())
    return one if len(one) <= 60 else f"{one[:59]}…"
