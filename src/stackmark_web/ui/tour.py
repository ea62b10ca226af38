"""The five steps of the start page: the demo world's, or words alone where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stackmark_web.ui.cards import Card
from stackmark_web.ui.site import ask


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a credential's life."""

    title: str | Promise
    text: str | Promise
    url: str = ""
    enter: str = ""


_LIFE: Final = (
    Step(
        gettext_lazy("Design"),
        gettext_lazy("Say what someone will be able to do, at what level, and how it is assessed."),
    ),
    Step(
        gettext_lazy("Award"),
        gettext_lazy("One person from a form, or five thousand from a spreadsheet, each signed."),
    ),
    Step(
        gettext_lazy("Claim"),
        gettext_lazy("The learner opens a link and keeps the credential, with no account needed."),
    ),
    Step(
        gettext_lazy("Share"),
        gettext_lazy("Private until they say so. A link with an end, a code or a name on it."),
    ),
    Step(
        gettext_lazy("Verify"),
        gettext_lazy("Anyone gets an answer in plain words: verified, refused, or could not tell."),
    ),
)


def steps() -> Sequence[Any]:
    """The demo world's five steps with links, else the five steps in words."""
    linked = ask("stackmark_web.demo.queries", "tour") if settings.DEMO else None
    return list(linked) if linked else _LIFE


def example() -> Card:
    """The credential beside the first sentence."""
    return Card(
        title=_("Data analysis with care"),
        issuer="Northfield University",
        issuer_id="northfield.example",
        kind=_("Micro-certification"),
        image_url=static("ui/example-badge.svg"),
        status="active",
        status_label=_("Verified just now"),
        issued=date(2026, 5, 3),
        expires=date(2029, 5, 3),
        holder="Amara Okafor",
        lines=[_("EQF level 6 · 5 ECTS · 125 hours")],
    )
