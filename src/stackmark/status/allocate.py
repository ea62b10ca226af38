"""Which index a new credential gets in its status list: random, never given twice.

An index must say nothing about when it was given (Bitstring Status List v1.0, privacy
considerations), so indexes run through the list in a secret order: a keyed permutation of its
index space. Keeping the key and a counter is enough to go on after any stop, and no index can
come up again.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from stackmark import limits
from stackmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackmark.ports import Random

_ROUNDS: Final = 10  # as NIST SP 800-38G asks of FF1, which is built the same way
_SEED_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Allocation:
    """How far a list of ``entries`` indexes is given out.

    ``seed`` (64 hexadecimal digits) fixes the order and is a secret: who has it can tell in
    which order indexes were given. ``next`` counts how many are gone.
    """

    entries: int
    seed: str = field(repr=False)
    next: int = 0

    def __post_init__(self) -> None:
        """Refuse a state that cannot have been saved by ``to_json``."""
        whole = type(self.entries) is int and type(self.next) is int
        if not whole or not 0 <= self.next <= self.entries:
            raise _unusable("its counter does not fit its number of entries")
        if not 1 <= self.entries <= limits.MAX_STATUS_BYTES * 8:
            raise _unusable("its number of entries is out of range")
        if not isinstance(self.seed, str) or not _is_seed(self.seed):
            raise _unusable(f"its seed is not {_SEED_BYTES * 2} hexadecimal digits")

    @classmethod
    def new(cls, entries: int = limits.MIN_STATUS_ENTRIES, *, random: Random) -> Allocation:
        """An untouched list with a fresh secret order; raises ``UsageError``."""
        return cls(entries, random.bytes(_SEED_BYTES).hex())

    @property
    def left(self) -> int:
        """Indexes not given out yet."""
        return self.entries - self.next

    def to_json(self) -> dict[str, int | str]:
        """The whole state as JSON members; holds the secret."""
        return {"entries": self.entries, "seed": self.seed, "next": self.next}

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Allocation:
        """The state that ``to_json`` wrote; raises ``UsageError`` with ``usage.allocation``."""
        if set(state) != {"entries", "seed", "next"}:
            raise _unusable("it needs exactly the members entries, seed and next")
        return cls(state["entries"], state["seed"], state["next"])


def allocate(state: Allocation, count: int) -> tuple[Allocation, list[int]]:
    """The next ``count`` indexes and the state to save before any of them is used.

    All or none: raises ``UsageError`` with ``usage.list-full`` when fewer are left, so ask for
    at most ``state.left``. Costs O(count) however full the list is.
    """
    if count < 0:
        raise UsageError("usage.allocation", f"A number of indexes cannot be {count}.")
    if count > state.left:
        raise UsageError(
            "usage.list-full",
            f"The status list has {state.left:,} free indexes, {count:,} were asked for; "
            "open another list.",
        )
    after = state.next + count
    return replace(state, next=after), _permute(state, range(state.next, after))


def given_out(state: Allocation) -> list[int]:
    """Every index that was given so far, the first one first. Costs O(``state.next``)."""
    return _permute(state, range(state.next))


def _permute(state: Allocation, positions: range) -> list[int]:
    """Where the secret order puts these positions.

    A Feistel network over the halves of the index, its round functions random tables. Results
    outside the list walk on until they fall inside (cycle walking), which keeps it one to one.
    """
    entries = state.entries
    low_bits, tables = _tables(state.seed, entries)
    mask = (1 << low_bits) - 1
    pairs = list(zip(tables[::2], tables[1::2], strict=True))
    found: list[int] = []
    for position in positions:
        index = entries
        while index >= entries:
            high, low = position >> low_bits, position & mask
            for to_high, to_low in pairs:
                high ^= to_high[low]
                low ^= to_low[high]
            index = position = high << low_bits | low  # noqa: PLW2901 - the walk goes on from here
        found.append(index)
    return found


@lru_cache(maxsize=8)
def _tables(seed: str, entries: int) -> tuple[int, tuple[tuple[int, ...], ...]]:
    """The width of the low half in bits, and one random table a round."""
    bits = max(2, (entries - 1).bit_length())
    low_bits, high_bits = (bits + 1) // 2, bits // 2
    size = 1 << low_bits  # the larger half; every table gets that much randomness
    label = f"stackmark status index v1 {entries} {seed}".encode("ascii")
    stream = hashlib.shake_256(label).digest(_ROUNDS * size * 2)
    tables = []
    for number in range(_ROUNDS):
        keep = (1 << (low_bits if number % 2 else high_bits)) - 1
        # "<": the byte order is fixed, for a saved state may move to another machine.
        words = struct.unpack_from(f"<{size}H", stream, number * size * 2)
        tables.append(tuple(word & keep for word in words))
    return low_bits, tuple(tables)


def _is_seed(text: str) -> bool:
    return len(text) == _SEED_BYTES * 2 and all(digit in "0123456789abcdef" for digit in text)


def _unusable(why: str) -> UsageError:
    return UsageError(
        "usage.allocation", f"This saved state of a status list cannot be used: {why}."
    )
