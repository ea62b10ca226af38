from __future__ import annotations

import dataclasses
import math
from datetime import date

import numpy as np
import pytest

from assessment_worlds import answers
from stackmark.assessment.cohort import cohort_of
from stackmark.assessment.facts import facts
from stackmark.assessment.facts_draws import drawn_moments
from stackmark.assessment.facts_figures import NO_ITEMS, NO_RELIABILITY, Stated
from stackmark.assessment.intervals import percentile_interval
from stackmark.assessment.ledger import Attempt, Purpose, ledger
from stackmark.errors import UsageError
from unit.assessment.lsat6 import responses

NAMES = [
    *("first_pass_rate", "final_pass_rate", "first_pass_rate_bootstrap"),
    *("final_pass_rate_bootstrap", "reliability", "alpha", "omega", "kr20", "sem", "sem_at_cut"),
    *("decision_accuracy", "decision_consistency", "false_positive", "false_negative"),
    *("ppv", "likelihood_ratio", "bits"),
    *("mean_score", "score_sd", "score_q25", "score_median", "score_q75"),
]
ON_RELIABILITY = NAMES[8:17]


def attempt(who, score, **more):
    more = {"number": 1, "purpose": Purpose.FIRST, "max_score": 100.0, **more}
    return Attempt(candidate=f"c{who}", score=float(score), **more)


def told(attempts, **more):
    return facts(ledger(attempts), **{"draws": 200, **more})


def of_items(table, **more):
    names = tuple(f"i{one}" for one in range(table.shape[1]))
    return [
        attempt(
            row,
            scores.sum(),
            items=names,
            item_scores=tuple(scores.tolist()),
            max_score=float(table.shape[1]),
            **more,
        )
        for row, scores in enumerate(table)
    ]


def test_every_figure_has_n_interval_method_source_and_population():
    found = told(of_items(answers(200, 20, seed=1), on=date(2026, 3, 1)), cut=11)
    assert list(found.statistics) == NAMES
    for name, one in found.statistics.items():
        assert one.value is not None, name
        assert one.n == 200
        assert one.interval[0] <= one.value <= one.interval[1], name
        assert one.method
        assert one.source
        assert one.population == "first attempts of all candidates, 2026-03-01"


def test_pass_rates_of_first_attempts_and_in_the_end():
    """40 of 100 pass at once, 30 more at a resit: Wilson of 40/100 and 70/100."""
    first = [attempt(n, 60 if n < 40 else 50) for n in range(100)]
    resits = [
        attempt(n, 65 if n < 70 else 40, number=2, purpose=Purpose.RESIT) for n in range(40, 100)
    ]
    found = told([*first, *resits], cut=60).statistics
    assert found["first_pass_rate"].value == 0.4
    assert found["first_pass_rate"].interval == pytest.approx((0.3094, 0.4980), abs=5e-5)
    assert found["final_pass_rate"].value == 0.7
    assert found["final_pass_rate"].interval == pytest.approx((0.6042, 0.7811), abs=5e-5)
    low, high = found["first_pass_rate_bootstrap"].interval
    assert 0.28 < low < 0.34
    assert 0.46 < high < 0.52


def test_practice_baseline_and_retests_do_not_count():
    counted = [attempt(n, 40 + n % 30) for n in range(60)]
    others = [
        attempt(n, 100, number=number, purpose=purpose)
        for n in range(60)
        for number, purpose in ((2, Purpose.PRACTICE), (3, Purpose.RETEST))
    ] + [attempt(100 + n, 100, purpose=Purpose.BASELINE) for n in range(40)]
    alone, among = told(counted, cut=60), told([*counted, *others], cut=60)
    assert alone.statistics == among.statistics
    assert (among.candidates, among.attempts) == (100, 220)
    assert among.counts == {"baseline": 40, "practice": 60, "first": 60, "resit": 0, "retest": 60}
    assert among.notes == ("Baseline, practice and re-test attempts do not count: 160.",)


def test_a_resit_is_not_taken_for_a_parallel_form():
    """What resits scored changes the final pass rate and nothing else."""
    first = [attempt(n, 40 + n % 40) for n in range(80)]

    def with_resits(score):
        resits = [attempt(n, score(n), number=2, purpose=Purpose.RESIT) for n in range(80)]
        return told([*first, *resits], cut=60).statistics

    same, other = with_resits(lambda n: 40 + n % 40), with_resits(lambda n: 79 - n % 40)
    assert same["reliability"].value is None
    assert {name for name in NAMES if same[name] != other[name]} == {
        "final_pass_rate",
        "final_pass_rate_bootstrap",
    }


