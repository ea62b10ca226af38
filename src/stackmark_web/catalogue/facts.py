"""The facts label of a version: the same rows everywhere, and unknown printed as unknown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stackmark.model.achievement import Achievement as Descriptor
from stackmark_web import clock
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.figures import UNKNOWN, Figures
from stackmark_web.ui.cards import Fact
from stackmark_web.ui.text import best_text

Said = tuple[str, str]  # value, note
NOBODY: Final[Said] = ("", "")


def facts_of(descriptor: Descriptor, figures: Figures = UNKNOWN) -> list[Fact]:
    """Every row of the label, in its one order."""
    rows = [(label, *say(descriptor)) for label, say in _ROWS]
    rows += [
        (_("Pass rate"), *_pass_rate(figures)),
        (_("Holders"), *_holders(figures)),
        (_("Last review"), *_review(descriptor)),
    ]
    return [Fact(label, value, note, unknown=not value) for label, value, note in rows]


def summary(descriptor: Descriptor) -> str:
    """Hours, level and credit in one line; empty when none is known."""
    parts = (_workload(descriptor)[0], _level(descriptor)[0], _credit(descriptor)[0])
    return " · ".join(part.replace(" ", "\u00a0") for part in parts if part)


def price_of(price: Decimal | None, currency: str) -> str:
    """A price in words; empty when unknown."""
    if price is None:
        return ""
    return f"{number_format(price, 2)} {currency}" if price else _("Free")


def _level(descriptor: Descriptor) -> Said:
    found = descriptor.level
    if found is None:
        return NOBODY
    if found.not_levelled:
        return _("Not levelled"), _("The issuer says that it stands at no level of a framework.")
    national = f"{found.framework} {found.code}".strip()
    if not found.eqf:
        return national, ""
    return _("EQF level %(level)s") % {"level": found.eqf}, national


def _workload(descriptor: Descriptor) -> Said:
    found = descriptor.workload
    if found is None or found.low is None or found.high is None:
        return NOBODY
    if found.low == found.high:
        hours = number_format(found.high.normalize())
        return ngettext("%(hours)s hour", "%(hours)s hours", int(found.high)) % {"hours": hours}, ""
    ends = {"low": number_format(found.low), "high": number_format(found.high)}
    return _("%(low)s to %(high)s hours") % ends, ""


def _credit(descriptor: Descriptor) -> Said:
    found = descriptor.credit
    if found is None or found.value is None:
        return NOBODY
    own = found.unit_name if found.unit == "other" else ""
    unit = words.credit_unit(found.unit, found.value, own)
    by = _("Assigned by %(name)s") % {"name": found.assigned_by} if found.assigned_by else ""
    return f"{number_format(found.value)} {unit}", by


def _assessed(descriptor: Descriptor) -> Said:
    found = descriptor.assessment
    if found is None or not found.methods:
        return NOBODY
    return _joined(words.METHODS, found.methods), best_text(found.description)


def _pass_rule(descriptor: Descriptor) -> Said:
    found = descriptor.assessment
    if found is None:
        return NOBODY
    if found.is_attendance:
        return _("None"), _("Nothing is assessed.")
    mark = _mark(descriptor)
    rule = best_text(found.pass_rule)
    return (rule, mark) if rule else (mark, "")


def _mark(descriptor: Descriptor) -> str:
    found = descriptor.assessment
    if found is None or not found.scale:
        return ""
    if found.required is None:
        return str(words.SCALES[found.scale])
    if found.scale == "percent":
        return _("%(mark)s percent to pass") % {"mark": number_format(found.required)}
    if found.maximum is None:
        return _("%(mark)s points to pass") % {"mark": number_format(found.required)}
    ends = {"mark": number_format(found.required), "top": number_format(found.maximum)}
    return _("%(mark)s of %(top)s points to pass") % ends


def _attempts(descriptor: Descriptor) -> Said:
    count = descriptor.assessment.attempts if descriptor.assessment else None
    if count is None:
        return NOBODY
    return (_("Not limited") if count == 0 else str(count)), ""


def _supervision(descriptor: Descriptor) -> Said:
    return str(words.SUPERVISION.get(descriptor.supervision, "")), ""


def _participation(descriptor: Descriptor) -> Said:
    return _joined(words.PARTICIPATION, descriptor.participation), ""


def _instruction(descriptor: Descriptor) -> Said:
    return ", ".join(map(words.language_name, descriptor.instruction)), ""


def _quality(descriptor: Descriptor) -> Said:
    said = [
        " · ".join(filter(None, (str(words.QUALITY[one.type]), one.name)))
        for one in descriptor.quality
    ]
    return "; ".join(said), ""


def _review(descriptor: Descriptor) -> Said:
    days = [one.date for one in descriptor.quality if one.date]
    due = [one.review_due for one in descriptor.quality if one.review_due]
    last = _day(max(days)) if days else ""
    return last, _due(min(due)) if due else ""


def _due(day: date) -> str:
    if day < clock.today():
        return _("The next review was due on %(day)s and is late.") % {"day": _day(day)}
    return _("The next is due on %(day)s.") % {"day": _day(day)}


def _validity(descriptor: Descriptor) -> Said:
    found = descriptor.validity
    if found is None:
        return NOBODY
    renewal = best_text(found.renewal)
    if found.until:
        return _("Until %(day)s") % {"day": _day(found.until)}, renewal
    if not found.months:
        return _("Does not expire"), renewal
    text = ngettext("%(count)d month", "%(count)d months", found.months)
    return text % {"count": found.months}, renewal


def _prerequisites(descriptor: Descriptor) -> Said:
    return best_text(descriptor.prerequisites), ""


def _stacks(descriptor: Descriptor) -> Said:
    found = descriptor.programme
    place = ""
    if found and found.position:
        numbers = {"position": found.position, "parts": found.parts}
        place = (
            _("Part %(position)s of %(parts)s") if found.parts else _("Part %(position)s")
        ) % numbers
    name = best_text(found.name) if found else ""
    programme = " · ".join(filter(None, (name, place)))
    text = best_text(descriptor.stackability)
    return (programme, text) if programme else (text, "")


def _ai(descriptor: Descriptor) -> Said:
    return best_text(descriptor.ai_policy), ""


def _pass_rate(figures: Figures) -> Said:
    if figures.pass_rate is None:
        return NOBODY
    share = _("%(percent)s percent") % {"percent": round(figures.pass_rate * 100)}
    note = _("Of %(count)s people assessed") % {"count": figures.cohort} if figures.cohort else ""
    return share, note


def _holders(figures: Figures) -> Said:
    return (
        "" if figures.holders is None else number_format(figures.holders, force_grouping=True)
    ), ""


def _joined(vocabulary: words.Words, codes: tuple[str, ...]) -> str:
    return ", ".join(str(vocabulary[one]) for one in codes)


def _day(day: date) -> str:
    return date_format(day, "j F Y")


_ROWS: Final[tuple[tuple[Promise | str, Callable[[Descriptor], Said]], ...]] = (
    (gettext_lazy("Level"), _level),
    (gettext_lazy("Workload"), _workload),
    (gettext_lazy("Credit"), _credit),
    (gettext_lazy("How it is assessed"), _assessed),
    (gettext_lazy("Pass rule"), _pass_rule),
    (gettext_lazy("Attempts allowed"), _attempts),
    (gettext_lazy("Supervision and identity check"), _supervision),
    (gettext_lazy("Form of participation"), _participation),
    (gettext_lazy("Language of instruction"), _instruction),
    (gettext_lazy("Quality assurance"), _quality),
    (gettext_lazy("Validity"), _validity),
    (gettext_lazy("Prerequisites"), _prerequisites),
    (gettext_lazy("Counts towards"), _stacks),
    (gettext_lazy("Use of AI"), _ai),
)
