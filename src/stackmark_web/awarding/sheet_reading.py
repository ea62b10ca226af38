"""From an uploaded file to columns and rows: what it holds, without the database."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stackmark.errors import UsageError
from stackmark.issuing.columns import CANONICAL, Layout, read_layout, suggest_columns
from stackmark.issuing.csv_text import Broken, read_cells
from stackmark.issuing.recipients import RecipientFile, open_file
from stackmark.issuing.rows import shown
from stackmark.issuing.survey import Survey, survey
from stackmark_web.awarding.sheet_workbooks import MAX_ROWS, Table, read_workbook, too_many_rows

MAX_BYTES: Final = 20 * 1024 * 1024
SAMPLES: Final = 3
ENCODINGS: Final = (
    ("", gettext_lazy("As the file says (UTF-8 or UTF-16)")),
    ("cp1252", gettext_lazy("Windows-1252 (older Excel, western Europe)")),
    ("cp1250", gettext_lazy("Windows-1250 (older Excel, central Europe)")),
)
# What a column may be, for the person who matches them: groups of (canonical header, words).
_PERSON: Final = (
    ("recipient_email", gettext_lazy("E-mail address")),
    ("recipient_name", gettext_lazy("Whole name")),
    ("first_name", gettext_lazy("First name")),
    ("middle_name", gettext_lazy("Middle name")),
    ("last_name", gettext_lazy("Last name")),
    ("recipient_id", gettext_lazy("DID or web address of the person")),
    ("identifier", gettext_lazy("E-mail address or DID, either")),
    ("locale", gettext_lazy("Language of the letter")),
)
_AWARD: Final = (
    ("issued_on", gettext_lazy("Issue date")),
    ("expires_on", gettext_lazy("Expiry date")),
    ("external_id", gettext_lazy("Your own number")),
    ("narrative", gettext_lazy("What this person did")),
    ("template_id", gettext_lazy("Which achievement (checked)")),
)
_OTHER: Final = (
    ("group_tag", gettext_lazy("Group")),
    ("country", gettext_lazy("Country")),
    ("region", gettext_lazy("Region")),
    ("custom", gettext_lazy("Keep beside the award")),
    ("", gettext_lazy("Leave out")),
)
_PARTS: Final = (
    ("url", gettext_lazy("web address")),
    ("name", gettext_lazy("name")),
    ("text", gettext_lazy("text")),
)
Options = list[tuple[Any, list[tuple[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file as a person matches it: its header, first values, likely meaning."""

    place: int
    header: str
    samples: list[str]
    meaning: str


def read_upload(data: bytes, *, encoding: str = "") -> Table:
    """Any accepted file as CSV in UTF-8, read to its end once.

    Raises ``UsageError`` naming what is wrong and what to do: ``sheet.…``, ``usage.csv-…``.
    """
    if len(data) > MAX_BYTES:
        raise too_large()
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UsageError(
            "sheet.old-workbook",
            _("This is an old Excel workbook, or one with a password. Save it as XLSX without a "
              "password, or as “CSV UTF-8”."),
        )  # fmt: skip
    table = read_workbook(data) if data.startswith(b"PK\x03\x04") else Table(_utf8(data, encoding))
    _count(table.data)
    return table


