"""What happens to a sheet: uploaded, matched, answered, decided, confirmed, thrown away."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.awarding import sheet_checking, sheets
from stackmark_web.awarding import sheet_reading as reading
from stackmark_web.awarding.models import Sheet
from stackmark_web.awarding.sheet_choices import Choices
from stackmark_web.awarding.signing import pen_of
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.catalogue.queries import check_awardable
from stackmark_web.jobs.actions import start
from stackmark_web.jobs.models import Run
from stackmark_web.tenancy.guarding import second_person
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

KIND: Final = "award-sheet"
CHUNK: Final = 250  # rows: a few seconds of work, well within a lease
LARGE: Final = 1_000  # the same for long files
LONG: Final = 20_000  # rows
_PERSON: Final = {"recipient_email", "identifier", "recipient_id"}
_OPEN: Final = (Sheet.State.MAPPING, Sheet.State.READY)


def upload_sheet(
    version: AchievementVersion,
    *,
    actor: Any,
    organisation: Organisation,
    filename: str,
    data: bytes,
    encoding: str = "",
) -> Sheet:
    """Keep an uploaded file as CSV, with a likely meaning for each column.

    Raises ``UsageError`` with a sentence for a file that cannot be read to its end.
    """
    require(actor, Permission.AWARD, organisation)
    check_awardable(version)
    table = reading.read_upload(data, encoding=encoding)
    sheet = Sheet(
        organisation=organisation,
        version=version,
        uploaded_by=actor,
        uploaded_at=clock.now(),
        filename=_tidy(filename),
        sha256=hashlib.sha256(table.data).hexdigest(),
        data=table.data,
        mapping={str(one.place): one.meaning for one in reading.columns_of(table.data)},
        choices={
            "file": {
                "worksheet": table.worksheet,
                "others": table.others,
                "shifts": table.shifts,
            }
        },
    )
    with transaction.atomic():
        sheet.save(force_insert=True)
        _record("sheet.uploaded", sheet, actor, {"sha256": sheet.sha256})
    return sheet


def _tidy(filename: str) -> str:
    """A file name safe to show and to store; only its last part."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    clean = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    return clean.strip()[:200] or "sheet"


def match_columns(sheet: Sheet, *, actor: Any, mapping: Mapping[str, str]) -> None:
    """Say what each column is; the rows are checked when no question is open.

    Raises ``UsageError`` ``usage.csv-header`` when the columns make no sense together.
    """
    if not _PERSON & set(mapping.values()):
        raise UsageError("usage.csv-header", _("Say which column holds the e-mail address."))
    with _changing(sheet, actor):
        reading.layout_of(bytes(sheet.data), mapping)
        sheet.mapping = dict(mapping)
        sheet.counts = {"survey": sheet_checking.survey(sheet)}
        _keep_answers(sheet)
    _check(sheet)


def _keep_answers(sheet: Sheet) -> None:
    """Answers to questions that are no longer asked are forgotten."""
    asked = {question.field for question in sheets.questions(sheet)}
    answers = sheet.choices.get("answers", {})
    kept = {field: answer for field, answer in answers.items() if field in asked}
    sheet.choices = {**sheet.choices, "answers": kept}


def answer(sheet: Sheet, *, actor: Any, answers: Mapping[str, str]) -> None:
    """What was asked about the file as a whole; then the rows are checked."""
    with _changing(sheet, actor):
        asked = sheets.questions(sheet)
        for question in asked:
            allowed = {name for name, _said in (*question.days, *question.templates)} | {"*"}
            if answers.get(question.field) not in allowed:
                raise UsageError("sheet.answer", _("Choose one of the answers."))
        kept = {question.field: answers[question.field] for question in asked}
        sheet.choices = {**sheet.choices, "answers": kept}
    _check(sheet)


def choose(sheet: Sheet, *, actor: Any, choices: Choices) -> None:
    """How it is to be awarded; other dates mean that the rows are checked again."""
    require(actor, Permission.AWARD, sheet.organisation)
    if sheet.state != Sheet.State.READY:
        raise UsageError("sheet.state", _("Match the columns first."))
    if choices.dates == Choices.of(sheet).dates:
        kept = {**sheet.choices, "award": choices.to_json()}
        same = Sheet.everywhere.filter(
            pk=sheet.pk, round=sheet.round, state=Sheet.State.READY
        ).update(choices=kept)
        if not same:
            raise sheet_checking.busy()
        sheet.choices = kept
        return
    with _changing(sheet, actor):
        sheet.choices = {**sheet.choices, "award": choices.to_json()}
    _check(sheet)


