"""What an SVG would do besides drawing: run code, fetch, or bring in foreign markup.

Baking refuses such images, and pages that show one ask here first. The list errs on the side of
naming too much: a drawing needs none of it.
"""

from __future__ import annotations

import re
from typing import Final

from stackmark.reading.svg_walk import COMMENT, SvgWalk

MAX_FINDINGS: Final = 50  # sentences; enough to mend a file, and bounded for a hostile one
MAX_ESCAPES: Final = 1_000  # back slashes in one style; more hide something, and cost seconds

_XHTML: Final = "http://www.w3.org/1999/xhtml"
_XINCLUDE: Final = "http://www.w3.org/2001/XInclude"
_XML_BASE: Final = "http://www.w3.org/XML/1998/namespace base"
_ACTIVE: Final = re.compile(
    r"script|handler|listener|foreignObject|iframe|frame|embed|object|applet|audio|video|canvas",
    re.IGNORECASE,
)
_ANIMATION: Final = re.compile(r"set|animate\w*", re.IGNORECASE)
_REFERENCES: Final = frozenset(("href", "src"))
_SPOKEN: Final = "aria-"  # words for people: nothing reads them as a style or an address
_DROPPED_BY_URLS: Final = re.compile(r"^[\x00-\x20]+|[\t\n\r]")  # WHATWG URL section 4.4
_INNER: Final = re.compile(r"#|data:image/(?:png|jpeg|gif|webp)[;,]", re.IGNORECASE)
_CSS_ESCAPE: Final = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.IGNORECASE | re.DOTALL)
_CSS_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|$)", re.DOTALL)
_CSS_URL: Final = re.compile(r"""url\s*\(\s*["']?\s*([^"')]*)""", re.IGNORECASE)
_CSS_FETCH: Final = re.compile(
    r"@import|(?:image-set|\bimage|\bsrc|expression)\s*\(|-moz-binding|javascript:", re.IGNORECASE
)


def active_content(data: bytes) -> list[str]:
    """What this SVG holds that is not plain drawing, in file order; empty when it only draws.

    Each entry reads like ``script element, line 3``; at most ``MAX_FINDINGS`` are given. Named
    are script and HTML elements, event handlers, references to anything but ``#id`` and embedded
    PNG, JPEG, GIF or WebP, style sheets that fetch, animation of references or handlers,
    inclusions and processing instructions. Raises ``ReadError`` as ``SvgWalk.run`` does.
    """
    inspector = _Inspector(data)
    inspector.run()
    return inspector.findings


class _Inspector(SvgWalk):
    """Names active parts as the walk meets them."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.findings: list[str] = []
        self._style: list[str] = []
        self._style_depth = 0

    def on_start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if _ACTIVE.fullmatch(local) or namespace == _XHTML:
            self._name(f"{local} element")
        if namespace == _XINCLUDE:
            self._name(f"XInclude {local} element")
        if _ANIMATION.fullmatch(local) and _is_live(attributes.get("attributeName", "")):
            self._name(f"{local} of {attributes['attributeName']}")
        if local.lower() == "style" and not self._style_depth:
            self._style_depth = self.depth
            self.listen()
        for attribute, value in attributes.items():
            self._look_at(attribute, value)

    def on_text(self, text: str) -> None:
        self._style.append(text)

    def on_end(self) -> None:
        if self.depth != self._style_depth:
            return
        self._style_depth = 0
        self.stop_listening()
        if _css_fetches("".join(self._style)):
            self._name("style that fetches")
        self._style.clear()

    def on_aside(self, what: str) -> None:
        if what != COMMENT:
            self._name(what)

    def _look_at(self, attribute: str, value: str) -> None:
        local = attribute.rpartition(" ")[2]
        word = local.lower()
        if word.startswith("on"):
            self._name(f"event handler {local}")
        elif attribute == _XML_BASE:
            self._name("xml:base, which redirects every reference")
        elif word in _REFERENCES:
            if not _stays_inside(value):
                self._name(f"reference {local} to {value.strip()[:60]!r}")
        elif not word.startswith(_SPOKEN) and _css_fetches(value):
            self._name(f"{local} attribute that fetches")

    def _name(self, what: str) -> None:
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(f"{what[:120]}, line {self.line}")


def _is_live(animated: str) -> bool:
    """Whether animating this attribute could change what the image runs or fetches."""
    word = animated.strip().lower().rpartition(":")[2]
    return word in _REFERENCES or word == "style" or word.startswith("on")


def _stays_inside(reference: str) -> bool:
    """Whether a reference points into the file; browsers drop some white space first."""
    target = _DROPPED_BY_URLS.sub("", reference)
    return not target or bool(_INNER.match(target))


def _css_fetches(css: str) -> bool:
    """Whether a style, or a presentation attribute, names anything outside the file."""
    if not any(mark in css for mark in "(@\\:"):
        return False
    if css.count("\\") > MAX_ESCAPES:
        return True
    plain = _CSS_ESCAPE.sub(_unescape, css)
    return any(_reaches_out(text) for text in {css, plain, _CSS_COMMENT.sub("", plain)})


def _reaches_out(css: str) -> bool:
    if _CSS_FETCH.search(css):
        return True
    return any(not _stays_inside(target) for target in set(_CSS_URL.findall(css)))


def _unescape(escape: re.Match[str]) -> str:
    if not escape[1]:
        return escape[2]
    number = int(escape[1], 16)
    return chr(number) if number < 0x110000 else "\ufffd"
