"""Whatever is missing from a record, every profile answers: a row each, with reason and place."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from quality_records import NOW, credential, design, without
from stackmark.errors import UsageError
from stackmark.exchange.formats import read_record
from stackmark.exchange.shapes import Imported
from stackmark.model.record import Record
from stackmark.quality.check import check
from stackmark.quality.judgement import OUTCOMES
from stackmark.quality.profile import NAMES, named


def pointers(tree, path=""):
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for name, value in inner:
        yield f"{path}/{name}"
        if isinstance(value, dict | list):
            yield from pointers(value, f"{path}/{name}")


def stands(tree, pointer):
    for key in pointer.split("/")[1:]:
        try:
            tree = tree[int(key)] if isinstance(tree, list) else tree[key]
        except (KeyError, IndexError, TypeError, ValueError):
            return False
    return True


WHOLE = credential()
PLACES = sorted(pointers(WHOLE), reverse=True)


@given(
    gone=st.sets(st.sampled_from(PLACES), max_size=25),
    name=st.sampled_from(NAMES),
    own=st.booleans(),
)
def test_every_row_is_answered_with_a_place(gone, name, own):
    tree = without(WHOLE, sorted(gone, reverse=True))
    try:
        record = Record.from_json(tree)
    except UsageError:
        return
    read = read_record(tree)
    found = read if own else Imported(record, "ob3", read.places)
    done = check(found, named(name), now=NOW)
    assert [row.id for row in done.rows if row.id != "class.label"] == [
        row.id for row in named(name).rows
    ]
    for row in done.rows:
        assert row.outcome in OUTCOMES
        assert row.message
        assert bool(row.fix) == row.is_finding
        if row.outcome == "passed" or not own:
            assert stands(tree, row.pointer), row
    assert (done.conforms is True) == (done.verdict == "conforms" and not done.profile.is_checklist)


@given(gone=st.sets(st.sampled_from(PLACES), max_size=8), name=st.sampled_from(NAMES))
@example(gone={"/achievement/assessment/methods/0"}, name="tmc-application")
@example(gone={"/achievement/assessment/methods"}, name="tmc-application")
@example(
    gone={"/achievement/assessment/methods/0", "/achievement/assessment/methods/1"},
    name="tmc-application",
)
def test_silence_in_a_foreign_document_never_fails(gone, name):
    """What only lacks things is told as open; only what is stated can be wrong there."""
    whole = without(credential(), sorted(gone, reverse=True))
    try:
        record = Record.from_json(whole)
    except UsageError:
        return
    full = check(Imported(Record.from_json(WHOLE), "ob3", {}), named(name), now=NOW)
    less = check(Imported(record, "ob3", {}), named(name), now=NOW)
    failed = {row.id for row in full.rows if row.outcome == "failed"}
    told = {row.id for row in less.rows if row.outcome == "failed"}
    assert told - failed - MADE_WRONG == set()


# A grade whose scale is gone is wrong, not silent.
MADE_WRONG = {"eu-2022.14", "open-mc.14", "tmc-knowledge.13", "tmc-application.13"}


def test_the_sample_is_whole():
    assert {"/achievement/quality/0/date", "/award/learner/id"} <= set(PLACES)
    assert design()["issuer"] == WHOLE["issuer"]
