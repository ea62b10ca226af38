from __future__ import annotations

import math

import pytest

from stackmark.assessment.tables import Columns, numbers, table, whole_numbers
from stackmark.errors import UsageError


def made(*rows, header=("a", "b")):
    return table("t.csv", [(1, header), *enumerate(rows, 2)])


def refused(action, reason):
    with pytest.raises(UsageError) as error:
        action()
    assert error.value.reason == reason
    return error.value.detail


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["55", "66.25", ".5"], [55, 66.25, 0.5]),
        (["-1", "1e2", " 7 "], [-1, 100, 7]),
        # One cell that can only be a decimal comma settles the others.
        (["66,667", "55,5"], [66.667, 55.5]),
        (["0,125"], [0.125]),
        (["1234,567"], [1234.567]),
    ],
)
def test_numbers(cells, wanted):
    assert numbers(made(*[(cell, "") for cell in cells]), [0]) == [wanted]


@pytest.mark.parametrize("cell", ["", " ", "NA", "n/a", "#N/A"])
def test_what_stands_for_none(cell):
    ((value, _),) = numbers(made((cell, "x"), ("1", "x")), [0])
    assert math.isnan(value)


@pytest.mark.parametrize(
    ("cells", "line", "words"),
    [
        (["1", "two"], 3, "'two' is no number"),
        (["nan"], 2, "is no number"),
        (["inf"], 2, "is no number"),
        (["1e999"], 2, "is no number"),
        (["١"], 2, "is no number"),
        (["55%"], 2, "leave the % sign out"),
        (["1,234"], 2, "may be a thousand or a decimal comma"),
        (["55,5", "66.5"], 2, "use one of them"),
        (["1.234,5"], 2, "is no number"),
    ],
)
def test_no_number(cells, line, words):
    detail = refused(lambda: numbers(made(*[(c, "") for c in cells]), [0]), "assess.number")
    assert detail.startswith(f"t.csv, line {line}, column a: ")
    assert words in detail


def test_the_convention_is_that_of_all_the_columns_together():
    assert numbers(made(("66,667", "0,5")), [0, 1]) == [[66.667], [0.5]]
    assert "use one of them" in refused(
        lambda: numbers(made(("66,6", "0.5")), [0, 1]), "assess.number"
    )


@pytest.mark.parametrize("cell", ["0", "1.5", "-1"])
def test_whole_numbers(cell):
    assert whole_numbers(made(("3", ""), ("", "x")), 0) == [3, None]
    detail = refused(lambda: whole_numbers(made(("1", ""), (cell, "")), 0), "assess.range")
    assert detail == f"t.csv, line 3, column a: {cell} is no whole number from 1 on."


@pytest.mark.parametrize(
    ("rows", "reason", "words"),
    [
        ([], "assess.empty", "t.csv is empty"),
        ([("a", "b")], "assess.empty", "no rows below"),
        ([("a", "A"), ("1", "2")], "assess.header", "two columns are called A"),
        ([("a", "", "b"), ("1", "2", "3")], "assess.header", "column 2 has no name"),
        ([("", ""), ("1", "2")], "assess.header", "names no columns"),
        ([("a", "b"), ("1",)], "assess.cells", "line 2 has 1 cells, but the header has 2"),
        ([("a", "b"), ("1", "2", "3")], "assess.cells", "line 2 has 3 cells"),
    ],
)
def test_no_table(rows, reason, words):
    assert words in refused(lambda: table("t.csv", enumerate(rows, 1)), reason)


def test_what_spreadsheets_leave_behind_is_no_data():
    found = table(
        "t.csv", [(1, ["a", "b", "", ""]), (2, ["1", "2", "", ""]), (3, ["", "", "", ""])]
    )
    assert found.header == ("a", "b")
    assert found.rows == ((2, ["1", "2"]),)


def test_columns_by_other_names():
    known = {"score": "points total", "candidate": "student_id"}
    found = Columns(made(("7", "x"), header=("Points", "Student ID")), known)
    assert (found.texts("score"), found.texts("candidate")) == (["7"], ["x"])
    assert found.title("score") == "Points"


def test_the_canonical_name_goes_before_the_others():
    found = Columns(made(("7", "8"), header=("total", "score")), {"score": "points total"})
    assert found.texts("score") == ["8"]
    assert found.others == [0]


def test_two_names_of_one_thing_are_refused():
    detail = refused(
        lambda: Columns(made(("7", "8"), header=("total", "points")), {"score": "points total"}),
        "assess.header",
    )
    assert detail == "t.csv: the columns total and points both say score; remove or rename one."


def test_flags():
    given = made(("yes", "1"), ("", "0"), ("No", "TRUE"))
    columns = Columns(given, {"a": "", "b": ""})
    assert columns.flags("a") == [True, False, False]
    assert columns.flags("b") == [True, False, True]
    wrong = Columns(made(("maybe", "1")), {"a": ""})
    assert "'maybe' is neither yes nor no" in refused(lambda: wrong.flags("a"), "assess.flag")
