"""Moodle quiz reports: "Grades" (points of each question) and "Responses" (what was answered).

The headers end in maxima ("Grade/10.00", "Q. 1 /1.00"), which holds in every language Moodle
speaks; the other columns are known by their English names and a few translations. See Moodle's
documentation, "Quiz reports".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from stackmark_web.assessing.imports.found import Read, Result, Sheet, number_of, short

_TOP: Final = r"/\s*(\d+(?:[.,]\d+)?)\s*\Z"
_QUESTION: Final = re.compile(r"\A\D{1,12}?\s*(\d{1,3})\s*" + _TOP)
_GRADE: Final = re.compile(r"\A[^\d/]{2,30}" + _TOP)
_RESPONSE: Final = re.compile(
    r"\A(?:response|antwort|réponse|respuesta|risposta|antwoord|resposta)\s*(\d{1,3})\Z",
    re.IGNORECASE,
)
_RIGHT: Final = re.compile(
    r"\A(?:right answer|richtige antwort|bonne réponse|respuesta correcta|risposta corretta"
    r"|juiste antwoord|resposta correta)\s*(\d{1,3})\Z",
    re.IGNORECASE,
)
_EMAIL: Final = (
    *("email address", "e-mail address", "email", "e-mail-adresse", "adresse de courriel"),
    *("dirección de correo", "dirección email", "indirizzo email", "e-mailadres"),
    *("endereço de email", "endereço de e-mail"),
)
_NUMBER: Final = ("id number", "username", "id-nummer", "anmeldename", "numéro d'identification")
_LAST: Final = ("last name", "surname", "nachname", "nom de famille", "nom", "apellido(s)")
_FIRST: Final = ("first name", "vorname", "prénom", "nombre")
_DONE: Final = ("completed", "beendet", "terminé", "finalizado", "completato", "voltooid")
_BEGUN: Final = ("started on", "started", "begonnen am", "commencé le", "comenzado el")
_STATE: Final = ("state", "status", "état", "estado", "stato")
_OPEN: Final = frozenset(("in progress", "never submitted", "overdue", "not started"))


def fits(header: Sequence[str]) -> bool:
    """Whether this is the header of one of the two reports."""
    titles = [" ".join(one.split()) for one in header]
    graded = any(_GRADE.match(one) and not _QUESTION.match(one) for one in titles)
    asked = any(_QUESTION.match(one) or _RESPONSE.match(one) for one in titles)
    return graded and asked


def read(sheet: Sheet) -> Read:
    """Every finished attempt that has a grade."""
    columns = _Columns(sheet)
    found = [one for line, cells in sheet.rows if (one := _row(sheet, columns, line, cells))]
    notes = []
    if columns.responses and not columns.questions:
        notes.append(_right_words() if columns.rights else _no_points_words())
    return sheet.read(found, columns.maxima, notes)


def _right_words() -> str:
    return _(
        "The responses report has no points by question. An answer equal to the right answer "
        "counts as 1, any other as 0; use the grades report where answers earn part marks."
    )


def _no_points_words() -> str:
    return _(
        "The responses report has neither points by question nor right answers, so there will be "
        "no item statistics. Export it again with “Right answer” ticked, or take the grades report."
    )


class _Columns:
    """Where everything stands."""

    def __init__(self, sheet: Sheet) -> None:
        self.email = sheet.place(*_EMAIL)
        self.number = sheet.place(*_NUMBER)
        self.last, self.first = sheet.place(*_LAST), sheet.place(*_FIRST)
        self.done, self.begun = sheet.place(*_DONE), sheet.place(*_BEGUN)
        self.state = sheet.place(*_STATE)
        self.questions: dict[str, int] = {}
        self.responses: dict[str, int] = {}
        self.rights: dict[str, int] = {}
        self.maxima: dict[str, float] = {}
        self.grade: int | None = None
        self.most: float | None = None
        for place, title in enumerate(sheet.header):
            self._take(place, title)
        if not self.questions:
            self.maxima = dict.fromkeys(self.rights, 1.0)

    def _take(self, place: int, title: str) -> None:
        if found := _QUESTION.match(title):
            name = f"Q{found[1]}"
            self.questions[name] = place
            self.maxima[name] = number_of(found[2]) or 0.0
        elif found := _RESPONSE.match(title):
            self.responses[f"Q{found[1]}"] = place
        elif found := _RIGHT.match(title):
            self.rights[f"Q{found[1]}"] = place
        elif self.grade is None and (found := _GRADE.match(title)):
            self.grade, self.most = place, number_of(found[1])


def _row(sheet: Sheet, at: _Columns, line: int, cells: Sequence[str]) -> Result | None:
    who = sheet.cell(cells, at.email) or sheet.cell(cells, at.number)
    name = f"{sheet.cell(cells, at.first)} {sheet.cell(cells, at.last)}".strip()
    if not who:
        if sheet.cell(cells, at.done) or sheet.cell(cells, at.begun):
            detail = _("There is neither an e-mail address nor an ID number in this row.")
            sheet.note(line, at.email, "person", detail)
        return None  # a line of averages
    state = sheet.cell(cells, at.state).casefold()
    grade = sheet.cell(cells, at.grade)
    if state in _OPEN or number_of(grade) is None:
        _left_out(sheet, at, line, grade, state)
        return None
    return Result(
        line=line,
        who=who,
        name=name,
        day=sheet.day(line, cells, at.done if sheet.cell(cells, at.done) else at.begun),
        points=sheet.number(line, cells, at.grade),
        maximum=at.most,
        items=_items(sheet, at, cells),
        choices={name: short(sheet.cell(cells, place)) for name, place in at.responses.items()},
    )


def _left_out(sheet: Sheet, at: _Columns, line: int, grade: str, state: str) -> None:
    """Not finished or not graded: no attempt yet, and no fault."""
    if state in _OPEN or grade in ("", "-"):
        detail = _("This attempt is not finished; it is left out.")
        sheet.note(line, at.state, "open", detail, is_error=False)
    else:
        detail = _("“%(cell)s”: this attempt is not graded yet; it is left out.")
        sheet.note(line, at.grade, "ungraded", detail % {"cell": grade[:40]}, is_error=False)


def _items(sheet: Sheet, at: _Columns, cells: Sequence[str]) -> dict[str, float | None]:
    if at.questions:
        return {name: number_of(sheet.cell(cells, place)) for name, place in at.questions.items()}
    found: dict[str, float | None] = {}
    for name, place in at.rights.items():
        answer, right = sheet.cell(cells, at.responses.get(name)), sheet.cell(cells, place)
        found[name] = None if not right else float(answer != "-" and answer == right)
    return found
