"""Bulk files that go out: the template, the error report, safe cells."""

from __future__ import annotations

import csv
import io
import json

import pytest

from bulk_file import read, refused
from shared import need_shared
from stackmark.issuing.recipients import (
    BadRow,
    bad_rows_csv,
    neutralise,
    open_file,
    restore,
    template_csv,
)


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
    header_as_formula = next(bad_rows_csv([BadRow(2, "=cmd()", "email", "x")]))
    assert header_as_formula.endswith("\r\n2,'=cmd(),email,x\r\n")
    assert "".join(bad_rows_csv([])) == "line,column,reason,detail\r\n"
