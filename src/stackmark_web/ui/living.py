"""The sections of the living page: what each component is for, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from stackmark_web.ui import samples
from stackmark_web.ui.site import THEMES


@dataclass(frozen=True, slots=True)
class Section:
    """One component of the living page, drawn by ``ui/living/<slug>.html``."""

    slug: str
    title: str | Promise
    note: str | Promise
    markup: str = ""

    @property
    def template(self) -> str:
        """The template that draws it in one theme."""
        return f"ui/living/{self.slug}.html"


_PART: Final = '{{% include "ui/parts/{0}.html" with {1} only %}}'

SECTIONS: Final = (
    Section(
        "colour",
        _("Colour"),
        _(
            "Ink on paper, one accent, and three tones that mean something. Text uses ink, soft "
            "and the tones; edge draws the outline of what can be used."
        ),
        "color: var(--ink); background: var(--surface); border: 1px solid var(--line)",
    ),
    Section(
        "accent",
        _("One accent per organisation"),
        _(
            "An organisation picks one colour. The shades that stay readable on it, on paper and "
            "in the dark are worked out, so that no brand can hide a text."
        ),
        "from stackmark_web.ui.contrast import accent\naccent('#ffcd00').properties",
    ),
    Section(
        "type",
        _("Type"),
        _("One family, Source Sans 3. Sizes 0 to 6; the two largest follow the window."),
        "font-size: var(--t3)",
    ),
    Section(
        "space",
        _("Space"),
        _(
            "Eight distances. A stack sets rhythm down the page, a cluster wraps, a grid fits "
            "cards, a split keeps a side column."
        ),
        '<div class="stack">…</div>  <div class="cluster">…</div>  <div class="grid">…</div>',
    ),
    Section(
        "icons",
        _("Icons"),
        _(
            "Drawn for this product on a grid of 24. Hidden from screen readers: "
            "words stand beside."
        ),
        '{% icon "award" %} {% icon "check" 24 %}',
    ),
    Section(
        "buttons",
        _("Buttons"),
        _(
            "One main button a page. A button says what will happen. Danger only where something "
            "cannot be taken back."
        ),
        '<button class="button">Award</button>\n<a class="button button--secondary" href="…">…</a>',
    ),
    Section(
        "heads",
        _("Page head"),
        _("The way back, the title, one sentence, and what one can do here."),
        _PART.format("page_head", "title=… lead=… back_url=… back_label=… actions=…"),
    ),
    Section(
        "cards",
        _("The credential card"),
        _(
            "The one visual object of the product: the same in the catalogue, the passport, on the "
            "verify page and on paper. The stack under it is our mark."
        ),
        '<div class="grid">{% for card in cards %}'
        + _PART.format("credential_card", "card=card level=3")
        + "{% endfor %}</div>",
    ),
    Section(
        "facts",
        _("The facts label"),
        _("Like on food. What nobody said is printed as unknown."),
        _PART.format("facts", "facts=facts title=…"),
    ),
    Section(
        "verdicts",
        _("Verdict"),
        _("Three answers, first on the page, with the time of the check."),
        _PART.format("verdict", 'outcome="verified" title=… text=… when=…'),
    ),
    Section(
        "checks",
        _("Checks"),
        _("Plain words first; one click below, the code, the rule and what was seen."),
        _PART.format("checks", "checks=checks"),
    ),
    Section(
        "notices",
        _("Notices and chips"),
        _(
            "A notice is a sentence the reader needs now. A chip names a state, never "
            "by colour alone."
        ),
        _PART.format("notice", "tone=… title=… text=…")
        + "\n"
        + _PART.format("chip", "tone=… label=…"),
    ),
    Section(
        "forms",
        _("Forms"),
        _(
            "One column. Help stands before the control, faults beside it and in a summary on top "
            "that leads to them."
        ),
        _PART.format("form", "form=form submit_label=… cancel_url=…"),
    ),
    Section(
        "drop",
        _("Drop zone"),
        _("A file input with more room. Works by choosing, dropping and pasting."),
        '<div class="drop" data-drop><label for="…">…</label><input type="file" id="…"></div>',
    ),
    Section(
        "tables",
        _("Tables"),
        _("On a phone each row becomes a card; data-label names the cell there."),
        '<div class="table-wrap" tabindex="0" role="region" aria-label="…">\n'
        '  <table class="table">… <td data-label="Name">…</td>',
    ),
    Section(
        "lists",
        _("Lists of steps, moments and facts"),
        _("Steps count, a timeline tells, a kv list pairs."),
        '<ol class="steps">  <ol class="timeline">  <dl class="kv"><div><dt><dd></div></dl>',
    ),
    Section(
        "states",
        _("Empty, waiting, paging"),
        _("Every empty page says what to do. Every long job shows how far it is and can be left."),
        _PART.format("empty", "title=… text=… action_url=… action_label=…")
        + "\n"
        + _PART.format("progress", "done=… total=… label=…")
        + "\n"
        + _PART.format("pagination", "page=page query=…"),
    ),
)


def context() -> dict[str, Any]:
    """The context of the living page."""
    return {"sections": SECTIONS, "panes": [samples.parts(theme) for theme in THEMES]}
