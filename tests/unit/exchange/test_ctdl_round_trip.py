"""CTDL and back: a record is the same again, minus what the loss report names."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quality_records import DESIGN, NOW
from stackmark.errors import ReadError, UsageError
from stackmark.exchange.ctdl import read as ctdl
from stackmark.exchange.diff import without
from stackmark.exchange.formats import read_record, write_record
from stackmark.model.record import Record
from stackmark.quality.check import check
from stackmark.quality.profile import named
from unit.exchange import foreign, homes
from unit.exchange.comparing import keys, said
from unit.exchange.records import records

SLOW = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))


def plain(record):
    """A record of words that CTDL has; the others are tested one by one below."""
    tree = record.to_json()
    one = tree["achievement"]
    one["participation"] = [
        w for w in one.get("participation", []) if w not in ("work-based", "rpl")
    ]
    if "kind" in one:
        tree.pop("type_stated", None)
        one["kind"] = "certificate" if one["kind"] == "nano-degree-part" else one["kind"]
    one["parties"] = [
        each | {"role": "awarding", "id": f"https://party.example/{number}"}
        for number, each in enumerate(one.get("parties", []))
    ]
    one["quality"] = [
        {"type": "programme-accreditation"}
        | {name: each[name] for name in ("name", "url") if name in each}
        | {"id": f"https://agency.example/{number}"}
        for number, each in enumerate(one.get("quality", []))
    ]
    seen = set()
    for outcome in one.get("outcomes", []):
        outcome["skills"] = [
            each
            for each in outcome.get("skills", [])
            if not (each.get("uri") in seen or (each.get("uri") and seen.add(each["uri"])))
        ]
    return Record.from_json(tree)


def again(written):
    return read_record(json.loads(json.dumps(written.document)))


@SLOW
@given(records().map(plain))
def test_only_what_has_no_home_is_lost(record):
    written = write_record(record, "ctdl")
    lost = [one.path for one in written.loss]
    assert [path for path in lost if homes.homed(path, homes.CTDL)] == []
    found, gone = again(written), frozenset(lost)
    assert found.format == "ctdl"
    assert without(found.record.to_json(), gone) == without(record.to_json(), gone)
    assert set(keys(found.record.to_json())) <= set(keys(record.to_json()))


@SLOW
@given(records())
def test_nothing_is_invented(record):
    found = again(write_record(record, "ctdl")).record.to_json()
    extra = said(found) - said(record.to_json())
    kind = record.achievement.kind
    allowed = {("/achievement/quality/*/type", "other")}  # of kinds that CTDL does not tell apart
    allowed |= {("/type_stated", "MicroCredential")} if kind == "nano-degree-part" else set()
    assert extra <= allowed
    assert "award" not in found


@SLOW
@given(records())
def test_places_are_true_and_the_reader_takes_all(record):
    written = write_record(record, "ctdl")
    found = again(written)
    assert foreign.wrong_places(found, written.document) == []
    left = [one.path for one in found.loss if not one.path.endswith("isProctored")]
    assert left == []


SAMPLE = {
    "@context": "https://credreg.net/ctdl/schema/context/json",
    "@id": "https://registry.example/graph/ce-1",
    "@graph": [
        {
            "@type": "ceterms:MicroCredential",
            "@id": "https://registry.example/resources/ce-1",
            "ceterms:ctid": "ce-1",
            "ceterms:name": {"en-us": "Welding", "ar-sa": "لحام"},
            "ceterms:description": {"en-us": "Weld plates."},
            "ceterms:subjectWebpage": "https://college.example/welding",
            "ceterms:inLanguage": ["en-US"],
            "ceterms:keyword": {"en-us": ["welding", "metal"]},
            "ceterms:credentialStatusType": {"ceterms:targetNode": "credentialStat:Active"},
            "ceterms:estimatedDuration": [
                {"@type": "ceterms:DurationProfile", "ceterms:exactDuration": "P10W"},
                {"@type": "ceterms:DurationProfile", "ceterms:exactDuration": "PT160H"},
            ],
            "ceterms:requires": [
                {
                    "@type": "ceterms:ConditionProfile",
                    "ceterms:description": {"en-us": "Pass the test."},
                    "ceterms:creditValue": [
                        {
                            "@type": "schema:ValueProfile",
                            "schema:value": 10.0,
                            "ceterms:creditUnitType": [
                                {
                                    "@type": "ceterms:CredentialAlignmentObject",
                                    "ceterms:targetNode": "creditUnit:SemesterHour",
                                    "ceterms:targetNodeName": {"en-US": "Semester Hour"},
                                }
                            ],
                        }
                    ],
                    "ceterms:targetCompetency": [
                        {
                            "@type": "ceterms:CredentialAlignmentObject",
                            "ceterms:targetNode": "https://registry.example/resources/ce-2",
                            "ceterms:targetNodeName": {"en-us": "Weld a plate overhead"},
                            "ceterms:frameworkName": {"en-us": "Welders"},
                        }
                    ],
                    "ceterms:targetAssessment": ["_:test"],
                    "ceterms:targetLearningOpportunity": ["_:course"],
                }
            ],
            "ceterms:ownedBy": ["https://registry.example/resources/ce-3"],
            "ceterms:offeredBy": ["https://registry.example/resources/ce-3"],
            "ceterms:accreditedBy": ["_:board"],
        },
        {
            "@id": "_:test",
            "@type": "ceterms:AssessmentProfile",
            "ceterms:name": {"en-us": "Test"},
            "ceterms:isProctored": True,
            "ceterms:assessmentMethodType": [
                {
                    "@type": "ceterms:CredentialAlignmentObject",
                    "ceterms:targetNode": "assessMethod:Performance",
                }
            ],
        },
        {
            "@id": "_:course",
            "@type": "ceterms:LearningOpportunityProfile",
            "ceterms:name": {"en-us": "Course"},
            "ceterms:deliveryType": [{"ceterms:targetNode": "deliveryType:InPerson"}],
            "ceterms:entryCondition": [{"ceterms:description": {"en-us": "A licence."}}],
        },
        {
            "@id": "_:board",
            "@type": "ceterms:QACredentialOrganization",
            "ceterms:name": {"en-us": "Board"},
            "ceterms:subjectWebpage": "https://board.example/",
        },
    ],
}


def test_a_graph_of_the_registry():
    found = read_record(SAMPLE)
    record, one = found.record, found.record.achievement
    assert (found.format, record.type_stated) == ("ctdl", "MicroCredential")
    assert one.language == "en-US"
    assert one.title == {"en-US": "Welding", "ar-SA": "لحام"}
    assert record.identifiers[0].value == "ce-1"
    assert record.issuer.id == "https://registry.example/resources/ce-3"
    assert record.awarding_body is None
    assert (int(one.workload.low), int(one.workload.high)) == (160, 160)
    assert (one.credit.unit, float(one.credit.value)) == ("us-semester", 10.0)
    assert one.outcomes[0].statement == {"en-US": "Weld a plate overhead"}
    assert one.outcomes[0].skills[0].framework == "Welders"
    assert one.criteria.url == "https://college.example/welding"
    assert one.participation == ("onsite",)
    assert one.prerequisites == {"en-US": "A licence."}
    assert one.assessment.description == {"en": "Performance"}
    assert (one.quality[0].type, one.quality[0].name) == ("programme-accreditation", "Board")
    assert (one.supervision, one.tags) == ("", ("welding", "metal"))
    lost = {row.path: row.reason for row in found.loss}
    assert "calendar" in lost["/@graph/0/ceterms:estimatedDuration/0/ceterms:exactDuration"]
    assert "identity" in lost["/@graph/1/ceterms:isProctored"]
    status = "/@graph/0/ceterms:credentialStatusType/ceterms:targetNode"
    assert "still offered" in lost[status]
    assert foreign.wrong_places(found, SAMPLE) == []
    for row in found.loss:
        assert foreign.resolve(SAMPLE, row.path) == row.value


def test_one_node_alone():
    node = SAMPLE["@graph"][0] | {"@context": SAMPLE["@context"]}
    found = read_record(node)
    assert found.record.achievement.name == "Welding"
    assert set(found.missing) == {"_:test", "_:course"}
    assert found.places["/achievement/title/en-US"] == "/ceterms:name/en-us"


def test_a_graph_of_organisations_only_is_no_credential():
    graph = {"@context": SAMPLE["@context"], "@graph": SAMPLE["@graph"][1:2]}
    with pytest.raises(ReadError, match="No credential") as caught:
        read_record(graph)
    assert caught.value.reason == "read.descriptor"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"participation": ["rpl"]}, "/achievement/participation"),
        ({"supervision": "supervised-online-id"}, "/achievement/supervision"),
        ({"ai_policy": {"en": "Allowed"}}, "/achievement/ai_policy"),
        ({"level": {"not_levelled": True}}, "/achievement/level"),
        ({"validity": {"kind": "unlimited"}}, "/achievement/validity"),
    ],
)
def test_what_has_no_word_in_ctdl_is_named(change, path):
    record = Record.from_json({"achievement": {"language": "en", "title": {"en": "A"}} | change})
    assert [one.path for one in write_record(record, "ctdl").loss] == [path]


def test_a_title_is_asked_for():
    with pytest.raises(UsageError, match=r"^/achievement/title: CTDL needs a name\.") as caught:
        write_record(Record.from_json({"achievement": {"language": "en"}}), "ctdl")
    assert caught.value.reason == "convert.missing"


def judged(tree, profile="ctdl-min"):
    found = check(read_record(tree), named(profile), now=NOW)
    return {row.id: row.outcome for row in found.rows}


def test_the_profile_of_minimum_data_works_on_it():
    whole = DESIGN | {"identifiers": [{"scheme": "ctid", "value": "ce-9"}]}
    document = write_record(Record.from_json(whole), "ctdl").document
    assert set(judged(document).values()) == {"passed"}
    node = document["@graph"][0]
    for member, row in (
        ("ceterms:name", "ctdl-min.02"),
        ("ceterms:description", "ctdl-min.03"),
        ("ceterms:ownedBy", "ctdl-min.04"),
        ("ceterms:ctid", "ctdl-min.05"),
        ("ceterms:inLanguage", "ctdl-min.07"),
    ):
        less = {name: value for name, value in node.items() if name != member}
        rows = judged(document | {"@graph": [less, *document["@graph"][1:]]})
        assert [name for name, outcome in rows.items() if outcome != "passed"] == [row]


def test_proctored_is_less_than_the_eu_asks_but_not_wrong():
    rows = judged(SAMPLE, "eu-2022")
    assert (rows["eu-2022.13"], rows["eu-2022.10"]) == ("could-not-tell", "passed")
    assert "failed" not in rows.values()


@SLOW
@given(st.data())
def test_broken_documents_read_or_say_why(data):
    tree = data.draw(foreign.broken(SAMPLE))
    try:
        found = ctdl.read(tree, {})
    except ReadError as error:
        assert error.reason.startswith("read.")
        return
    assert foreign.wrong_places(found, tree) == []
