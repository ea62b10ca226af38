from __future__ import annotations

import json
import time
import tracemalloc

import pytest

from shared import SHARED, need_shared
from small_images import END, JSON, JWS, PIXELS, SIGNATURE, chunk, header, itxt, png
from stackmark.errors import ReadError
from stackmark.limits import MAX_IMAGE_BYTES, MAX_PNG_CHUNKS, MAX_SVG_BYTES
from stackmark.reading.baked import Baked
from stackmark.reading.png import read_png
from stackmark.reading.svg import read_svg
from stackmark.reading.svg_safety import active_content
from stackmark.rendering.bake import bake

READERS = {"png": read_png, "svg": read_svg}

# What the manifests call a reason, and what we do.
PNG_REASONS = {
    "more than one credential chunk": "read.png-two",
    "data after IEND": "read.png-tail",
    "IHDR is not first": "read.png-order",
    "no credential": "read.no-credential",
    "wrong chunk type": "read.png-chunk-type",
    "compression not allowed by OB 3.0": "read.png-compressed",
    "compression not allowed; memory stays bounded": "read.png-compressed",
    "malformed": "read.png-malformed",
    "CRC": "read.png-crc",
    "chunk length": "read.png-length",
    "truncated": "read.png-truncated",
    "not UTF-8": "read.png-encoding",
    "not PNG": "read.not-png",
}
SVG_REASONS = {
    "DTD": "read.svg-dtd",
    "DTD; no request": "read.svg-dtd",
    "DTD; memory bounded": "read.svg-dtd",
    "more than one credential": "read.svg-two",
    "no credential": "read.no-credential",
    "two forms at once": "read.svg-both",
    "too deep; no crash": "read.svg-too-deep",
    "encoding": "read.svg-encoding",
    "not SVG": "read.not-svg",
    "malformed": "read.svg-malformed",
}
# Where a manifest leaves the answer open, ours.
OPEN = {
    "png-055-many-chunks.png": None,
    "svg-045-external-dtd.svg": None,
    "svg-057-credential-not-first.svg": None,
    "svg-061-utf16.svg": "read.svg-encoding",
    "svg-066-huge-attribute.svg": None,
}
SHOWN = ("sanitise-or-refuse", "refuse-image")  # about showing or baking; reading may go on
IMAGE_CASES = {
    "P01": None,
    "P04": "read.png-two",
    "P05": "read.png-compressed",
    "P07": "read.png-chunk-type",
    "P08": "read.png-crc",
    "P10": "read.png-length",
    "P11": "read.png-encoding",
    "P18": "read.not-png",
    "V01": None,
    "V04": None,
    "V06": "read.svg-dtd",
    "V07": "read.svg-dtd",
    "V08": None,
    "V11": "read.svg-malformed",
    "V13": "read.no-credential",
}


def manifest(kind: str) -> list:
    if SHARED is None:
        return [pytest.param(None, id="shared-absent")]
    entries = json.loads((SHARED / f"vectors/security/own/{kind}/manifest.json").read_bytes())
    return [pytest.param(entry, id=entry["file"]) for entry in entries["files"]]


def wished(entry: dict, reasons: dict[str, str]) -> str | None:
    """The reason reading must give, or None when it must succeed."""
    result, reason = entry["expect"]["result"], entry["expect"]["reason"]
    if result.startswith("extract") and reason is None and entry["file"] not in OPEN:
        return None
    if result in SHOWN or reason == "no request is made":
        return None
    return OPEN[entry["file"]] if entry["file"] in OPEN else reasons[reason]


def outcome(kind: str, data: bytes) -> Baked | str:
    try:
        return READERS[kind](data)
    except ReadError as error:
        return error.reason


def refused(read, data: bytes) -> str:
    with pytest.raises(ReadError) as caught:
        read(data)
    assert caught.value.detail.endswith(".")
    return caught.value.reason


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        pytest.param(kind, *case.values, id=case.id)
        for kind in ("png", "svg")
        for case in manifest(kind)
    ],
)
def test_manifest(kind, entry):
    folder = need_shared() / f"vectors/security/own/{kind}"
    data = (folder / entry["file"]).read_bytes()
    control = (folder / f"{kind}-000-ok.{kind}").read_bytes()
    tracemalloc.start()
    started = time.process_time()
    got = outcome(kind, data)
    seconds, (_, peak) = time.process_time() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 10
    assert peak < 64 * 1024 * 1024
    reason = wished(entry, PNG_REASONS if kind == "png" else SVG_REASONS)
    if reason:
        assert got == reason
        return
    assert isinstance(got, Baked), got
    if entry["expect"]["reason"] == "no request is made":
        # Handed back as a text that says what it is; nothing here could fetch it.
        assert got.form == "url"
    elif entry["file"] not in ("svg-001-ok-jws.svg", "svg-058-cdata-end-in-credential.svg"):
        assert got.text == READERS[kind](control).text
    assert got.standard == "ob3"


