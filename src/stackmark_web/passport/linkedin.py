"""Links to LinkedIn: add to a profile, write a post. Plain links; nothing of theirs is loaded."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

from stackmark_web.passport.models import Holding
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.queries import lineage

_ADD: Final = "https://www.linkedin.com/profile/add"
_SHARE: Final = "https://www.linkedin.com/sharing/share-offsite/"


def add_link(holding: Holding, url: str) -> str:
    """The link that fills LinkedIn's form for a licence or certification.

    ``url`` is the page that anybody can check. The learner's name is not in it.
    """
    fields: list[tuple[str, object]] = [
        ("startTask", "CERTIFICATION_NAME"),
        ("name", holding.title),
        _organisation(holding),
    ]
    if holding.valid_from is not None:
        fields += [("issueYear", holding.valid_from.year), ("issueMonth", holding.valid_from.month)]
    if holding.valid_until is not None:
        end = holding.valid_until
        fields += [("expirationYear", end.year), ("expirationMonth", end.month)]
    fields += [("certUrl", url), ("certId", public_id(holding))]
    return f"{_ADD}?{urlencode(fields, quote_via=quote)}"


def share_link(url: str) -> str:
    """The link that opens a new post with this page."""
    return f"{_SHARE}?{urlencode({'url': url}, quote_via=quote)}"


def public_id(holding: Holding) -> str:
    """The id that a visitor finds on the page again."""
    return str(holding.award_id or holding.credential_id or holding.pk)


def _organisation(holding: Holding) -> tuple[str, object]:
    """The company's number where it is known: only then LinkedIn shows a logo and a link."""
    award = holding.award
    number = _company_number(award.organisation) if award is not None else ""
    return ("organizationId", number) if number else ("organizationName", holding.issuer_name)


def _company_number(organisation: Organisation) -> str:
    """Of the organisation, or of the nearest unit above it."""
    ids = lineage(organisation)
    rows = Organisation.objects.filter(pk__in=ids).exclude(linkedin_id="")
    found = {row.pk: row.linkedin_id for row in rows}
    return next((found[pk] for pk in reversed(ids) if pk in found), "")
