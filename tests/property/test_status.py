"""Properties of status lists and of index allocation."""

from __future__ import annotations

import gzip
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackmark.errors import CheckFailed, CouldNotTell
from stackmark.status import bitstring
from stackmark.status.allocate import Allocation, allocate
from stackmark.status.entry import new_entry, read_entry

seeds = st.binary(min_size=32, max_size=32).map(bytes.hex)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def answer(text, **options):
    """The bits, or the reason why there are none."""
    try:
        return bitstring.decode(text, **options)
    except CheckFailed as error:
        return error.reason


@given(st.binary(max_size=2000), st.integers(1, 9))
def test_encoding_and_decoding(bits, level):
    text = bitstring.encode(bits, level=level)
    assert bitstring.decode(text) == bits
    assert bitstring.decode(text[1:], multibase=False) == bits


@given(st.integers(1, 8), st.data())
def test_values_do_not_touch_each_other(size, data):
    values = data.draw(st.lists(st.integers(0, 2**size - 1), min_size=1, max_size=40))
    bits = bytearray((len(values) * size + 7) // 8)
    for index in data.draw(st.permutations(range(len(values)))):
        bitstring.set_value(bits, index, values[index], size)
    assert [bitstring.get_value(bits, index, size) for index in range(len(values))] == values
    whole = int.from_bytes(bits) >> (len(bits) * 8 - len(values) * size)
    assert whole == sum(v << size * i for i, v in enumerate(reversed(values)))


@given(st.binary(max_size=64), st.data())
def test_a_changed_bit_never_changes_the_answer(bits, data):
    packed = bytearray(gzip.compress(bits, mtime=0))
    place = data.draw(st.integers(0, len(packed) * 8 - 1))
    packed[place >> 3] ^= 1 << (place & 7)
    text = "u" + urlsafe_b64encode(packed).rstrip(b"=").decode()
    # Flips in header fields that say nothing about the bits do no harm.
    assert answer(text) in {bits, "status.malformed", "status.too-large"}


@given(st.text() | st.text("uABCHIs4-_=", max_size=40))
def test_any_text_is_decoded_or_refused(text):
    for multibase in (True, False):
        got = answer(text, max_bytes=1000, multibase=multibase)
        assert isinstance(got, bytes) or got in {"status.malformed", "status.too-large"}


@given(
    json_values,
    st.sampled_from(
        [
            "type",
            "statusPurpose",
            "statusListIndex",
            "statusListCredential",
            "statusSize",
            "statusMessage",
        ]
    ),
)
def test_any_member_is_read_or_refused(value, name):
    entry = new_entry(list_url="https://uni.example/s/1", index=7)
    entry[name] = value
    try:
        read = read_entry(entry)
    except (CheckFailed, CouldNotTell):
        return
    assert 0 <= read.index < 2**26
    assert len(read.messages) in {0, 2**read.size}


@given(json_values)
def test_anything_is_an_entry_or_refused(value):
    with pytest.raises((CheckFailed, CouldNotTell)):
        read_entry(value)


@given(st.integers(1, 5000), seeds)
def test_allocation_is_one_to_one(entries, seed):
    indexes = allocate(Allocation(entries, seed), entries)[1]
    assert sorted(indexes) == list(range(entries))


@given(st.integers(1, 2**26), seeds, st.lists(st.integers(0, 50), max_size=6))
def test_any_stops_give_the_same_order(entries, seed, counts):
    counts = [min(count, entries // 10) for count in counts]
    state, together = Allocation(entries, seed), []
    for count in counts:
        state, more = allocate(state, count)
        state = Allocation.from_json(state.to_json())
        together += more
    assert together == allocate(Allocation(entries, seed), sum(counts))[1]
    assert len(set(together)) == len(together)
    assert all(0 <= index < entries for index in together)
