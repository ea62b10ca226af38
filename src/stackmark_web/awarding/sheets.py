"""Reads about sheets: found by address, what is open about them, what a run would do."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from stackmark_web.awarding.models import Sheet, SheetRow
from stackmark_web.awarding.sheet_choices import AGAIN, ALL, CORRECT, LEAVE, Choices
from stackmark_web.ui.slices import Slices

Outcome = SheetRow.Outcome
Result = SheetRow.Result


def sheet_of(organisation: Any, pk: object) -> Sheet:
    """A sheet of this organisation or its units, without its data; ``Http404`` for any other."""
    rows = Sheet.objects.within(organisation).defer("data")
    found: Sheet | None = (
        rows.select_related("version__achievement", "organisation", "run", "uploaded_by")
        .filter(pk=pk)
        .exclude(state=Sheet.State.DROPPED)
        .first()
    )
    if found is None:
        raise Http404("There is nothing here.")
    return found


def sheets(organisation: Any) -> QuerySet[Sheet]:
    """The sheets of an organisation, newest first, those thrown away left out."""
    rows = Sheet.objects.within(organisation).exclude(state=Sheet.State.DROPPED).defer("data")
    return rows.select_related("version", "run", "uploaded_by").order_by("-uploaded_at")


@dataclass(frozen=True, slots=True)
class Question:
    """Something with one answer for the whole file: its field, and the answers with counts."""

    field: str
    unclear: int = 0
    example: str = ""
    days: tuple[tuple[str, str], ...] = ()
    templates: tuple[tuple[str, int], ...] = ()
    hint: str = ""


def questions(sheet: Sheet) -> list[Question]:
    """What must be asked about this file, answered or not."""
    asked = sheet.counts.get("survey", {})
    found = []
    if asked.get("unclear"):
        found.append(
            Question(
                "date_order",
                unclear=asked["unclear"],
                example=asked["example"],
                days=tuple(sorted(asked["days"].items())),
                hint=asked["hint"],
            )
        )
    templates = asked.get("templates", {})
    if len(templates) > 1:
        found.append(Question("template", templates=tuple(templates.items())))
    return found


def unanswered(sheet: Sheet) -> bool:
    """Whether a question is still open."""
    answers = sheet.choices.get("answers", {})
    return any(not answers.get(question.field) for question in questions(sheet))


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do with a sheet as it stands, in numbers of rows.

    ``issue`` get a new credential, ``correct`` a replacement of the one they have; ``skipped``
    hold it already and are left out, ``refused`` have an error. ``blocked`` says why nothing can
    be started: ``errors``, ``nothing``, or empty.
    """

    rows: int
    issue: int
    correct: int
    skipped: int
    refused: int
    blocked: str

    @property
    def credentials(self) -> int:
        """How many will be signed."""
        return self.issue + self.correct


def plan(sheet: Sheet) -> Plan:
    """The numbers of a checked sheet under its choices."""
    counts, choices = sheet.counts, Choices.of(sheet)
    errors, held = counts.get("error", 0), counts.get("held", 0)
    good = counts.get("valid", 0) + counts.get("warning", 0)
    issue = good if choices.known == AGAIN else good - held
    correct = held if choices.known == CORRECT else 0
    blocked = "errors" if errors and choices.scope == ALL else ""
    if not issue + correct:
        blocked = "nothing"
    return Plan(
        rows=counts.get("rows", 0),
        issue=issue,
        correct=correct,
        skipped=held if choices.known == LEAVE else 0,
        refused=errors,
        blocked=blocked,
    )


def agreement(sheet: Sheet) -> str:
    """Stands for everything a person agrees to: another text when anything changed since."""
    kept = [sheet.choices, sheet.counts, sheet.mapping, sheet.sha256, str(sheet.version_id)]
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:20]


def same_file(sheet: Sheet) -> Sheet | None:
    """The latest other sheet of the same contents and achievement that was confirmed."""
    rows = Sheet.everywhere.filter(
        organisation__path__startswith=sheet.organisation.path.split("/")[0],
        sha256=sheet.sha256,
        version__achievement_id=sheet.version.achievement_id,
        state=Sheet.State.CONFIRMED,
    ).exclude(pk=sheet.pk)
    return rows.defer("data").select_related("run").order_by("-uploaded_at").first()


def shown_rows(sheet: Sheet, *, outcome: str = "", words: str = "") -> QuerySet[SheetRow]:
    """The checked rows, of one outcome (or ``held``), by address or name."""
    rows = SheetRow.objects.filter(sheet=sheet).order_by("number")
    if outcome == "held":
        rows = rows.filter(held=True)
    elif outcome in Outcome.values:
        rows = rows.filter(outcome=outcome)
    for word in words.split()[:5]:
        rows = rows.filter(Q(email__icontains=word) | Q(name__icontains=word))
    return rows


def reasons(sheet: Sheet, outcome: str) -> list[tuple[str, int]]:
    """How often each reason stands on rows of an outcome, most frequent first."""
    found: Counter[str] = Counter()
    rows = SheetRow.objects.filter(sheet=sheet, outcome=outcome)
    for findings in rows.values_list("findings", flat=True).iterator(2_000):
        found.update({one["reason"] for one in findings})
    return found.most_common()


def domains(sheet: Sheet, choices: Choices) -> dict[str, Any]:
    """Where letters of a run go: the ``most`` frequent mail domains, and how many ``others``."""
    found = sheet.counts.get("domains", {}).get("new" if choices.known == LEAVE else "all")
    return found or {"most": [], "others": 0}  # a file checked before domains were counted


def results(sheet: Sheet) -> dict[str, int]:
    """What became of the rows so far, by result; ``""`` for those still to come."""
    rows = SheetRow.objects.filter(sheet=sheet).order_by()
    found = dict(rows.values_list("result").annotate(Count("pk")))
    return {key: found.get(key, 0) for key in ("", *Result.values)}


def reported_rows(sheet: Sheet) -> QuerySet[SheetRow]:
    """The rows with their awards, in the order of the file."""
    rows = SheetRow.objects.filter(sheet=sheet).order_by("number")
    return rows.select_related("award").defer("award__signed")


def report(sheet: Sheet, found: Mapping[str, int], *, result: str = "") -> Slices:
    """The same for a paginator, of one result; ``found``: what ``results`` says of the sheet."""
    rows = SheetRow.objects.filter(sheet=sheet).order_by("number")
    if result not in Result.values:
        return Slices(rows, reported_rows(sheet), sum(found.values()))
    return Slices(rows.filter(result=result), reported_rows(sheet), found[result])
