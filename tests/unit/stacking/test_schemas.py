"""The published schemas of holdings and witnesses say what the readers say."""

from __future__ import annotations

import datetime as dt
import json
import random
from importlib import resources
from typing import Any

import jsonschema_rs
import pytest

from rule_files import spoil
from stackmark.errors import UsageError
from stackmark.model.holding import Credits, read_holdings
from stackmark.stacking.witness import Use, Witness

DATA = resources.files("stackmark.stacking") / "data"
ROW = {
    "id": "urn:h:1",
    "achievement": "https://x.example/1",
    "title": "One",
    "issuer": "did:a",
    "issuer_class": ["university"],
    "class": "micro-credential",
    "skills": "urn:s",
    "field": "0613",
    "level": 6,
    "credits": {"value": 2.5, "unit": "ects"},
    "awarded": "2026-01-15",
    "expires": "2027-01-15T10:00:00Z",
    "grade": {"value": 1.7, "scale": "de-1-5"},
    "supervision": "onsite",
    "status": "valid",
    "evidence": 4,
    "applied_to": [],
    "provenance": "stated",
}
WIDE = {"id": "urn:h:2", "credits": {"low": 2, "high": 3, "unit": "uk", "policy": "hours"}}


def schema(name: str) -> Any:
    return json.loads((DATA / name).read_bytes())


@pytest.mark.parametrize("name", ["holdings-1.json", "witness-1.json"])
def test_each_is_a_schema(name: str) -> None:
    jsonschema_rs.meta.validate(schema(name))


def test_a_whole_holding_is_read() -> None:
    first, second = read_holdings({"holder": "did:x", "holdings": [ROW, WIDE]})
    assert first.skills == ("urn:s",)
    assert first.expires == dt.date(2027, 1, 15)
    assert first.grade is not None
    assert (first.grade.value, first.applied_to) == ("1.7", ())
    assert second.credits == Credits(2, 3, "uk", "hours")  # type: ignore[arg-type] # equal numbers
    assert (second.status, second.applied_to, second.level) == ("unknown", None, None)


def test_holdings_and_their_schema_agree() -> None:
    validator = jsonschema_rs.validator_for(schema("holdings-1.json"))
    rng = random.Random(7)
    taken = refused = 0
    for number in range(4_000):
        value: Any = {"holdings": [ROW, WIDE]} if number % 2 else [ROW]
        value = spoil(rng, value) if number % 5 else value
        try:
            read_holdings(value)
        except UsageError as error:
            if error.reason == "holdings.repeated" or "begins above" in error.detail:
                continue
            refused += 1
            assert not validator.is_valid(value), (error.detail, value)
        else:
            taken += 1
            assert validator.is_valid(value), value
    assert refused > 1_000
    assert taken > 1_000


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"awarded": "2026-02-30"}, "holdings.date"),
        ({"awarded": "20260115"}, "holdings.date"),
        ({"level": 9}, "holdings.range"),
        ({"level": 5.5}, "holdings.range"),
        ({"grade": {"value": True, "scale": "x"}}, "holdings.type"),
        ({"credits": {"value": 1}}, "holdings.type"),
        ({"credits": {"low": 3, "high": 2, "unit": "ects"}}, "holdings.range"),
        ({"credits": {"value": -1, "unit": "ects"}}, "holdings.number"),
        ({"colour": "red"}, "holdings.unknown"),
        ({"status": "good"}, "holdings.choice"),
        ({"id": ""}, "holdings.missing"),
    ],
)
def test_a_wrong_holding_is_refused_with_its_place(changed: Any, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_holdings([ROW | changed])
    assert caught.value.reason == reason
    assert caught.value.detail.startswith("holdings/0")


def test_witnesses_and_their_schema_agree() -> None:
    validator = jsonschema_rs.validator_for(schema("witness-1.json"))
    whole = Witness("urn:award", dt.date(2026, 6, 1), (Use("a", "b"), Use("c", "d"))).to_json()
    rng = random.Random(8)
    taken = refused = 0
    for number in range(1_500):
        value = spoil(rng, whole) if number % 4 else whole
        try:
            Witness.from_json(value)
        except UsageError:
            refused += 1
            assert not validator.is_valid(value), value
        else:
            taken += 1
            assert validator.is_valid(value), value
    assert refused > 300
    assert taken > 300
