"""schema.org data and back: a record is the same again, minus what the loss report names."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stackmark.errors import ReadError, UsageError
from stackmark.exchange.diff import without
from stackmark.exchange.formats import Options, read_record, write_record
from stackmark.exchange.schemaorg import read as schemaorg
from stackmark.model.record import Record
from unit.exchange import foreign, homes
from unit.exchange.comparing import in_one, said
from unit.exchange.records import records

SLOW = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))


def plain(record):
    """A record of one language, and of what schema.org can say of it."""
    tree = in_one(record.to_json(), record.achievement.language)
    one = tree["achievement"]
    if "kind" in one:
        tree.pop("type_stated", None)
    if "workload" in one:
        one["workload"]["low"] = one["workload"]["high"]
    one["quality"] = [each for each in one.get("quality", []) if each.keys() & {"name", "id"}]
    stated = {}
    for outcome in one.get("outcomes", []):
        stated.setdefault(str(outcome["statement"]), outcome)
    one["outcomes"] = list(stated.values())
    return Record.from_json(tree)


def again(written):
    return read_record(json.loads(json.dumps(written.document)))


@SLOW
@given(records().map(plain))
def test_only_what_has_no_home_is_lost(record):
    written = write_record(record, "schemaorg")
    lost = [one.path for one in written.loss]
    assert [path for path in lost if homes.homed(path, homes.SCHEMAORG)] == []
    found, gone = again(written), frozenset(lost)
    assert found.format == "schemaorg"
    assert without(found.record.to_json(), gone) == without(record.to_json(), gone)


@SLOW
@given(records())
def test_nothing_is_invented_and_all_is_read(record):
    written = write_record(record, "schemaorg")
    found = again(written)
    extra = said(found.record.to_json()) - said(record.to_json())
    assert extra <= {("/achievement/quality/*/type", "other")}
    assert foreign.wrong_places(found, written.document) == []
    assert [one.path for one in found.loss] == []


PAGE = {
    "@context": "https://schema.org",
    "@type": "Course",
    "name": "Soil",
    "description": "Samples",
    "inLanguage": "en",
    "timeRequired": "P8W",
    "numberOfCredits": 3,
    "competencyRequired": "Reads maps",
    "teaches": {"@type": "DefinedTerm", "name": "Takes samples"},
    "provider": {"@type": "Organization", "name": "College", "url": "https://college.example/"},
    "hasCourseInstance": [{"@type": "CourseInstance", "courseMode": "Online"}],
}


def test_a_course_of_others():
    found = read_record(PAGE)
    one = found.record.achievement
    assert (found.format, one.language) == ("schemaorg", "und")
    assert one.instruction == ("en",)
    assert [each.statement for each in one.outcomes] == [
        {"und": "Takes samples"},
        {"und": "Reads maps"},
    ]
    assert one.participation == ("online",)
    assert (one.credit, one.workload) == (None, None)
    assert found.record.issuer.name == "College"
    lost = {row.path: row.reason for row in found.loss}
    assert set(lost) == {"/timeRequired", "/numberOfCredits"}
    assert "8 weeks of the calendar" in lost["/timeRequired"]


def test_a_credential_with_skills_of_a_framework():
    found = read_record(
        {
            "@context": "http://schema.org/",
            "@type": "EducationalOccupationalCredential",
            "name": "Welder",
            "credentialCategory": {"@type": "DefinedTerm", "name": "Diploma"},
            "competencyRequired": [
                {
                    "@type": "DefinedTerm",
                    "name": "weld",
                    "url": "https://s.example/1",
                    "inDefinedTermSet": "ESCO",
                }
            ],
            "educationalLevel": {
                "@type": "DefinedTerm",
                "name": "EQF 5",
                "inDefinedTermSet": "European Qualifications Framework",
            },
            "validFor": "P2Y",
        }
    )
    record, one = found.record, found.record.achievement
    assert (record.type_stated, one.level.eqf, one.validity.months) == ("Diploma", 5, 24)
    assert (one.outcomes[0].skills[0].uri, one.outcomes[0].statement) == (
        "https://s.example/1",
        {},
    )
    assert found.loss == ()


def test_the_language_can_be_chosen():
    tree = {"achievement": {"language": "en", "title": {"en": "A", "de": "B"}}}
    record = Record.from_json(tree)
    document = write_record(record, "schemaorg", Options(language="de")).document
    assert document["@graph"][0]["name"] == "B"
    assert document["@graph"][0]["inLanguage"] == "de"
    with pytest.raises(UsageError, match="no title in fr") as caught:
        write_record(record, "schemaorg", Options(language="fr"))
    assert caught.value.reason == "convert.language"


def test_a_title_is_asked_for():
    with pytest.raises(UsageError, match=r"schema\.org needs a name") as caught:
        write_record(Record.from_json({"achievement": {"language": "en"}}), "schemaorg")
    assert caught.value.reason == "convert.missing"


@SLOW
@given(st.data())
def test_broken_documents_read_or_say_why(data):
    tree = data.draw(foreign.broken(PAGE))
    try:
        found = schemaorg.read(tree, {})
    except ReadError as error:
        assert error.reason.startswith("read.")
        return
    assert foreign.wrong_places(found, tree) == []
