"""MinHash signatures and banding: candidates among very many sets, for one pass over each.

A signature of ``k`` numbers stands for a set; the share of equal numbers in two signatures
estimates their weighted Jaccard similarity, with a standard error of at most ``1/(2 sqrt(k))``
(Broder 1997; for weights, each element draws an exponential time of its weight and the first one
stands for the set: Cohen 1997). Sets whose signatures agree on a whole band of ``ROWS`` numbers
become candidates (Indyk and Motwani 1998). Needs numpy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from stackmark.errors import UsageError
from stackmark.quality.similarity import Feature, Step

if TYPE_CHECKING:
    from numpy import uint32
    from numpy.typing import NDArray

K: Final = 192  # numbers of a signature
ROWS: Final = 2  # of a band: 96 bands
_CHUNK: Final = 2_000_000  # features hashed at once; bounds memory
_NEIGHBOURS: Final = 64  # of a band's bucket that one set is compared with
_SEED: Final = 0x5AC4A12E


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs to look at exactly; ``crowded`` counts sets that had more look-alikes than that."""

    pairs: Sequence[tuple[int, int]]
    crowded: int


def signatures(
    sets: Sequence[AbstractSet[Feature]],
    weights: Mapping[Feature, float] | None = None,
    *,
    k: int = K,
    step: Step = lambda _: None,
) -> NDArray[uint32]:
    """One row of ``k`` numbers for each set; equal sets have equal rows.

    ``weights`` are positive; without them each feature counts 1 (plain Jaccard). Raises
    ``UsageError`` ``usage.extra`` when numpy is missing. An empty set has a row of zeros.
    """
    np = _numpy()
    known = sorted({feature for one in sets for feature in one}, key=str)
    number = {feature: at for at, feature in enumerate(known)}
    codes = np.array([_stable(feature) for feature in known], dtype=np.uint64)
    heavy = np.array([weights[one] if weights else 1.0 for one in known], dtype=np.float64)
    found: NDArray[uint32] = np.zeros((len(sets), k), dtype=np.uint32)
    for begin, end, places, starts in _chunks(np, sets, number):
        filled = np.flatnonzero(np.diff(np.append(starts, len(places))))
        for column in range(k):
            times = _times(np, codes, heavy, column)
            least = np.minimum.reduceat(times[places], starts[filled])
            found[begin + filled, column] = _fold(np, least)
        step(end - begin)
    return found


def jaccard(one: NDArray[uint32], other: NDArray[uint32]) -> float:
    """The estimate from two signatures."""
    return float((one == other).mean())


def candidates(
    found: NDArray[uint32],
    totals: Sequence[float],
    threshold: float,
    *,
    rows: int = ROWS,
    step: Step = lambda _: None,
) -> Candidates:
    """Pairs that agree on a band, and whose estimated containment may reach ``threshold``.

    ``totals`` are the weights of the sets. The estimate may lie three standard errors too low
    before a pair is left out.
    """
    np = _numpy()
    count, k = found.shape
    weight = np.array(totals, dtype=np.float64)
    kept: Any = np.zeros(0, dtype=np.int64)
    crowded: Any = np.zeros(count, dtype=bool)
    for band in range(k // rows):
        order, keys = _buckets(np, found[:, band * rows : (band + 1) * rows])
        fresh = [np.zeros(0, dtype=np.int64)]
        for lag in range(1, _NEIGHBOURS + 2):
            at = np.flatnonzero(keys[lag:] == keys[:-lag])
            if not len(at):
                break
            if lag > _NEIGHBOURS:
                crowded[order[at]] = True
                break
            a, b = order[at], order[at + lag]
            fresh.append(np.minimum(a, b).astype(np.int64) * count + np.maximum(a, b))
        new = np.setdiff1d(np.concatenate(fresh), kept)
        kept = np.union1d(kept, _promising(np, new, found, weight, threshold))
        step(1)
    pairs = [(int(code // count), int(code % count)) for code in kept]
    return Candidates(pairs, int(crowded.sum()))


def _promising(np: Any, codes: Any, found: NDArray[uint32], weight: Any, threshold: float) -> Any:
    """Those of the pairs whose estimate, with its error, reaches the threshold."""
    count, k = found.shape
    kept = []
    for begin in range(0, len(codes), 200_000):
        part = codes[begin : begin + 200_000]
        a, b = part // count, part % count
        share = (found[a] == found[b]).mean(axis=1)
        share = np.minimum(1.0, share + 3 * np.sqrt(share * (1 - share) / k) + 1 / k)
        both = share / (1 + share) * (weight[a] + weight[b])
        kept.append(part[both >= threshold * np.minimum(weight[a], weight[b])])
    return np.concatenate(kept) if kept else codes


def _buckets(np: Any, band: Any) -> tuple[Any, Any]:
    """Positions in the order of their band's key, and the keys."""
    keys = np.zeros(len(band), dtype=np.uint64)
    for column in range(band.shape[1]):
        keys = _mixed(np, keys ^ band[:, column].astype(np.uint64))
    order = np.argsort(keys, kind="stable")
    return order, keys[order]


def _chunks(
    np: Any, sets: Sequence[AbstractSet[Feature]], number: Mapping[Feature, int]
) -> Iterator[tuple[int, int, Any, Any]]:
    begin = 0
    while begin < len(sets):
        places: list[int] = []
        starts: list[int] = []
        end = begin
        while end < len(sets) and len(places) < _CHUNK:
            starts.append(len(places))
            places.extend(map(number.__getitem__, sets[end]))
            end += 1
        yield begin, end, np.array(places, dtype=np.int64), np.array(starts, dtype=np.int64)
        begin = end


def _times(np: Any, codes: Any, heavy: Any, column: int) -> Any:
    """An exponential time for each feature, earlier on average where it weighs more."""
    drawn = _mixed(np, codes ^ _mixed(np, np.uint64([_SEED + column])))
    even = ((drawn >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return -np.log(even) / heavy


def _fold(np: Any, times: Any) -> Any:
    mixed = _mixed(np, times.view(np.uint64))
    return (mixed >> np.uint64(32)).astype(np.uint32)


def _mixed(np: Any, values: Any) -> Any:
    """The finaliser of SplitMix64: every bit of the result depends on every bit given."""
    with np.errstate(over="ignore"):
        values = values + np.uint64(0x9E3779B97F4A7C15)
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return values ^ (values >> np.uint64(31))


def _stable(feature: Feature) -> int:
    """The same number on every machine and in every run."""
    return int.from_bytes(hashlib.blake2b(str(feature).encode(), digest_size=8).digest())


def _numpy() -> Any:
    try:
        import numpy as np
    except ImportError:
        raise UsageError(
            "usage.extra",
            "So many achievements need numpy: pip install 'stackmark[science]', "
            "or ask for the exact comparison, which takes longer.",
        ) from None
    return np
