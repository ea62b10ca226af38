"""A reviewer's decision as a signed document: an endorsement by the institution's key.

The credential is an Open Badges 3.0 EndorsementCredential about the version. What was decided,
about which content and by which profiles, stands in a small JSON document that is bound by
``relatedResource`` and its digest (VC DM 2.0 section 5.3) and carried inside (``data:``, RFC 2397).
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Final

import orjson
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark.issuing.lint import lint
from stackmark.issuing.securing import choose_suite, secure
from stackmark.issuing.selfcheck import self_check
from stackmark.keys.did import did_web_url
from stackmark.model.data_address import data_address
from stackmark.trust.statements import ENDORSEMENT, Statement, endorsement
from stackmark.verification.dates import stamp
from stackmark_web.catalogue import judging, publishing
from stackmark_web.catalogue.models import Decision
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.signing import signer_for

TYPE: Final = "StackmarkReviewDecision"
_NAMES: Final = {
    "approved": "Review decision: approved",
    "sent-back": "Review decision: sent back, not approved",
    "renewed": "Review decision: looked at again and confirmed",
}


def sign(decision: Decision) -> bytes:
    """The signed document of a decision, checked by our own verifier before it is kept.

    Raises ``StackmarkError`` with a plain sentence when there is no key or it cannot sign.
    """
    organisation = decision.organisation
    key = signer_for(organisation)
    row = tenancy.active_key(organisation)
    if row is None or row.method_id != key.method_id:
        raise StackmarkError(
            "run.key", _("The signing key has just been changed. Try again in a moment.")
        )
    created = stamp(decision.decided_at)
    signed = secure(
        unsigned(decision),
        suite=choose_suite(None, row.algorithm),
        signer=key.private,
        method=key.method_id,
        created=created,
    )
    document = tenancy.did_document(tenancy.root_of(organisation), did=key.did)
    documents = {did_web_url(key.did): orjson.dumps(document)}
    self_check(signed, created=created, valid_from=created, valid_until=None, documents=documents)
    return signed


def unsigned(decision: Decision) -> dict[str, Any]:
    """The EndorsementCredential of a decision, linted."""
    number = decision.version.number or judging.next_number(decision.version)
    statement = Statement(
        statement=ENDORSEMENT,
        about=publishing.identity(decision.version, number),
        profile=", ".join(decision.profiles)[:100],
        review_due=decision.review_due,
        comment=_comment(decision)[:4_000],
        start=decision.decided_at.replace(microsecond=0),
    )
    built = endorsement(
        statement,
        id=f"urn:uuid:{decision.pk}",
        issuer=tenancy.issuer_profile(decision.organisation),
    )
    built["name"] = _NAMES[decision.kind]
    built["relatedResource"].append(_bound(decision))
    lint(built)
    return built


def _bound(decision: Decision) -> dict[str, Any]:
    inner = {
        "type": TYPE,
        "decision": decision.kind,
        "version": str(decision.version_id),
        "digest": f"sha256:{decision.digest}",
        "profiles": decision.profiles,
        "reasons": decision.reasons,
        "role": decision.role,
        "reviewer": decision.reviewer_name,
        "reviewDue": decision.review_due.isoformat() if decision.review_due else "",
    }
    known = {name: value for name, value in inner.items() if value}
    data = orjson.dumps(known, option=orjson.OPT_SORT_KEYS)
    return {
        "id": data_address(data),
        "digestSRI": f"sha384-{base64.b64encode(hashlib.sha384(data).digest()).decode()}",
        "mediaType": "application/json",
    }


def _comment(decision: Decision) -> str:
    """The decision in words, in English as the whole document is."""
    who = f"{decision.reviewer_name} ({decision.role})" if decision.reviewer_name else decision.role
    profiles = ", ".join(decision.profiles) or "no required profile"
    return (
        f"{_NAMES[decision.kind].partition(': ')[2].capitalize()}, by {who}. "
        f"Judged by: {profiles}. Content: sha256:{decision.digest}. Reasons: {decision.reasons}"
    )
