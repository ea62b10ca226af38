"""Step "endorsements": embedded ones and those in token form, each with a verdict of its own.

Open Badges 3.0 section 8.3. A broken or misplaced endorsement spoils the document that carries
it; one whose author cannot be confirmed only warns (policy ``standard``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from stackmark.errors import CheckFailed, StackmarkError
from stackmark.limits import MAX_PART_DEPTH, MAX_PARTS
from stackmark.reading.received import types_of
from stackmark.trust.statements import Statement, read_statement
from stackmark.verification.case import Case
from stackmark.verification.parts import receive_part
from stackmark.verification.report import (
    Report,
    could_not_tell,
    failed,
    not_applicable,
    passed,
)
from stackmark.verification.structure import as_list

if TYPE_CHECKING:
    from stackmark.verification.verifier import Verifier

# Faults of the endorsement's own content, which its carrier signed over all the same.
_BROKEN: Final = frozenset({"read", "lossless", "proof"})


def _carriers(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Objects that may carry endorsements."""
    yield tree
    issuer = tree.get("issuer")
    if isinstance(issuer, dict):
        yield issuer
    for subject in as_list(tree.get("credentialSubject")):
        if not isinstance(subject, dict):
            continue
        for achievement in as_list(subject.get("achievement")):
            if isinstance(achievement, dict):
                yield achievement
                creator = achievement.get("creator")
                if isinstance(creator, dict):
                    yield creator


def check_endorsements(
    verifier: Verifier, case: Case, tree: Mapping[str, Any], depth: int
) -> tuple[Statement, ...]:
    """Adds the one check for all endorsements; returns what those state that hold."""
    carriers = list(_carriers(tree))
    found = [
        one
        for carrier in carriers
        for name in ("endorsement", "endorsementJwt")
        if name in carrier
        for one in as_list(carrier[name])
    ]
    if not found:
        case.add(not_applicable("endorsements", "It carries no endorsement."))
        return ()
    if len(found) > MAX_PARTS or depth >= MAX_PART_DEPTH:
        case.fault(
            "endorsements", CheckFailed("endorsements.too-many", "There are too many endorsements.")
        )
        return ()
    allowed = _ids([*carriers, *as_list(tree.get("credentialSubject"))])
    stated = [_judge(verifier, case, one, allowed, depth) for one in found]
    case.add(passed("endorsements", f"{len(found)} endorsement(s) hold."))
    return tuple(one for one in stated if one is not None)


def _ids(objects: list[Any]) -> set[str]:
    found = (one.get("id") for one in objects if isinstance(one, dict))
    return {one for one in found if isinstance(one, str)}


def _judge(
    verifier: Verifier, case: Case, one: Any, allowed: set[Any], depth: int
) -> Statement | None:
    """One endorsement; what it states when it holds, else a fault."""
    try:
        received = receive_part(one)
    except StackmarkError as error:
        case.add(failed("endorsements", "endorsements.broken", error.detail))
        return None
    report = verifier.endorsement_report(received, depth=depth + 1)
    who = report.credential.issuer_name or report.credential.issuer_id or "somebody"
    if report.verdict != "verified":
        _unproven(case, report, who)
        return None
    return _stated(case, received.tree, allowed, who)


def _stated(case: Case, tree: Mapping[str, Any], allowed: set[Any], who: str) -> Statement | None:
    about = _ids(as_list(tree.get("credentialSubject")))
    if "EndorsementCredential" not in types_of(tree):
        sentence = "An endorsement is not one by its type."
        case.add(failed("endorsements", "endorsements.type", sentence))
    elif not about or not about <= allowed:
        sentence = f"The endorsement by {who} is about something else."
        case.add(failed("endorsements", "endorsements.other-subject", sentence))
    else:
        try:
            return read_statement(tree)
        except CheckFailed as error:
            case.add(failed("endorsements", "endorsements.broken", error.detail))
    return None


def _unproven(case: Case, report: Report, who: str) -> None:
    broken = any(one.outcome == "failed" and one.code in _BROKEN for one in report.checks)
    detail = f"The endorsement by {who} does not hold: {report.why}"
    if broken:
        case.add(failed("endorsements", "endorsements.broken", detail))
    elif report.verdict == "refused":
        case.add(failed("endorsements", "endorsements.not-confirmed", detail))
    else:
        case.add(could_not_tell("endorsements", "endorsements.could-not-tell", detail))
