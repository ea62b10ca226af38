"""Which of several decisions applies, to what bytes, and how often prior learning counts."""

from __future__ import annotations

import pytest

from recognition_world import CREDENTIAL, ISSUER, TARGET, decision, source
from stackmark.model.holding import VERIFIED, Holding
from stackmark.recognition.applied import Applying

HELD = Holding(id=CREDENTIAL, issuer=ISSUER, status="valid", provenance=VERIFIED)
OUTCOMES = ("Map a soil", "Test a soil")
FIRST, SECOND, THIRD = "1" * 64, "2" * 64, "3" * 64


def about(sha256, verdict="full", **more):
    return decision(verdict, source=source(sha256=sha256), **more)


def test_something_counts_only_for_the_bytes_that_were_compared():
    made = about(FIRST)
    applying = Applying([made])
    assert applying.about(HELD, (SECOND, FIRST)) is made
    assert applying.about(HELD, (SECOND,)) is None
    assert applying.knows(HELD)


@pytest.mark.parametrize("verdict", ["refused", "conditional"])
def test_by_what_nothing_counts_stands_for_other_editions(verdict):
    made = about(FIRST, verdict)
    assert Applying([made]).about(HELD, (SECOND,)) is made


def test_each_edition_has_its_own_decision():
    one, other = about(FIRST), about(SECOND, "partial")
    applying = Applying([other, one])
    assert applying.about(HELD, (FIRST,)) is one
    assert applying.about(HELD, (SECOND,)) is other
    assert applying.about(HELD, (THIRD,)) is None


def prior(number, verdict="full", **more):
    kind = {"kind": "portfolio", "issuer": "", "id": f"urn:uuid:{number}"}
    return decision(verdict, source=source(sha256=FIRST, **kind), **more)


def test_prior_learning_counts_once_in_full():
    whole = prior(1)
    assert Applying([prior(2, "partial"), whole]).portfolios == [whole]
    assert len(Applying([prior(1), prior(2)]).portfolios) == 1


def test_parts_of_prior_learning_add_up_unless_they_overlap():
    parts = [prior(number, "partial", outcomes=[text]) for number, text in enumerate(OUTCOMES)]
    again = prior(9, "partial", outcomes=[OUTCOMES[0]])
    assert Applying(parts).portfolios == parts
    assert len(Applying([*parts, again]).portfolios) == 2


def test_prior_learning_for_two_targets_counts_for_each():
    other = prior(2, target=f"{TARGET}/other")
    assert len(Applying([prior(1), other]).portfolios) == 2


def test_of_two_in_full_the_one_that_is_wanted_applies():
    one, other = about(FIRST), about(FIRST, target=f"{TARGET}/other", decided="2026-05-02")
    applying = Applying([one, other])
    assert applying.about(HELD, (FIRST,)) is other, "the newest, where none is asked for"
    assert applying.about(HELD, (FIRST,), {TARGET}) is one
    assert applying.about(HELD, (SECOND,), {TARGET}) is None
