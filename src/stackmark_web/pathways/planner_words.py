"""Numbers, days, reasons and changes of plans in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from stackmark_web.catalogue import vocabulary as words
from stackmark_web.pathways.planner_chances import FIRST
from stackmark_web.ui.text import day_text, isolated, listed

LABELS: Final[dict[str, str | Promise]] = {
    "cheapest": _l("Cheapest"),
    "fastest": _l("Fastest"),
    "fewest": _l("Fewest credentials"),
}
_LEFT_OUT: Final[dict[str, str | Promise]] = {
    "held": _l("you hold it already"),
    "weeks": _l("how long it takes is not stated"),
    "price": _l("its price is not stated"),
    "currency": _l("its price is in another currency"),
    "hours": _l("its hours are not stated, so they cannot be fitted into a week"),
    "language": _l("it is not taught in a language you chose"),
    "delivery": _l("it is not taught in a form you chose"),
}


def labels(codes: list[str]) -> str:
    """What a plan is best at."""
    return " · ".join(str(LABELS.get(one, one)) for one in codes)


def money(amount: Any, currency: str) -> str:
    """An amount, without digits after the point where there are none."""
    if not amount:
        return _("Free")
    digits = 0 if float(amount).is_integer() else 2
    return f"{number_format(amount, digits, force_grouping=True)} {currency}"


def hours(value: Any) -> str:
    """Hours in all."""
    if value is None:
        return _("not stated")
    return _("%(n)s h") % {"n": short(value)}


def load(value: Any) -> str:
    """Hours in a week."""
    return _("not stated") if value is None else _("%(n)s h a week") % {"n": short(value)}


def short(value: Any) -> str:
    """A number with one digit after the point at most."""
    rounded = round(float(value), 1)
    return number_format(rounded, 0 if rounded.is_integer() else 1)


def day(text: str) -> str:
    """A day in words."""
    return day_text(dt.date.fromisoformat(text))


def percent(share: Any) -> str:
    """A share in whole percent."""
    return f"{round(float(share) * 100)} %"


def chance(step: Mapping[str, Any]) -> str:
    """The pass chance with its source, or that nobody knows."""
    if step.get("chance") is None:
        return _("Pass chance not known")
    told = {"rate": percent(step["chance"]), "n": number_format(step["chance_n"])}
    if step.get("chance_about") == FIRST:
        return _("%(rate)s passed at the first attempt, of %(n)s assessed") % told
    return _("%(rate)s passed, of %(n)s assessed") % told


def reason(one: Mapping[str, Any]) -> dict[str, Any]:
    """A reason: words of ours, then a quoted rule, which is English, or names that people gave."""
    if one["code"] == "rule":
        return {"said": _("Counts for the rule:"), "rule": str(one["text"])}
    if one["code"] == "skills":
        return {"said": _("Gives:"), "names": list(one["names"])}
    return {"said": _("Has to come before:"), "names": [one["title"]]}


def left_out(one: Mapping[str, Any]) -> str:
    """Why an offer could not be taken."""
    return str(_LEFT_OUT.get(one["why"], one["text"]))


def delivery(step: Mapping[str, Any]) -> str:
    """How it is taught and in which languages."""
    said = [str(words.PARTICIPATION.get(step["delivery"], step["delivery"]))]
    said += [words.language_name(one) for one in step["language"]]
    return listed(filter(None, said))


def change(one: Mapping[str, Any], currency: str) -> str:
    """A change as a plain sentence: how much more of what, and how much that is in all."""
    parts = []
    if one["money"]:
        parts.append(
            _("%(more)s more money (%(whole)s in all)")
            % {
                "more": money(one["money"], currency),
                "whole": money(one["limits"]["budget"], currency),
            }
        )
    if one["hours"]:
        parts.append(
            _("%(more)s hours a week more (%(whole)s in all)")
            % {"more": short(one["hours"]), "whole": short(one["limits"]["hours"])}
        )
    if one["days"]:
        told = ngettext("%(n)d day more", "%(n)d days more", one["days"]) % {"n": one["days"]}
        until = _("until %(day)s") % {"day": day(one["limits"]["by"])}
        parts.append(f"{told} ({until})")
    if one["dropped"]:
        parts.append(_filled(_("the goal without %(skills)s"), skills=_quoted(one["dropped"])))
    both = _together(_(" and "), parts)
    return _filled(_("There is a plan with %(changes)s."), changes=both)


def button(one: Mapping[str, Any], currency: str) -> str:
    """What the button of a change says."""
    limits, parts = one["limits"], []
    if "budget" in limits:
        parts.append(_("Set money to %(n)s") % {"n": money(limits["budget"], currency)})
    if "hours" in limits:
        parts.append(_("Set %(n)s hours a week") % {"n": short(limits["hours"])})
    if "by" in limits:
        parts.append(_("Set the last day to %(day)s") % {"day": day(limits["by"])})
    if "without" in limits:
        parts.append(_filled(_("Leave out %(skills)s"), skills=_quoted(one["dropped"])))
    return _together(" · ", parts)


def _quoted(names: list[str]) -> SafeString:
    """Names that people gave, each in its own direction."""
    return _together(", ", [_filled(_("“%(name)s”"), name=isolated(one)) for one in names])


def _together(between: str, parts: Iterable[str]) -> SafeString:
    return format_html_join(between, "{}", ((one,) for one in parts))


def _filled(pattern: str, **values: str) -> SafeString:
    """A sentence of ours around markup."""
    safe = {name: conditional_escape(value) for name, value in values.items()}
    return mark_safe(conditional_escape(pattern) % safe)  # noqa: S308 - each part is escaped
