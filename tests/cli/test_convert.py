"""``stackmark convert``: documents, losses, further files, and clear refusals."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from achievement_designs import full
from command_line import run
from shared import need_shared
from stackmark.cli.beside import beside, file_name
from stackmark.exchange.formats import read_record
from stackmark.model.record import Record


def record():
    return Record.from_json(
        {
            "achievement": full(),
            "id": "https://uni.example/achievements/7",
            "image": "https://uni.example/i.png",
            "issuer": {
                "id": "https://uni.example/",
                "name": "Uni",
                "url": "https://uni.example/about",
                "email": "a@uni.example",
                "kind": "university",
            },
            "award": {
                "id": "https://uni.example/c/1",
                "learner": {"id": "did:example:1", "name": "Ada"},
                "issued": "2026-02-01T00:00:00Z",
            },
        }
    )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "r.json").write_text(json.dumps(record().to_json()))
    return tmp_path


def test_a_document_its_facts_beside_it_and_back_again(folder):
    done = run("convert", "r.json", "--to", "ob3", "--out", "b.json", cwd=folder)
    assert (done.code, done.out) == (0, b"")
    (facts,) = folder.glob("facts-*.json")
    (bound,) = json.loads((folder / "b.json").read_text())["relatedResource"]
    assert f"Publish {facts.name} as {bound['id']}" in done.err
    assert "no home" not in done.err
    (folder / "map.json").write_text(json.dumps({bound["id"]: facts.name}))
    again = run("convert", "b.json", "--to", "stackmark", "--documents", "map.json", cwd=folder)
    assert Record.from_json(json.loads(again.out)) == record()
    found = run("convert", "b.json", "--to", "stackmark", cwd=folder)  # it stands beside it
    assert (found.out, found.err) == (again.out, again.err)
    facts.write_bytes(facts.read_bytes() + b" ")  # not what the digest is of
    without = run("convert", "b.json", "--to", "stackmark", cwd=folder)
    assert f"Not at hand, so what it says could not be told: {bound['id']}" in without.err


def test_what_is_lost_is_counted_named_and_written(folder):
    done = run("convert", "r.json", "--to", "ob2", "--loss", "loss.json", cwd=folder)
    assert done.code == 0
    rows = json.loads((folder / "loss.json").read_text())["loss"]
    assert f"{len(rows)} fields had no home in Open Badges 2.0:" in done.err
    assert {"step", "path", "value", "reason"} == set(rows[0])
    paths = {row["path"] for row in rows}
    assert "/award/learner/name" in paths
    assert "/achievement/title/de" in paths
    assert '/award/learner/name: "Ada" (Open Badges 2.0 has no place for it.)' in done.err
    assert json.loads(done.out)["type"] == "Assertion"


def test_the_options_reach_the_writer(folder):
    done = run(
        *("convert", "r.json", "--to", "clr", "--facts", "extension", "--language", "de"),
        *("--json",),
        cwd=folder,
    )
    told = json.loads(done.out)
    assert (told["from"], told["to"], told["resources"]) == ("stackmark", "clr", {})
    assert told["document"]["name"] == "Datenanalyse mit offenen Werkzeugen"
    named = run(
        *("convert", "r.json", "--to", "ob3", "--facts-address", "https://x.example/f", "--json"),
        cwd=folder,
    )
    assert list(json.loads(named.out)["resources"]) == ["https://x.example/f"]


def test_on_stdout_the_facts_document_is_asked_for(folder):
    done = run("convert", "r.json", "--to", "ob3", cwd=folder)
    assert done.code == 0
    assert "is not written; name --out" in done.err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--to", "pdf"], "convert.format"),
        (["--to", "ob3", "--facts", "some"], "usage.facts"),
        (["--to", "ob3", "--facts-address", "javascript:alert(1)"], "usage.facts"),
        (["--to", "ob2", "--out", "l.json", "--loss", "l.json"], "usage.out"),
        (
            ["--to", "ob3", "--out", "b.json", "--facts-address", "https://x.example/r.json"],
            "usage.out",
        ),
        (["--to", "ob3", "--language", "fr"], "convert.language"),
        (["--to", "ob3", "--documents", "none.json"], "usage.file"),
    ],
)
def test_refusals_say_why(folder, options, reason):
    done = run("convert", "r.json", *options, cwd=folder)
    assert (done.code, done.out) == (2, b"")
    assert f"[{reason}]" in done.err
    if reason == "convert.format":
        assert "clr, ctdl, elm, eudi, ler-rs, ob2, ob3, schemaorg, stackmark." in done.err


def test_the_name_of_a_format_may_be_in_capitals(folder):
    done = run("convert", "r.json", "--to", "OB2", cwd=folder)
    assert (done.code, json.loads(done.out)["type"]) == (0, "Assertion")


def test_what_cannot_be_read_or_written_says_why(folder):
    (folder / "x.json").write_text('{"a": 1}')
    done = run("convert", "x.json", "--to", "ob3", cwd=folder)
    assert (done.code, "[read.format]" in done.err) == (1, True)
    design = replace(record(), award=None)
    (folder / "d.json").write_text(json.dumps(design.to_json()))
    done = run("convert", "d.json", "--to", "clr", cwd=folder)
    assert (done.code, "award: a learner record" in done.err) == (2, True)


def test_a_file_it_is_bound_to_is_never_written_over_the_document(folder):
    done = run(
        *("convert", "r.json", "--to", "ob3", "--out", "b.json"),
        *("--facts-address", "https://x.example/b.json"),
        cwd=folder,
    )
    assert (done.code, "[usage.out]" in done.err) == (2, True)
    assert not (folder / "b.json").exists()


@pytest.mark.parametrize(
    "name", ["simple-json.png", "simple-jwt.svg", "velocity.jwt", "simple.json"]
)
def test_baked_images_and_tokens(name, tmp_path):
    path = need_shared() / "vectors" / "1edtech-validator" / "ob30" / name
    done = run("convert", path, "--to", "stackmark", cwd=tmp_path)
    assert done.code == 0
    assert "The original was signed; what was written is not." in done.err
    assert read_record(json.loads(done.out)).record.achievement.title


def test_what_the_format_demands_and_nobody_said_is_named(folder):
    bare = replace(record(), image="", issuer=replace(record().issuer, email=""))
    (folder / "bare.json").write_text(json.dumps(bare.to_json()))
    done = run("convert", "bare.json", "--to", "ob2", "--loss", "loss.json", cwd=folder)
    assert done.code == 0
    assert "/image: Open Badges 2.0 demands a picture and none is stated; a plain" in done.err
    assert "/issuer/email: Open Badges 2.0 demands an e-mail address of the issuer" in done.err
    rows = json.loads((folder / "loss.json").read_text())["gaps"]
    assert [(row["path"], row["done"]) for row in rows] == [
        ("/image", "put-in"),
        ("/issuer/email", "left-out"),
    ]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://x.example/a/facts-1.json?x=/y#/z", "facts-1.json"),
        ("https://x.example/a/", "a"),
        ("https://x.example/..", "facts.json"),
        ("https://x.example/%2e%2e%2fetc%2fpasswd", "2e2e2fetc2fpasswd"),
        ("https://x.example/" + "ä" * 5_000, "ä" * 60),
        ("", "facts.json"),
    ],
)
def test_the_name_of_a_file_for_an_address(tmp_path, url, name):
    assert file_name(url) == name
    tree = {"relatedResource": [{"id": url, "digestSRI": "sha256-x"}, "odd", {"id": 7}]}
    assert beside(tmp_path / "b.json", {"a": [tree]}) == {}
