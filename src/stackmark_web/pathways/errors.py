"""What cannot be done with a pathway, and at which field."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from stackmark.errors import UsageError


class Problem(UsageError):  # noqa: N818 - reads as what is said to the person
    """Something in a form is wrong: the field (empty: the whole) and a plain sentence."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__("usage.pathway", detail)
        self.field = field


class StaleError(UsageError):
    """Somebody else saved the draft in the meantime; ``current`` is how it is now."""

    def __init__(self, current: Any) -> None:
        who = str(getattr(current.edited_by, "name", "") or _("Somebody else"))
        super().__init__(
            "pathways.stale",
            _(
                "%(who)s changed this draft while you were working on it. Nothing of yours was "
                "saved; look at how it is now, then do it again."
            )
            % {"who": who},
        )
        self.current = current


class BlockedError(UsageError):
    """The draft has findings that must be dealt with before it is published."""

    def __init__(self, found: tuple[Any, ...]) -> None:
        super().__init__(
            "pathways.impossible",
            _("Nobody could earn this as it stands. %s") % found[0].sentence,
        )
        self.findings = found
