"""kill -9 at any moment: the run goes on, nobody gets two, no status index comes up twice."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from command_line import run

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LIST = "https://uni.example/status/1"


def prepare(folder, rows):
    run("key", "new", "--out", "k", "--no-passphrase", cwd=folder)
    lines = [f"p{number}@example.org,Person {number}\n" for number in range(rows)]
    (folder / "r.csv").write_text("recipient_email,recipient_name\n" + "".join(lines))


def command(form, jobs=1, *more):
    given = ["issue", "-a", EXAMPLES / "achievement.json", "--issuer", EXAMPLES / "issuer.json"]
    given += ["-r", "r.csv", "-k", "k", "-o", "out", "-f", form, "--status-list", LIST]
    return [*map(str, given), "--jobs", str(jobs), "--resume", *more]


def killed(folder, arguments, after):
    """Start, and kill the whole group after some seconds; whether it had ended by itself."""
    one = subprocess.Popen(
        [sys.executable, "-m", "stackmark", *arguments],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        _, said = one.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        os.killpg(one.pid, signal.SIGKILL)
        one.communicate()
        return False
    assert one.returncode == 0, said.decode()
    return True


def ledger(folder, form, rows):
    """Every row has one credential, with an id and an index of its own, and it is whole."""
    lines = (
        folder / ("out.manifest.jsonl" if form == "jsonl" else "out/manifest.jsonl")
    ).read_bytes()
    entries = [orjson.loads(line) for line in lines.splitlines()]
    assert [entry["line"] for entry in entries] == list(range(2, rows + 2))
    assert len({entry["id"] for entry in entries}) == rows
    assert len({(entry["statusList"], entry["statusIndex"]) for entry in entries}) == rows
    if form == "jsonl":
        bodies = (folder / "out").read_bytes().splitlines()
    else:
        bodies = [(folder / "out" / entry["file"]).read_bytes() for entry in entries]
        assert len(list((folder / "out").iterdir())) == rows + 1
    assert len(bodies) == rows
    for entry, body in zip(entries, bodies, strict=True):
        assert hashlib.sha256(body).hexdigest() == entry["sha256"]
        if form != "png":
            tree = orjson.loads(body)
            assert tree["id"] == entry["id"]
            assert tree["credentialStatus"]["statusListIndex"] == str(entry["statusIndex"])
    return entries


@pytest.mark.parametrize(
    ("form", "jobs", "rows"),
    [("jsonl", 2, 3_000), pytest.param("json", 1, 800, marks=pytest.mark.slow)],
)
def test_killed_again_and_again(form, jobs, rows, tmp_path):
    prepare(tmp_path, rows)
    rng = random.Random(7)
    kills = 0
    while not killed(tmp_path, command(form, jobs), 0.25 + rng.random() * 0.7):
        kills += 1
        if kills == 8:
            assert killed(tmp_path, command(form, jobs), 60)
            break
    entries = ledger(tmp_path, form, rows)
    given = orjson.loads((tmp_path / "status-1.indexes.json").read_bytes())["next"]
    assert given >= rows
    again = run(*command(form, jobs), cwd=tmp_path)
    assert (again.code, ledger(tmp_path, form, rows)) == (0, entries)
    assert f"({rows:,} of them before)" in again.text
    report = run("verify", "out", "--documents", "documents.json", cwd=tmp_path)
    assert report.code == 0, report.text[-500:]


def test_a_run_in_two_halves_is_that_of_one(tmp_path):
    """With the seed, the indexes and the time of the first, byte for byte."""
    prepare(tmp_path, 350)
    kept = keep_record(tmp_path)
    manifest = (tmp_path / "out.manifest.jsonl").stat().st_size
    for size in (0, 1, 5_000, manifest // 2, manifest - 1):
        write_record(tmp_path, kept)
        os.truncate(tmp_path / "out.manifest.jsonl", size)
        assert run(*command("jsonl"), cwd=tmp_path).code == 0
        assert (tmp_path / "out").read_bytes() == kept["bytes"]


def keep_record(folder):
    """Run once, and catch the record of intent before it loses its secret."""
    from stackmark.batch.job import RunRecord

    records = []
    finished = RunRecord.finished
    RunRecord.finished = lambda self: records.append(self) or finished(self)
    try:
        assert run(*command("jsonl"), cwd=folder).code == 0
    finally:
        RunRecord.finished = finished
    return records[0].to_json() | {"bytes": (folder / "out").read_bytes()}


def write_record(folder, kept):
    record = {name: value for name, value in kept.items() if name != "bytes"}
    (folder / ".out.run.json").write_bytes(orjson.dumps(record))


def test_another_input_cannot_go_on(tmp_path):
    prepare(tmp_path, 5)
    write_record(tmp_path, keep_record(tmp_path))
    (tmp_path / "r.csv").write_text("recipient_email\nother@example.org\n")
    done = run(*command("jsonl"), cwd=tmp_path)
    assert done.code == 2
    assert "another recipients file" in done.err
    done = run(*command("jsonl", 1, "--valid-until", "2040-01-01"), cwd=tmp_path)
    assert "--valid-until" in done.err


@pytest.mark.parametrize("more", [[], ["--resume"]])
def test_what_somebody_deleted_can_be_issued_anew(more, tmp_path):
    prepare(tmp_path, 5)
    arguments = [word for word in command("jsonl") if word != "--resume"]
    assert run(*arguments, cwd=tmp_path).code == 0
    first = ledger(tmp_path, "jsonl", 5)
    (tmp_path / "out").unlink()
    assert run(*arguments, *more, cwd=tmp_path).code == 0
    second = ledger(tmp_path, "jsonl", 5)
    assert len({entry[name] for entry in first + second for name in ("id", "statusIndex")}) == 20


def test_without_resume_an_interrupted_run_is_left_alone(tmp_path):
    prepare(tmp_path, 5)
    write_record(tmp_path, keep_record(tmp_path))
    arguments = [word for word in command("jsonl") if word != "--resume"]
    done = run(*arguments, cwd=tmp_path)
    assert done.code == 2
    assert "go on with --resume" in done.err


def test_a_second_run_on_the_same_list_takes_other_indexes(tmp_path):
    prepare(tmp_path, 50)
    run(*command("jsonl"), cwd=tmp_path)
    first = ledger(tmp_path, "jsonl", 50)
    again = [word if word != "out" else "two" for word in command("jsonl")]
    assert run(*again, cwd=tmp_path).code == 0
    second = [
        orjson.loads(line) for line in (tmp_path / "two.manifest.jsonl").read_bytes().splitlines()
    ]
    indexes = [entry["statusIndex"] for entry in first + second]
    assert len(set(indexes)) == 100


def test_ctrl_c_says_how_to_go_on(tmp_path):
    prepare(tmp_path, 100_000)
    one = subprocess.Popen(
        [sys.executable, "-m", "stackmark", *command("jsonl", 2)],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    while not (tmp_path / "out").exists() or not (tmp_path / "out").stat().st_size:
        time.sleep(0.02)
        assert one.poll() is None
    one.send_signal(signal.SIGINT)
    _, said = one.communicate(timeout=30)
    assert one.returncode == 130
    assert b"--resume goes on" in said
    assert b"Traceback" not in said
