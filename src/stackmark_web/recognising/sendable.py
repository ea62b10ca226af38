"""Which credentials of a passport may be sent to be recognised."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from stackmark_web.passport import queries as passport
from stackmark_web.passport.models import Holding
from stackmark_web.passport.standing import standing_of
from stackmark_web.ui.text import isolated

_STANDS: Final = ("active", "unknown")


def holdings_of(user: Any) -> QuerySet[Holding]:
    """A person's credentials that stand, or could not be told; no decisions on recognition."""
    rows = not_decisions(passport.holdings(user))
    good = [one.pk for one in rows if standing_of(one).status in _STANDS]
    return rows.filter(pk__in=good)


def not_decisions(rows: QuerySet[Holding]) -> QuerySet[Holding]:
    """Without decisions on recognition, also those brought as files: they are about the rest."""
    return rows.exclude(credential_id__startswith=f"{settings.IDENTITY_URL}/recognitions/")


def label_of(holding: Holding) -> SafeString:
    """A credential in a list of choices: what, by whom, and how sure that is."""
    title, issuer = isolated(holding.told), isolated(holding.issuer_name or _("no name"))
    if standing_of(holding).status == "active":
        return format_html("{} · {}", title, issuer)
    return format_html("{} · {} ({})", title, issuer, _("not everything could be checked"))
