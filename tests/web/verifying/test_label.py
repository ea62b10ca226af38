"""The facts label of a check: what the document states, kept as a record."""

from __future__ import annotations

import orjson
import pytest

from quality_records import DESIGN
from stackmark.errors import CouldNotTell
from stackmark.exchange.formats import write_record
from stackmark.model.record import Record
from stackmark_web.verifying import labels

AWARD = {
    "id": "urn:uuid:1",
    "issued": "2026-05-03T10:00:00Z",
    "learner": {"id": "did:example:ada", "name": "Ada Lovelace"},
    "results": [{"value": "87", "scale": "Percent", "name": "Exam"}],
    "narrative": "Ada did well.",
}
RECORD = DESIGN | {
    "id": "https://badges.example/a/1",
    "issuer": {"id": "did:web:uni.example", "name": "Northfield"},
    "award": AWARD,
}


class Files:
    """What is at hand."""

    def __init__(self, files):
        self.files = files

    def fetch(self, url):
        if url not in self.files:
            raise CouldNotTell("fetch.not-given", "no")
        return self.files[url]


@pytest.fixture(scope="module")
def written():
    return write_record(Record.from_json(RECORD), "ob3")


def rows(kept):
    return {one.code: one for one in labels.shown(kept) if one.code}


def test_with_the_facts_document_all_is_stated(written):
    kept = labels.read(written.document, Files(written.resources))
    assert kept["bound"]
    assert kept["missing"] == []
    found = rows(orjson.loads(orjson.dumps(kept)))
    assert found["supervised"].value == "Yes, online"
    assert found["credit"].note == "assigned by Northfield University"
    assert "Quality Agency" in found["quality"].value
    assert found["result"].value == "Exam: 87 (Percent)"


def test_without_it_the_page_says_what_is_not_at_hand(written):
    kept = labels.read(written.document, Files({}))
    assert not kept["bound"]
    assert kept["missing"] == [*written.resources]
    assert rows(kept)["level"].value == "EQF level 5"


def test_a_changed_facts_document_is_not_believed(written):
    (url,) = written.resources
    data = written.resources[url].replace(b"Quality Agency", b"Nobody at all ")
    assert data != written.resources[url]
    kept = labels.read(written.document, Files({url: data}))
    assert "Nobody at all" not in str(kept["record"])


def test_nothing_of_the_person_but_marks_is_kept(written):
    kept = labels.read(written.document, Files(written.resources))
    assert "Lovelace" not in str(kept)
    assert "did well" not in str(kept)
    assert "did:example:ada" not in str(kept)
    assert kept["record"]["award"].keys() == {"results"}


def test_figures_are_those_of_the_check(written):
    kept = labels.read(written.document, Files(written.resources))
    kept["figures"] = {"holders": 3, "withheld": ["pass-rate"], "day": "2026-05-03"}
    found = rows(kept)
    assert found["holders"].value == "fewer than 5"
    assert found["pass-rate"].value == "withheld by issuer"


def test_a_check_from_before_is_shown_as_it_was():
    rows_ = [{"label": "Level", "value": "EQF level 6", "note": "", "unknown": False}]
    (one,) = labels.shown({"published": rows_})
    assert (one.label, one.value) == ("Level", "EQF level 6")


def test_what_says_nothing_of_learning_has_no_label():
    assert labels.read({"type": ["VerifiableCredential"]}, Files({})) == {}
    assert labels.shown({}) == []
