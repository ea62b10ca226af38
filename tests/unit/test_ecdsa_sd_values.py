import pytest

from stackmark.errors import CheckFailed
from stackmark.keys.multibase import b64url_encode
from stackmark.limits import MAX_PROOF_VALUE
from stackmark.proofs.cbor import encode
from stackmark.proofs.sd_values import BaseValue, DerivedValue, parse_value

SIGNATURE, KEY, SECRET, LABEL = b"\1" * 64, b"\2" * 35, b"\3" * 32, b"\4" * 32
OTHER = b"\5" * 32
BASE = [SIGNATURE, KEY, SECRET, [SIGNATURE], ["/issuer"]]
DERIVED = [SIGNATURE, KEY, [SIGNATURE], {0: LABEL, 1: OTHER}, [0, 2]]


def text(kind, parts):
    return "u" + b64url_encode(b"\xd9\x5d" + bytes([kind]) + encode(parts))


def refusal(value):
    with pytest.raises(CheckFailed) as caught:
        parse_value(value)
    assert caught.value.reason == "proof.encoding"
    return caught.value.detail


def test_base_there_and_back():
    value = parse_value(text(0, BASE))
    assert value == BaseValue(SIGNATURE, KEY, SECRET, [SIGNATURE], ["/issuer"])
    assert value.to_text() == text(0, BASE)


def test_derived_there_and_back():
    value = parse_value(text(1, DERIVED))
    assert value == DerivedValue(SIGNATURE, KEY, [SIGNATURE], [LABEL, OTHER], [0, 2])
    assert value.to_text() == text(1, DERIVED)


@pytest.mark.parametrize(
    ("place", "part", "word"),
    [
        (0, SIGNATURE[1:], "64 bytes"),
        (1, KEY + b"\0", "35 bytes"),
        (2, SECRET[1:], "32 bytes"),
        (2, "3" * 32, "32 bytes"),
        (3, SIGNATURE, "no list"),
        (3, [SIGNATURE, KEY], "64 bytes"),
        (4, "/issuer", "no list"),
        (4, [b"/issuer"], "not text"),
    ],
)
def test_malformed_base(place, part, word):
    parts = list(BASE)
    parts[place] = part
    assert word in refusal(text(0, parts))


@pytest.mark.parametrize(
    ("place", "part", "word"),
    [
        (0, 7, "64 bytes"),
        (1, KEY[1:], "35 bytes"),
        (2, {0: SIGNATURE}, "no list"),
        (2, [SIGNATURE + b"\0"], "64 bytes"),
        (3, [LABEL, OTHER], "label map"),
        (3, {1: LABEL, 2: OTHER}, "without a gap"),
        (3, {0: LABEL, 2: OTHER}, "without a gap"),
        (3, {0: LABEL, 1: LABEL}, "same label"),
        (3, {0: LABEL[1:]}, "32 bytes"),
        (4, 0, "no list"),
        (4, ["0"], "no list of numbers"),
        (4, [0, 0], "ascending"),
        (4, [2, 0], "ascending"),
    ],
)
def test_malformed_derived(place, part, word):
    parts = list(DERIVED)
    parts[place] = part
    assert word in refusal(text(1, parts))


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (None, "missing"),
        ("", "missing"),
        ("z" + text(1, DERIVED)[1:], "leading u"),
        ("u" + "A" * MAX_PROOF_VALUE, "at most"),
        (text(1, DERIVED) + "=", "cannot be read"),
        ("uAAAA", "does not start"),
        (text(2, DERIVED), "does not start"),
        (text(1, DERIVED[:4]), "five parts"),
        (text(1, [*DERIVED, 0]), "five parts"),
        (text(0, DERIVED), "32 bytes"),
        (text(1, 5), "five parts"),
    ],
)
def test_malformed_text(value, word):
    assert word in refusal(value)
