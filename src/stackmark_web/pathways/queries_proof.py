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
from stackmark_web.pathways.naming import names_in, selects
from stackmark_web.pathways.sealing import FILES, file_of, file_url, rules_json_of
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


def needs_books(found: Completion) -> bool:
    """Whether its rules ask what no credential says itself and only the body's books know."""
    rules = read_rules(rules_json_of(found))
    return any(one.issuer_class or one.not_applied_to for one in selects(rules))


@dataclass(frozen=True, slots=True)
class Use:
    """A credential in the service of a rule, as the witness says.

    ``counts_as`` is what a decision lets it count as, where that is something else.
    """

    title: str
    issuer: str
    rule: str
    sentence: str
    row: Holding | None
    counts_as: str = ""


def uses_of(completion: Completion) -> list[Use]:
    """The witness, readable: which credential serves which rule."""
    rules = read_rules(rules_json_of(completion))
    names, leaves = names_in(rules), {one.id: one for one in rules.leaves()}
    stated = {one["id"]: one for one in completion.holdings.get("holdings", ())}
    kept = {one.holding.id: one for one in used_of(completion)}
    found = []
    order = {name: place for place, name in enumerate(leaves)}
    uses = completion.witness.get("uses", ())
    for one in sorted(uses, key=lambda use: order.get(use["leaf"], len(order))):
        leaf, holding = leaves.get(one["leaf"]), stated.get(one["holding"], {})
        words = sentence(rules, replace(leaf, title=""), names) if leaf is not None else ""
        name = (leaf.title if leaf is not None else "") or one["leaf"]
        held_now = kept.get(one["holding"])
        row = held_now.row if held_now is not None else None
        title, counts_as = _called(held_now, holding.get("title") or one["holding"])
        found.append(Use(title, _issuer(row, holding), name, words, row, counts_as))
    return found


def _called(one: Held | None, stated: str) -> tuple[str, str]:
    """A credential by its own name, and what it was recognised as."""
    if one is None or one.decision is None or one.row.title == stated:
        return stated, ""
    return one.row.title, stated


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
    """Passport rows, each once, the documents by address that they and the award are bound to.

    ``award`` are the bytes of what was made of them, if anything was yet.
    """

    rows: tuple[Holding, ...]
    documents: dict[str, bytes]
    award: tuple[bytes, ...]


def kept_of(completion: Completion) -> Kept:
    """The credentials of the witness, with the decisions by which some were recognised.

    A decision is bound to the exact bytes of what it is about.
    """
    rows: dict[Any, Holding] = {}
    documents = {file_url(completion, name): file_of(completion, name) or b"" for name in FILES}
    for one in used_of(completion):
        rows[one.row.pk] = one.row
        decision = one.decision
        if decision is None:
            continue
        if decision.holding is not None:
            rows[decision.holding.pk] = decision.holding
        if decision.source is not None and decision.source.data:
            documents[decision.source_id_text] = bytes(decision.source.data)
    signed = completion.award.signed if completion.award is not None else None
    return Kept(tuple(rows.values()), documents, (bytes(signed),) if signed else ())


def award_kept(completion: Completion, user: Any) -> Holding | None:
    """The award in the passport of whoever asks, if it is theirs and they keep it."""
    award = completion.award
    holding = getattr(award, "holding", None)
    return holding if holding is not None and holding.user_id == user.pk else None


def missing_of(completion: Completion) -> list[str]:
    """Titles of what the learner took out of the passport since."""
    there = {one.holding.id for one in used_of(completion)}
    stated = {one["id"]: one for one in completion.holdings.get("holdings", ())}
    gone = {one["holding"] for one in completion.witness.get("uses", ())} - there
    return sorted(str(stated.get(one, {}).get("title") or one) for one in gone)
