"""The bulk file: headers, rows, every way to get them wrong, and reports that go out."""

from __future__ import annotations

import csv
import io
import json
import pickle
import time
import tracemalloc

import pytest

from shared import need_shared
from stackmark import limits
from stackmark.errors import CheckFailed, UsageError
from stackmark.issuing.dates import read_when
from stackmark.issuing.recipients import (
    BadRow,
    Evidence,
    Row,
    bad_rows_csv,
    neutralise,
    open_file,
    read_rows,
    restore,
    template_csv,
)


def read(text: str | bytes, **options) -> list[Row | BadRow]:
    data = text.encode() if isinstance(text, str) else text
    return list(read_rows([data], **options))


def good(text: str, **options) -> Row:
    (row,) = read(text, **options)
    assert isinstance(row, Row), row
    return row


def bad(text: str, **options) -> BadRow:
    (row,) = read(text, **options)
    assert isinstance(row, BadRow), row
    return row


def refused(text: str | bytes, **options) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read(text, **options)
    return caught.value


# The manifest of the security vectors


def vector(name: str) -> bytes:
    return (need_shared() / "vectors" / "security" / "own" / "csv" / f"csv-{name}.csv").read_bytes()


def counts(rows: list) -> tuple[int, int]:
    return sum(isinstance(r, Row) for r in rows), sum(isinstance(r, BadRow) for r in rows)


def test_counts_of_the_manifest():
    folder = need_shared() / "vectors" / "security" / "own" / "csv"
    files = json.loads((folder / "manifest.json").read_text())["files"]
    assert len(files) == 23
    checked = 0
    for file in files:
        want = file["expect"]
        if not want.keys() & {"rows_ok", "rows_bad", "rows_ok_or_bad"}:
            continue
        rows = read((folder / file["file"]).read_bytes(), known_templates={"soil-1"})
        ok, wrong = counts(rows)
        assert ok == want.get("rows_ok", ok), file["file"]
        assert wrong == want.get("rows_bad", wrong), file["file"]
        if "rows_ok_or_bad" in want:
            assert ok + wrong == want["rows_ok_or_bad"]
        checked += 1
    assert checked == 9


def test_bad_rows_are_named_by_line_and_column():
    rows = read(vector("010-bad-rows-mixed"), known_templates={"soil-1"})
    assert [(r.line, r.column, r.reason) for r in rows if isinstance(r, BadRow)] == [
        (3, "email", "email"),
        (4, "name", "name"),
        (5, "achievement", "template"),
    ]


def test_duplicates_of_the_manifest():
    first, second, third = read(vector("011-duplicate-rows"))
    assert isinstance(first, Row)
    for row in (second, third):
        assert (row.column, row.reason) == ("email", "duplicate")
        assert "line 2" in row.detail


@pytest.mark.parametrize(
    ("name", "reason", "word"),
    [
        ("013-unclosed-quote", "usage.csv-quote", "line 2"),
        ("014-header-unknown", "usage.csv-header", "recipient_email"),
        ("015-header-twice", "usage.csv-header", '"email" (column 1)'),
        ("016-empty", "usage.csv-empty", "empty"),
        ("017-header-only", "usage.csv-empty", "no rows"),
        ("019-latin1", "usage.csv-encoding", "0xE9 on line 2"),
        ("027-png-named-csv", "usage.csv-encoding", "PNG"),
        ("028-truncated-multibyte", "usage.csv-encoding", "0xC3 on line 2"),
    ],
)
def test_files_refused_as_a_whole(name, reason, word):
    error = refused(vector(name))
    assert error.reason == reason
    assert word in error.detail


@pytest.mark.parametrize("name", ["020-utf16", "021-semicolon", "026-cr-only"])
def test_other_dialects_are_read_right(name):
    (row,) = read(vector(name))
    assert (row.recipient_email, row.recipient_name, row.template_id) == (
        "a@example.org",
        "Ann",
        "soil-1",
    )


def test_formula_cells_are_text():
    first, second = read(vector("022-formula-cells"))
    assert first.recipient_name == '=HYPERLINK("http://attacker.example","x")'
    assert second.recipient_name == "@SUM(1)"


def test_script_is_text_as_a_name_and_no_url_as_evidence():
    (row,) = read(vector("023-script-cells"))
    assert (row.column, row.reason) == ("evidence", "evidence")
    assert good("email,name\na@b.org,<script>x</script>").recipient_name == "<script>x</script>"


