from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from stackmark.errors import UsageError
from stackmark.reading.svg_safety import active_content
from stackmark.rendering import bake, fonts
from stackmark.rendering.badge_art import (
    SHAPES,
    BadgeArt,
    contrast,
    default_art,
    draw,
    icon_names,
    icon_shapes,
    readable_ink,
)
from stackmark.rendering.badge_layout import lay_out
from stackmark.rendering.badge_shapes import ring_room

SVG = "{http://www.w3.org/2000/svg}"
# A PNG of one pixel.
DOT = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
FULL = BadgeArt(
    "Data analysis with Python", sub="Level 5", ring="University of Northfield", initials="UN"
)
LONG = "Internationalisierungsbeauftragte für wissenschaftliche Nachwuchsförderung im Hochschulbereich immer"
HOSTILE = "<script>alert(1)</script> & \"q\" 'x' ]]>"


def reason(make) -> str:
    with pytest.raises(UsageError) as caught:
        make()
    return caught.value.reason


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("title", ["Law", FULL.title, LONG, "تحليل البيانات", "W" * 120])
def test_every_shape_draws_every_title_inside_its_outline(shape, title):
    art = replace(FULL, shape=shape, title=title)
    outline = SHAPES[shape]
    room = ring_room(outline) if outline.ring else outline
    layout = lay_out(art, room)
    assert 1 <= len(layout.lines) <= 3
    assert layout.title >= room.top
    assert layout.mark + layout.parts.mark <= room.bottom + 0.01
    for number, line in enumerate(layout.lines):
        top = layout.title + layout.size * 1.14 * number
        wide = fonts.width(line, layout.size, weight="semibold")
        assert wide <= room.room(top, top + layout.size * 1.14), "the line crosses the edge"
    root = ET.fromstring(draw(art))
    assert root.get("viewBox") == "0 0 512 512"


def test_a_title_that_is_cut_says_so():
    layout = lay_out(replace(FULL, title="W" * 120), SHAPES["diamond"])
    assert layout.lines[-1].endswith("…")


def test_the_drawing_names_itself_and_escapes_everything():
    svg = draw(
        BadgeArt(HOSTILE, sub="a<b", ring="R&D", initials="<&>"), description="seen <by> all"
    )
    root = ET.fromstring(svg)
    assert root.find(f"{SVG}title").text == HOSTILE
    assert root.find(f"{SVG}desc").text == "seen <by> all"
    labels = root.get("aria-labelledby").split()
    assert labels == [root.find(f"{SVG}title").get("id"), root.find(f"{SVG}desc").get("id")]
    assert "<script" not in svg
    assert {"a<b", "R&D", "<&>"} <= set(texts(svg))


def test_the_drawing_can_be_baked_and_stands_on_a_strict_page():
    svg = draw(replace(FULL, logo=DOT))
    assert active_content(svg.encode()) == []
    assert " style=" not in svg, "a page without unsafe-inline would drop it"
    assert b"credential" in bake.bake(svg.encode(), b'{"a":1}')


def test_ids_differ_between_badges_so_that_a_page_can_hold_many():
    first, second = draw(FULL), draw(replace(FULL, sub="Level 6"))
    ids = [{n.get("id") for n in ET.fromstring(s).iter() if n.get("id")} for s in (first, second)]
    assert ids[0]
    assert ids[0].isdisjoint(ids[1])
    assert draw(FULL) == first


def test_round_shapes_bend_the_ring_text_and_others_set_it_straight():
    assert "<textPath" in draw(replace(FULL, shape="circle"))
    straight = draw(replace(FULL, shape="square"))
    assert "<textPath" not in straight
    assert "UNIVERSITY OF NORTHFIELD" in texts(straight)


def test_joined_scripts_are_not_stretched_letter_by_letter():
    root = ET.fromstring(draw(BadgeArt("تحليل", icon="", sub="abc")))
    lengths = {"".join(n.itertext()): n.get("textLength") for n in root.iter(f"{SVG}text")}
    assert lengths["تحليل"] is None
    assert float(lengths["abc"]) > 0


