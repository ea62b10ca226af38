"""Our words for letters about pathways: name, subject, body, and the text of the link."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

PATHWAYS: Final[dict[str, tuple[str, str, str, str]]] = {
    "pathway-complete": (
        _("Pathway complete"),
        _("You have met the rules of {{title}}"),
        _(
            "Hello {{recipient_name}},\n\nyou have everything that **{{title}}** asks for. A "
            "board of {{issuer}} looks at it next; you need not do anything. It counts as long as "
            "what it rests on stays valid."
        ),
        _("See your pathway"),
    ),
    "pathway-lost": (
        _("Pathway no longer complete"),
        _("{{title}} is no longer complete"),
        _(
            "Hello {{recipient_name}},\n\n**{{title}}** was complete and waited for the board of "
            "{{issuer}}. Something it rests on has changed: {{reason}}\n\nYour pathway says what "
            "is missing now."
        ),
        _("See your pathway"),
    ),
    "pathway-conferred": (
        _("Pathway conferred"),
        _("The board of {{issuer}} has conferred {{title}}"),
        _(
            "Hello {{recipient_name}},\n\nthe board of {{issuer}} has conferred **{{title}}** on "
            "you. The signed credential comes with a letter of its own and waits in your passport."
        ),
        _("See your pathway"),
    ),
    "pathway-refused": (
        _("Pathway not conferred"),
        _("{{title}} was not conferred"),
        _(
            "Hello {{recipient_name}},\n\nthe board of {{issuer}} did not confer **{{title}}**. "
            "Its reason: {{reason}}\n\nWrite to {{issuer}} if you think this is wrong."
        ),
        _("See your pathway"),
    ),
    "pathway-ageing": (
        _("Something ends on a pathway"),
        _("Until {{date}} only: what counts for {{title}}"),
        _(
            "Hello {{recipient_name}},\n\non your way to **{{title}}**, {{reason}} of yours counts "
            "until {{date}} and no longer. Your pathway shows which, and what to do about it."
        ),
        _("See your pathway"),
    ),
}
