from __future__ import annotations

import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from small_images import SVG, chunk, itxt, png, svg
from stackmark.errors import ReadError
from stackmark.reading.png import read_png
from stackmark.reading.svg import read_svg
from stackmark.reading.svg_safety import active_content
from stackmark.rendering.art import default_image
from stackmark.rendering.bake import Baker, bake

# Characters XML can hold; line ends and the end mark of CDATA come often.
XML_TEXT = st.text(
    st.one_of(
        st.sampled_from("]>\r\n<&\t"),
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
    ),
    max_size=60,
)
ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=60)
TOKENS = st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True), min_size=3, max_size=3)
PNGS = [Baker(image) for image in (png(), png(chunk(b"tEXt", b"a\0b")), default_image("png"))]
SVGS = [Baker(image) for image in (SVG, svg("<g/>"), default_image("svg"))]


@given(st.sampled_from(PNGS), ANY_TEXT)
def test_png_gives_back_the_bytes(baker, text):
    credential = ("{" + text).encode()
    got = read_png(baker.bake(credential))
    assert (got.text, got.form, got.standard, got.warnings) == (credential, "json", "ob3", ())


@given(st.sampled_from(SVGS), st.sampled_from(["{", "\r\n\t {"]), XML_TEXT)
def test_svg_gives_back_the_bytes(baker, start, text):
    credential = (start + text).encode()
    got = read_svg(baker.bake(credential))
    assert (got.text, got.form, got.standard, got.warnings) == (credential, "json", "ob3", ())


@given(st.dictionaries(st.text(), st.recursive(st.text() | st.integers(), st.lists), max_size=5))
def test_any_json_survives_both_containers(tree):
    credential = json.dumps(tree, ensure_ascii=True, indent=1).encode()
    assert read_svg(SVGS[0].bake(credential)).text == credential
    assert read_png(PNGS[0].bake(credential)).text == credential


@given(TOKENS)
def test_tokens_survive_both_containers(parts):
    token = ".".join(parts).encode()
    for got in (read_png(PNGS[0].bake(token)), read_svg(SVGS[0].bake(token))):
        assert (got.text, got.form) == (token, "jws")


@given(st.sampled_from([png(), SVG, default_image("svg")]), XML_TEXT, XML_TEXT)
def test_replacing_leaves_no_trace_of_the_first(image, first, second):
    old, new = ("{" + first).encode(), ("{" + second).encode()
    assert bake(bake(image, old), new, replace=True) == bake(image, new)


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 50))
def test_damaged_png_is_read_or_refused_never_worse(noise, where, gone):
    whole = png(itxt(b'{"a":1}'), chunk(b"tEXt", b"a\0b"))
    data = whole[:where] + noise + whole[where + gone :]
    with suppress(ReadError):
        assert read_png(data).container == "png"


@given(st.integers(8, 150), st.integers(1, 255))
def test_one_flipped_byte_never_changes_the_text(where, flip):
    whole = png(itxt(b'{"a":"0123456789"}'))
    where = min(where, len(whole) - 1)
    data = whole[:where] + bytes([whole[where] ^ flip]) + whole[where + 1 :]
    with suppress(ReadError):
        assert read_png(data).text == b'{"a":"0123456789"}'


MARKUP = b"""<g> </g> <g/> <ob:credential> </ob:credential> <![CDATA[ ]]> <!-- --> <?a?> &amp; &#13;
&x; {} <ob:credential/> <old:assertion/> <style> </style> @import <!DOCTYPE> \xff \0"""
PIECES = st.sampled_from([b" ", b'<ob:credential verify="a.b.c"/>', *MARKUP.split()])


@given(st.lists(PIECES, max_size=12))
def test_odd_svg_is_read_or_refused_never_worse(pieces):
    data = svg("@@").replace(b"@@", b"".join(pieces))
    for read in (read_svg, active_content):
        with suppress(ReadError):
            read(data)


@given(st.lists(PIECES, max_size=12))
def test_what_is_baked_over_anything_is_what_is_read(pieces):
    data = svg("@@").replace(b"@@", b"".join(pieces))
    try:
        baked = bake(data, b'{"new":1}', replace=True)
    except ReadError:
        return
    got = read_svg(baked)
    assert (got.text, got.warnings) == (b'{"new":1}', ())
