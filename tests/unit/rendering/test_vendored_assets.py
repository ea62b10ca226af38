from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LISTED = tomllib.loads((ROOT / "tools/vendor_assets.toml").read_text())
FOLDERS = sorted({group["folder"] for group in LISTED["assets"]})
LINES = [
    (folder, line)
    for folder in FOLDERS
    for line in json.loads((ROOT / folder / "index.json").read_bytes())
]
NOTICE = (ROOT / "NOTICE").read_text()


@pytest.mark.parametrize(
    ("folder", "line"), LINES, ids=lambda c: c["file"] if isinstance(c, dict) else ""
)
def test_a_file_is_what_the_index_says(folder, line):
    data = (ROOT / folder / line["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == line["sha256"]
    assert line["licence"] in ("OFL-1.1", "ISC AND MIT", "Apache-2.0", "MIT")


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_lies_there_without_a_line(folder):
    listed = {line["file"] for where, line in LINES if where == folder}
    assert {path.name for path in (ROOT / folder).iterdir()} == listed | {"index.json"}


def test_the_list_and_the_indexes_agree():
    wanted = {(g["folder"], name) for g in LISTED["assets"] for name in g["files"]}
    assert wanted == {(folder, line["file"]) for folder, line in LINES}


def test_the_notice_names_every_package():
    packages = {f"{line['package']} {line['version']}" for _, line in LINES}
    assert [package for package in sorted(packages) if package not in NOTICE] == []


def test_the_fonts_stay_small():
    def size(folder: str, ending: str) -> int:
        return sum(path.stat().st_size for path in (ROOT / folder).glob(f"*{ending}"))

    assert size("src/stackmark/rendering/data/fonts", ".ttf") < 4_000_000
    assert 0 < size("src/stackmark_web/ui/static/ui/fonts", ".woff2") < 150_000
