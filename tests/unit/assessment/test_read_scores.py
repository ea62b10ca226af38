from __future__ import annotations

import numpy as np
import pytest

from assessment_tables import sheet
from stackmark.assessment.read_attempts import read_attempts
from stackmark.assessment.read_scores import (
    mark_table,
    rating_table,
    response_table,
    with_responses,
)
from stackmark.errors import UsageError

WIDE = "candidate,group,item1,item2,item3\nc1,x,1,0,1\nc2,y,1,1,1\nc3,x,0,,1\n"
LONG = """\
candidate,item,score,group
c1,item1,1,x
c1,item2,0,x
c1,item3,1,x
c2,item1,1,y
c2,item2,1,y
c2,item3,1,y
c3,item1,0,x
c3,item3,1,x
"""
NAN = np.nan


def refused(read, text, reason):
    with pytest.raises(UsageError) as error:
        read(sheet(text))
    assert error.value.reason == reason
    return error.value.detail


@pytest.mark.parametrize("text", [WIDE, LONG, WIDE.replace(",", ";"), "\ufeff" + LONG])
def test_responses_long_or_wide(text):
    found = response_table(sheet(text))
    assert found.candidates == ("c1", "c2", "c3")
    assert found.items == ("item1", "item2", "item3")
    np.testing.assert_equal(found.scores, [[1, 0, 1], [1, 1, 1], [0, NAN, 1]])
    assert found.about == {"group": ("x", "y", "x")}
    assert found.dichotomous


def test_what_is_no_item_is_named():
    found = response_table(sheet("candidate,country,age,q1\nc1,AT,30,2\nc2,IE,40,1\n"))
    assert found.items == ("q1",)
    assert found.notes == ("Not items: country, age.",)
    assert not found.dichotomous


def test_a_column_of_numbers_can_be_declared_no_item():
    found = response_table(sheet("candidate,centre,q1\nc1,7,1\nc2,8,0\n"), about=["Centre"])
    assert (found.items, found.about) == (("q1",), {"centre": ("7", "8")})


def test_only_the_first_attempt_of_a_candidate_is_kept():
    text = "candidate,attempt,q1\nc1,2,1\nc2,1,1\nc1,1,0\n"
    found = response_table(sheet(text)).once()
    assert found.candidates == ("c2", "c1")
    assert found.scores.tolist() == [[1.0], [0.0]]
    assert found.notes == ("Only the first attempt of each candidate is used; 1 are not.",)


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        ("group,item1\nx,1\n", "assess.column", "no column candidate"),
        ("candidate,group\nc1,x\n", "assess.column", "no column that holds the scores of an item"),
        (
            "candidate,item1\nc1,1\nc1,0\n",
            "assess.duplicate",
            "a.csv, line 3: candidate 'c1' stands on line 2 already",
        ),
        (
            "candidate,item,score\nc1,i,1\nc1,i,0\n",
            "assess.duplicate",
            "candidate 'c1', item 'i' stands on line 2 already",
        ),
        ("candidate,item1\nc1,1\nc2,-1\n", "assess.range", "line 3, column item1: -1 points"),
        ("candidate,item,score\nc1,i,-1\n", "assess.range", "line 2, column score: -1 points"),
        ("candidate,item1\nc1,1\nc2,yes\n", "assess.number", "line 3, column item1: 'yes'"),
        (
            "candidate,item,score,group\nc1,i,1,x\nc1,j,0,y\n",
            "assess.differs",
            "line 3, column group: 'y', but 'x' stands on an earlier line",
        ),
    ],
)
def test_wrong_responses(text, reason, words):
    assert words in refused(response_table, text, reason)


MARKS_LONG = "unit,rater,mark\ns1,r1,3\ns1,r2,3\ns2,r1,1\ns2,r3,2\n"


@pytest.mark.parametrize(
    "text", [MARKS_LONG, "unit,r1,r2,r3\ns1,3,3,\ns2,1,,2\n", MARKS_LONG.replace("rater", "marker")]
)
def test_marks_long_or_wide(text):
    found = mark_table(sheet(text)).marks
    assert (found.units, found.raters) == (("s1", "s2"), ("r1", "r2", "r3"))
    np.testing.assert_equal(found.table, [[3, 3, NAN], [1, NAN, 2]])
    assert found.is_numeric


@pytest.mark.parametrize(
    "text",
    [
        "unit,rater,mark\ns1,r1,pass\ns1,r2,fail\ns2,r1,fail\n",
        "unit,r1,r2\ns1,pass,fail\ns2,fail,\n",
    ],
)
def test_marks_in_words(text):
    found = mark_table(sheet(text)).marks
    assert found.words == ("fail", "pass")
    np.testing.assert_equal(found.table, [[1, 0], [0, NAN]])


