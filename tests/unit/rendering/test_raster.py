from __future__ import annotations

import io
import sys
import zlib

import pytest
from PIL import Image, PngImagePlugin

from shared import need_shared
from stackmark.adapters.raster import (
    png_data_uri,
    reencode_image,
    sanitise_svg,
    sanitise_upload,
    svg_to_png,
)
from stackmark.errors import ReadError, StackmarkError, UsageError
from stackmark.reading.svg_safety import active_content
from stackmark.rendering.badge_art import default_art, draw

NS = 'xmlns="http://www.w3.org/2000/svg"'


DOT = b"\x89PNG\r\n\x1a\n"


def svg(body: str, head: str = 'viewBox="0 0 100 100"') -> bytes:
    return f"<svg {NS} {head}>{body}</svg>".encode()


def picture(size=(40, 20), kind="PNG", mode="RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode != "L" else 128).save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def refusal(make) -> StackmarkError:
    with pytest.raises(StackmarkError) as caught:
        make()
    return caught.value


# ── drawing ───────────────────────────────────────────────────────────────────────────────────


def test_our_badge_becomes_a_png_of_the_wanted_width():
    image = opened(svg_to_png(draw(default_art("Law", "#2c41a0")), 200))
    assert image.size == (200, 200)
    assert image.format == "PNG"


def test_text_is_drawn_with_our_fonts_though_no_system_font_is_used():
    def dark(body: str) -> int:
        image = opened(svg_to_png(svg(f'<rect width="100" height="100" fill="#fff"/>{body}'), 200))
        return sum(image.convert("L").histogram()[:128])

    for words in ("Hello", "محمد", "ไทย", "Ελλάς"):
        assert dark("") == 0
        assert dark(f'<text y="50" font-size="30">{words}</text>') > 100, words


@pytest.mark.parametrize(
    "body",
    [
        '<image href="/etc/hostname" width="9" height="9"/>',
        '<image href="http://127.0.0.1:9/a.png" width="9" height="9"/>',
        "<script>1</script>",
    ],
)
def test_a_drawing_that_fetches_is_not_even_tried(body):
    assert refusal(lambda: svg_to_png(svg(body), 100)).reason == "read.svg-active"


def test_sizes_and_broken_drawings_are_named():
    assert refusal(lambda: svg_to_png(svg(""), 0)).reason == "usage.width"
    assert refusal(lambda: svg_to_png(svg(""), 5_000)).reason == "usage.width"
    assert (
        refusal(lambda: svg_to_png(svg("", 'width="0" height="0"'), 10)).reason == "read.svg-draw"
    )


@pytest.mark.parametrize(
    ("module", "make"),
    [
        ("resvg_py", lambda: svg_to_png(svg(""), 10)),
        ("PIL", lambda: reencode_image(DOT)),
    ],
)
def test_a_missing_part_says_what_to_install(monkeypatch, module, make):
    monkeypatch.setitem(sys.modules, module, None)
    error = refusal(make)
    assert isinstance(error, UsageError)
    assert error.reason == "usage.extra"
    assert "Install stackmark[web]" in error.detail


# ── pictures ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_comes_back_as_png_and_smaller(kind):
    image = opened(reencode_image(picture((400, 100), kind), max_side=100))
    assert (image.format, image.size) == ("PNG", (100, 25))


def test_nothing_hangs_on_to_the_pixels():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "secret-comment <script>alert(1)</script>")
    data = picture(pnginfo=notes, icc_profile=b"secret-profile") + b"PK\x03\x04secret-tail"
    fresh = reencode_image(data)
    assert b"secret" not in fresh
    assert b"secret" not in zlib.decompress(fresh.split(b"IDAT", 1)[1][: -len(b"....IEND....") - 4])
    assert opened(fresh).info == {}


def test_the_place_a_camera_noted_is_gone_and_its_turn_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "secret-maker"
    fresh = reencode_image(picture((40, 20), "JPEG", exif=exif))
    assert opened(fresh).size == (20, 40)
    assert b"secret" not in fresh


