"""CLR 2.0 and back, and those of others."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stackmark.canonical.emitter import to_quads
from stackmark.errors import ReadError, UsageError
from stackmark.exchange.clr import read as clr
from stackmark.exchange.diff import without
from stackmark.exchange.formats import Options, read_record, write_record
from stackmark.verification.schema import validator
from stackmark.verification.structure import check_format
from unit.exchange import foreign, homes
from unit.exchange.records import records

SLOW = settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))


@SLOW
@given(records(awarded=True), st.sampled_from(["document", "extension"]))
def test_with_facts_nothing_is_lost(record, how):
    written = write_record(record, "clr", Options(facts=how))
    assert written.loss == ()
    found = read_record(json.loads(json.dumps(written.document)), resources=written.resources)
    assert found.record == record
    assert (found.format, found.loss) == ("clr", ())
    assert foreign.wrong_places(found, written.document) == []
    assert validator("clr").is_valid(written.document)
    check_format(written.document)
    to_quads(written.document)


@SLOW
@given(records(awarded=True))
def test_without_facts_only_what_has_no_home_is_lost(record):
    written = write_record(record, "clr", Options(facts="none"))
    found = read_record(written.document).record.to_json()
    inner = written.document["credentialSubject"]["verifiableCredential"][0]
    language = inner["credentialSubject"]["achievement"]["inLanguage"]
    lost = [one.path for one in written.loss]
    assert [path for path in lost if homes.homed(path, homes.CLR, language)] == []
    assert without(found, frozenset(lost)) == without(record.to_json(), frozenset(lost))


@SLOW
@given(records(awarded=False))
def test_a_design_is_nobodys_record(record):
    with pytest.raises(UsageError, match="award") as caught:
        write_record(record, "clr")
    assert caught.value.reason == "convert.missing"


def test_every_foreign_one_reads_as_a_whole_and_part_by_part():
    count = 0
    for name, tree in foreign.documents():
        if not clr.recognises(tree):
            continue
        count += 1
        for found in (read_record(tree), *clr.read_all(tree, {})):
            assert foreign.wrong_places(found, tree) == [], name
            for one in found.loss:
                assert foreign.resolve(tree, one.path) == one.value, (name, one.path)
    assert count > 5


def test_all_the_achievements_of_a_transcript():
    tree = dict(foreign.documents())["learncard/clr__multi-achievement.json"]
    found = clr.read_all(tree, {})
    assert [one.record.achievement.code for one in found] == [
        "CS-110",
        "CS-210",
        "MATH-151",
        "AS-CS",
    ]
    assert {one.record.issuer.name for one in found} == {"Community College XYZ"}
    assert read_record(tree).record.achievement.code == "AS-CS"
    others = [one.path for one in read_record(tree).loss if one.reason == clr._OTHERS]
    assert others == [f"/credentialSubject/achievement/{number}" for number in range(3)]


def test_the_credential_inside_is_read_where_the_record_has_several_achievements():
    tree = dict(foreign.documents())["1edtech-validator/clr20/simple.json"]
    names = [one.record.achievement.name for one in clr.read_all(tree, {})]
    assert names == ["Teamwork", "Achievement 1", "Achievement 2"]


@SLOW
@given(st.data())
def test_broken_documents_read_or_say_why(data):
    trees = [tree for _, tree in foreign.documents() if clr.recognises(tree)]
    tree = data.draw(foreign.broken(data.draw(st.sampled_from(trees))))
    try:
        found = clr.read(tree, {})
        clr.read_all(tree, {})
    except ReadError as error:
        assert error.reason.startswith("read.")
        return
    assert foreign.wrong_places(found, tree) == []


def test_ids_that_are_no_texts():
    tree = {
        "type": ["VerifiableCredential", "ClrCredential"],
        "issuer": {"id": "https://i.example/"},
        "credentialSubject": {
            "achievement": [{"id": ["a"], "name": "One"}, {"id": {}, "name": "Two"}],
            "verifiableCredential": [{"type": "AchievementCredential", "id": 3}],
            "association": [{"associationType": ["isPartOf"], "sourceId": [], "targetId": 1}],
        },
    }
    assert len(clr.read_all(tree, {})) == 3