@pytest.mark.parametrize("size", [1, 2, 7, 100_000])
def test_the_size_of_chunks_does_not_matter(size):
    folder = need_shared() / "vectors" / "security" / "own" / "csv"

    def outcome(data: bytes, step: int):
        try:
            return list(read_rows(data[i : i + step] for i in range(0, len(data), step)))
        except UsageError as error:
            return error.reason, error.detail

    for path in sorted(folder.glob("*.csv")):
        data = path.read_bytes()[:3000]
        assert outcome(data, size) == outcome(data, max(1, len(data))), path.name


# Headers


def test_all_columns():
    row = good(
        "recipient_email,recipient_name,recipient_id,template_id,issued_on,expires_on,external_id,"
        "narrative,evidence_url,evidence_name,evidence_text,country,region,locale,group_tag,custom.mark\n"
        "ann@example.org,Ann Ba,did:key:z6Mk,soil-1,2026-01-02,2027-01-02,e-7,"
        '"Two\nlines",https://ex.org/1,Essay,Long,NZ,Otago,en_GB,spring,A+\n'
    )
    assert row == Row(
        line=2,
        recipient_email="ann@example.org",
        recipient_name="Ann Ba",
        recipient_id="did:key:z6Mk",
        template_id="soil-1",
        issued_on="2026-01-02T00:00:00Z",
        expires_on="2027-01-02T00:00:00Z",
        external_id="e-7",
        narrative="Two\nlines",
        evidence=(Evidence("https://ex.org/1", "Essay", "Long"),),
        country="NZ",
        region="Otago",
        locale="en-GB",
        group_tag="spring",
        custom={"mark": "A+"},
    )
    assert pickle.loads(pickle.dumps(row)) == row


CREDLY = (
    "Badge Template ID *,Recipient Email *,First Name *,Middle Name,Last Name *,Issued at *,"
    "Expiration Date,Issuer Earner ID,Country,State or Province,Locale,Group Tag,Evidence Name,"
    "Evidence URL,ID Evidence Title,ID Evidence Description\n"
    "t-1,a@b.org,Ann,C.,Ba,12/25/2026,12/26/2027,e-1,NZ,Otago,en,g,Essay,https://e.org,Pass,Seen\n"
)
PARCHMENT = (
    "Badge Class ID,Identifier,First Name,Last Name,Issue Date,Expiration Date,Narrative,"
    "Evidence Narrative,Evidence URL\n"
    "t-1,a@b.org,Ann,Ba,2026-12-25,2027-12-26,Good,Did it,https://e.org\n"
)
ACCREDIBLE = (
    "Recipient Name,Recipient Email,Issue Date,Expiry Date,Credential.Id,Grade\n"
    "Ann Ba,a@b.org,2026-12-25,2027-12-26,e-1,A\n"
)
CERTIFIER = (
    "recipient.name,recipient.email,issueDate,expiryDate,groupId\n"
    "Ann Ba,a@b.org,2026-12-25,2027-12-26,t-1\n"
)


@pytest.mark.parametrize("text", [CREDLY, PARCHMENT, ACCREDIBLE, CERTIFIER])
def test_files_of_other_platforms(text):
    row = good(text)
    assert row.recipient_email == "a@b.org"
    assert row.recipient_name in {"Ann Ba", "Ann C. Ba"}
    assert row.issued_on == "2026-12-25T00:00:00Z"
    assert row.expires_on.startswith("2027-12-26")


def test_details_of_other_platforms():
    row = good(CREDLY)
    assert (row.template_id, row.external_id, row.region, row.group_tag) == (
        "t-1",
        "e-1",
        "Otago",
        "g",
    )
    assert row.recipient_name == "Ann C. Ba"
    assert row.evidence == (
        Evidence("https://e.org", "Essay", None),
        Evidence(None, "Pass", "Seen"),
    )
    assert good(PARCHMENT).evidence == (Evidence("https://e.org", None, "Did it"),)
    assert good(PARCHMENT).narrative == "Good"
    row = good(ACCREDIBLE)
    assert (row.external_id, row.custom) == ("e-1", {"Grade": "A"})
    assert good(CERTIFIER).template_id == "t-1"


