"""Files as people and attackers send them: read right, row by row, or refused with a sentence."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime, time

import pytest

from shared import need_shared
from sheet_help import Way, address, csv_of, text_of, workbook
from stackmark.errors import UsageError
from stackmark_web.awarding import sheet_reading, sheet_workbooks
from stackmark_web.awarding.models import Award, Sheet
from stackmark_web.awarding.sheet_workbooks import read_workbook, row_of
from stackmark_web.jobs import worker

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::UserWarning:openpyxl"),
]
ANN = "ann@mail.example,Ann Lee"


@pytest.fixture
def way(client, alice, version):
    version.achievement.current = version
    version.achievement.save()
    client.force_login(alice)
    return Way(client, version)


def refused(way, data, **more):
    answer = way.upload(data, **more)
    assert answer.status_code == 422, answer.headers.get("Location")
    assert Sheet.everywhere.count() == 0, "nothing is kept of a refused file"
    return text_of(answer)


# -- the attack set of the workplace -----------------------------------------------------------

# file → (good lines, bad lines), or words of the refusal
WANTED = {
    "csv-000-ok.csv": ([2, 3], []),
    "csv-001-bom.csv": ([2], []),
    "csv-002-crlf-and-quotes.csv": ([2], []),
    "csv-003-newline-in-cell.csv": ([], [2]),
    "csv-010-bad-rows-mixed.csv": ([2, 6], [3, 4, 5]),
    "csv-011-duplicate-rows.csv": ([2], [3, 4]),
    "csv-012-too-few-cells.csv": ([], [2, 3]),
    "csv-013-unclosed-quote.csv": "opens a cell on line 2 is not closed",
    "csv-014-header-unknown.csv": "Say which column holds the e-mail address.",
    "csv-015-header-twice.csv": "has the same column twice",
    "csv-016-empty.csv": "The file is empty.",
    "csv-017-header-only.csv": "but no rows below it",
    "csv-018-nul.csv": ([], [2]),
    "csv-019-latin1.csv": "encoding is not UTF-8",
    "csv-020-utf16.csv": ([2], []),
    "csv-021-semicolon.csv": ([2], []),
    "csv-022-formula-cells.csv": ([2, 3], []),
    "csv-023-script-cells.csv": ([], [2]),
    "csv-024-header-injection.csv": ([], [2]),
    "csv-025-long-cell.csv": ([], [2]),
    "csv-026-cr-only.csv": ([2], []),
    "csv-027-png-named-csv.csv": "not text but a PNG picture",
    "csv-028-truncated-multibyte.csv": "encoding is not UTF-8",
}


def vectors():
    return need_shared() / "vectors" / "security" / "own" / "csv"


def test_the_whole_attack_set_is_tried():
    assert {path.name for path in vectors().glob("*.csv")} == set(WANTED)


@pytest.mark.parametrize("name", WANTED)
def test_the_attack_set_goes_through_the_form(way, name):
    wanted = WANTED[name]
    answer = way.upload((vectors() / name).read_bytes(), name=name)
    if answer.status_code == 302:
        answer = way.columns()
    if isinstance(wanted, str):
        assert answer.status_code == 422
        assert wanted in text_of(answer)
        return
    assert answer.status_code == 302, text_of(answer)
    if answer.url == address("sheet_questions", way.sheet):
        way.answer(template="soil-1")
    good = [row.line for row in way.rows() if row.outcome != "error"]
    bad = [row.line for row in way.rows() if row.outcome == "error"]
    assert (good, bad) == wanted
    page = way.client.get(address("sheet", way.sheet))
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert all(row.findings[0]["detail"] for row in way.rows() if row.outcome == "error")


def test_hostile_names_stay_text_all_the_way(way, django_capture_on_commit_callbacks):
    items = json.loads((vectors().parent / "hostile-text.json").read_text())["items"]
    texts = [one["text"] for one in items][:60]
    rows = [["email", "name"], *([f"p{n}@mail.example", text] for n, text in enumerate(texts))]
    buffer = io.StringIO(newline="")
    import csv

    csv.writer(buffer).writerows(rows)
    way.checked(buffer.getvalue())
    way.choose(scope="good")
    names = ("sheet_columns", "sheet", "sheet_confirm")
    pages = [way.client.get(address(name, way.sheet)) for name in names]
    way.confirm()
    with django_capture_on_commit_callbacks(execute=True):
        while worker.work_once("test"):
            pass
    pages.append(way.client.get(address("sheet_report", way.sheet)))
    for page in pages:
        body = page.content.decode()
        assert page.status_code == 200
        for mark in ("<script>alert", "<img src=x", "onerror=alert(1)>", "<svg/onload", "<iframe"):
            assert mark not in body
    kept = dict(Award.everywhere.values_list("row", "recipient_name"))
    assert "<script>alert(1)</script>" in kept.values()


# -- encodings and separators ------------------------------------------------------------------


def test_an_older_encoding_can_be_chosen_and_the_names_are_right(way):
    data = csv_of("jose@mail.example,José Muñoz").encode("cp1252")
    assert "Or choose the older encoding below" in refused(way, data)
    way.checked(data, encoding="cp1252")
    assert way.rows()[0].name == "José Muñoz"


def test_a_chosen_encoding_that_does_not_fit_is_refused(way):
    assert "encoding is not CP1252" in refused(
        way, b"email\n\x81\x8d@x.example\n", encoding="cp1252"
    )
    assert "PNG picture" in refused(way, b"\x89PNG\r\n\x1a\n....", encoding="cp1252")
    assert "not one of the available choices" in refused(way, csv_of(ANN), encoding="utf-7")


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_excels_own_ways_of_saving(way, separator, encoding):
    data = csv_of("ann@mail.example,Ánn Łee").replace(",", separator).encode(encoding)
    way.checked(data)
    assert [(row.email, row.name) for row in way.rows()] == [("ann@mail.example", "Ánn Łee")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "old Excel workbook, or one with a password"),
        (b"%PDF-1.7", "not text but a PDF"),
        (b"\xff\xfe\x00\x00e\x00\x00\x00", "text in UTF-32"),
        (b'email,name\nann@mail.example,"Ann', "is not closed"),
        (b"email,name\n" + b"x" * 6_000_000, "One row has more than"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(way, data, words):
    assert words in refused(way, data)


# -- limits ------------------------------------------------------------------------------------


def test_a_file_that_is_too_large_is_stopped(way):
    words = refused(way, b"email\n" + b"a@b.example\n" * 1_800_000)
    assert "The file is larger than 20 MB; divide it into several." in words


def test_too_many_rows_are_refused(way, monkeypatch):
    monkeypatch.setattr(sheet_reading, "MAX_ROWS", 3)
    people = [f"p{n}@mail.example,P" for n in range(4)]
    assert way.upload(csv_of(*people[:3])).status_code == 302
    assert "The file has more than" in text_of(way.upload(csv_of(*people)))


def test_too_many_columns_are_refused(way):
    header = "email," + ",".join(f"c{n}" for n in range(600))
    assert "601 columns; at most 500 are read" in refused(way, f"{header}\na@b.example\n")


def test_a_missing_file_and_an_unknown_achievement(way):
    from django.urls import reverse

    url = reverse("awarding:sheet_new", args=["northfield"])
    page = text_of(way.client.post(url, {"version": str(way.version.pk)}))
    assert "This field is required." in page
    answer = way.client.post(url, {"version": "6f1c0c38-6f8e-4a7c-9a43-2d7b4b7a3c11"})
    assert "not one of the available choices" in text_of(answer)


# -- workbooks ---------------------------------------------------------------------------------


def test_a_workbook_is_read_as_people_see_it(way):
    data = workbook(
        ["Recipient Email", "Recipient Name", "Issue Date", "External ID", "Narrative"],
        ["ann@mail.example", "Ann Lee", datetime(2026, 5, 4), 123, "Two\nlines"],
        [],
        ["bo@mail.example", "Bo", "2026-05-05", 7.0, None],
        formats={"D2": "00000"},
    )
    way.checked(data, name="people.xlsx")
    ann, bo = way.rows()
    assert (ann.line, bo.line) == (2, 4), "the rows of the worksheet, not lines of the CSV"
    assert (ann.values["issued_on"], ann.values["external_id"]) == ("2026-05-04T00:00:00Z", "00123")
    assert ann.values["narrative"] == "Two\nlines"
    assert bo.values["external_id"] == "7"


def test_line_breaks_in_cells_do_not_shift_the_rows(way):
    rows = [["email", "narrative"]]
    rows += [[f"p{n}@mail.example", "a\nb\nc" if n % 2 else "a"] for n in range(5)]
    way.checked(workbook(*rows, ["nobody", ""]), name="p.xlsx")
    assert [row.line for row in way.rows()] == [2, 3, 4, 5, 6, 7]
    assert row_of(9, [(4, 2), (8, 3)]) == 6


def test_formulas_are_never_evaluated_and_failed_ones_are_errors(way):
    data = workbook(["email", "name"], ["ann@mail.example", "=1+1"], ["bo@mail.example", "#N/A"])
    way.checked(data, name="p.xlsx")
    assert way.outcomes() == [(2, "error", ["name"]), (3, "error", ["formula"])]


def test_values_of_other_kinds():
    table = read_workbook(
        workbook(["a", "b", "c", "d"], [True, time(9, 30), 1.5, datetime(2026, 5, 4, 10, 30)])
    )
    assert table.data == b"a,b,c,d\nTRUE,09:30:00,1.5,2026-05-04T10:30:00\n"


def test_the_first_worksheet_is_read_and_that_is_said(way):
    import openpyxl

    book = openpyxl.Workbook()
    hidden = book.active
    hidden.title, hidden.sheet_state = "Lists", "hidden"
    hidden.append(["secret"])
    page = book.create_sheet("Class A")
    page.append(["email"])
    page.append(["ann@mail.example"])
    book.create_sheet("Class B").append(["email"])
    buffer = io.BytesIO()
    book.save(buffer)
    way.upload(buffer.getvalue(), name="p.xlsx")
    text = text_of(way.client.get(address("sheet_columns", way.sheet)))
    assert "Read is the first one, “Class A”." in text
    assert "secret" not in text


def remade(data, changes):
    """The same workbook with some parts changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            new.writestr(part.filename, changes.get(part.filename, old.read(part.filename)))
        for name in changes.keys() - set(old.namelist()):
            new.writestr(name, changes[name])
    return out.getvalue()


