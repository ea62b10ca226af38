"""The words a learner signs, by what the plan says of help and AI tools."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stackmark_web.assessing import plans

AI: Final = {
    "prohibited": gettext_lazy("I have used no AI tools for it; they are not allowed here."),
    "limited": gettext_lazy(
        "I have used AI tools only as far as the task allows, and I name each of them and what I "
        "used it for."
    ),
    "permitted-and-assessed": gettext_lazy(
        "AI tools are allowed here. I name each of them and what I used it for."
    ),
    "": gettext_lazy("I name every AI tool I have used and what I used it for."),
}


def statement_of(version: Any) -> str:
    """The authorship statement of a version's plan in the reader's language."""
    plan = plans.plan_of(version)
    said = [
        _("What I hand in is my own work."),
        _("Where I have used what others made, I say so."),
        _("I name everybody who helped me, and how."),
        str(AI[plan.ai if plan else ""]),
        _("I know that a statement that is not true can lead to the attempt not counting."),
    ]
    return "\n".join(said)
