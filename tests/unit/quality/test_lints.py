"""Warnings on outcomes, coverage, size and title; they decide nothing."""

from __future__ import annotations

import pytest

from quality_records import NOW, design
from stackmark.exchange.formats import read_record
from stackmark.quality.check import check
from stackmark.quality.coverage import matrix
from stackmark.quality.lints import _verbs
from stackmark.quality.profile import named
from stackmark.quality.titles import banned


def judged(**changes):
    return check(read_record(design(**changes)), named("eu-2022"), now=NOW)


def told(statement, language="en"):
    outcomes = [{"statement": {language: statement}, "assessed_by": ["project"]}]
    return [one.id for one in judged(outcomes=outcomes).warnings]


GOOD = [
    "Explain a result to people who decide",
    "Explains a result",
    "Applies the rules of hygiene",
    "The learner can plan a small study",
    "Students will be able to critically evaluate sources",
    "Upon completion, participants can weld a joint",
    "Planning a study of one's own",
    "Identify sampling and design principles",
    "Compare research and practice",
    "Draw conclusions from observations, and from their gaps",
]
WEAK = [
    "Understand statistics",
    "Knows the rules",
    "The learner will be able to understand the basics",
    "Be aware of risks",
    "Be familiar with tools",
    "Know how to plan",
    "Demonstrate an understanding of ethics",
    "Have knowledge of welding",
]
NONE = ["Statistics", "Data protection law and its limits", "The basics of welding"]
TWO = [
    "Plan and run a study",
    "Collect data and analyse the results",
    "Design a study and report its result",
    "Explain results, and be able to write a summary",
]


class TestWords:
    @pytest.mark.parametrize("statement", GOOD)
    def test_good(self, statement):
        assert told(statement) == []

    @pytest.mark.parametrize("statement", WEAK)
    def test_what_nobody_can_see(self, statement):
        assert told(statement) == ["outcome.weak-verb"]

    @pytest.mark.parametrize("statement", NONE)
    def test_no_verb(self, statement):
        assert told(statement) == ["outcome.no-verb"]

    @pytest.mark.parametrize("statement", TWO)
    def test_two_verbs(self, statement):
        assert told(statement) == ["outcome.two-verbs"]

    @pytest.mark.parametrize("statement", [*WEAK, *NONE, *TWO, "Versteht Statistik"])
    def test_other_languages_are_passed_over(self, statement):
        assert told(statement, "de") == []

    def test_the_sentence_names_the_words_and_the_place(self):
        outcomes = [{"statement": {"en": "Plan and run a study"}, "assessed_by": ["project"]}]
        (one,) = judged(outcomes=outcomes).warnings
        assert "joins two things, plan and run" in one.message
        assert one.pointer == "/achievement/outcomes/0/statement/en"

    def test_the_lists_do_not_overlap(self):
        lists = _verbs()
        assert lists["seen"] & lists["weak"] == frozenset()
        assert len(lists["seen"]) > 300


class TestCoverage:
    OUTCOMES = (
        {"statement": {"en": "Plan a study"}, "assessed_by": ["project"]},
        {"statement": {"en": "Explain a result"}},
    )

    def test_the_matrix(self):
        done = judged(outcomes=list(self.OUTCOMES))
        assert done.coverage.to_json() == {
            "methods": ["project", "oral-exam"],
            "rows": [
                {"outcome": "Plan a study", "assessed": [True, False]},
                {"outcome": "Explain a result", "assessed": [False, False]},
            ],
            "uncovered": ["Explain a result"],
            "unused": ["oral-exam"],
        }

    def test_what_nothing_shows_is_named(self):
        (one,) = judged(outcomes=list(self.OUTCOMES)).warnings
        assert one.id == "outcome.not-assessed"
        assert "1 of 2 outcomes name no assessment that shows them: “Explain a result”" in (
            one.message
        )
        assert one.pointer == "/achievement/outcomes/1/assessed_by"

    def test_many_are_one_warning(self):
        outcomes = [{"statement": {"en": f"Plan study {n}"}} for n in range(9)]
        (one,) = judged(outcomes=outcomes).warnings
        assert "and 6 more" in one.message

    def test_an_assessment_that_the_whole_does_not_state(self):
        outcomes = [{"statement": {"en": "Plan a study"}, "assessed_by": ["quiz"]}]
        (one,) = judged(outcomes=outcomes).warnings
        assert (one.id, "quiz" in one.message) == ("assessment.unstated", True)

    def test_no_assessment_covers_nothing(self):
        record = read_record(
            design(outcomes=[{"statement": {"en": "x"}, "assessed_by": ["none"]}])
        ).record
        assert [one.statement for one in matrix(record.achievement).uncovered] == ["x"]


class TestOthers:
    def test_credit_against_hours(self):
        (one,) = judged(workload={"low": 20, "high": 30}).warnings
        assert one.id == "size.disagreement"
        assert "20 to 30 hours for 2 ECTS credits is 10 to 15 hours a credit" in one.message

    def test_words_kept_out_of_titles_where_the_issuer_is(self):
        tree = design(kind=None, title={"en": "A diploma in small data"})
        tree["issuer"]["country"] = "NZ"
        (one,) = check(read_record(tree), named("eu-2022"), now=NOW).warnings
        assert (one.id, "“diploma”" in one.message) == ("title.banned", True)
        assert "unofficial reading" in one.message
        assert banned()["NZ"].source in one.fix

    def test_elsewhere_they_are_fine(self):
        assert judged(kind=None, title={"en": "A diploma in small data"}).warnings == ()

    def test_a_word_within_another_is_none(self):
        tree = design(kind=None, title={"en": "Diplomacy by degrees Celsius"})
        tree["issuer"]["country"] = "NZ"
        (one,) = check(read_record(tree), named("eu-2022"), now=NOW).warnings
        assert "“degree”" in one.message
