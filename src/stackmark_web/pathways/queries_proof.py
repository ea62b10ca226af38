"""Reads of what an award was built on."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from stackmark.stacking.parse import read_rules
from stackmark.stacking.render import sentence
from stackmark_web.passport.models import Holding
from stackmark_web.pathways.held import Held, held
from stackmark_web.pathways.models import Completion
from stackmark_web.pathways.naming import names_in
from stackmark_web.pathways.sealing import rules_json_of
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may

_TIED = (
    *("user", "organisation", "version__pathway__organisation", "award__version"),
    *("award__organisation", "award__holding", "following", "list"),
)


def completions() -> QuerySet[Completion]:
    """With what their pages need."""
    found: QuerySet[Completion] = Completion.everywhere.select_related(*_TIED)
    return found


def completion_for(user: Any, pk: uuid.UUID) -> Completion:
    """A completion for its learner, or for who awards there; ``Http404`` for everybody else."""
    found = completions().filter(pk=pk).first() if user.is_authenticated else None
    if found is None or not (found.user_id == user.pk or _awards(user, found)):
        raise Http404("There is nothing here.")
    return found


def _awards(user: Any, found: Completion) -> bool:
    """Who awards there; not where a learner went another way, and nothing waits for anybody."""
    if found.state == Completion.State.LOST:
        return False
    return may(user, Permission.AWARD, found.organisation)


def completion_behind(holding: Any) -> Completion | None:
    """What an award in a passport came of, if it came of a pathway."""
    if holding.award_id is None:
        return None
    return completions().filter(award_id=holding.award_id).first()


@dataclass(frozen=True, slots=True)
class Use:
    """A credential in the service of a rule, as the witness says."""

    title: str
    issuer: str
    rule: str
    sentence: str
    row: Holding | None


def uses_of(completion: Completion) -> list[Use]:
    """The witness, readable: which credential serves which rule."""
    rules = read_rules(rules_json_of(completion))
    names, leaves = names_in(rules), {one.id: one for one in rules.leaves()}
    stated = {one["id"]: one for one in completion.holdings.get("holdings", ())}
    rows = {one.holding.id: one.row for one in used_of(completion)}
    found = []
    for one in completion.witness.get("uses", ()):
        leaf, holding = leaves.get(one["leaf"]), stated.get(one["holding"], {})
        title = holding.get("title") or one["holding"]
        words = sentence(rules, replace(leaf, title=""), names) if leaf is not None else ""
        name = (leaf.title if leaf is not None else "") or one["leaf"]
        row = rows.get(one["holding"])
        found.append(Use(title, _issuer(row, holding), name, words, row))
    return found


def _issuer(row: Holding | None, stated: dict[str, Any]) -> str:
    """By its name where the credential is still there, else by its identity."""
    return (row.issuer_name if row is not None else "") or str(stated.get("issuer", ""))


def used_of(completion: Completion) -> list[Held]:
    """The credentials of the witness that are still in the learner's passport."""
    if completion.user is None:
        return []
    wanted = {one["holding"] for one in completion.witness.get("uses", ())}
    organisation = completion.version.pathway.organisation
    rules = read_rules(rules_json_of(completion))
    found = held(completion.user, organisation, wanted=rules.achievements)
    return [one for one in found if one.holding.id in wanted]


@dataclass(frozen=True, slots=True)
class Kept:
    """Passport rows, each once, and the documents by address that they are bound to."""

    rows: tuple[Holding, ...]
    documents: dict[str, bytes]


def kept_of(completion: Completion) -> Kept:
    """The credentials of the witness, with the decisions by which some were recognised.

    A decision is bound to the exact bytes of what it is about.
    """
    rows: dict[Any, Holding] = {}
    documents: dict[str, bytes] = {}
    for one in used_of(completion):
        rows[one.row.pk] = one.row
        decision = one.decision
        if decision is None:
            continue
        if decision.holding is not None:
            rows[decision.holding.pk] = decision.holding
        if decision.source is not None and decision.source.data:
            documents[decision.source_id_text] = bytes(decision.source.data)
    return Kept(tuple(rows.values()), documents)


def missing_of(completion: Completion) -> list[str]:
    """Titles of what the learner took out of the passport since."""
    there = {one.holding.id for one in used_of(completion)}
    stated = {one["id"]: one for one in completion.holdings.get("holdings", ())}
    gone = {one["holding"] for one in completion.witness.get("uses", ())} - there
    return sorted(str(stated.get(one, {}).get("title") or one) for one in gone)
