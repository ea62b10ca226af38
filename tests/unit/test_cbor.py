import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackmark.errors import CheckFailed
from stackmark.proofs.cbor import decode, encode


# RFC 8949 appendix A, the kinds that are read
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("00", 0),
        ("17", 23),
        ("1818", 24),
        ("18ff", 255),
        ("190100", 256),
        ("1903e8", 1000),
        ("1a000f4240", 1_000_000),
        ("1b000000e8d4a51000", 1_000_000_000_000),
        ("1bffffffffffffffff", 18446744073709551615),
        ("40", b""),
        ("4401020304", b"\x01\x02\x03\x04"),
        ("60", ""),
        ("62c3bc", "ü"),
        ("80", []),
        ("8301820203820405", [1, [2, 3], [4, 5]]),
        ("a0", {}),
        ("a201020304", {1: 2, 3: 4}),
    ],
)
def test_examples(text, value):
    assert decode(bytes.fromhex(text)) == value
    assert encode(value) == bytes.fromhex(text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "too early"),
        ("18", "too early"),
        ("4401", "too early"),
        ("5bffffffffffffffff00", "too early"),
        ("9bffffffffffffffff00", "announces"),
        ("bbffffffffffffffff00", "announces"),
        ("830102", "announces"),
        ("a2010203", "announces"),
        ("824101", "too early"),
        ("0000", "follow"),
        ("1817", "shortest"),
        ("1900ff", "shortest"),
        ("1a0000ffff", "shortest"),
        ("1b00000000ffffffff", "shortest"),
        ("580101", "shortest"),
        ("1c", "left open"),
        ("5f42010243030405ff", "left open"),
        ("9fff", "left open"),
        ("bfff", "left open"),
        ("20", "kind 1"),
        ("d84000", "kind 6"),
        ("c11a514b67b0", "kind 6"),
        ("f4", "kind 7"),
        ("f93c00", "kind 7"),
        ("f6", "kind 7"),
        ("61ff", "UTF-8"),
        ("a201020103", "twice"),
        ("a1616101", "no number"),
        ("a18001", "nested"),
        ("818181818100", "nested"),
    ],
)
def test_refused(text, word):
    with pytest.raises(CheckFailed, match=word) as caught:
        decode(bytes.fromhex(text))
    assert caught.value.reason == "proof.encoding"


LEAVES = st.integers(0, 2**64 - 1) | st.binary(max_size=300) | st.text(max_size=300)
VALUES = (
    LEAVES
    | st.lists(LEAVES | st.lists(LEAVES))
    | st.dictionaries(st.integers(0, 2**64 - 1), LEAVES)
)


@given(VALUES)
def test_round_trip(value):
    assert decode(encode(value)) == value


@given(VALUES, st.data())
def test_cut_anywhere(value, data):
    whole = encode(value)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with pytest.raises(CheckFailed) as caught:
        decode(cut)
    assert caught.value.reason == "proof.encoding"