PLAIN = [["email"], ["ann@mail.example"]]
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<sst><si><t>&b;</t></si></sst>"
)
FILE = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    b"<sst><si><t>&a;</t></si></sst>"
)


@pytest.mark.parametrize("body", [LAUGHS, FILE, LAUGHS.decode().encode("utf-16")])
def test_entities_are_refused_unopened(way, body):
    data = remade(workbook(*PLAIN), {"xl/sharedStrings.xml": body})
    assert "declares entities" in refused(way, data, name="p.xlsx")


def test_a_bomb_is_refused_by_its_ratio(way):
    data = remade(workbook(*PLAIN), {"xl/media/x.xml": b" " * 30_000_000})
    assert len(data) < 100_000
    assert "unpacks to far more than it should" in refused(way, data, name="p.xlsx")


def test_many_small_bombs_are_refused_by_their_sum(way):
    row = bytes(range(256)) * 4_000
    parts = {f"x{n}": row[n:] + row[:n] for n in range(220)}
    data = remade(workbook(*PLAIN), parts)
    assert "unpacks to far more than it should" in refused(way, data, name="p.xlsx")


def test_too_many_parts_are_refused(way):
    data = remade(workbook(*PLAIN), {f"p{n}": b"" for n in range(2_001)})
    assert "unpacks to far more" in refused(way, data, name="p.xlsx")


