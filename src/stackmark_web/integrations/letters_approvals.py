"""Our words for letters about changes that wait for a second person."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

APPROVALS: Final[dict[str, tuple[str, str, str, str]]] = {
    "change_waiting": (
        _("A change waits for a second person"),
        _("A change at {{issuer}} waits for you: {{title}}"),
        _(
            "Somebody at {{issuer}} asked for this: **{{title}}**. It needs a second person. Look "
            "at exactly what will happen, and approve or refuse it by {{date}}."
        ),
        _("See the change"),
    ),
    "change_decided": (
        _("A change was decided"),
        _("Decided: {{title}}"),
        _("What you asked for at {{issuer}} was decided. **{{title}}**: {{reason}}."),
        _("See the answer"),
    ),
}
