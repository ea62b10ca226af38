from __future__ import annotations

import io
import sys
import xml.etree.ElementTree as ET

import pytest
from PIL import Image

from stackmark.adapters.raster import svg_to_png
from stackmark.errors import UsageError
from stackmark.rendering import fonts
from stackmark.rendering.badge_art import default_art, draw
from stackmark.rendering.card import CardFacts, credential_card_svg, neutral_card_svg
from stackmark.rendering.qr import qr_svg

SVG = "{http://www.w3.org/2000/svg}"
URL = "https://badges.example/c/9f2c4e77b1d8"
HOSTILE = "<script>alert(1)</script>&\"'"


def reason(make) -> str:
    with pytest.raises(UsageError) as caught:
        make()
    return caught.value.reason


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter(f"{SVG}text")]


def modules(svg: str) -> list[list[bool]]:
    """The dark squares of a code drawn at one pixel a module."""
    side = int(ET.fromstring(svg).get("width"))
    image = Image.open(io.BytesIO(svg_to_png(svg, side))).convert("L")
    return [[image.getpixel((x, y)) < 128 for x in range(side)] for y in range(side)]


def test_a_code_has_its_quiet_zone_its_name_and_its_level():
    squares = modules(qr_svg(URL, scale=1))
    side = len(squares)
    edge = [
        squares[y][x]
        for y in range(side)
        for x in range(side)
        if min(x, y, side - 1 - x, side - 1 - y) < 4
    ]
    assert not any(edge), "four light modules all round"
    finder = [squares[4][4 + n] for n in range(7)]
    assert all(finder), "the corner starts right behind the quiet zone"
    # The two level bits stand in the format row, hidden by a fixed mask: 00 is M.
    bits = [squares[12][4], squares[12][5]]
    assert [bits[0] ^ True, bits[1] ^ False] == [False, False]
    assert ET.fromstring(qr_svg(URL)).find(f"{SVG}title").text == URL
    assert ET.fromstring(qr_svg(URL, title=HOSTILE)).find(f"{SVG}title").text == HOSTILE


def test_different_texts_give_different_codes_and_the_same_the_same():
    assert qr_svg(URL) == qr_svg(URL)
    assert modules(qr_svg(URL, scale=1)) != modules(qr_svg(URL[:-1] + "9", scale=1))


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"text": ""}, "usage.qr"),
        ({"text": "x" * 1_001}, "usage.qr"),
        ({"scale": 0}, "usage.qr"),
        ({"dark": "#aaaaaa"}, "usage.qr"),
        ({"light": "blue"}, "usage.colour"),
    ],
)
def test_codes_no_camera_reads_are_refused(changes, wanted):
    assert reason(lambda: qr_svg(**({"text": URL} | changes))) == wanted


def test_without_segno_the_way_on_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "segno", None)
    assert reason(lambda: qr_svg(URL)) == "usage.extra"


FACTS = CardFacts("Data analysis with Python", "University of Northfield", "Issued 3 May 2026")


def test_the_card_says_what_it_was_given_and_no_name_by_itself():
    svg = credential_card_svg(FACTS)
    said = texts(svg)
    assert " ".join(said).startswith(
        "University of Northfield Data analysis with Python Issued 3 May"
    )
    assert "Ana María" not in svg
    named = CardFacts(FACTS.title, FACTS.issuer, holder="Ana María")
    assert "Ana María" in texts(credential_card_svg(named))
    image = Image.open(io.BytesIO(svg_to_png(svg, 1200)))
    assert image.size == (1200, 627)


@pytest.mark.parametrize("status", ["expired", "revoked", "suspended"])
def test_a_status_that_is_not_valid_is_plain_grey_whatever_the_brand(status):
    svg = credential_card_svg(
        CardFacts("T", "I", status=status, status_text="Ended 3 May", accent="#ff0000")
    )
    assert "Ended 3 May" in texts(svg)
    assert "#ff" not in svg.replace("#ffffff", "").lower()


def test_the_neutral_card_says_nothing_about_anybody():
    assert texts(neutral_card_svg()) == ["A digital credential", "Stackmark"]
    assert neutral_card_svg() == neutral_card_svg()


@pytest.mark.parametrize(
    "text", [HOSTILE, "W" * 500, "word " * 100, "محمد " * 60, "王" * 200, "\u202eabc\x00"]
)
def test_any_text_stays_text_and_inside(text):
    svg = credential_card_svg(CardFacts(text, text, text, "expired", text, text, site=text))
    root = ET.fromstring(svg)
    assert not list(root.iter(f"{SVG}script"))
    for node in root.iter(f"{SVG}text"):
        size = float(node.get("font-size"))
        weight = "semibold" if node.get("font-weight") == "600" else "regular"
        wide = fonts.width("".join(node.itertext()), size, weight=weight)
        assert float(node.get("x")) + wide <= 1_200, node.text
        assert float(node.get("y")) < 627
    svg_to_png(svg, 300)


def test_the_badge_stands_on_the_card_as_pixels():
    png = svg_to_png(draw(default_art("Law", "#2c41a0")), 200)
    svg = credential_card_svg(CardFacts("Law", "Northfield", badge_png=png))
    assert "data:image/png;base64," in svg
    bad = CardFacts("Law", "Northfield", badge_png=b"<svg/>")
    assert reason(lambda: credential_card_svg(bad)) == "usage.card"
    assert reason(lambda: credential_card_svg(CardFacts("a", "b", accent="x"))) == "usage.colour"
