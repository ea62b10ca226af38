"""From bytes to cells: encodings, separators, line ends, quotation marks, limits."""

from __future__ import annotations

import pytest

from bulk_file import good, read, refused
from stackmark import limits
from stackmark.errors import UsageError
from stackmark.issuing.recipients import (
    read_rows,
)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(separator, end):
    text = end.join(
        [
            f'email{separator}"na,me;x"',
            f"a@b.org{separator}A",
            "",
            f'c@d.org{separator}"B{separator}B"',
            "",
        ]
    )
    rows = read(text)
    assert [(r.line, r.custom["na,me;x"]) for r in rows] == [(2, "A"), (4, f"B{separator}B")]


def test_lines_count_physical_lines():
    rows = read('\n\nemail,narrative\r\na@b.org,"x\r\ny\nz"\r\nnope,\r\n')
    assert [row.line for row in rows] == [4, 7]
    assert rows[0].narrative == "x\r\ny\nz"


def test_a_carriage_return_at_the_edge_of_a_block_is_not_a_line():
    text = "email,narrative\r\n" + "".join(f"p{i}@b.org,x\r\n" for i in range(20_000))
    rows = read(text)
    assert len(rows) == 20_000
    assert rows[-1].line == 20_001
    assert all(row.narrative == "x" for row in rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding):
    row = good("email,name\na@b.org,Łukasz 張偉 👩🏽‍🎓\n".encode(encoding))
    assert row.recipient_name == "Łukasz 張偉 👩🏽‍🎓"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04\x14\x00", "Excel"),
        ("email\na@b.org\n".encode("utf-32"), "UTF-32"),
        ("email\na@b.org\n".encode("utf-16-le"), "UTF-16"),
        (b"\xff\xfee\x00m\x00\x00\xd8\n\x00", "not UTF-16"),
        (b"email\n" + b"a@b.org\n" * 40_000 + b"\xe9", "0xE9 on line 40002"),
    ],
)
def test_what_is_not_text(data, word):
    error = refused(data)
    assert error.reason == "usage.csv-encoding"
    assert word in error.detail


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('email,name\na@b.org,"Ann\nb@b.org,Bo\n', 2),
        ('email,name\na@b.org,Ann\nb@b.org,"Bo', 3),
        ('email,narrative,name\na@b.org,"x\ny","An""n\nc@d.org,,C\n', 3),
        ('email,name\na@b.org,"Ann\nb@b.org,"Bo"\nc@b.org,Cy\n', 2),
        ('email,name\na@b.org,"A"nn,"\nb@b.org,Bo\n', 2),
        ('email,name\na@b.org,"Ann\n' + "b@b.org,Bo\n" * 100_000, 2),
    ],
)
def test_open_quotes_end_the_file_with_their_line(text, line):
    error = refused(text)
    assert error.reason == "usage.csv-quote"
    assert f"line {line} " in error.detail


def test_rows_before_an_open_quote_were_given_out_already():
    rows = read_rows([b'email,name\na@b.org,Ann\nb@b.org,"Bo\n'])
    assert next(rows).recipient_email == "a@b.org"
    with pytest.raises(UsageError, match="line 3"):
        next(rows)


def test_text_behind_a_quote_spoils_its_row_only():
    first, second = read('email,name\na@b.org,"Ann" Ba\nb@b.org,Bo\n')
    assert (first.line, first.column, first.reason) == (2, "name", "quote")
    assert second.recipient_name == "Bo"


def test_a_quotation_mark_inside_a_bare_cell_is_a_sign_like_others():
    assert good('email,name\na@b.org,Ann "the" Ba\n').recipient_name == 'Ann "the" Ba'


@pytest.mark.parametrize("length", [limits.MAX_CSV_CELL + 1, 131_073, 200_000])
@pytest.mark.parametrize("quote", ["", '"'])
def test_cells_over_the_limit(length, quote):
    long = quote + "A" * length + quote
    first, second = read(f"email,narrative,name\na@b.org,{long},Ann\nb@b.org,,Bo\n")
    assert (first.line, first.column, first.reason) == (2, "narrative", "too-long")
    assert second.recipient_name == "Bo"


def test_a_cell_may_be_just_as_long_as_the_limit():
    row = good("email,narrative\na@b.org," + "A" * limits.MAX_CSV_CELL)
    assert len(row.narrative) == limits.MAX_CSV_CELL


def test_a_file_without_line_ends_stops_early():
    def endless():
        yield b"email\n"
        for _ in range(10_000):
            yield b"A" * 65_536
        pytest.fail("all of it was read")

    with pytest.raises(UsageError) as caught:
        list(read_rows(endless()))
    assert caught.value.reason == "usage.csv-line"


def test_a_row_of_endless_quoted_lines_stops_early():
    def endless():
        yield b"email\n"
        for _ in range(10_000):
            yield b'"\n",' * 16_384
        pytest.fail("all of it was read")

    with pytest.raises(UsageError) as caught:
        list(read_rows(endless()))
    assert caught.value.reason == "usage.csv-line"
