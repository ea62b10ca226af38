"""How much of one set stands in another, weighted by rarity, over a whole catalogue.

``C(A, B) = sum of w over A and B / sum of w over A``, where ``w`` is the inverse document frequency
``ln(1 + N / n)`` of a feature that ``n`` of ``N`` sets have: what everybody has counts little.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

Feature = Hashable
Step = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Match:
    """Two sets of the corpus, by position, and the part of each that stands in the other."""

    a: int
    b: int
    a_in_b: float
    b_in_a: float

    @property
    def score(self) -> float:
        """The larger part."""
        return max(self.a_in_b, self.b_in_a)


@dataclass(slots=True)
class Corpus:
    """Sets of features with their weights. ``factor`` scales kinds of features against each other.

    ``times`` says how many entries have each set: rarity is counted over entries.
    """

    sets: Sequence[AbstractSet[Feature]]
    times: Sequence[int]
    factor: Callable[[Feature], float] = lambda _: 1.0
    weights: dict[Feature, float] = field(init=False)
    totals: list[float] = field(init=False)

    def __post_init__(self) -> None:
        seen: Counter[Feature] = Counter()
        for one, count in zip(self.sets, self.times, strict=True):
            for feature in one:
                seen[feature] += count
        every = sum(self.times)
        self.weights = {
            feature: self.factor(feature) * math.log(1 + every / count)
            for feature, count in seen.items()
        }
        self.totals = [math.fsum(map(self.weights.__getitem__, one)) for one in self.sets]

    def compare(self, a: int, b: int) -> Match:
        """Both containments of two sets, exactly."""
        shared = math.fsum(map(self.weights.__getitem__, self.sets[a] & self.sets[b]))
        return Match(a, b, _share(shared, self.totals[a]), _share(shared, self.totals[b]))

    def heaviest(self, features: AbstractSet[Feature], most: int) -> list[Feature]:
        """The features of the largest weight first."""
        return sorted(features, key=lambda one: (-self.weights[one], str(one)))[:most]


def _share(shared: float, total: float) -> float:
    return min(1.0, shared / total) if total else 0.0


class ExactJoin:
    """All pairs with a containment of at least ``threshold``, none missed.

    If C(A, B) reaches the threshold, B has one of the rarest features of A: those without which
    the rest of A weighs less than the threshold. Only lists of these are walked.
    """

    def __init__(self, corpus: Corpus, threshold: float) -> None:
        self._corpus = corpus
        self._threshold = threshold
        self._heads = [self._head(number) for number in range(len(corpus.sets))]
        wanted = {feature for head in self._heads for feature in head}
        self._having: defaultdict[Feature, list[int]] = defaultdict(list)
        for number, one in enumerate(corpus.sets):
            for feature in one & wanted:
                self._having[feature].append(number)

    @property
    def work(self) -> int:
        """How many entries of lists will be walked."""
        return sum(len(self._having[feature]) for head in self._heads for feature in head)

    def pairs(self, step: Step = lambda _: None) -> Iterator[Match]:
        """The matches, each once, in the order of ``a`` and ``b``."""
        done: set[tuple[int, int]] = set()
        for number in range(len(self._heads)):
            for other in sorted(self._candidates(number)):
                pair = (min(number, other), max(number, other))
                if pair in done:
                    continue
                found = self._corpus.compare(*pair)
                if found.score >= self._threshold:
                    done.add(pair)
                    yield found
            step(1)

    def _candidates(self, number: int) -> set[int]:
        found: set[int] = set()
        for feature in self._heads[number]:
            found.update(self._having[feature])
        found.discard(number)
        return found

    def _head(self, number: int) -> list[Feature]:
        weights = self._corpus.weights
        left = self._corpus.totals[number]
        # A hair below, so that rounding never loses a pair that stands exactly at the threshold.
        enough = self._threshold * left * (1 - 1e-9)
        head = []
        for feature in self._corpus.heaviest(self._corpus.sets[number], len(weights)):
            if left < enough:
                break
            head.append(feature)
            left -= weights[feature]
        return head


def families(pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Groups that hang together by pairs, the largest first."""
    parent: dict[int, int] = {}

    def root(one: int) -> int:
        parent.setdefault(one, one)
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for a, b in pairs:
        parent[max(root(a), root(b))] = min(root(a), root(b))
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for one in sorted(parent):
        groups[root(one)].append(one)
    return sorted(groups.values(), key=lambda group: (-len(group), group))


def gather(sets: Sequence[AbstractSet[Feature]]) -> Mapping[frozenset[Feature], list[int]]:
    """Equal sets once, each with the positions that have it."""
    found: defaultdict[frozenset[Feature], list[int]] = defaultdict(list)
    for number, one in enumerate(sets):
        found[frozenset(one)].append(number)
    return found
