"""From a decision to its exact signed bytes, checked before they count."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from stackmark.issuing.lint import lint
from stackmark.issuing.securing import secure
from stackmark.issuing.selfcheck import self_check
from stackmark.recognition.decision import Decision
from stackmark.recognition.statement import credential_of
from stackmark.status.entry import new_entry
from stackmark_web import clock
from stackmark_web.awarding.lists import REVOCATION, list_url
from stackmark_web.awarding.signing import pen_of
from stackmark_web.tenancy import queries as tenancy


def address(pk: uuid.UUID) -> str:
    """The id of a decision; it answers only to who has the decision (see ``statement_views``)."""
    return f"{settings.IDENTITY_URL}/recognitions/{pk}"


def body_of(organisation: Any) -> dict[str, str]:
    """Who decides, as the decision names it: the institution whose DID signs."""
    profile = tenancy.issuer_profile(organisation)
    return {"id": tenancy.did_of(organisation), "name": profile["name"]}


def sign(
    decided: Decision,
    *,
    pk: uuid.UUID,
    organisation: Any,
    place: tuple[Any, int],
    documents: Mapping[str, bytes],
) -> bytes:
    """The credential of a decision, signed and verified whole.

    ``place`` is the list and index by which it can be withdrawn, ``documents`` hold the recognised
    bytes under their id. Raises ``StackmarkError`` when there is no key, the signer is away or
    wrong, or our own verifier would not take it.
    """
    pen, created = pen_of(organisation), clock.stamp_now()
    status_list, index = place
    unsigned = credential_of(
        decided,
        id=address(pk),
        issuer=tenancy.issuer_profile(organisation) | {"id": pen.did},
        valid_from=clock.now().replace(microsecond=0),
        status=new_entry(
            list_url=list_url(status_list.pk, REVOCATION), index=index, purpose=REVOCATION
        ),
    )
    unsigned["name"] = f"{unsigned['name']}: {decided.target_name}"[:300]
    lint(unsigned)
    signed = secure(
        unsigned, suite=pen.suite, signer=pen.signer, method=pen.method, created=created
    )
    self_check(
        signed,
        created=created,
        valid_from=unsigned["validFrom"],
        valid_until=None,
        documents=dict(pen.documents) | dict(documents),
        leave=frozenset({"status"}),
    )
    return signed
