"""The register as files: rows, formats, loss reports; tags, and cells no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.test import Client

from achievement_designs import bare
from stackmark.exchange.formats import NAMES, read_record
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.catalogue.records import record_of
from stackmark_web.tenancy import actions as tenancy

pytestmark = pytest.mark.django_db
FILES = ["issuers.jsonl", "issuers.csv", "achievements.jsonl", "achievements.csv", "changes.jsonl"]


def body(response):
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def lines(client, name):
    return [json.loads(line) for line in body(client.get(f"/register/{name}")).splitlines()]


def table(client, name):
    text = body(client.get(f"/register/{name}")).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_issuers_with_what_they_showed_and_sign_with(client, version, university):
    (row,) = lines(client, "issuers.jsonl")
    assert row["id"] == "did:web:badges.example.org:o:northfield"
    assert row["achievements"] == 1
    assert [key["state"] for key in row["signingKeys"]] == ["active"]
    (cells,) = table(client, "issuers.csv")
    assert cells["name"] == "Northfield University"
    assert cells["signing_keys"] == "did:web:badges.example.org:o:northfield#key-1"


def test_achievements_with_every_version(client, version):
    again = catalogue.new_version(version.achievement, actor=None)
    catalogue.publish(again, actor=None)
    (row,) = lines(client, "achievements.jsonl")
    assert [(one["number"], one["current"]) for one in row["versions"]] == [(1, False), (2, True)]
    assert row["versions"][0]["achievement"] == version.content
    assert [one["version"] for one in table(client, "achievements.csv")] == ["1", "2"]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t="])
def test_no_cell_is_a_formula(client, university, sign):
    evil = f"{sign}HYPERLINK(0)"
    university.name = evil
    university.save()
    content = bare(
        title={"en": f"x {evil}"},
        outcomes=[{"statement": {"en": "Do it"}, "skills": [{"name": evil.strip()}]}],
    )
    catalogue.publish(catalogue.create_draft(university, actor=None, content=content), actor=None)
    cells = [
        cell
        for name in ("issuers.csv", "achievements.csv")
        for row in table(client, name)
        for cell in row.values()
    ]
    assert any("HYPERLINK" in cell for cell in cells)
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


@pytest.mark.parametrize("name", [*FILES, "formats/ob3.jsonl", "formats/ob3-loss.jsonl"])
def test_whoever_has_it_gets_nothing_twice(client, version, university, name):
    first = client.get(f"/register/{name}")
    tag = first["ETag"]
    assert first["Access-Control-Allow-Origin"] == "*"
    assert str(version.achievement_id).encode() in body(first) or name.startswith("issuers")
    known = client.get(f"/register/{name}", headers={"If-None-Match": tag})
    assert (known.status_code, known.content) == (304, b"")
    tenancy.edit_organisation(university, actor=None, legal_name="Another")
    assert client.get(f"/register/{name}", headers={"If-None-Match": tag}).status_code == 200


def test_the_head_of_a_file_costs_no_rows(client, version):
    answer = client.head("/register/achievements.jsonl")
    assert answer.status_code == 200
    assert answer["ETag"]
    assert b"".join(answer.streaming_content) == b""


@pytest.mark.parametrize("name", list(NAMES))
def test_every_format_is_a_document_or_a_reason(client, version, university, name):
    place = f"/register/achievements/{version.achievement_id}/1/{name}"
    report = client.get(f"{place}/loss").json()
    documents, reports = (lines(client, f"formats/{name}{end}.jsonl") for end in ("", "-loss"))
    assert len(reports) == 1
    if "leftOut" in report:
        assert report["leftOut"]["reason"].startswith("convert.")
        assert report["leftOut"]["message"]
        assert client.get(place).status_code == 404
        assert documents == []
        return
    document = client.get(place).json()
    assert documents == [document]
    again = read_record(document)
    assert again.format == name
    assert again.record.achievement.title["en"] == "Soil sampling"
    assert again.record.award is None
    known = record_of(version, university).to_json()
    for one in report["loss"]:  # each row names something the design has
        assert one["path"].split("/")[1] in known, one


def test_the_own_form_loses_nothing(client, version, university):
    place = f"/register/achievements/{version.achievement_id}/1/stackmark"
    assert client.get(place).json() == record_of(version, university).to_json()
    assert client.get(f"{place}/loss").json()["loss"] == []


def test_unknown_formats_and_versions_are_not_there(client, version):
    for place in ("1/pdf", "2/ob3", "1/pdf/loss"):
        assert (
            client.get(f"/register/achievements/{version.achievement_id}/{place}").status_code
            == 404
        )
    assert client.get("/register/formats/pdf.jsonl").status_code == 404


def test_the_index_leads_to_files_that_are_there(client, version):
    found = client.get("/register/index.json").json()
    addresses = [url for one in found["files"].values() for url in one.values()]
    addresses += [one[kind] for one in found["formats"].values() for kind in ("documents", "loss")]
    for url in addresses:
        assert client.get(url.removeprefix(found["register"])).status_code == 200, url


def test_one_network_cannot_ask_for_the_formats_all_day(version):
    browser = Client(REMOTE_ADDR="10.9.9.9")
    answers = [browser.get("/register/formats/ob3.jsonl") for _turn in range(40)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    known = browser.get(
        "/register/formats/ob3.jsonl", headers={"If-None-Match": answers[0]["ETag"]}
    )
    assert known.status_code == 304  # who has it costs nothing
