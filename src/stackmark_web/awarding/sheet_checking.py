"""Every row of a sheet judged before anything happens: fine, to be looked at, or not to be issued.

Nothing here issues; the rows with their findings are stored for the pages and for the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError, UsageError
from stackmark.issuing.bulk import fixed_ids, row_fault
from stackmark.issuing.columns import Layout
from stackmark.issuing.doubts import Doubter
from stackmark.issuing.rows import BadRow, Row, shown
from stackmark.verification.dates import stamp
from stackmark_web import clock
from stackmark_web.awarding import sheet_reading as reading
from stackmark_web.awarding import states
from stackmark_web.awarding.actions.creating import clean
from stackmark_web.awarding.checks import Problem
from stackmark_web.awarding.issuing import design_of
from stackmark_web.awarding.models import Award, Sheet, SheetRow
from stackmark_web.awarding.sheet_choices import Choices, Terms, values_of, without_usual
from stackmark_web.awarding.sheet_workbooks import row_of
from stackmark_web.jobs.storing import Maker, insert_each
from stackmark_web.tenancy.queries import root_of

BATCH: Final = 1_000  # rows looked up and stored at a time
SHOWN: Final = 5  # mail domains that are named before a run begins
Outcome = SheetRow.Outcome
_COLUMN: Final = {  # which column a fault of a field stands in
    "recipient_email": ("recipient_email", "identifier"),
    "recipient_name": ("recipient_name", "first_name", "last_name"),
    "recipient_id": ("recipient_id", "identifier"),
    "external_id": ("external_id",),
    "locale": ("locale",),
    "narrative": ("narrative",),
    "valid_until": ("expires_on", "issued_on"),
    "valid_from": ("issued_on",),
}


def survey(sheet: Sheet) -> dict[str, Any]:
    """What must be asked about the file as a whole, as plain JSON."""
    found = reading.survey_of(bytes(sheet.data), sheet.mapping)
    return {
        "rows": found.rows,
        "unclear": found.unclear,
        "example": shown(found.example),
        "days": found.example_days,
        "hint": found.hint,
        "templates": _plain(found.templates, 50),
        "domains": _plain(found.domains, 500),
    }


def _plain(counts: Counter[str], most: int) -> dict[str, int]:
    """The most frequent names that any database can keep."""
    rows = counts.most_common(most)
    return {name: count for name, count in rows if name.isprintable() and len(name) <= 200}


def store_rows(sheet: Sheet) -> dict[str, Any]:
    """Judge all rows and keep them. How many of each outcome, and to which mail domains.

    ``domains`` are those of ``all`` good rows, and of ``new`` ones: of people who do not hold the
    achievement.

    In many short transactions, so that nobody else waits for a long file. Raises ``UsageError``
    ``sheet.busy`` when the sheet is changed in another window meanwhile.
    """
    counts: Counter[str] = Counter(dict.fromkeys(("rows", *Outcome.values, "held"), 0))
    domains: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}  # by who holds it
    judge = Judge(sheet)
    rows = judge.rows()
    while batch := list(islice(rows, BATCH)):
        judge.look_up(batch)
        with transaction.atomic():
            _still_ours(sheet)
            insert_each(batch)
        counts["rows"] += len(batch)
        counts.update(row.outcome for row in batch)
        counts["held"] += sum(row.held for row in batch)
        for row in batch:
            if row.email and row.outcome != Outcome.ERROR:
                domains[row.held][row.email.rpartition("@")[2].lower()] += 1
    new, held = domains[False], domains[True]
    return {**counts, "domains": {"new": _most(new), "all": _most(new + held)}}


def _most(domains: Counter[str]) -> dict[str, Any]:
    """The most frequent ones, and how many others there are."""
    return {"most": domains.most_common(SHOWN), "others": max(0, len(domains) - SHOWN)}


def _still_ours(sheet: Sheet) -> None:
    held = Sheet.everywhere.filter(pk=sheet.pk, round=sheet.round, state=Sheet.State.MAPPING)
    if not held.update(round=sheet.round):
        raise busy()


def busy() -> UsageError:
    """Somebody changed the sheet while it was being checked."""
    return UsageError(
        "sheet.busy", _("This file was changed in another window. Load the page again.")
    )


class Judge:
    """Judges the rows of one sheet as its answers and choices stand now."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._now = clock.now()
        self._terms = Terms(sheet.version, Choices.of(sheet), now=self._now)
        self._start = stamp(self._terms.starts)
        answers = sheet.choices.get("answers", {})
        self._file = reading.open_rows(
            bytes(sheet.data),
            sheet.mapping,
            date_order=answers.get("date_order", ""),
            template=answers.get("template", ""),
            issued_on=self._start,
        )
        self._layout: Layout = self._file.layout
        self._shifts = sheet.choices.get("file", {}).get("shifts", [])
        asked = sheet.counts.get("survey", {})
        self._doubter = Doubter(
            self._layout, now=stamp(self._now), domains=asked.get("domains", {})
        )
        self._fixed = fixed_ids(design_of(sheet.version, sheet.organisation))
        self._rows = Maker(SheetRow(sheet=sheet, outcome=Outcome.VALID))

    def rows(self) -> Iterator[SheetRow]:
        """Every row of the file, judged but for what the database knows."""
        for number, (cells, found) in enumerate(self._file.with_cells()):
            email, name = self._layout.who(cells)
            row = self._rows.make(
                number=number,
                line=row_of(found.line, self._shifts),
                email=shown(email),
                name=shown(name),
                findings=[],
                values={},
            )
            self._judge(row, found)
            yield row

    def _judge(self, row: SheetRow, found: Row | BadRow) -> None:
        if isinstance(found, BadRow):
            self._refuse(row, _in_our_words(found))
            return
        values = values_of(found)
        fault = self._fault(found, values)
        if fault is not None:
            self._refuse(row, fault)
            return
        row.values = without_usual(values, self._start)
        self._doubt(row, self._doubter.doubts(found))

    def _refuse(self, row: SheetRow, fault: BadRow) -> None:
        row.outcome = Outcome.ERROR
        row.findings = [_finding(fault.column, fault.reason, fault.detail)]

    def _doubt(self, row: SheetRow, doubts: Iterable[Any]) -> None:
        row.findings = [_finding(one.column, one.reason, one.detail) for one in doubts]
        if row.findings:
            row.outcome = Outcome.WARNING

    def _fault(self, row: Row, values: dict[str, Any]) -> BadRow | None:
        """What the engine lets pass and an award cannot hold."""
        try:
            fields = clean(self._terms.fields(values))
        except Problem as problem:
            return BadRow(row.line, self._column(problem.field), "field", problem.detail)
        except StackmarkError as error:
            return BadRow(row.line, "", "field", error.detail)
        ends = fields["valid_until"]
        return row_fault(
            row,
            self._fixed,
            valid_from=stamp(fields["valid_from"]),
            valid_until=None if ends is None else stamp(ends),
        )

    def _column(self, field: str) -> str:
        at, headers = self._layout.at, self._layout.headers
        for name in _COLUMN.get(field, ()):
            if getattr(at, name) < len(headers):
                return headers[getattr(at, name)]
        if field == "evidence" and self._layout.evidence:
            place = min(min(places) for places in self._layout.evidence)
            return headers[place] if place < len(headers) else ""
        return ""

    def look_up(self, rows: Sequence[SheetRow]) -> None:
        """Mark who holds the achievement already, and addresses known under another name."""
        good = [row for row in rows if row.outcome != Outcome.ERROR]
        held = holders(self._sheet, good, now=self._now)
        names = known_names(self._sheet, good)
        for row in good:
            award = held.get(row.number)
            if award is not None:
                row.held = True
                self._warn(row, "held", _held_words(award), award=str(award.pk))
            elif _differs(row, names):
                detail = _(
                    "Somebody of another name was awarded under this address. Check that it is "
                    "the same person."
                )
                self._warn(row, "known", detail)

    def _warn(self, row: SheetRow, reason: str, detail: str, **more: str) -> None:
        column = self._column("recipient_email") or self._column("recipient_id")
        row.findings = [*row.findings, _finding(column, reason, detail) | more]
        row.outcome = Outcome.WARNING


