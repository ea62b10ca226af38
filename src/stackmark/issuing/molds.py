"""How to sign credentials that hold the same members, once one of them went the general way."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import orjson

from stackmark.canonical.jcs import jcs
from stackmark.canonical.plan import Deopt
from stackmark.canonical.template import Template
from stackmark.canonical.tracing import NotTraceable
from stackmark.issuing.award import Award, identity_hash
from stackmark.issuing.builder import Design, build_credential
from stackmark.issuing.securing import SELECTIVE, TOKENS, Securer, secure
from stackmark.ports import Signer
from stackmark.proofs.suites import SUITES, Canonicals

Path = tuple[str | int, ...]
Mold = Callable[[Award, list[str]], bytes]
"""Signs an award from it and its values in the order of ``paths_of``; may raise ``Deopt``."""
_MARK: Final = re.compile(rb'"\\u0000(\d+)\\u0001"')


@dataclass(frozen=True, slots=True)
class Issuance:
    """What the credentials of a run share; crosses a process pool.

    ``method`` is the verification method's URL, ``suite`` as ``choose_suite`` gives it,
    ``created`` the time of the run, RFC 3339 in UTC.
    """

    design: Design
    signer: Signer
    method: str
    suite: str
    created: str


def _traced(template: Template, securer: Securer) -> Mold:
    """By template: rdfc suites over SHA-256."""

    def sign(_: Award, values: list[str]) -> bytes:
        digest = sha256(template.canonical(values)).digest()
        return template.json(values, securer.tail(digest))

    return sign


class Cuts:
    """A JSON text cut at the members that vary, so that it is joined instead of written."""

    def __init__(self, sample: dict[str, Any], paths: Sequence[Path], *, sort: bool) -> None:
        marked = orjson.loads(orjson.dumps(sample))
        for place, path in enumerate(paths):
            holder = marked
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = f"\0{place}\1"
        parts = _MARK.split(jcs(marked) if sort else orjson.dumps(marked))
        self._chunks = parts[::2]
        self._order = [int(place) for place in parts[1::2]]

    def fill(self, values: Sequence[str]) -> bytes:
        """The text with these values in place."""
        out: list[bytes] = []
        for chunk, place in zip(self._chunks, self._order, strict=False):
            out += (chunk, orjson.dumps(values[place]))
        return b"".join((*out, self._chunks[-1]))


def _cut(plain: Cuts, canonical: Cuts, securer: Securer) -> Mold:
    """By joining: jcs suites, whose signature covers every byte."""

    def sign(_: Award, values: list[str]) -> bytes:
        digest = securer.hash(canonical.fill(values))
        return plain.fill(values)[:-1] + securer.tail(digest) + b"}"

    return sign


def _built(issuance: Issuance) -> Mold:
    """Member by member, not linted again: tokens."""
    one = issuance

    def sign(award: Award, _: list[str]) -> bytes:
        return secure(
            build_credential(one.design, award),
            suite=one.suite,
            signer=one.signer,
            method=one.method,
            created=one.created,
            strict=False,
        )

    return sign


def new_mold(
    issuance: Issuance, award: Award, unsecured: dict[str, Any], signed: bytes
) -> Mold | None:
    """The fastest way, if it gives the very same as ``signed`` for the award at hand."""
    if issuance.suite in TOKENS:
        return _built(issuance)
    if issuance.suite in SELECTIVE:
        return None
    securer = Securer(
        unsecured["@context"],
        suite=issuance.suite,
        signer=issuance.signer,
        method=issuance.method,
        created=issuance.created,
    )
    mold: Mold | None = None
    if SUITES[issuance.suite].canonical == "jcs":
        mold = _joined(unsecured, award, securer)
    elif securer.digest == "sha256":
        # Templates label blank nodes by SHA-256, P-384 keys ask for SHA-384.
        mold = _templated(unsecured, award, securer)
    if mold is None or not _same(mold(award, values_of(award)), signed):
        return None
    return mold


def _joined(unsecured: dict[str, Any], award: Award, securer: Securer) -> Mold:
    paths = paths_of(award)
    return _cut(Cuts(unsecured, paths, sort=False), Cuts(unsecured, paths, sort=True), securer)


def _templated(unsecured: dict[str, Any], award: Award, securer: Securer) -> Mold | None:
    try:
        template = _template(unsecured, paths_of(award))
        canonical = template.canonical(values_of(award))
    except (NotTraceable, Deopt):
        return None
    if canonical.decode() != "".join(Canonicals(unsecured).lines()):
        return None
    return _traced(template, securer)


def _template(unsecured: dict[str, Any], paths: list[Path]) -> Template:
    """The template of this document, kept: a run signs part after part of one design.

    What is equal but for the values at ``paths`` has the same template, as in
    ``canonical.skeleton``; the caller compares what it gives for the document at hand.
    """
    key = (_rest(unsecured, paths), tuple(paths))
    found = _TEMPLATES.get(key)
    if found is None:
        found = Template(unsecured, paths)
        if len(_TEMPLATES) >= _KEPT:
            _TEMPLATES.clear()
        _TEMPLATES[key] = found
    return found


def _rest(unsecured: dict[str, Any], paths: Sequence[Path]) -> bytes:
    """The document's JSON without what varies."""
    rest = orjson.loads(orjson.dumps(unsecured))
    for path in paths:
        holder = rest
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = None
    return orjson.dumps(rest)


