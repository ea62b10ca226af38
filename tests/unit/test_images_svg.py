from __future__ import annotations

import contextlib
import time
import tracemalloc

import pytest

from small_images import JSON, JWS, png, svg
from stackmark.errors import ReadError
from stackmark.limits import MAX_SVG_BYTES, MAX_XML_DEPTH
from stackmark.reading.baked import recognise
from stackmark.reading.svg import read_svg
from stackmark.reading.svg_safety import MAX_ESCAPES, MAX_FINDINGS, active_content
from stackmark.reading.svg_walk import MAX_ELEMENTS


def refused(read, data: bytes) -> str:
    with pytest.raises(ReadError) as caught:
        read(data)
    assert caught.value.detail.endswith(".")
    return caught.value.reason


# SVG, by hand

CREDENTIAL = "<ob:credential>{}</ob:credential>"
SVG_READ = {
    "CDATA": ("<ob:credential><![CDATA[{}]]></ob:credential>", "ob3", b"{}", "json"),
    "escaped": ('<ob:credential>{"a":"&lt;&#13;"}</ob:credential>', "ob3", b'{"a":"<\r"}', "json"),
    "verify": (f'<ob:credential verify="{JWS.decode()}"/>', "ob3", JWS, "jws"),
    "verify, blank body": (
        f'<ob:credential verify="{JWS.decode()}"> \n</ob:credential>',
        "ob3",
        JWS,
        "jws",
    ),
    "token as body": (f"<ob:credential> {JWS.decode()}\n</ob:credential>", "ob3", JWS, "jws"),
    "own prefix": (
        '<x:credential xmlns:x="https://purl.imsglobal.org/ob/v3p0">{}</x:credential>',
        "ob3",
        b"{}",
        "json",
    ),
    "ob2 body": ("<old:assertion>{}</old:assertion>", "ob2", b"{}", "json"),
    "ob2 token": (f'<old:assertion verify="{JWS.decode()}"/>', "ob2", JWS, "jws"),
    "ob2 URL": (
        '<old:assertion verify="https://a.example/b"/>',
        "ob2",
        b"https://a.example/b",
        "url",
    ),
    "not first": (f"<g/><?go on?>{CREDENTIAL}", "ob3", b"{}", "json"),
    "other names": (f"<ob:other/><old:credential/><credential/>{CREDENTIAL}", "ob3", b"{}", "json"),
    "nested ob2 beside": (
        f"<g><old:assertion>x</old:assertion></g>{CREDENTIAL}",
        "ob3",
        b"{}",
        "json",
    ),
}


@pytest.mark.parametrize(("inside", "standard", "text", "form"), SVG_READ.values(), ids=SVG_READ)
def test_svg_read(inside, standard, text, form):
    got = read_svg(svg(inside))
    assert (got.container, got.standard, got.text, got.form) == ("svg", standard, text, form)
    assert got.warnings == ()


def test_svg_ob3_wins_and_says_so():
    old = '<old:assertion verify="https://a.example/b"/>'
    for inside in (old + CREDENTIAL, CREDENTIAL + old):
        got = read_svg(svg(inside))
        assert (got.standard, got.warnings) == ("ob3", ("ob2-ignored",))


def test_svg_place():
    assert read_svg(svg("\n\n" + CREDENTIAL)).place == "element credential, line 3"


def test_svg_with_byte_order_mark():
    assert read_svg(b"\xef\xbb\xbf" + svg(CREDENTIAL)).text == b"{}"


NAMED = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "https://a.example/svg11.dtd">'


@pytest.mark.parametrize(
    "doctype", [b"<!DOCTYPE svg>", b'<!DOCTYPE svg SYSTEM "file:///etc/passwd">\n', NAMED]
)
def test_a_doctype_that_declares_nothing_is_walked_past(doctype):
    plain = svg(CREDENTIAL)
    assert read_svg(doctype + plain).text == read_svg(plain).text == b"{}"
    assert active_content(doctype + plain) == []


