"""Zips of strangers: into memory within limits, or not at all."""

from __future__ import annotations

import io
import stat
import struct
import zipfile

import pytest

from stackmark.errors import ReadError
from stackmark.reading import archives
from stackmark_web.verifying.intake import gather


def zipped(*entries, comment=b""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
        archive.comment = comment
    return out.getvalue()


def refusal(data):
    with pytest.raises(ReadError) as told:
        archives.read_zip(data)
    assert told.value.reason == "read.archive"
    return told.value.detail


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "name",
    ["../../evil.txt", "/abs.txt", "a/../../b.txt", "C:\\x.txt", "..\\x.txt", "x" * 250, "a\nb"],
)
def test_names_that_lead_elsewhere(name):
    assert "name" in refusal(zipped((name, b"{}")))


def test_links_and_devices():
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "a link or a device" in refusal(zipped((link, b"/etc/passwd")))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names", [("dup.json", "dup.json"), ("A.json", "a.json")])
def test_the_same_name_twice(names):
    assert "twice" in refusal(zipped(*((name, b"{}") for name in names)))


def test_a_zip_in_a_zip():
    assert "zip inside the zip" in refusal(zipped(("inner.zip", zipped(("a", b"{}")))))


def test_a_bomb_by_ratio():
    assert "far more than it is" in refusal(zipped(("zeros", b"\0" * 10_000_000)))


def test_too_many_entries():
    assert "1,201 entries" in refusal(zipped(*((f"{n}.json", b"") for n in range(1201))))


def test_a_comment_could_hide_a_second_archive():
    assert "comment" in refusal(zipped(("a.json", b"{}"), comment=b"hello"))
    assert refusal(zipped(("a.json", b"{}"), comment=zipped(("b.json", b"{}"))))


def test_a_wrong_checksum():
    data = bytearray(zipped(("a.json", b"{}" * 50)))
    data[struct.calcsize("<4s5H3I2H") + len("a.json") + 2] ^= 0xFF
    assert "damaged" in refusal(bytes(data))


def test_headers_that_disagree():
    data = bytearray(zipped(("a.json", b"{}")))
    data[30:36] = b"b.json"
    assert "disagree" in refusal(bytes(data))


def test_overlapping_entries():
    data = bytearray(zipped(("a.json", b"1"), ("b.json", b"2")))
    second = data.rfind(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)  # both begin at the first
    with pytest.raises(ReadError):
        archives.read_zip(bytes(data))


def test_an_archive_that_is_refused_is_one_answer():
    items = gather([("all.zip", zipped(("../x", b"{}")))])
    assert len(items) == 1
    assert items[0].error.reason == "read.archive"
    assert items[0].source == "all.zip"


def test_bytes_that_only_begin_like_a_zip():
    assert "damaged" in refusal(b"PK\x03\x04" + b"\0" * 100)
