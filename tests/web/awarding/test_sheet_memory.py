"""A long file never stands in memory as rows, whatever became of it."""

from __future__ import annotations

import tracemalloc

import pytest

from stackmark_web import clock
from stackmark_web.awarding import sheet_downloads, sheets
from stackmark_web.awarding.models import Sheet, SheetRow
from stackmark_web.jobs.storing import Maker, insert_each

pytestmark = pytest.mark.django_db
COUNT = 5_000


@pytest.fixture
def all_bad(alice, version):
    """A sheet of which every row but each fifth has an error."""
    lines = ["email,name", *(f"nobody{number},Name {number}" for number in range(COUNT))]
    sheet = Sheet.everywhere.create(
        organisation=version.organisation,
        version=version,
        uploaded_by=alice,
        uploaded_at=clock.now(),
        filename="all-bad.csv",
        data="\n".join(lines).encode(),
        mapping={"0": "recipient_email", "1": "recipient_name"},
    )
    finding = {"column": "email", "reason": "email", "detail": "This is not an e-mail address."}
    rows = Maker(SheetRow(sheet=sheet, findings=[finding], result=SheetRow.Result.REFUSED))
    outcomes = ("valid", "error", "error", "error", "error")
    insert_each(
        rows.make(number=number, line=number + 2, outcome=outcomes[number % 5])
        for number in range(COUNT)
    )
    return sheet


def peak(work):
    """What a piece of work gives, and the most bytes it held."""
    tracemalloc.start()
    try:
        found = work()
        return found, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_rows_to_mend_are_read_a_piece_at_a_time(all_bad):
    rows, whole = peak(lambda: len(list(sheets.shown_rows(all_bad, outcome="error"))))
    lines, most = peak(lambda: sum(1 for _line in sheet_downloads.bad_rows(all_bad)))
    assert lines == rows + 2 == COUNT * 4 // 5 + 2
    assert most < whole / 2


def test_the_rows_to_mend_are_those_with_errors_in_their_order(all_bad):
    _mark, _header, *lines = sheet_downloads.bad_rows(all_bad)
    wanted = [number for number in range(COUNT) if number % 5]
    assert [int(line.split(",")[0]) for line in lines] == [number + 2 for number in wanted]
    assert [line.split(",")[-1].strip() for line in lines] == [f"Name {n}" for n in wanted]


def test_results_are_counted_by_the_database(all_bad, django_assert_num_queries):
    with django_assert_num_queries(1) as asked:
        found = sheets.results(all_bad)
    assert found == {"": 0, "issued": 0, "skipped": 0, "refused": COUNT}
    assert "COUNT(" in asked[0]["sql"]
