"""The rows of a profile for a review, filled with what our own check finds.

An achievement is checked as it was published. For an organisation every achievement it offers is
checked, and a row tells how many of them meet it; the worst outcome stands in it.
"""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from stackmark.model.record import Organisation, Record
from stackmark.quality.check import check
from stackmark.quality.judgement import Judgement, Result
from stackmark.quality.profile import NAMES, named
from stackmark_web import clock
from stackmark_web.accrediting.models import Request, ReviewRow
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.tenancy import queries as tenancy

MOST: Final = 60  # achievements of an organisation that are looked at
_WORST: Final = ("failed", "could-not-tell", "passed", "not-applicable")


def choices() -> list[tuple[str, str]]:
    """The profiles a reviewer may choose: id and title."""
    return [(name, named(name).title) for name in NAMES]


def title_of(profile: str) -> str:
    """A profile's title; its id when we do not have it any more."""
    return named(profile).title if profile in NAMES else profile


def record_of(version: Any) -> Record:
    """A published version as the check reads it."""
    root = tenancy.root_of(version.organisation)
    return Record(
        achievement=catalogue.descriptor_of(version),
        id=str(version.signable.get("id") or ""),
        version=str(version.number),
        issuer=Organisation(
            id=tenancy.did_of(root),
            name=root.name,
            legal_name=root.legal_name,
            country=root.country,
            url=root.website,
            email=root.email,
        ),
    )


def prefilled(request: Request, profile: str) -> list[ReviewRow]:
    """The rows, not yet stored; none is judged."""
    versions = _versions(request)
    found = [check(record_of(one), named(profile), now=clock.now()) for one in versions]
    return [
        ReviewRow(
            request=request,
            number=number,
            requirement=row.id[:100],
            element=row.element[:300],
            severity=row.severity[:20],
            clause=row.clause[:300],
            **_outcome([_row(one, row.id) for one in found]),
        )
        for number, row in enumerate(named(profile).rows)
    ]


def _versions(request: Request) -> list[Any]:
    if request.version is not None:
        return [request.version]
    below = request.organisation.path
    rows = catalogue.listed().filter(organisation__path__startswith=below)
    return list(rows.defer(None).order_by("title", "pk")[:MOST])


def _row(judgement: Judgement, requirement: str) -> Result:
    return next(one for one in judgement.rows if one.id == requirement)


def _outcome(results: list[Result]) -> dict[str, str]:
    if not results:
        told = _("No achievement is published, so nothing could be checked.")
        return {"outcome": "could-not-tell", "found": told}
    if len(results) == 1:
        return {"outcome": results[0].outcome, "found": results[0].message}
    worst = min(results, key=lambda one: _WORST.index(one.outcome))
    if worst.outcome == "not-applicable":  # to all of them
        return {"outcome": worst.outcome, "found": worst.message}
    met = sum(one.outcome == "passed" for one in results)
    told = _("Met by %(met)d of %(all)d published achievements.") % {
        "met": met,
        "all": len(results),
    }
    if worst.outcome != "passed":
        told = f"{told} {worst.message}"
    return {"outcome": worst.outcome, "found": told}
