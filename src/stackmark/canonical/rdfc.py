"""RDF Dataset Canonicalization, RDFC-1.0 (W3C Recommendation 2024), with a work limit.

Input: quads of serialised terms (``nquads.Quad``). Output: the sorted canonical lines. Step
numbers in comments are those of section 4 of the Recommendation.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

from stackmark.canonical.nquads import Quad, line
from stackmark.errors import CheckFailed, UsageError
from stackmark.limits import MAX_HASH_CALLS, MAX_QUADS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MAX_NESTING = 120  # recursion of Hash N-Degree Quads; deeper graphs exceed the call limit anyway


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonical dataset: ``lines`` sorted by code point, ``labels`` input id → canonical id."""

    lines: list[str]
    labels: dict[str, str]

    @property
    def text(self) -> str:
        """The canonical N-Quads document."""
        return "".join(self.lines)


def canonicalize_quads(quads: Iterable[Quad], *, algorithm: str = "sha256") -> Canonical:
    """Canonical form of a dataset.

    ``algorithm``: ``sha256`` or ``sha384`` (RDFC-1.0 section 4.1). Raises ``CheckFailed``
    ``lossless.work-limit`` when the graph is built to be dear, ``UsageError`` for another hash.
    """
    if algorithm not in ("sha256", "sha384"):
        raise UsageError("usage.hash", f"{algorithm!r} is no hash of RDFC-1.0 here.")
    unique = list(dict.fromkeys(quads))
    if len(unique) > MAX_QUADS:
        raise CheckFailed("lossless.work-limit", f"There are over {MAX_QUADS:,} statements.")
    return _Canonicalizer(unique, getattr(hashlib, algorithm)).run()


class _Canonicalizer:
    """The canonicalization state (4.2) of one run."""

    def __init__(self, quads: list[Quad], new_hash: Callable[[bytes], hashlib._Hash]) -> None:
        self.quads = quads
        self.new_hash = new_hash
        self.mentions: dict[str, list[Quad]] = {}
        self.first_degree: dict[str, str] = {}
        self.canonical: dict[str, str] = {}
        self.calls_left = MAX_HASH_CALLS
        self.nesting = 0

    def run(self) -> Canonical:
        """Section 4.4.3."""
        for quad in self.quads:  # step 2
            for term in {quad[0], quad[2], quad[3]}:
                if term.startswith("_:"):
                    self.mentions.setdefault(term, []).append(quad)
        groups: dict[str, list[str]] = {}
        for node in self.mentions:  # step 3
            groups.setdefault(self.hash_first_degree(node), []).append(node)
        for key in sorted(groups):  # step 4
            if len(groups[key]) == 1:
                self.issue(groups[key][0])
        for key in sorted(groups):  # step 5
            if len(groups[key]) > 1:
                self.label_ties(groups[key])
        return Canonical(self.relabelled(), self.canonical)

    def issue(self, node: str) -> None:
        if node not in self.canonical:
            self.canonical[node] = f"_:c14n{len(self.canonical)}"

    def label_ties(self, nodes: list[str]) -> None:
        results = [
            self.hash_n_degree(node, {node: "_:b0"}) for node in nodes if node not in self.canonical
        ]
        for _, issued in sorted(results, key=lambda result: result[0]):
            for node in issued:
                self.issue(node)

    def relabelled(self) -> list[str]:
        label = self.canonical.get
        return sorted(
            [line((label(s, s), p, label(o, o), label(g, g))) for s, p, o, g in self.quads]
        )

    def digest(self, text: str) -> str:
        return self.new_hash(text.encode()).hexdigest()

    def hash_first_degree(self, node: str) -> str:
        """Section 4.6."""
        found = self.first_degree.get(node)
        if found is None:
            lines = [self.masked(quad, node) for quad in self.mentions[node]]
            found = self.first_degree[node] = self.digest("".join(sorted(lines)))
        return found

    def masked(self, quad: Quad, node: str) -> str:
        subject, predicate, object_, graph = quad
        return line((_mask(subject, node), predicate, _mask(object_, node), _mask(graph, node)))

    def hash_related(self, related: str, quad: Quad, issued: dict[str, str], position: str) -> str:
        """Section 4.7."""
        name = self.canonical.get(related) or issued.get(related) or self.hash_first_degree(related)
        predicate = "" if position == "g" else quad[1]
        return self.digest(f"{position}{predicate}{name}")

    def hash_n_degree(self, node: str, issued: dict[str, str]) -> tuple[str, dict[str, str]]:
        """Section 4.8."""
        self.spend()
        self.nesting += 1
        if self.nesting > _MAX_NESTING:
            self.give_up()
        data: list[str] = []
        related_by_hash = self.related_nodes(node, issued)
        for key in sorted(related_by_hash):  # step 5
            path, issued = self.shortest_path(related_by_hash[key], issued)
            data += (key, path)
        self.nesting -= 1
        return self.digest("".join(data)), issued

    def related_nodes(self, node: str, issued: dict[str, str]) -> dict[str, list[str]]:
        """Steps 1 to 3 of 4.8."""
        found: dict[str, list[str]] = {}
        for quad in self.mentions[node]:
            for term, position in ((quad[0], "s"), (quad[2], "o"), (quad[3], "g")):
                if term.startswith("_:") and term != node:
                    key = self.hash_related(term, quad, issued, position)
                    found.setdefault(key, []).append(term)
        return found

    def shortest_path(self, nodes: list[str], issued: dict[str, str]) -> tuple[str, dict[str, str]]:
        """Steps 5.1 to 5.6 of 4.8: the least path over all orders of ``nodes``."""
        best = ""
        best_issued = issued
        for order in permutations(nodes):
            self.spend()
            attempt = self.walk(order, dict(issued), best)
            if attempt is not None and (not best or attempt[0] < best):
                best, best_issued = attempt
        return best, best_issued

    def walk(
        self, order: tuple[str, ...], issued: dict[str, str], best: str
    ) -> tuple[str, dict[str, str]] | None:
        """Steps 5.4.1 to 5.4.5; None when the path is already worse than ``best``."""
        path = ""
        recurse: list[str] = []
        for node in order:
            label = self.canonical.get(node)
            if label is None:
                if node not in issued:
                    recurse.append(node)
                    issued[node] = f"_:b{len(issued)}"
                label = issued[node]
            path += label
            if _worse(path, best):
                return None
        for node in recurse:
            result, deeper = self.hash_n_degree(node, issued)
            path += f"{issued[node]}<{result}>"
            issued = deeper
            if _worse(path, best):
                return None
        return path, issued

    def spend(self) -> None:
        self.calls_left -= 1
        if self.calls_left < 0:
            self.give_up()

    def give_up(self) -> None:
        raise CheckFailed(
            "lossless.work-limit",
            "The statements are linked in a way that is too dear to put in canonical order; "
            "the work was stopped.",
        )