def too_large() -> UsageError:
    """More bytes than one upload takes."""
    return UsageError(
        "sheet.too-large",
        _("The file is larger than %(size)s MB; divide it into several.")
        % {"size": MAX_BYTES // 1024 // 1024},
    )


def _utf8(data: bytes, encoding: str) -> bytes:
    _refuse_pictures(data)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif encoding not in dict(ENCODINGS):
        raise UsageError("sheet.encoding", _("Choose one of the encodings on the list."))
    try:
        return data.decode(encoding or "utf-8-sig").encode()
    except UnicodeDecodeError:
        if not encoding:
            raise _other_encoding(data) from None
        raise UsageError(
            "usage.csv-encoding",
            _("The file's encoding is not %(name)s. Save the table as “CSV UTF-8” and try again.")
            % {"name": encoding.upper()},
        ) from None


def _refuse_pictures(data: bytes) -> None:
    """What is no text at all is refused whatever encoding was chosen."""
    try:
        next(read_cells([data]), None)
    except UsageError as error:
        if "not text" in error.detail:
            raise


def _other_encoding(data: bytes) -> UsageError:
    """What the engine says of such a file, and the way on that we have here."""
    try:
        for _row in read_cells([data]):
            pass
    except UsageError as refused:
        more = ""
        if refused.reason == "usage.csv-encoding" and "encoding is not" in refused.detail:
            more = " " + _("Or choose the older encoding below, and look at the names.")
        return UsageError(refused.reason, refused.detail + more)
    return UsageError("usage.csv-encoding", _("Save the table as “CSV UTF-8” and try again."))


def _count(data: bytes) -> None:
    """Read every line, so that a file which cannot be read to its end is refused at once."""
    rows = 0
    header: list[str] | Broken | None = None
    for _line, cells in read_cells([data]):
        if header is None:
            header = cells
            _check_header(cells)
        elif isinstance(cells, Broken) or any(cells):
            rows += 1
        if rows > MAX_ROWS:
            raise too_many_rows()
    if header is None:
        raise UsageError("usage.csv-empty", _("The file is empty."))
    if not rows:
        raise UsageError("usage.csv-empty", _("The file has a header line, but no rows below it."))


def _check_header(cells: list[str] | Broken) -> None:
    if isinstance(cells, Broken):
        raise UsageError(
            "usage.csv-header",
            _("The header line cannot be read. %(why)s") % {"why": cells.detail},
        )
    suggest_columns(cells)


def columns_of(data: bytes, *, mapping: Mapping[str, str] | None = None) -> list[Column]:
    """The columns with their first values, and what each stands for (chosen, else likely)."""
    rows = _head(data)
    header = rows[0]
    meanings = suggest_columns(header)
    return [
        Column(
            place,
            shown(name.strip()),
            [
                shown(row[place].strip())
                for row in rows[1:]
                if "".join(row[place : place + 1]).strip()
            ],
            (mapping or {}).get(str(place), _offered(meanings[place])),
        )
        for place, name in enumerate(header)
    ]


def _samples(rows: list[list[str]], place: int) -> list[str]:
    cells = [row[place].strip() for row in rows if place < len(row)]
    return [shown(cell) for cell in cells if cell]


def _offered(meaning: str) -> str:
    return "custom" if meaning.startswith("custom.") else meaning


def _head(data: bytes) -> list[list[str]]:
    """The header and the first rows in which anything stands."""
    found: list[list[str]] = []
    for _line, cells in read_cells([data]):
        if isinstance(cells, list) and any(cells):
            found.append(cells)
        if len(found) > SAMPLES:
            break
    return found


def options_for(columns: Iterable[Column]) -> Options:
    """The choices for a column, in groups; as many pieces of evidence as the file may have."""
    groups = ["evidence", "evidence_2", "evidence_3", "text_evidence", "id_evidence"]
    for column in columns:
        group = column.meaning.rpartition("_")[0]
        if "evidence" in group and group not in groups:
            groups.append(group)
    evidence = [
        (f"{group}_{part}", f"{_evidence_name(group)}: {words}")
        for group in groups
        for part, words in _PARTS
    ]
    return [
        (_("The person"), list(_PERSON)),
        (_("The award"), list(_AWARD)),
        (_("Evidence"), evidence),
        (_("Others"), list(_OTHER)),
    ]


def _evidence_name(group: str) -> str:
    number = group.rpartition("_")[2]
    if number.isdigit():
        return _("Evidence %(number)s") % {"number": number}
    kinds = {"text_evidence": _("Written evidence"), "id_evidence": _("Identity evidence")}
    return kinds.get(group, _("Evidence"))


def places_of(mapping: Mapping[str, str]) -> dict[int, str]:
    """A mapping as it is stored, as the engine wants it."""
    return {int(place): meaning for place, meaning in mapping.items()}


def layout_of(data: bytes, mapping: Mapping[str, str]) -> Layout:
    """The header under this mapping; raises ``UsageError`` ``usage.csv-header``."""
    return read_layout(_head(data)[0], places=places_of(mapping))


def survey_of(data: bytes, mapping: Mapping[str, str]) -> Survey:
    """What the whole file says about itself under this mapping."""
    return survey(open_file([data], places=places_of(mapping)))


def open_rows(
    data: bytes,
    mapping: Mapping[str, str],
    *,
    date_order: str,
    template: str,
    issued_on: str,
) -> RecipientFile:
    """The rows, ready to be judged. ``template`` is the one meant, or ``*`` for any."""
    return open_file(
        [data],
        places=places_of(mapping),
        date_order=date_order or None,
        known_templates=None if template in ("", "*") else {template},
        default_issued_on=issued_on,
    )


def raw_rows(data: bytes) -> Iterator[list[str]]:
    """The cells as they stand, header first, in the order in which rows are numbered.

    Nothing in the place of a row that cannot be split.
    """
    for _line, cells in read_cells([data]):
        if isinstance(cells, Broken):
            yield []
        elif any(cells):
            yield cells


def template_headers() -> list[str]:
    """The headers of a file to fill in; the achievement is chosen on the page."""
    return [name for name in CANONICAL if name != "template_id"]
