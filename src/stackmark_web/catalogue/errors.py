"""What a designer can do wrong, as errors with a sentence for the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark.model.achievement_gaps import Gap


class StaleError(UsageError):
    """Somebody else saved the draft in the meantime; ``current`` is how it is now."""

    def __init__(self, current: Any) -> None:
        who = str(getattr(current.edited_by, "name", "") or _("Somebody else"))
        super().__init__(
            "catalogue.stale",
            _(
                "%(who)s saved this draft while you were working on it. Nothing of yours was "
                "saved yet; compare the two, then save again to keep yours."
            )
            % {"who": who},
        )
        self.current = current


class NotReadyError(UsageError):
    """The draft lacks what publication needs."""

    def __init__(self, found: tuple[Gap, ...]) -> None:
        super().__init__(
            "catalogue.not-ready",
            _("Some fields are still missing; the list below leads to each of them."),
        )
        self.gaps = found


@dataclass(frozen=True, slots=True)
class Block:
    """Something that keeps a draft from being published.

    ``reason`` is ``row``, ``mislabel`` or ``duplicate``; ``pointer`` leads into the record's JSON.
    """

    reason: str
    name: str
    message: str
    fix: str
    pointer: str
    clause: str = ""
    profile: str = ""


class BlockedError(UsageError):
    """The draft has findings that must be dealt with first."""

    def __init__(self, found: tuple[Block, ...]) -> None:
        super().__init__(
            f"catalogue.{found[0].reason}",
            _("This cannot be published yet. %(name)s: %(message)s")
            % {"name": found[0].name, "message": found[0].message},
        )
        self.blocks = found


def changed_meanwhile() -> UsageError:
    """A decision about something else than what is stored now."""
    return UsageError(
        "catalogue.changed",
        _("The draft was changed while you were reading. Nothing was decided; read it again."),
    )


def not_approved() -> UsageError:
    """A draft was to be published that no second person approved as it is."""
    return UsageError(
        "catalogue.not-approved",
        _(
            "Your organisation asks for a reviewer's decision, and nobody has approved this draft "
            "exactly as it is now."
        ),
    )


def no_reasons() -> UsageError:
    """A decision without its reasons."""
    return UsageError("catalogue.reasons", _("Say why; the reasons are part of the decision."))


def not_a_draft() -> UsageError:
    """A published version was to be edited."""
    return UsageError(
        "catalogue.published",
        _("This version is published and never changes. Start a new version to change something."),
    )


def second_person() -> UsageError:
    """Somebody wanted to approve their own work."""
    return UsageError(
        "catalogue.four-eyes",
        _(
            "Your organisation asks for a second person. You worked on this draft, so somebody "
            "else with the reviewer or owner role has to publish it."
        ),
    )


def not_submitted() -> UsageError:
    """A draft was to be published that nobody has handed in."""
    return UsageError(
        "catalogue.not-submitted",
        _("Your organisation asks for a second person. Hand the draft in for review first."),
    )
