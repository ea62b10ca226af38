"""Tier a: one document, many recipients.

Constant lines are sorted once; per recipient only the varying lines are rendered, and only the
varying blank nodes are hashed and placed among the others.

Equal to the reference tier byte for byte; whatever could make a difference (a tie between blank
nodes, an id that stands twice, a value that is no IRI) is a ``Deopt``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

import orjson

from stackmark.canonical.emitter import Emitter, to_quads
from stackmark.canonical.nquads import IRI, Quad, escape, line
from stackmark.canonical.plan import Deopt, blank_nodes, may_become_equal, mentions
from stackmark.canonical.tracing import (
    IRIREF,
    NUMBER,
    NotTraceable,
    Path,
    Trace,
    mark,
    trace,
)

_MARK: Final = re.compile("\0(\\d+)\1")
_LABEL: Final = re.compile("\2(\\d+)\3")
_JSON_MARK: Final = re.compile(r'"\\u0000(\d+)\\u0001"')
_RANKINGS: Final = 1_024  # labelled editions of the constant lines that are kept


class Template:
    """A document with holes.

    ``sample`` is a complete, valid document; ``paths`` name the text members that vary.
    ``fill(values)`` takes their values in the same order. Raises ``NotTraceable`` when the
    document cannot be made a template (the caller then goes the general way),
    ``CheckFailed`` when the reference tier refuses the sample.
    """

    def __init__(self, sample: dict[str, Any], paths: Sequence[Path]) -> None:
        to_quads(sample, strict=True)  # the rules on equal ids are about values, not marks
        found = trace(sample)
        self.width = len(paths)
        self._number = {path: place for place, path in enumerate(paths)}
        missing = set(paths) - set(found.slots)
        if missing or len(self._number) != len(paths):
            raise NotTraceable(f"{min(missing, key=str, default=())} is no text member of its own")
        self._iris = self._varying_iris(found)
        self._prefixes = found.prefixes
        quads = _fold(sample, found, self._number)
        self._own_ids, self._fixed_ids = _ids(found, self._number, sample)
        self._compile(quads)
        self._chunks, self._order = _json_chunks(sample, paths)

    def _varying_iris(self, found: Trace) -> tuple[int, ...]:
        kinds = {found.slots[slot]: kind for slot, kind in found.kinds.items()}
        if any(kinds[path] == NUMBER for path in self._number):
            raise NotTraceable("a varying member is a number")
        return tuple(place for path, place in self._number.items() if kinds[path] == IRIREF)

    # -- canonical form ------------------------------------------------------------------

    def _compile(self, quads: list[Quad]) -> None:
        nodes = blank_nodes(quads)
        self._nodes = nodes
        if may_become_equal(quads):
            raise NotTraceable("values inside an embedded graph could make two statements one")
        first = {node: _first_degree(quads, node) for node in nodes}
        self._moving = [node for node in nodes if any("\0" in one for one in first[node])]
        fixed = [node for node in nodes if node not in self._moving]
        self._hashes = {
            node: sha256("".join(sorted(first[node])).encode()).hexdigest() for node in fixed
        }
        if len(set(self._hashes.values())) != len(fixed):
            raise NotTraceable("two constant nodes look alike")
        place = {node: f"\2{number}\3" for number, node in enumerate(nodes)}
        labelled = list(
            dict.fromkeys(line(tuple(place.get(t, t) for t in quad)) for quad in quads)  # type: ignore[arg-type]
        )
        self._plain = sorted(one for one in labelled if "\0" not in one and "\2" not in one)
        self._marked = [one for one in labelled if "\0" not in one and "\2" in one]
        moving = [one for one in labelled if "\0" in one]
        self._rankings: dict[tuple[Any, ...], tuple[list[bytes], frozenset[bytes], list[str]]] = {}
        self._run = self._generate(first, moving)

    def _generate(self, first: dict[str, list[str]], moving: list[str]) -> Any:
        """The function from escaped values to canonical text."""
        arguments = ",".join(f"e{place}" for place in range(self.width))
        out = [f"def run({arguments}):"]
        count = len(self._moving)
        for number, node in enumerate(self._moving):
            lines = ",".join(map(_source, first[node]))
            out.append(f" n=[{lines}]")
            if len(first[node]) > 1:
                out.append(f" if len(set(n))!={len(set(first[node]))}: raise Deopt")
            out.append(f" h{number}=H(''.join(sorted(n)).encode()).hexdigest()")
        hashes = "".join(f"h{number}," for number in range(count))
        ranks = "".join(f"place(fixed,h{number})," for number in range(count))
        orders = "".join(f"h{i}<h{j}," for i in range(count) for j in range(i + 1, count))
        if count:
            out.append(
                f" if len({{{hashes}}})!={count} or not known.isdisjoint(({hashes})): raise Deopt"
            )
        out.append(f" ranks=({ranks}{orders})")
        out.append(" found=rankings.get(ranks)")
        out.append(f" if found is None: found=rank(ranks,({hashes}))")
        out.append(" base,base_set,l=found")
        out.append(f" lines=[one.encode() for one in ({''.join(map(_item, moving))})]")
        if self._may_repeat(moving):
            out.append(
                " if len(set(lines))!=len(lines) or not base_set.isdisjoint(lines): raise Deopt"
            )
        out.append(" lines+=base")
        out.append(" lines.sort()")
        out.append(" return b''.join(lines)")
        names = {
            "Deopt": Deopt,
            "H": sha256,
            "place": bisect_left,
            "fixed": sorted(self._hashes.values()),
            "known": frozenset(self._hashes.values()),
            "rankings": self._rankings,
            "rank": self._rank,
        }
        exec(compile("\n".join(out), "<template>", "exec"), names)  # noqa: S102 - our own text; values enter by repr only
        return names["run"]

    def _rank(
        self, ranks: tuple[Any, ...], hashes: tuple[str, ...]
    ) -> tuple[list[bytes], frozenset[bytes], list[str]]:
        """The constant lines under the labels that these hashes lead to (trap 1)."""
        all_hashes = self._hashes | dict(zip(self._moving, hashes, strict=True))
        order = sorted(all_hashes, key=all_hashes.__getitem__)
        number = {node: place for place, node in enumerate(order)}
        labels = [f"_:c14n{number[node]}" for node in self._nodes]
        named = [_LABEL.sub(lambda m: labels[int(m[1])], one) for one in self._marked]
        base = sorted(one.encode() for one in self._plain + named)
        if len(self._rankings) >= _RANKINGS:
            self._rankings.clear()
        found = self._rankings[ranks] = (base, frozenset(base), labels)
        return found

    def _may_repeat(self, moving: list[str]) -> bool:
        """Whether values could make two lines equal: only lines of one predicate can be."""
        used = [one.split(" ", 2)[1] for one in (*moving, *self._plain, *self._marked)]
        return any(used.count(one.split(" ", 2)[1]) > 1 for one in moving)

    def canonical(self, values: Sequence[str]) -> bytes:
        """The canonical N-Quads (UTF-8) of the document with these values; raises ``Deopt``."""
        for place in self._iris:
            value = values[place]
            if not IRI.match(value) or value.partition(":")[0] in self._prefixes:
                raise Deopt("a value is no absolute IRI")
        if self._own_ids:
            own = {values[place] for place in self._own_ids}
            if len(own) != len(self._own_ids) or not own.isdisjoint(self._fixed_ids):
                raise Deopt("an id stands twice")
        joined = "".join(values)
        if '"' in joined or "\\" in joined or not joined.isprintable():
            values = [escape(value) for value in values]
        return self._run(*values)  # type: ignore[no-any-return]

    # -- JSON ----------------------------------------------------------------------------

    def json(self, values: Sequence[str], tail: bytes = b"") -> bytes:
        """The document's JSON with these values; ``tail`` is put before the last brace."""
        out = []
        for chunk, place in zip(self._chunks, self._order, strict=False):
            out.append(chunk)
            out.append(orjson.dumps(values[place]))
        out.append(self._chunks[-1][:-1])
        out.append(tail)
        out.append(b"}")
        return b"".join(out)


