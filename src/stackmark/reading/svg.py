"""Baked SVG: the credential in an element directly inside the image (Open Badges 3.0, 5.3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from stackmark.errors import ReadError
from stackmark.reading.baked import Baked, Standard, form_of, tidy
from stackmark.reading.svg_walk import SvgWalk

NAMESPACES: Final[dict[Standard, str]] = {
    "ob3": "https://purl.imsglobal.org/ob/v3p0",
    "ob2": "http://openbadges.org",
}
CARRIERS: Final[dict[str, Standard]] = {
    f"{NAMESPACES['ob3']} credential": "ob3",
    f"{NAMESPACES['ob2']} assertion": "ob2",
}


def read_svg(data: bytes) -> Baked:
    """The credential text of a baked SVG, read by namespace, whatever the prefix.

    Only a direct child of the outermost ``svg`` counts. An Open Badges 3 carrier wins over an
    Open Badges 2 one. Drawings, scripts and references elsewhere in the file are walked past: to
    show the image, ask ``svg_safety.active_content`` first.

    Raises ``ReadError``: ``read.not-svg``, ``read.too-large``, ``read.svg-dtd``,
    ``read.svg-encoding``, ``read.svg-too-deep``, ``read.svg-too-many``, ``read.svg-malformed``,
    ``read.svg-two``, ``read.svg-both``, ``read.no-credential``.
    """
    search = _Search(data)
    search.run()
    standard: Standard = "ob3" if "ob3" in search.found else "ob2"
    found = search.found.get(standard)
    text = found.text() if found else ""
    if not found or not text.strip():
        raise ReadError(
            "read.no-credential",
            "This SVG carries no credential: no credential element directly inside it.",
        )
    raw = text.encode()
    form = form_of(raw)
    warnings = ("ob2-ignored",) if len(search.found) > 1 else ()
    return Baked("svg", standard, tidy(raw, form), form, warnings, found.place)


@dataclass(frozen=True, slots=True)
class _Found:
    """A carrier element: its ``verify`` attribute, if any, and the pieces of its body."""

    name: str
    line: int
    verify: str | None
    body: list[str]

    def text(self) -> str:
        """The one text it carries; raises ``read.svg-both``."""
        inside = "".join(self.body)
        if self.verify is None:
            return inside
        if inside.strip():
            raise ReadError(
                "read.svg-both",
                f"The {self.name} element on line {self.line} has a verify attribute and a body; "
                "which one counts is not for a reader to choose.",
            )
        return self.verify

    @property
    def place(self) -> str:
        """Where it stands, for people."""
        where = f"element {self.name}, line {self.line}"
        return where if self.verify is None else f"attribute verify of {where}"


class _Search(SvgWalk):
    """Collects carrier elements; nothing but their text is kept."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.found: dict[Standard, _Found] = {}
        self._seen: set[Standard] = set()
        self._inside: _Found | None = None

    def on_start(self, name: str, attributes: dict[str, str]) -> None:
        standard = CARRIERS.get(name)
        if standard in self._seen:
            raise ReadError(
                "read.svg-two",
                f"Line {self.line} starts a second credential element; which one counts is not "
                "for a reader to choose.",
            )
        if standard:
            self._seen.add(standard)
        self._refuse_inside("child element")
        if standard and self.depth == 2:
            local = name.rpartition(" ")[2]
            found = _Found(local, self.line, attributes.get("verify"), [])
            self.found[standard] = self._inside = found
            self.listen()

    def on_text(self, text: str) -> None:
        if self._inside:
            self._inside.body.append(text)

    def on_end(self) -> None:
        if self._inside and self.depth == 2:
            self._inside = None
            self.stop_listening()

    def on_aside(self, what: str) -> None:
        self._refuse_inside(what)

    def _refuse_inside(self, what: str) -> None:
        """Anything but text inside a carrier would let two readers see two texts."""
        if self._inside:
            raise ReadError(
                "read.svg-malformed",
                f"Line {self.line}: the {self._inside.name} element holds a {what[:60]}, "
                "but may hold only text.",
            )
