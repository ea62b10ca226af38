"""The way in the browser: upload, look, confirm, figures, publish, the public page."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from stackmark.assessment.facts import facts
from stackmark.assessment.read_attempts import read_attempts
from stackmark.assessment.tables import table
from stackmark_web.assessing import ledger
from stackmark_web.assessing.imports import reading
from stackmark_web.assessing.models import AnchorItem, Attempt, AttemptImport, FactsPanel
from web.assessing.facts.cohort import as_csv, bring_in, rows
from web.assessing.facts.test_importing import ONE_PART
from web.assessing.world import World

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parent / "samples"


def at(name, *args):
    return reverse(f"assessing:{name}", args=["northfield", *args])


def send(client, world, data, name="results.csv"):
    return client.post(
        at("import_new"),
        {"version": str(world.version.pk), "kind": "", "file": SimpleUploadedFile(name, data)},
    )


def test_from_upload_to_attempts(world, client):
    client.force_login(world.assessor)
    answer = send(client, world, (SAMPLES / "moodle-grades.csv").read_bytes())
    found = AttemptImport.everywhere.get()
    assert answer["Location"] == at("import", found.pk)
    page = client.get(answer["Location"]).content.decode()
    assert "Moodle quiz responses, recognised" in page
    assert "This attempt is not finished; it is left out." in page
    assert "lena@people.example" in page
    assert not Attempt.everywhere.exists()
    chosen = {"component": "", "purpose": "by-order", "form": "A", "match_people": "on"}
    client.post(at("import", found.pk), chosen)
    client.post(at("import_confirm", found.pk))
    assert {one.form for one in Attempt.everywhere.all()} == {"A"}
    done = client.get(at("import", found.pk)).content.decode()
    assert "Undo this import" in done
    assert "lena@" not in done


def test_a_file_sent_twice_is_told(world, client):
    client.force_login(world.assessor)
    bring_in(world, (SAMPLES / "long.csv").read_bytes())
    send(client, world, (SAMPLES / "long.csv").read_bytes())
    found = AttemptImport.everywhere.get(state="read")
    from stackmark_web.assessing.actions import importing
    from stackmark_web.assessing.imports.planning import Choices

    importing.choose(found, actor=world.assessor, choices=Choices())
    page = client.get(at("import", found.pk)).content.decode()
    assert "This very file was imported before" in page
    assert "There is nothing new in this file." in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "PNG"),
        (b"colour,size\nred,1\n", "not a file we know"),
        (b"candidate,score\n\xff\xfe\xfd", "encoding"),
        (b'candidate,score\n"open,1\n' + b"x,1\n" * 50, "quot"),
    ],
)
def test_hostile_files_are_refused_with_words(world, client, data, words):
    client.force_login(world.assessor)
    answer = send(client, world, data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not AttemptImport.everywhere.exists()


def test_cells_are_text_and_never_markup_or_formulas(world, client):
    client.force_login(world.assessor)
    head = "candidate,date,score,max_score,item<script>\n"
    data = head + '"<img src=x onerror=alert(1)>",2026-03-02,5,10,1\n=cmd|x,2026-03-02,=1+1,10,1\n'
    send(client, world, data.encode())
    found = AttemptImport.everywhere.get()
    page = client.get(at("import", found.pk)).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    assert "“=1+1” is no number" in page
    bring_in(world, data.encode())
    body = b"".join(client.get(at("attempts_csv", world.achievement.pk)).streaming_content)
    assert b"onerror" not in body  # a pseudonym stands there


def test_a_huge_file_is_stopped_while_it_comes_in(world, client, monkeypatch):
    from stackmark_web.awarding import sheet_uploads

    monkeypatch.setattr(sheet_uploads, "MAX_BYTES", 1_000)
    monkeypatch.setattr(reading, "MAX_BYTES", 1_000)
    client.force_login(world.assessor)
    answer = send(client, world, b"candidate,score\n" + b"p,1\n" * 100_000)
    assert answer.status_code == 422
    assert "larger than" in answer.content.decode()


def test_every_figure_can_be_read_in_the_browser(world, client):
    bring_in(world, as_csv(rows()))
    client.force_login(world.assessor)
    key = world.achievement.pk
    assert str(key) in client.get(at("figures")).content.decode()
    page = client.get(at("figures_of", key)).content.decode()
    for words in ("Pass rate, first attempts", "Standard error at the cut", "200 candidates",
                  "What a verdict tells", "Wilson", "Livingston", 'role="img"', "The same as a table"):  # fmt: skip
        assert words in page, words
    assert " style=" not in page
    items = client.get(at("figures_items", key)).content.decode()
    for words in ("item20", "Rasch difficulty", "Infit", "McDonald", "Candidates and items"):
        assert words in items, words
    assert "Nothing was marked twice" in client.get(at("figures_markers", key)).content.decode()
    half = client.get(at("figures_of", key), {"cohort": "2026-S2"}).content.decode()
    assert "No attempt counts here yet" in half
    assert (
        client.get(at("figures_of", key), {"cohort": "'; DROP", "component": "x"}).status_code
        == 200
    )


def test_the_file_gives_the_same_facts_to_the_command_line(world, client):
    bring_in(world, as_csv(rows()))
    client.force_login(world.assessor)
    answer = client.get(at("attempts_csv", world.achievement.pk))
    text = b"".join(answer.streaming_content).decode()
    assert "lena" not in text
    lines = enumerate(csv.reader(io.StringIO(text)), 1)
    there = facts(read_attempts(table("attempts.csv", lines)).ledger)
    here = facts(ledger.ledger_of(world.achievement))
    for code in ("first_pass_rate", "alpha", "decision_accuracy", "bits"):
        assert there.statistics[code].value == pytest.approx(here.statistics[code].value, rel=1e-9)


def test_anchors_are_kept_and_the_page_says_whether_they_are_enough(world, client):
    bring_in(world, as_csv(rows()))
    client.force_login(world.assessor)
    address = at("anchors", world.achievement.pk)
    assert "not identifiable" in client.get(address).content.decode()
    client.post(address, {"item": ["item1", "item2", "item3", "item4", "no such"], "scripts": "0"})
    assert set(AnchorItem.everywhere.values_list("item", flat=True)) == {
        *("item1", "item2", "item3", "item4"),
    }
    assert "Enough is kept" in client.get(address).content.decode()
    assert {one for entry in ledger.of(world.achievement) for one in entry.anchors} == {
        *("item1", "item2", "item3", "item4"),
    }


def test_publishing_and_the_public_page(db, client):
    world = World(plan=ONE_PART)
    bring_in(world, as_csv(rows()))
    client.force_login(world.assessor)
    client.post(at("publish_facts", world.achievement.pk), {"cohort": "all"})
    panel = FactsPanel.everywhere.get()
    client.logout()
    address = reverse("registry:assessment_facts", args=[world.achievement.pk, 1])
    page = client.get(address).content.decode()
    assert "Pass rate, first attempts" in page
    assert "Cut score not justified" in page
    assert "200" in page
    document = client.get(f"{address}.json")
    assert document.content == bytes(panel.signed)
    assert document["Content-Type"] == "application/vc"
    tree = orjson.loads(document.content)
    assert tree["id"].endswith(address)
    asked = client.get(address, headers={"accept": "application/json"})
    assert asked.content == bytes(panel.signed)
    public = client.get(reverse("registry:achievement", args=[world.achievement.pk]))
    assert address in public.content.decode()
    assert client.get(f"{address[:-1]}7").status_code == 404


def test_results_withheld_later_are_no_longer_served(world, client):
    bring_in(world, as_csv(rows()))
    client.force_login(world.assessor)
    client.post(at("publish_facts", world.achievement.pk), {"cohort": "all"})
    world.here.withholds_results = True
    world.here.save()
    address = reverse("registry:assessment_facts", args=[world.achievement.pk, 1])
    page = client.get(address).content.decode()
    assert "Results are withheld" in page
    assert "Pass rate, first attempts" not in page
    assert client.get(f"{address}.json").status_code == 404


def test_the_label_prints_what_was_published(world, client):
    bring_in(world, as_csv(rows()))
    client.force_login(world.assessor)
    client.post(at("publish_facts", world.achievement.pk), {"cohort": "all"})
    from stackmark_web.catalogue.queries import facts as label

    told = {one.code: one for one in label(world.version)}
    assert "percent" in str(told["first-pass-rate"].value)
    assert "200" in str(told["first-pass-rate"].note)
    assert told["reliability"].value
    assert "4" in str(told["ladder"].value)
    world.here.withholds_results = True
    world.here.save()
    again = type(world.version).everywhere.get(pk=world.version.pk)  # as the next visitor reads it
    kept = {one.code: one for one in label(again)}
    assert "reliability" not in kept
    assert kept["pass-rate"].state == "withheld"