_KEPT: Final = 64
_TEMPLATES: Final[dict[tuple[bytes, tuple[Path, ...]], Template]] = {}


def _same(one: bytes, other: bytes) -> bool:
    """Equal but for the signature, which ECDSA may draw anew each time."""
    return one.rpartition(b'"z')[0] == other.rpartition(b'"z')[0]


def outline(award: Award) -> tuple[Any, ...]:
    """Which members the credential will hold."""
    return (
        award.recipient_id is None,
        award.hashes_email,
        award.recipient_name is None,
        award.name_identity,
        award.narrative is None,
        award.valid_until is None,
        award.status_list,
        award.status_purpose,
        tuple(
            (e.url is None, e.name is None, e.text is None, e.genre is None, e.audience is None)
            for e in award.evidence
        ),
        # Which part a result is of, and how it went, are alike in few; value and level vary.
        tuple((r.description, r.value is None, r.level is None, r.status) for r in award.results),
    )


def values_of(award: Award) -> list[str]:
    """What varies, in the order of ``paths_of``."""
    found = [award.id, award.valid_from]
    if award.valid_until is not None:
        found.append(award.valid_until)
    if award.recipient_id is not None:
        found.append(award.recipient_id)
    if award.shown_name is not None:
        found.append(award.shown_name)
    if award.hashes_email:
        found += (identity_hash(award.recipient_email or "", award.salt), award.salt)
    if award.identifies_name:
        name = award.recipient_name or ""
        hashed = (identity_hash(name, award.salt), award.salt)
        found += hashed if award.name_identity == "hashed" else (name,)
    if award.narrative is not None:
        found.append(award.narrative)
    for one in award.evidence:
        texts = (one.url, one.name, one.text, one.genre, one.audience)
        found += [text for text in texts if text is not None]
    for each in award.results:
        found += [text for text in (each.value, each.level) if text is not None]
    if award.status_list is not None and award.status_index is not None:
        found += (f"{award.status_list}#{award.status_index}", str(award.status_index))
    return found


def paths_of(award: Award) -> list[Path]:
    """Where the values stand in the credential."""
    subject = "credentialSubject"
    found: list[Path] = [("id",), ("validFrom",)]
    if award.valid_until is not None:
        found.append(("validUntil",))
    if award.recipient_id is not None:
        found.append((subject, "id"))
    if award.shown_name is not None:
        found.append((subject, "name"))
    if award.hashes_email:
        found += ((subject, "identifier", 0, "identityHash"), (subject, "identifier", 0, "salt"))
    if award.identifies_name:
        place = int(award.hashes_email)
        found.append((subject, "identifier", place, "identityHash"))
        if award.name_identity == "hashed":
            found.append((subject, "identifier", place, "salt"))
    if award.narrative is not None:
        found.append((subject, "narrative"))
    for place, one in enumerate(award.evidence):
        names = [("id", one.url), ("name", one.name), ("narrative", one.text)]
        names += [("genre", one.genre), ("audience", one.audience)]
        found += [("evidence", place, name) for name, text in names if text is not None]
    for place, each in enumerate(award.results):
        marks = (("value", each.value), ("achievedLevel", each.level))
        found += [(subject, "result", place, name) for name, text in marks if text is not None]
    if award.status_list is not None:
        found += (("credentialStatus", "id"), ("credentialStatus", "statusListIndex"))
    return found