def test_moving_pictures_are_refused():
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    for kind in ("GIF", "PNG", "WEBP"):
        out = io.BytesIO()
        frames[0].save(out, kind, save_all=True, append_images=frames[1:])
        moving = out.getvalue()
        error = refusal(lambda data=moving: reencode_image(data))
        assert error.reason == "read.image-animated", kind


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "read.not-image"),
        (b"GIF89a", "read.not-image"),
        (b"%PDF-1.7", "read.not-image"),
        (b"P6 9 9 255 " + bytes(243), "read.not-image"),  # a format that is not asked for
        (picture()[:60], "read.not-image"),
        (bytes(5 * 1024 * 1024 + 1), "read.too-large"),
    ],
)
def test_what_is_no_picture_is_refused(data, reason):
    error = refusal(lambda: reencode_image(data))
    assert isinstance(error, ReadError)
    assert error.reason == reason


def test_a_flood_of_pixels_is_refused_before_it_is_unpacked():
    flood = bytearray(picture())
    for wide in (6_000, 60_000):
        flood[16:24] = wide.to_bytes(4, "big") * 2
        flood[29:33] = zlib.crc32(flood[12:29]).to_bytes(4, "big")
        assert refusal(lambda: reencode_image(bytes(flood))).reason == "read.image-size"


# ── uploaded SVG ──────────────────────────────────────────────────────────────────────────────


def test_a_plain_drawing_is_kept_and_what_an_editor_needs_is_not():
    body = (
        "<!-- made by hand --><metadata>me</metadata>"
        '<i:pgf xmlns:i="urn:editor">x<path d="M9 9"/></i:pgf>'
        '<g id="a" style="fill:#f00; -inkscape-font: x; opacity:.5" data-x="1" class="c">'
        '<path d="M0 0h9v9z"/></g><use xlink:href="#a" xmlns:xlink="http://www.w3.org/1999/xlink"/>'
        "<text>a &lt;b&gt; &amp;<tspan>c</tspan></text>"
    )
    clean = sanitise_svg(svg(body)).decode()
    assert 'fill="#f00"' in clean
    assert 'href="#a"' in clean
    assert "a &lt;b&gt; &amp;<tspan>c</tspan>" in clean
    for word in (
        "made by",
        "metadata",
        "pgf",
        "M9 9",
        "style",
        "inkscape",
        "data-x",
        "class",
        "xlink",
    ):
        assert word not in clean, word
    assert 'viewBox="0 0 100 100"' in clean
    svg_to_png(clean, 50)


def test_a_quote_in_a_value_cannot_leave_it():
    clean = sanitise_svg(svg("<path d='M0 0\" onload=&quot;x' fill='&lt;/svg>'/>"))
    assert active_content(clean) == []
    assert b"&quot; onload=&quot;x" in clean


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("<script>1</script>", "script"),
        ('<g onload="1"/>', "onload"),
        (
            '<foreignObject><b xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>',
            "foreignObject",
        ),
        ('<image href="https://x.example/a.png"/>', "href"),
        ('<image href="#a"/>', "embedded"),
        ('<a href="javascript:1"><path d="M0 0"/></a>', "href"),
        ("<style>path{fill:red}</style>", "style sheet"),
        ('<path fill="url(https://x.example/#a)"/>', "fetches"),
        ('<path style="fill:u\\72l(#a)"/>', "escapes"),
        ('<path style="fill:/**/red"/>', "comments"),
        ('<path fill="url(#a) url("/>', "points outside"),
        ('<set attributeName="onclick" to="1"/>', "onclick"),
    ],
)
def test_what_does_more_than_draw_is_refused_with_the_place(body, word):
    error = refusal(lambda: sanitise_svg(svg(body)))
    assert error.reason == "read.svg-active"
    assert word in error.detail


def test_a_document_type_is_refused():
    data = b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x.dtd'>" + svg("")
    assert refusal(lambda: sanitise_svg(data)).reason == "read.svg-dtd"


