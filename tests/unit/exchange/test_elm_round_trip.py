"""ELM documents and back: a record is the same again, minus what the loss report names."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from stackmark.errors import UsageError
from stackmark.exchange.diff import without
from stackmark.exchange.elm.cardinalities import breaches
from stackmark.exchange.formats import read_record, write_record
from stackmark.model.record import Organisation, Record
from unit.exchange import homes
from unit.exchange.records import records

SLOW = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def with_countries(record):
    """The record as ELM needs it: every organisation has a country."""
    found = record.to_json()
    for name in ("issuer", "awarding_body"):
        if name in found:
            found[name].setdefault("country", "FR")
            if found[name].get("legal_name") == found[name]["name"]:
                del found[name]["legal_name"]  # ELM has one name there: it is said once
    return Record.from_json(found)


elm_records = records().map(with_countries)


def again(written):
    return read_record(json.loads(json.dumps(written.document)))


def keys(tree, path=""):
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from keys(value, f"{path}/{name}")
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from keys(value, f"{path}/{number}")
    else:
        yield path


def value_at(tree, pointer):
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        tree = tree[int(name)] if isinstance(tree, list) else tree[name]
    return tree


@SLOW
@given(elm_records)
def test_only_what_has_no_home_is_lost(record):
    written = write_record(record, "elm")
    lost = [one.path for one in written.loss]
    assert [path for path in lost if homes.homed(path, homes.ELM)] == []
    found = again(written).record.to_json()
    gone = frozenset(lost)
    assert without(found, gone) == without(record.to_json(), gone)


@SLOW
@given(elm_records)
def test_nothing_is_invented(record):
    found = again(write_record(record, "elm")).record.to_json()
    assert set(keys(found)) - set(keys(record.to_json())) == set()


@SLOW
@given(elm_records)
def test_the_reader_takes_all_that_the_writer_writes(record):
    found = again(write_record(record, "elm"))
    left = [one.path for one in found.loss if "individualDisplay" not in one.path]
    assert left == []


@SLOW
@given(elm_records)
def test_every_place_of_a_value_is_there(record):
    written = write_record(record, "elm")
    found = again(written)
    for path in keys(found.record.to_json()):
        around = path
        while around not in found.places:
            around = around.rpartition("/")[0]
        assert value_at(written.document, found.places[around]) is not None, (path, around)


@SLOW
@given(elm_records)
def test_the_document_written_twice_is_the_same(record):
    assert write_record(record, "elm").document == write_record(record, "elm").document


@given(records(awarded=True).map(with_countries))
@settings(deadline=None, max_examples=10)
def test_what_elm_demands_and_nobody_said_is_refused(record):
    award = replace(record.award, issued=None, valid_from=None)
    for changed, place in (
        (replace(record, award=award), "/award/issued"),
        (replace(record, issuer=None), "/issuer"),
        (replace(record, achievement=replace(record.achievement, title={})), "/achievement/title"),
    ):
        with pytest.raises(UsageError, match=f"^{place}: ELM needs") as caught:
            write_record(changed, "elm")
        assert caught.value.reason == "convert.missing"


@given(records(awarded=True))
@settings(deadline=None, max_examples=20)
def test_a_name_or_country_nobody_stated_stands_as_that_and_is_named(record):
    bare = Organisation(id="did:web:uni.example")
    body = Organisation(id="https://body.example/", name="Board")
    record = replace(record, issuer=bare, awarding_body=body)
    written = write_record(record, "elm")
    known = replace(bare, name="Uni", country="FR")
    same = write_record(replace(record, issuer=known), "elm").document
    assert breaches(written.document) == breaches(same)
    assert [(one.path, one.put_in) for one in written.gaps] == [
        *(("/issuer/name", True), ("/issuer/country", True), ("/awarding_body/country", True)),
        ("/issuer/identifiers", False),
    ]
    found = read_record(written.document).record
    assert (found.issuer, found.awarding_body) == (bare, body)
