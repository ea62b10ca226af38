"""CASE 1.0 and 1.1 (1EdTech): a package of a framework as JSON.

``CFDocument``, ``CFItems`` and ``CFAssociations``, bare or within ``CFPackage``. The licence is
the document's own; when it names none, nobody said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackmark.exchange.frameworks.shapes import (
    FrameworkSkill,
    NamedFile,
    Opened,
    SkillFramework,
    fault,
)
from stackmark.exchange.languages import tag

MAX_CASE_BYTES: Final = 32 * 1024 * 1024  # bytes of a package; it is read as a whole
_UNKNOWN: Final = "und"
_UUID: Final = re.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
Json = Mapping[str, Any]


def open_case(one: NamedFile, source: str) -> Opened:
    """The framework of a package.

    Raises ``UsageError`` ``framework.size``, ``framework.encoding``, ``framework.json``,
    ``framework.case``.
    """
    package = _package(_tree(one), one.name)
    document = _object(package.get("CFDocument"))
    title = _text(document, "title")
    if not title:
        raise fault("case", f"{one.name}, /CFDocument/title", "a framework has a title.")
    language = tag(document.get("language")) or _UNKNOWN
    framework = SkillFramework(
        title=title,
        kind="case",
        version=_text(document, "version"),
        licence=_licence(document, package),
        attribution=_attribution(document, title),
        source=source,
        language=language,
    )
    return Opened(framework, lambda: _skills(package, one.name, language))


def _tree(one: NamedFile) -> Any:
    with one.open() as stream:
        data = stream.read(MAX_CASE_BYTES + 1)
    if len(data) > MAX_CASE_BYTES:
        raise fault("size", one.name, f"has over {MAX_CASE_BYTES:,} bytes.")
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        where = f"{one.name}, byte {error.start + 1}"
        raise fault("encoding", where, "is no UTF-8 text.") from None
    except json.JSONDecodeError as error:
        where = f"{one.name}, line {error.lineno}, column {error.colno}"
        raise fault("json", where, f"is no JSON: {error.msg}.") from None
    except (RecursionError, ValueError):
        raise fault("json", one.name, "is nested too deeply or has a number too long.") from None


def _package(tree: Any, name: str) -> Json:
    found = _object(tree)
    package = _object(found.get("CFPackage")) or found
    if not _object(package.get("CFDocument")) or not isinstance(package.get("CFItems"), list):
        raise fault("case", name, "has no CFDocument with CFItems; fetch the CFPackage.")
    return package


def _object(value: Any) -> Json:
    return value if isinstance(value, Mapping) else {}


def _text(value: Json, name: str) -> str:
    found = value.get(name)
    return found.strip() if isinstance(found, str) else ""


def _licence(document: Json, package: Json) -> str:
    """The name of the licence with its text or address; ``""`` when nobody said."""
    stated = document.get("licenseURI")
    if isinstance(stated, str):
        return stated
    link = _object(stated)
    definitions = _object(package.get("CFDefinitions")).get("CFLicenses")
    for one in definitions if isinstance(definitions, list) else ():
        found = _object(one)
        if found.get("identifier") == link.get("identifier") and _text(found, "licenseText"):
            return f"{_text(found, 'title')}: {_text(found, 'licenseText')}".strip(": ")
    return ", ".join(filter(None, (_text(link, "title"), _text(link, "uri"))))


def _attribution(document: Json, title: str) -> str:
    """Who made it, as the document says; no sentence is asked for by CASE."""
    makers = dict.fromkeys(filter(None, (_text(document, "creator"), _text(document, "publisher"))))
    return f"{title}, {', '.join(makers)}" if makers else ""


def _skills(package: Json, name: str, language: str) -> Iterator[FrameworkSkill]:
    broader = _parents(package)
    for number, one in enumerate(package["CFItems"]):
        item, where = _object(one), f"{name}, /CFItems/{number}"
        statement, short = _text(item, "fullStatement"), _text(item, "abbreviatedStatement")
        identifier = _text(item, "identifier")
        if not statement or not identifier:
            column = "identifier" if statement else "fullStatement"
            raise fault("case", f"{where}/{column}", "an item has it.")
        spoken = tag(item.get("language")) or language
        yield FrameworkSkill(
            uri=_text(item, "uri") or _urn(identifier),
            code=_text(item, "humanCodingScheme") or identifier,
            name={spoken: short or statement},
            description={spoken: statement} if short and short != statement else {},
            broader=broader.get(identifier, ()),
        )


def _urn(identifier: str) -> str:
    """A UUID as a URN (RFC 9562 section 4); ``""`` for any other identifier."""
    return f"urn:uuid:{identifier}" if _UUID.fullmatch(identifier) else ""


def _parents(package: Json) -> dict[str, tuple[str, ...]]:
    """The uris of what an item is a child of, by its identifier."""
    uris = {
        _text(_object(one), "identifier"): _text(_object(one), "uri") for one in package["CFItems"]
    }
    found: dict[str, tuple[str, ...]] = {}
    rows = package.get("CFAssociations")
    for one in rows if isinstance(rows, list) else ():
        row = _object(one)
        child, parent = (_node(row, name) for name in ("originNodeURI", "destinationNodeURI"))
        if row.get("associationType") == "isChildOf" and child and uris.get(parent):
            found[child] = (*found.get(child, ()), uris[parent])
    return found


def _node(row: Json, name: str) -> str:
    stated = row.get(name)
    return stated if isinstance(stated, str) else _text(_object(stated), "identifier")