@contextmanager
def _changing(sheet: Sheet, actor: Any) -> Iterator[None]:
    """An open sheet read anew, changed and saved; its rows must be checked after that."""
    require(actor, Permission.AWARD, sheet.organisation)
    with transaction.atomic():
        # Holds the row until the end, so that two windows come one after the other.
        held = Sheet.everywhere.filter(pk=sheet.pk, state__in=_OPEN).update(round=F("round") + 1)
        if not held:
            raise UsageError("sheet.state", _("This file was confirmed already."))
        sheet.refresh_from_db(fields=["data", "mapping", "choices", "counts", "state", "round"])
        yield
        sheet.state = Sheet.State.MAPPING
        sheet.save(update_fields=["mapping", "choices", "counts", "state"])
        sheet.rows.all().delete()


def _check(sheet: Sheet) -> None:
    """Judge and keep the rows, unless something must be asked first."""
    if sheets.unanswered(sheet):
        return
    kept = {"survey": sheet.counts.get("survey", {})}
    sheet.counts = kept | sheet_checking.store_rows(sheet)
    sheet.state = Sheet.State.READY
    mine = Sheet.everywhere.filter(pk=sheet.pk, round=sheet.round, state=Sheet.State.MAPPING)
    if not mine.update(counts=sheet.counts, state=sheet.state):
        raise sheet_checking.busy()


@second_person("sheet.confirm")
def confirm(sheet: Sheet, *, actor: Any, agreed: str, same_again: bool = False) -> Run:
    """Start the run that awards the sheet. Asked twice, it is the same run.

    ``agreed`` is the ``sheets.agreement`` that was on the page; ``same_again`` says that a file
    issued before is meant to be issued once more. Raises ``UsageError``.
    """
    require(actor, Permission.AWARD, sheet.organisation)
    check_awardable(sheet.version)
    pen_of(sheet.organisation)  # no key: say so now, not row by row
    with transaction.atomic():
        taken = Sheet.everywhere.filter(pk=sheet.pk, state=Sheet.State.READY).update(
            state=Sheet.State.CONFIRMED
        )
        sheet.refresh_from_db(fields=["state", "mapping", "choices", "counts", "run"])
        if not taken:
            return _started(sheet)
        _check_agreed(sheet, agreed, same_again=same_again)
        run = _start(sheet, actor)
        Sheet.everywhere.filter(pk=sheet.pk).update(run=run)
        sheet.run = run
        numbers = sheets.plan(sheet)
        _record(
            "sheet.confirmed",
            sheet,
            actor,
            {"issue": numbers.issue, "correct": numbers.correct, "rows": numbers.rows},
        )
    return run


def _started(sheet: Sheet) -> Run:
    if sheet.run is None:
        raise UsageError("sheet.state", _("Match the columns and check the rows first."))
    run: Run = sheet.run
    return run


def _check_agreed(sheet: Sheet, agreed: str, *, same_again: bool) -> None:
    """What is confirmed is what was shown."""
    if agreed != sheets.agreement(sheet):
        raise UsageError(
            "sheet.changed",
            _("Something changed since this page was opened. Look at the numbers again."),
        )
    blocked = sheets.plan(sheet).blocked
    if blocked == "errors":
        raise UsageError(
            "sheet.errors",
            _("Some rows have errors. Mend the file, or choose to issue the good rows only."),
        )
    if blocked:
        raise UsageError("sheet.nothing", _("No row is left to be issued."))
    if not same_again and sheets.same_file(sheet) is not None:
        raise UsageError(
            "sheet.same-file",
            _("This very file was issued before. Tick the box if you mean to issue it again."),
        )


def _start(sheet: Sheet, actor: Any) -> Run:
    report = reverse("awarding:sheet_report", args=[sheet.organisation.slug, sheet.pk])
    return start(
        KIND,
        organisation=sheet.organisation,
        actor=actor,
        title=_("%(title)s: %(file)s")
        % {"title": sheet.version.title[:100], "file": sheet.filename[:90]},
        total=sheet.counts["rows"],
        chunk_size=CHUNK if sheet.counts["rows"] < LONG else LARGE,
        params={"sheet": str(sheet.pk), "report": report},
    )


@transaction.atomic
def drop(sheet: Sheet, *, actor: Any) -> None:
    """Throw an upload away with everything that was in it; nothing was issued from it."""
    require(actor, Permission.AWARD, sheet.organisation)
    gone = Sheet.everywhere.filter(pk=sheet.pk, state__in=_OPEN).update(
        state=Sheet.State.DROPPED, data=b"", mapping={}, choices={}, counts={}
    )
    if not gone:
        raise UsageError("sheet.state", _("This file was confirmed already."))
    sheet.rows.all().delete()
    _record("sheet.dropped", sheet, actor, {})


def _record(verb: str, sheet: Sheet, actor: Any, after: dict[str, Any]) -> None:
    """The file's name stays out: people write names of people into it."""
    record(verb, actor=actor, target=sheet, organisation=sheet.organisation, after=after)