def sheet_xml(rows, dimension="A1:A2"):
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return f'{head}<dimension ref="{dimension}"/><sheetData>{rows}</sheetData></worksheet>'.encode()


def cell(at, text):
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


def far_row(number):
    rows = f'<row r="1">{cell("A1", "email")}</row><row r="2">{cell("A2", "a@b.example")}</row>'
    rows += f'<row r="{number}">{cell(f"A{number}", "z@b.example")}</row>'
    return remade(workbook(*PLAIN), {"xl/worksheets/sheet1.xml": sheet_xml(rows, "A1:A1048576")})


@pytest.mark.parametrize("number", [100_003, 1_048_576])
def test_a_row_far_below_is_not_passed_over_in_silence(number):
    with pytest.raises(UsageError, match="more than 100,000 rows"):
        read_workbook(far_row(number))


def test_a_row_that_no_worksheet_can_have_does_not_fill_up_the_rows_before():
    assert read_workbook(far_row(999_999_999_999)).data == b"email\na@b.example\n"


def test_more_rows_than_the_limit_are_refused(monkeypatch):
    monkeypatch.setattr(sheet_workbooks, "MAX_ROWS", 3)
    people = [[f"p{n}@mail.example"] for n in range(5)]
    assert read_workbook(workbook(["email"], *people[:3])).data.count(b"\n") == 4
    with pytest.raises(UsageError, match="more than 3 rows"):
        read_workbook(workbook(["email"], *people))


def test_a_shared_text_used_again_and_again_is_bounded(monkeypatch):
    monkeypatch.setattr(sheet_workbooks, "MAX_TEXT", 100_000)
    rows = [[f"p{n}@mail.example", "x" * 5_000] for n in range(50)]
    with pytest.raises(UsageError, match="far more than it should"):
        read_workbook(workbook(["email", "narrative"], *rows))


def test_cells_beside_the_table_are_errors_of_their_rows(way):
    way.checked(
        workbook(["email", "name"], ["a@b.example", "A", "stray"], ["c@d.example", "C"]),
        name="p.xlsx",
    )
    assert way.outcomes() == [(2, "error", ["cells"]), (3, "valid", [])]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:4] + b"\0" * 100,
        lambda data: remade(data, {"xl/workbook.xml": b"<nonsense"}),
        lambda data: remade(data, {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row>"}),
        lambda data: remade(data, {"xl/worksheets/sheet1.xml": sheet_xml('<row r="x"/>')}),
        lambda data: remade(data, {"xl/styles.xml": b"\xff\xfe\xff"}),
        lambda data: data.replace(b"xl/workbook.xml", b"no/workbook.xml").replace(
            b"[Content_Types].xml", b"[Xontent_Types].xml"
        ),
    ],
)
def test_a_damaged_workbook_is_refused_with_a_sentence(way, spoil):
    words = refused(way, spoil(workbook(*PLAIN)), name="p.xlsx")
    assert "workbook" in words
    assert any(part in words for part in ("damaged or cut off", "cannot be read", "is no Excel"))


def test_an_upload_cut_at_any_place_leaves_nothing_or_a_whole_table():
    data = workbook(["email"], *[[f"p{n}@mail.example"] for n in range(30)])
    for cut in range(1, len(data), 97):
        with pytest.raises(UsageError):
            sheet_reading.read_upload(data[:cut])
