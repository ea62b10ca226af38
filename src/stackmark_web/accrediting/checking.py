"""What a statement is worth now: its own signature, time and status, asked of our verifier.

Only documents of this server are needed, so nothing is fetched: the agency's DID document and its
published status list. What was withdrawn here is withdrawn at once, also before its list is out.
"""

from __future__ import annotations

from typing import Final

import orjson

from stackmark.issuing.selfcheck import Given
from stackmark.keys.did import did_web_url
from stackmark.verification.report import Report
from stackmark.verification.verifier import Verifier
from stackmark_web import clock
from stackmark_web.accrediting.models import Statement
from stackmark_web.awarding import queries as awarding
from stackmark_web.awarding.lists import REVOCATION, list_url
from stackmark_web.tenancy import queries as tenancy

HOLDS: Final = "holds"
WITHDRAWN: Final = "withdrawn"
EXPIRED: Final = "expired"
EARLY: Final = "early"
BROKEN: Final = "broken"
OPEN: Final = "could-not-tell"


def documents_for(row: Statement) -> dict[str, bytes]:
    """What a verifier has to find: the keys of who states it, and the list, if it is out."""
    did = row.status_list.did
    keys = tenancy.did_document(row.organisation, did=did)
    found = {did_web_url(did): orjson.dumps(keys)}
    listed = awarding.status_list_document(row.status_list_id, REVOCATION)
    if listed is not None:
        found[list_url(row.status_list_id, REVOCATION)] = listed
    return found


def report_on(row: Statement) -> Report:
    """The verifier's report on the signed statement."""
    return Verifier(now=clock.now(), fetcher=Given(documents_for(row))).verify(bytes(row.signed))


def by_books(row: Statement) -> str:
    """What our own rows say, without a look at the signature: for long lists of one's own."""
    now = clock.now()
    if row.withdrawn_at is not None:
        return WITHDRAWN
    if row.ends_at is not None and row.ends_at <= now:
        return EXPIRED
    return EARLY if row.starts_at > now else HOLDS


def standing(row: Statement) -> str:
    """``holds``, ``withdrawn``, ``expired``, ``early``, ``broken`` or ``could-not-tell``."""
    known = by_books(row)
    if known != HOLDS:
        return known
    report = report_on(row)
    if report.check("status").reason == "status.revoked":
        return WITHDRAWN  # a database from a backup has forgotten what the list still tells
    return {"verified": HOLDS, "refused": BROKEN}.get(report.verdict, OPEN)


def may_be_carried(row: Statement) -> bool:
    """Whether a credential issued now may carry it: signed by a key in force, not taken back.

    A list that is just being published does not keep it out; what it says against it does.
    """
    known = standing(row)
    if known != OPEN:
        return known == HOLDS
    outcomes = {check.code: check.outcome for check in report_on(row).checks}
    return outcomes["proof"] == outcomes["issuer-key"] == "passed"
