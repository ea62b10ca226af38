"""Which column of a bulk file holds what: our headers and those of other platforms."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from stackmark import limits
from stackmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CANONICAL: Final = (
    "template_id",
    "recipient_email",
    "recipient_name",
    "recipient_id",
    "issued_on",
    "expires_on",
    "external_id",
    "narrative",
    "evidence_url",
    "evidence_name",
    "evidence_text",
    "country",
    "region",
    "locale",
    "group_tag",
)

# Other spellings, lower case, every run of other signs as one "_". Taken from the bulk files of
# Credly, Parchment, Accredible, Certifier and Open Badge Factory, and from plain habit.
_ALIASES: Final = {
    "template_id": "badge_template_id badge_class_id badgeclass_id group_id groupid achievement"
    " achievement_id",
    "recipient_email": "email e_mail email_address e_mail_address emailaddress recipientemail"
    " recipient_email_address recipient_e_mail issued_to_email",
    "identifier": "recipient_identifier",
    "recipient_id": "recipient_did did recipient_url recipientid",
    "recipient_name": "name full_name fullname recipientname recipient_full_name",
    "first_name": "firstname given_name givenname recipient_first_name issued_to_first_name",
    "middle_name": "middlename recipient_middle_name issued_to_middle_name",
    "last_name": "lastname family_name familyname surname recipient_last_name issued_to_last_name",
    "issued_on": "issued_at issue_date issuedate issued issued_date date_issued awarded_on"
    " award_date awarded_date",
    "expires_on": "expiration_date expirationdate expiry_date expirydate expires_at expires expiry"
    " valid_until",
    "external_id": "issuer_earner_id credential_id",
    "narrative": "criteria_addendum",
    "country": "",
    "region": "state province state_or_province",
    "locale": "language email_language",
    "group_tag": "",
}
_CANONICAL_OF: Final = {
    name: canonical
    for canonical, others in _ALIASES.items()
    for name in (canonical, *others.split())
}
# evidence_url, evidence, text_evidence_name, id_evidence_description, evidence_2_url, …
_EVIDENCE: Final = re.compile(
    r"((?:text_|id_|url_)?evidence(?:_\d{1,2})?)(?:_(url|name|title|text|description|narrative))?"
)
_EVIDENCE_PARTS: Final = {
    "url": 0, "name": 1, "title": 1, "text": 2, "description": 2, "narrative": 2,
}  # fmt: skip
_PARTS: Final = ("url", "name", "text")
_CUSTOM: Final = "custom."
OURS: Final = "stackmark."  # columns of our own error reports, which may come back mended


@dataclass(frozen=True, slots=True)
class Places:
    """Where each known column stands; ``Layout.width`` for one that the file lacks."""

    template_id: int
    recipient_email: int
    identifier: int
    recipient_id: int
    recipient_name: int
    first_name: int
    middle_name: int
    last_name: int
    issued_on: int
    expires_on: int
    external_id: int
    narrative: int
    country: int
    region: int
    locale: int
    group_tag: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The header line, understood.

    ``evidence`` holds the places of URL, name and text of each piece of evidence, ``custom``
    the name and place of each column that stays as it is, ``one_line`` the places where a line
    break is a mistake, ``used`` all places that are read. ``guarded``: the file is an error
    report of ours, its cells neutralised. ``warnings`` are sentences for the person who made
    the file.
    """

    headers: tuple[str, ...]
    width: int
    at: Places
    evidence: tuple[tuple[int, int, int], ...]
    custom: tuple[tuple[str, int], ...]
    one_line: frozenset[int]
    used: tuple[int, ...]
    named: bool
    guarded: bool
    warnings: tuple[str, ...]

    def who(self, cells: Sequence[str]) -> tuple[str, str]:
        """Address (or id) and name as they stand in a row, right or wrong: to show it by."""

        def cell(*places: int) -> str:
            found = (cells[place].strip() for place in places if place < len(cells))
            return " ".join(filter(None, found))

        at = self.at
        address = cell(at.recipient_email) or cell(at.identifier) or cell(at.recipient_id)
        name = cell(at.recipient_name) or cell(at.first_name, at.middle_name, at.last_name)
        return address, name