def _mask(term: str, node: str) -> str:
    if not term.startswith("_:"):
        return term
    return "_:a" if term == node else "_:z"


def _worse(path: str, best: str) -> bool:
    return bool(best) and len(path) >= len(best) and path > best


def quick_lines(quads: list[Quad]) -> list[str]:
    """Canonical lines (SHA-256) when first-degree hashes tell all blank nodes apart.

    The common case of credentials in one pass, written out because it is the hot loop of every
    document that no plan serves; ties go to the whole algorithm.
    """
    mentions: dict[str, list[str]] = {}
    plain: list[str] = []
    blank: list[Quad] = []
    for quad in dict.fromkeys(quads):
        subject, predicate, object_, graph = quad
        blank_s, blank_o, blank_g = subject[0] == "_", object_[0] == "_", graph[:1] == "_"
        end = f" {graph} .\n" if graph else " .\n"
        if not (blank_s or blank_o or blank_g):
            plain.append(f"{subject} {predicate} {object_}{end}")
            continue
        blank.append(quad)
        if blank_g or subject == object_:
            _mention_each(quad, mentions)
            continue
        if blank_s:
            masked = f"_:a {predicate} {'_:z' if blank_o else object_}{end}"
            known = mentions.get(subject)
            if known is None:
                mentions[subject] = [masked]
            else:
                known.append(masked)
        if blank_o:
            masked = f"{'_:z' if blank_s else subject} {predicate} _:a{end}"
            mentions.setdefault(object_, []).append(masked)
    hashes = {
        hashlib.sha256("".join(sorted(lines)).encode()).hexdigest(): node
        for node, lines in mentions.items()
    }
    if len(hashes) != len(mentions):
        return canonicalize_quads(quads).lines
    labels = {hashes[key]: f"_:c14n{rank}" for rank, key in enumerate(sorted(hashes))}
    label = labels.get
    plain += [
        f"{label(s, s)} {p} {label(o, o)} {label(g, g)} .\n"
        if g
        else f"{label(s, s)} {p} {label(o, o)} .\n"
        for s, p, o, g in blank
    ]
    plain.sort()
    return plain


def _mention_each(quad: Quad, mentions: dict[str, list[str]]) -> None:
    """The rarer statements: in a blank graph, or of a node about itself."""
    subject, predicate, object_, graph = quad
    for node in {subject, object_, graph}:
        if node[:1] == "_":
            masked = (_mask(subject, node), predicate, _mask(object_, node), _mask(graph, node))
            mentions.setdefault(node, []).append(line(masked))
