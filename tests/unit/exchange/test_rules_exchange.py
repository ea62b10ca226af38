"""Rules as CTDL pathways and CLR associations: what is not lost comes back the same."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
from typing import Any

import pytest

from rule_files import ACHIEVEMENTS, random_file, spoil
from stackmark.errors import ReadError, StackmarkError, UsageError
from stackmark.exchange.clr.associations import KINDS, of_witness
from stackmark.exchange.rules import export_rules, import_rules
from stackmark.exchange.shapes import Loss
from stackmark.stacking.parse import read_rules
from stackmark.stacking.witness import Use, Witness
from stackmark.stacking.write import rules_json

AWARD = "https://uni.example/awards/1"
A, B, C = ACHIEVEMENTS


def rules_of(rule: Any, *limits: Any, **more: Any) -> Any:
    file = {"id": AWARD, "title": "Award", "issuer": "did:web:uni.example", "rule": rule}
    return read_rules({**file, "limits": limits, **more})


def count(select: Any, least: int = 1, **more: Any) -> dict[str, Any]:
    return {"count": {"select": select, "min": least, **more}}


def lessened(value: Any, losses: tuple[Loss, ...]) -> Any:
    """The JSON without what the report says is lost."""
    left = copy.deepcopy(value)
    gone: list[tuple[Any, Any]] = []
    for one in losses:
        *way, last = one.path.split("/")[1:]
        here = left
        for step in way:
            here = here[int(step) if isinstance(here, list) else step]
        key = int(last) if isinstance(here, list) else last
        assert here[key] == one.value, one
        gone.append((here, key))
    for here, key in sorted(gone, key=lambda pair: -pair[1] if isinstance(pair[1], int) else 0):
        del here[key]
    return left


def normal(value: Any) -> Any:
    """``at_least`` 1 is ``any``; all orders of achievements are one limit; unit by default."""
    tree = _node(value)
    pairs = [one for limit in tree.pop("limits", []) for one in limit.pop("before")]
    for name in ("substitutes", "id", "title", "issuer"):
        tree[name] = tree.get(name) or None
    tree["unit"] = tree.get("unit", "ects")
    tree["substitutes"] = tree["substitutes"] or None
    return {**tree, "before": sorted(set(map(tuple, pairs)))}


def _node(value: Any) -> Any:
    if isinstance(value, list):
        return [_node(one) for one in value]
    if not isinstance(value, dict):
        return value
    made = {name: _node(one) for name, one in value.items()}
    least = made.pop("at_least", None)
    if least is not None:
        made |= {"any": least["of"]} if least["k"] == 1 else {"at_least": least}
    return made


def test_a_pathway_has_the_words_of_ctdl() -> None:
    rule = {
        "id": "top",
        "all": [
            {"id": "first", "title": "Basics", **count({"achievement": [A, B]})},
            {"id": "credit", "credits": {"select": {"field": ["06"], "level_min": 5}, "min": 10}},
            {"id": "choice", "at_least": {"k": 2, "of": [count({"skill": "urn:a"})] * 3}},
            {"id": "end", "capstone": {"select": {"achievement": C}}},
        ],
    }
    document, loss = export_rules(rules_of(rule, {"before": [[A, C]]}), "ctdl")
    assert [one.path for one in loss] == ["/limits/0/id"]
    nodes = {one["@id"]: one for one in document["@graph"]}
    top = nodes[AWARD]
    assert top["@type"] == "ceterms:Pathway"
    assert top["ceterms:hasDestinationComponent"] == ["_:award"]
    condition = nodes["_:award"]["ceterms:hasCondition"][0]
    assert condition["@type"] == "ceterms:ComponentCondition"
    assert condition["ceterms:requiredNumber"] == 4
    assert condition["ceterms:logicalOperator"] == "logic:And"
    first, credit, choice, end = condition["ceterms:hasCondition"]
    assert first["ceterms:name"] == {"en": "Basics"}
    assert [nodes[one]["ceterms:proxyFor"] for one in first["ceterms:targetComponent"]] == [A, B]
    assert credit["ceterms:hasConstraint"][0] == {
        "@type": "ceterms:Constraint",
        "ceterms:leftSource": ["ceterms:creditValue"],
        "ceterms:leftAction": "arrayOp:Sum",
        "ceterms:comparator": "compare:gteq",
        "ceterms:rightSource": ["10"],
    }
    assert (choice["ceterms:logicalOperator"], choice["ceterms:requiredNumber"]) == ("logic:Or", 2)
    (target,) = end["ceterms:targetComponent"]
    assert nodes[target]["ceterms:componentCategory"] == {"en": "Capstone"}
    earlier = next(one for one in nodes.values() if one.get("ceterms:proxyFor") == A)
    assert len(earlier["ceterms:precedes"]) == 1


def test_what_ctdl_cannot_say_is_named() -> None:
    select = {"skill": "urn:a", "max_age_years": 5, "verified": True}
    found = rules_of(
        {"all": [count(select, 2, max=3)]},
        {"id": "home", "residency": {"select": {"issuer": "did:a"}, "min_share": 0.3}},
        substitutes=[{"use": A, "instead_of": B, "approved_by": "Board", "reason": "Same."}],
    )
    _, loss = export_rules(found, "ctdl")
    told = {one.path: one.reason for one in loss}
    assert set(told) == {
        "/rule/all/0/count/max",
        "/rule/all/0/count/select/max_age_years",
        "/rule/all/0/count/select/verified",
        "/limits/0",
        "/substitutes/0",
    }
    assert told["/limits/0"] == "CTDL pathways have no limits on the whole of what is used."


def test_pathways_come_back_less_what_was_lost() -> None:
    rng = random.Random(5)
    kept = 0
    for _ in range(800):
        rules = read_rules(random_file(rng))
        document, loss = export_rules(rules, "ctdl")
        again, missed = import_rules(json.loads(json.dumps(document)))
        assert missed == ()
        wanted = lessened(rules_json(rules), loss)
        assert normal(_ids(rules_json(again))) == normal(_ids(wanted)), (wanted, document)
        kept += not loss
    assert kept > 10


def _ids(value: Any) -> Any:
    """Without ids: those of parts whose id was lost are made anew."""
    if isinstance(value, list):
        return [_ids(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: one if name == "select" else _ids(one) for name, one in value.items() if name != "id"
    }


def test_names_of_rules_come_back() -> None:
    rule = {"id": "top", "all": [{"id": "one", **count({"skill": "urn:a"})}]}
    again, _ = import_rules(export_rules(rules_of(rule), "ctdl")[0])
    assert [one.id for one in again.nodes()] == ["top", "one"]
    rule = {"id": "with spaces", "all": [count({"skill": "urn:a"})]}
    _, loss = export_rules(rules_of(rule), "ctdl")
    assert ("/rule/id", "with spaces") in {(one.path, one.value) for one in loss}


@pytest.mark.parametrize("unit", ["us-semester", "uk", "points"])
def test_the_unit_comes_back(unit: str) -> None:
    found = rules_of({"credits": {"min": 3.5, "max": 9}}, unit=unit)
    document, loss = export_rules(found, "ctdl")
    assert loss == ()
    assert import_rules(document)[0].unit == unit


FOREIGN = {
    "@context": "https://credreg.net/ctdl/schema/context/json",
    "@graph": [
        {
            "@id": "https://credreg.example/ce-1",
            "@type": "ceterms:Pathway",
            "ceterms:name": {"en-US": "Nurse aide"},
            "ceterms:hasDestinationComponent": ["_:end"],
            "ceterms:hasProgressionModel": "https://credreg.example/ce-2",
        },
        {
            "@id": "_:end",
            "@type": "ceterms:CredentialComponent",
            "ceterms:proxyFor": "https://credreg.example/ce-9",
            "ceterms:hasCondition": [
                {
                    "@type": "ceterms:ComponentCondition",
                    "ceterms:name": {"en-US": "Two of three"},
                    "ceterms:requiredNumber": 2,
                    "ceterms:targetComponent": ["_:course", "_:skill", {"@id": "_:exam"}],
                }
            ],
        },
        {"@id": "_:course", "@type": "ceterms:CourseComponent", "ceterms:proxyFor": A},
        {"@id": "_:skill", "@type": "ceterms:CompetencyComponent", "ceterms:proxyFor": "urn:s"},
        {
            "@id": "_:exam",
            "@type": "ceterms:AssessmentComponent",
            "ceterms:proxyFor": B,
            "ceterms:precededBy": ["_:course"],
            "ceterms:hasCondition": [
                {
                    "@type": "ceterms:ComponentCondition",
                    "ceterms:requiredNumber": 1,
                    "ceterms:targetComponent": ["_:course"],
                    "ceterms:hasConstraint": [
                        {
                            "@type": "ceterms:Constraint",
                            "ceterms:leftSource": ["ceterms:weight"],
                            "ceterms:comparator": "compare:gteq",
                            "ceterms:rightSource": ["1"],
                        }
                    ],
                }
            ],
        },
    ],
}


def test_a_foreign_pathway() -> None:
    found, loss = import_rules(FOREIGN)
    made = rules_json(found)
    assert (made["id"], made["title"]) == ("https://credreg.example/ce-1", "Nurse aide")
    rule = _ids(made["rule"])
    assert rule["title"] == "Two of three"
    course, skill, exam = rule["at_least"]["of"]
    assert rule["at_least"]["k"] == 2
    assert course == count({"achievement": [A]})
    assert skill == count({"skill": ["urn:s"]})
    assert exam == {"all": [count({"achievement": [B]}), count({"achievement": [A]})]}
    assert _ids(made["limits"]) == [{"before": [[A, B]]}]
    assert {one.path for one in loss} == {"/@graph/0/ceterms:hasProgressionModel", "/condition"}


def test_a_pathway_in_a_circle_is_refused() -> None:
    graph = copy.deepcopy(FOREIGN)
    graph["@graph"][2]["ceterms:hasCondition"] = [  # type: ignore[index]
        {"@type": "ceterms:ComponentCondition", "ceterms:targetComponent": ["_:course"]}
    ]
    with pytest.raises(StackmarkError) as caught:
        import_rules(graph)
    assert caught.value.reason == "read.pathway"


@pytest.mark.parametrize(
    ("tree", "reason"),
    [
        ({"@type": "ceterms:Pathway"}, "read.pathway"),
        ({"type": "x"}, "read.format"),
        (
            {"@graph": [{"@type": "ceterms:Pathway", "ceterms:hasDestinationComponent": ["_:x"]}]},
            "read.pathway",
        ),
    ],
)
def test_what_is_no_pathway(tree: Any, reason: str) -> None:
    with pytest.raises(ReadError) as caught:
        import_rules(tree)
    assert caught.value.reason == reason


# -- CLR 2.0 -----------------------------------------------------------------------------------


def test_associations_of_an_award() -> None:
    found = rules_of(
        {"all": [count({"achievement": A}), {"any": [count({"achievement": B}), count({})]}]},
        {"before": [[A, B]]},
        {"equivalent": [[B, C]]},
        {"id": "cap", "cap": {"max_share": 0.5}},
        substitutes=[{"use": C, "instead_of": A, "approved_by": "Board", "reason": "Same."}],
    )
    document, loss = export_rules(found, "clr")
    rows = document["credentialSubject"]["association"]
    assert all(one["type"] == ["Association"] for one in rows)
    told = [(one["associationType"], one["sourceId"], one["targetId"]) for one in rows]
    assert told == [
        ("isPartOf", A, AWARD),
        ("isPartOf", B, AWARD),
        ("precedes", A, B),
        ("exactMatchOf", C, B),
        ("isPeerOf", C, A),
    ]
    assert {kind for kind, _, _ in told} <= set(KINDS)
    assert [one.path for one in loss] == [
        *("/rule/all/1/any", "/rule/all/1/any/1/count", "/limits/2", "/substitutes/0"),
    ]


def test_plain_awards_come_back_whole_from_associations() -> None:
    rule = {"all": [count({"achievement": [one]}) for one in (A, B, C)]}
    found = rules_of(rule, {"before": [[A, B], [B, C]]})
    document, loss = export_rules(found, "clr")
    assert loss == ()
    again, missed = import_rules(document)
    assert missed == ()
    assert _ids(rules_json(again)["rule"]) == rule
    assert _ids(rules_json(again)["limits"]) == [{"before": [[A, B], [B, C]]}]
    assert (again.id, again.title) == (AWARD, "Award")


def test_associations_of_others() -> None:
    rows = [
        {"associationType": "isChildOf", "sourceId": A, "targetId": AWARD},
        {"associationType": "isParentOf", "sourceId": AWARD, "targetId": B},
        {"associationType": "isPartOf", "sourceId": C, "targetId": B},
        {"associationType": "isRelatedTo", "sourceId": C, "targetId": A},
    ]
    found, loss = import_rules({"vc": {"credentialSubject": {"association": rows}}})
    below = _ids(rules_json(found)["rule"])["all"]
    assert below[0] == count({"achievement": [A]})
    assert below[1] == {
        "any": [count({"achievement": [B]}), {"all": [count({"achievement": [C]})]}]
    }
    assert [one.path for one in loss] == ["/credentialSubject/association/3"]


def test_two_wholes_are_no_rules() -> None:
    rows = [
        {"associationType": "isPartOf", "sourceId": A, "targetId": AWARD},
        {"associationType": "isPartOf", "sourceId": B, "targetId": "urn:other"},
    ]
    with pytest.raises(ReadError) as caught:
        import_rules({"credentialSubject": {"association": rows}})
    assert caught.value.reason == "read.associations"


def test_a_bundle_says_what_was_used() -> None:
    uses = (Use("urn:h:1", "core"), Use("urn:h:2", "core"), Use("urn:h:3", "end"))
    made = of_witness(
        Witness(AWARD, dt.date(2026, 6, 1), uses),
        {"urn:h:1": A, "urn:h:2": A, "urn:h:3": B},
    )
    assert [(one["sourceId"], one["targetId"]) for one in made] == [(A, AWARD), (B, AWARD)]


def test_formats_are_named() -> None:
    with pytest.raises(UsageError) as caught:
        export_rules(rules_of(count({})), "xml")
    assert caught.value.reason == "convert.format"
    with pytest.raises(UsageError) as caught:
        export_rules(read_rules({"rule": count({})}), "clr")
    assert caught.value.reason == "convert.missing"


def test_parts_in_a_circle_are_refused() -> None:
    pairs = [(A, AWARD), (B, A), (C, B), (A, C)]
    rows = [{"associationType": "isPartOf", "sourceId": a, "targetId": b} for a, b in pairs]
    with pytest.raises(ReadError) as caught:
        import_rules({"credentialSubject": {"association": rows}})
    assert caught.value.reason == "read.associations"


def test_hostile_pathways_end_in_a_sentence() -> None:
    rng = random.Random(6)
    for _ in range(1_500):
        document, _ = export_rules(read_rules(random_file(rng)), "ctdl")
        for _ in range(3):
            document = spoil(rng, document)
        if isinstance(document, dict):
            try:
                import_rules(document)
            except StackmarkError as error:
                assert error.detail
