"""A witness: which holding serves which leaf, and a check of it that searches for nothing.

The checker shares no code with the search: it reads the rules, the holdings and the witness, and
goes through each once. It is the meaning of the language: an award is earned exactly when some
witness passes here. Bounds are robust: minima are met by the low ends of credit intervals, maxima
and caps by the high ends, so a witness holds for every value an interval may stand for.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.model.holding import Holding
from stackmark.stacking import rules as r
from stackmark.stacking.eligible import Eligibility
from stackmark.stacking.limits import Used, faults_of_limits, total

FORMAT: Final = "1"


@dataclass(frozen=True, slots=True)
class Use:
    """A holding in the service of a leaf."""

    holding: str
    leaf: str


@dataclass(frozen=True, slots=True)
class Witness:
    """A proof that an award is earned at a day; ``award`` is the rules' id."""

    award: str
    at: dt.date
    uses: tuple[Use, ...]

    def to_json(self) -> dict[str, Any]:
        """As an award carries it."""
        rows = [{"holding": one.holding, "leaf": one.leaf} for one in self.uses]
        return {"version": FORMAT, "award": self.award, "at": self.at.isoformat(), "uses": rows}

    @staticmethod
    def from_json(value: Any) -> Witness:
        """Read strictly; raises ``UsageError`` ``witness.…``."""
        try:
            if not isinstance(value["uses"], list) or len(value["at"]) != len("2026-06-01"):
                raise ValueError
            uses = tuple(Use(_text(one["holding"]), _text(one["leaf"])) for one in value["uses"])
            found = Witness(_text(value["award"]), dt.date.fromisoformat(value["at"]), uses)
            version = value["version"]
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError("witness.form", "This is no witness of an audit.") from error
        if version != FORMAT:
            raise UsageError("witness.version", f"Version {version!r} of a witness is not known.")
        return found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def check(
    witness: Witness, rules: r.Rules, holdings: Sequence[Holding], at: dt.date | None = None
) -> tuple[str, ...]:
    """Every fault of a witness in a sentence; empty when the award is earned.

    ``at`` is the day it must hold at (that of the witness). Linear in rules, holdings and uses.
    """
    day = at or witness.at
    if witness.award != rules.id:
        return (f"The witness is for {witness.award or 'no award'}, not for {rules.id}.",)
    return tuple(_Checker(witness, rules, holdings, day).faults())


class _Checker:
    def __init__(
        self, witness: Witness, rules: r.Rules, holdings: Sequence[Holding], at: dt.date
    ) -> None:
        self.rules = rules
        self.witness = witness
        self.held = {one.id: one for one in holdings}
        self.leaves = {one.id: one for one in rules.leaves()}
        self.eligible = Eligibility(rules, at)
        self.serves: dict[str, list[str]] = {}  # holding → leaves
        self.served: dict[str, list[Holding]] = {name: [] for name in self.leaves}

    def faults(self) -> Iterator[str]:
        faults = list(self._uses())
        if faults:
            yield from faults
            return
        satisfied = {name: self._is_met(leaf) for name, leaf in self.leaves.items()}
        for name, rows in self.served.items():
            if rows and not satisfied[name]:
                yield f"{name} is served by {len(rows)}: too few or too many."
        if not _holds(self.rules.rule, satisfied):
            yield f"{self.rules.rule.id} is not satisfied."
        yield from self._double_counting()
        used = Used(
            tuple(self.held[name] for name in self.serves), tuple(self.held.values()), self.serves
        )
        yield from faults_of_limits(self.rules, used, self.eligible)

    def _uses(self) -> Iterator[str]:
        """Every use names what is there, once, and an eligible holding."""
        for use, times in Counter(self.witness.uses).items():
            holding, leaf = self.held.get(use.holding), self.leaves.get(use.leaf)
            if holding is None or leaf is None:
                yield f"There is no {use.holding if holding is None else use.leaf} here."
            elif times > 1:
                yield f"{use.holding} stands twice for {use.leaf}."
            elif self.eligible.of(leaf, holding) is not True:
                yield f"{use.holding} may not serve {use.leaf}."
            else:
                self.serves.setdefault(use.holding, []).append(use.leaf)
                self.served[use.leaf].append(holding)

    def _is_met(self, leaf: r.Leaf) -> bool:
        rows = self.served[leaf.id]
        if isinstance(leaf, r.Capstone):
            return len(rows) == 1
        if isinstance(leaf, r.Count):
            return leaf.least <= len(rows) <= (len(rows) if leaf.most is None else leaf.most)
        assert isinstance(leaf, r.CreditSum)
        low, high = total(rows, self.eligible)
        return low >= leaf.least and (leaf.most is None or (high is not None and high <= leaf.most))

    def _double_counting(self) -> Iterator[str]:
        """A holding serves one leaf, or leaves each two of which may share."""
        below = {node.id: _leaves_below(node) for node in self.rules.nodes()}
        shares = [one for one in self.rules.limits if isinstance(one, r.Share)]
        for name, leaves in self.serves.items():
            for place, first in enumerate(leaves):
                for second in leaves[place + 1 :]:
                    if not any(_permits(one, first, second, below) for one in shares):
                        yield f"{name} serves {first} and {second}; it may serve one of them."
        for share in shares:
            both = [
                self.held[name]
                for name, leaves in self.serves.items()
                if _serves_both(share, leaves, below)
            ]
            high = total(both, self.eligible)[1]
            if high is None or high > share.most:
                told = "an unknown number of" if high is None else f"{float(high):g}"
                yield f"{share.id}: {told} credits are shared, {float(share.most):g} may be."


def _permits(share: r.Share, first: str, second: str, below: Mapping[str, frozenset[str]]) -> bool:
    a, b = below[share.a], below[share.b]
    return (first in a and second in b) or (first in b and second in a)


def _serves_both(
    share: r.Share, leaves: Sequence[str], below: Mapping[str, frozenset[str]]
) -> bool:
    return any(
        _permits(share, first, second, below)
        for place, first in enumerate(leaves)
        for second in leaves[place + 1 :]
    )


def _leaves_below(node: r.Node) -> frozenset[str]:
    if isinstance(node, r.All | r.AtLeast):
        return frozenset().union(*map(_leaves_below, node.of))
    return frozenset({node.id})


def _holds(node: r.Node, satisfied: Mapping[str, bool]) -> bool:
    if isinstance(node, r.All):
        return all(_holds(one, satisfied) for one in node.of)
    if isinstance(node, r.AtLeast):
        return sum(_holds(one, satisfied) for one in node.of) >= node.k
    return satisfied[node.id]
