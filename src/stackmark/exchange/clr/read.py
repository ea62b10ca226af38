"""Reads CLR 2.0: the record of one of its achievements, or of each.

A ClrCredential holds whole credentials, and may name achievements of its own beside them. Which
of them ``read`` gives: the subject's own achievement when there is exactly one, or one that all
others are parts of; else the first credential inside; else the first achievement.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackmark.exchange.building import Builder
from stackmark.exchange.ob3 import read as badges
from stackmark.exchange.ob3.achieved import finish_achievement, read_achievement
from stackmark.exchange.shapes import Imported
from stackmark.exchange.source import Source
from stackmark.reading.received import types_of

OUTER: Final = "#clr"  # what our writer puts behind the id of the credential inside
_PART_OF: Final = frozenset({"isPartOf", "isChildOf"})
_WHOLE_OF: Final = "isParentOf"
_OTHERS: Final = "It is another achievement of the record of a learner; read it on its own."
_SHARED: Final = ("name", "issuer", "validFrom", "validUntil", "awardedDate")


def recognises(tree: Mapping[str, Any]) -> bool:
    """A ClrCredential, also within a token's ``vc``."""
    inner = tree.get("vc")
    return "ClrCredential" in types_of(inner if isinstance(inner, Mapping) else tree)


def read(tree: Mapping[str, Any], resources: Mapping[str, bytes]) -> Imported:
    """The one record it is about (see above); the others are named in the loss.

    Raises ``ReadError`` ``read.descriptor`` when nothing of it fits a record.
    """
    source = Source(tree)
    own, inner = _parts(_root(source))
    chosen = _whole(own, _root(source)) or next(iter(inner), None) or next(iter(own), None)
    return _read_one(source, chosen, resources)


def read_all(tree: Mapping[str, Any], resources: Mapping[str, bytes]) -> list[Imported]:
    """A record of each credential inside, then of each achievement that has none.

    An achievement named by a credential inside is given once. Raises as ``read``.
    """
    own, inner = _parts(_root(Source(tree)))
    held = [_achievement_id(one) for one in inner]
    wanted = [*inner, *(one for one in own if one.peek("id") not in held)]
    found = []
    for one in wanted:
        source = Source(tree)
        found.append(_read_one(source, _again(source, one), resources))
    return found


def _root(source: Source) -> Source:
    return source.at("vc") if isinstance(source.peek("vc"), Mapping) else source


def _parts(root: Source) -> tuple[list[Source], list[Source]]:
    """The subject's own achievements, and the credentials inside that can be read here."""
    subject = root.at("credentialSubject")
    inner = subject.each("verifiableCredential")
    return subject.each("achievement"), [one for one in inner if badges.recognises(one.tree)]


def _again(source: Source, one: Source) -> Source:
    """The same part of a fresh source, of which nothing was taken yet."""
    own, inner = _parts(_root(source))
    return next(part for part in (*own, *inner) if part.pointer == one.pointer)


def _achievement_id(credential: Source) -> Any:
    return credential.at("credentialSubject").at("achievement").peek("id")


def _whole(own: list[Source], root: Source) -> Source | None:
    """The only achievement of the subject, or the one that others are parts of."""
    if len(own) == 1:
        return own[0]
    links = _part_links(root)
    wholes = {whole for _, whole in links} - {part for part, _ in links}
    found = [one for one in own if one.peek("id") in list(wholes)]
    return found[0] if len(found) == 1 else None


def _part_links(root: Source) -> list[tuple[str, str]]:
    """(part, whole) of every association that says so."""
    found = []
    for one in root.at("credentialSubject").each("association"):
        kind, part, whole = (str(one.peek(n)) for n in ("associationType", "sourceId", "targetId"))
        if kind in _PART_OF:
            found.append((part, whole))
        elif kind == _WHOLE_OF:
            found.append((whole, part))
    return found


def _read_one(source: Source, chosen: Source | None, resources: Mapping[str, bytes]) -> Imported:
    builder, root = Builder(), _root(source)
    root.drop("@context", "type", "proof", "credentialSchema")
    root.at("credentialSubject").drop("type")
    if chosen is None:
        badges.read_around(source, builder)
    elif "credentialSubject" in chosen:
        badges.fill(chosen, builder, resources)
        _take_repeated(root, chosen)
    else:
        badges.read_around(source, builder)
        read_achievement(chosen, builder, wording=True)
        badges.read_creator(chosen, builder)
        finish_achievement(chosen, builder)
    _read_programme(root, builder)
    for one in (part for parts in _parts(root) for part in parts):
        if chosen is None or one.pointer != chosen.pointer:
            builder.refuse(one.pointer, one.all(), _OTHERS)
    return builder.finish("clr", source, badges.reason_for)


def _take_repeated(root: Source, inner: Source) -> None:
    """What the record says again of the only credential in it."""
    for name in _SHARED:
        if name in root and root.peek(name) == inner.peek(name):
            root.take(name)
    if root.peek("id") == f"{inner.peek('id')}{OUTER}":
        root.take("id")
    subject, person = root.at("credentialSubject"), inner.at("credentialSubject")
    for name in ("id", "identifier"):
        if name in subject and subject.peek(name) == person.peek(name):
            subject.take(name)


def _read_programme(root: Source, builder: Builder) -> None:
    """The address of the programme, when the achievement is said to be part of one thing."""
    mine = builder.value("/id")
    for one in root.at("credentialSubject").each("association"):
        kind, part, whole = (one.peek(n) for n in ("associationType", "sourceId", "targetId"))
        if kind != "isPartOf" or part != mine or not isinstance(whole, str):
            continue
        if builder.value("/achievement/programme/url") in (None, whole):
            builder.put("/achievement/programme/url", whole, one.place("targetId"))
            one.all()