@pytest.mark.parametrize("art", [FULL, replace(FULL, logo=DOT, ink="#FFF", shape="star")])
def test_json_gives_the_same_art_back(art):
    assert BadgeArt.from_json(art.to_json()) == art
    assert art.to_json() == BadgeArt.from_json(art.to_json()).to_json()


@pytest.mark.parametrize(
    ("changes", "wanted", "word"),
    [
        ({"shape": "blob"}, "usage.art-shape", "blob"),
        ({"shape": []}, "usage.art-shape", "[]"),
        ({"icon": "../../etc/passwd"}, "usage.art-icon", "icon"),
        ({"background": "red"}, "usage.colour", "background"),
        ({"accent": "#12"}, "usage.colour", "accent"),
        ({"accent": 5}, "usage.colour", "accent"),
        ({"ink": '#fff" onload="x'}, "usage.colour", "ink"),
        ({"ink": "#1a2559"}, "usage.art-contrast", "#ffffff can be read"),
        ({"title": ""}, "usage.art-text", "title"),
        ({"title": "\u202e\u200b"}, "usage.art-text", "title"),
        ({"title": "x" * 121}, "usage.art-text", "at most 120"),
        ({"sub": None}, "usage.art-text", "sub"),
        ({"initials": "ABCDE"}, "usage.art-text", "initials"),
        ({"logo": "https://x.example/a.png"}, "usage.art-logo", "logo"),
        ({"logo": "data:image/svg+xml;base64,PHN2Zy8+"}, "usage.art-logo", "logo"),
        ({"logo": "data:image/png;base64,PHN2Zy8+"}, "usage.art-logo", "logo"),
        ({"logo": DOT + '" onload="x'}, "usage.art-logo", "logo"),
        ({"size": 3}, "usage.art-json", "size"),
    ],
)
def test_wrong_parts_are_refused_by_name(changes, wanted, word):
    found = json.loads(FULL.to_json()) | changes
    with pytest.raises(UsageError) as caught:
        BadgeArt.from_json(json.dumps(found))
    assert caught.value.reason == wanted
    assert word in caught.value.detail


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000, "x" * 500_000])
def test_what_is_no_art_is_refused(text):
    assert reason(lambda: BadgeArt.from_json(text)) == "usage.art-json"
    assert reason(lambda: BadgeArt.from_json("{}")) == "usage.art-text"


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#000000") == contrast("#000000", "#ffffff")
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert readable_ink("#ffff00") == "#16181d"
    assert readable_ink("#0000ff") == "#ffffff"


def test_one_ink_always_reads():
    steps = range(0, 256, 17)
    grounds = [f"#{r:02x}{g:02x}{b:02x}" for r in steps for g in steps for b in steps]
    assert min(contrast(readable_ink(ground), ground) for ground in grounds) >= 4.5


@pytest.mark.parametrize(
    "kind", ["badge", "certificate", "nano-degree", "micro-certification", "unheard of"]
)
@pytest.mark.parametrize("accent", ["#c8102e", "#ffdd00", "#ffffff", "#000", "#777777"])
def test_the_default_is_readable_in_any_colour_and_always_the_same(kind, accent):
    art = default_art("Sustainable water management", accent, kind)
    assert art == default_art("Sustainable water management", accent, kind)
    assert contrast(art.text_colour, art.background) >= 7
    assert art.icon == "sprout", "the word that comes first decides"
    ET.fromstring(draw(art))


def test_defaults_differ_between_titles():
    arts = {default_art(f"Course {n}", "#2c41a0").to_json().split(",", 1)[1] for n in range(30)}
    assert len(arts) > 8


def test_icons_are_there_and_plain():
    assert len(icon_names()) >= 40
    for name in icon_names():
        shapes = icon_shapes(name)
        assert shapes.startswith("<"), name
        drawn = f'<svg xmlns="http://www.w3.org/2000/svg">{shapes}</svg>'
        assert active_content(drawn.encode()) == []
        kinds = {node.tag.removeprefix(SVG) for node in ET.fromstring(drawn)}
        assert kinds <= {"path", "circle", "rect", "line", "polyline", "polygon", "ellipse"}, name
    assert reason(lambda: icon_shapes("index")) == "usage.art-icon"
