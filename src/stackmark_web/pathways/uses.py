"""What a body's own books say of credentials that served an award of it already.

Rules may ask for credentials that were not applied to another award. Of awards of one institution
its books know everything; of others nobody knows, unless a ledger says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from stackmark.model.holding import Holding
from stackmark.stacking.rules import Rules
from stackmark_web.pathways.addresses import version_at
from stackmark_web.pathways.models import Completion, PathwayVersion


def with_uses(
    rules: Rules, holdings: Sequence[Holding], user: Any, organisation: Any
) -> list[Holding]:
    """The holdings with what is known of their uses, where the rules ask for it."""
    asked = {one for leaf in rules.leaves() for one in leaf.select.not_applied_to}
    if not asked:
        return list(holdings)
    used = _used(user, organisation)
    known = asked <= _own(asked, organisation)
    return [_told(one, used.get(one.id, ()), known=known) for one in holdings]


def _told(one: Holding, awards: Iterable[str], *, known: bool) -> Holding:
    found = tuple(dict.fromkeys((*(one.applied_to or ()), *awards)))
    if found or known:
        return replace(one, applied_to=found)
    return one


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
