"""Random, never repeated indexes from a tiny saved state."""

from __future__ import annotations

import json
import time
from itertools import pairwise

import pytest

from stackmark.errors import UsageError
from stackmark.status.allocate import Allocation, allocate

SEED = "0123456789abcdef" * 4
FULL = 131_072


class Fixed:
    """A repeatable source of bytes."""

    def __init__(self, byte: int = 7) -> None:
        self.byte = byte

    def bytes(self, count: int) -> bytes:
        return bytes([self.byte]) * count


def test_the_whole_list_comes_out_once():
    state, indexes = allocate(Allocation(FULL, SEED), FULL)
    assert sorted(indexes) == list(range(FULL))
    assert state.left == 0


@pytest.mark.parametrize("entries", [1, 2, 3, 7, 8, 100, 1000, 4097])
def test_lists_that_are_no_power_of_two(entries):
    assert sorted(allocate(Allocation(entries, SEED), entries)[1]) == list(range(entries))


def test_the_order_is_pinned():
    """A saved state must give the same order in every release and on every machine."""
    assert allocate(Allocation(FULL, SEED), 6)[1] == [114642, 45023, 98961, 122412, 80889, 21860]


def test_it_goes_on_from_the_saved_counter():
    whole = allocate(Allocation(FULL, SEED), 100)[1]
    state, first = allocate(Allocation(FULL, SEED), 37)
    restored = Allocation.from_json(json.loads(json.dumps(state.to_json())))
    assert restored == state
    state, second = allocate(restored, 63)
    assert first + second == whole
    assert state.next == 100


def test_different_seeds_give_different_orders():
    one = allocate(Allocation.new(FULL, random=Fixed(1)), 1000)[1]
    two = allocate(Allocation.new(FULL, random=Fixed(2)), 1000)[1]
    assert sum(a == b for a, b in zip(one, two, strict=True)) < 5


def chi_square(counts: list[int]) -> float:
    mean = sum(counts) / len(counts)
    return sum((count - mean) ** 2 / mean for count in counts)


@pytest.mark.parametrize("seed", [SEED, "f" * 64, "0" * 64])
def test_a_run_of_10000_is_spread_evenly(seed):
    """Chi-square over 128 bins, 127 degrees of freedom: 166.99 is p = 0.01, 86 is p = 0.998."""
    indexes = allocate(Allocation(FULL, seed), 10_000)[1]
    counts = [0] * 128
    for index in indexes:
        counts[index >> 10] += 1
    assert 80 < chi_square(counts) < 167


def test_steps_between_neighbours_tell_nothing():
    """The differences of indexes given one after the other are spread evenly too."""
    indexes = allocate(Allocation(FULL, SEED), 50_000)[1]
    counts = [0] * 128
    for before, after in pairwise(indexes):
        counts[(after - before) % FULL >> 10] += 1
    assert chi_square(counts) < 167
    low_bits = [0] * 64
    for index in indexes:
        low_bits[index & 63] += 1
    assert chi_square(low_bits) < 92.01  # 63 degrees of freedom, p = 0.01


def test_a_full_list_gives_nothing_and_says_so():
    state, _ = allocate(Allocation(1000, SEED), 998)
    with pytest.raises(UsageError) as caught:
        allocate(state, 3)
    assert caught.value.reason == "usage.list-full"
    assert "2 free" in caught.value.detail
    state, last = allocate(state, 2)
    assert len(set(last)) == 2
    with pytest.raises(UsageError, match="0 free"):
        allocate(state, 1)
    assert allocate(state, 0) == (state, [])


def test_a_million_indexes_over_many_lists_are_fast():
    start = time.perf_counter()
    left, lists = 1_000_000, 0
    while left:
        state = Allocation.new(FULL, random=Fixed(lists))
        count = min(left, state.left)
        _, indexes = allocate(state, count)
        assert len(indexes) == count
        left -= count
        lists += 1
    assert lists == 8
    assert time.perf_counter() - start < 8  # about 0.6 s on a quiet machine


def test_the_last_twentieth_costs_no_more():
    state = Allocation(FULL, SEED, FULL * 95 // 100)
    start = time.perf_counter()
    _, indexes = allocate(state, state.left)
    assert len(set(indexes)) == state.left
    assert time.perf_counter() - start < 0.5  # about 4 ms


def test_the_secret_is_not_printed():
    assert SEED not in repr(Allocation(FULL, SEED))


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"entries": FULL, "seed": SEED},
        {"entries": FULL, "seed": SEED, "next": 0, "used": 1},
        {"entries": FULL, "seed": SEED, "next": -1},
        {"entries": FULL, "seed": SEED, "next": FULL + 1},
        {"entries": FULL, "seed": SEED, "next": "0"},
        {"entries": FULL, "seed": SEED, "next": True},
        {"entries": 0, "seed": SEED, "next": 0},
        {"entries": 2**26 + 1, "seed": SEED, "next": 0},
        {"entries": FULL, "seed": SEED.upper(), "next": 0},
        {"entries": FULL, "seed": SEED[1:], "next": 0},
        {"entries": FULL, "seed": None, "next": 0},
    ],
)
def test_states_that_cannot_have_been_saved(state):
    with pytest.raises(UsageError) as caught:
        Allocation.from_json(state)
    assert caught.value.reason == "usage.allocation"


def test_a_negative_count_is_the_callers_error():
    with pytest.raises(UsageError) as caught:
        allocate(Allocation(FULL, SEED), -1)
    assert caught.value.reason == "usage.allocation"