DECLARED = '<?xml version="{}" encoding="{}"?>'
SVG_FAULTS = {
    "empty subset": (b"<!DOCTYPE svg []>" + svg(CREDENTIAL), "read.svg-dtd"),
    "entity": (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("&a;"), "read.svg-dtd"),
    "attribute default": (
        b'<!DOCTYPE svg [<!ATTLIST g onload CDATA "x">]>' + svg(CREDENTIAL),
        "read.svg-dtd",
    ),
    "entity of a DTD elsewhere": (
        NAMED + svg("<ob:credential>{&a;}</ob:credential>"),
        "read.svg-dtd",
    ),
    "the same under a bare doctype": (
        b"<!DOCTYPE svg>" + svg("<ob:credential>{&a;}</ob:credential>"),
        "read.svg-malformed",
    ),
    "undefined entity": (svg("<ob:credential>&a;</ob:credential>"), "read.svg-malformed"),
    "latin 1": (
        DECLARED.format("1.0", "ISO-8859-1").encode() + svg(CREDENTIAL),
        "read.svg-encoding",
    ),
    "UTF-7": (DECLARED.format("1.0", "utf-7").encode() + svg(CREDENTIAL), "read.svg-encoding"),
    "UTF-16": (svg(CREDENTIAL).decode().encode("utf-16"), "read.svg-encoding"),
    "UTF-16 without mark": (svg(CREDENTIAL).decode().encode("utf-16-be"), "read.svg-encoding"),
    "UTF-32": (svg(CREDENTIAL).decode().encode("utf-32-be"), "read.svg-encoding"),
    "bad UTF-8": (
        svg("<ob:credential>\0</ob:credential>").replace(b"\0", b"\xff"),
        "read.svg-encoding",
    ),
    "XML 1.1": (DECLARED.format("1.1", "UTF-8").encode() + svg(CREDENTIAL), "read.svg-malformed"),
    "NUL": (svg(CREDENTIAL + "\0"), "read.svg-malformed"),
    "cut": (svg(CREDENTIAL)[:-3], "read.svg-malformed"),
    "text after": (svg(CREDENTIAL) + b"x", "read.svg-malformed"),
    "two": (svg(CREDENTIAL * 2), "read.svg-two"),
    "two, one deep": (svg(f"<g>{CREDENTIAL}</g>{CREDENTIAL}"), "read.svg-two"),
    "two of ob2": (svg("<old:assertion>{}</old:assertion>" * 2), "read.svg-two"),
    "one in the other": (svg(f"<ob:credential>{CREDENTIAL}</ob:credential>"), "read.svg-two"),
    "deep only": (svg(f"<g>{CREDENTIAL}</g>"), "read.no-credential"),
    "in a comment": (svg(f"<!-- {CREDENTIAL} -->"), "read.no-credential"),
    "in CDATA": (svg(f"<g><![CDATA[{CREDENTIAL}]]></g>"), "read.no-credential"),
    "none": (svg(), "read.no-credential"),
    "empty": (svg("<ob:credential/>"), "read.no-credential"),
    "blank verify": (svg('<ob:credential verify=" "/>'), "read.no-credential"),
    "both": (svg('<ob:credential verify="a.b.c">{}</ob:credential>'), "read.svg-both"),
    "both, verify empty": (svg('<ob:credential verify="">{}</ob:credential>'), "read.svg-both"),
    "comment inside": (svg("<ob:credential>{<!-- x -->}</ob:credential>"), "read.svg-malformed"),
    "instruction inside": (svg("<ob:credential>{<?x y?>}</ob:credential>"), "read.svg-malformed"),
    "element inside": (svg("<ob:credential>{<g/>}</ob:credential>"), "read.svg-malformed"),
    "root without namespace": (b"<svg/>", "read.not-svg"),
    "other root": (b'<g xmlns="http://www.w3.org/2000/svg"/>', "read.not-svg"),
    "html": (b"<html><body/></html>", "read.not-svg"),
    "JSON": (JSON, "read.not-svg"),
    "nothing": (b"", "read.not-svg"),
}


