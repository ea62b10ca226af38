"""From a granted request to the exact signed bytes of a statement, checked before they count."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from stackmark.issuing.lint import lint
from stackmark.issuing.securing import JWT, secure
from stackmark.issuing.selfcheck import self_check
from stackmark.model import achievement_rules as rule
from stackmark.status.entry import new_entry
from stackmark.trust import statements as library
from stackmark.verification.dates import stamp
from stackmark_web import clock
from stackmark_web.awarding.lists import REVOCATION, list_url
from stackmark_web.awarding.signing import pen_of
from stackmark_web.tenancy import queries as tenancy


def address(pk: uuid.UUID) -> str:
    """The id of a statement, which is its public address as well."""
    return f"{settings.IDENTITY_URL}/statements/{pk}"


def scope_of(tree: Mapping[str, Any]) -> library.Scope:
    """A stored scope as the engine asks it. Raises ``DescriptorError`` naming the place."""
    found: library.Scope = rule.read(library.Scope, dict(tree))
    return found


def statement_of(
    *,
    kind: str,
    about: str,
    scope: Mapping[str, Any],
    start: datetime,
    end: datetime | None,
    profile: str = "",
    review_due: str = "",
    comment: str = "",
) -> library.Statement:
    """What is to be stated; raises ``DescriptorError`` naming what is wrong."""
    given = {
        "statement": kind,
        "about": about,
        "scope": dict(scope),
        "profile": profile,
        "review_due": review_due,
        "comment": comment,
        "start": stamp(start),
        "end": stamp(end) if end is not None else "",
    }
    found: library.Statement = rule.read(
        library.Statement, {name: value for name, value in given.items() if value}
    )
    return found


def sign(stated: library.Statement, *, pk: uuid.UUID, agency: Any, place: tuple[Any, int]) -> bytes:
    """The EndorsementCredential as a token (Open Badges 3.0 section 8.2), verified whole.

    ``place`` is the list and index by which it can be withdrawn. Raises ``StackmarkError`` when
    there is no key, the signer is away or wrong, or our own verifier would not take it.
    """
    pen, created = pen_of(agency), clock.stamp_now()
    status_list, index = place
    unsigned = library.endorsement(
        stated,
        id=address(pk),
        issuer=tenancy.issuer_profile(agency) | {"id": pen.did},
        status=new_entry(
            list_url=list_url(status_list.pk, REVOCATION), index=index, purpose=REVOCATION
        ),
    )
    lint(unsigned)
    signed = secure(unsigned, suite=JWT, signer=pen.signer, method=pen.method, created=created)
    self_check(
        signed,
        created=created,
        valid_from=unsigned["validFrom"],
        valid_until=unsigned.get("validUntil"),
        documents=pen.documents,
        leave=frozenset({"status"}),
    )
    return signed