def test_several_pieces_of_evidence():
    row = good(
        "email,evidence_url,evidence_2_url,evidence_2_name\na@b.org,https://a.org,https://b.org,B"
    )
    assert row.evidence == (
        Evidence("https://a.org", None, None),
        Evidence("https://b.org", "B", None),
    )


def test_unknown_columns_are_kept_with_a_warning():
    file = open_file([b"email,Cohort,custom.Mark,\na@b.org,2026,7,\n"])
    assert file.headers == ("email", "Cohort", "custom.Mark", "")
    assert file.warnings == (
        'The column "Cohort" is not one we know; it is kept as custom.Cohort.',
        "Column 4 has no header and is left out.",
    )
    assert [row.custom for row in file] == [{"Cohort": "2026", "Mark": "7"}]


def test_the_user_can_map_and_skip_columns():
    text = "mail,who,note\na@b.org,Ann,secret"
    row = good(text, columns={"mail": "recipient_email", "who": "recipient_name", "note": ""})
    assert (row.recipient_email, row.recipient_name, row.custom) == ("a@b.org", "Ann", {})


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("name,issued_on", "recipient_email"),
        ("mail,who", "found: mail, who"),
        ("email,E-Mail,name", '"E-Mail" (column 2)'),
        ("email,issued_on,Issue Date", '"Issue Date" (column 3)'),
        ("email,grade,Grade", '"Grade" (column 3)'),
        ("email,evidence,evidence_url", '"evidence_url" (column 3)'),
        ("Identifier,Recipient Email", '"Recipient Email" (column 2)'),
        ("email," + ",".join(f"c{i}" for i in range(500)), "501 columns"),
        (",".join(f"c{i}" for i in range(20_000)), "20,000 columns"),
    ],
)
def test_headers_that_are_refused(header, word):
    error = refused(header + "\na@b.org,x,y\n")
    assert error.reason == "usage.csv-header"
    assert word in error.detail


def test_a_header_with_a_broken_quote():
    assert refused('email,"na"me\na@b.org,Ann').reason == "usage.csv-header"
    assert refused('email,"name\na@b.org,Ann').reason == "usage.csv-quote"
    assert refused('\n\nemail,"na"me\na@b.org,Ann').reason == "usage.csv-header"


@pytest.mark.parametrize("text", ["", "\n\r\n\n", "\ufeff", "email\n", "email,name\n,\n\n"])
def test_files_without_rows(text):
    assert refused(text).reason == "usage.csv-empty"


# Text, separators, quotes


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(separator, end):
    text = end.join(
        [
            f'email{separator}"na,me;x"',
            f"a@b.org{separator}A",
            "",
            f'c@d.org{separator}"B{separator}"',
            "",
        ]
    )
    rows = read(text)
    assert [(r.line, r.custom["na,me;x"]) for r in rows] == [(2, "A"), (4, f"B{separator}")]


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
    row = good_bytes("email,name\na@b.org,Łukasz 張偉 👩🏽‍🎓\n".encode(encoding))
    assert row.recipient_name == "Łukasz 張偉 👩🏽‍🎓"


def good_bytes(data: bytes) -> Row:
    (row,) = read(data)
    assert isinstance(row, Row), row
    return row


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


# Cells


@pytest.mark.parametrize(("cells", "column"), [("a@b.org", "name"), ("a@b.org,Ann,x,y", "")])
def test_too_few_and_too_many_cells(cells, column):
    row = bad(f"email,name,grade\n{cells}\n")
    assert (row.column, row.reason) == (column, "cells")
    assert "header has 3" in row.detail


@pytest.mark.parametrize(
    "sign", ["\0", "\x07", "\x1b", "\x7f", "\x85", "\ufffe", "\ufdd0", "\U0001ffff"]
)
def test_control_characters(sign):
    row = bad(f"email,name\na@b.org,An{sign}n")
    assert (row.column, row.reason) == ("name", "control")
    assert f"U+{ord(sign):04X}" in row.detail


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\u2028", "\u2029"])
def test_line_breaks_where_none_belong(sign):
    assert bad(f'email,name\na@b.org,"An{sign}n"').reason == "line-break"
    assert bad(f'email\n"a@b.org{sign}Bcc: v@b.org"').reason == "line-break"
    assert bad(f'email\n"a@b.org{sign}"').reason == "line-break"
    assert good(f'email,narrative,x\na@b.org,"An{sign}n","An{sign}n"').narrative == f"An{sign}n"


