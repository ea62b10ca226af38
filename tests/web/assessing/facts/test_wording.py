"""Sentences of the library in the reader's language: all of them are known, and can be said."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest
from django.utils import translation

from stackmark.assessment import angoff, evidence, facts_figures, item_report, krippendorff
from stackmark.assessment.evidence import EvidenceFacts, evidence_strength
from stackmark.assessment.items import item_statistics
from stackmark.assessment.linking import reserve
from stackmark.assessment.reliability import reliability
from stackmark.assessment.standard_setting import borderline_regression
from stackmark.assessment.statistic import Statistic, settle
from stackmark_web.assessing import declaring, wording_groups
from stackmark_web.assessing import wording_notes as notes


@pytest.fixture
def other(monkeypatch):
    """A language that says everything in angle brackets."""
    trans = translation._trans
    monkeypatch.setattr(trans, "gettext", lambda message: f"<{message}>")
    monkeypatch.setattr(
        trans, "ngettext", lambda one, many, number: f"<{one if number == 1 else many}>"
    )


def test_numbers_and_units_are_said_again(other):
    few = settle(Statistic(value=0.5, n=4, of="units", method="m", source="s"))
    assert few.note == "insufficient data: 4 units, at least 30 are needed"
    assert notes.told(few.note) == (
        "<insufficient data: 4 <pieces of work>, at least 30 are needed>"
    )


def test_days_stand_behind_any_population(other):
    first = "first attempts at form A, 2026-03-02 to 2026-03-04"
    assert notes.told(first) == "<<first attempts at form A>, 2026-03-02 to 2026-03-04>"
    one = "first attempts of all candidates, 2026-03-02"
    assert notes.told(one) == "<<first attempts of all candidates>, 2026-03-02>"


def test_a_number_is_written_as_the_language_writes_it():
    with translation.override("de"):
        assert notes.told("discrimination below 0.20") == "discrimination below 0,20"


def test_one_judge_is_one_judge(other):
    said = "1 judge took part in the last round; at least 8 are advised"
    assert notes.told(said) == f"<{said}>"
    assert notes.told(said.replace("1 judge", "3 judges")).startswith("<3 judges took part")


def test_what_is_not_known_is_marked_as_english_and_escaped():
    assert notes.told("SD, divisor n - 1") is None
    assert notes.marked("SD <n>") == '<span lang="en">SD &lt;n&gt;</span>'
    assert notes.marked("") == ""
    assert notes.words_of("SD <n>") == "SD <n>"


def test_a_sentence_about_an_unknown_one_is_not_half_said():
    assert notes.told("something else: not known") is None


def test_every_step_of_the_ladder_is_known():
    for name in (*evidence.NAMES, *evidence.MEANINGS):
        assert notes.told(name), name
    whole = {
        "attended": True,
        "assessed": True,
        "rubric": True,
        "authored_work": True,
        "performance": True,
        "raters": 2,
        "independent": True,
    }
    for left in (*whole, "none"):
        for watched in (None, *evidence.SUPERVISION):
            for defended in (None, True, False):
                known = {name: one for name, one in whole.items() if name != left}
                found = evidence_strength(
                    EvidenceFacts(**known, supervision=watched, oral_defence=defended)
                )
                for text in (*found.reasons, *found.missing):
                    assert notes.told(text), text
    for text in evidence_strength(EvidenceFacts()).missing:
        assert notes.told(text), text


def test_every_reason_about_an_item_is_known():
    answers = np.random.Generator(np.random.PCG64(3)).random((60, 6))
    scores = (answers < [0.01, 0.99, 0.5, 0.5, 1.0, 0.5]).astype(float)
    scores[:, 3] = 1 - scores[:, 2]
    told = [one for item in item_statistics(scores) for one in item.reasons]
    told += [one for item in item_statistics(scores[:9]) for one in item.reasons]
    assert len(set(told)) > 4
    for text in told:
        assert notes.told(text), text


def test_why_there_is_no_figure_is_known():
    same = reliability(np.ones((40, 2)))
    sentences = [one.note for one in (same.alpha, same.omega, same.kr20, same.sem) if one.note]
    sentences += [
        *(facts_figures.NO_ITEMS, facts_figures.NO_MAXIMUM, facts_figures.NO_RELIABILITY),
        *(krippendorff.NO_PAIR, krippendorff.ALL_SAME, krippendorff.NO_NUMBERS),
        item_report.NOT_BINARY,
    ]
    assert len(sentences) > 8
    for text in sentences:
        assert notes.told(text), text


def test_every_doubt_about_a_cut_is_known():
    given = [
        angoff.Rating(judge, number, item, 0.1 + 0.4 * (judge == "b"))
        for judge, number, item in [
            *(("a", 1, "one"), ("b", 1, "one"), ("a", 1, "two"), ("c", 1, "one")),
            *(("a", 2, "one"), ("b", 2, "one"), ("a", 2, "two"), ("b", 2, "two")),
        ]
    ]
    flags = [*angoff.angoff(given, sem=0.01).flags, *angoff.angoff(given[:3], sem=None).flags]
    flags += borderline_regression([1, 2, 3, 4], [5, 4, 4.5, 4], borderline=3).flags
    assert len(set(flags)) > 6
    for text in flags:
        assert notes.told(text), text


@pytest.mark.parametrize("items", [0, 20])
@pytest.mark.parametrize("scripts", [0, 19, 20])
@pytest.mark.parametrize("anchors", [0, 3, 4])
def test_advice_on_anchors_says_what_the_library_says(items, scripts, anchors):
    counts = {"items": items, "anchors": min(anchors, items), "scripts": scripts}
    held = reserve(**counts)
    ours = notes.reserve_advice(held, **counts)
    plain = ours.replace("1 more script;", "1 more scripts;")
    assert plain.replace("1 more anchor item ", "1 more anchor items ") == held.advice


def test_every_category_can_be_translated(other):
    path = files("stackmark_web.assessing").joinpath("data/fairness_categories.json")
    found = json.loads(path.read_text())
    words = set()
    for known in (found["generic"], *found["countries"].values()):
        for one in known.values():
            words |= {one["label"], *one["values"].values()}
    assert words == wording_groups.WORDS
    assert declaring.categories_of("IE")["gender"]["label"] == "<Gender>"
    assert declaring.categories_of("IE")["entry"]["values"]["school"] == "<From school>"
