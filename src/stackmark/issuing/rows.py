"""One row of a bulk file: its cells checked and turned into a recipient."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from stackmark import limits
from stackmark.errors import CheckFailed
from stackmark.issuing.csv_text import Broken
from stackmark.issuing.dates import earlier, read_when

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from stackmark.issuing.columns import Layout

_BLANK: Final = " \t\u00a0"  # trimmed off both ends of a cell
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
_LABEL: Final = r"(?!-)[A-Za-z0-9\x80-\U0010ffff-]{1,63}(?<!-)"
_EMAIL: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?![0-9]){_LABEL}")
_URL: Final = re.compile(
    r"https?://(?:[^\s/?#@:<>\"{}|\\^`\[\]]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
    r"(?:[/?#][^\s<>\"{}|\\^`]*)?",
    re.IGNORECASE,
)
_DID: Final = re.compile(r"did:[a-z0-9]+:(?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})+")
_URN: Final = re.compile(r"urn:[a-z0-9][a-z0-9-]{1,31}:[^\s<>\"{}|\\^`#]+", re.IGNORECASE)
LANGUAGE_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
# Controls but tab and line ends, and code points that are no characters: neither can be signed
# and shown faithfully.
_UNFIT: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
    + "]"
)
_LINE_BREAK: Final = re.compile("[\r\n\u2028\u2029]")
_SHEET_ERROR: Final = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!)")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a recipient did: an http(s) URL, a name, a text; its kind, and for whom it is."""

    url: str | None
    name: str | None
    text: str | None
    genre: str | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One recipient, checked. ``line`` is where the row starts in the file, from 1.

    At least one of ``recipient_email`` and ``recipient_id`` (a DID, URL or URN) is there.
    ``issued_on`` and ``expires_on`` are RFC 3339 in UTC. ``custom`` holds the filled cells of
    the columns that stay as they are, by their header.
    """

    line: int
    recipient_email: str | None
    recipient_name: str | None
    recipient_id: str | None
    template_id: str | None
    issued_on: str | None
    expires_on: str | None
    external_id: str | None
    narrative: str | None
    evidence: tuple[Evidence, ...]
    country: str | None
    region: str | None
    locale: str | None
    group_tag: str | None
    custom: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be issued from, and the first reason why.

    ``column`` is the header as it stands in the file; empty when the row goes past the last one.
    ``reason`` is one of cells, quote, too-long, control, line-break, formula, recipient, email,
    name, template, date, expiry, evidence, locale, duplicate.
    """

    line: int
    column: str
    reason: str
    detail: str


