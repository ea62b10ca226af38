"""The credential attached to a PDF: found, bounded, and never believed for where it stood."""

from __future__ import annotations

import zlib

import pytest

from stackmark.errors import ReadError
from stackmark.limits import MAX_DOCUMENT_BYTES, MAX_IMAGE_BYTES
from stackmark.reading.pdf import attachments, is_pdf

CREDENTIAL = b'{"type": ["VerifiableCredential"]}'


def stream(body, dictionary=b"/Type /EmbeddedFile"):
    head = b"7 0 obj\n<< " + dictionary + b" /Length 1 >>\nstream\n"
    return head + body + b"\nendstream\nendobj\n"


def pdf(*parts):
    return b"%PDF-1.7\n" + b"".join(parts) + b"%%EOF"


def test_a_plain_and_a_packed_attachment():
    packed = stream(zlib.compress(CREDENTIAL), b"/Type/EmbeddedFile/Filter/FlateDecode")
    listed = stream(zlib.compress(CREDENTIAL), b"/Filter [ /FlateDecode ] /Type /EmbeddedFile")
    assert attachments(pdf(stream(CREDENTIAL), packed, listed)) == [CREDENTIAL] * 3


def test_a_token():
    assert attachments(pdf(stream(b"eyJh.eyJi.c"))) == [b"eyJh.eyJi.c"]


@pytest.mark.parametrize(
    "part",
    [
        stream(CREDENTIAL, b"/Type /XObject"),
        stream(b"a picture"),
        stream(b"not packed", b"/Type /EmbeddedFile /Filter /FlateDecode"),
        stream(CREDENTIAL, b"/Type /EmbeddedFile /Filter /LZWDecode"),
        stream(CREDENTIAL, b"/Type /EmbeddedFileX"),
        b"",
    ],
)
def test_what_is_no_credential_is_not_taken(part):
    with pytest.raises(ReadError) as told:
        attachments(pdf(part))
    assert told.value.reason == "read.pdf-empty"


def test_a_bomb_is_no_document():
    bomb = zlib.compress(b"{" + b" " * (MAX_DOCUMENT_BYTES + 10))
    good = stream(CREDENTIAL)
    assert attachments(pdf(stream(bomb, b"/Type/EmbeddedFile/Filter/FlateDecode"), good)) == [
        CREDENTIAL
    ]


def test_too_large():
    with pytest.raises(ReadError) as told:
        attachments(b"%PDF-" + b" " * MAX_IMAGE_BYTES)
    assert told.value.reason == "read.too-large"


def test_another_objects_words_do_not_count():
    before = b"6 0 obj\n<< /Type /EmbeddedFile >>\nendobj\n"
    with pytest.raises(ReadError):
        attachments(pdf(before, stream(CREDENTIAL, b"/Length 2")))


def test_a_stream_without_its_end():
    cut = pdf(stream(CREDENTIAL)).partition(b"\nendstream")[0]
    assert attachments(cut) == [CREDENTIAL]


def test_many_streams_take_no_time():
    many = stream(b"x") * 30_000
    with pytest.raises(ReadError):
        attachments(pdf(many))


def test_told_by_its_first_bytes():
    assert is_pdf(b"%PDF-1.4")
    assert not is_pdf(b"{}%PDF-1.4")
