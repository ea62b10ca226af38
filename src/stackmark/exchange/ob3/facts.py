"""The facts document: what has no home in Open Badges 3.0, bound to the credential by its digest.

It holds an overlay on the record's JSON, never anything of ``award``: it is the same for every
holder. The credential names it under ``relatedResource`` with a SHA-384 (VC Data Model 2.0,
section 5.3). What the signed document states natively wins over it, except that

- a language map may get more languages, and ``language`` may say which one is first;
- a list may be replaced by a fuller one, in which nothing natively stated goes missing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from stackmark.errors import CheckFailed, ReadError
from stackmark.exchange.building import Builder
from stackmark.exchange.source import Source, escape
from stackmark.model.strict_json import parse_json
from stackmark.verification.related import compare_digests, read_digests

TYPE: Final = "StackmarkFacts"
VERSION: Final = 1
MEDIA_TYPE: Final = "application/json"
PRIVATE: Final = "award"  # what is true of one person never leaves the credential
_CHANGED: Final = "It is not what was signed (its digest differs), so it is not used."
_UNFIT: Final = "It is no facts document that can be used with this credential."
_CONTRADICTS: Final = "The facts document says otherwise than the credential itself, which wins."


def overlay(record: Mapping[str, Any], native: Mapping[str, Any]) -> dict[str, Any]:
    """What must be laid over the natively read record to make it the record again."""
    public = {name: value for name, value in record.items() if name != PRIVATE}
    found = _missing(public, native)
    return found if isinstance(found, dict) else {}


def _missing(wanted: Any, there: Any) -> Any:
    if not (isinstance(wanted, Mapping) and isinstance(there, Mapping)):
        return None if wanted == there else wanted
    parts = {name: _missing(value, there.get(name)) for name, value in wanted.items()}
    return {name: value for name, value in parts.items() if value is not None} or None


def document(facts: Mapping[str, Any]) -> bytes:
    """The bytes of a facts document; the same for equal facts."""
    whole = {"type": TYPE, "version": VERSION, "record": facts}
    return orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)


def address(about: str, data: bytes) -> str:
    """Where it is published when nobody says: below the achievement, by its content."""
    return f"{about.rstrip('/#')}/facts-{hashlib.sha256(data).hexdigest()[:8]}.json"


def binding(url: str, data: bytes) -> dict[str, Any]:
    """The relatedResource entry."""
    digest = base64.b64encode(hashlib.sha384(data).digest()).decode()
    return {"id": url, "digestSRI": f"sha384-{digest}", "mediaType": MEDIA_TYPE}


def find(
    root: Source, resources: Mapping[str, bytes], builder: Builder
) -> list[tuple[dict[str, Any], str]]:
    """The overlays at hand that fit their digest, each with its place.

    What is not at hand is listed in ``builder.missing``; what differs or is something else is
    named in the loss report. What seals a piece of evidence is no facts document.
    """
    found = []
    evidence = {one.peek_text("id") for one in root.each("evidence")}
    for one in root.each("relatedResource"):
        url = one.peek_text("id")
        if not url or url in evidence:
            continue
        one.all()
        if (data := resources.get(url)) is None:
            builder.missing.append(url)
            continue
        facts = _opened(one, url, data, builder)
        found += [(facts, one.pointer)] if facts else []
    return found


def _opened(one: Source, url: str, data: bytes, builder: Builder) -> dict[str, Any]:
    try:
        digests = read_digests(dict(one.tree))
        if not digests:
            raise CheckFailed("related.malformed", f"{url} has no digest.")
        compare_digests(url, digests, [data])
    except CheckFailed:
        builder.refuse(one.pointer, url, _CHANGED)
        return {}
    facts = parsed(data)
    if not facts:
        builder.refuse(one.pointer, url, _UNFIT)
    return facts


def parsed(data: bytes) -> dict[str, Any]:
    """The overlay in a facts document's bytes; empty when it is none."""
    try:
        tree = parse_json(data)
    except ReadError:
        return {}
    if not isinstance(tree, dict) or tree.get("type") != TYPE or tree.get("version") != VERSION:
        return {}
    return public(tree.get("record"))


def public(facts: Any) -> dict[str, Any]:
    """An overlay without what it may not hold."""
    found = facts if isinstance(facts, dict) else {}
    return {name: value for name, value in found.items() if name != PRIVATE}


def apply(builder: Builder, facts: Mapping[str, Any], place: str, stated: Any) -> None:
    """Lay facts over what the builder holds; ``place`` is where they came from.

    ``stated`` is the number of credits the document gives without a unit, or ``None``. Facts that
    do not go together with the credential are not used at all.
    """
    native = builder.settle()
    before = builder.snapshot()
    _lay(builder, _agreeing(facts, stated, builder, place), native, "", place)
    if not builder.fits():
        builder.restore(before)
        builder.refuse(place, dict(facts), _UNFIT)


def _agreeing(facts: Mapping[str, Any], stated: Any, builder: Builder, place: str) -> Any:
    """The facts without a credit of another number than the document's own."""
    about = facts.get("achievement")
    credit = about.get("credit") if isinstance(about, Mapping) else None
    if not isinstance(about, Mapping) or not isinstance(credit, Mapping):
        return facts
    if stated is None or credit.get("value") == stated:
        return facts
    builder.refuse(place, credit, _CONTRADICTS)
    return {**facts, "achievement": {name: v for name, v in about.items() if name != "credit"}}


def _lay(builder: Builder, facts: Any, native: Any, path: str, place: str) -> None:
    if isinstance(facts, Mapping) and isinstance(native, Mapping):
        for name, value in facts.items():
            _lay(builder, value, native.get(name), f"{path}/{escape(str(name))}", place)
    elif native is None or path == "/achievement/language" or _is_fuller(facts, native):
        builder.remove(path)
        builder.put(path, facts, place)
        for leaf in _leaves(facts, path):
            builder.place(leaf, place)
    elif facts != native:
        builder.refuse(place, facts, _CONTRADICTS)


def _is_fuller(facts: Any, native: Any) -> bool:
    """Whether a list holds every value of another one, under the same names."""
    if not (isinstance(facts, list) and isinstance(native, list)):
        return False
    return _named(native, "") <= _named(facts, "")


def _named(value: Any, name: str) -> set[tuple[str, str]]:
    if isinstance(value, Mapping):
        return {pair for key, one in value.items() for pair in _named(one, str(key))}
    if isinstance(value, list):
        return {pair for one in value for pair in _named(one, name)}
    return {(name, str(value))}


def _leaves(value: Any, path: str) -> Iterator[str]:
    """The pointers of a value and of everything in it."""
    yield path
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _leaves(one, f"{path}/{escape(str(name))}")
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _leaves(one, f"{path}/{number}")