def test_without_item_scores_and_reliability_nothing_that_rests_on_it_is_a_number():
    found = told([attempt(n, n) for n in range(100)], cut=60, all_n=True).statistics
    for name in ["reliability", *ON_RELIABILITY]:
        assert (found[name].value, found[name].interval) == (None, None)
        assert found[name].note == NO_RELIABILITY
    assert NO_RELIABILITY == "could not tell: no item scores and no reliability given"
    for name in ("alpha", "omega", "kr20"):
        assert (found[name].value, found[name].note) == (None, NO_ITEMS)
    assert found["first_pass_rate"].value == 0.4


@pytest.mark.parametrize(
    ("rho", "rate", "ppv", "ratio", "bits"),
    [
        (0.5, 20, 0.392, 4.9, 0.105),
        (0.7, 50, 0.815, 4.4, 0.310),
        (0.8, 20, 0.681, 10.2, 0.268),
        (0.8, 80, 0.954, 4.3, 0.268),
        (0.8, 95, 0.991, 3.7, 0.088),
        (0.9, 50, 0.898, 8.8, 0.523),
    ],
)
def test_what_a_pass_tells_at_a_stated_reliability(rho, rate, ppv, ratio, bits):
    """The values of the table "normal-theory decision statistics" that the project works by."""
    attempts = [attempt(n, 70 if n < rate else 50) for n in range(100)]
    found = told(attempts, cut=60, reliability=Stated(rho, "parallel forms"))
    assert found.reliability_type == "stated: parallel forms"
    assert found.statistics["ppv"].value == pytest.approx(ppv, abs=1e-3)
    assert found.statistics["likelihood_ratio"].value == pytest.approx(ratio, abs=0.06)
    assert found.statistics["bits"].value == pytest.approx(bits, abs=1e-3)
    assert "parallel forms" in found.statistics["ppv"].method
    assert found.statistics["reliability"].interval is None


def test_a_stated_reliability_goes_before_alpha():
    attempts = of_items(answers(200, 20, seed=1))
    found = told(attempts, cut=11, reliability=Stated(0.5)).statistics
    assert found["reliability"].value == 0.5
    assert found["alpha"].value > 0.7
    sd = found["score_sd"].value
    assert found["sem"].value == pytest.approx(sd * math.sqrt(0.5))


def test_kr20_of_lsat6():
    found = told(of_items(responses()), cut=3, draws=1000).statistics
    assert found["kr20"].value == pytest.approx(0.295, abs=5e-4)
    assert found["alpha"].value == found["kr20"].value
    # Feldt's interval of the same data, which holds for normal items, is close by.
    assert found["kr20"].interval == pytest.approx((0.223, 0.363), abs=0.03)


def test_kr20_is_for_items_scored_0_or_1():
    attempts = of_items(answers(100, 10, seed=2) / 2)
    found = told(attempts, cut=3).statistics
    assert found["alpha"].value > 0.5
    assert (found["kr20"].value, found["kr20"].note) == (
        None,
        "not defined: items are not all scored 0 or 1",
    )


def test_the_error_at_the_cut_is_that_of_the_item_scores():
    """Lord and Keats on item scores (``conditional_sem``) and on totals are the same formula."""
    from stackmark.assessment.conditional_error import conditional_sem

    table = answers(300, 25, seed=3)
    found = told(of_items(table), cut=14).statistics["sem_at_cut"]
    assert found.value == pytest.approx(conditional_sem(table, 14, seed=1, draws=10).value)


def test_the_verdicts_of_a_world_whose_truth_is_known():
    """Beta-binomial candidates: accuracy and false positives as counted with the true scores."""
    rng = np.random.Generator(np.random.PCG64(5))
    true = rng.beta(6, 4, size=8_000)
    table = (rng.random((8_000, 40)) < true[:, None]).astype(float)
    passed, able = table.sum(axis=1) >= 24, true >= 0.6
    found = told(of_items(table), cut=24).statistics
    assert found["decision_accuracy"].value == pytest.approx(np.mean(passed == able), abs=0.01)
    assert found["false_positive"].value == pytest.approx(np.mean(passed & ~able), abs=0.01)
    assert found["false_negative"].value == pytest.approx(np.mean(~passed & able), abs=0.01)
    again = rng.binomial(40, true) >= 24
    assert found["decision_consistency"].value == pytest.approx(np.mean(passed == again), abs=0.01)


