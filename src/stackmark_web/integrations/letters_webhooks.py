"""Our words for letters about webhooks: name, subject, body, and the text of the link."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

WEBHOOKS: Final[dict[str, tuple[str, str, str, str]]] = {
    "webhook_off": (
        _("Webhook switched off"),
        _("The webhook to {{title}} is switched off"),
        _(
            "For three days no message to **{{title}}** arrived, so no more are sent. Mend the "
            "program that receives them, then switch the webhook on again: what waits is sent "
            "then, up to thirty days back."
        ),
        _("See what was answered"),
    ),
    "webhook_recipients": (
        _("Webhook without recipients"),
        _("The webhook to {{title}} is sent no recipients any more"),
        _(
            "Whoever asked that names and addresses of recipients be sent to **{{title}}** has "
            "left, or may not see them any more. Messages go on without them. If the program needs "
            "them, somebody who may see awards can ask for them again."
        ),
        _("Open the webhook"),
    ),
}
