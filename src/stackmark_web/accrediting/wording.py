"""Kinds, standings and scopes of statements in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stackmark_web.accrediting import checking
from stackmark_web.accrediting.models import Wanted
from stackmark_web.catalogue.vocabulary import KINDS
from stackmark_web.tenancy.countries import COUNTRIES
from stackmark_web.ui.text import listed

Words = Mapping[str, str | Promise]

# What a reader may take from each kind, and what not.
MEANS: Final[Words] = {
    Wanted.ACCREDITATION: gettext_lazy("A quality review was passed."),
    Wanted.RIGHT: gettext_lazy("May issue this. Says nothing about its quality."),
    Wanted.ENDORSEMENT: gettext_lazy("An opinion. It is no accreditation."),
}
STANDINGS: Final[Words] = {
    checking.HOLDS: gettext_lazy("Signature and status checked now"),
    checking.WITHDRAWN: gettext_lazy("Withdrawn"),
    checking.EXPIRED: gettext_lazy("Its time is over"),
    checking.EARLY: gettext_lazy("Not yet in force"),
    checking.BROKEN: gettext_lazy("Does not hold: the signature is not confirmed"),
    checking.OPEN: gettext_lazy("Could not be checked now"),
}
BOOKS: Final[Words] = {**STANDINGS, checking.HOLDS: gettext_lazy("In force")}
ICONS: Final[Mapping[str, str]] = {
    Wanted.ACCREDITATION: "shield",
    Wanted.RIGHT: "certificate",
    Wanted.ENDORSEMENT: "users",
}
OUTCOMES: Final[Words] = {
    "passed": gettext_lazy("Met"),
    "failed": gettext_lazy("Not met"),
    "could-not-tell": gettext_lazy("Could not tell"),
    "not-applicable": gettext_lazy("Does not apply"),
}
TONES: Final[Mapping[str, str]] = {
    "passed": "good",
    "failed": "bad",
    "could-not-tell": "warn",
    "not-applicable": "neutral",
}
STATES: Final[Mapping[str, str]] = {
    "pending": "neutral",
    "asked": "warn",
    "granted": "good",
    "refused": "bad",
    "withdrawn": "neutral",
}


def scope_words(scope: Mapping[str, Any]) -> list[str]:
    """The limits of a scope, each as a phrase; one without limits says so."""
    found = [*_levels(scope)]
    if scope.get("kinds"):
        found.append(listed(KINDS.get(one, one) for one in scope["kinds"]))
    if scope.get("fields"):
        found.append(_("fields of study %s") % listed(scope["fields"]))
    if scope.get("countries"):
        found.append(listed(COUNTRIES.get(one, one) for one in scope["countries"]))
    if scope.get("achievements"):
        found.append(_achievements(len(scope["achievements"])))
    return found or [_("without limits")]


def _levels(scope: Mapping[str, Any]) -> list[str]:
    low, high = scope.get("lowest"), scope.get("highest")
    if low is None and high is None:
        return []
    if low == high:
        return [_("EQF level %s") % low]
    return [_("EQF levels %(low)s to %(high)s") % {"low": low or 1, "high": high or 8}]


def _achievements(count: int) -> str:
    return _("one named achievement") if count == 1 else _("%d named achievements") % count
