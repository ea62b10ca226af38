from __future__ import annotations

from datetime import date

import pytest

from assessment_tables import sheet
from stackmark.assessment.ledger import Attempt, Purpose, ledger
from stackmark.assessment.read_attempts import read_attempts
from stackmark.errors import UsageError


def attempt(candidate="c1", number=1, purpose=Purpose.FIRST, score=55.0, **more):
    return Attempt(candidate=candidate, number=number, purpose=purpose, score=score, **more)


def read(text):
    return read_attempts(sheet(text)).ledger.attempts


def refused(text, reason):
    with pytest.raises(UsageError) as error:
        read(text)
    assert error.value.reason == reason
    return error.value.detail


WORKED = """\
candidate,attempt,date,form,score,max_score,hours,group
c1,1,2026-03-01,A,55,100,22,x
c1,2,2026-04-01,B,66,100,27,x
c2,1,2026-03-01,A,81,100,19,y
"""


def test_a_file_of_attempts():
    one, two, three = read(WORKED)
    assert (one.candidate, one.number, one.purpose, one.score) == ("c1", 1, "first", 55.0)
    assert (one.on, one.form, one.max_score) == (date(2026, 3, 1), "A", 100.0)
    assert (one.hours, one.group, one.cut) == (22.0, "x", None)
    assert two.purpose is Purpose.RESIT
    assert three.purpose is Purpose.FIRST


def test_the_score_is_never_rounded():
    (one,) = read("candidate,score,cut,max_score\nc1,59.9999999,60,100\n")
    assert one.score == 59.9999999
    assert one.passed() is False
    assert one.passed(cut=59.9999999) is True
    assert attempt().passed() is None


def test_all_columns():
    (one,) = read(
        "candidate;attempt;purpose;score;max_score;cut;supervision;cohort;item1;q2;anchors;anchor_script;remark\n"
        "c1;1;baseline;1,5;2;1;onsite;autumn;1;0,5;q2;yes;well\n"
    )
    assert (one.purpose, one.supervision, one.cohort) == (Purpose.BASELINE, "onsite", "autumn")
    assert (one.items, one.item_scores) == (("item1", "q2"), (1.0, 0.5))
    assert one.anchors == {"q2"}
    assert one.anchor_script
    assert one.cut == 1.0
    assert not one.counts


def test_a_column_that_is_not_known_is_named():
    found = read_attempts(sheet("candidate,score,remark,mood\nc1,5,x,y\n"))
    assert found.notes == ("Not read: remark, mood; no such column is known.",)


def test_purposes_that_are_not_stated():
    found = read(
        "candidate,attempt,purpose,score\n"
        "a,1,practice,1\na,2,,2\na,3,,3\n"  # after practice only, the second is the first
        "b,2,,4\n"  # the first is not in the file
        "c,1,first,5\nc,2,re-test,6\nc,3,,7\n"
    )
    assert [(one.candidate, one.purpose.value) for one in found] == [
        ("a", "practice"),
        ("a", "first"),
        ("a", "resit"),
        ("b", "resit"),
        ("c", "first"),
        ("c", "retest"),
        ("c", "resit"),
    ]


def test_attempts_without_a_number_are_numbered_by_date():
    found = read("candidate,date,score\na,2026-04-01,2\na,2026-03-01,1\n")
    assert [(one.number, one.score, one.purpose.value) for one in found] == [
        (1, 1.0, "first"),
        (2, 2.0, "resit"),
    ]


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        ("attempt,score\n1,5\n", "assess.column", "a.csv has no column candidate"),
        ("candidate\nc1\n", "assess.column", "a.csv has no column score"),
        ("candidate,score\n,5\n", "assess.blank", "line 2, column candidate: it is empty"),
        ("candidate,score\nc1,\n", "assess.blank", "line 2, column score: there is none"),
        ("candidate,Points\nc1,x\n", "assess.number", "line 2, column Points: 'x' is no number"),
        ("candidate,score,max_score\nc1,120,100\n", "assess.range", "column score: 120 is above"),
        ("candidate,score\nc1,-1\n", "assess.range", "column score: -1 is below 0"),
        ("candidate,score,cut,max_score\nc1,5,11,10\n", "assess.range", "column cut: 11 is above"),
        (
            "candidate,score,max_score\nc1,0,0\n",
            "assess.range",
            "column max_score: 0 is no maximum",
        ),
        ("candidate,score,hours\nc1,5,-2\n", "assess.range", "column hours: -2 is below 0"),
        ("candidate,score,date\nc1,5,1 March\n", "assess.date", "'1 March' is no date"),
        ("candidate,score,date\nc1,5,03/04/2026\n", "assess.date", "write it like 2026-03-01"),
        ("candidate,score,purpose\nc1,5,exam\n", "assess.purpose", "'exam' is no purpose"),
        ("candidate,score,supervision\nc1,5,some\n", "assess.supervision", "'some' is unknown"),
        ("candidate,score,item1,anchors\nc1,5,1,item9\n", "assess.item", "'item9' is no item"),
        ("candidate,attempt,score\nc1,0,5\n", "assess.range", "column attempt: 0 is no whole"),
        (
            "candidate,attempt,score\nc1,1,5\nc2,1,5\nc1,1,6\n",
            "assess.duplicate",
            "a.csv, line 4: candidate 'c1' has attempt 1 twice, here and on a.csv, line 2",
        ),
        (
            "candidate,attempt,purpose,score\nc1,1,first,5\nc1,2,first,6\n",
            "assess.duplicate",
            "two first attempts",
        ),
        (
            "candidate,attempt,purpose,score\nc1,1,resit,5\nc1,2,first,6\n",
            "assess.order",
            "has a resit on a.csv, line 2 before the first attempt",
        ),
        (
            "candidate,attempt,date,score\nc1,1,2026-04-01,5\nc1,2,2026-03-01,6\n",
            "assess.order",
            "attempt 2 of candidate 'c1' is dated 2026-03-01, before attempt 1 (2026-04-01)",
        ),
        ("candidate,score\nc1,5\nc1,6\n", "assess.attempt", "line 3, column attempt: candidate"),
        (
            "candidate,date,score\nc1,2026-03-01,5\nc1,2026-03-01,6\n",
            "assess.attempt",
            "give each a date of its own",
        ),
    ],
)
def test_what_is_wrong_is_said_with_line_and_column(text, reason, words):
    assert words in refused(text, reason)


def test_a_list_of_attempts_says_which_of_it():
    with pytest.raises(UsageError) as error:
        ledger([attempt(), attempt()])
    assert error.value.detail.startswith(
        "attempt 2 of the list: candidate 'c1' has attempt 1 twice"
    )


def test_of_one_candidate_in_order():
    found = ledger([attempt(number=2, purpose=Purpose.RESIT), attempt("c2"), attempt(number=1)])
    assert [one.number for one in found.of("c1")] == [1, 2]
    assert [one.candidate for one in found.firsts()] == ["c1", "c2"]
    assert len(found.counted()) == 3


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"candidate": ""}, "assess.candidate"),
        ({"number": 0}, "assess.range"),
        ({"score": float("nan")}, "assess.number"),
        ({"items": ("a",)}, "assess.item"),
    ],
)
def test_what_is_no_attempt(more, reason):
    with pytest.raises(UsageError) as error:
        attempt(**more)
    assert error.value.reason == reason