def test_references_that_multiply_are_counted_before_anything_is_drawn():
    rows = "".join(
        f'<g id="a{n}">' + f'<use href="#a{n - 1}"/>' * 10 + "</g>" for n in range(1, 12)
    )
    bomb = f'<defs><g id="a0"><path d="M0 0h9"/></g>{rows}</defs><use href="#a11"/>'
    assert refusal(lambda: sanitise_svg(svg(bomb))).reason == "read.svg-too-many"
    masks = "".join(
        f'<mask id="m{n}">' + f'<rect mask="url(#m{n - 1})"/>' * 10 + "</mask>" for n in range(1, 9)
    )
    assert refusal(lambda: sanitise_svg(svg(masks))).reason == "read.svg-too-many"
    circle = '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'
    assert "contains itself" in refusal(lambda: sanitise_svg(svg(circle))).detail


@pytest.mark.parametrize(
    "body",
    [
        "<path/>" * 3_001,
        '<g opacity=".5"/>' * 201,
        '<g style="opacity : .5"/>' * 201,
        "<text>" + "x" * 3_001 + "</text>",
        '<path d="' + "l9 9" * 800_000 + '"/>',
    ],
)
def test_what_takes_long_to_draw_is_refused(body):
    assert refusal(lambda: sanitise_svg(svg(body))).reason == "read.svg-too-many"


@pytest.mark.parametrize(
    "head",
    [
        "",
        'viewBox="0 0 1"',
        'viewBox="0 0 -5 5"',
        'width="9%"',
        'viewBox="0 0 900 9"',
        'viewBox="0 0 nan 9"',
    ],
)
def test_a_drawing_needs_a_sound_size(head):
    assert refusal(lambda: sanitise_svg(svg("", head))).reason == "read.svg-size"


def test_a_width_and_a_height_do_as_well():
    assert b'viewBox="0 0 64 32"' in sanitise_svg(svg("", 'width="64px" height="32"'))


def test_an_embedded_picture_is_made_anew():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "secret")
    uri = png_data_uri(picture((2_000, 500), pnginfo=notes))
    clean = sanitise_svg(svg(f'<image width="9" height="9" href="{uri}"/>'))
    assert b'href="data:image/png;base64,' in clean
    assert uri.encode() not in clean
    bad = "data:image/png;base64,AAAA"
    assert refusal(lambda: sanitise_svg(svg(f'<image href="{bad}"/>'))).reason == "read.not-image"


def test_an_upload_is_told_by_its_bytes():
    assert sanitise_upload(picture(kind="JPEG"))[0] == "png"
    kind, clean = sanitise_upload(svg("<path d='M0 0'/>"))
    assert (kind, clean[:4]) == ("svg", b"<svg")


# ── shared vectors ────────────────────────────────────────────────────────────────────────────

HARMLESS_SVG = {"000", "001", "050", "051", "052", "053", "055", "056", "057", "058", "066"}


def test_shared_svg_files_are_clean_or_refused():
    folder = need_shared() / "vectors/security/own/svg"
    kept = set()
    for path in sorted(folder.glob("*.svg")):
        try:
            kind, clean = sanitise_upload(path.read_bytes())
        except ReadError as error:
            assert error.reason.startswith("read."), path.name
        else:
            kept.add(path.name.split("-")[1])
            assert kind == "svg"
            assert active_content(clean) == [], path.name
            assert b"credential" not in clean, "what was baked in is gone"
            assert opened(svg_to_png(clean, 32)).format == "PNG"
    assert kept == HARMLESS_SVG


def test_shared_png_files_become_pixels_or_are_refused():
    folder = need_shared() / "vectors/security/own/png"
    names = set()
    for path in sorted(folder.glob("*.png")):
        try:
            kind, clean = sanitise_upload(path.read_bytes())
        except ReadError:
            continue
        names.add(path.name)
        image = opened(clean)
        image.load()
        assert kind == "png"
        assert image.info == {}, path.name
        assert not any(word in clean for word in (b"iTXt", b"tEXt", b"zTXt", b"iCCP", b"eXIf")), (
            path.name
        )
    assert "png-000-ok.png" in names
    assert not any("bomb" in name or "flood" in name for name in names)