def test_too_few_are_no_number():
    found = told(of_items(answers(29, 10, seed=4)), cut=6).statistics
    assert {one.value for one in found.values()} == {None}
    assert all(one.insufficient and one.n == 29 for one in found.values())
    assert found["ppv"].note == "insufficient data: 29 candidates, at least 30 are needed"
    shown = told(of_items(answers(29, 10, seed=4)), cut=6, all_n=True).statistics
    assert all(one.insufficient and one.value is not None for one in shown.values())
    enough = told(of_items(answers(30, 10, seed=4)), cut=6).statistics
    assert all(one.value is not None and not one.insufficient for one in enough.values())


def test_the_same_attempts_give_the_same_facts():
    attempts = of_items(answers(100, 10, seed=6))
    one, same = told(attempts, cut=6), told(attempts, cut=6)
    other = told(attempts, cut=6, seed=2)
    assert one == same
    assert one.statistics["alpha"].value == other.statistics["alpha"].value
    assert one.statistics["alpha"].interval != other.statistics["alpha"].interval


def test_by_form_and_by_cohort():
    attempts = [
        attempt(n, 70 if n % 10 < rate else 50, form=form, on=date(year, 5, 1))
        for form, year, start, rate in (("A", 2025, 0, 3), ("B", 2026, 50, 6))
        for n in range(start, start + 50)
    ]
    found = told(attempts, cut=60)
    assert {form: one["first_pass_rate"].value for form, one in found.by_form.items()} == {
        "A": 0.3,
        "B": 0.6,
    }
    assert found.by_form["B"]["ppv"].population == "first attempts at form B, 2026-05-01"
    assert list(found.by_cohort) == ["2025", "2026"]
    assert found.statistics["first_pass_rate"].value == 0.45


def test_a_group_that_is_too_small_is_no_number():
    attempts = [attempt(n, 70, form="A" if n < 50 else "B") for n in range(60)]
    found = told(attempts, cut=60)
    assert found.by_form["B"]["first_pass_rate"].value is None
    assert found.by_form["B"]["first_pass_rate"].n == 10


def test_forms_with_other_items_have_a_reliability_each():
    one = of_items(answers(60, 10, seed=7), form="A")
    two = [
        Attempt(
            candidate=f"d{n}",
            number=1,
            purpose=Purpose.FIRST,
            score=float(scores.sum()),
            max_score=10.0,
            form="B",
            items=tuple(f"j{i}" for i in range(10)),
            item_scores=tuple(scores.tolist()),
        )
        for n, scores in enumerate(answers(60, 10, seed=8))
    ]
    found = told([*one, *two], cut=6)
    assert found.statistics["alpha"].value is None
    assert "where forms differ" in found.statistics["alpha"].note
    assert found.by_form["A"]["alpha"].value == told(one, cut=6).statistics["alpha"].value
    assert found.by_form["B"]["alpha"].n == 60


def test_the_cut_in_force_decides():
    attempts = [attempt(n, 55, cut=50.0 if n < 20 else 60.0) for n in range(100)]
    found = told(attempts, reliability=Stated(0.8)).statistics
    assert found["first_pass_rate"].value == 0.2
    assert found["decision_accuracy"].note == (
        "could not tell for all together: several cuts in force (50, 60); see each form"
    )
    assert told(attempts, cut=55).statistics["first_pass_rate"].value == 1.0


def test_without_a_cut_nobody_passed_or_failed():
    found = told([attempt(n, n) for n in range(100)], reliability=Stated(0.8)).statistics
    for name in ("first_pass_rate", "final_pass_rate", "sem_at_cut", "decision_accuracy", "ppv"):
        assert (found[name].value, found[name].note) == (None, "could not tell: no cut score given")
    assert found["sem"].value > 0
    assert found["mean_score"].value == 49.5


def test_without_a_maximum_the_scale_is_not_known():
    attempts = [attempt(n, n, max_score=None) for n in range(100)]
    found = told(attempts, cut=60, reliability=Stated(0.8)).statistics
    assert found["decision_accuracy"].note == "could not tell: no max_score given"
    assert found["ppv"].value > 0.5


