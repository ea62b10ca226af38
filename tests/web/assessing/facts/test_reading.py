"""Each kind of file is recognised, read, and what is wrong with it is told by line and column."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from stackmark.errors import UsageError
from stackmark_web.assessing.imports import reading
from stackmark_web.assessing.imports.found import day_of, number_of

SAMPLES = Path(__file__).parent / "samples"


def data(name):
    return (SAMPLES / name).read_bytes()


def told(read):
    return [(one.line, one.column, one.reason) for one in read.findings]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("moodle-grades.csv", "moodle"),
        ("moodle-responses-de.csv", "moodle"),
        ("canvas-student-analysis.csv", "canvas"),
        ("openedx-grade-report.csv", "openedx"),
        ("openedx-problem-grade-report.csv", "openedx"),
        ("long.csv", "generic"),
        ("attempts.csv", "generic"),
    ],
)
def test_a_file_is_recognised_by_its_header(name, kind):
    assert reading.recognise(data(name)) == kind


def test_moodle_grades():
    found = reading.read(data("moodle-grades.csv"), "moodle")
    assert [(one.who, one.points, one.maximum, one.day) for one in found.results] == [
        ("lena@people.example", 7.5, 10.0, date(2026, 3, 2)),
        ("noor@elsewhere.example", 4.0, 10.0, date(2026, 3, 2)),
        ("noor@elsewhere.example", 6.5, 10.0, date(2026, 3, 9)),
    ]
    assert found.items == {"Q1": 2.5, "Q2": 2.5, "Q3": 5.0}
    assert found.results[1].items == {"Q1": 0.0, "Q2": 1.5, "Q3": 2.5}
    assert told(found) == [(5, "Status", "open"), (6, "Grade/10.00", "ungraded")]
    assert not any(one.is_error for one in found.findings)


def test_moodle_responses_in_german_with_semicolons_and_decimal_commas():
    found = reading.read(data("moodle-responses-de.csv"), "moodle")
    first, second = found.results
    assert (first.points, first.maximum, first.items) == (10.0, 10.0, {"Q1": 1.0, "Q2": 1.0})
    assert second.items == {"Q1": 1.0, "Q2": 0.0}
    assert second.choices == {"Q1": "Stichprobe", "Q2": "-"}
    assert "no points by question" in found.notes[0]


def test_moodle_responses_without_right_answers_say_that_there_are_no_items():
    text = "Email address,State,Completed,Grade/10.00,Response 1\na@b.example,Finished,2026-03-02,5,x\n"
    found = reading.read(text.encode(), "moodle")
    assert found.items == {}
    assert found.results[0].items == {}
    assert "Right answer" in found.notes[0]


def test_canvas_student_analysis():
    found = reading.read(data("canvas-student-analysis.csv"), "canvas")
    lena, noor = found.results
    assert (lena.who, lena.number, lena.points, lena.maximum) == (
        "lena@people.example",
        1,
        3.0,
        3.0,
    )
    assert (noor.who, noor.number, noor.email) == ("n-2020-17", 2, "")
    assert found.items == {"1001": 1.0, "1002": 2.0}
    assert lena.items == {"1001": 1.0, "1002": 2.0}
    assert lena.choices["1001"] == "Histogram"
    assert lena.day == date(2026, 3, 2)


def test_open_edx_course_report_leaves_out_who_attempted_nothing():
    found = reading.read(data("openedx-grade-report.csv"), "openedx")
    assert [one.who for one in found.results] == ["lena@people.example", "noor@elsewhere.example"]
    assert set(found.items) == {"Homework 1: Charts", "Homework 2: Samples", "Final Exam"}
    assert found.results[1].items["Homework 2: Samples"] is None
    assert told(found) == [(4, "Grade", "open")]
    assert "no day" in found.notes[0]


def test_open_edx_problem_report_has_items_with_their_maxima():
    found = reading.read(data("openedx-problem-grade-report.csv"), "openedx")
    assert found.items == {"Homework 1: Charts - Problem 1": 2.0, "Final Exam - Problem 2": 4.0}
    assert found.results[0].items == {
        "Homework 1: Charts - Problem 1": 2.0,
        "Final Exam - Problem 2": 3.0,
    }


def test_long_form_adds_up_the_items_of_an_attempt():
    found = reading.read(data("long.csv"), "generic")
    lena, noor = found.results
    assert (lena.points, lena.maximum, lena.form) == (2.0, 3.0, "A")
    assert lena.items == {"i1": 1.0, "i2": 0.0, "i3": 1.0}
    assert noor.choices == {"i1": "b", "i2": "d", "i3": "a"}


def test_long_form_refuses_an_item_that_stands_twice():
    text = b"candidate,item,score\np,i1,1\np,i1,0\nq,i1,1\n"
    found = reading.read(text, "generic")
    assert [(one.line, one.reason) for one in found.findings] == [(3, "repeated")]
    assert [one.who for one in found.results] == ["q"]


def test_one_row_an_attempt_names_what_is_wrong_by_line_and_column():
    found = reading.read(data("attempts.csv"), "generic")
    assert [one.who for one in found.results] == ["p-001", "p-001", "p-002"]
    assert found.results[0].points == 3.5
    assert told(found) == [
        (5, "purpose", "purpose"),
        (6, "score", "number"),
        (6, "date", "date"),
    ]


def test_a_mark_at_the_beginning_and_utf_16_are_read():
    text = data("long.csv").decode()
    for wanted in (text.encode("utf-8-sig"), text.encode("utf-16")):
        assert len(reading.read(wanted, "generic").results) == 2


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        (b"", "assess.empty", "empty"),
        (b"candidate,score\n", "assess.empty", "no rows below"),
        (b"\x89PNG\r\n\x1a\n", "usage.csv-encoding", "PNG"),
        (b"PK\x03\x04 more", "usage.csv-encoding", "Excel"),
        (b"candidate,score\n\xff\xfe\xfa", "usage.csv-encoding", "encoding"),
        (b"colour,size\nred,1\n", "assess.kind", "not that of such a file"),
    ],
)
def test_what_is_no_such_file_is_refused_kindly(text, reason, words):
    with pytest.raises(UsageError) as caught:
        reading.read(text, "generic")
    assert caught.value.reason == reason
    assert words in caught.value.detail


def test_a_file_beyond_the_limit_is_refused_before_it_is_read():
    with pytest.raises(UsageError) as caught:
        reading.recognise(b"candidate,score\n" + b"p,1\n" * (5 * 1024 * 1024))
    assert caught.value.reason == "assess.too-large"


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    with pytest.raises(UsageError) as caught:
        reading.read(b"candidate,score\n" + b"p,1\n" * 4, "generic")
    assert caught.value.reason == "assess.too-many"


def test_rows_that_cannot_be_told_apart_are_named():
    found = reading.read(b"candidate,score\na,1,9\nb,2\n", "generic")
    assert [(one.line, one.reason) for one in found.findings] == [(2, "cells")]
    assert [one.who for one in found.results] == ["b"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-03-02 10:05:33 UTC", date(2026, 3, 2)),
        ("2 March 2026  9:55 AM", date(2026, 3, 2)),
        ("Monday, 2 March 2026, 9:55 AM", date(2026, 3, 2)),
        ("2026-03-02T10:05:33Z", date(2026, 3, 2)),
        ("03/04/2026", None),
        ("soon", None),
    ],
)
def test_days(text, wanted):
    assert day_of(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("7.5", 7.5), ("7,5", 7.5), (".5", 0.5), ("1.234,5", None), ("=1+1", None), ("nan", None),
     ("1e999", None), ("٣", None), ("9" * 40, None)],
)  # fmt: skip
def test_numbers(text, wanted):
    assert number_of(text) == wanted
