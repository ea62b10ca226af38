"""The unsigned draft of a decision: what it begins with, what an evaluator makes of it.

A draft is the JSON of ``Source.working``: ``comparison`` (five rows and matches), ``default``,
``verdict`` (empty until a person chose), ``outcomes``, ``credit``, ``conditions``, ``reasons``,
``measures``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError, UsageError
from stackmark.model import achievement_rules as rule
from stackmark.recognition import decision as library
from stackmark.recognition.rows import ROWS, Comparison, Match
from stackmark_web import clock
from stackmark_web.recognising import comparing, making, policies
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Decision, Source
from stackmark_web.recognising.wording import PROBLEMS

_NEEDED: Final = ("verdict", "default")
_LISTS: Final = ("outcomes", "conditions", "reasons", "measures")


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as a form shows it; ``fresh`` says that nobody has worked on it yet."""

    comparison: Comparison
    values: Mapping[str, Any]
    fresh: bool


def draft_of(source: Source, before: Decision | None = None) -> Draft:
    """The draft that was kept; else what a decision before this one said, else a proposal.

    After an appeal the old rows are a start, the old verdict is not: none is preselected. Raises
    ``StackmarkError`` when the credential cannot be compared.
    """
    if source.working:
        return Draft(
            Comparison.from_json(source.working["comparison"]), source.working, fresh=False
        )
    default = policies.policy_of(source.request.organisation).default
    if before is not None:
        old = library.Decision.from_json(before.content)
        return Draft(old.comparison, {"default": old.default}, fresh=True)
    return Draft(comparing.prefilled(source), {"default": default}, fresh=True)


def worked(source: Source, given: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON to keep; raises ``Problem`` at the field.

    ``given`` has ``rows`` (name → finding, reason), ``matches`` (dicts of wanted, held, relation,
    evidence, confidence, number) and the plain members of a draft.
    """
    proposed = comparing.prefilled(source)
    found = replace(proposed, matches=_matches(source, proposed, given.get("matches", ())))
    for name in ROWS:
        finding, reason = given["rows"][name]
        found = _judged(found, name, finding, reason)
    kept = {name: given.get(name) or "" for name in ("default", "verdict")}
    lists = {name: list(given.get(name) or ()) for name in _LISTS}
    try:
        comparison = Comparison.from_json(found.to_json()).to_json()
    except StackmarkError as error:
        raise Problem("", error.detail) from None
    return {"comparison": comparison, "credit": given.get("credit") or {}, **kept, **lists}


def _judged(found: Comparison, name: str, finding: str, reason: str) -> Comparison:
    try:
        return found.judged(name, finding, reason)
    except UsageError as error:
        field = "reason" if error.reason == "recognition.row-reason" else "finding"
        raise Problem(f"{field}-{name}", _said(error)) from None


def _matches(source: Source, proposed: Comparison, given: Any) -> tuple[Match, ...]:
    """What a person left as it was proposed keeps its basis; what they changed is theirs."""
    before = {one.wanted: one for one in proposed.matches}
    basis = "evidence" if source.portfolio else "evaluator"
    found = []
    for one in given:
        if not one["held"]:
            continue
        old = before.get(one["wanted"])
        if old is not None and _same(old, one):
            found.append(old)
        else:
            found.append(_stated(one, basis))
    return tuple(found)


def _same(old: Match, given: Mapping[str, Any]) -> bool:
    alike = all(getattr(old, name) == given[name] for name in ("held", "relation", "evidence"))
    return alike and given["confidence"] in (None, old.confidence)


def _stated(one: Mapping[str, Any], basis: str) -> Match:
    number = one["number"]
    if not one["relation"]:
        raise Problem(f"relation-{number}", _("Say how the two outcomes relate."))
    if not one["evidence"]:
        raise Problem(f"evidence-{number}", _("Say what you see this from."))
    if one["confidence"] is None:
        raise Problem(f"confidence-{number}", _("Say how sure you are, from 0 to 1."))
    names = ("wanted", "held", "relation", "evidence")
    return Match(basis=basis, confidence=one["confidence"], **{name: one[name] for name in names})


def decision_of(source: Source) -> library.Decision:
    """What would be signed. Raises ``Problem`` at the field that has to change first."""
    draft = source.working
    if not draft:
        raise Problem("", _("Nobody has worked on this yet."))
    for name in _NEEDED:
        if not draft.get(name):
            raise Problem(name, str(PROBLEMS[f"needs-{name}"]))
    try:
        return library.Decision.from_json(_content(source, draft))
    except StackmarkError as error:
        raise Problem(_field(error), _said(error)) from None


def _content(source: Source, draft: Mapping[str, Any]) -> dict[str, Any]:
    request, verdict = source.request, draft["verdict"]
    policy = policies.policy_of(request.organisation)
    today = clock.today()
    credit = draft.get("credit") if verdict != library.REFUSED else None
    made = {
        "source": rule.write(comparing.source_of(source)),
        "target": comparing.target_id(request.target),
        "target_name": request.target.title,
        "recogniser": making.body_of(request.organisation),
        "default": draft["default"],
        "comparison": draft["comparison"],
        "verdict": verdict,
        "outcomes": draft["outcomes"] if verdict == library.PARTIAL else [],
        "conditions": draft["conditions"] if verdict == library.CONDITIONAL else [],
        "reasons": draft["reasons"],
        "measures": draft.get("measures", []) if verdict != library.FULL else [],
        "decided": today.isoformat(),
        "appeal": {
            "route": policies.route_of(policy),
            "until": (today + timedelta(days=policy.appeal_days)).isoformat(),
        },
    }
    if credit:
        made["credit"] = _written(credit)
    return {name: value for name, value in made.items() if value not in ([], "")}


def _written(credit: Mapping[str, Any]) -> dict[str, Any]:
    """Credit as JSON that the library reads: exact numbers."""
    value = Decimal(str(credit["value"]))
    number = int(value) if value == value.to_integral_value() else float(value)
    return {name: one for name, one in credit.items() if one} | {"value": number}


def _field(error: StackmarkError) -> str:
    return {
        "recognition.reasons": "reasons",
        "recognition.contradiction": "verdict",
        "recognition.burden": "verdict",
        "recognition.verdict": "verdict",
        "recognition.conditions": "conditions",
        "recognition.outcomes": "outcomes",
        "recognition.outcome": "outcomes",
        "recognition.credit": "credit_value",
        "recognition.credit-range": "credit_value",
    }.get(error.reason, "")


def _said(error: StackmarkError) -> str:
    """The library's sentence in the reader's language, where we have it."""
    return str(PROBLEMS.get(error.reason, error.detail))
