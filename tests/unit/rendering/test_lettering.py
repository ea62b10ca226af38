from __future__ import annotations

import struct
from pathlib import Path

import pytest

from stackmark.errors import ReadError
from stackmark.rendering import fonts
from stackmark.rendering.fontfile import read_faces
from stackmark.rendering.lettering import (
    clean_line,
    drawable,
    fewer_marks,
    is_simple,
    squeeze,
    undrawable,
    wrap,
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("  two\n words\t ", "two words"),
        ("\u202eevil\u202c\u2066x\u2069\u200f", "evilx"),
        ("a\x00b\x1b[31mc\ufeff\ud800", "ab[31mc"),
        ("e\u0301", "é"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("q" + "\u0323" * 50, "q" + "\u0323" * 4),
        ("❤\ufe0f", "❤"),
        ("x" * 30, "x" * 19 + "…"),
        ("A" * 10_000_000, "A" * 19 + "…"),
    ],
)
def test_a_line_is_cleaned(text, wanted):
    assert clean_line(text, 20) == wanted


def test_what_no_font_draws_becomes_its_cousin_or_a_square():
    assert drawable("王 and 😀") == "□ and □"
    assert drawable("𝔄bc") == "Abc", "the plain letter stands for the fancy one"
    assert drawable("Łódź Ελλάς Київ Việt עברית محمد हिन्दी ไทย ქართ Հայ") == (
        "Łódź Ελλάς Київ Việt עברית محمد हिन्दी ไทย ქართ Հայ"
    )
    assert undrawable("王小明 é 王") == "王小明"
    assert undrawable("Ana María") == ""
    assert drawable("abc", covered={ord("a")}) == "a□□"


def test_marks_can_be_let_go():
    text = "Z\u0351 नि\u0301"
    assert fewer_marks(text, keep_scripts=True) == "Z नि"
    assert fewer_marks("\u05d0\u05b0x\u0301", keep_scripts=False) == "\u05d0x"


def test_lines_are_wrapped_and_squeezed():
    assert wrap("aa bb cc", [5, 2], len) == ["aa bb", "cc"]
    assert wrap("aa bb", [9, 9], len) == ["aa bb"]
    assert wrap("aaaaaaaaaa", [5, 5], len) is None
    assert wrap("aa bb cc", [5], len) is None
    assert squeeze("aaaaaaaaaaaa", [5, 5], len) == ["aaaaa", "aaaa…"]
    assert squeeze("aaaa bbbb cccc", [9, 5], len) == ["aaaa bbbb", "cccc"]
    assert squeeze("aaaa bbbb cccc dddd", [6, 6], len)[-1].endswith("…")


def test_only_letters_that_stand_alone_are_simple():
    assert is_simple("Ana María Ελλάς Київ Việt – “x”")
    assert not is_simple("محمد")
    assert not is_simple("हिन्दी")


def test_widths_are_those_of_the_font():
    assert fonts.width("", 20) == 0
    assert fonts.width("ii", 20) < fonts.width("WW", 20)
    assert fonts.width("W", 40) == pytest.approx(2 * fonts.width("W", 20))
    assert fonts.width("abc", 20, spacing=2) == pytest.approx(fonts.width("abc", 20) + 6)
    assert fonts.width("W", 20, weight="semibold") > fonts.width("i", 20)
    # Source Sans 3: the figures are as wide as each other, 497 of 1000.
    assert fonts.width("0", 1000) == pytest.approx(497, abs=5)
    assert fonts.width("王", 10) == 10, "what no font draws counts as full-width"


def test_the_reader_agrees_with_fonttools():
    ttlib = pytest.importorskip("fontTools.ttLib")
    for file in fonts.font_folder().iterdir():
        if file.name.endswith(".ttf"):
            font, face = ttlib.TTFont(str(file)), read_faces(file.read_bytes())[0]
            names = font.getGlyphOrder()
            theirs = {c: names.index(g) for c, g in font.getBestCmap().items()}
            assert {c: g for c, g in theirs.items() if g} == face.glyphs, file.name
            for character, glyph in list(theirs.items())[::97]:
                wide = font["hmtx"][names[glyph]][0] / font["head"].unitsPerEm
                assert face.advance(character) == pytest.approx(wide)


@pytest.mark.parametrize("size", [0, 3, 12, 100, 400, 2_000])
def test_a_broken_font_is_refused(size):
    whole = (fonts.font_folder() / "SourceSans3-Regular.ttf").read_bytes()
    with pytest.raises(ReadError) as caught:
        read_faces(whole[:size])
    assert caught.value.reason == "read.font"


def test_a_font_of_lies_is_refused_or_read_but_never_hangs():
    whole = bytearray((fonts.font_folder() / "SourceSans3-Regular.ttf").read_bytes())
    for at in range(4, 400, 3):
        bad = bytes(whole[:at]) + struct.pack(">I", 0xFFFFFFFF) + bytes(whole[at + 4 :])
        try:
            faces = read_faces(bad)
        except ReadError as error:
            assert error.reason == "read.font"
        else:
            assert len(faces[0].glyphs) < 100_000


def test_the_licences_lie_beside_the_fonts():
    names = {file.name for file in fonts.font_folder().iterdir()}
    families = {Path(name).stem.split("-")[0] for name in names if name.endswith(".ttf")}
    assert {f"OFL-{family}.txt" for family in families} <= names