@pytest.mark.parametrize(("data", "reason"), SVG_FAULTS.values(), ids=SVG_FAULTS)
def test_svg_fault(data, reason):
    assert refused(read_svg, data) == reason


@pytest.mark.xfail(reason="expat drops such entities in attributes without a word", strict=True)
def test_an_entity_of_a_dtd_elsewhere_in_an_attribute():
    image = NAMED + svg(f'<ob:credential verify="{JWS.decode()}&a;"/>')
    assert refused(read_svg, image) == "read.svg-dtd"


def test_svg_depth_limit():
    groups = MAX_XML_DEPTH - 1
    assert read_svg(svg(CREDENTIAL + "<g>" * groups + "</g>" * groups)).text == b"{}"
    too_deep = svg(CREDENTIAL + "<g>" * (groups + 1) + "</g>" * (groups + 1))
    assert refused(read_svg, too_deep) == "read.svg-too-deep"


def test_svg_element_limit():
    most = MAX_ELEMENTS - 3  # beside the root, the credential and the path
    assert read_svg(svg(CREDENTIAL + "<g/>" * most)).text == b"{}"
    assert refused(read_svg, svg(CREDENTIAL + "<g/>" * (most + 1))) == "read.svg-too-many"


@pytest.mark.parametrize("filler", ["\n", "&#13;", "<!---->", "<?a?>", "<![CDATA[]]>"])
def test_svg_of_the_largest_size_stays_cheap(filler):
    count = (MAX_SVG_BYTES - 1000) // len(filler)
    inside = "{}" + filler * count if filler[0] != "<" else "{}"
    data = svg(f"<ob:credential>{inside}</ob:credential>" + filler * count * (inside == "{}"))
    tracemalloc.start()
    text = read_svg(data).text
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert text.startswith(b"{}")
    assert peak < 64 * 1024 * 1024


