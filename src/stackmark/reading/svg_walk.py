"""One guarded walk over an SVG file, for everything that looks inside one.

No tree is built, nothing is fetched and no entity exists: a document type declaration may name
a type and hold nothing, so entity bombs and outside entities end at their first byte.
"""

from __future__ import annotations

import pyexpat
from typing import Final

from stackmark.errors import ReadError
from stackmark.limits import MAX_SVG_BYTES, MAX_XML_DEPTH

SVG_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<", b"\0\0")  # XML 1.0 appendix F
MAX_ELEMENTS: Final = 100_000  # elements; a drawing of this many is no badge, and 0.1 s of work
COMMENT: Final = "comment"
_ROOT: Final = f"{SVG_NAMESPACE} svg"


class SvgWalk:
    """Walks an SVG once; a subclass overrides the ``on_`` methods it cares about.

    Names come as ``namespace local`` with one space, or ``local`` alone. ``depth`` is 1 at the
    root while its start and end are told. Character data is told only between ``listen()`` and
    ``stop_listening()``.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.depth = 0
        self._elements = 0
        self.bindings: list[tuple[str | None, str | None]] = []
        # The override keeps expat from guessing; the declaration is checked by _declared.
        self._parser = pyexpat.ParserCreate("UTF-8", " ")
        self._parser.buffer_text = True  # else every line end is told on its own
        self._parser.buffer_size = 64 * 1024

    @property
    def line(self) -> int:
        """The line of the present event, from 1."""
        return self._parser.CurrentLineNumber

    @property
    def position(self) -> int:
        """The byte at which the present event starts; after the tag, at the end of ``<a/>``."""
        return self._parser.CurrentByteIndex

    def run(self) -> None:
        """Walk to the end.

        Raises ``ReadError``: ``read.too-large``, ``read.not-svg``, ``read.svg-dtd``,
        ``read.svg-encoding``, ``read.svg-too-deep``, ``read.svg-too-many``,
        ``read.svg-malformed``.
        """
        if len(self.data) > MAX_SVG_BYTES:
            raise ReadError(
                "read.too-large",
                f"The SVG has {len(self.data):,} bytes; at most {MAX_SVG_BYTES:,} are read.",
            )
        if self.data.startswith(_WIDE):
            raise _encoding("UTF-16 or UTF-32")
        self._connect(self._parser)
        try:
            self._parser.Parse(self.data, True)  # noqa: FBT003 - the method takes no keyword
        except pyexpat.ExpatError as error:
            raise self._explain(error) from None
        finally:
            # Parser and walk hold each other; letting go frees the image at once.
            del self._parser

    def _connect(self, parser: pyexpat.XMLParserType) -> None:
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._doctype
        parser.SkippedEntityHandler = self._skipped
        parser.StartNamespaceDeclHandler = self._bound
        parser.StartElementHandler = self._started
        parser.EndElementHandler = self._ended
        parser.ProcessingInstructionHandler = self._instructed
        parser.CommentHandler = self._commented

    def listen(self) -> None:
        """From here on, tell character data."""
        self._parser.CharacterDataHandler = self.on_text

    def stop_listening(self) -> None:
        """From here on, tell no character data."""
        self._parser.CharacterDataHandler = None

    def on_start(self, name: str, attributes: dict[str, str]) -> None:
        """An element starts; ``self.bindings`` holds the namespaces its tag declares."""

    def on_end(self) -> None:
        """The element that started last and has not ended ends."""

    def on_text(self, text: str) -> None:
        """A piece of character data; CDATA sections are not told apart."""

    def on_aside(self, what: str) -> None:
        """Neither element nor text: ``COMMENT``, or ``processing instruction <target>``."""

    def _declared(self, version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.upper() != "UTF-8":
            raise _encoding(encoding[:40])
        if version != "1.0":  # XML 1.1 reads some characters of the text as line ends
            raise ReadError("read.svg-malformed", f"The file is XML {version[:10]}, not XML 1.0.")

    def _doctype(self, _name: str, _system: object, _public: object, has_subset: int) -> None:
        """Editors write a bare DOCTYPE; one with declarations inside could change the text."""
        if has_subset:
            raise ReadError(
                "read.svg-dtd",
                f"Line {self.line} has a document type declaration with declarations inside; "
                "remove the part that starts with <!DOCTYPE.",
            )

    def _skipped(self, name: str, _is_parameter: int) -> None:
        raise ReadError(
            "read.svg-dtd",
            f"Line {self.line} uses &{name[:40]};, which nothing in the file defines.",
        )

    def _bound(self, prefix: str | None, uri: str | None) -> None:
        self.bindings.append((prefix, uri))

    def _started(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_XML_DEPTH:
            raise ReadError(
                "read.svg-too-deep",
                f"Line {self.line}: elements are nested more than {MAX_XML_DEPTH} levels deep.",
            )
        if self.depth == 1 and name != _ROOT:
            raise ReadError(
                "read.not-svg", "This is XML, but its outermost element is not svg of SVG."
            )
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise ReadError(
                "read.svg-too-many", f"The SVG has over {MAX_ELEMENTS:,} elements; simplify it."
            )
        self.on_start(name, attributes)
        self.bindings.clear()

    def _ended(self, _name: str) -> None:
        self.on_end()
        self.depth -= 1

    def _instructed(self, target: str, _text: str) -> None:
        self.on_aside(f"processing instruction {target}")

    def _commented(self, _text: str) -> None:
        self.on_aside(COMMENT)

    def _explain(self, error: pyexpat.ExpatError) -> ReadError:
        """The clearest word for what stopped the parser."""
        if not self._elements:
            return ReadError("read.not-svg", "These bytes are no SVG: no svg element starts.")
        try:
            self.data.decode("utf-8")
        except UnicodeDecodeError as bad:
            return _encoding(f"not UTF-8 at byte {bad.start}")
        return ReadError("read.svg-malformed", f"The SVG is broken XML: {error}.")


def _encoding(found: str) -> ReadError:
    return ReadError(
        "read.svg-encoding", f"The SVG must be in UTF-8; this one is {found}. Save it as UTF-8."
    )
