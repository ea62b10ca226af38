"""The bounded memory of shapes: which plans there are, and when a new one is worth its price.

Compiling costs about ten milliseconds, so that strangers must not be able to ask for it: only
documents that were verified are counted, and only a shape seen several times is compiled.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

from stackmark.canonical.plan import Deopt, Plan
from stackmark.canonical.tracing import NotTraceable

_SEEN_BEFORE: Final = 3  # sightings before a shape is compiled
_PLANS: Final = 64  # plans kept
_PLANS_PER_KEY: Final = 6  # tried one after the other
_COUNTERS: Final = 512
_LARGEST: Final = 2_000  # members of a document worth a plan; the source grows with it

Key = tuple[str, ...]


class Shapes:
    """Plans by the outline of a document."""

    def __init__(self) -> None:
        self._plans: OrderedDict[Key, list[Plan]] = OrderedDict()
        self._seen: OrderedDict[Key, int] = OrderedDict()

    def lines(self, tree: dict[str, Any]) -> tuple[list[str], int] | None:
        """Canonical lines and the number of statements by a plan, or None when none fits."""
        plans = self._plans.get(_key(tree))
        for plan in plans or ():
            try:
                return plan.lines(tree), plan.statements
            except Deopt:
                continue
        return None

    def note(self, tree: dict[str, Any]) -> None:
        """Count a verified document that no plan served."""
        key = _key(tree)
        times = self._seen.pop(key, 0) + 1
        if times >= _SEEN_BEFORE:
            self._compile(key, tree)
            times = -20 * (len(self._plans.get(key, ())) + 1)  # wait longer for each further one
        self._seen[key] = times
        if len(self._seen) > _COUNTERS:
            self._seen.popitem(last=False)

    def _compile(self, key: Key, tree: dict[str, Any]) -> None:
        if _size(tree) > _LARGEST:
            return
        try:
            plan = Plan(tree)
        except NotTraceable:
            return
        plans = self._plans.setdefault(key, [])
        plans.insert(0, plan)
        del plans[_PLANS_PER_KEY:]
        self._plans.move_to_end(key)
        while sum(map(len, self._plans.values())) > _PLANS:
            self._plans.popitem(last=False)


def _key(tree: dict[str, Any]) -> Key:
    subject = tree.get("credentialSubject")
    return (*tree, "", *(subject if subject.__class__ is dict else ()))


def _size(value: Any) -> int:
    if value.__class__ is dict:
        return len(value) + sum(map(_size, value.values()))
    if value.__class__ is list:
        return len(value) + sum(map(_size, value))
    return 1


SHAPES: Final = Shapes()
