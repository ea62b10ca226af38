"""What the reasons on a sheet mean, in few words, and how to mend each."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

_SIGNS: Final = (_("Unreadable sign"), _("Delete the cell's text and type it anew."))
_DATE: Final = (_("Date"), _("Write dates like 2026-12-25."))
_WORDS: Final[dict[str, tuple[Any, Any]]] = {
    "cells": (_("Too few or too many cells"), _("Give the row as many cells as the header has.")),
    "quote": (_("Quotation mark"), _("Double every quotation mark inside a cell.")),
    "too-long": (_("Too long"), _("Shorten the text.")),
    "control": _SIGNS,
    "line-break": (_("Line break"), _("Write it on one line.")),
    "formula": (_("Failed formula"), _("Mend the formula in the spreadsheet, or type the value.")),
    "recipient": (_("Recipient"), _("Fill in an e-mail address.")),
    "email": (_("E-mail address"), _("Write one address, like ann@example.org.")),
    "name": (_("Name"), _("Fill in the name, or leave the whole column out.")),
    "template": (
        _("Other achievement"),
        _("Put the rows of each achievement into a file of their own."),
    ),
    "date": _DATE,
    "expiry": (_("Expiry"), _("Give an expiry date after the issue date.")),
    "evidence": (_("Evidence"), _("Give a web address that begins with https://.")),
    "locale": (_("Language"), _("Write it like en or pt-BR.")),
    "duplicate": (_("Twice in the file"), _("Keep one row for each person.")),
    "field": (_("Cannot be kept"), _("Change the cell.")),
    "domain": (_("Mail domain"), _("Check the part after the @.")),
    "letter-case": (_("Capital or small letters"), _("Write the name as it should be shown.")),
    "scripts": (_("Mixed scripts"), _("Type the word anew in one script.")),
    "invisible": _SIGNS,
    "expired": (_("Expired already"), _("Check the expiry date.")),
    "later": (_("Valid later"), _("Check the issue date.")),
    "evidence-name": (
        _("Evidence without a name"),
        _("Add a name, so that readers see what it is."),
    ),
    "held": (_("Holds it already"), _("You choose later what happens to these people.")),
    "known": (_("Other name"), _("Check that the address belongs to this person.")),
    "rights": (_("No right to award"), _("Somebody with the right must upload the file.")),
    "left-out": (_("Left out"), ""),
    "same": (_("Nothing to correct"), ""),
    "not-corrected": (_("Not corrected"), _("Look at the award.")),
    "signing": (_("Could not be signed"), _("Change what is named, and upload the row again.")),
}


# The engine's sentence for these ends with what to do; it need not be said twice.
SAID: Final = frozenset(
    {"quote", "control", "line-break", "formula", "recipient", "email", "name", "date"}
    | {"evidence", "locale", "duplicate", "known", "domain"}
)


def word_of(reason: str) -> Any:
    """The reason as a heading."""
    return _WORDS.get(reason, (reason, ""))[0]


def fix_of(reason: str) -> Any:
    """How to mend it."""
    return _WORDS.get(reason, ("", ""))[1]