def test_remarks_are_no_rater():
    found = mark_table(sheet("unit,r1,remark,r2\ns1,1,good,2\n"))
    assert found.marks.raters == ("r1", "r2")
    assert found.notes == ("Not raters: remark; no mark stands there.",)


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        ("unit,r1\ns1,3\n", "assess.column", "marks of 1 rater; agreement needs two"),
        ("unit,rater,mark\ns1,r1,3\n", "assess.column", "marks of 1 rater;"),
        ("rater,mark\nr1,3\n", "assess.column", "no column unit"),
        (
            "unit,rater,mark\ns1,r1,3\ns1,r1,3\n",
            "assess.duplicate",
            "line 3: unit 's1', rater 'r1' stands on line 2 already",
        ),
        ("unit,r1,r2\ns1,3,1\ns1,2,2\n", "assess.duplicate", "unit 's1' stands on line 2"),
        (
            "unit,rater,mark\ns1,r1,good\ns1,r2,3\n",
            "assess.number",
            "line 2, column mark: 'good'",
        ),
    ],
)
def test_wrong_marks(text, reason, words):
    assert words in refused(mark_table, text, reason)


@pytest.mark.parametrize(
    "text",
    [
        "judge,round,item,probability\nj1,1,i1,0.60\nj1,2,i1,0.70\nj1,1,i2,0.45\nj1,2,i2,0.50\n",
        "judge,round,i1,i2\nj1,1,0.60,0.45\nj1,2,0.70,0.50\n",
        "judge;round;i1;i2\nj1;1;0,60;0,45\nj1;2;0,70;0,50\n",
    ],
)
def test_ratings_long_or_wide(text):
    found = rating_table(sheet(text))
    assert {(one.round, one.item): one.probability for one in found} == {
        (1, "i1"): 0.6,
        (1, "i2"): 0.45,
        (2, "i1"): 0.7,
        (2, "i2"): 0.5,
    }
    assert {one.judge for one in found} == {"j1"}


def test_without_rounds_there_is_one():
    assert {one.round for one in rating_table(sheet("judge,i1\nj1,0.5\nj2,0.4\n"))} == {1}


def test_an_empty_cell_is_no_rating():
    found = rating_table(sheet("judge,i1,i2\nj1,0.5,\nj2,,0.4\n"))
    assert [(one.judge, one.item) for one in found] == [("j1", "i1"), ("j2", "i2")]


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        ("judge,i1\nj1,60\n", "assess.range", "line 2, column i1: 60 is no probability"),
        ("judge,i1\nj1,60\n", "assess.range", "write 0.6 for 60 %"),
        ("judge,i1\nj1,-0.1\n", "assess.range", "-0.1 is no probability from 0 to 1."),
        ("item,probability\ni1,0.5\n", "assess.column", "no column judge"),
        (
            "judge,item,probability\nj1,a,0.5\nj1,a,0.6\n",
            "assess.duplicate",
            "judge 'j1' rates item 'a' twice in round 1",
        ),
    ],
)
def test_wrong_ratings(text, reason, words):
    assert words in refused(rating_table, text, reason)


ATTEMPTS = "candidate,attempt,score\nc1,1,1\nc1,2,2\nc2,1,2\n"


def test_responses_join_the_attempt_they_belong_to():
    attempts = read_attempts(sheet(ATTEMPTS)).ledger
    first = with_responses(attempts, response_table(sheet("candidate,i,j\nc1,1,0\nc2,1,1\n")), "r")
    assert [one.item_scores for one in first.attempts] == [(1, 0), (), (1, 1)]
    second = with_responses(
        attempts, response_table(sheet("candidate,attempt,i,j\nc1,2,1,1\n")), "r"
    )
    assert [one.item_scores for one in second.attempts] == [(), (1, 1), ()]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("candidate,i\nzz,1\n", "r.csv: candidate 'zz' has no first attempt"),
        ("candidate,attempt,i\nc2,2,1\n", "candidate 'c2' has no attempt 2"),
    ],
)
def test_responses_of_nobody_known(text, words):
    attempts = read_attempts(sheet(ATTEMPTS)).ledger
    with pytest.raises(UsageError) as error:
        with_responses(attempts, response_table(sheet(text)), "r.csv")
    assert error.value.reason == "assess.unknown"
    assert words in error.value.detail
