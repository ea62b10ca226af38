"""What a body's own books say of credentials that served an award of it already.

Rules may ask for credentials that were not applied to another award. Of awards of one institution
its books know everything; of others nobody knows, unless a ledger says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from stackmark.model.holding import Holding
from stackmark.stacking.rules import Rules
from stackmark_web.pathways.addresses import version_at
from stackmark_web.pathways.held import Held
from stackmark_web.pathways.models import Completion, PathwayVersion
from stackmark_web.recognising import queries_ledger


def with_uses(rules: Rules, held: Iterable[Held], user: Any, organisation: Any) -> list[Holding]:
    """What is held, with what is known of its uses, where the rules ask for it.

    Known are the body's own awards, and what the ledger says where the learner opted in.
    """
    rows = [one for one in held if one.counts]
    barred = [set(leaf.select.not_applied_to) for leaf in rules.leaves()]
    asked = set().union(*barred)
    if not asked:
        return [one.holding for one in rows]
    books = _Books(_used(user, organisation), asked, [one for one in barred if one])
    if asked <= _own(asked, organisation):
        return [replace(one.holding, applied_to=books.of(one)) for one in rows]
    return [_told(one, books, user) for one in rows]


@dataclass(frozen=True, slots=True)
class _Books:
    """Uses of an institution, and the awards that rules ask for; a set for each leaf."""

    used: Mapping[str, Iterable[str]]
    asked: set[str]
    barred: Sequence[set[str]]

    def of(self, one: Held, more: Iterable[str] = ()) -> tuple[str, ...]:
        """The awards a credential served; who served one version of a pathway served it all."""
        found = dict.fromkeys((*more, *self.used.get(one.holding.id, ())))
        pathways = {_pathway(each) for each in found} - {None}
        alike = sorted(each for each in self.asked if _pathway(each) in pathways)
        return tuple(dict.fromkeys((*found, *alike)))

    def answered_by(self, awards: Iterable[str]) -> bool:
        """Whether these alone make every leaf say no."""
        return all(each.intersection(awards) for each in self.barred)


def _pathway(award: str) -> Any:
    place = version_at(award.partition("#")[0])
    return None if place is None else place[0]


def _told(one: Held, books: _Books, user: Any) -> Holding:
    """Where uses may be missing, those that are known count only if nothing hangs on the rest."""
    entered = queries_ledger.applied_to(user, *_names(one))
    found = books.of(one, entered.awards if entered else ())
    whole = entered is not None and entered.is_whole(one.holding.awarded)
    if whole or books.answered_by(found):
        return replace(one.holding, applied_to=found)
    return one.holding


def _names(one: Held) -> tuple[str, str]:
    """By what the ledger knows a credential: its own id, and the digest of its bytes."""
    award = one.row.award
    return one.row.credential_id, one.row.sha256 if award is None else award.sha256


def _used(user: Any, organisation: Any) -> dict[str, list[str]]:
    """Holding → the awards of this institution it served."""
    found: dict[str, list[str]] = {}
    rows = Completion.everywhere.filter(
        user=user,
        organisation__path__startswith=_whole(organisation),
        state__in=(Completion.State.AWARDED, Completion.State.RENEWED),
    )
    for witness in rows.order_by("made_at").values_list("witness", flat=True):
        for use in witness.get("uses", ()):
            found.setdefault(use["holding"], []).append(witness["award"])
    return found


def _own(addresses: Iterable[str], organisation: Any) -> set[str]:
    """Those of these awards that are this institution's."""
    found = set()
    for address in addresses:
        place = version_at(address)
        if place is None:
            continue
        rows = PathwayVersion.everywhere.filter(
            pathway_id=place[0],
            number=place[1],
            organisation__path__startswith=_whole(organisation),
        )
        if rows.exists():
            found.add(address)
    return found


def _whole(organisation: Any) -> str:
    """The beginning of every path within its institution."""
    return f"{organisation.root_id.hex}/"
