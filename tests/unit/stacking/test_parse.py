"""The reader of rules: what it takes, what it refuses and how; the schema says the same."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from importlib import resources
from typing import Any

import jsonschema_rs
import pytest

from rule_files import random_file, spoil
from stackmark.errors import UsageError
from stackmark.stacking import rules as r
from stackmark.stacking.parse import read_rules
from stackmark.stacking.write import rules_json

SCHEMA = json.loads(
    (resources.files("stackmark.stacking") / "data" / "requirement-rules-1.json").read_bytes()
)
# What no schema can say: it is about the file as a whole.
WHOLE = {"rules.repeated", "rules.reference", "rules.unit", "rules.many", "rules.depth"}


def file(rule: Any, **more: Any) -> dict[str, Any]:
    return {"version": "1", "id": "urn:award", "unit": "ects", "rule": rule, **more}


ANY = {"count": {"min": 1}}


def test_every_construct_is_read() -> None:
    found = read_rules(
        file(
            {
                "id": "top",
                "title": "Everything",
                "all": [
                    {"count": {"select": {"skill": "urn:a"}, "min": 1, "max": 2}},
                    {"any": [{"id": "sum", "credits": {"select": {"field": ["06"]}, "min": 2.5}}]},
                    {"at_least": {"k": 1, "of": [{"capstone": {"select": {"level": 6}}}, ANY]}},
                ],
            },
            limits=[{"id": "cap", "cap": {"max_share": 0.34}}],
        )
    )
    assert isinstance(found.rule, r.All)
    count, either, least = found.rule.of
    assert (found.rule.id, found.rule.title) == ("top", "Everything")
    assert count == r.Count(id="rule-all-0", select=r.Select(skill=("urn:a",)), least=1, most=2)
    assert isinstance(either, r.AtLeast)
    assert (either.k, either.word) == (1, "any")
    assert isinstance(least, r.AtLeast)
    assert (least.k, least.word) == (1, "at_least")
    assert [one.id for one in found.leaves()] == [
        *("rule-all-0", "sum", "rule-all-2-at_least-of-0", "rule-all-2-at_least-of-1"),
    ]
    assert found.leaves()[1] == r.CreditSum(
        id="sum", select=r.Select(field=("06",)), least=Fraction(5, 2)
    )
    assert found.leaves()[2].select == r.Select(level_min=6, level_max=6)
    assert found.limits == (r.Cap(id="cap", select=r.Select(), share=Fraction(34, 100)),)


@pytest.mark.parametrize(
    ("value", "reason", "said"),
    [
        ([], "rules.type", "rules: must be an object."),
        ({"version": "1"}, "rules.missing", "rule: is missing"),
        (file(ANY, version="2"), "rules.version", "'2' is not known"),
        (file(ANY, version=True), "rules.version", "'True' is not known"),
        (file(ANY, colour="red"), "rules.unknown", "colour: is not known here"),
        (file({}), "rules.choice", "rule: needs exactly one of"),
        (file({"all": [ANY], "any": [ANY]}), "rules.choice", "it has all and any"),
        (file({"all": []}), "rules.type", "rule/all: must be a list of rules"),
        (file({"at_least": {"of": [ANY]}}), "rules.missing", "rule/at_least/of/k"),
        (file({"at_least": {"k": 1.5, "of": [ANY]}}), "rules.number", "must be a whole number"),
        (file({"count": {"select": {}}}), "rules.missing", "rule/count/min: is missing."),
        (file({"count": {"min": -1}}), "rules.number", "from 0 to 100000"),
        (file({"count": {"min": True}}), "rules.number", "from 0 to 100000"),
        (
            file({"credits": {"min": 1, "unit": "us-semester"}}),
            "rules.unit",
            "rule/credits/unit: is us-semester, and the file counts in ects",
        ),
        (
            file({"count": {"min": 1, "select": {"held": "x"}}}),
            "rules.unknown",
            "rule/count/select/held: is not known here",
        ),
        (
            file({"count": {"min": 1, "select": {"skill": []}}}),
            "rules.type",
            "rule/count/select/skill: must be a text or a list of texts, not empty.",
        ),
        (
            file({"count": {"min": 1, "select": {"status": "revoked"}}}),
            "rules.choice",
            'can only be "valid"',
        ),
        (
            file({"count": {"min": 1, "select": {"level": 5, "level_min": 4}}}),
            "rules.choice",
            "rule/count/select/level: stands beside level_min",
        ),
        (
            file({"count": {"min": 1, "select": {"grade_min": {"value": 2}}}}),
            "rules.missing",
            "a grade needs its value and its scale",
        ),
        (
            file(
                {
                    "count": {
                        "min": 1,
                        "select": {
                            "grade_min": {
                                "value": 2,
                                "scale": "german",
                                "from": {"scale": "fr-20", "best": 10, "lowest_pass": 10},
                            }
                        },
                    }
                }
            ),
            "rules.number",
            "grade_min/from: the best mark and the lowest pass cannot be the same.",
        ),
        (
            file({"count": {"min": 1, "select": {"verified": "yes"}}}),
            "rules.type",
            "verified: must be true or false.",
        ),
        (
            file({"count": {"min": 1, "select": {"max_age_years": 0.3}}}),
            "rules.number",
            "must be whole, half or quarter years.",
        ),
        (
            file({"count": {"min": 1, "select": {"supervision_min": "strict"}}}),
            "rules.choice",
            "is none of none, remote-recorded",
        ),
        (
            file({"all": [{"id": "a", **ANY}, {"id": "a", **ANY}]}),
            "rules.repeated",
            "rule/all/1/id: 'a' stands at rule/all/0 already.",
        ),
        (
            file({"id": "a", **ANY}, limits=[{"id": "a", "max_age_years": 5}]),
            "rules.repeated",
            "limits/0/id: 'a' stands at rule already.",
        ),
        (file(ANY, limits=[{"cap": {}}]), "rules.missing", "needs max_credits or max_share."),
        (
            file(ANY, limits=[{"cap": {"max_share": 34}}]),
            "rules.number",
            "is a share from 0 to 1; 34 % is 0.34.",
        ),
        (
            file(ANY, limits=[{"share": {"a": "rule", "b": "gone", "max_credits": 3}}]),
            "rules.reference",
            "limits/0/share: there is no rule 'gone'.",
        ),
        (
            file(ANY, limits=[{"share": {"a": "rule", "b": "rule", "max_credits": 3}}]),
            "rules.missing",
            "needs two different rules",
        ),
        (file(ANY, limits=[{"before": [["a", "b", "c"]]}]), "rules.type", "must be pairs"),
        (file(ANY, limits=[{"exclude": [["a", "a"]]}]), "rules.type", "two or more different"),
        (file(ANY, limits=[{"gpa": {"min": 3}}]), "rules.missing", "needs the scale"),
        (
            file(ANY, limits=[{"gpa": {"min": 3, "scale": "x", "higher_is_better": "no"}}]),
            "rules.type",
            "higher_is_better: must be true or false.",
        ),
        (
            file(ANY, limits=[{"cap": {"max_credits": 1}, "select": {}}]),
            "rules.unknown",
            "limits/0/select",
        ),
        (
            file(ANY, substitutes=[{"use": "a", "instead_of": "b"}]),
            "rules.missing",
            "substitutes/0/approved_by: is needed",
        ),
        (file(ANY, limits=[{"max_age_years": 1}] * 201), "rules.many", "limits: are more than 200"),
        (file({"all": [ANY] * 2_000}), "rules.many", "more than 2000 rules"),
    ],
)
def test_a_fault_is_named_with_its_place(value: Any, reason: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_rules(value)
    assert caught.value.reason == reason
    assert said in caught.value.detail


def test_rules_are_as_deep_as_twelve() -> None:
    def nested(depth: int) -> Any:
        return {"all": [nested(depth - 1)]} if depth else ANY

    assert read_rules(file(nested(12)))
    with pytest.raises(UsageError) as caught:
        read_rules(file(nested(13)))
    assert caught.value.reason == "rules.depth"


def test_the_unit_may_stand_in_the_leaves_only() -> None:
    leaf = {"credits": {"min": 3, "unit": "us-semester"}}
    assert read_rules({"rule": leaf}).unit == "us-semester"
    assert read_rules({"rule": ANY}).unit == "ects"
    with pytest.raises(UsageError) as caught:
        read_rules({"rule": {"all": [leaf, {"credits": {"min": 3, "unit": "uk"}}]}})
    assert caught.value.reason == "rules.unit"


def test_reading_and_writing_are_each_others_inverse() -> None:
    rng = random.Random(1)
    for _ in range(1_500):
        found = read_rules(random_file(rng))
        written = rules_json(found)
        assert read_rules(json.loads(json.dumps(written))) == found
        assert rules_json(read_rules(written)) == written


def test_a_third_is_not_written_as_a_decimal() -> None:
    made = r.Rules(
        id="",
        title="",
        issuer="",
        unit="ects",
        rule=r.CreditSum(id="a", select=r.Select(), least=Fraction(1, 3)),
    )
    with pytest.raises(UsageError) as caught:
        rules_json(made)
    assert caught.value.reason == "rules.number"


def test_the_schema_is_one() -> None:
    jsonschema_rs.meta.validate(SCHEMA)


def test_the_schema_and_the_reader_give_the_same_verdict() -> None:
    validator = jsonschema_rs.validator_for(SCHEMA)
    rng = random.Random(2)
    refused = taken = 0
    for number in range(6_000):
        value = random_file(rng)
        if number % 4:
            value = spoil(rng, value)
        try:
            read_rules(value)
        except UsageError as error:
            if error.reason in WHOLE:
                continue
            refused += 1
            assert not validator.is_valid(value), (error.detail, value)
        else:
            taken += 1
            assert validator.is_valid(value), (
                [str(e) for e in validator.iter_errors(value)],
                value,
            )
    assert refused > 1_500
    assert taken > 1_500
