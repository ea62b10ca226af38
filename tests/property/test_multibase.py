from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackmark.keys.multibase import (
    MultibaseError,
    b58decode,
    b58decode64,
    b58encode,
    b58encode64,
    b64url_decode,
    b64url_encode,
)

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def plain_encode(data: bytes) -> str:
    value, text = int.from_bytes(data, "big"), ""
    while value:
        value, digit = divmod(value, 58)
        text = ALPHABET[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


@given(st.binary(max_size=300))
def test_base58_equals_the_plain_method(data):
    assert b58encode(data) == plain_encode(data)
    assert b58decode(b58encode(data)) == data


@given(st.text(ALPHABET, max_size=200))
def test_base58_text_has_one_reading(text):
    assert b58encode(b58decode(text)) == text


@given(st.integers(0, 64), st.binary(min_size=64, max_size=64))
def test_signatures_take_the_fast_path_to_the_same_place(zeros, data):
    data = bytes(zeros) + data[zeros:]
    text = b58encode64(data)
    assert text == plain_encode(data)
    assert b58decode64(text) == data


@given(st.text(ALPHABET, min_size=60, max_size=92))
def test_fast_and_general_decoding_agree(text):
    general = b58decode(text)
    if len(general) == 64:
        assert b58decode64(text) == general
    else:
        with pytest.raises(MultibaseError, match="64 bytes"):
            b58decode64(text)


@given(st.binary(max_size=200))
def test_base64url_round_trip(data):
    assert b64url_decode(b64url_encode(data)) == data


@given(st.text(max_size=12))
def test_base64url_text_is_refused_or_has_one_reading(text):
    try:
        data = b64url_decode(text)
    except MultibaseError:
        return
    assert b64url_encode(data) == text