def read_layout(
    header: Sequence[str],
    *,
    columns: Mapping[str, str] | None = None,
    places: Mapping[int, str] | None = None,
) -> Layout:
    """What the header line says.

    ``columns`` maps a header of the file to the canonical one it stands for, or to ``""`` to
    leave it out; ``places`` does the same by the place of the column, from 0, and goes before.
    ``custom`` keeps a column under its own name. Raises ``UsageError`` with
    ``usage.csv-header``, naming the column.
    """
    headers = _tidied(header)
    meanings = _meanings(headers, columns or {}, places or {})
    _check_once(headers, meanings)
    known = {name: place for place, name in enumerate(meanings) if name in _ALIASES}
    if not known.keys() & {"recipient_email", "identifier", "recipient_id"}:
        raise _bad(
            "has no column for the recipient: one must be called recipient_email or recipient_id "
            f"(found: {', '.join(headers)[:200]})"
        )
    width = len(headers)
    custom = tuple(
        (name.removeprefix(_CUSTOM), place)
        for place, name in enumerate(meanings)
        if name.startswith(_CUSTOM)
    )
    at = Places(**{field.name: known.get(field.name, width) for field in fields(Places)})
    return Layout(
        headers=headers,
        width=width,
        at=at,
        evidence=_evidence(meanings, width),
        custom=custom,
        one_line=frozenset(known.values()) - {at.narrative},
        used=tuple(place for place, name in enumerate(meanings) if name),
        named=bool(known.keys() & {"recipient_name", "first_name", "last_name"}),
        guarded=any(name.lower().startswith(OURS) for name in headers),
        warnings=tuple(_warnings(headers, meanings, places or {})),
    )


def suggest_columns(header: Sequence[str]) -> list[str]:
    """The canonical header each column most likely stands for.

    ``custom.…`` for one that is not known, ``""`` for one without a header. Raises
    ``UsageError`` ``usage.csv-header`` when there are too many.
    """
    return [_written(meaning) for meaning in _meanings(_tidied(header), {}, {})]


def pick_separator(line: str) -> str:
    """The separator of a header line: comma, semicolon or tab, whichever it uses most."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max(",;\t", key=bare.count)


def _tidy(cell: str) -> str:
    return " ".join(cell.split())


def _tidied(header: Sequence[str]) -> tuple[str, ...]:
    if len(header) > limits.MAX_CSV_COLUMNS:
        raise _bad(f"has {len(header):,} columns; at most {limits.MAX_CSV_COLUMNS} are read")
    return tuple(_tidy(cell) for cell in header)


def _meanings(
    headers: tuple[str, ...], columns: Mapping[str, str], places: Mapping[int, str]
) -> list[str]:
    return [
        _chosen(header, places[place]) if place in places else _meaning(header, columns)
        for place, header in enumerate(headers)
    ]


def _chosen(header: str, canonical: str) -> str:
    if canonical == _CUSTOM.rstrip("."):
        canonical = _CUSTOM + (header.removeprefix(_CUSTOM) or "unnamed")
    return _meaning(canonical, {})


def _written(meaning: str) -> str:
    """A meaning as a header."""
    if not meaning.startswith("evidence/"):
        return meaning
    _, group, part = meaning.split("/")
    return f"{group}_{_PARTS[int(part)]}"


def _meaning(header: str, columns: Mapping[str, str]) -> str:
    """The canonical name, ``evidence/group/part``, ``custom.…``, or nothing for no column."""
    if header in columns:
        header = columns[header]
    if not header or header.lower().startswith(OURS):
        return ""
    if header.lower().startswith(_CUSTOM):
        return _CUSTOM + header[len(_CUSTOM) :]
    key = re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")
    if key in _CANONICAL_OF:
        return _CANONICAL_OF[key]
    found = _EVIDENCE.fullmatch(key)
    if found:
        group = found[1]
        usual = (
            "text" if group.startswith("text_") else "name" if group.startswith("id_") else "url"
        )
        return f"evidence/{group}/{_EVIDENCE_PARTS[found[2] or usual]}"
    return _CUSTOM + header


def _check_once(headers: tuple[str, ...], meanings: list[str]) -> None:
    if "identifier" in meanings and "recipient_email" in meanings:
        meanings = ["recipient_email" if name == "identifier" else name for name in meanings]
    first: dict[str, int] = {}
    for place, meaning in enumerate(meanings):
        earlier = first.setdefault(meaning.casefold(), place)
        if meaning and earlier != place:
            raise _bad(
                f'has the same column twice: "{headers[earlier][:80]}" (column {earlier + 1}) and '
                f'"{headers[place][:80]}" (column {place + 1}); keep one of them'
            )


def _evidence(meanings: list[str], width: int) -> tuple[tuple[int, int, int], ...]:
    groups: dict[str, list[int]] = {}
    for place, meaning in enumerate(meanings):
        if meaning.startswith("evidence/"):
            _, group, part = meaning.split("/")
            groups.setdefault(group, [width] * 3)[int(part)] = place
    return tuple((url, name, text) for url, name, text in groups.values())


def _warnings(
    headers: tuple[str, ...], meanings: list[str], chosen: Mapping[int, str]
) -> list[str]:
    """About what nobody chose and we do not know."""
    found = []
    for place, (header, meaning) in enumerate(zip(headers, meanings, strict=True)):
        if place in chosen:
            continue
        if not header:
            found.append(f"Column {place + 1} has no header and is left out.")
        elif meaning.startswith(_CUSTOM) and not header.lower().startswith(_CUSTOM):
            found.append(
                f'The column "{header[:80]}" is not one we know; it is kept as {meaning[:80]}.'
            )
    return found


def _bad(what: str) -> UsageError:
    return UsageError("usage.csv-header", f"The header line {what}.")
