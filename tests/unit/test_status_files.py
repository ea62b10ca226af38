from __future__ import annotations

import subprocess
import sys

import orjson
import pytest

from badge_design import LIST
from stackmark.adapters.randomness import SystemRandom
from stackmark.adapters.status_files import (
    StatusFile,
    add_documents,
    recall,
    reserve,
    size_beside,
    state_path,
    status_files,
)
from stackmark.batch.job import status_of
from stackmark.errors import UsageError
from stackmark.status.allocate import Allocation

RANDOM = SystemRandom()


def indexes(found):
    blocks = [block for block, _ in found]
    return status_of(blocks, 0, sum(block.count for block in blocks))


def test_no_index_is_given_twice_by_any_number_of_runs(tmp_path):
    given = []
    for count in (10, 1, 500):
        given += indexes(reserve(tmp_path, LIST, count, random=RANDOM))
    assert len(set(given)) == len(given) == 511


def test_a_full_list_is_followed_by_another(tmp_path):
    small = StatusFile(LIST, tmp_path / "status-1.json", Allocation(131072, "ab" * 32, 131070))
    small.save()
    found = reserve(tmp_path, LIST, 5, random=RANDOM)
    assert [(block.url, block.count) for block, _ in found] == [(LIST, 2), (f"{LIST}-2", 3)]
    again = reserve(tmp_path, LIST, 2, random=RANDOM)
    assert [block.url for block, _ in again] == [f"{LIST}-2"]
    assert len(set(indexes(found) + indexes(again))) == 7


def test_an_interrupted_run_finds_its_indexes_again(tmp_path):
    found = reserve(tmp_path, LIST, 20, random=RANDOM)
    reserve(tmp_path, LIST, 20, random=RANDOM)
    blocks = tuple((block.url, block.before.next, block.count) for block, _ in found)
    assert indexes(recall(tmp_path, blocks)) == indexes(found)
    with pytest.raises(UsageError) as caught:
        recall(tmp_path, (("https://other.example/1", 0, 1),))
    assert caught.value.reason == "usage.status-state"


def test_processes_side_by_side_get_different_indexes(tmp_path):
    code = """
import sys; from pathlib import Path
from stackmark.adapters.randomness import SystemRandom
from stackmark.adapters.status_files import reserve
for _ in range(20):
    for block, _ in reserve(Path(sys.argv[1]), "https://uni.example/status/1", 3, random=SystemRandom()):
        print(block.before.next)
"""
    runs = [
        subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    given = [int(line) for run in runs for line in run.communicate()[0].split()]
    assert sorted(given) == list(range(0, 180, 3))


def test_a_list_without_its_private_file_is_not_used(tmp_path):
    (tmp_path / "status-1.json").write_text("{}")
    with pytest.raises(UsageError) as caught:
        reserve(tmp_path, LIST, 1, random=RANDOM)
    assert caught.value.reason == "usage.status-state"


def test_the_private_file_is_private(tmp_path):
    ((_, made),) = reserve(tmp_path, LIST, 1, random=RANDOM)
    assert made.state_path == tmp_path / "status-1.indexes.json"
    assert made.state_path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://uni.example/status/1", "status-1.json"),
        ("https://uni.example/a/b/list.json", "b-list.json"),
        ("https://uni.example/", "status.json"),
        ("https://uni.example/x/..%2f..%2fetc/passwd", "2f..-2fetc-passwd.json"),
        ("https://uni.example/s?id=7#x", "id-7-x.json"),
    ],
)
def test_file_names_stay_in_the_folder(url, name, tmp_path):
    ((_, made),) = reserve(tmp_path, url, 1, random=RANDOM)
    assert made.path.parent == tmp_path
    assert made.path.name == name


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"list": "x", "file": "y", "entries": 1}'])
def test_a_broken_private_file_is_refused(text, tmp_path):
    (tmp_path / "x.indexes.json").write_text(text)
    with pytest.raises(UsageError) as caught:
        list(status_files(tmp_path))
    assert caught.value.reason == "usage.allocation"


def test_the_size_of_a_status_stands_beside_its_list(tmp_path):
    StatusFile(LIST, tmp_path / "s.json", Allocation(131072, "ab" * 32), 4).save()
    assert state_path(tmp_path / "s.json").exists()
    assert size_beside(tmp_path / "s.json") == 4
    assert size_beside(tmp_path / "other.json") == 1


def test_documents_are_added_to_those_there(tmp_path):
    add_documents(tmp_path, {"https://a.example/": "a.json"})
    path = add_documents(tmp_path, {"https://b.example/": {"x": 1}})
    assert orjson.loads(path.read_bytes()) == {
        "https://a.example/": "a.json",
        "https://b.example/": {"x": 1},
    }
    path.write_text("[]")
    with pytest.raises(UsageError) as caught:
        add_documents(tmp_path, {})
    assert caught.value.reason == "usage.map"
