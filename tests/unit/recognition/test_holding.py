"""What a recognised credential counts as."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from recognition_world import CREDENTIAL, ESCO, ISSUER, TARGET, decision, record, source
from stackmark.errors import UsageError
from stackmark.model.holding import VERIFIED, Credits, Holding
from stackmark.recognition.holding import counts, recognised

HELD = Holding(
    id=CREDENTIAL,
    achievement="https://uni.example/a/7",
    title="Soils",
    issuer=ISSUER,
    skills=(ESCO + "9",),
    level=5,
    credits=Credits(Fraction(4), Fraction(4), "uk"),
    status="valid",
    provenance=VERIFIED,
)
WANTED = record().achievement


def test_in_full_it_stands_for_the_target_and_stays_its_issuers():
    found = recognised(HELD, decision(), WANTED)
    assert (found.achievement, found.title) == (TARGET, "Soil science")
    assert found.credits == Credits(Fraction(6), Fraction(6), "ects", "recognition")
    assert found.skills == (ESCO + "9", ESCO + "1", ESCO + "2")
    assert (found.id, found.issuer, found.level, found.status) == (CREDENTIAL, ISSUER, 5, "valid")


def test_the_credit_of_a_full_decision_stands_before_that_of_the_target():
    given = decision(credit={"value": 5, "unit": "other", "unit_name": "points"})
    assert recognised(HELD, given).credits == Credits(
        Fraction(5), Fraction(5), "points", "recognition"
    )


def test_in_part_it_keeps_its_name_and_only_what_was_recognised():
    found = recognised(HELD, decision("partial"), WANTED)
    assert (found.achievement, found.title) == (HELD.achievement, "Soils")
    assert found.credits == Credits(Fraction(3), Fraction(3), "ects", "recognition")
    assert found.skills == (ESCO + "1",)  # of "Map a soil", not of "Test a soil"
    assert recognised(HELD, decision("partial")).skills == ()


@pytest.mark.parametrize("verdict", ["conditional", "refused"])
def test_nothing_counts_by_a_refusal_or_an_open_condition(verdict):
    assert not counts(decision(verdict))
    with pytest.raises(UsageError) as caught:
        recognised(HELD, decision(verdict))
    assert caught.value.reason == "recognition.not-counted"


@pytest.mark.parametrize(
    "other",
    [replace(HELD, id="urn:x:other"), replace(HELD, issuer="did:web:forger.example")],
    ids=["id", "issuer"],
)
def test_a_decision_about_something_else_says_nothing(other):
    with pytest.raises(UsageError) as caught:
        recognised(other, decision())
    assert caught.value.reason == "recognition.other-source"


def test_the_second_of_two_credentials_with_one_id_is_found_by_its_issuer():
    assert recognised(replace(HELD, id=CREDENTIAL + "#2"), decision()).achievement == TARGET


def test_a_portfolio_has_no_issuer_to_compare():
    made = source(kind="portfolio", issuer="")
    assert recognised(replace(HELD, issuer=""), decision(source=made)).achievement == TARGET


@pytest.mark.parametrize("status", ["revoked", "expired", "suspended", "unknown"])
@pytest.mark.parametrize("verdict", ["full", "partial"])
def test_no_decision_mends_the_status_of_its_source_nor_who_issued_it(verdict, status):
    found = recognised(replace(HELD, status=status), decision(verdict), WANTED)
    changed = {"achievement", "title", "credits", "skills"}
    for name in set(Holding.__slots__) - changed:
        assert getattr(found, name) == getattr(replace(HELD, status=status), name)