@pytest.mark.parametrize(
    "email",
    [
        "a@example.org",
        "A.B+tag@EXAMPLE.ORG",
        "o'neil@example.org",
        "a@xn--bcher-kva.example",
        "jörg@bücher.example",
        "用户@例え.jp",
        "उपयोगकर्ता@उदाहरण.भारत",
        "a" * 64 + "@example.org",
        "a@" + "b" * 63 + ".org",
    ],
)
def test_addresses_that_are_fine(email):
    assert good(f"email\n{email}\n").recipient_email == email


@pytest.mark.parametrize(
    "email",
    [
        "not-an-email",
        "@example.org",
        "a@",
        "a@localhost",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a..b@example.org",
        ".a@example.org",
        "a.@example.org",
        "a b@example.org",
        "a@exa mple.org",
        "a@b@example.org",
        "a@example.org;b@example.org",
        "<a@example.org>",
        "a@-x.org",
        "a@x-.org",
        "a@x..org",
        "a@x.org.",
        "mailto:a@example.org",
        "a＠b@example.org",
        "a\u200b@example.org",
        "a\u202e@example.org",
        "a@\u00a0example.org",
        "a" * 65 + "@example.org",
        "a@" + "b" * 64 + ".org",
        "a@" + "b.c" * 90 + ".org",
        "ü" * 60 + "@" + "ü" * 60 + ".org" + ".ü" * 20,
        "-oQ/tmp -X/tmp/x@example.org",
    ],
)
def test_addresses_that_are_refused(email):
    row = bad(f'email\n"{email}"\n')
    assert (row.column, row.reason) == ("email", "email")


def test_hostile_addresses_never_hide_a_second_one():
    path = need_shared() / "vectors" / "security" / "own" / "hostile-text.json"
    items = [
        i["text"] for i in json.loads(path.read_text())["items"] if i["class"] == "e-mail-address"
    ]
    assert len(items) > 10
    for text in items:
        buffer = io.StringIO()
        csv.writer(buffer).writerows([["email"], [text]])
        (row,) = read(buffer.getvalue())
        if isinstance(row, Row):
            assert row.recipient_email == text
            assert text.count("@") == 1
            assert not set(text) & set('\r\n ,;<>"\0\u2028')


def test_hostile_names_are_kept_exactly():
    path = need_shared() / "vectors" / "security" / "own" / "hostile-text.json"
    items = [
        i["text"] for i in json.loads(path.read_text())["items"] if i["class"] == "person-name"
    ]
    assert len(items) > 10
    for text in items:
        buffer = io.StringIO()
        csv.writer(buffer).writerows([["email", "name"], ["a@b.org", text]])
        (row,) = read(buffer.getvalue())
        assert row.reason == "too-long" if isinstance(row, BadRow) else row.recipient_name == text


@pytest.mark.parametrize(
    "person",
    [
        "did:key:z6Mkabc",
        "did:web:uni.example%3A8443:people:7",
        "https://ann.example/me",
        "urn:uuid:6f3a",
    ],
)
def test_recipient_ids(person):
    row = good(f"did\n{person}\n")
    assert (row.recipient_id, row.recipient_email) == (person, None)
    assert good(f"Identifier\n{person}\n").recipient_id == person


@pytest.mark.parametrize(
    "person",
    [
        "ann",
        "did:key",
        "did:key:",
        "did:KEY:z",
        "did:key:z#k",
        "did:key:a b",
        "javascript:alert(1)",
        "/me",
        "+64 21 000",
    ],
)
def test_recipient_ids_that_are_refused(person):
    row = bad(f"recipient_id\n{person}\n")
    assert (row.column, row.reason) == ("recipient_id", "recipient")


def test_an_identifier_is_an_address_or_an_id():
    assert good("Identifier\na@b.org\n").recipient_email == "a@b.org"
    assert bad("Identifier\n+64 21 000\n").reason == "email"
    assert good("Identifier,did\ndid:key:z1,did:key:z1\n").recipient_id == "did:key:z1"
    assert bad("Identifier,did\ndid:key:z1,did:key:z2\n").reason == "recipient"
    row = good("Identifier,did\na@b.org,did:key:z2\n")
    assert (row.recipient_email, row.recipient_id) == ("a@b.org", "did:key:z2")


