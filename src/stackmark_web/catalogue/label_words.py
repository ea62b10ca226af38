"""The words of the facts label for translators; the library has the same in English.

Each message stands under the key it has in ``stackmark.quality.facts_words``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LABELS: Final[Mapping[str, Promise]] = {
    "level": _("Level"),
    "hours": _("Hours of learning"),
    "credit": _("Credit"),
    "outcomes": _("Learning outcomes"),
    "assessed": _("How it is assessed"),
    "supervised": _("Supervised"),
    "identity": _("Identity checked"),
    "pass-rule": _("Pass rule"),
    "scale": _("Marked on the scale"),
    "result": _("Result"),
    "pass-rate": _("Pass rate"),
    "agreement": _("Agreement of markers"),
    "quality": _("Quality assurance"),
    "endorsement": _("Endorsements"),
    "holders": _("Holders"),
    "version": _("Version"),
}
STATES: Final[Mapping[str, Promise]] = {
    "unknown": _("unknown"),
    "withheld": _("withheld by issuer"),
    "self-declared": _("self-declared"),
}
TEXTS: Final[Mapping[str, Promise]] = {
    "not-levelled": _("Not levelled"),
    "not-levelled.note": _("The issuer says that it stands at no level of a framework."),
    "eqf": _("EQF level {level}"),
    "hours.one": _("1 hour"),
    "hours": _("{count} hours"),
    "hours.range": _("{low} to {high} hours"),
    "credit": _("{value} {unit}"),
    "by": _("assigned by {name}"),
    "outcomes.one": _("1 outcome"),
    "outcomes": _("{count} outcomes"),
    "supervised.yes": _("Yes"),
    "supervised.online": _("Yes, online"),
    "supervised.onsite": _("Yes, on site"),
    "no": _("No"),
    "identity.online": _("Yes, online"),
    "identity.onsite": _("Yes, on site"),
    "none": _("None"),
    "nothing-assessed": _("Nothing is assessed."),
    "mark.percent": _("{mark} percent to pass"),
    "mark.points": _("{mark} points to pass"),
    "mark.of": _("{mark} of {top} points to pass"),
    "scale.top": _("{scale}, at most {top}"),
    "result": _("{value} ({scale})"),
    "result.of": _("{value} of {top} ({scale})"),
    "result.needed": _("{mark} needed to pass"),
    "scale.missing": _("scale not named"),
    "percent": _("{percent} percent"),
    "percent.of": _("of {count} people assessed"),
    "few-assessed": _("fewer than {least} people assessed"),
    "few-passed": _("fewer than {least} of {count} people passed"),
    "few-failed": _("fewer than {least} of {count} people did not pass"),
    "not-shown": _("not shown"),
    "suppressed": _(
        "Numbers of people below {least} are not shown, so that nobody can be made out."
    ),
    "fewer": _("fewer than {least}"),
    "agreement": _("{value} ({measure})"),
    "agreement.of": _("{count} pieces of work marked twice"),
    "quality.by": _("{what}, by {name}"),
    "quality.by-unknown": _("{what}, by whom is unknown"),
    "quality.on": _("{said}, {day}"),
    "quality.undated": _("{said}, date unknown"),
    "quality.due": _("the next review is due on {day}"),
    "quality.late": _("the next review was due on {day} and is late"),
    "endorsement.note": _("An endorsement is praise; it is no accreditation."),
    "quality.as-stated": _("As the issuer states it."),
    "quality.mixed": _("What is not called signed is as the issuer states it."),
    "signed.accreditation": _("Accreditation, signed by {name}, {day}"),
    "signed.endorsement": _("Endorsement, signed by {name}, {day}"),
    "version.on": _("published on {day}"),
}
