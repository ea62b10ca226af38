"""Step "trust": how the issuer stands in the verifier's own register, and by whose statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from stackmark.errors import CheckFailed
from stackmark.trust.register import Register
from stackmark.trust.standing import Matter, Standing, judge
from stackmark.trust.statements import Statement
from stackmark.verification.case import Case
from stackmark.verification.dates import parse_stamp
from stackmark.verification.report import Subject, could_not_tell, failed, passed
from stackmark.verification.structure import as_list, issuer_id
from stackmark.verification.subject import achievement_ids, achievements, ids_of
from stackmark.verification.validity import period

_LEVELS: Final = tuple("12345678")
# The types that say one of our kinds; others say none ("MicroCredential" is said of many things).
_KINDS: Final = {
    "Badge": "digital-badge",
    "Certificate": "certificate",
    "Certification": "micro-certification",
}


def judge_issuer(
    register: Register,
    case: Case,
    tree: Mapping[str, Any],
    subject: Subject,
    statements: tuple[Statement, ...] = (),
) -> Subject:
    """Adds the trust check; returns the summary with ``issuer_trust`` filled.

    A name in the register counts only once the key is shown to be the issuer's: otherwise
    anybody could borrow a famous id. An issuer the register does not name is accepted by the
    right to issue that an agency in the register states.
    """
    standing, sentence = register.standing(issuer_id(tree), achievement_ids(tree), _issued(tree))
    if standing == "unknown" and statements:  # without any, nobody states a right
        authority = standing_of(register, tree, statements).authority
        if authority.outcome == "in-scope":
            standing, sentence = "known", authority.sentence
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
    return subject if standing == subject.issuer_trust else replace(subject, issuer_trust=standing)


def standing_of(
    register: Register | None, tree: Mapping[str, Any], statements: tuple[Statement, ...]
) -> Standing:
    """Identity, authority and quality of a credential whose proof holds."""
    return judge(register, statements, matter_of(tree))


def matter_of(tree: Mapping[str, Any]) -> Matter:
    """What a credential asks of registers and statements: issuer, achievements, when, scope."""
    about = achievements(tree)
    level, field = _level_and_field(about)
    return Matter(
        issuer_id(tree),
        tuple(ids_of(about)),
        _issued(tree),
        kind=_kind(about),
        level=level,
        field=field,
        country=_country(tree),
    )


def _level_and_field(about: Sequence[Mapping[str, Any]]) -> tuple[int | None, str]:
    """The EQF level (an alignment of type ext:EQFLevel) and ISCED-F code an achievement names."""
    for achievement in about:
        field = str(achievement.get("fieldOfStudy") or "").split(" ")[0]
        codes = [
            str(one.get("targetCode") or "")
            for one in as_list(achievement.get("alignment"))
            if isinstance(one, dict) and one.get("targetType") == "ext:EQFLevel"
        ]
        level = int(codes[0]) if codes and codes[0] in _LEVELS else None
        return level, field if field.isdecimal() else ""
    return None, ""


def _kind(about: Sequence[Mapping[str, Any]]) -> str:
    """The kind these achievements share, if their type says one."""
    found = {_KINDS.get(str(one.get("achievementType") or ""), "") for one in about}
    return found.pop() if len(found) == 1 else ""


def _country(tree: Mapping[str, Any]) -> str:
    issuer = tree.get("issuer")
    address = issuer.get("address") if isinstance(issuer, dict) else None
    found = address.get("addressCountryCode") if isinstance(address, dict) else None
    return found if isinstance(found, str) else ""


def _issued(tree: Mapping[str, Any]) -> Any:
    first, _ = period(tree)
    try:
        return parse_stamp(tree.get(first), first)
    except CheckFailed:
        return None