def test_a_row_without_recipient():
    row = bad("name,email,did\nAnn,,\n")
    assert (row.column, row.reason) == ("email", "recipient")


def test_names():
    assert good("email,name\na@b.org,  Ann\u00a0 \n").recipient_name == "Ann"
    assert good("email\na@b.org\n").recipient_name is None
    assert good("email,first_name,last_name\na@b.org,,Ba\n").recipient_name == "Ba"
    assert good("email,name,first_name\na@b.org,,Ann\n").recipient_name == "Ann"
    row = bad("email,first_name,last_name\na@b.org,, \n")
    assert (row.column, row.reason) == ("first_name", "name")


@pytest.mark.parametrize(
    "url",
    [
        "https://e.org",
        "http://e.org:8080/a?b=c#d",
        "HTTPS://E.ORG/",
        "https://bücher.example/ä",
        "https://[::1]/x",
    ],
)
def test_evidence_addresses(url):
    assert good(f"email,evidence\na@b.org,{url}\n").evidence == (Evidence(url, None, None),)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "//e.org", "/x", "e.org", "ftp://e.org", "https://", "https:///x",
        "https://user:pw@e.org/", "https://e.org/a b", "https://e.org/<x>", "file:///etc/passwd", "https:e.org",
        "https://e.org\\@f.org", "https://e.org/\u202egnp", "https://e.org:99999999/",
    ],
)  # fmt: skip
def test_evidence_that_is_no_address(url):
    row = bad(f'email,evidence\na@b.org,"{url}"\n')
    assert (row.column, row.reason) == ("evidence", "evidence")


@pytest.mark.parametrize(
    ("text", "tag"), [("en", "en"), ("pt_BR", "pt-BR"), ("zh-Hant-TW", "zh-Hant-TW")]
)
def test_locales(text, tag):
    assert good(f"email,locale\na@b.org,{text}\n").locale == tag


@pytest.mark.parametrize("text", ["e", "english", "en-", "en GB", "én", "en\u0661"])
def test_locales_that_are_refused(text):
    assert bad(f"email,locale\na@b.org,{text}\n").reason == "locale"


def test_templates():
    text = "email,template_id\na@b.org,{}\n"
    assert good(text.format("x")).template_id == "x"
    assert good(text.format(""), known_templates={"y"}).template_id is None
    row = bad(text.format("x\u202e"), known_templates={"y"})
    assert (row.column, row.reason) == ("template_id", "template")
    assert '"x\\u202e"' in row.detail


