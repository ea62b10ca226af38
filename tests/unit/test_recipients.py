"""The bulk file against the manifest of the security vectors, its size and its doubles."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest

from bulk_file import good, read, refused
from shared import need_shared
from stackmark.errors import UsageError
from stackmark.issuing.recipients import (
    BadRow,
    Row,
    read_rows,
)


def vector(name: str) -> bytes:
    return (need_shared() / "vectors" / "security" / "own" / "csv" / f"csv-{name}.csv").read_bytes()


def counts(rows: list) -> tuple[int, int]:
    return sum(isinstance(r, Row) for r in rows), sum(isinstance(r, BadRow) for r in rows)


def test_counts_of_the_manifest():
    folder = need_shared() / "vectors" / "security" / "own" / "csv"
    files = json.loads((folder / "manifest.json").read_text())["files"]
    assert len(files) == 23
    checked = 0
    for file in files:
        want = file["expect"]
        if not want.keys() & {"rows_ok", "rows_bad", "rows_ok_or_bad"}:
            continue
        rows = read((folder / file["file"]).read_bytes(), known_templates={"soil-1"})
        ok, wrong = counts(rows)
        assert ok == want.get("rows_ok", ok), file["file"]
        assert wrong == want.get("rows_bad", wrong), file["file"]
        if "rows_ok_or_bad" in want:
            assert ok + wrong == want["rows_ok_or_bad"]
        checked += 1
    assert checked == 9


def test_bad_rows_are_named_by_line_and_column():
    rows = read(vector("010-bad-rows-mixed"), known_templates={"soil-1"})
    assert [(r.line, r.column, r.reason) for r in rows if isinstance(r, BadRow)] == [
        (3, "email", "email"),
        (4, "name", "name"),
        (5, "achievement", "template"),
    ]


def test_duplicates_of_the_manifest():
    first, second, third = read(vector("011-duplicate-rows"))
    assert isinstance(first, Row)
    for row in (second, third):
        assert (row.column, row.reason) == ("email", "duplicate")
        assert "line 2" in row.detail


@pytest.mark.parametrize(
    ("name", "reason", "word"),
    [
        ("013-unclosed-quote", "usage.csv-quote", "line 2"),
        ("014-header-unknown", "usage.csv-header", "recipient_email"),
        ("015-header-twice", "usage.csv-header", '"email" (column 1)'),
        ("016-empty", "usage.csv-empty", "empty"),
        ("017-header-only", "usage.csv-empty", "no rows"),
        ("019-latin1", "usage.csv-encoding", "0xE9 on line 2"),
        ("027-png-named-csv", "usage.csv-encoding", "PNG"),
        ("028-truncated-multibyte", "usage.csv-encoding", "0xC3 on line 2"),
    ],
)
def test_files_refused_as_a_whole(name, reason, word):
    error = refused(vector(name))
    assert error.reason == reason
    assert word in error.detail


@pytest.mark.parametrize("name", ["020-utf16", "021-semicolon", "026-cr-only"])
def test_other_dialects_are_read_right(name):
    (row,) = read(vector(name))
    assert (row.recipient_email, row.recipient_name, row.template_id) == (
        "a@example.org",
        "Ann",
        "soil-1",
    )


def test_formula_cells_are_text():
    first, second = read(vector("022-formula-cells"))
    assert first.recipient_name == '=HYPERLINK("http://attacker.example","x")'
    assert second.recipient_name == "@SUM(1)"


def test_script_is_text_as_a_name_and_no_url_as_evidence():
    (row,) = read(vector("023-script-cells"))
    assert (row.column, row.reason) == ("evidence", "evidence")
    assert good("email,name\na@b.org,<script>x</script>").recipient_name == "<script>x</script>"


@pytest.mark.parametrize("size", [1, 2, 7, 100_000])
def test_the_size_of_chunks_does_not_matter(size):
    folder = need_shared() / "vectors" / "security" / "own" / "csv"

    def outcome(data: bytes, step: int):
        try:
            return list(read_rows(data[i : i + step] for i in range(0, len(data), step)))
        except UsageError as error:
            return error.reason, error.detail

    for path in sorted(folder.glob("*.csv")):
        data = path.read_bytes()[:3000]
        assert outcome(data, size) == outcome(data, max(1, len(data))), path.name


def reasons(text: str, **options) -> list[str]:
    return [row.reason if isinstance(row, BadRow) else "ok" for row in read(text, **options)]


def test_the_same_person_twice():
    assert reasons("email\na@b.org\nA@B.ORG\n a@b.org \n") == ["ok", "duplicate", "duplicate"]
    assert reasons("email\nSTRASSE@b.org\nstraße@b.org\n") == ["ok", "duplicate"]
    assert reasons("email\njo\u0308rg@b.org\nj\u00f6rg@b.org\n") == ["ok", "duplicate"]
    assert reasons("did\ndid:key:z1\ndid:key:Z1\ndid:key:z1\n") == ["ok", "ok", "duplicate"]


def test_the_same_person_by_either_name():
    text = "email,did\na@b.org,did:key:z1\na@b.org,did:key:z2\nc@b.org,did:key:z1\n,did:key:z2\n"
    rows = read(text)
    assert [getattr(r, "reason", "ok") for r in rows] == ["ok", "duplicate", "duplicate", "ok"]
    assert [r.column for r in rows[1:3]] == ["email", "did"]


def test_one_person_may_get_several_achievements():
    text = "email,template_id\na@b.org,x\na@b.org,y\na@b.org,x\n"
    assert reasons(text) == ["ok", "ok", "duplicate"]


def test_a_bad_row_does_not_stand_in_the_way_of_its_correction():
    assert reasons("email,name\na@b.org,\na@b.org,Ann\n") == ["name", "ok"]


def test_duplicates_can_be_asked_for():
    assert reasons("email\na@b.org\na@b.org\n", allow_duplicates=True) == ["ok", "ok"]


def many(count: int):
    yield b"recipient_email,recipient_name,issued_on\n"
    for start in range(0, count, 1000):
        lines = (
            f"p{i}@example.org,Ann {i},2026-03-{i % 28 + 1:02}\n"
            for i in range(start, start + 1000)
        )
        yield "".join(lines).encode()


def test_rows_stream_in_bounded_memory():
    tracemalloc.start()
    count = sum(isinstance(row, Row) for row in read_rows(many(20_000), allow_duplicates=True))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 3 * 1024 * 1024


def test_a_person_remembered_costs_little():
    tracemalloc.start()
    count = sum(isinstance(row, Row) for row in read_rows(many(20_000)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 3 * 1024 * 1024 + 20_000 * 200


def test_many_rows_are_fast():
    chunks = list(many(20_000))
    start = time.perf_counter()
    assert sum(isinstance(row, Row) for row in read_rows(chunks)) == 20_000
    assert time.perf_counter() - start < 2  # about 0.15 s on a quiet machine
