"""Tier b: a shape seen before, as a generated function from parsed JSON to canonical lines.

The function checks the shape while it reads (same members everywhere, same shape values), then
renders each statement from its values. Anything else is a ``Deopt``, and the reference tier
serves the document; the same goes for blank nodes that first-degree hashes do not tell apart.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any, Final

import orjson

from stackmark.canonical.emitter import Emitter
from stackmark.canonical.nquads import IRI, PLAIN_BYTES, Quad
from stackmark.canonical.nquads import escape as escape_text
from stackmark.canonical.tracing import IRIREF, NUMBER, TEXT, Path, Trace, trace

_MARK: Final = re.compile("\0(\\d+)\1")
_MEMO: Final = 20_000  # remembered escapes and checked IRIs of one plan


class Deopt(Exception):  # noqa: N818 - an answer, not a fault
    """The document is not of this plan's shape."""


class Plan:
    """A compiled shape; ``lines(tree)`` gives the canonical lines or raises ``Deopt``."""

    def __init__(self, tree: dict[str, Any]) -> None:
        self.trace = trace(tree)
        self.statements = len(self.trace.quads)
        self.text_paths = [
            path for slot, path in enumerate(self.trace.slots) if self.trace.kinds[slot] != NUMBER
        ]
        self.source = _Writer(tree, self.trace).source()
        names = _runtime(self.trace)
        exec(compile(self.source, "<plan>", "exec"), names)  # noqa: S102 - our own text, no input in it but by repr
        self._run = names["run"]

    def lines(self, tree: dict[str, Any]) -> list[str]:
        """Canonical N-Quads lines, equal to the reference tier's."""
        try:
            return self._run(tree)  # type: ignore[no-any-return]
        except (KeyError, TypeError, IndexError, AttributeError):
            raise Deopt("another shape") from None


def blank_nodes(quads: list[Quad]) -> list[str]:
    """The blank nodes of marked statements, in order of appearance."""
    return list(dict.fromkeys(t for q in quads for t in (q[0], q[2], q[3]) if t.startswith("_:")))


def mentions(quads: list[Quad], node: str) -> tuple[list[Quad], list[Quad]]:
    """The statements in which a node stands: those with no other blank node, and the rest.

    The first kind is told apart by its text alone, so equal lines are one statement; the second
    may have equal masked lines for different statements, which all count (RDFC-1.0 4.6).
    """
    found = [quad for quad in quads if node in (quad[0], quad[2], quad[3])]
    alone = [quad for quad in found if _blanks(quad) == {node}]
    return alone, [quad for quad in found if quad not in alone]


def _blanks(quad: Quad) -> set[str]:
    return {term for term in (quad[0], quad[2], quad[3]) if term.startswith("_:")}


def may_become_equal(quads: list[Quad]) -> list[tuple[Quad, Quad]]:
    """Pairs of statements with two blank nodes that equal values would make one."""
    linked = [quad for quad in quads if len(_blanks(quad)) > 1 and any("\0" in t for t in quad)]
    return [
        (one, other)
        for place, one in enumerate(linked)
        for other in linked[place + 1 :]
        if one[1] == other[1] and _blank_places(one) == _blank_places(other)
    ]


def _blank_places(quad: Quad) -> tuple[str, ...]:
    return tuple(term if term.startswith("_:") else "" for term in quad)


