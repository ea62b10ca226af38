"""An uploaded SVG, written anew with nothing but drawing in it.

What runs or fetches is refused, never quietly removed: its author should know. What only an
editor needs (metadata, comments, foreign namespaces) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Final

from stackmark.errors import ReadError
from stackmark.reading.svg_safety import active_content
from stackmark.reading.svg_walk import SVG_NAMESPACE, SvgWalk

# Drawing costs time for every element, every layer and every letter, and references multiply it.
MAX_DRAWN: Final = 3_000  # units after every reference is followed; a badge has some hundred
LAYER_COST: Final = 15  # units of opacity, clips, masks and pictures, each a canvas of its own
PATH_UNIT: Final = 1_000  # characters of coordinates to a unit
MAX_OUT: Final = 1024 * 1024  # bytes of the clean file
MAX_RATIO: Final = 4  # of the longer to the shorter side
_XLINK: Final = "http://www.w3.org/1999/xlink"
_CONTAINERS: Final = "svg g defs symbol a switch clipPath mask linearGradient radialGradient"
_SHAPES: Final = "path rect circle ellipse line polyline polygon text tspan textPath use image"
_ELEMENTS: Final = frozenset(f"{_CONTAINERS} {_SHAPES} stop title desc".split())
_ATTRIBUTE_NAMES: Final = """
id x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy d points width height viewBox
preserveAspectRatio transform rotate offset pathLength textLength lengthAdjust startOffset
method spacing side gradientUnits gradientTransform spreadMethod clipPathUnits maskUnits
maskContentUnits fill fill-opacity fill-rule stroke stroke-opacity stroke-width stroke-linecap
stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color stop-color
stop-opacity clip-path clip-rule mask display visibility overflow vector-effect paint-order
shape-rendering text-rendering image-rendering font-family font-size font-style font-weight
font-variant font-stretch letter-spacing word-spacing text-anchor text-decoration dominant-
baseline baseline-shift direction unicode-bidi writing-mode role aria-label aria-labelledby
aria-describedby
"""
_ATTRIBUTES: Final = frozenset(_ATTRIBUTE_NAMES.split())
_STYLE_NAMES: Final = _ATTRIBUTES | {"mix-blend-mode", "isolation"}
_LAYERS: Final = frozenset(("opacity", "mask", "clip-path", "href", f"{_XLINK} href"))
_INNER_URL: Final = re.compile(r"""url\(\s*["']?#([^"')\s]+)["']?\s*\)""", re.IGNORECASE)
_ANY_URL: Final = re.compile(r"url\s*\(", re.IGNORECASE)
_PICTURE: Final = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\s*([0-9]*\.?[0-9]+)(?:px)?\s*")

Reencode = Callable[[str], str]  # a data URI of a picture → a safe one


def clean_svg(data: bytes, *, reencode: Reencode) -> bytes:
    """The same drawing, from an allow-list of elements and attributes.

    ``reencode`` turns an embedded picture's data URI into a safe one. Raises ``ReadError``:
    ``read.svg-active`` (script, handlers, references outside, style sheets, document types),
    ``read.svg-size``, ``read.svg-too-many`` (also when references multiply), ``read.too-large``,
    and what ``SvgWalk.run`` raises.
    """
    found = active_content(data)
    if found:
        raise ReadError(
            "read.svg-active", f"The drawing does more than draw: {'; '.join(found[:3])}."
        )
    writer = _Writer(data, reencode)
    writer.run()
    writer.check_expansion()
    out = "".join(writer.out).encode()
    if len(out) > MAX_OUT:
        raise ReadError(
            "read.too-large", f"The cleaned SVG has {len(out):,} bytes; at most {MAX_OUT:,}."
        )
    return out


class _Writer(SvgWalk):
    """Writes what is allowed as the walk meets it, and keeps account of references."""

    def __init__(self, data: bytes, reencode: Reencode) -> None:
        super().__init__(data)
        self.out: list[str] = []
        self._reencode = reencode
        self._open: list[str] = []  # end tags to come; empty for what is left out
        self._left_out = 0
        self._owners: list[str] = [""]  # ids whose content is being read, the file itself first
        self._pushed: list[bool] = []
        self._own: dict[str, int] = {}
        self._uses: dict[str, list[str]] = {}

    def _doctype(self, _name: str, _system: object, _public: object, _subset: int) -> None:
        raise ReadError(
            "read.svg-dtd", f"Line {self.line} has a document type (<!DOCTYPE); remove it."
        )

    def on_start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if namespace == SVG_NAMESPACE and local.lower() == "style":
            raise ReadError(
                "read.svg-active",
                f"Line {self.line} has a style sheet; save with presentation attributes instead.",
            )
        is_allowed = namespace == SVG_NAMESPACE and local in _ELEMENTS
        if self._left_out or not is_allowed:
            self._left_out += 1
            return
        self.out.append(f"<{'g' if local == 'a' else local}{self._attributes(local, attributes)}>")
        self._open.append("g" if local == "a" else local)
        self._count(attributes)
        if local in ("text", "tspan", "textPath", "title", "desc"):
            self.listen()

    def on_text(self, text: str) -> None:
        if not self._left_out:
            self.out.append(escape(text, quote=False))
            if self._open[-1] not in ("title", "desc"):
                self._charge(len(text))

    def on_end(self) -> None:
        if self._left_out:
            self._left_out -= 1
            return
        local = self._open.pop()
        self.out.append(f"</{local}>")
        if self._pushed.pop():
            self._owners.pop()
        if local in ("text", "title", "desc"):
            self.stop_listening()

    def _attributes(self, local: str, attributes: dict[str, str]) -> str:
        kept = dict(self._kept(local, attributes))
        if self.depth == 1:
            kept |= _root_size(kept) | {"xmlns": SVG_NAMESPACE}
        return "".join(f' {name}="{escape(value)}"' for name, value in kept.items())

    def _kept(self, local: str, attributes: dict[str, str]) -> list[tuple[str, str]]:
        kept: dict[str, str] = {}
        for name, value in attributes.items():
            if name in ("href", f"{_XLINK} href"):
                if local in ("use", "textPath", "image", "linearGradient", "radialGradient"):
                    kept["href"] = self._reference(local, value)
            elif name == "style":
                kept |= self._style(value)
            elif name in _ATTRIBUTES and self._is_plain(name, value):
                kept[name] = value
        return list(kept.items())

    def _reference(self, local: str, value: str) -> str:
        target = value.strip()
        if local == "image":
            if not _PICTURE.match(target):
                raise ReadError(
                    "read.svg-active",
                    f"Line {self.line}: an image must be embedded as PNG, JPEG, GIF or WebP.",
                )
            return self._reencode(target)
        self._uses.setdefault(self._owners[-1], []).append(target.removeprefix("#"))
        return target

    def _style(self, css: str) -> dict[str, str]:
        """Declarations as presentation attributes, which a strict page allows."""
        pairs = (part.partition(":") for part in css.split(";"))
        return {
            name.strip(): value.removesuffix("!important").strip()
            for name, _, value in pairs
            if name.strip() in _STYLE_NAMES and self._is_plain(name.strip(), value)
        }

    def _is_plain(self, name: str, value: str) -> bool:
        if "\\" in value or "/*" in value:
            raise ReadError(
                "read.svg-active", f"Line {self.line}: {name} holds escapes or comments."
            )
        inner = _INNER_URL.findall(value)
        if len(_ANY_URL.findall(value)) != len(inner):
            raise ReadError("read.svg-active", f"Line {self.line}: {name} points outside.")
        self._uses.setdefault(self._owners[-1], []).extend(inner)
        return True

    def _count(self, attributes: dict[str, str]) -> None:
        """Charge an element to the nearest id around it; a new id starts its own account."""
        name = attributes.get("id", "")
        self._pushed.append(bool(name))
        if name:
            self._uses.setdefault(self._owners[-1], []).append(name)
            self._owners.append(name)
        is_layer = not _LAYERS.isdisjoint(attributes) or _styles_layer(attributes)
        points = len(attributes.get("d", "")) + len(attributes.get("points", ""))
        self._charge((LAYER_COST if is_layer else 1) + points // PATH_UNIT)

    def _charge(self, units: int) -> None:
        owner = self._owners[-1]
        self._own[owner] = self._own.get(owner, 0) + units

    def check_expansion(self) -> None:
        """Refuse references that multiply (a drawing of ten uses of ten uses of …) or circle."""
        totals: dict[str, int] = {}
        on_the_way: set[str] = set()
        # A stack of our own: chains may be as long as the file, deeper than Python's.
        todo = [("", False)]
        while todo:
            name, is_done = todo.pop()
            if is_done:
                on_the_way.discard(name)
                parts = sum(totals.get(use, 0) for use in self._uses.get(name, ()))
                totals[name] = min(self._own.get(name, 0) + parts, MAX_DRAWN + 1)
            elif name in on_the_way:
                raise ReadError("read.svg-too-many", f"#{name[:40]} contains itself.")
            elif name not in totals:
                on_the_way.add(name)
                todo.append((name, True))
                todo.extend((use, False) for use in self._uses.get(name, ()) if use not in totals)
        if totals[""] > MAX_DRAWN:
            raise ReadError(
                "read.svg-too-many",
                "The drawing has too many elements, layers and letters to be drawn quickly, with "
                "every reference followed. Simplify it, or upload a PNG.",
            )


def _styles_layer(attributes: dict[str, str]) -> bool:
    css = attributes.get("style", "").replace(" ", "")
    return any(f";{name}:" in f";{css}" for name in _LAYERS) or "mix-blend-mode" in css


def _root_size(kept: dict[str, str]) -> dict[str, str]:
    """A view box, and width and height to go with it."""
    try:
        box = [float(part) for part in kept.get("viewBox", "").replace(",", " ").split()]
    except ValueError:
        box = []
    if len(box) != 4:
        box = [0, 0, _length(kept.get("width", "")), _length(kept.get("height", ""))]
    width, height = box[2:]
    if not (0 < width < 1e5 and 0 < height < 1e5):
        raise ReadError("read.svg-size", "The drawing has no size; give the svg element a viewBox.")
    if max(width, height) > MAX_RATIO * min(width, height):
        raise ReadError(
            "read.svg-size", f"The drawing is over {MAX_RATIO} times as long as it is wide."
        )
    return {
        "viewBox": " ".join(f"{part:g}" for part in box),
        "width": f"{width:g}",
        "height": f"{height:g}",
    }


def _length(text: str) -> float:
    found = _NUMBER.fullmatch(text)
    return float(found[1]) if found else 0