# Dates


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-12-25", "2026-12-25T00:00:00Z"),
        ("2026-3-4", "2026-03-04T00:00:00Z"),
        ("2026/03/04", "2026-03-04T00:00:00Z"),
        ("20260304", "2026-03-04T00:00:00Z"),
        ("2026-12-25T10:30:00Z", "2026-12-25T10:30:00Z"),
        ("2026-12-25T10:30", "2026-12-25T10:30:00Z"),
        ("2026-12-25 10:30:15 UTC", "2026-12-25T10:30:15Z"),
        ("2026-12-25T10:30:00+13:00", "2026-12-24T21:30:00Z"),
        ("2026-12-25T22:30:00-0500", "2026-12-26T03:30:00Z"),
        ("2026-12-25T10:30:00.250Z", "2026-12-25T10:30:00.25Z"),
        ("2026-12-25T10:30:00.000Z", "2026-12-25T10:30:00Z"),
        ("2026-12-25T10:30:00.1234567Z", "2026-12-25T10:30:00.123456Z"),
        ("25/12/2026", "2026-12-25T00:00:00Z"),
        ("12/25/2026", "2026-12-25T00:00:00Z"),
        ("25.12.2026", "2026-12-25T00:00:00Z"),
        ("12-25-2026 08:00", "2026-12-25T08:00:00Z"),
        ("4/4/2026", "2026-04-04T00:00:00Z"),
        ("25 December 2026", "2026-12-25T00:00:00Z"),
        ("1st Sept 2026", "2026-09-01T00:00:00Z"),
        ("25-Dec-2026", "2026-12-25T00:00:00Z"),
        ("Dec 25, 2026", "2026-12-25T00:00:00Z"),
        ("may 3rd 2026", "2026-05-03T00:00:00Z"),
        ("29/02/2028", "2028-02-29T00:00:00Z"),
        ("9999-12-31", "9999-12-31T00:00:00Z"),
    ],
)
def test_dates_that_can_mean_one_day(text, instant):
    assert read_when(text) == instant
    assert read_when(instant) == instant


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("03/04/2026", "write 2026-04-03 or 2026-03-04"),
        ("3.4.2026", "write 2026-04-03 or 2026-03-04"),
        ("3/4/26", "two digits"),
        ("46115", "inner number"),
        ("31/02/2026", "no day"),
        ("29/02/2026", "no day"),
        ("2026-02-30", "no day"),
        ("13/13/2026", "no day"),
        ("1899-12-31", "no day"),
        ("0000-00-00", "no day"),
        ("20261340", "no day"),
        ("30 February 2026", "no day"),
        ("2026-12-25T25:00:00Z", "time of day"),
        ("2026-12-25T23:59:60Z", "time of day"),
        ("2026-12-25T10:00:00+99:00", "time of day"),
        ("2026-12-25T10:00:00+01:99", "time of day"),
        ("9999-12-31T23:00:00-05:00", "time of day"),
        ("2026-12-25T10:00:00 PST", "cannot be read"),
        ("2026-12-25 noon", "cannot be read"),
        ("2026-12-2599", "cannot be read"),
        ("25 Dezember 2026", "cannot be read"),
        ("tomorrow", "cannot be read"),
        ("25/12-2026", "cannot be read"),
        ("٢٠٢٦-١٢-٢٥", "cannot be read"),
        ("", "cannot be read"),
    ],
)
def test_dates_that_are_refused(text, word):
    with pytest.raises(CheckFailed) as caught:
        read_when(text)
    assert caught.value.reason == "recipients.date"
    assert word.replace("cannot be read", "not a date that can be read") in caught.value.detail


def test_a_bad_date_names_its_column():
    row = bad("email,Issue Date\na@b.org,03/04/2026\n")
    assert (row.column, row.reason) == ("Issue Date", "date")
    assert "write 2026-04-03 or 2026-03-04" in row.detail


def test_expiry():
    text = "email,issued_on,expires_on\na@b.org,{},{}\n"
    assert good(text.format("2026-01-02", "2026-01-02")).expires_on == "2026-01-02T00:00:00Z"
    assert (
        good(text.format("", "2026-01-02"), default_issued_on="2026-01-01").issued_on
        == "2026-01-01T00:00:00Z"
    )
    assert good(text.format("2026-01-01", "")).expires_on is None
    for issued, default, word in (
        ("2026-01-03", None, "before it is issued"),
        ("2026-01-02T00:00:00.5Z", None, "before it is issued"),
        ("", "2026-01-03", "before it is issued"),
        ("", None, "needs an issue date"),
    ):
        row = bad(text.format(issued, "2026-01-02"), default_issued_on=default)
        assert (row.column, row.reason) == ("expires_on", "expiry")
        assert word in row.detail


def test_a_default_date_that_cannot_be_read_is_the_callers_error():
    with pytest.raises(CheckFailed, match="can mean two days"):
        read("email\na@b.org\n", default_issued_on="03/04/2026")


# Duplicates


def reasons(text: str, **options) -> list[str]:
    return [row.reason if isinstance(row, BadRow) else "ok" for row in read(text, **options)]


def test_the_same_person_twice():
    assert reasons("email\na@b.org\nA@B.ORG\n a@b.org \n") == ["ok", "duplicate", "duplicate"]
    assert reasons("email\nSTRASSE@b.org\nstraße@b.org\n") == ["ok", "duplicate"]
    assert reasons("email\njo\u0308rg@b.org\nj\u00f6rg@b.org\n") == ["ok", "duplicate"]
    assert reasons("did\ndid:key:z1\ndid:key:Z1\ndid:key:z1\n") == ["ok", "ok", "duplicate"]


def test_the_same_person_by_either_name():
    text = "email,did\na@b.org,did:key:z1\na@b.org,did:key:z2\nc@b.org,did:key:z1\n,did:key:z2\n"
    rows = read(text)
    assert [getattr(r, "reason", "ok") for r in rows] == ["ok", "duplicate", "duplicate", "ok"]
    assert [r.column for r in rows[1:3]] == ["email", "did"]


