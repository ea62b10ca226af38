"""A lost key, and what our books know about when it was used.

To the world everything a lost key signed is refused: whoever has it writes any date they like. A
credential whose exact bytes were stored here before the key was lost cannot be the thief's. So our
own answer says that it holds, and by what (security A32). Nothing here makes an answer stricter,
and nothing but the check of the key's time is ever changed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from stackmark.reading.received import Received
from stackmark.verification.dates import stamp
from stackmark.verification.policy import policy_named
from stackmark.verification.report import Report, passed
from stackmark_web.awarding import queries as awarding
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.verifying.fetching import own_path
from stackmark_web.verifying.standing import award_of


def by_our_log(report: Report, received: Received | None) -> Report:
    """The report, with the key's time taken from our books where they know it."""
    if received is None or report.check("key-time").reason != "key-time.revoked":
        return report
    if not own_path(report.credential.id or ""):
        return report
    award = award_of(report)
    if award is None or awarding.credential_bytes(award) != received.document.data:
        return report
    key = _key_of(award)
    if key is None or key.lost_from is None or award.signed_at >= key.lost_from:
        return report
    detail = (
        f"The issuer declared this key lost from {stamp(key.lost_from)} on. This very credential "
        f"stands in the books kept here since {stamp(award.signed_at)}, before that. A checker "
        "elsewhere cannot see these books and refuses it."
    )
    checks = tuple(
        passed("key-time", detail) if check.code == "key-time" else check for check in report.checks
    )
    known = report.credential.issuer_trust == "known"
    verdict = policy_named(report.policy).verdict(checks, report.parts, known=known)
    told = _("Its key was lost later. Ask the issuer for a newly signed one to show elsewhere.")
    return replace(report, verdict=verdict, checks=checks, warnings=(*report.warnings, told))


def _key_of(award: Any) -> SigningKey | None:
    from stackmark_web.awarding.by_key import method_of

    return SigningKey.everywhere.filter(method_id=method_of(award)).first()