class _BadError(Exception):
    """Place of the column, reason and detail of a bad row."""

    def __init__(self, place: int, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.place = place
        self.reason = reason
        self.detail = detail


class RowChecker:
    """Checks row after row of one file and remembers who was there."""

    def __init__(
        self,
        layout: Layout,
        *,
        known_templates: Collection[str] | None,
        default_issued_on: str | None,
        allow_duplicates: bool,
        date_order: str | None = None,
    ) -> None:
        self._layout = layout
        self._date_order = date_order
        self._known_templates = known_templates
        self._default_issued_on = default_issued_on
        self._seen: dict[int, int] | None = None if allow_duplicates else {}

    def check(self, line: int, cells: list[str] | Broken) -> Row | BadRow:
        """The row, or what is wrong with it."""
        try:
            if isinstance(cells, Broken):
                raise _BadError(cells.place, cells.reason, cells.detail)
            return self._read(line, cells)
        except _BadError as bad:
            headers = self._layout.headers
            header = headers[bad.place] if 0 <= bad.place < len(headers) else ""
            return BadRow(line, header, bad.reason, bad.detail)

    def _read(self, line: int, cells: list[str]) -> Row:
        layout = self._layout
        at = layout.at
        _check_text(cells, layout)
        cells = [cell.strip(_BLANK) for cell in cells]
        cells.append("")  # what a column that the file lacks holds
        email, person = _recipient(cells, layout)
        name = _name(cells, layout)
        template = self._template(cells)
        issued, expires = self._dates(cells)
        evidence = _evidence(cells, layout)
        locale = _locale(cells, at.locale)
        if self._seen is not None:
            self._check_new(line, template, email, person)
        return Row(
            line=line,
            recipient_email=email or None,
            recipient_name=name or None,
            recipient_id=person or None,
            template_id=template or None,
            issued_on=issued,
            expires_on=expires,
            external_id=cells[at.external_id] or None,
            narrative=cells[at.narrative] or None,
            evidence=evidence,
            country=cells[at.country] or None,
            region=cells[at.region] or None,
            locale=locale or None,
            group_tag=cells[at.group_tag] or None,
            custom={header: cells[place] for header, place in layout.custom if cells[place]},
        )

    def _template(self, cells: list[str]) -> str:
        place = self._layout.at.template_id
        template = cells[place]
        known = self._known_templates
        if template and known is not None and template not in known:
            raise _BadError(
                place, "template", f'There is no achievement called "{shown(template)}".'
            )
        return template

    def _dates(self, cells: list[str]) -> tuple[str | None, str | None]:
        at = self._layout.at
        issued, expires = self._default_issued_on, None
        if cells[at.issued_on]:
            issued = _when(cells, at.issued_on, self._date_order)
        if cells[at.expires_on]:
            expires = _when(cells, at.expires_on, self._date_order)
            if issued is None:
                raise _BadError(
                    at.expires_on, "expiry", "An expiry date needs an issue date; add issued_on."
                )
            if earlier(expires, issued):
                raise _BadError(
                    at.expires_on,
                    "expiry",
                    f"The credential would expire ({expires}) before it is issued ({issued}).",
                )
        return issued, expires

    def _check_new(self, line: int, template: str, email: str, person: str) -> None:
        """Refuse who was there before, for the same achievement, by id or by e-mail address."""
        seen = self._seen if self._seen is not None else {}
        keys = []
        if email:
            keys.append((self._layout.at.recipient_email, _key(template, "e", _folded(email))))
        if person:
            keys.append((self._layout.at.recipient_id, _key(template, "i", person)))
        for place, key in keys:
            first = seen.get(key)
            if first is not None:
                raise _BadError(
                    place, "duplicate", f"This person stands on line {first} already; keep one row."
                )
        for _, key in keys:
            seen[key] = line


def shown(text: str) -> str:
    """A cell for use inside a sentence: cut short, nothing invisible."""
    if len(text) <= 60 and text.isprintable():
        return text
    cut = text if len(text) <= 60 else text[:60] + "…"
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in cut)


def _check_text(cells: list[str], layout: Layout) -> None:
    """As many cells as headers, none of them too long or holding what no cell should."""
    if len(cells) != layout.width:
        raise _BadError(
            len(cells), "cells", f"The row has {len(cells)} cells, the header has {layout.width}."
        )
    joined = "".join(cells)
    if "#" in joined:
        _check_formulas(cells, layout)
    if len(joined) <= limits.MAX_CSV_CELL and joined.isprintable():
        return
    for place, cell in enumerate(cells):
        if len(cell) > limits.MAX_CSV_CELL:
            raise _BadError(
                place,
                "too-long",
                f"The cell has {len(cell):,} characters; at most {limits.MAX_CSV_CELL:,} are read.",
            )
        unfit = _UNFIT.search(cell)
        if unfit:
            raise _BadError(
                place,
                "control",
                f"The cell holds the control character U+{ord(unfit[0]):04X}; remove it.",
            )
        if place in layout.one_line and _LINE_BREAK.search(cell):
            raise _BadError(place, "line-break", "The cell holds a line break; remove it.")


def _check_formulas(cells: list[str], layout: Layout) -> None:
    """Nobody is called #N/A: a spreadsheet writes that where a formula failed."""
    for place in layout.used:
        if _SHEET_ERROR.fullmatch(cells[place].strip(_BLANK)):
            raise _BadError(
                place,
                "formula",
                f'"{shown(cells[place])}" is a failed formula; mend it in the spreadsheet.',
            )


