"""Everything held, for one pathway: where it stands from, what it serves, and the way on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from stackmark.stacking.result import Audit
from stackmark_web.passport.cards import own_card
from stackmark_web.pathways.auditing import Ground
from stackmark_web.pathways.held import HERE, Held
from stackmark_web.pathways.naming import named
from stackmark_web.pathways.progress_map import PROVENANCE
from stackmark_web.recognising import policies
from stackmark_web.ui.cards import Card
from stackmark_web.ui.site import address

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """One credential with its card; ``why`` in our words, ``told`` in the library's.

    ``rules`` are the titles of the rules it serves.
    """

    held: Held
    card: Card
    tone: str
    label: str | Promise
    rules: Sequence[str]
    told: str
    word: str
    ask_url: str
    decision_url: str

    @property
    def why(self) -> str:
        """Where it stands from, where its label does not say all of it."""
        return "" if self.held.provenance == HERE and self.held.counts else self.held.why

    @property
    def aside(self) -> bool:
        """Whether it has nothing to do with this pathway."""
        return self.held.counts and not self.rules and self.word == "fits-no-rule"

    @property
    def title(self) -> str:
        """What it is called."""
        return self.held.row.title


def shown_of(ground: Ground, audit: Audit, organisation: Any, names: Names) -> list[Standing]:
    """Those that serve something first, then those that could, then those to be decided."""
    asking = asking_at(organisation) if any(one.ask for one in ground.held) else ""
    titles = {one.id: one.title or one.id for one in ground.rules.leaves()}
    serves: dict[str, list[str]] = {}
    for one in audit.progress:
        for name in one.holdings:
            serves.setdefault(name, []).append(titles.get(one.rule, one.rule))
    told = {one.holding: (one.why, named(one.sentence, names)) for one in audit.not_counted}
    found = [_shown(one, serves, told, asking) for one in ground.held]
    return sorted(found, key=lambda one: (not one.rules, not one.held.counts, one.title.casefold()))


def _shown(
    one: Held, serves: dict[str, list[str]], told: dict[str, tuple[str, str]], asking: str
) -> Standing:
    tone, label = PROVENANCE[one.provenance]
    name = one.holding.id if one.counts else ""
    word, sentence = told.get(name, ("", ""))
    return Standing(
        one,
        own_card(one.row),
        tone if one.counts else "warn" if tone == "good" else tone,
        label,
        serves.get(name, []),
        sentence,
        word,
        f"{asking}&holding={one.row.pk}" if one.ask and asking else "",
        _decision(one.decision),
    )


def asking_at(organisation: Any) -> str:
    """Where one asks a body for recognition; empty where it takes no requests."""
    body = policies.body_for(organisation)
    where = address("recognising:new") if body is not None else ""
    return f"{where}?body={body.slug}" if body is not None and where else ""


def _decision(decision: Any) -> str:
    return "" if decision is None else address("recognising:decision", "", decision.pk)
