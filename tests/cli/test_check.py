"""`stackmark check`: exit codes, files of one's own, the list, what comes in containers."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from command_line import run
from quality_records import credential, design
from stackmark.quality.profile import NAMES

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "design.json").write_text(json.dumps(design()))
    (tmp_path / "credential.json").write_text(json.dumps(credential()))
    return tmp_path


def test_what_conforms_ends_with_0(folder):
    assert run("check", "design.json", cwd=folder).code == 0
    done = run("check", "credential.json", "--json", "--at", "2026-11-01", cwd=folder)
    assert (done.code, json.loads(done.out)["conforms"]) == (0, True)
    assert json.loads(done.out)["source"] == "credential.json"


def test_the_time_to_judge_as_of(folder):
    done = run("check", "credential.json", "--at", "2026-06-01", cwd=folder)
    assert done.code == 1
    assert "It is issued in the future" in done.text


def test_what_does_not_and_what_could_not_be_told_end_with_1(folder):
    assert run("check", "design.json", "--profile", "cmf", cwd=folder).code == 1
    tree = design(level={"framework": "Ours", "code": "7"})
    (folder / "design.json").write_text(json.dumps(tree))
    done = run("check", "design.json", "--json", cwd=folder)
    assert (done.code, json.loads(done.out)["verdict"]) == (1, "could-not-tell")


def test_a_checklist_is_never_called_conformity(folder):
    done = run("check", "design.json", "--profile", "iso-17024", cwd=folder)
    assert done.text.startswith("Readiness checklist,")
    assert "onform" not in done.text
    told = json.loads(
        run("check", "design.json", "--profile", "iso-17024", "--json", cwd=folder).out
    )
    assert (told["conforms"], told["verdict"], told["kind"]) == (
        None,
        "readiness checklist",
        "readiness-checklist",
    )


def test_second_hand_readings_say_so(folder):
    done = run("check", "design.json", "--profile", "nz-2022", cwd=folder)
    assert "unofficial reading" in done.text
    assert "unofficial" not in run("check", "design.json", cwd=folder).text


def test_a_profile_of_ones_own(folder):
    own = (EXAMPLES.parent / "src/stackmark/quality/data/profiles/cmf.toml").read_text()
    (folder / "own.toml").write_text(own.replace("cmf", "ours"))
    done = run("check", "design.json", "--profile", "./own.toml", "--json", cwd=folder)
    assert json.loads(done.out)["rows"][0]["id"] == "ours.01"
    (folder / "own.toml").write_text(own.replace('"mandatory"', '"must"', 1))
    done = run("check", "design.json", "--profile", "own.toml", cwd=folder)
    assert done.code == 2
    assert 'own.toml, row 1 (cmf.01), field "severity"' in done.err


def test_the_list_names_every_source():
    done = run("check", "--list")
    assert (done.code, [line.split()[0] for line in done.text.splitlines()[::2]]) == (0, [*NAMES])
    told = json.loads(run("check", "--list", "--json").out)
    assert [one["id"] for one in told] == [*NAMES]
    assert all(one["source"] for one in told)


def test_from_stdin(folder):
    done = run("check", "-", "--json", stdin=json.dumps(design()).encode())
    assert (done.code, json.loads(done.out)["source"]) == (0, "-")


def test_no_file_is_a_sentence():
    done = run("check")
    assert (done.code, done.err.endswith("[usage.file]\n")) == (2, True)


def test_hostile_words_do_not_steer_the_terminal(folder):
    tree = design(title={"en": "A\u202eB\u200b"})
    (folder / "design.json").write_text(json.dumps(tree))
    assert "\u202e" not in run("check", "design.json", "--all", cwd=folder).text


def test_the_example_meets_our_own_stricter_profile(tmp_path):
    shutil.copy(EXAMPLES / "design.json", tmp_path)
    for name in ("eu-2022", "open-mc", "nz-2022"):
        done = run("check", "design.json", "--profile", name, "--at", "2026-11-01", cwd=tmp_path)
        assert done.code == 0, done.text
        assert "To be mended" not in done.text


def test_help_loads_no_judge(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("stackmark.quality")]:
        monkeypatch.delitem(sys.modules, name)
    assert run("check", "--help").code == 0
    assert not [name for name in sys.modules if name.startswith("stackmark.quality")]


def test_facts_beside_a_credential_are_read_where_they_fit_its_digest(tmp_path):
    record = EXAMPLES / "record.json"
    run("convert", str(record), "--to", "ob3", "--out", "b.json", cwd=tmp_path)
    (facts,) = tmp_path.glob("facts-*.json")
    done = run("check", "b.json", "--json", "--at", "2026-06-01", cwd=tmp_path)
    assert (done.code, json.loads(done.out)["conforms"]) == (0, True)
    facts.write_bytes(facts.read_bytes() + b" ")
    done = run("check", "b.json", "--json", "--at", "2026-06-01", cwd=tmp_path)
    rows = {one["id"]: one for one in json.loads(done.out)["rows"]}
    assert (done.code, rows["eu-2022.11"]["outcome"]) == (1, "could-not-tell")
    assert "It may stand in a file that was not at hand" in rows["eu-2022.11"]["message"]
