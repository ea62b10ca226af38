"""The five steps of the start page: the demo world's, or words alone where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stackmark_web.ui.cards import Card
from stackmark_web.ui.site import address, ask


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a credential's life: a link to ``url``, or a button that posts ``fields``.

    ``path`` is where the step is seen, for the band on that page; ``of`` is what must have been
    asked for there.
    """

    title: str | Promise
    text: str | Promise
    url: str = ""
    post: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    of: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the tour a page is, and what comes next (None: it was the last step)."""

    number: int
    step: Step
    next: Step | None


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

_FURTHER: Final = (
    Step(
        gettext_lazy("Stack"),
        gettext_lazy("Credentials of any issuer add up to a larger one, by rules all can read."),
        url="pathways:list",
    ),
    Step(
        gettext_lazy("Recognise"),
        gettext_lazy("Another institution says what a credential is worth there, and signs it."),
        url="recognising:statistics",
    ),
    Step(
        gettext_lazy("Plan"),
        gettext_lazy("The cheapest, the fastest and the shortest way to an award or a role."),
        url="pathways:plan",
    ),
)


def steps() -> Sequence[Any]:
    """The demo world's five steps with links, else the five steps in words."""
    linked = ask("stackmark_web.demo.queries", "tour") if settings.DEMO else None
    return list(linked) if linked else _LIFE


def further() -> Sequence[Any]:
    """What many credentials make together: as the demo's people, else as everybody finds it."""
    linked = ask("stackmark_web.demo.queries", "further") if settings.DEMO else None
    return list(linked) if linked else [replace(one, url=address(one.url)) for one in _FURTHER]


def place(request: HttpRequest) -> Place | None:
    """Where on the demo world's tour the answer to this request is."""
    if not settings.DEMO:
        return None
    found = ask("stackmark_web.demo.queries", "tour") or []
    for number, (step, following) in enumerate(zip(found, [*found[1:], None], strict=True), 1):
        if step.path == request.path and _asked(request, step.of):
            return Place(number, step, following)
    return None


def _asked(request: HttpRequest, of: Mapping[str, str]) -> bool:
    given = request.POST if request.method == "POST" else request.GET
    return all(given.get(name) == value for name, value in of.items())


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
