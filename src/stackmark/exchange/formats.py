"""The formats by name, and the two functions everything else calls.

A format is a folder with ``read.py`` (``read(tree, resources) -> Imported``, and
``recognises(tree) -> bool``) and ``write.py`` (``build(record, options) -> Exported`` without its
loss). They are imported when they are first needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Final

from stackmark.errors import ReadError, UsageError
from stackmark.exchange.diff import lost
from stackmark.exchange.shapes import Exported, Imported
from stackmark.model.record import Record


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its title for people and the package that knows it."""

    title: str
    package: str


# In the order in which a document is tried.
NAMES: Final[dict[str, Format]] = {
    "stackmark": Format("Stackmark record", "stackmark.exchange.own"),
    "eudi": Format("EUDI learning credential claims", "stackmark.exchange.eudi"),
    "elm": Format("European Learning Model 3", "stackmark.exchange.elm"),
    "clr": Format("CLR 2.0", "stackmark.exchange.clr"),
    "ob3": Format("Open Badges 3.0", "stackmark.exchange.ob3"),
    "ob2": Format("Open Badges 2.0", "stackmark.exchange.ob2"),
    "ctdl": Format("CTDL", "stackmark.exchange.ctdl"),
    "schemaorg": Format("schema.org", "stackmark.exchange.schemaorg"),
    "ler-rs": Format("HR Open LER-RS 4.4 (unofficial reading)", "stackmark.exchange.ler_rs"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to write.

    ``language`` is a tag to write single-language texts in, the record's own when empty.
    ``facts`` (Open Badges 3.0, CLR 2.0) is ``document`` (bound by digest), ``none``, or
    ``extension`` (own context, opt-in). ``facts_address`` is where the facts document will be
    published; when empty it is derived from the achievement's own address.
    """

    language: str = ""
    facts: str = "document"
    facts_address: str = ""


def read_record(
    tree: Mapping[str, Any], *, resources: Mapping[str, bytes] | None = None
) -> Imported:
    """Read a document of any known format; ``resources`` are files it may refer to, by address.

    Raises ``ReadError`` ``read.format`` when no format knows it.
    """
    for name, one in NAMES.items():
        module = import_module(f"{one.package}.read")
        if module.recognises(tree):
            found: Imported = module.read(tree, {} if resources is None else resources)
            return replace(found, format=name) if found.format != name else found
    raise ReadError("read.format", "This is none of the formats that can be read here.")


def write_record(record: Record, to: str, options: Options | None = None) -> Exported:
    """Write a record in a format, with the loss measured by reading it again.

    Raises ``UsageError`` ``convert.format`` for an unknown name, and ``convert.…`` with the reason
    when the format demands what the record does not say.
    """
    if to not in NAMES:
        raise UsageError("convert.format", f"{to!r} is none of {', '.join(NAMES)}.")
    one = NAMES[to]
    written: Exported = import_module(f"{one.package}.write").build(record, options or Options())
    again = import_module(f"{one.package}.read").read(written.document, written.resources)
    return replace(written, loss=lost(record, again.record, one.title))
