"""The panel 'Past decisions' of an achievement's page and of the page to apply."""

from __future__ import annotations

from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from stackmark_web.recognising import queries_statistics as queries
from stackmark_web.recognising.queries_statistics import Past

_RATES: Final[dict[str, str | Promise]] = {
    queries.NINE_TENTHS: _("at least 9 of 10 were recognised"),
    queries.THREE_QUARTERS: _("at least 3 of 4 were recognised"),
    queries.HALF: _("at least half were recognised"),
    queries.FEWER: _("fewer than half were recognised"),
}


def past_panel(version: Any) -> SafeString:
    """What bodies decided about credentials of it, and toward it, before."""
    found = queries.past_decisions(version)
    context = {
        "any": bool(found),
        "about": [_line(one) for one in found.about],
        "toward": [_line(one) for one in found.toward],
        "least": found.least,
        "organisation": version.organisation,
    }
    return render_to_string("recognising/public/past.html", context)


def _line(past: Past) -> dict[str, Any]:
    return {"place": past.organisation, "decisions": past.decisions, "rate": _RATES[past.rate]}