def test_one_person_may_get_several_achievements():
    text = "email,template_id\na@b.org,x\na@b.org,y\na@b.org,x\n"
    assert reasons(text) == ["ok", "ok", "duplicate"]


def test_a_bad_row_does_not_stand_in_the_way_of_its_correction():
    assert reasons("email,name\na@b.org,\na@b.org,Ann\n") == ["name", "ok"]


def test_duplicates_can_be_asked_for():
    assert reasons("email\na@b.org\na@b.org\n", allow_duplicates=True) == ["ok", "ok"]


# Files that go out


def test_the_template_holds_every_header_and_reads_without_warnings():
    header = template_csv()
    assert header.startswith("template_id,recipient_email,recipient_name,")
    assert header.endswith("\r\n")
    assert refused(header).reason == "usage.csv-empty"
    assert open_file([header.encode()]).warnings == ()


@pytest.mark.parametrize("sign", list("=+-@\t\r\n'＝＋－＠"))
def test_a_cell_that_could_be_a_formula_begins_with_an_apostrophe(sign):
    assert neutralise(f"{sign}1+1")[0] == "'"
    assert restore(neutralise(f"{sign}1+1")) == f"{sign}1+1"


@pytest.mark.parametrize("cell", ["", "Ann", "a=1", "o'neil", "2026-01-01", "a@b.org", "x, y; z"])
def test_harmless_cells_stay_as_they_are(cell):
    assert neutralise(cell) == cell


@pytest.mark.parametrize(
    ("cell", "safe"),
    [(";=1+1", ";'=1+1"), (",=1+1", ",'=1+1"), ('"=1+1', "\"'=1+1"), ("\t=1", "'\t'=1")],
)
def test_a_cell_opened_with_another_separator_is_safe_too(cell, safe):
    assert neutralise(cell) == safe
    assert restore(safe) == cell


def test_hostile_cells_come_back_the_same():
    path = need_shared() / "vectors" / "security" / "own" / "hostile-text.json"
    cells = [i["text"] for i in json.loads(path.read_text())["items"] if i["class"] == "csv-cell"]
    assert len(cells) == 15
    for cell in cells:
        buffer = io.StringIO(newline="")
        csv.writer(buffer).writerow([neutralise(cell)])
        (back,) = next(csv.reader(io.StringIO(buffer.getvalue(), newline="")))
        assert back[:1] not in set("=+-@\t\r\n＝＋－＠")
        assert restore(back) == cell


def test_the_error_report_is_safe_and_complete():
    rows = read('email,"=cmd()"\n=1+1,x\n-2@,y\n')
    report = "".join(bad_rows_csv(rows))
    lines = list(csv.reader(io.StringIO(report, newline="")))
    assert lines[0] == ["line", "column", "reason", "detail"]
    assert [line[:3] for line in lines[1:]] == [["2", "email", "email"], ["3", "email", "email"]]
    assert '"\'=1+1"' in lines[1][3]
    (row,) = csv.reader(list(bad_rows_csv([BadRow(2, "=cmd()", "email", "x")]))[0].splitlines()[1:])
    assert row[1] == "'=cmd()"
    assert "".join(bad_rows_csv([])) == "line,column,reason,detail\r\n"


# Size


def many(count: int):
    yield b"recipient_email,recipient_name,issued_on\n"
    for start in range(0, count, 1000):
        lines = (
            f"p{i}@example.org,Ann {i},2026-03-{i % 28 + 1:02}\n"
            for i in range(start, start + 1000)
        )
        yield "".join(lines).encode()


def test_rows_stream_in_bounded_memory():
    tracemalloc.start()
    count = sum(isinstance(row, Row) for row in read_rows(many(20_000), allow_duplicates=True))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 3 * 1024 * 1024


def test_a_person_remembered_costs_little():
    tracemalloc.start()
    count = sum(isinstance(row, Row) for row in read_rows(many(20_000)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 3 * 1024 * 1024 + 20_000 * 200


def test_many_rows_are_fast():
    chunks = list(many(20_000))
    start = time.perf_counter()
    assert sum(isinstance(row, Row) for row in read_rows(chunks)) == 20_000
    assert time.perf_counter() - start < 2  # about 0.15 s on a quiet machine
