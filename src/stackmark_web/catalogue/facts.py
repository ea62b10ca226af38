"""The facts label for pages: the library's rows in the reader's language, then what else is said.

The rows, their order and what is unknown, withheld or suppressed come from
``stackmark.quality.facts_label``; here they are only said in another language.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import get_language_bidi, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from stackmark.model.achievement import Achievement as Descriptor
from stackmark.model.achievement_rules import Texts
from stackmark.model.record import Record
from stackmark.quality import facts_label
from stackmark.quality.facts_label import Known, Signed
from stackmark.quality.facts_words import GROUPS, Voice
from stackmark_web import clock
from stackmark_web.catalogue import label_words, plan_words
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.figures import UNKNOWN, Figures, told
from stackmark_web.ui.cards import Fact
from stackmark_web.ui.text import best_text, day_text, listed

Said = tuple[str, str]  # value, note
NOBODY: Final[Said] = ("", "")
MORE: Final = "more"  # the group of what is not on the label of every credential
_GROUP: Final = {code: group for group, codes in GROUPS.items() for code in codes}
_TABLES: Final = {
    "METHODS": words.METHODS,
    "SCALES": words.SCALES,
    "QUALITY": words.QUALITY,
    **plan_words.TABLES,
}


class Translated(Voice):
    """Says the label in the reader's language."""

    def label(self, code: str) -> str:
        """The name of a fact."""
        return str(label_words.LABELS[code])

    def state(self, state: str) -> str:
        """The words for a state."""
        return str(label_words.STATES.get(state, ""))

    def say(self, key: str, **values: object) -> str:
        """A message with its values."""
        return str(label_words.TEXTS[key]).format(**values)

    def sentence(self, text: str) -> str:
        """A sentence of a figure, where whoever assesses knows it in the reader's language."""
        return told(text) if text else ""

    def word(self, table: str, code: str) -> str:
        """A controlled word."""
        return str(_TABLES[table][code])

    def unit(self, unit: str, value: Decimal, name: str) -> str:
        """What credit is counted in."""
        return words.credit_unit(unit, value, name if unit == "other" else "")

    def number(self, value: Decimal | int) -> str:
        """A number as it is written there."""
        shown = value.normalize() if isinstance(value, Decimal) else value
        return number_format(shown, use_l10n=True, force_grouping=True)

    def day(self, day: dt.date) -> str:
        """A day as it is written there."""
        return day_text(day)

    def text(self, texts: Texts, achievement: Descriptor) -> str:
        """What somebody wrote, in the language that suits the reader best."""
        del achievement  # its own language is among the texts
        return best_text(texts)


def facts_of(
    record: Record,
    figures: Figures = UNKNOWN,
    published: dt.date | None = None,
    signed: tuple[Signed, ...] = (),
) -> list[Fact]:
    """Every row of the label, then what else the record says, in one order."""
    rows = facts_label.label(record, known(figures, published, signed), Translated())
    return [_shown(one) for one in rows] + more_of(record.achievement)


def known(
    figures: Figures, published: dt.date | None = None, signed: tuple[Signed, ...] = ()
) -> Known:
    """Figures and signed statements as the label takes them."""
    return Known(
        holders=figures.holders,
        pass_rate=figures.pass_rate,
        assessed=figures.cohort,
        withheld=figures.withheld,
        published=published,
        today=clock.today(),
        signed=signed,
        assessment=figures.assessment,
    )


def more_of(descriptor: Descriptor) -> list[Fact]:
    """What no label of every credential has: participation, validity, prerequisites and such."""
    rows = [(label, *say(descriptor)) for label, say in _ROWS]
    return [Fact(label, value, note, unknown=not value, group=MORE) for label, value, note in rows]


def summary(descriptor: Descriptor) -> str:
    """Hours, level and credit in one line; empty when none is known."""
    label = facts_label.label(Record(achievement=descriptor), None, _VOICE)
    rows = {one.code: one for one in label}
    wanted = (rows[code] for code in ("hours", "level", "credit"))
    parts = [one.value for one in wanted if one.state != "unknown"]
    kept = (part.replace(" ", "\u00a0") for part in parts)
    # "EQF 6 · 5" would be read as one leftward run: each part stays by itself.
    return " · ".join(f"\u2067{one}\u2069" if get_language_bidi() else one for one in kept)


def price_of(price: Decimal | None, currency: str) -> str:
    """A price in words; empty when unknown."""
    if price is None:
        return ""
    return f"{number_format(price, 2)} {currency}" if price else _("Free")


def _shown(one: facts_label.Fact) -> Fact:
    return Fact(
        one.label,
        one.value,
        one.note,
        unknown=one.state == "unknown",
        code=one.code,
        state=one.state,
        items=one.items,
        group=_GROUP[one.code],
    )


def _attempts(descriptor: Descriptor) -> Said:
    count = descriptor.assessment.attempts if descriptor.assessment else None
    if count is None:
        return NOBODY
    return (_("Not limited") if count == 0 else str(count)), ""


def _participation(descriptor: Descriptor) -> Said:
    return listed(words.PARTICIPATION[one] for one in descriptor.participation), ""


def _instruction(descriptor: Descriptor) -> Said:
    return listed(map(words.language_name, descriptor.instruction)), ""


def _validity(descriptor: Descriptor) -> Said:
    found = descriptor.validity
    if found is None:
        return NOBODY
    renewal = best_text(found.renewal)
    if found.until:
        return _("Until %(day)s") % {"day": day_text(found.until)}, renewal
    if not found.months:
        return _("Does not expire"), renewal
    text = ngettext("%(count)d month", "%(count)d months", found.months)
    return text % {"count": found.months}, renewal


def _prerequisites(descriptor: Descriptor) -> Said:
    return best_text(descriptor.prerequisites), ""


def _stacks(descriptor: Descriptor) -> Said:
    programme = " · ".join(_programme(descriptor))
    text = best_text(descriptor.stackability)
    return (programme, text) if programme else (text, "")


def _programme(descriptor: Descriptor) -> Iterator[str]:
    """The programme's name, and the place in it."""
    found = descriptor.programme
    if found is None:
        return
    if name := best_text(found.name):
        yield name
    if found.position:
        numbers = {"position": found.position, "parts": found.parts}
        text = _("Part %(position)s of %(parts)s") if found.parts else _("Part %(position)s")
        yield text % numbers


def _ai(descriptor: Descriptor) -> Said:
    return best_text(descriptor.ai_policy), ""


_VOICE: Final = Translated()
_ROWS: Final[tuple[tuple[Promise | str, Callable[[Descriptor], Said]], ...]] = (
    (gettext_lazy("Attempts allowed"), _attempts),
    (gettext_lazy("Form of participation"), _participation),
    (gettext_lazy("Language of instruction"), _instruction),
    (gettext_lazy("Validity"), _validity),
    (gettext_lazy("Prerequisites"), _prerequisites),
    (gettext_lazy("Counts towards"), _stacks),
    (gettext_lazy("Use of AI"), _ai),
)
