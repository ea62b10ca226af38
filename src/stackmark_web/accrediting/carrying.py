"""Statements on their way into credentials, and which bits of the lists they set.

What is carried depends on the version and on who awards it, not on the recipient: a run of many
asks once, and all its credentials share the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from stackmark.trust.standing import Matter, covers
from stackmark.verification.trusting import matter_of
from stackmark_web import clock
from stackmark_web.accrediting import checking
from stackmark_web.accrediting.making import scope_of
from stackmark_web.accrediting.models import Statement, Wanted
from stackmark_web.awarding.others import Carried
from stackmark_web.tenancy import queries as tenancy

MOST: Final = 6  # of the issuer, and of the achievement: each adds about two kilobytes


def carried(version: Any, organisation: Any) -> Carried:
    """What credentials of a version carry when ``organisation`` awards them now."""
    issuer = tenancy.did_of(organisation)
    about = str(version.signable.get("id") or "")
    rows = list(_in_force((issuer, about)))
    if not rows:
        return Carried()
    matter = matter_for(version, organisation)
    good = [row for row in rows if in_scope(row, matter) and checking.may_be_carried(row)]
    return Carried(_tokens(good, issuer), _tokens(good, about))


def _tokens(rows: list[Statement], about: str) -> tuple[str, ...]:
    return tuple(bytes(row.signed).decode() for row in rows if row.about == about)[:MOST]


def _in_force(about: Iterable[str]) -> QuerySet[Statement]:
    """Neither withdrawn nor outside their time; what gives most comes first."""
    now = clock.now()
    rows = Statement.everywhere.select_related("organisation", "status_list").filter(
        Q(ends_at=None) | Q(ends_at__gt=now),
        about__in=list(about),
        withdrawn_at=None,
        starts_at__lte=now,
    )
    weight = Case(
        When(kind=Wanted.ACCREDITATION, then=Value(0)),
        When(kind=Wanted.RIGHT, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return rows.order_by(weight, "-made_at", "pk")


def in_scope(row: Statement, matter: Matter) -> bool:
    """Whether a statement covers a matter; what cannot be told is not covered."""
    return covers(scope_of(row.scope), matter) == "in-scope"


def matter_for(version: Any, organisation: Any) -> Matter:
    """What a verifier will ask about a credential of this version, issued now."""
    profile = tenancy.issuer_profile(organisation) | {"id": tenancy.did_of(organisation)}
    return matter_of(
        {
            "issuer": profile,
            "validFrom": clock.stamp_now(),
            "credentialSubject": {"achievement": version.signable},
        }
    )


def withdrawn(status_list: Any) -> Iterable[int]:
    """The indexes of withdrawn statements on a list."""
    rows = Statement.everywhere.filter(status_list=status_list, withdrawn_at__isnull=False)
    return list(rows.values_list("status_index", flat=True))
