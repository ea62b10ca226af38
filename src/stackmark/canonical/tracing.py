"""Which value of a document feeds which statement: the emitter run once on place-holders.

A document's text and number leaves are its *slots*; names, types, contexts, truth values and
whatever else decides meaning is part of its *shape*. Tiers a and b are generated from a trace, so
they can only know what the reference tier does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from stackmark.canonical.active_context import ActiveContext
from stackmark.canonical.emitter import JSON, VOCAB, Emitter, Rule
from stackmark.canonical.nquads import IRI, Quad
from stackmark.errors import CheckFailed

Path = tuple[str | int, ...]

# Members whose value decides how others are read.
_SHAPE: Final = frozenset({"@context", "type", "@type", "@language", "@direction", "@index"})
_FIRST_NUMBER: Final = 7_000_000_000
TEXT, IRIREF, NUMBER = "text", "iri", "number"


class NotTraceable(Exception):  # noqa: N818 - an answer, not a fault
    """The document has something a plan cannot stand for; the reference tier serves it."""


def mark(slot: int) -> str:
    """The place-holder of a slot inside a term."""
    return f"\0{slot}\1"


@dataclass(slots=True)
class Trace:
    """Slots (path and original value), marked statements and what must be asked at run time.

    ``described`` lists (graph, marked subject, path) of every node with an id; ``prefixes`` the
    words that a context turns into IRIs, so that no value may start with them.
    """

    slots: list[Path]
    kinds: dict[int, str]
    quads: list[Quad]
    described: list[tuple[str, str, Path]]
    prefixes: frozenset[str]
    constants: frozenset[Path]
    number_suffix: dict[int, str] = field(default_factory=dict)


def trace(tree: dict[str, Any]) -> Trace:
    """Trace a document that the strict emitter accepts; raises ``NotTraceable``."""
    constants: frozenset[Path] = frozenset()
    for _ in range(4):  # values found to decide meaning join the shape, then again
        run = _Run(tree, constants)
        try:
            run.emitter.document(run.marked)
        except CheckFailed as error:
            raise NotTraceable(error.detail) from None
        if not run.emitter.found_constants - constants:
            return run.result()
        constants |= run.emitter.found_constants
    raise NotTraceable("its values decide meaning again and again")


class _Run:
    def __init__(self, tree: dict[str, Any], constants: frozenset[Path]) -> None:
        self.constants = constants
        self.slots: list[Path] = []
        self.words: dict[str, int] = {}
        self.numbers: dict[int, int] = {}
        self.paths: dict[int, Path] = {}
        self.keep: list[Any] = []  # ids in ``paths`` stay taken while these live
        self.marked = self.copy(tree, ())
        self.emitter = _Tracer(self)

    def copy(self, value: Any, path: Path) -> Any:
        kind = value.__class__
        if kind is dict:
            found: Any = {
                name: item if name in _SHAPE else self.copy(item, (*path, name))
                for name, item in value.items()
            }
            self.paths[id(found)] = path
            self.keep.append(found)
            return found
        if kind is list:
            return [self.copy(item, (*path, place)) for place, item in enumerate(value)]
        if kind is bool or value is None or path in self.constants:
            return value
        return self.slot(value, path)

    def slot(self, value: Any, path: Path) -> Any:
        number = len(self.slots)
        self.slots.append(path)
        if value.__class__ is str:
            word = f"urn:slot:{number}:q" if IRI.match(value) else f"slot{number}q"
            self.words[word] = number
            return word
        marker = _FIRST_NUMBER + number
        self.numbers[marker] = number
        return marker

    def result(self) -> Trace:
        tracer = self.emitter
        unused = set(range(len(self.slots))) - tracer.kinds.keys()
        if unused:
            raise NotTraceable(f"{self.slots[min(unused)]} feeds no statement")
        return Trace(
            self.slots,
            tracer.kinds,
            list(dict.fromkeys(tracer.quads)),
            tracer.nodes,
            frozenset(tracer.prefixes),
            self.constants,
            tracer.number_suffix,
        )


class _Tracer(Emitter):
    """The reference emitter, leaving marks where slots arrive."""

    def __init__(self, run: _Run) -> None:
        super().__init__(strict=True)
        self.marks = run
        self.kinds: dict[int, str] = {}
        self.nodes: list[tuple[str, str, Path]] = []
        self.prefixes: set[str] = set()
        self.found_constants: set[Path] = set()
        self.number_suffix: dict[int, str] = {}

    def use(self, slot: int, kind: str) -> None:
        if self.kinds.setdefault(slot, kind) != kind:
            if NUMBER in (kind, self.kinds[slot]):
                raise NotTraceable("a number is used in two ways")
            self.kinds[slot] = IRIREF  # the stricter of the two

    def literal(self, text: str, suffix: str) -> str:
        slot = self.marks.words.get(text)
        if slot is None:
            return super().literal(text, suffix)
        self.use(slot, TEXT)
        return f'"{mark(slot)}"{suffix}'

    def iri(self, value: Any, context: ActiveContext, *, what: str = "reference") -> str:
        self.prefixes |= {name for name, term in context.terms.items() if term.prefix}
        slot = self.marks.words.get(value) if value.__class__ is str else None
        if slot is None:
            return super().iri(value, context, what=what)
        super().iri(value, context, what=what)
        self.use(slot, IRIREF)
        return f"<{mark(slot)}>"

    def scalar(self, value: Any, suffix: str) -> str:
        slot = self.marks.numbers.get(value) if value.__class__ is int else None
        if slot is None:
            return super().scalar(value, suffix)
        if self.number_suffix.setdefault(slot, suffix) != suffix:
            raise NotTraceable("a number is used in two ways")
        self.use(slot, NUMBER)
        return mark(slot)

    def object(self, value: Any, rule: Rule, context: ActiveContext, graph: str) -> str:
        if rule.kind == VOCAB and value.__class__ is str and value in self.marks.words:
            self.found_constants.add(self.marks.slots[self.marks.words[value]])
            return "<urn:constant>"
        return super().object(value, rule, context, graph)

    def property(
        self, subject: str, rule: Rule, value: Any, context: ActiveContext, graph: str
    ) -> None:
        if rule.kind == JSON:
            raise NotTraceable("it holds a JSON literal")
        super().property(subject, rule, value, context, graph)

    def describe(self, subject: str, node: dict[str, Any], graph: str) -> None:
        self.nodes.append((f"{self.scope}{graph}", subject, self.marks.paths[id(node)]))
        super().describe(subject, node, graph)
