"""Take credentials out of what a person brings: files, texts, addresses, a wallet's export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import orjson
from django.utils.translation import gettext as _

from stackmark.errors import ReadError, StackmarkError
from stackmark.limits import MAX_IMAGE_BYTES
from stackmark.reading.archives import Entry, credentials_of, documents_map, is_zip, read_zip
from stackmark.reading.baked import recognise
from stackmark.reading.pdf import attachments, is_pdf
from stackmark_web.passport import slices
from stackmark_web.passport.contents import Contents
from stackmark_web.verifying.fetching import server_fetcher

MAX_FILES: Final = 50  # of one upload
MAX_UPLOAD: Final = 12 * 1024 * 1024  # bytes of one file
MAX_CREDENTIALS: Final = 500  # of one import
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file, a pasted text or what an address answered."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not taken in, and why, in a sentence."""

    name: str
    why: str


@dataclass(slots=True)
class Findings:
    """The credentials found, each read, what was refused, and documents that came along."""

    found: list[tuple[str, Contents]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    documents: dict[str, bytes] = field(default_factory=dict)


def find_credentials(uploads: list[Upload]) -> Findings:
    """Every credential in these files; what holds none is told with its reason."""
    findings = Findings()
    for upload in uploads[:MAX_FILES]:
        _find(upload, findings)
    for upload in uploads[MAX_FILES:]:
        findings.refused.append(
            Refusal(
                upload.name,
                _("Only %(count)s files are taken at once; bring it next.") % {"count": MAX_FILES},
            )
        )
    return findings


def fetched(url: str) -> Upload:
    """What an address answers. Raises ``StackmarkError`` with a sentence."""
    return Upload(url, server_fetcher().fetch(url))


def _find(upload: Upload, findings: Findings) -> None:
    try:
        for name, piece in _pieces(upload, findings):
            if isinstance(piece, bytes):
                _take(name, piece, findings)
            else:
                findings.refused.append(Refusal(name, piece.detail))
    except StackmarkError as error:
        findings.refused.append(Refusal(upload.name, error.detail))


def _take(name: str, data: bytes, findings: Findings) -> None:
    if len(findings.found) >= MAX_CREDENTIALS:
        why = _("Only %(count)s credentials are taken at once; bring the rest next.")
        why %= {"count": MAX_CREDENTIALS}
        findings.refused.append(Refusal(name, why))
        return
    try:
        findings.found.append((name, _readable(data)))
    except StackmarkError as error:
        findings.refused.append(Refusal(name, error.detail))


def _readable(data: bytes) -> Contents:
    contents = Contents(data)
    if contents.received.kind == "presentation":
        raise ReadError("read.presentation", _("It presents no credential that could be kept."))
    tree = contents.tree
    if contents.received.kind != "ob2" and not tree.get("credentialSubject"):
        raise ReadError("read.not-credential", _("It is readable, but it is no credential."))
    return contents


def _pieces(upload: Upload, findings: Findings) -> Iterator[tuple[str, bytes | StackmarkError]]:
    if len(upload.data) > MAX_UPLOAD:
        raise ReadError("read.too-large", _("It is larger than 12 MB."))
    if not is_zip(upload.data):
        yield from _of_file(upload.name, upload.data)
        return
    entries = read_zip(upload.data)
    _note_documents(entries, findings)
    for entry in credentials_of(entries):
        yield from _of_entry(f"{upload.name}: {entry.name}", entry.data)


def _note_documents(entries: list[Entry], findings: Findings) -> None:
    """What a passport brought for checking it, by address; nobody believes it here."""
    bodies = {one.name: one.data for one in entries}
    for url, name in (documents_map(entries) or {}).items():
        findings.documents.setdefault(url, bodies[name])


def _of_entry(name: str, data: bytes) -> Iterator[tuple[str, bytes | StackmarkError]]:
    """An entry of a zip: notes and pictures without a credential may lie beside the credentials.

    What should hold one and does not is told by itself, and the rest is read on.
    """
    try:
        yield from _of_file(name, data)
    except StackmarkError as error:
        if is_pdf(data) or recognise(data) or data.lstrip()[:1] in (b"{", b"["):
            yield name, error


def _of_file(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    head = data[:64].removeprefix(_BOM).lstrip()[:1]
    if is_pdf(data):
        yield from ((name, one) for one in attachments(data))
    elif recognise(data) and not _is_page(data):
        yield name, data
    elif head in (b"{", b"["):
        yield from _of_json(name, data)
    elif head == b"e":  # a token, or one a line
        yield from _of_tokens(name, data)
    else:
        raise _what_it_is(data)


def _of_json(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    text = data.removeprefix(_BOM)
    try:
        tree = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and all(line.lstrip()[:1] == b"{" for line in lines):
            yield from ((f"{name}, line {at}", line) for at, line in enumerate(lines, 1))
            return
        raise ReadError("read.json", _("The text is not valid JSON: %s.") % error) from None
    if slices.is_locked(tree):
        raise ReadError(
            "read.locked", _("This wallet export is locked with a password; export it without one.")
        )
    if slices.is_credential(tree) or _is_envelope(tree):
        yield name, text
        return
    found = slices.credentials_in(text)
    if not found:
        raise ReadError("read.no-credential", _("There is no credential in this file."))
    yield from ((f"{name}, {at}", piece) for at, piece in enumerate(found, 1))


def _is_envelope(tree: object) -> bool:
    types = tree.get("type") if isinstance(tree, dict) else None
    return "EnvelopedVerifiableCredential" in (types if isinstance(types, list) else [types])


def _of_tokens(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    lines = [line.strip() for line in data.splitlines() if line.strip()]
    if len(lines) == 1:
        yield name, data
        return
    yield from ((f"{name}, line {at}", line) for at, line in enumerate(lines, 1))


def _is_page(data: bytes) -> bool:
    return data.removeprefix(_BOM).lstrip()[:14].lower().startswith((b"<!doctype html", b"<html"))


def _what_it_is(data: bytes) -> ReadError:
    if not data.strip():
        return ReadError("read.empty", _("There is nothing in it."))
    if _is_page(data):
        return ReadError("read.page", _("This is a web page and not a credential."))
    if len(data) > MAX_IMAGE_BYTES:
        return ReadError("read.too-large", _("It is too large for a credential."))
    try:
        Contents(data)
    except ReadError as error:
        return error
    return ReadError("read.unknown", _("This is no credential that can be read."))
