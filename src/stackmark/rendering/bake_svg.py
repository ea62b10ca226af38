"""The SVG side of baking: one element right after the outermost start tag, by byte surgery.

The file is never written anew by an XML library, so a designer's file stays the designer's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from stackmark.errors import ReadError, UsageError
from stackmark.reading.svg import CARRIERS, NAMESPACES
from stackmark.reading.svg_safety import active_content
from stackmark.reading.svg_walk import SvgWalk
from stackmark.rendering.bake_png import without

_PREFIX: Final = "openbadges"
# In well-formed XML only a quoted value can hold a ">" inside a tag.
_TAG: Final = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
_NOT_XML: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")  # XML 1.0, 2.2


@dataclass(frozen=True, slots=True)
class PreparedSvg:
    """An SVG without carriers, cut where the carrier belongs; ``prefix`` names our namespace."""

    head: bytes
    tail: bytes
    prefix: bytes

    def with_text(self, text: bytes, form: str) -> bytes:
        """The file with a token as attribute, or JSON as CDATA (Open Badges 3.0, 5.3.2.1)."""
        name = self.prefix + b":credential"
        if form == "jws":
            carrier = (b"<", name, b' verify="', text, b'"></', name, b">")
        else:
            carrier = (b"<", name, b"><![CDATA[", _cdata(text), b"]]></", name, b">")
        return b"".join((self.head, *carrier, self.tail))


def prepare_svg(image: bytes, *, replace: bool) -> PreparedSvg:
    """Take an SVG apart; raises as ``Baker`` says."""
    survey = _Survey(image)
    survey.run()
    if survey.carriers and not replace:
        raise UsageError(
            "usage.already-baked",
            f"The image carries a credential from byte {survey.carriers[0][0]:,} on; "
            "ask to replace it, or take the plain image.",
        )
    found = active_content(image)
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise ReadError(
            "read.svg-active",
            f"The drawing does more than draw: {'; '.join(found[:3])}{more}. Remove these parts.",
        )
    return _cut(image, survey)


def _cut(image: bytes, survey: _Survey) -> PreparedSvg:
    """Cut behind the outermost start tag, binding our prefix there if it is not yet bound."""
    prefix, is_bound = _free_prefix(survey.root_bindings)
    start, stop = survey.root
    closing = b"/>" if survey.root_is_empty else b">"
    opening = image[: stop - len(closing)]
    if not is_bound:
        opening += f' xmlns:{prefix}="{NAMESPACES["ob3"]}"'.encode()
    tail = without(image, stop, survey.carriers)
    if survey.root_is_empty:
        name = re.split(rb"[\s/>]", image[start + 1 : stop], maxsplit=1)[0]
        tail = b"</" + name + b">" + tail
    return PreparedSvg(opening + b">", tail, prefix.encode())


def _free_prefix(bindings: dict[str | None, str | None]) -> tuple[str, bool]:
    """A prefix for our namespace, and whether the outermost element binds it already."""
    prefix, number = _PREFIX, 3
    while bindings.get(prefix, NAMESPACES["ob3"]) != NAMESPACES["ob3"]:
        prefix, number = f"{_PREFIX}{number}", number + 1
    return prefix, prefix in bindings


def _cdata(text: bytes) -> bytes:
    """``text`` as the inside of CDATA, so that every XML reader gives it back byte for byte."""
    odd = _NOT_XML.search(text)
    if odd:
        raise UsageError(
            "usage.svg-character",
            f"Byte {odd.start():,} of the credential starts a character that XML cannot hold; "
            "write it as a JSON escape before signing, or bake a PNG.",
        )
    # A bare carriage return would be read as a line feed (XML 1.0 section 2.11).
    return text.replace(b"]]>", b"]]]]><![CDATA[>").replace(b"\r", b"]]>&#13;<![CDATA[")


class _Survey(SvgWalk):
    """Finds the outermost start tag, what it binds, and every carrier, however deep."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.root = (0, 0)
        self.root_bindings: dict[str | None, str | None] = {}
        self.carriers: list[tuple[int, int]] = []
        self._open: tuple[int, int] | None = None

    @property
    def root_is_empty(self) -> bool:
        """Whether the outermost element is written ``<svg/>``."""
        return self.data[self.root[1] - 2 : self.root[1]] == b"/>"

    def on_start(self, name: str, _attributes: dict[str, str]) -> None:
        if self.depth == 1:
            self.root = self._tag()
            self.root_bindings = dict(self.bindings)
        elif name in CARRIERS and self._open is None:
            self._open = (self.depth, self.position)

    def on_end(self) -> None:
        if self._open and self._open[0] == self.depth:
            self.carriers.append((self._open[1], self._end_of_element(self._open[1])))
            self._open = None

    def _tag(self) -> tuple[int, int]:
        """Where the present tag starts and stops."""
        found = _TAG.match(self.data, self.position)
        if not found:
            raise ReadError("read.svg-malformed", f"Line {self.line}: the tag does not close.")
        return found.span()

    def _end_of_element(self, start: int) -> int:
        first = _TAG.match(self.data, start)
        if first and first[0].endswith(b"/>"):
            return first.end()
        return self._tag()[1]
