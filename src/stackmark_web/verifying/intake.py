"""What people bring, taken apart into single documents: files, zips, lists, text, links.

Everything is bounded before it is unpacked. What cannot be taken is an answer about that source,
never an error of the page.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from stackmark.errors import ReadError, StackmarkError
from stackmark.limits import MAX_IMAGE_BYTES
from stackmark.reading.archives import credentials_of, is_zip, read_zip
from stackmark.reading.pdf import attachments, is_pdf

MAX_ITEMS: Final = 500
MAX_UPLOAD: Final = 25 * 1024 * 1024  # bytes of all files together
MAX_SOURCE: Final = 300  # characters kept of where something came from
_LINE: Final = 2 * 1024 * 1024
_LINK: Final = re.compile(r"https?://[^\s\x00-\x1f\x7f]+\Z", re.IGNORECASE)
_TOKEN: Final = re.compile(
    r"eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*(?:~[A-Za-z0-9_.-]*)*\Z"
)
_URL_HEADERS: Final = frozenset(
    {"url", "link", "credential", "credential_url", "badge_url", "verify_url", "public_url"}
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to check: bytes, or an address to fetch, or why there is neither."""

    source: str
    data: bytes | None = None
    url: str = ""
    error: StackmarkError | None = None


class TooMuch(ValueError):  # noqa: N818 - says what is the matter
    """More was brought than one check takes; the text says what to do."""


def gather(files: Iterable[tuple[str, bytes]], *, text: str = "", link: str = "") -> list[Item]:
    """Every document in what was brought. Raises ``TooMuch`` beyond ``MAX_ITEMS``."""
    found: list[Item] = []
    for item in _all(files, text, link):
        found.append(item)
        if len(found) > MAX_ITEMS:
            raise TooMuch(
                _("That is more than %(limit)s credentials; check them in parts.")
                % {"limit": MAX_ITEMS}
            )
    return found


def _all(files: Iterable[tuple[str, bytes]], text: str, link: str) -> Iterator[Item]:
    for name, data in files:
        yield from from_file(name, data)
    if link.strip():
        yield Item(link.strip()[:MAX_SOURCE], url=link.strip())
    if text.strip():
        yield from _from_text(_("Pasted text"), text.strip().encode("utf-8", "replace"))


def from_file(name: str, data: bytes) -> Iterator[Item]:
    """The documents in one file, told by its bytes and not by its name."""
    source = name.replace("\0", "")[:MAX_SOURCE]
    try:
        if is_zip(data):
            yield from _from_zip(source, data)
        elif is_pdf(data):
            yield from _from_pdf(source, data)
        else:
            yield from _from_text(source, data)
    except StackmarkError as error:
        yield Item(source, error=error)


def _from_zip(source: str, data: bytes) -> Iterator[Item]:
    for entry in credentials_of(read_zip(data)):
        name = f"{source} / {entry.name}"[:MAX_SOURCE]
        try:
            if is_pdf(entry.data):
                yield from _from_pdf(name, entry.data)
            else:
                yield from _from_text(name, entry.data)
        except StackmarkError as error:
            yield Item(name, error=error)


def _from_pdf(source: str, data: bytes) -> Iterator[Item]:
    for one in attachments(data):
        yield Item(source, data=one)


def _from_text(source: str, data: bytes) -> Iterator[Item]:
    """A list if it is one, else one document."""
    if len(data) > MAX_IMAGE_BYTES:
        raise ReadError("read.too-large", f"It has over {MAX_IMAGE_BYTES:,} bytes.")
    lines = _list(data)
    if lines is None:
        yield Item(source, data=data)
        return
    for number, line in lines:
        yield _of_line(source if len(lines) == 1 else f"{source}, {number}", line)


def _of_line(source: str, line: str) -> Item:
    if _LINK.match(line):
        return Item(line[:MAX_SOURCE], url=line)
    return Item(source[:MAX_SOURCE], data=line.encode())


def _list(data: bytes) -> list[tuple[int, str]] | None:
    """The numbered entries of a list of links, tokens or JSON lines, or of a CSV with links."""
    if data[:1] == b"\x89" or data.lstrip()[:1] == b"<":
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        return None
    if all(map(_is_entry, (line for _n, line in lines[:2]))):
        return lines if len(lines) > 1 or _LINK.match(lines[0][1]) else None
    return _links_of_csv(text)


def _is_entry(line: str) -> bool:
    """Whether a line stands for itself: a link, a token, or a whole JSON object."""
    whole = line.startswith("{") and line.endswith("}") and len(line) > 2
    return bool(whole or _LINK.match(line) or _TOKEN.match(line))


def _links_of_csv(text: str) -> list[tuple[int, str]] | None:
    """The column of links of a CSV that names it in its first line."""
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    names = [name.strip().strip('"').lower() for name in head.split(delimiter)]
    column = next((n for n, name in enumerate(names) if name in _URL_HEADERS), None)
    if column is None:
        return None
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [
            (rows.line_num, row[column].strip()[:_LINE])
            for row in rows
            if rows.line_num > 1 and len(row) > column and row[column].strip()
        ]
    except csv.Error as error:
        raise ReadError("read.csv", f"Line {rows.line_num} of the CSV: {error}.") from None