def _recipient(cells: list[str], layout: Layout) -> tuple[str, str]:
    """The e-mail address and the id, either of which may be empty, not both."""
    at = layout.at
    email, email_at = cells[at.recipient_email], at.recipient_email
    person, person_at = cells[at.recipient_id], at.recipient_id
    either = cells[at.identifier]
    if either and is_id(either):
        if person and person != either:
            raise _BadError(at.identifier, "recipient", "The row names two different recipients.")
        person, person_at = either, at.identifier
    elif either:
        email, email_at = either, at.identifier
    if email and not _is_email(email):
        raise _BadError(
            email_at, "email", f'"{shown(email)}" is not one e-mail address like ann@example.org.'
        )
    if person and not is_id(person):
        raise _BadError(
            person_at,
            "recipient",
            f'"{shown(person)}" is not a DID, an http(s) URL or a URN, like did:key:z6Mk….',
        )
    if not email and not person:
        place = min(at.recipient_email, at.identifier, at.recipient_id)
        raise _BadError(place, "recipient", "The row names no recipient; fill this cell.")
    return email, person


def _is_email(text: str) -> bool:
    """One plain address (RFC 5321 without quoted and literal forms; RFC 6531 for other scripts)."""
    if not _EMAIL.fullmatch(text) or text.index("@") > 64:
        return False
    if text.isascii():
        return len(text) <= 254
    # Look-alikes of "@" become one on the way through some mail systems.
    one = unicodedata.normalize("NFKC", text).count("@") == 1
    return one and len(text.encode()) <= 254 and text.isprintable()


def is_id(text: str) -> bool:
    """Whether it can stand for a recipient: a DID, a web address or a URN."""
    return bool(_DID.fullmatch(text) or _is_web(text) or _URN.fullmatch(text))


def _is_web(text: str) -> bool:
    return bool(_URL.fullmatch(text)) and text.isprintable()


def _name(cells: list[str], layout: Layout) -> str:
    at = layout.at
    name = cells[at.recipient_name]
    if not name and layout.named:
        parts = (cells[at.first_name], cells[at.middle_name], cells[at.last_name])
        name = " ".join(part for part in parts if part)
        if not name:
            raise _BadError(
                min(at.recipient_name, at.first_name, at.last_name),
                "name",
                "The name is missing; fill it in, or leave the whole column out.",
            )
    return name


def _evidence(cells: list[str], layout: Layout) -> tuple[Evidence, ...]:
    found = []
    for url_at, name_at, text_at in layout.evidence:
        url, name, text = cells[url_at], cells[name_at], cells[text_at]
        if url and not _is_web(url):
            raise _BadError(
                url_at,
                "evidence",
                f'"{shown(url)}" is not a web address beginning with https:// or http://.',
            )
        if url or name or text:
            found.append(Evidence(url or None, name or None, text or None))
    return tuple(found)


def _locale(cells: list[str], place: int) -> str:
    locale = cells[place]
    if locale and not LANGUAGE_TAG.fullmatch(locale):
        raise _BadError(
            place, "locale", f'"{shown(locale)}" is not a language tag; write it like en-GB.'
        )
    return locale.replace("_", "-")


def _when(cells: list[str], place: int, order: str | None) -> str:
    try:
        return read_when(cells[place], order)
    except CheckFailed as error:
        raise _BadError(place, "date", error.detail) from None


def _folded(email: str) -> str:
    return email.casefold() if email.isascii() else unicodedata.normalize("NFC", email.casefold())


def _key(template: str, kind: str, person: str) -> int:
    """Sixteen bytes that stand for one person and achievement."""
    digest = blake2b(f"{kind}\0{template}\0{person}".encode(), digest_size=16).digest()
    return int.from_bytes(digest, "big")
