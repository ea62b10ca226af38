"""The facts label: one order, and what is not known, not shown or not assigned is said so."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from decimal import Decimal

import pytest

from quality_records import DESIGN
from stackmark.model.figure import Figure
from stackmark.model.record import Record
from stackmark.quality import facts_words
from stackmark.quality.facts_label import FIGURES, LEAST, Known, Signed, label
from stackmark.quality.facts_words import GROUPS, LABELS, TEXTS, Voice

EMPTY = {"achievement": {"language": "en", "title": {"en": "Soil sampling"}}}


PLAN = {
    "components": [
        {
            "id": "essay",
            "name": {"en": "Essay"},
            "kind": "rubric",
            "method": "assignment",
            "weight": 2,
            "minimum": 40,
            "criteria": [
                {
                    "id": "clarity",
                    "name": {"en": "Clarity"},
                    "levels": [
                        {"id": "weak", "name": {"en": "Weak"}, "points": 0},
                        {"id": "good", "name": {"en": "Good"}, "points": 2},
                    ],
                }
            ],
        }
    ],
    "identity": "document",
    "binding": "live",
    "supervision": "onsite",
    "authorship": ["statement", "oral-defence"],
    "ai": "limited",
    "markers": 2,
    "independence": "independent",
}
FIGURE_CODES = (
    *("final_pass_rate", "first_pass_rate", "marker_agreement", "alpha", "sem_at_cut"),
    *("decision_accuracy", "ladder_level"),
)


def figure(code, value=0.75, **more):
    unit = "share" if code.endswith(("rate", "accuracy")) else ""
    said = {"n": 200, "method": "Wilson", "source": "Wilson 1927", "population": "all candidates"}
    return Figure(code=code, value=value, unit=unit, **{"interval": (0.61, 0.81), **said, **more})


def rows(tree=DESIGN, known=None, **about):
    tree = deepcopy(tree)
    tree["achievement"] |= about
    return {one.code: one for one in label(Record.from_json(tree), known)}


def test_every_row_in_the_one_order_whatever_is_known():
    where_there = {"result", "components", "binding", "authorship", "ai-tools", "markers"}
    where_there |= {"first-pass-rate", "reliability", "sem", "accuracy", "ladder"}
    order = [code for code in LABELS if code not in where_there]
    assert [*rows()] == order
    assert [*rows(EMPTY)] == order
    known = Known(assessment=tuple(figure(code) for code in FIGURE_CODES))
    assert [*rows(known=known, plan=PLAN)] == [code for code in LABELS if code != "result"]
    assert [code for group in GROUPS.values() for code in group] == [*LABELS]


def test_what_nobody_said_is_printed_as_unknown():
    for one in rows(EMPTY).values():
        assert (one.value, one.state) == ("unknown", "unknown"), one.code


def test_a_full_design():
    found = rows(known=Known(holders=1234, pass_rate=0.756, assessed=90))
    assert found["level"].value == "EQF level 5"
    assert found["hours"].value == "50 to 60 hours"
    assert found["credit"].value == "2 ECTS credits"
    assert found["outcomes"].value == "2 outcomes"
    assert found["outcomes"].items[0] == "Plan a small study with a sample and a comparison"
    assert found["assessed"].value == "Project, oral examination"
    assert (found["supervised"].value, found["identity"].value) == ("Yes, online", "Yes, online")
    assert (found["pass-rule"].value, found["pass-rule"].note) == (
        "60 of 100 in each part.",
        "60 of 100 points to pass",
    )
    assert found["scale"].value == "Points, at most 100"
    assert (found["pass-rate"].value, found["pass-rate"].note) == (
        "76 percent",
        "of 90 people assessed",
    )
    assert (found["holders"].value, found["holders"].state) == ("1234", "stated")


@pytest.mark.parametrize(
    ("supervision", "supervised", "identity"),
    [
        ("unsupervised-no-id", "No", "No"),
        ("supervised-no-id", "Yes", "No"),
        ("supervised-onsite-id", "Yes, on site", "Yes, on site"),
    ],
)
def test_supervision_and_identity_are_two_questions(supervision, supervised, identity):
    found = rows(supervision=supervision)
    assert (found["supervised"].value, found["identity"].value) == (supervised, identity)


def test_who_assigned_credit_and_level_is_shown_else_self_declared():
    assert rows()["level"].note == "assigned by Quality Agency"
    assert rows()["credit"].state == "stated"
    found = rows(level={"eqf": 5}, credit={"value": 1, "unit": "ects"})
    assert [(found[c].state, found[c].note) for c in ("level", "credit")] == [
        ("self-declared", "self-declared")
    ] * 2
    assert found["credit"].value == "1 ECTS credit"


def test_not_levelled_is_a_statement():
    found = rows(level={"not_levelled": True})["level"]
    assert (found.value, found.state) == ("Not levelled", "stated")


def test_withheld_figures_are_printed_so_even_where_they_are_known():
    known = Known(holders=900, pass_rate=0.5, assessed=100, withheld=frozenset(FIGURES))
    for code in FIGURES:
        found = rows(known=known)[code]
        assert (found.value, found.state) == ("withheld by issuer", "withheld")


def test_only_figures_can_be_withheld():
    found = rows(known=Known(withheld=frozenset({"level", "supervised"})))
    assert found["level"].value == "EQF level 5"


@pytest.mark.parametrize("count", [0, 1, 4])
def test_fewer_holders_than_five_are_not_counted_out(count):
    found = rows(known=Known(holders=count))["holders"]
    assert (found.value, found.state) == ("fewer than 5", "suppressed")
    assert "below 5" in found.note
    assert rows(known=Known(holders=LEAST))["holders"].value == "5"


@pytest.mark.parametrize(
    ("rate", "assessed", "said"),
    [
        (0.5, 4, "fewer than 5 people assessed"),
        (0.95, 60, "fewer than 5 of 60 people did not pass"),
        (1.0, 60, "fewer than 5 of 60 people did not pass"),
        (0.05, 60, "fewer than 5 of 60 people passed"),
        (0.5, 6, "not shown"),
    ],
)
def test_a_pass_rate_never_tells_of_fewer_than_five_people(rate, assessed, said):
    found = rows(known=Known(pass_rate=rate, assessed=assessed))["pass-rate"]
    assert (found.value, found.state) == (said, "suppressed")


def test_a_rate_is_not_rounded_to_everybody():
    found = rows(known=Known(pass_rate=0.996, assessed=10_000))["pass-rate"]
    assert found.value == "99.6 percent"


def test_agreement_names_its_measure():
    found = rows(
        known=Known(agreement=Decimal("0.82"), agreement_measure="weighted kappa", marked_twice=40)
    )["agreement"]
    assert (found.value, found.note) == ("0.82 (weighted kappa)", "40 pieces of work marked twice")
    few = rows(known=Known(agreement=Decimal(1), marked_twice=3))["agreement"]
    assert (few.value, few.state) == ("not shown", "suppressed")


def test_quality_assurance_says_what_by_whom_and_when():
    said = {"type": "programme-accreditation", "name": "Quality Agency", "date": "2026-01-15"}
    found = rows(quality=[said, {"type": "internal-review"}])["quality"]
    assert found.items == (
        "Accreditation of the programme, by Quality Agency, 2026-01-15",
        "Internal review, by whom is unknown, date unknown",
    )
    assert found.value == "; ".join(found.items)


def test_a_late_review_is_said():
    said = {"type": "internal-review", "date": "2020-01-01", "review_due": "2021-01-01"}
    found = rows(quality=[said], known=Known(today=dt.date(2026, 1, 1)))["quality"]
    assert "the next review was due on 2021-01-01 and is late" in found.value


def test_signed_statements_stand_in_the_row_of_their_kind():
    day = dt.date(2026, 6, 1)
    praise = Signed(kind="endorsement", by="Employers Ltd", date=day)
    found = rows(EMPTY, Known(signed=(praise,)))
    assert found["endorsement"].value == "Endorsement, signed by Employers Ltd, 2026-06-01"
    assert found["quality"].state == "unknown"
    looked = Signed(kind="accreditation", by="Quality Board", date=day)
    found = rows(EMPTY, Known(signed=(looked,)))
    assert found["quality"].value == "Accreditation, signed by Quality Board, 2026-06-01"
    assert found["quality"].note == ""
    assert found["endorsement"].state == "unknown"
    found = rows(DESIGN, Known(signed=(looked,)))
    assert found["quality"].note == "What is not called signed is as the issuer states it."


def test_an_endorsement_is_never_an_accreditation():
    said = {"type": "industry-endorsement", "name": "Employers Ltd", "date": "2026-01-15"}
    found = rows(quality=[said])
    assert found["quality"].state == "unknown"
    assert "Employers" not in found["quality"].value
    assert found["endorsement"].value == "Endorsement by industry, by Employers Ltd, 2026-01-15"
    assert found["endorsement"].note == "An endorsement is praise; it is no accreditation."


def test_grades_name_their_scale():
    tree = deepcopy(DESIGN) | {
        "award": {
            "results": [
                {"name": "Project", "value": "87", "scale": "Percent", "required": "60"},
                {"value": "B+"},
                {"value": "14", "scale": "points", "maximum": "20"},
            ]
        }
    }
    assert rows(tree)["result"].items == (
        "Project: 87 (Percent), 60 needed to pass",
        "B+ (scale not named)",
        "14 of 20 (points)",
    )


def test_attendance_has_no_pass_rule():
    found = rows(assessment={"methods": ["none"]})
    assert found["assessed"].value == "Not assessed"
    assert (found["pass-rule"].value, found["pass-rule"].note) == ("None", "Nothing is assessed.")


def test_texts_are_in_the_records_own_language():
    tree = deepcopy(DESIGN)
    tree["achievement"]["language"] = "de"
    tree["achievement"]["assessment"]["pass_rule"] = {"en": "60 of 100", "de": "60 von 100"}
    assert rows(tree)["pass-rule"].value == "60 von 100"


def test_the_version_and_its_day():
    tree = deepcopy(DESIGN) | {"version": "2"}
    found = rows(tree, known=Known(published=dt.date(2026, 5, 3)))["version"]
    assert (found.value, found.note) == ("2", "published on 2026-05-03")


def test_as_json():
    found = rows(EMPTY)["level"].to_json()
    assert found == {"code": "level", "label": "Level", "value": "unknown", "state": "unknown"}


def test_another_voice_says_all_of_it():
    """Nothing on the label is written past the voice."""

    class Other(Voice):
        def label(self, code):
            return "L"

        def state(self, state):
            return "S" if state in facts_words.STATES else ""

        def say(self, key, **values):
            assert key in TEXTS
            return "T"

        def word(self, table, code):
            return "W"

        def unit(self, unit, value, name):
            return "U"

        def number(self, value):
            return "N"

        def day(self, day):
            return "D"

        def text(self, texts, achievement):
            return "X" if texts else ""

    known = Known(holders=3, pass_rate=0.5, assessed=90, agreement=Decimal("0.8"))
    for one in label(Record.from_json(DESIGN), known, Other()):
        for said in (one.label, one.value, one.note, *one.items):
            assert set(said) <= set("LSTWUNDX ;,"), (one.code, said)


class TestThePlan:
    def test_five_facts_of_integrity_stand_apart(self):
        found = rows(EMPTY, plan=PLAN)
        assert {code: found[code].value for code in found if found[code].state == "stated"} == {
            "components": "1 part",
            "supervised": "Supervised on site",
            "identity": "Identity proofed by a document",
            "binding": "A person compared the learner with the document at the assessment",
            "authorship": "Statement of authorship, defended orally",
            "ai-tools": "AI tools permitted within limits",
            "markers": "2 people mark each piece of work",
        }
        assert found["markers"].note == "assessed independently of who teaches it"
        assert found["components"].items == (
            "Essay: assignment, marked by a rubric, 1 criterion, weight 2, 40 percent to pass",
        )

    def test_what_the_plan_does_not_say_the_older_word_does(self):
        found = rows(EMPTY, plan={"ai": "prohibited"}, supervision="supervised-online-id")
        assert found["supervised"].value == "Yes, online"
        assert "binding" not in found


class TestFigures:
    def test_a_figure_never_stands_without_interval_n_method_and_population(self):
        (row,) = [rows(known=Known(assessment=(figure("first_pass_rate"),)))["first-pass-rate"]]
        assert row.value == "75 percent"
        assert row.note == (
            "95 percent interval 61 percent to 81 percent; n = 200 candidates; all candidates; "
            "Wilson; Wilson 1927"
        )

    def test_too_few_say_so_and_no_number(self):
        few = figure("alpha", None, n=12, interval=None, insufficient=True, note="too few")
        row = rows(known=Known(assessment=(few,)))["reliability"]
        assert (row.value, row.state) == ("insufficient data", "suppressed")
        assert row.note == "too few; n = 12 candidates"

    def test_a_number_marked_insufficient_is_not_printed_either(self):
        few = figure("alpha", 0.8, n=12, insufficient=True)
        assert rows(known=Known(assessment=(few,)))["reliability"].value == "insufficient data"

    @pytest.mark.parametrize("value", [0.01, 0.99])
    def test_a_rate_that_tells_of_few_people_is_suppressed(self, value):
        row = rows(known=Known(assessment=(figure("final_pass_rate", value),)))["pass-rate"]
        assert (row.value, row.state) == ("not shown", "suppressed")
        assert "61" not in row.note

    def test_what_is_withheld_is_withheld_at_the_first_attempt_too(self):
        both = (figure("final_pass_rate"), figure("first_pass_rate"))
        found = rows(known=Known(assessment=both, withheld=frozenset({"pass-rate"})))
        assert {found[code].state for code in ("pass-rate", "first-pass-rate")} == {"withheld"}

    def test_the_ladder_in_words(self):
        row = rows(known=Known(assessment=(figure("ladder_level", 4, interval=None),)))["ladder"]
        assert row.value == "Level 4 of 6: supervised or orally defended work"

    def test_a_figure_travels_as_json(self):
        one = figure("alpha")
        assert Figure.from_json("alpha", one.to_json()) == one


def test_a_rubric_result_is_told_by_its_level():
    mark = {"component": "essay", "criterion": "clarity", "level_id": "good", "level": "Good"}
    award = {"results": [{**mark, "name": "Clarity", "value": "2"}]}
    assert rows({**DESIGN, "award": award})["result"].value == "Clarity: Good (2)"