def _fold(sample: dict[str, Any], found: Trace, number: dict[Path, int]) -> list[Quad]:
    """The statements with constant values written in and varying slots renumbered."""
    scalar = Emitter(strict=True).scalar

    def value(slot: int, *, literal: bool) -> str:
        path = found.slots[slot]
        if path in number:
            return mark(number[path])
        constant = _at(sample, path)
        if found.kinds[slot] == NUMBER:
            return scalar(constant, found.number_suffix[slot])
        return escape(str(constant)) if literal else str(constant)

    def term(text: str) -> str:
        return _MARK.sub(lambda m: value(int(m[1]), literal=text.startswith('"')), text)

    return list(dict.fromkeys((term(s), p, term(o), term(g)) for s, p, o, g in found.quads))


def _ids(
    found: Trace, number: dict[Path, int], sample: dict[str, Any]
) -> tuple[list[int], frozenset[str]]:
    """Places of varying ids that are described, and the constant ids they must not meet."""
    own: list[int] = []
    fixed: set[str] = set()
    for _, subject, _ in found.described:
        slot = _MARK.search(subject)
        if slot is None:
            fixed.add(subject[1:-1])
            continue
        path = found.slots[int(slot[1])]
        if path in number:
            own.append(number[path])
        else:
            fixed.add(_at(sample, path))
    return own, frozenset(fixed)


def _at(tree: Any, path: Path) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def _first_degree(quads: list[Quad], node: str) -> list[str]:
    alone, linked = mentions(quads, node)
    return [_masked(quad, node) for quad in (*alone, *linked)]


def _masked(quad: Quad, node: str) -> str:
    def mask(term: str) -> str:
        if not term.startswith("_:"):
            return term
        return "_:a" if term == node else "_:z"

    subject, predicate, object_, graph = quad
    return line((mask(subject), predicate, mask(object_), mask(graph)))


def _source(text: str) -> str:
    """A line as the source of an f-string over e0… (values) and l[0]… (labels)."""
    body = repr(text + '"')[1:-2]
    body = body.replace("{", "{{").replace("}", "}}")
    body = re.sub(r"\\x00(\d+)\\x01", r"{e\1}", body)
    body = re.sub(r"\\x02(\d+)\\x03", r"{l[\1]}", body)
    return f"f'{body}'"


def _item(text: str) -> str:
    return f"{_source(text)},"


def _json_chunks(sample: dict[str, Any], paths: Sequence[Path]) -> tuple[list[bytes], list[int]]:
    """The JSON text cut at the varying members."""
    marked = orjson.loads(orjson.dumps(sample))
    for place, path in enumerate(paths):
        _at(marked, path[:-1])[path[-1]] = mark(place)
    parts = _JSON_MARK.split(orjson.dumps(marked).decode())
    return [part.encode() for part in parts[::2]], [int(part) for part in parts[1::2]]
