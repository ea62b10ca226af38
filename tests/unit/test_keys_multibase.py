from __future__ import annotations

import pytest

from stackmark.keys import multibase
from stackmark.keys.multibase import (
    MultibaseError,
    b58decode,
    b58decode64,
    b58encode,
    b58encode64,
    b64url_decode,
    b64url_encode,
    multibase_decode,
)

# The first three from draft-msporny-base58-03 section 5, the rest by hand.
BASE58 = [
    (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
    (
        b"The quick brown fox jumps over the lazy dog.",
        "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
    ),
    (bytes.fromhex("0000287fb4cd"), "11233QC4"),
    (b"", ""),
    (b"\0", "1"),
    (b"\0\0\0", "111"),
    (b"\x39", "z"),
    (b"\x3a", "21"),
]


@pytest.mark.parametrize(("data", "text"), BASE58)
def test_base58(data, text):
    assert b58encode(data) == text
    assert b58decode(text) == data


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "2 2", " 22", "22\n", "é", "2\u0660", "+"])
def test_base58_refuses_foreign_characters(text):
    with pytest.raises(MultibaseError, match="not in the base58 alphabet"):
        b58decode(text)


def test_base58_has_a_length_limit():
    assert len(b58decode("2" * 1000)) == 732
    with pytest.raises(MultibaseError, match="1,001 characters; at most 1,000"):
        b58decode("2" * 1001)
    with pytest.raises(MultibaseError, match="at most 3"):
        b58decode("2222", max_chars=3)
    assert b58decode("2" * 1001, max_chars=1001)


@pytest.mark.parametrize(
    "data",
    [bytes(64), b"\xff" * 64, bytes(63) + b"\1", bytes(3) + b"\xaa" * 61, bytes(range(64))],
)
def test_signature_encoding_equals_the_general_one(data):
    text = b58encode64(data)
    assert text == b58encode(data)
    assert b58decode64(text) == data


def test_signature_encoding_wants_64_bytes():
    for size in (0, 63, 65):
        with pytest.raises(MultibaseError, match="64 bytes"):
            b58encode64(bytes(size))


@pytest.mark.parametrize(
    "text",
    [
        "",
        b58encode(b"\xff" * 63),
        b58encode(b"\xff" * 65),
        "1" + b58encode(b"\xff" * 64),
        b58encode(bytes(1) + b"\xff" * 63)[1:],
        "z" * 88,
        "1" * 63,
        "1" * 65,
        "2" * 500,
    ],
)
def test_signature_decoding_wants_64_bytes_in_one_spelling(text):
    with pytest.raises(MultibaseError, match="64 bytes"):
        b58decode64(text)


@pytest.mark.parametrize("bad", ["0", " ", "é", "\n", "?", "\0"])
def test_signature_decoding_refuses_foreign_characters(bad):
    text = b58encode64(bytes(range(64)))
    with pytest.raises(MultibaseError, match="alphabet"):
        b58decode64(text[:40] + bad + text[41:])


def test_base64url():
    assert b64url_encode(b"\xfb\xff\xfe") == "-__-"
    assert b64url_decode("-__-") == b"\xfb\xff\xfe"
    assert b64url_decode(b"-__-") == b"\xfb\xff\xfe"
    assert b64url_decode("") == b""
    assert b64url_encode(b"f") == "Zg"
    assert b64url_decode("Zg") == b"f"


@pytest.mark.parametrize(
    "text",
    [
        "Z",  # impossible length
        "Zh",  # stray bits
        "Zm9=",
        "Zg==",
        "Zg=",
        "Zm9v=",
        "====",
        "Zm 9",
        " Zm9v",
        "Zm9v\n",
        "Zm9v\r\n",
        "+__-",
        "/__-",
        "Zm9é",
        "Zm9\0",
        "Zm9vZ!==",
    ],
)
def test_base64url_refuses_second_spellings(text):
    with pytest.raises(MultibaseError):
        b64url_decode(text)


def test_every_character_outside_the_alphabet_is_refused():
    good = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    for code in set(range(256)) - good:
        with pytest.raises(MultibaseError):
            b64url_decode(b"AA" + bytes([code]) + b"A")


def test_multibase():
    assert multibase_decode("z2NEpo7TZRRrLZSi2U") == b"Hello World!"
    assert multibase_decode("uSGVsbG8") == b"Hello"
    assert multibase_decode("u") == b""
    for text in ("", "2NEpo7TZRRrLZSi2U", "mSGVsbG8", "Z2NE", "f00", " z2"):
        with pytest.raises(MultibaseError, match="does not start"):
            multibase_decode(text)


def test_error_is_a_value_error():
    assert issubclass(multibase.MultibaseError, ValueError)
