"""A list or an object at any single place of a document never breaks its reader."""

from __future__ import annotations

import copy

import pytest

from achievement_designs import full
from stackmark.errors import ReadError
from stackmark.exchange.formats import read_record, write_record
from stackmark.model.record import Record
from unit.exchange import foreign

RECORD = Record.from_json(
    {
        "achievement": full(),
        "id": "https://uni.example/achievements/7",
        "issuer": {"id": "https://issuer.example/", "name": "Uni", "country": "IE"},
        "award": {
            "id": "urn:uuid:1",
            "learner": {"id": "did:example:1", "name": "Ada"},
            "issued": "2026-02-01T00:00:00Z",
            "narrative": "Words",
        },
    }
)


@pytest.mark.parametrize("kind", ["ob3", "clr", "elm", "ctdl", "schemaorg", "ler-rs", "eudi"])
@pytest.mark.parametrize("junk", [{}, [], [{}]], ids=repr)
def test_what_is_no_text_is_read_or_refused_with_a_reason(kind, junk):
    written = write_record(RECORD, kind)
    for *around, last in foreign.spots(written.document):
        tree = copy.deepcopy(written.document)
        holder = tree
        for step in around:
            holder = holder[step]
        holder[last] = copy.deepcopy(junk)
        try:
            read_record(tree, resources=written.resources)
        except ReadError as error:
            assert error.reason.startswith("read."), (*around, last)