def test_forms_of_several_lengths_are_told_in_per_cent():
    attempts = [
        attempt(n, top * (n % 10) / 10, max_score=float(top), cut=top * 0.6, form=str(top))
        for top, start in ((50, 0), (80, 100))
        for n in range(start, start + 100)
    ]
    found = told(attempts, reliability=Stated(0.8))
    assert (found.unit, found.cut) == ("per cent", 60.0)
    assert found.statistics["mean_score"].value == pytest.approx(45)
    assert found.statistics["decision_accuracy"].value > 0.7
    assert found.notes == ("max_score differs, so scores are in per cent of it.",)
    with pytest.raises(UsageError) as error:
        told(attempts, cut=30)
    assert error.value.reason == "assess.cut"
    assert "cannot hold where max_score differs (50, 80)" in error.value.detail


def test_a_candidate_whose_first_attempt_is_not_here():
    attempts = [attempt(n, 50) for n in range(40)]
    late = [attempt(100 + n, 70, number=2, purpose=Purpose.RESIT) for n in range(10)]
    found = told([*attempts, *late], cut=60)
    assert (found.statistics["first_pass_rate"].n, found.statistics["first_pass_rate"].value) == (
        40,
        0.0,
    )
    assert (found.statistics["final_pass_rate"].n, found.statistics["final_pass_rate"].value) == (
        50,
        0.2,
    )
    assert found.notes == ("Without a first attempt here, and in the final pass rate only: 10.",)


def test_an_answer_that_is_not_there():
    table = answers(100, 10, seed=9)
    table[:5, 0] = np.nan
    names = tuple(f"i{one}" for one in range(10))
    attempts = [
        attempt(n, np.nansum(row), items=names, item_scores=tuple(row.tolist()), max_score=10.0)
        for n, row in enumerate(table)
    ]
    found = told(attempts, cut=6)
    assert found.statistics["alpha"].n == 95
    assert found.statistics["mean_score"].n == 100
    assert found.notes == ("Reliability is of those who answered every item; 5 did not.",)


@pytest.mark.parametrize("score", [0, 100])
def test_nobody_or_everybody_passes(score):
    found = told([attempt(n, score) for n in range(50)], cut=60, reliability=Stated(0.8)).statistics
    assert found["first_pass_rate"].value == score / 100
    assert found["ppv"].note == "not defined: nobody or everybody passes"
    assert found["sem"].value == 0


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"cut": 101}, "assess.cut"),
        ({"cut": -1}, "assess.cut"),
        ({"cut": math.nan}, "assess.cut"),
    ],
)
def test_what_is_no_cut(more, reason):
    with pytest.raises(UsageError) as error:
        told([attempt(n, 50) for n in range(50)], **more)
    assert error.value.reason == reason


@pytest.mark.parametrize("value", [0, 1, -0.2, 1.2, math.nan])
def test_what_is_no_reliability(value):
    with pytest.raises(UsageError) as error:
        Stated(value)
    assert error.value.reason == "assess.reliability"


def test_unreliable_items_are_said_so():
    rng = np.random.Generator(np.random.PCG64(10))
    half = rng.integers(0, 2, size=(100, 1)).astype(float)
    found = told(of_items(np.hstack([half, 1 - half])), cut=1).statistics
    assert found["sem"].note == "could not tell: alpha is not between 0 and 1 in these data"


def test_practice_only():
    found = told([attempt(n, 50, purpose=Purpose.PRACTICE) for n in range(50)], cut=60)
    assert {one.value for one in found.statistics.values()} == {None}
    assert list(found.statistics) == NAMES


@pytest.mark.slow
def test_the_bootstrap_covers_the_truth():
    """95 % intervals of mean and pass rate hold the truth in 93 to 97 % of 500 cohorts."""
    rng = np.random.Generator(np.random.PCG64(11))
    world = rng.binomial(100, rng.beta(6, 4, size=1_000_000))
    inside = {"mean": 0, "first": 0}
    pattern = cohort_of([[attempt(0, 50)]], "", cut=60)
    for run in range(500):
        scores = rng.binomial(100, rng.beta(6, 4, size=150))
        passed = (scores >= 60).astype(float)
        cohort = dataclasses.replace(pattern, score=1.0 * scores, first=passed, final=passed)
        drawn = drawn_moments(cohort, draws=400, seed=run)
        for name, truth in (("mean", world.mean()), ("first", np.mean(world >= 60))):
            low, high = percentile_interval(getattr(drawn, name)[1:])
            inside[name] += low <= truth <= high
    assert all(0.93 <= count / 500 <= 0.97 for count in inside.values()), inside


def test_progress_is_told():
    done = []
    told([attempt(n, n) for n in range(50)], cut=20, step=done.append)
    assert sum(done) == 200
