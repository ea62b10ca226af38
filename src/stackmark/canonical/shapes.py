"""The bounded memory of shapes: which plans there are, and when a new one is worth its price.

Compiling costs about ten milliseconds, so that strangers must not be able to ask for it: only
documents that were verified are counted, and only a shape seen several times is compiled.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final, NamedTuple

from stackmark.canonical.plan import Deopt, Plan
from stackmark.canonical.skeleton import Skeletons, few, varying
from stackmark.canonical.tracing import NotTraceable, Path

_SEEN_BEFORE: Final = 3  # sightings before a shape is compiled
_PLANS: Final = 64  # plans kept
_PLANS_PER_KEY: Final = 6  # tried one after the other
_COUNTERS: Final = 512
_LARGEST: Final = 2_000  # members of a document worth a plan; the source grows with it
_STUDIED: Final = 8  # documents compared between two guesses at which members vary
_LESSONS: Final = 400  # documents studied per shape before it is left as it is

Key = tuple[str, ...]


class Form(NamedTuple):
    """A canonical form in UTF-8 and how many statements it has.

    ``settled``: nothing is left to learn from the document. ``recalled``: all of it but a few
    texts is, byte for byte, a document verified before.
    """

    text: bytes
    statements: int
    settled: bool
    recalled: bool = False


class _Shape:
    """A plan, and what has been learnt of the documents it served."""

    def __init__(self, plan: Plan, tree: dict[str, Any]) -> None:
        self.plan = plan
        self.first = tree
        self.varying: set[Path] = set()
        self.skeletons: Skeletons | None = None
        self.lessons = 0

    def form(self, tree: dict[str, Any]) -> Form:
        """Raises ``Deopt`` when the document is of another shape."""
        statements = self.plan.statements
        if self.skeletons is not None:
            text = self.skeletons.canonical(tree)
            if text is not None:
                return Form(text, statements, settled=True, recalled=True)
        return Form(
            "".join(self.plan.lines(tree)).encode(), statements, settled=self.lessons > _LESSONS
        )

    def study(self, tree: dict[str, Any]) -> None:
        """Learn from one more verified document that no skeleton served."""
        self.lessons += 1
        if self.lessons % _STUDIED:
            self.varying |= varying(self.plan.text_paths, self.first, tree)
        elif few(self.varying) and (
            self.skeletons is None or set(self.skeletons.paths) != self.varying
        ):
            self.skeletons = Skeletons(sorted(self.varying, key=str))
        if self.skeletons is not None:
            self.skeletons.learn(tree)


class Shapes:
    """Plans by the outline of a document."""

    def __init__(self) -> None:
        self._shapes: OrderedDict[Key, list[_Shape]] = OrderedDict()
        self._seen: OrderedDict[Key, int] = OrderedDict()

    def form(self, tree: dict[str, Any]) -> Form | None:
        """The canonical form by a plan, or None when none fits."""
        if _writes_contexts(tree):
            return None
        for shape in self._shapes.get(_key(tree), ()):
            try:
                return shape.form(tree)
            except Deopt:
                continue
        return None

    def note(self, tree: dict[str, Any]) -> None:
        """Learn from a verified document whose form was not settled."""
        if _writes_contexts(tree):
            return
        key = _key(tree)
        for shape in self._shapes.get(key, ()):
            try:
                shape.plan.lines(tree)
            except Deopt:
                continue
            shape.study(tree)
            return
        times = self._seen.pop(key, 0) + 1
        if times >= _SEEN_BEFORE:
            self._compile(key, tree)
            times = -20 * (len(self._shapes.get(key, ())) + 1)  # wait longer for each further one
        self._seen[key] = times
        if len(self._seen) > _COUNTERS:
            self._seen.popitem(last=False)

    def forget(self) -> None:
        """Start anew, as a process that has seen nothing."""
        self._shapes.clear()
        self._seen.clear()

    def _compile(self, key: Key, tree: dict[str, Any]) -> None:
        if _size(tree) > _LARGEST:
            return
        try:
            plan = Plan(tree)
        except NotTraceable:
            return
        shapes = self._shapes.setdefault(key, [])
        shapes.insert(0, _Shape(plan, tree))
        del shapes[_PLANS_PER_KEY:]
        self._shapes.move_to_end(key)
        while sum(map(len, self._shapes.values())) > _PLANS:
            self._shapes.popitem(last=False)


def _key(tree: dict[str, Any]) -> Key:
    subject = tree.get("credentialSubject")
    return (*tree, "", *(subject if subject.__class__ is dict else ()))


def _writes_contexts(tree: dict[str, Any]) -> bool:
    """Whether meanings stand in the document itself: plans hold for the pinned contexts only."""
    found = tree.get("@context")
    entries = found if found.__class__ is list else [found]
    return any(entry.__class__ is dict for entry in entries)


def _size(value: Any) -> int:
    if value.__class__ is dict:
        return len(value) + sum(map(_size, value.values()))
    if value.__class__ is list:
        return len(value) + sum(map(_size, value))
    return 1


SHAPES: Final = Shapes()
