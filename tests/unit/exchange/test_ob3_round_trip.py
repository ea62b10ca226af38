"""Open Badges 3.0 and back: a record is the same again, minus what the loss report names."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings

from stackmark.canonical.emitter import to_quads
from stackmark.exchange.diff import without
from stackmark.exchange.formats import Options, read_record, write_record
from stackmark.verification.schema import validator
from unit.exchange import homes
from unit.exchange.records import records

SLOW = settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))


def again(written):
    return read_record(json.loads(json.dumps(written.document)), resources=written.resources)


def keys(tree, path=""):
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from keys(value, f"{path}/{name}")
    else:
        yield path


def assert_nothing_invented(before, after):
    lacking = set(keys(after)) - set(keys(before))
    assert not lacking


def language_of(written):
    found = written.document
    found = found.get("credentialSubject", {}).get("achievement", found)
    return found["inLanguage"]


@SLOW
@given(records(awarded=True))
def test_with_a_facts_document_nothing_is_lost(record):
    written = write_record(record, "ob3")
    assert written.loss == ()
    assert again(written).record == record
    assert validator("badge").is_valid(written.document)
    to_quads(written.document, strict=True)


@SLOW
@given(records())
def test_with_the_extension_nothing_is_lost(record):
    written = write_record(record, "ob3", Options(facts="extension"))
    assert written.loss == ()
    assert written.resources == {}
    assert again(written).record == record
    if not record.is_design:
        assert validator("badge").is_valid(written.document)
        to_quads(written.document, strict=True)


@SLOW
@given(records())
def test_without_facts_only_what_has_no_home_is_lost(record):
    written = write_record(record, "ob3", Options(facts="none"))
    table = homes.OB3 if record.is_design else homes.OB3_CREDENTIAL
    lost = [one.path for one in written.loss]
    assert [path for path in lost if homes.homed(path, table, language_of(written))] == []
    found = again(written).record.to_json()
    gone = frozenset(lost)
    assert without(found, gone) == without(record.to_json(), gone)
    assert_nothing_invented(record.to_json(), found)
    assert written.resources == {}


@SLOW
@given(records(awarded=True), records(awarded=True))
def test_the_facts_document_is_the_same_for_every_holder(record, other):
    from dataclasses import replace

    second = replace(record, award=other.award)
    first = write_record(record, "ob3").resources
    assert first == write_record(second, "ob3").resources
    for data in first.values():
        for name in ("learner", "results", "evidence", "narrative", "award"):
            assert name not in json.loads(data)["record"]
