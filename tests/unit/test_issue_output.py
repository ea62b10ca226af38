from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import orjson
import pytest

from stackmark.adapters import issue_output
from stackmark.adapters.issue_output import FolderOutput, LinesOutput, read_manifest
from stackmark.adapters.spool import Spool
from stackmark.batch.worker import SignedChunk
from stackmark.errors import StackmarkError, UsageError

OUTPUTS = pytest.mark.parametrize("kind", [LinesOutput, FolderOutput])


def chunk(first, count):
    bodies = tuple(b'{"n":%d}' % number for number in range(first, first + count))
    digests = tuple(hashlib.sha256(body).hexdigest() for body in bodies)
    names = tuple(f"{number}.json" for number in range(first, first + count))
    lines = zip(names, digests, strict=True)
    manifest = tuple(orjson.dumps({"file": n, "sha256": d}) + b"\n" for n, d in lines)
    return SignedChunk(names, bodies, digests, manifest)


def write(kind, path, *counts, start=0):
    with kind(path) as output:
        assert output.recover() == start
        for count in counts:
            output.append(chunk(start, count))
            start += count


def state(path):
    """Everything below a folder, name → bytes."""
    return {
        str(one.relative_to(path)): one.read_bytes() for one in path.rglob("*") if one.is_file()
    }


def manifest_of(kind, path):
    return path / "manifest.jsonl" if kind is FolderOutput else path.with_name("out.manifest.jsonl")


@OUTPUTS
def test_what_is_appended_is_there(kind, tmp_path):
    write(kind, tmp_path / "out", 3, 2)
    assert len(read_manifest(manifest_of(kind, tmp_path / "out"))) == 5
    if kind is LinesOutput:
        assert (tmp_path / "out").read_bytes() == b"".join(b'{"n":%d}\n' % n for n in range(5))


@OUTPUTS
def test_a_run_cut_off_anywhere_goes_on_to_the_same_end(kind, tmp_path):
    """Cut the manifest, and the lines, at every byte: what is whole is kept, the rest made anew."""
    write(
        kind,
        tmp_path / "whole" / "out" if kind is FolderOutput else _made(tmp_path / "whole") / "out",
        4,
    )
    wanted = state(tmp_path / "whole")
    manifest = manifest_of(kind, tmp_path / "whole" / "out").read_bytes()
    for cut in range(len(manifest)):
        folder = _made(tmp_path / f"cut{cut}")
        write(kind, folder / "out", 4)
        os.truncate(manifest_of(kind, folder / "out"), cut)
        done = manifest[:cut].count(b"\n")
        write(kind, folder / "out", 4 - done, start=done)
        assert state(folder) == wanted


def _made(folder):
    folder.mkdir()
    return folder


@pytest.mark.parametrize("cut", range(40))
def test_lines_that_the_disk_lost_are_not_counted(cut, tmp_path):
    write(LinesOutput, tmp_path / "out", 5)
    wanted = state(tmp_path)
    os.truncate(tmp_path / "out", cut)
    done = cut // 8
    write(LinesOutput, tmp_path / "out", 5 - done, start=done)
    assert state(tmp_path) == wanted


def test_a_file_that_the_disk_lost_or_spoiled_is_made_anew(tmp_path):
    write(FolderOutput, tmp_path / "out", 5)
    (tmp_path / "out" / "3.json").write_bytes(b"")
    write(FolderOutput, tmp_path / "out", 2, start=3)
    (tmp_path / "out" / "1.json").unlink()
    write(FolderOutput, tmp_path / "out", 4, start=1)
    assert (tmp_path / "out" / "3.json").read_bytes() == b'{"n":3}'


@OUTPUTS
def test_what_reads_back_differently_is_noticed(kind, tmp_path):
    bad = chunk(0, 1)
    wrong = SignedChunk(bad.names, bad.bodies, ("0" * 64,), bad.manifest)
    with kind(tmp_path / "out") as output, pytest.raises(StackmarkError) as caught:
        output.append(wrong)
    assert caught.value.reason == "run.output"


@OUTPUTS
def test_a_full_disk_says_so_and_how_to_go_on(kind, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with kind(tmp_path / "out") as output, monkeypatch.context() as patch:
        patch.setattr(issue_output.os, "write", full)
        patch.setattr(issue_output.Path, "write_bytes", full)
        with pytest.raises(StackmarkError, match=r"--resume") as caught:
            output.append(chunk(0, 1))
    assert caught.value.reason == "run.output"


@OUTPUTS
def test_two_runs_cannot_write_to_one_place(kind, tmp_path):
    with kind(tmp_path / "out"):
        code = (
            "import sys; from pathlib import Path; from stackmark.adapters import issue_output as o\n"
            f"o.{kind.__name__}(Path(sys.argv[1]))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, tmp_path / "out"],
            capture_output=True,
            text=True,
            check=False,
        )
    assert "is being written by another run" in done.stderr


def test_it_lasts_now_and_then_and_at_the_end(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(issue_output.os, "fsync", synced.append)
    monkeypatch.setattr(issue_output, "_SYNC_SECONDS", 0)
    write(LinesOutput, tmp_path / "out", 1, 1)
    assert len(synced) == 6


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(UsageError) as caught:
        LinesOutput(tmp_path / "none" / "out")
    assert caught.value.reason == "usage.file"


def test_a_manifest_that_is_none(tmp_path):
    (tmp_path / "m").write_text("x")
    with pytest.raises(UsageError):
        read_manifest(tmp_path / "m")


def test_a_spool_gives_back_what_it_was_given_as_often_as_asked(monkeypatch):
    pieces = [b"a", b"", b"\0" * 70_000, b"z"]
    for limit in (10, 10**6):
        monkeypatch.setattr("stackmark.adapters.spool._IN_MEMORY", limit)
        with Spool() as spool:
            for piece in pieces:
                spool.add(piece)
            assert list(spool) == pieces == list(spool)