def _in_our_words(fault: BadRow) -> BadRow:
    """The engine knows names of achievements, and instants; here are pages and days."""
    if fault.reason == "template":
        return replace(fault, detail=_("It names another achievement than the one you chose."))
    return replace(fault, detail=fault.detail.replace("T00:00:00Z", ""))


def _finding(column: str, reason: str, detail: str) -> dict[str, str]:
    return {"column": shown(column), "reason": reason, "detail": detail}


def _held_words(award: Award) -> str:
    return _("Holds this achievement already, since %(day)s.") % {
        "day": award.valid_from.date().isoformat()
    }


def person_of(values: dict[str, Any]) -> tuple[str, str]:
    """Address and id of a row, as awards keep them."""
    return values.get("recipient_email", "").strip().lower(), values.get("recipient_id", "")


def holders(sheet: Sheet, rows: Sequence[SheetRow], *, now: datetime) -> dict[int, Award]:
    """The live award of this achievement, in any version, that a row's person has, by number."""
    people = {row.number: person_of(row.values) for row in rows}
    live = Award.everywhere.filter(version__achievement_id=sheet.version.achievement_id).exclude(
        state__in=states.ENDED
    )
    live = live.exclude(valid_until__lte=now).exclude(state=Award.State.DRAFT, run__isnull=True)
    emails = {email for email, _id in people.values() if email}
    ids = {one for _email, one in people.values() if one}
    found = live.filter(Q(recipient_email__in=emails) | Q(recipient_id__in=ids)).select_related(
        "version", "organisation"
    )
    by_email: dict[str, Award] = {}
    by_id: dict[str, Award] = {}
    for award in found.defer("signed").order_by("created_at"):
        by_email[award.recipient_email] = by_id[award.recipient_id] = award
    by_email.pop("", None)
    by_id.pop("", None)
    both = {
        number: by_email.get(email) or by_id.get(one) for number, (email, one) in people.items()
    }
    return {number: award for number, award in both.items() if award is not None}


def known_names(sheet: Sheet, rows: Sequence[SheetRow]) -> dict[str, set[str]]:
    """The names under which the institution awarded these addresses, former names left out."""
    emails = {person_of(row.values)[0] for row in rows} - {""}
    found = (
        Award.objects.within(root_of(sheet.organisation))
        .filter(recipient_email__in=emails)
        .exclude(state=Award.State.SUPERSEDED)
        .exclude(recipient_name="")
        .order_by()
    )
    names: dict[str, set[str]] = {}
    for email, name in found.values_list("recipient_email", "recipient_name").distinct():
        names.setdefault(email, set()).add(_folded(name))
    return names


def _differs(row: SheetRow, names: dict[str, set[str]]) -> bool:
    known = names.get(person_of(row.values)[0])
    name = _folded(row.values.get("recipient_name", ""))
    return bool(known and name and name not in known)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