class _Writer:
    """Writes the function's source."""

    def __init__(self, tree: dict[str, Any], found: Trace) -> None:
        self.tree = tree
        self.trace = found
        self.slot_at = {path: slot for slot, path in enumerate(found.slots)}
        self.variables: dict[Path, str] = {}
        self.out: list[str] = ["def run(d):"]
        self.nodes = blank_nodes(found.quads)
        self.place = {node: place for place, node in enumerate(self.nodes)}

    def source(self) -> str:
        self.guard(self.tree, (), "d")
        self.numbers()
        self.texts()
        self.iris()
        self.described()
        self.labels()
        rendered = ",".join(self.line(quad, labels=True) for quad in self.trace.quads)
        self.add(f"return sorted({{{rendered}}})")
        return "\n".join(self.out)

    def add(self, text: str) -> None:
        self.out.append(f" {text}")

    def guard(self, value: Any, path: Path, expression: str) -> None:
        kind = value.__class__
        if kind is dict or kind is list:
            name = f"c{len(self.variables)}"
            self.variables[path] = name
            self.add(f"{name}={expression}")
            other = f"{name}.__class__ is not {kind.__name__} or len({name})!={len(value)}"
            self.add(f"if {other}: raise Deopt")
            members = value.items() if kind is dict else enumerate(value)
            for key, item in members:
                inside = f"{name}[{key!r}]"
                if key in ("@context", "type", "@type", "@language", "@direction", "@index"):
                    self.add(f"if not same({inside},{item!r}): raise Deopt")
                else:
                    self.guard(item, (*path, key), inside)
        elif kind is bool or value is None:
            self.add(f"if {expression} is not {value!r}: raise Deopt")
        elif path in self.slot_at:
            self.add(f"s{self.slot_at[path]}={expression}")
        else:
            self.add(f"if not same({expression},{value!r}): raise Deopt")

    def slots(self, kind: str) -> list[int]:
        return [slot for slot, found in self.trace.kinds.items() if found == kind]

    def numbers(self) -> None:
        for slot in self.slots(NUMBER):
            self.add(
                f"if s{slot}.__class__ is not int and s{slot}.__class__ is not float: raise Deopt"
            )
            self.add(f"s{slot}=scalar(s{slot},{self.trace.number_suffix[slot]!r})")

    def texts(self) -> None:
        names = ",".join(f"s{slot}" for slot in self.slots(TEXT))
        if names:
            self.add(f"if ''.join(({names},)).encode().translate(None,PLAIN):")
            self.add(f" {names},=[escape(x) for x in ({names},)]")

    def iris(self) -> None:
        names = ",".join(f"s{slot}" for slot in self.slots(IRIREF))
        if names:
            self.add(f"if not good.issuperset(({names},)):")
            self.add(f" for x in ({names},): check(x)")

    def described(self) -> None:
        """Trap 23 at run time: ids that were different may be equal in this document."""
        nodes = [(graph, subject, path) for graph, subject, path in self.trace.described]
        graphs = {graph for graph, _, _ in nodes}
        for graph in sorted(graphs):
            mine = [(subject, path) for g, subject, path in nodes if g == graph]
            ids = ",".join(self.text(subject, None, labels=False) for subject, _ in mine)
            if len(mine) > 1:
                objects = ",".join(self.variables[path] for _, path in mine)
                root = () in [path for _, path in mine]
                self.add(f"if len({{{ids}}})!={len(mine)}: twice(({ids},),({objects},),{root})")

    def labels(self) -> None:
        for one, other in may_become_equal(self.trace.quads):
            self.add(f"if {self.line(one)}=={self.line(other)}: raise Deopt")
        for node in self.nodes:
            alone, linked = mentions(self.trace.quads, node)
            lines = ",".join(self.line(quad, me=node) for quad in alone)
            if len({quad[1] for quad in alone}) < len(alone):
                lines = f"*{{{lines}}}"
            lines = ",".join([lines, *(self.line(quad, me=node) for quad in linked)])
            self.add(
                f"h{self.place[node]}=H(''.join(sorted(({lines.lstrip(',')},))).encode()).hexdigest()"
            )
        if self.nodes:
            hashes = ",".join(f"h{place}" for place in range(len(self.nodes)))
            self.add(f"o=sorted(({hashes},))")
            self.add(f"if len(set(o))!={len(self.nodes)}: raise Deopt")
            self.add("r=dict(zip(o,LABELS))")
            self.add(";".join(f"l{place}=r[h{place}]" for place in range(len(self.nodes))))

    def line(self, quad: Quad, *, me: str | None = None, labels: bool = False) -> str:
        subject, predicate, object_, graph = (
            self.text(term, me, labels=labels, quoted=False) for term in quad
        )
        end = f" {graph} .\\n" if graph else " .\\n"
        return f"f'{subject} {predicate} {object_}{end}'"

    def text(self, term: str, me: str | None, *, labels: bool, quoted: bool = True) -> str:
        """A term as the inside of an f-string (or as a whole one)."""
        if term.startswith("_:"):
            masked = "_:a" if term == me else "_:z"
            found = f"{{l{self.place[term]}}}" if labels else masked
        else:
            found = "".join(
                f"{{s{part}}}" if place % 2 else _inside(part)
                for place, part in enumerate(_MARK.split(term))
            )
        return f"f'{found}'" if quoted else found


def _inside(text: str) -> str:
    """Constant text inside a single-quoted f-string; braces doubled, all else by repr."""
    body = repr(text + '"')[1:-2]  # the quote makes repr choose apostrophes
    return body.replace("{", "{{").replace("}", "}}")


def _runtime(found: Trace) -> dict[str, Any]:
    """What the generated function uses."""
    good: set[str] = set()
    memo: dict[str, str] = {}

    def check(value: Any) -> None:
        if value.__class__ is not str or not IRI.match(value):
            raise Deopt("not an IRI")
        if value.partition(":")[0] in found.prefixes or value.startswith("_:"):
            raise Deopt("a compact IRI")
        if len(good) > _MEMO:
            good.clear()
        good.add(value)

    def escape(text: str) -> str:
        done = memo.get(text)
        if done is None:
            if len(memo) > _MEMO:
                memo.clear()
            done = memo[text] = escape_text(text)
        return done

    count = len(blank_nodes(found.quads))
    return {
        "Deopt": Deopt,
        "H": sha256,
        "LABELS": [f"_:c14n{place}" for place in range(count)],
        "PLAIN": PLAIN_BYTES,
        "check": check,
        "escape": escape,
        "good": good,
        "same": _same,
        "scalar": Emitter(strict=True).scalar,
        "twice": _twice,
    }


def _same(value: Any, wanted: Any) -> bool:
    """Equal and of equal classes (trap 13: True == 1)."""
    return value.__class__ is wanted.__class__ and bool(value == wanted)


def _twice(ids: tuple[str, ...], objects: tuple[Any, ...], root: bool) -> None:  # noqa: FBT001
    """Equal ids are fine only where identical objects describe them, and never the root's."""
    seen: dict[str, Any] = {}
    for place, (one, value) in enumerate(zip(ids, objects, strict=True)):
        if one not in seen:
            seen[one] = value
        elif (root and one == ids[0]) or orjson.dumps(seen[one]) != orjson.dumps(value):
            raise Deopt(f"object {place} describes an id again")