@pytest.mark.parametrize("entry", manifest("svg"))
def test_manifest_active_content(entry):
    data = (need_shared() / "vectors/security/own/svg" / entry["file"]).read_bytes()
    started = time.process_time()
    if entry["expect"]["result"] == "sanitise-or-refuse":
        assert active_content(data)
        assert refused(lambda image: bake(image, JWS, replace=True), data) == "read.svg-active"
    elif wished(entry, SVG_REASONS) in (
        None,
        "read.svg-two",
        "read.svg-both",
        "read.no-credential",
    ):
        assert active_content(data) == []
    else:
        assert refused(active_content, data) == wished(entry, SVG_REASONS)
    assert time.process_time() - started < 10


@pytest.mark.parametrize("entry", manifest("png"))
def test_manifest_refused_images_are_not_baked(entry):
    folder = need_shared() / "vectors/security/own/png"
    data = (folder / entry["file"]).read_bytes()
    if entry["expect"]["result"] != "refuse-image":
        assert "png-size" not in getattr(outcome("png", data), "warnings", ())
        return
    assert "png-size" in read_png(data).warnings
    assert refused(lambda image: bake(image, JWS, replace=True), data) == "read.png-size"


def test_image_cases():
    base = need_shared() / "vectors/own"
    payloads = {"A01": (base / "credentials/A01.json").read_bytes()}
    cases = json.loads((base / "image-cases.json").read_bytes())
    assert {case["id"] for case in cases} == set(IMAGE_CASES)
    for case in cases:
        data = (base / case["file"]).read_bytes()
        got = outcome(case["file"].rpartition(".")[2], data)
        reason = IMAGE_CASES[case["id"]]
        if reason:
            assert got == reason, case
        else:
            assert json.loads(got.text) == json.loads(payloads[case["payload"]]), case


@pytest.mark.parametrize(
    ("name", "standard", "form"),
    [
        ("ob30/simple-json.png", "ob3", "json"),
        ("ob30/simple-jwt.png", "ob3", "jws"),
        ("ob30/simple-jwt_v1.png", "ob3", "jws"),
        ("ob20/simple-badge.png", "ob2", "json"),
    ],
)
def test_badges_of_the_1edtech_validator(name, standard, form):
    got = read_png((need_shared() / "vectors/1edtech-validator" / name).read_bytes())
    assert (got.standard, got.form, got.warnings) == (standard, form, ())


@pytest.mark.parametrize("name", ["simple-jwt.svg", "simple-jwt_v1.svg"])
def test_1edtech_svg_with_a_bare_doctype_is_read(name):
    data = (need_shared() / "vectors/1edtech-validator/ob30" / name).read_bytes()
    got = read_svg(data)
    assert (got.form, got.place) == ("jws", "attribute verify of element credential, line 4")
    assert active_content(data) == []
    start = data.index(b"<!DOCTYPE")
    assert got.text == read_svg(data[:start] + data[data.index(b">", start) + 1 :]).text


# PNG, by hand


def test_png_carrier_is_named():
    got = read_png(png(chunk(b"gAMA", bytes(4)), itxt(JSON)))
    assert got == Baked("png", "ob3", JSON, "json", (), 'chunk 3 (iTXt "openbadgecredential")')


def test_png_ob3_wins_and_says_so():
    old, new = itxt(b'{"old":1}', keyword=b"openbadges"), itxt(JWS)
    for order in ((old, new), (new, old)):
        got = read_png(png(*order))
        assert (got.standard, got.text, got.warnings) == ("ob3", JWS, ("ob2-ignored",))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (b'{"a":1}', "json"),
        (JWS, "jws"),
        (b"https://badges.example/a.json", "url"),
        (b"a word", "other"),
    ],
)
def test_png_ob2_carriers_old_and_new(text, form):
    for carrier in (chunk(b"tEXt", b"openbadges\0" + text), itxt(text, keyword=b"openbadges")):
        got = read_png(png(carrier))
        assert (got.standard, got.text, got.form) == ("ob2", text, form)


def test_white_space_belongs_to_json_but_not_to_a_token():
    assert read_png(png(itxt(b"\r\n {} \n"))).text == b"\r\n {} \n"
    assert read_png(png(itxt(b" " + JWS + b"\n"))).text == JWS


def test_png_language_and_translated_keyword_are_skipped():
    carrier = itxt(JSON, middle=b"\0\0\0en-GB\0badge\0")
    assert read_png(png(carrier)).text == JSON


