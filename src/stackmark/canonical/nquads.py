"""N-Quads: terms as text, canonical escapes, and a strict reader (RDF 1.1 N-Quads, RDFC-1.0).

A quad is a tuple of four serialised terms ``(subject, predicate, object, graph)``; ``graph`` is
the empty string for the default graph. Blank nodes start with ``_:``. Lines are never split with
``str.splitlines``: U+0085 and U+2028 are legal inside literals.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from stackmark.errors import CheckFailed, ReadError
from stackmark.limits import MAX_QUADS

Quad = tuple[str, str, str, str]

XSD: Final = "http://www.w3.org/2001/XMLSchema#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

# RFC 3987 characters as far as N-Quads cares: nothing that could end or reopen a term.
IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|\\^`\x7f\ud800-\udfff]*\Z")
LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*\Z")

# RDFC-1.0 section 5.1: named escapes, then \u00XX for the other C0 controls and DEL.
ESCAPES: Final[dict[int, str]] = {
    **{code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)},
    0x08: "\\b",
    0x09: "\\t",
    0x0A: "\\n",
    0x0C: "\\f",
    0x0D: "\\r",
    0x22: '\\"',
    0x5C: "\\\\",
}
_RARE_ESCAPES: Final = {
    code: found for code, found in ESCAPES.items() if code not in (0x0A, 0x22, 0x5C)
}
# Bytes that need no escape: deleting them all from a text leaves what does.
PLAIN_BYTES: Final = bytes(code for code in range(256) if code not in ESCAPES)


def escape(text: str) -> str:
    """The canonical form of a literal's text between its quotes.

    Replacing the common three first is ten times faster on long texts than a table for all.
    """
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return text if text.isprintable() else text.translate(_RARE_ESCAPES)


_OLD_ESCAPE: Final = re.compile(r"\\(?:\\|[tnr\"]|(b|f|u00[0-9A-F]{2}))")


def older_form(text: str) -> str | None:
    r"""A term as signers before RDFC-1.0 wrote it, or None when it is the same.

    They left \\b, \\f and the unnamed control characters as they are (URDNA2015 with the
    escapes that PyLD 3 still uses). Both forms tell any two literals apart.
    """
    found = _OLD_ESCAPE.sub(_as_before, text)
    return None if found == text else found


def _as_before(found: re.Match[str]) -> str:
    word = found[1]
    if word is None:
        return found[0]
    return {"b": "\b", "f": "\f"}.get(word) or chr(int(word[1:], 16))


def line(quad: Quad) -> str:
    """One N-Quads line with its line feed."""
    subject, predicate, object_, graph = quad
    if graph:
        return f"{subject} {predicate} {object_} {graph} .\n"
    return f"{subject} {predicate} {object_} .\n"


_IRIREF = r'<(?:[^\x00-\x20<>"{}|^`\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>'
_BLANK = (
    r"_:[0-9A-Za-z_\u00c0-\U000effff](?:[0-9A-Za-z_\-.\u00b7-\U000effff]*"
    r"[0-9A-Za-z_\-\u00b7-\U000effff])?"
)
_STRING = r'"(?:[^"\\\n\r]|\\[tbnrf"\'\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*"'


@lru_cache(maxsize=1)
def _quad_grammar() -> re.Pattern[str]:
    """Compiled when first needed: it costs more than all the rest of this module."""
    return re.compile(
        rf"[ \t]*({_IRIREF}|{_BLANK})[ \t]*({_IRIREF})[ \t]*"
        rf"({_IRIREF}|{_BLANK}|{_STRING}(?:\^\^{_IRIREF}|@[A-Za-z]+(?:-[A-Za-z0-9]+)*)?)"
        rf"[ \t]*({_IRIREF}|{_BLANK})?[ \t]*\.[ \t]*(?:#.*)?\Z"
    )


_BLANK_LINE: Final = re.compile(r"[ \t]*(?:#.*)?\Z")
_LITERAL: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(.*)\Z', re.DOTALL)
_UNESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_NAMED: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def parse_nquads(text: str) -> list[Quad]:
    """Read N-Quads into normalised quads.

    Raises ``ReadError`` ``read.not-nquads`` naming the line, ``read.too-many`` past the limit.
    """
    quads: list[Quad] = []
    grammar = _quad_grammar()
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if _BLANK_LINE.match(raw):
            continue
        found = grammar.match(raw)
        if found is None:
            raise ReadError("read.not-nquads", f"Line {number} is not N-Quads: {raw[:80]!r}.")
        if len(quads) >= MAX_QUADS:
            raise ReadError("read.too-many", f"There are over {MAX_QUADS:,} statements.")
        quads.append((_term(found[1]), _term(found[2]), _term(found[3]), _term(found[4] or "")))
    return quads


def _term(text: str) -> str:
    """One term, its escapes replaced by the canonical ones."""
    if text.startswith("<"):
        iri = _unescape(text[1:-1])
        if not IRI.match(iri):
            raise ReadError("read.not-nquads", f"Not an absolute IRI: {iri[:80]!r}.")
        return f"<{iri}>"
    if not text.startswith('"'):
        return text
    found = _LITERAL.match(text)
    assert found is not None  # the line's grammar has matched already
    suffix = found[2]
    if suffix.startswith("^^"):
        suffix = f"^^{_term(suffix[2:])}"
        if suffix == f"^^<{XSD}string>":
            suffix = ""
    return f'"{escape(_unescape(found[1]))}"{suffix}'


def _unescape(text: str) -> str:
    return _UNESCAPE.sub(_replace, text) if "\\" in text else text


def _replace(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    if code is None:
        return _NAMED.get(found[3], found[3])
    value = int(code, 16)
    if value > 0x10FFFF or 0xD800 <= value <= 0xDFFF:
        raise ReadError("read.not-nquads", f"\\u{code} is no character.")
    return chr(value)


def check_iri(value: str, what: str = "id") -> str:
    """``value`` when it is an absolute IRI; it could inject statements otherwise.

    Raises ``CheckFailed`` ``lossless.iri``.
    """
    if IRI.match(value) is None:
        raise CheckFailed("lossless.iri", f"The {what} {value[:120]!r} is not an absolute IRI.")
    return value