@pytest.mark.parametrize(
    ("start", "unit", "end"),
    [
        ("<style>", "\\6 ", "</style>"),
        ("<style>", "url(", "</style>"),
        ('<g fill="', "url(#a)", '"/>'),
        ("", "<?a?>", ""),
    ],
)
def test_the_costliest_svg_does_not_take_long(start, unit, end):
    data = svg(start + unit * ((MAX_SVG_BYTES - 1000) // len(unit)) + end)
    for read in (read_svg, active_content):
        started = time.process_time()
        with contextlib.suppress(ReadError):
            read(data)
        assert time.process_time() - started < 10


def test_many_names_in_one_tag_do_not_take_long():
    data = svg("<g " + " ".join(f'xmlns:a{one}="u"' for one in range(225_000)) + "/>")
    assert len(data) > MAX_SVG_BYTES * 0.9
    started = time.process_time()
    assert refused(read_svg, data) == "read.no-credential"
    assert time.process_time() - started < 10


def test_svg_over_a_mebibyte_keeps_its_places():
    filler = "<g><!-- " + "x" * 1_500_000 + " --></g>\n"
    got = read_svg(svg(filler + CREDENTIAL))
    assert (got.text, got.place) == (b"{}", "element credential, line 2")


@pytest.mark.parametrize(
    ("data", "container"),
    [
        (png(), "png"),
        (svg(), "svg"),
        (b"\xef\xbb\xbf \n" + svg(), "svg"),
        (svg().decode().encode("utf-16"), "svg"),
        (JSON, None),
        (JWS, None),
        (b"\xff\xd8\xff\xe0", None),
        (b"", None),
    ],
)
def test_recognise(data, container):
    assert recognise(data) == container


# What an image would do

ACTIVE = {
    "<script/>": "script element",
    "<SCRIPT/>": "SCRIPT element",
    '<x:script xmlns:x="urn:x"/>': "script element",
    '<handler xmlns="http://www.w3.org/2000/svg"/>': "handler element",
    '<g OnLoad=""/>': "event handler OnLoad",
    "<foreignObject/>": "foreignObject element",
    '<img xmlns="http://www.w3.org/1999/xhtml"/>': "img element",
    '<x:include xmlns:x="http://www.w3.org/2001/XInclude"/>': "XInclude include element",
    '<image href="https://a.example/a.png"/>': "reference href to 'https://a.example/a.png'",
    '<use href="other.svg#a"/>': "reference href to 'other.svg#a'",
    '<use href="da ta:image/png,x"/>': "reference href to 'da ta:image/png,x'",
    '<use href="data:image/svg+xml,x"/>': "reference href to 'data:image/svg+xml,x'",
    '<use href="data:image/pngx,x"/>': "reference href to 'data:image/pngx,x'",
    '<use x:href="//a.example" xmlns:x="http://www.w3.org/1999/xlink"/>': "reference href to '//a.example'",
    '<g xml:base="https://a.example/"/>': "xml:base, which redirects every reference",
    '<g fill="url(https://a.example/)"/>': "fill attribute that fetches",
    "<g style=\"fill:u\\72l( '//a.example' )\"/>": "style attribute that fetches",
    "<g style=\"background:image-set('//a.example' 1x)\"/>": "style attribute that fetches",
    "<style>@import '//a.example';</style>": "style that fetches",
    "<style><![CDATA[@im]]><![CDATA[port '//a.example';]]></style>": "style that fetches",
    "<style>@\\69mport '//a.example';</style>": "style that fetches",
    "<style>a{fill:u\\ffffffrl()} @\\000069 mport '';</style>": "style that fetches",
    "<style>a{fill:url(/**/x)}</style>": "style that fetches",
    "<style>" + "\\6 " * (MAX_ESCAPES + 1) + "</style>": "style that fetches",
    '<animate attributeName="xlink:href" to="#a"/>': "animate of xlink:href",
    '<animateTransform attributeName="style" to="a"/>': "animateTransform of style",
    '<set attributeName=" onclick" to="a"/>': "set of  onclick",
    "<?xml-stylesheet href='a'?>": "processing instruction xml-stylesheet",
}


@pytest.mark.parametrize(("inside", "finding"), ACTIVE.items(), ids=range(len(ACTIVE)))
def test_active_content_is_named(inside, finding):
    assert f"{finding}, line 2" in active_content(svg("\n" + inside))


@pytest.mark.parametrize(
    "inside",
    [
        '<use href="#a"/>',
        '<image href=" data:image/PNG;base64,AAAA"/>',
        '<image href="data:image/webp,AAAA"/>',
        '<g fill="url(#a)" style="stroke:url( \'#a\' )"/>',
        "<style>a{fill:url(#b)} @media print{a{fill:red}}</style>",
        '<animate attributeName="opacity" from="0" to="1" dur="1s" begin="accessKey(a)"/>',
        "<!-- <script/> --><desc>script onload=x url(https://a.example)</desc>",
        '<metadata><d:source xmlns:d="urn:d" d:resource="https://a.example">x</d:source></metadata>',
        '<a id="on"/><text>@import</text>',
        '<g aria-label="An image (CT), @import and url(https://a.example/)"/>',
        CREDENTIAL,
        '<old:assertion verify="https://a.example/b"/>',
    ],
)
def test_plain_drawing_is_not_active(inside):
    assert active_content(svg(inside)) == []


def test_active_content_is_bounded():
    assert len(active_content(svg("<script/>" * (MAX_FINDINGS + 5)))) == MAX_FINDINGS


def test_active_content_reads_as_strictly_as_the_reader():
    for data, reason in SVG_FAULTS.values():
        if reason in ("read.svg-dtd", "read.svg-encoding", "read.not-svg"):
            assert refused(active_content, data) == reason
