from __future__ import annotations

import math

import numpy as np
import pytest

from stackmark.assessment import irt, linking
from stackmark.errors import UsageError

B = np.linspace(-1.5, 1.5, 10)
A = np.linspace(0.7, 1.6, 10)


@pytest.mark.parametrize("method", ["mean-mean", "mean-sigma", "stocking-lord"])
def test_a_linear_change_of_scale_is_found_exactly(method):
    slope, intercept = 1.25, -0.4
    b_new, a_new = (B - intercept) / slope, A * slope
    found = linking.link(B, b_new, a_old=A, a_new=a_new, method=method)
    assert math.isclose(found.slope, slope, rel_tol=1e-7)
    assert math.isclose(found.intercept, intercept, rel_tol=1e-6)
    assert np.allclose(found.difficulties(b_new), B, atol=1e-6)
    assert np.allclose(found.slopes(a_new), A, atol=1e-6)
    assert found.loss < 1e-12


def test_stocking_lord_has_the_least_loss():
    rng = np.random.default_rng(1)
    b_new, a_new = (
        (B + 0.5) / 0.9 + 0.1 * rng.normal(size=10),
        A * 0.9 * np.exp(0.1 * rng.normal(size=10)),
    )
    found = linking.link(B, b_new, a_old=A, a_new=a_new)
    others = [
        linking.link(B, b_new, a_old=A, a_new=a_new, method=method)
        for method in ("mean-mean", "mean-sigma")
    ]
    assert found.loss < min(other.loss for other in others)
    criterion = linking._Criterion(B, b_new, A, a_new)
    for da, db in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01)):
        assert criterion.value(found.slope + da, found.intercept + db) > found.loss


def test_an_abler_intake_is_told_from_an_easier_form():
    """Two Rasch forms with ten linking items; reserved anchors show what changed."""
    rng = np.random.Generator(np.random.PCG64(5))
    b = np.tile(np.linspace(-1.2, 1.2, 10), 2)

    def fitted(ability, shift):
        theta = ability + rng.normal(size=4000)
        difficulty = b + np.r_[np.zeros(10), np.full(10, shift)]
        p = 1 / (1 + np.exp(-(theta[:, None] - difficulty)))
        return irt.rasch((rng.random(p.shape) < p).astype(float))

    old = fitted(0.0, 0.0)
    for shift in (0.0, -0.3):
        new = fitted(0.5, shift)
        change = linking.link(
            old.difficulties[:10],
            new.difficulties[:10],
            a_old=old.slopes[:10],
            a_new=new.slopes[:10],
        )
        assert abs(change.intercept - 0.5) < 0.12
        found = linking.drift(old.difficulties[10:], change.difficulties(new.difficulties)[10:])
        assert abs(found.shift.value - shift) < 0.1
        assert found.shift.interval[0] < found.shift.value < found.shift.interval[1]


def test_the_shift_and_its_standard_error_by_hand():
    found = linking.drift([0, 1, 2, 3], [0.1, 1.3, 2.2, 3.2])
    assert math.isclose(found.shift.value, 0.2)
    error = np.std([0.1, 0.3, 0.2, 0.2], ddof=1) / 2
    assert math.isclose(found.standard_error.value, error)
    half = 3.182446305284263 * error
    assert np.allclose(found.shift.interval, [0.2 - half, 0.2 + half])
    assert (found.shift.n, found.shift.of, found.drifted) == (4, "anchors", ())


def test_an_anchor_that_moved_alone_is_named():
    moved = B.copy()
    moved[3] -= 0.8
    names = [f"q{number}" for number in range(10)]
    assert linking.drift(B, moved, names=names).drifted == ("q3",)
    sure, unsure = (
        linking.drift(B, moved, names=names, errors_old=[e] * 10, errors_new=[e] * 10)
        for e in (0.1, 0.5)
    )
    assert sure.drifted == ("q3",)
    assert math.isclose(sure.anchors[3].z, -0.8 / math.hypot(0.1, 0.1))
    assert unsure.drifted == ()
    assert unsure.anchors[3].displacement == pytest.approx(-0.8)


def test_renaming_and_reordering_anchors_changes_nothing():
    rng = np.random.default_rng(2)
    moved, order = B + 0.2 * rng.normal(size=10), rng.permutation(10)
    one, other = linking.drift(B, moved), linking.drift(B[order], moved[order])
    assert math.isclose(one.shift.value, other.shift.value)
    assert math.isclose(one.standard_error.value, other.standard_error.value)


@pytest.mark.parametrize(
    ("old", "new", "options", "sentence"),
    [
        ([1, 2], [1, 2], {}, "There are 2 anchors; at least 3 are needed"),
        ([1, 2, 3], [1, 2], {}, "There are 3 old but 2 new"),
        ([1, 2, math.nan], [1, 2, 3], {}, "An anchor has no difficulty"),
        ([1, 2, 3], [1, 2, 3], {"names": ["a"]}, "There are 3 anchors but 1 names"),
        (
            [1, 2, 3],
            [1, 2, 3],
            {"errors_old": [0.1] * 3, "errors_new": [0, 1, 1]},
            "a standard error above 0",
        ),
    ],
)
def test_anchors_that_cannot_be_are_refused(old, new, options, sentence):
    with pytest.raises(UsageError, match=sentence) as caught:
        linking.drift(old, new, **options)
    assert caught.value.reason == "usage.anchors"


def test_anchors_without_spread_do_not_link_by_sigma():
    with pytest.raises(UsageError, match="do not spread enough"):
        linking.link([1, 1, 1], [0, 0, 0], method="mean-sigma")


@pytest.mark.parametrize(
    ("items", "anchors", "scripts", "enough", "advice"),
    [
        (40, 8, 0, True, ""),
        (40, 7, 0, False, "Reserve 1 more anchor items or 20 more scripts"),
        (40, 0, 20, True, ""),
        (0, 0, 5, False, "Reserve 15 more scripts"),
        (5, 2, 0, False, "Reserve 1 more anchor items"),
    ],
)
def test_what_to_reserve(items, anchors, scripts, enough, advice):
    found = linking.reserve(items=items, anchors=anchors, scripts=scripts)
    assert found.enough is enough
    assert found.advice.startswith(advice)
    assert bool(found.advice) is not enough
    assert enough or "not identifiable" in found.advice


def test_counts_that_cannot_be_reserved():
    with pytest.raises(UsageError, match="6 anchors of 5 items"):
        linking.reserve(items=5, anchors=6, scripts=0)
