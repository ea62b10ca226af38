"""Which action an award allows in which state: one table, read by actions, pages and tests."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark_web.awarding.checks import Problem
from stackmark_web.awarding.models import Award

S = Award.State
TABLE: Final[dict[str, frozenset[str]]] = {
    "edit": frozenset({S.DRAFT, S.SCHEDULED}),
    "discard": frozenset({S.DRAFT, S.SCHEDULED}),
    "schedule": frozenset({S.DRAFT}),
    "unschedule": frozenset({S.SCHEDULED}),
    "offer": frozenset({S.DRAFT, S.SCHEDULED}),
    "claim": frozenset({S.OFFERED}),
    "decline": frozenset({S.OFFERED}),
    "lapse": frozenset({S.OFFERED}),
    "resend": frozenset({S.OFFERED}),
    "reissue": frozenset({S.OFFERED, S.LAPSED}),
    "correct": frozenset({S.OFFERED, S.CLAIMED}),
    "suspend": frozenset({S.OFFERED, S.CLAIMED}),
    "reinstate": frozenset({S.SUSPENDED}),
    "revoke": frozenset({S.OFFERED, S.CLAIMED, S.DECLINED, S.LAPSED, S.SUSPENDED}),
    "appeal": frozenset({S.REVOKED}),
}
# What can still be done when the name and the signed bytes have gone.
_WITHOUT_NAME: Final = frozenset({"suspend", "reinstate", "revoke"})
# Their status bit is set in the published list.
WITHDRAWN: Final = frozenset({S.REVOKED, S.SUPERSEDED})
UNSIGNED: Final = frozenset({S.DRAFT, S.SCHEDULED})
ENDED: Final = frozenset({S.DECLINED, S.LAPSED, S.REVOKED, S.SUPERSEDED})


class WrongState(UsageError):  # noqa: N818 - reads as what is said to the person
    """The award is in a state that does not allow this."""


class Duplicate(UsageError):  # noqa: N818 - same
    """The same achievement was given to the same person already; ``existing`` says where."""

    def __init__(self, existing: Award) -> None:
        super().__init__(
            "award.duplicate",
            _("This person has this credential already. Award it again only if that is meant."),
        )
        self.existing = existing


class UsedBefore(UsageError):  # noqa: N818 - same
    """The same form or row made another award before; ``existing`` is that one."""

    def __init__(self, existing: Award) -> None:
        super().__init__(
            "award.nonce",
            _("This form was sent before with other contents. Open it anew to award once more."),
        )
        self.existing = existing


def is_reduced(award: Award) -> bool:
    """Whether the award was signed, and only the proof that it was made is left."""
    return award.signed is None and bool(award.sha256)


def allowed(action: str, award: Award) -> bool:
    """Whether ``award`` is in a state for ``action``."""
    if award.state not in TABLE[action] or (is_reduced(award) and action not in _WITHOUT_NAME):
        return False
    return award.suspendable if action == "suspend" else True


def check(action: str, award: Award) -> None:
    """Raise ``WrongState`` with a sentence when ``action`` is not for this state."""
    if award.state not in TABLE[action]:
        raise WrongState(
            "award.state",
            _("This cannot be done now: the award is in the state “%(state)s”.")
            % {"state": award.get_state_display()},
        )
    if is_reduced(award) and action not in _WITHOUT_NAME:
        raise WrongState(
            "award.reduced",
            _(
                "The name went from this award by the rule of your register. It can be put on "
                "hold or revoked, and nothing else."
            ),
        )
    if action == "suspend" and not award.suspendable:
        raise WrongState(
            "award.not-suspendable",
            _(
                "This credential was issued without a way to put it on hold. You can correct it, "
                "or revoke it for good."
            ),
        )


def changed_meanwhile() -> WrongState:
    """Somebody else was faster."""
    return WrongState(
        "award.changed", _("Somebody changed this award just now. Look at it again, then decide.")
    )


def check_reason(reason: object) -> None:
    """Raise ``Problem`` unless this is one of the reasons to revoke."""
    if reason not in Award.RevocationReason.values:
        raise Problem("reason", _("Choose the reason; the holder will be told."))
