"""Our words for letters about recognition: name, subject, body, and the text of the link."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

RECOGNITION: Final[dict[str, tuple[str, str, str, str]]] = {
    "recognition_received": (
        _("Request for recognition received"),
        _("{{issuer}} has your request for {{title}}"),
        _(
            "Hello {{recipient_name}},\n\nwhat you sent to be recognised for **{{title}}** has "
            "reached {{issuer}}. They decide by {{date}}; you need do nothing until then."
        ),
        _("See how it stands"),
    ),
    "recognition_waiting": (
        _("A learner asks for recognition"),
        _("A request for recognition towards {{title}}"),
        _(
            "A learner sent credentials or experience to be recognised for **{{title}}**. "
            "Decide by {{date}}."
        ),
        _("See the request"),
    ),
    "ledger_contested": (
        _("Use contested in the ledger"),
        _("A holder contests a use in the ledger"),
        _(
            "A holder says that the use of a credential for **{{title}}**, which {{issuer}} "
            "entered in the ledger of uses, is wrong. It stands, marked, until you answer. You do "
            "not learn whose it is."
        ),
        _("See what they say"),
    ),
    "recognition_asked": (
        _("Question about a request for recognition"),
        _("{{issuer}} asks you something about {{title}}"),
        _(
            "Hello {{recipient_name}},\n\n{{issuer}} has a question about your request for "
            "**{{title}}**. They go on when you have answered it."
        ),
        _("Answer the question"),
    ),
    "recognition_decided": (
        _("Request for recognition decided"),
        _("{{issuer}} has decided what counts for {{title}}"),
        _(
            "Hello {{recipient_name}},\n\n{{issuer}} has decided about your request for "
            "**{{title}}**. The signed decision is in your passport; the page shows its reasons. "
            "If you think it is wrong you can appeal until {{date}}; another person will answer."
        ),
        _("Read the decision"),
    ),
    "recognition_appealed": (
        _("Appeal against a decision on recognition"),
        _("An appeal about {{title}}"),
        _(
            "A learner has appealed against a decision about **{{title}}**. Somebody else than who "
            "made it answers by {{date}}."
        ),
        _("See the appeal"),
    ),
    "recognition_appeal_decided": (
        _("Appeal about recognition answered"),
        _("Your appeal about {{title}} is answered"),
        _(
            "Hello {{recipient_name}},\n\n{{issuer}} has answered your appeal about **{{title}}**. "
            "The page shows the answer and its reasons."
        ),
        _("Read the answer"),
    ),
    "recognition_review": (
        _("A decision on recognition is in review"),
        _("What was recognised for {{title}} is in review"),
        _(
            "Hello {{recipient_name}},\n\nthe credential that {{issuer}} recognised for "
            "**{{title}}** is no longer in order. Until a person has looked at it, the decision "
            "does not count."
        ),
        _("See why"),
    ),
    "recognition_review_desk": (
        _("A decision of yours fell into review"),
        _("A decision about {{title}} fell into review"),
        _(
            "A credential you recognised for **{{title}}** is no longer in order. Confirm your "
            "decision or withdraw it; until then it does not count."
        ),
        _("See the decision"),
    ),
    "recognition_withdrawn": (
        _("A decision on recognition was withdrawn"),
        _("{{issuer}} has withdrawn a decision about {{title}}"),
        _(
            "Hello {{recipient_name}},\n\n{{issuer}} has withdrawn its decision about "
            "**{{title}}**. The reason given: {{reason}}"
        ),
        _("See the decision"),
    ),
}