BAD_CRC = itxt(JSON)[:-1] + bytes([itxt(JSON)[-1] ^ 1])
PNG_FAULTS = {
    "signature only": (SIGNATURE, "read.png-truncated"),
    "nothing": (b"", "read.not-png"),
    "header not first": (png(first=itxt(JSON) + header()), "read.png-order"),
    "header twice": (png(header(), itxt(JSON)), "read.png-order"),
    "header of 12": (png(first=chunk(b"IHDR", bytes(12))), "read.png-malformed"),
    "type of digits": (png(chunk(b"1234"), itxt(JSON)), "read.png-malformed"),
    "tail": (png(itxt(JSON)) + b"\0", "read.png-tail"),
    "cut in a chunk": (png(itxt(JSON))[:60], "read.png-truncated"),
    "no end": (png(itxt(JSON))[: -len(END)], "read.png-truncated"),
    "half an end": (png(itxt(JSON))[:-4], "read.png-truncated"),
    "length": (png(b"\xff\xff\xff\xffiTXt"), "read.png-length"),
    "carrier crc": (png(BAD_CRC), "read.png-crc"),
    "pixel crc": (png(itxt(JSON)).replace(PIXELS, PIXELS[:-1] + b"!"), "read.png-crc"),
    "two": (png(itxt(JSON), itxt(JSON)), "read.png-two"),
    "two of ob2": (
        png(itxt(b"{}", keyword=b"openbadges"), chunk(b"tEXt", b"openbadges\0{}")),
        "read.png-two",
    ),
    "two of ob2 beside ob3": (
        png(itxt(JSON), *[itxt(b"{}", keyword=b"openbadges")] * 2),
        "read.png-two",
    ),
    "tEXt": (png(chunk(b"tEXt", b"openbadgecredential\0" + JSON)), "read.png-chunk-type"),
    "zTXt": (png(chunk(b"zTXt", b"openbadgecredential\0\0x")), "read.png-chunk-type"),
    "zTXt of ob2": (png(chunk(b"zTXt", b"openbadges\0\0x")), "read.png-compressed"),
    "compressed": (png(itxt(b"x", middle=b"\0\1\0\0\0")), "read.png-compressed"),
    "odd method": (png(itxt(JSON, middle=b"\0\0\7\0\0")), "read.png-malformed"),
    "odd flag": (png(itxt(JSON, middle=b"\0\2\0\0\0")), "read.png-malformed"),
    "no separators": (png(chunk(b"iTXt", b"openbadgecredential{}")), "read.png-malformed"),
    "one separator": (png(itxt(b"", middle=b"\0\0\0\0")), "read.png-malformed"),
    "NUL in text": (png(itxt(b'{"a":"\0"}')), "read.png-malformed"),
    "not UTF-8": (png(itxt(b'{"a":"\xff"}')), "read.png-encoding"),
    "half a character": (png(itxt(b'{"a":"\xed\xa0\x80"}')), "read.png-encoding"),
    "empty": (png(itxt(b"")), "read.no-credential"),
    "blank": (png(itxt(b" \n")), "read.no-credential"),
    "empty beside ob2": (
        png(itxt(b""), itxt(b"{}", keyword=b"openbadges")),
        "read.no-credential",
    ),
    "none": (png(), "read.no-credential"),
    "a word without end": (png(chunk(b"tEXt", b"openbadge")), "read.no-credential"),
    "other case": (png(itxt(JSON, keyword=b"OpenBadgeCredential")), "read.no-credential"),
    "space": (png(itxt(JSON, keyword=b"openbadgecredential ")), "read.no-credential"),
    "longer": (png(itxt(JSON, keyword=b"openbadgecredentials")), "read.no-credential"),
}


@pytest.mark.parametrize(("data", "reason"), PNG_FAULTS.values(), ids=PNG_FAULTS)
def test_png_fault(data, reason):
    assert refused(read_png, data) == reason


def test_png_crc_of_chunks_that_do_not_matter_is_not_asked():
    data = png(itxt(JSON), chunk(b"tIME", bytes(7))[:-1] + b"!")
    assert read_png(data).text == JSON


def test_png_chunk_limit():
    small = chunk(b"tEXt", b"k\0v")
    most = png(itxt(JSON), *[small] * (MAX_PNG_CHUNKS - 4))
    assert read_png(most).text == JSON
    assert refused(read_png, png(itxt(JSON), *[small] * (MAX_PNG_CHUNKS - 3))) == "read.png-chunks"


@pytest.mark.parametrize(
    ("width", "height", "warnings"),
    [
        (10_000, 10_000, ()),
        (10_000, 10_001, ("png-size",)),
        (0, 5, ("png-size",)),
        (5, 0, ("png-size",)),
    ],
)
def test_png_size_warning(width, height, warnings):
    assert read_png(png(itxt(JSON), first=header(width, height))).warnings == warnings


@pytest.mark.parametrize(
    ("read", "most", "reason"),
    [
        (read_png, MAX_IMAGE_BYTES, "read.not-png"),
        (read_svg, MAX_SVG_BYTES, "read.not-svg"),
        (active_content, MAX_SVG_BYTES, "read.not-svg"),
    ],
)
def test_image_size_limit(read, most, reason):
    big = b" " * most
    assert refused(read, big) == reason
    assert refused(read, big + b" ") == "read.too-large"
