"""Step "trust": how the issuer stands in the verifier's own register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from stackmark.errors import CheckFailed
from stackmark.trust.register import Register
from stackmark.verification.case import Case
from stackmark.verification.dates import parse_stamp
from stackmark.verification.report import Subject, could_not_tell, failed, passed
from stackmark.verification.structure import issuer_id
from stackmark.verification.subject import achievement_ids
from stackmark.verification.validity import period


def judge_issuer(
    register: Register, case: Case, tree: Mapping[str, Any], subject: Subject
) -> Subject:
    """Adds the trust check; returns the summary with ``issuer_trust`` filled.

    A name in the register counts only once the key is shown to be the issuer's: otherwise
    anybody could borrow a famous id.
    """
    standing, sentence = register.standing(issuer_id(tree), achievement_ids(tree), _issued(tree))
    key = case.checks.get("issuer-key")
    if standing != "unknown" and (key is None or key.outcome != "passed"):
        case.add(
            could_not_tell("trust", "trust.unproven", "It is not shown that the issuer signed it.")
        )
        return subject
    if standing == "known":
        case.add(passed("trust", sentence))
    elif standing == "unknown":
        case.add(could_not_tell("trust", "trust.unknown-issuer", sentence))
    else:
        case.add(failed("trust", "trust.out-of-scope", sentence))
    return replace(subject, issuer_trust=standing)


def _issued(tree: Mapping[str, Any]) -> Any:
    first, _ = period(tree)
    try:
        return parse_stamp(tree.get(first), first)
    except CheckFailed:
        return None
