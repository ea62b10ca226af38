"""From a file to a run, a page a step; and the report of what became of each row."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import StackmarkError, UsageError
from stackmark_web.awarding import sheet_actions as actions
from stackmark_web.awarding import sheet_downloads as downloads
from stackmark_web.awarding import sheet_forms as forms
from stackmark_web.awarding import sheet_reading as reading
from stackmark_web.awarding import sheets
from stackmark_web.awarding.models import Sheet, SheetRow
from stackmark_web.awarding.sheet_choices import Choices, Terms
from stackmark_web.awarding.sheet_uploads import limited_upload
from stackmark_web.awarding.sheet_words import SAID, fix_of, word_of
from stackmark_web.catalogue.queries import card, version_for_award, versions_for_award
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for
from stackmark_web.ui.views_data import Action

_PER_PAGE: Final = 50
_TONES: Final = {
    "valid": "good",
    "warning": "warn",
    "error": "bad",
    "issued": "good",
    "skipped": "neutral",
    "refused": "bad",
    "": "neutral",
}
_GET_POST: Final = ("GET", "HEAD", "POST")
View = Callable[..., HttpResponse]


def _of_sheet(view: View) -> View:
    """The view gets the organisation and the sheet, if the person may award there."""

    @wraps(view)
    def found(request: HttpRequest, slug: str, pk: uuid.UUID, **more: Any) -> HttpResponse:
        organisation = organisation_for(request.user, slug, Permission.AWARD)
        return view(request, organisation, sheets.sheet_of(organisation, pk), **more)

    return login_required(found)


def _show(
    request: HttpRequest, name: str, organisation: Any, status: int = 200, **more: Any
) -> Any:
    context = {"organisation": organisation, "section": "awards", **more}
    return render(request, f"awarding/sheet_{name}.html", context, status=status)


def _to(name: str, organisation: Any, sheet: Sheet) -> Any:
    return redirect(f"awarding:{name}", organisation.slug, sheet.pk)


def _next(organisation: Any, sheet: Sheet) -> Any:
    """The step a sheet is at."""
    if sheet.state == Sheet.State.CONFIRMED:
        return _to("sheet_report", organisation, sheet)
    if sheet.state == Sheet.State.READY:
        return _to("sheet", organisation, sheet)
    if sheet.counts.get("survey") and sheets.unanswered(sheet):
        return _to("sheet_questions", organisation, sheet)
    return _to("sheet_columns", organisation, sheet)


@login_required
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """The files that were uploaded here."""
    organisation = organisation_for(request.user, slug, Permission.AWARD)
    page = Paginator(sheets.sheets(organisation), _PER_PAGE).get_page(request.GET.get("page"))
    new = Action(_("Upload a file"), reverse("awarding:sheet_new", args=[slug]), "primary")
    answer: HttpResponse = _show(request, "list", organisation, page=page, actions=[new])
    return answer


@limited_upload
@login_required
@require_http_methods(_GET_POST)
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose an achievement and a file."""
    organisation = organisation_for(request.user, slug, Permission.AWARD)
    versions = list(versions_for_award(organisation))
    form = forms.UploadForm(
        request.POST or None,
        request.FILES or None,
        versions=versions,
        initial={"version": request.GET.get("version", "")},
    )
    answer: HttpResponse
    if request.method == "POST" and _sized(request, form) and form.is_valid():
        try:
            sheet = actions.upload_sheet(
                version_for_award(organisation, form.cleaned_data["version"]),
                actor=request.user,
                organisation=organisation,
                filename=form.cleaned_data["file"].name,
                data=form.cleaned_data["file"].read(),
                encoding=form.cleaned_data["encoding"],
            )
        except UsageError as error:
            form.add_error("file", error.detail)
        else:
            answer = _to("sheet_columns", organisation, sheet)
            return answer
    status = 422 if form.errors else 200
    answer = _show(request, "new", organisation, status, form=form, versions=versions)
    return answer


def _sized(request: HttpRequest, form: Any) -> bool:
    if request.upload_limit.too_large:  # type: ignore[attr-defined]  # set by limited_upload
        form.full_clean()
        form.errors.pop("file", None)
        form.add_error("file", reading.too_large().detail)
        return False
    return True


@login_required
@require_safe
def template(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """A file with the right headers, to be filled in."""
    organisation_for(request.user, slug, Permission.AWARD)
    if form == "xlsx":
        answer = HttpResponse(downloads.template_xlsx(), content_type=downloads.XLSX)
    else:
        answer = HttpResponse(downloads.template_csv(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="recipients.{form}"'
    return answer


@_of_sheet
@require_http_methods(_GET_POST)
def columns(request: HttpRequest, organisation: Any, sheet: Sheet) -> HttpResponse:
    """What each column is."""
    if sheet.state == Sheet.State.CONFIRMED:
        return _next(organisation, sheet)
    found = reading.columns_of(bytes(sheet.data), mapping=sheet.mapping)
    form = forms.ColumnsForm(request.POST or None, columns=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.match_columns(sheet, actor=request.user, mapping=form.mapping())
        except UsageError as error:
            form.add_error(None, error.detail)
        else:
            return _next(organisation, sheet)
    more = {"form": form, "file": sheet.choices.get("file", {}), "same": sheets.same_file(sheet)}
    answer: HttpResponse = _show(
        request, "columns", organisation, 422 if form.errors else 200, sheet=sheet, **more
    )
    return answer


@_of_sheet
@require_http_methods(_GET_POST)
def questions(request: HttpRequest, organisation: Any, sheet: Sheet) -> HttpResponse:
    """What must be asked once for the whole file."""
    asked = sheets.questions(sheet)
    if sheet.state == Sheet.State.CONFIRMED or not asked:
        return _next(organisation, sheet)
    initial = {one.field: one.hint for one in asked} | sheet.choices.get("answers", {})
    form = forms.QuestionsForm(request.POST or None, questions=asked, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(sheet, actor=request.user, answers=form.cleaned_data)
        except UsageError as error:
            form.add_error(None, error.detail)
        else:
            return _next(organisation, sheet)
    answer: HttpResponse = _show(
        request, "questions", organisation, 422 if form.errors else 200, sheet=sheet, form=form
    )
    return answer


@_of_sheet
@require_safe
def rows(request: HttpRequest, organisation: Any, sheet: Sheet) -> HttpResponse:
    """Every row: fine, to be looked at, or not to be issued. Nothing has happened yet."""
    if sheet.state != Sheet.State.READY:
        return _next(organisation, sheet)
    outcome, words = request.GET.get("show", ""), request.GET.get("q", "").strip()[:100]
    page = Paginator(sheets.shown_rows(sheet, outcome=outcome, words=words), _PER_PAGE).get_page(
        request.GET.get("page")
    )
    for row in page:
        _dress(row, row.outcome)
    counts = sheet.counts
    tabs = [("", _("All"), counts["rows"])]
    tabs += [(name, label, counts[name]) for name, label in SheetRow.Outcome.choices]
    tabs += [("held", _("Hold it already"), counts["held"])] if counts["held"] else []
    context = {
        "sheet": sheet,
        "page": page,
        "tabs": tabs,
        "shown": outcome,
        "words": words,
        "query": _query(request),
        "reasons": [(word_of(one), number) for one, number in _reasons(sheet, outcome)],
        "asked": bool(sheets.questions(sheet)),
    }
    answer: HttpResponse = _show(request, "rows", organisation, **context)
    return answer


def _reasons(sheet: Sheet, outcome: str) -> list[tuple[str, int]]:
    return sheets.reasons(sheet, outcome) if outcome in ("error", "warning") else []


def _dress(row: SheetRow, state: str) -> None:
    """What a row shows beside its cells."""
    row.tone = _TONES[state]  # type: ignore[attr-defined]  # for the template
    row.told = [  # type: ignore[attr-defined]  # for the template
        {
            **one,
            "word": word_of(one["reason"]),
            "fix": fix_of(one["reason"]),
            "says_fix": one["reason"] in SAID,
        }
        for one in row.findings
    ]


def _query(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


@_of_sheet
@require_safe
def bad(request: HttpRequest, organisation: Any, sheet: Sheet) -> Any:  # noqa: ARG001 - a view
    """The rows with errors, to be mended and uploaded again."""
    if not sheet.data:
        raise Http404(_("The file is gone."))
    return _csv(downloads.bad_rows(sheet), "rows-to-mend.csv")


def _csv(lines: Any, name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@_of_sheet
@require_http_methods(_GET_POST)
def choices(request: HttpRequest, organisation: Any, sheet: Sheet) -> HttpResponse:
    """How the rows are to be awarded."""
    if sheet.state != Sheet.State.READY:
        return _next(organisation, sheet)
    form = forms.ChoicesForm(
        request.POST or None,
        errors=sheet.counts["error"],
        initial=forms.ChoicesForm.initial_of(Choices.of(sheet)),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.choose(sheet, actor=request.user, choices=form.choices())
        except UsageError as error:
            form.add_error(None, error.detail)
        else:
            return _to("sheet_confirm", organisation, sheet)
    answer: HttpResponse = _show(
        request, "choices", organisation, 422 if form.errors else 200, sheet=sheet, form=form
    )
    return answer


@_of_sheet
@require_http_methods(_GET_POST)
def confirm(request: HttpRequest, organisation: Any, sheet: Sheet) -> HttpResponse:
    """How many, to whom; then the run begins."""
    if request.method == "POST":
        form = forms.ConfirmForm(request.POST)
        form.is_valid()
        try:
            run = actions.confirm(
                sheet,
                actor=request.user,
                agreed=form.cleaned_data.get("agreed", ""),
                same_again=form.cleaned_data.get("same_again", False),
            )
            return redirect("jobs:run", organisation.slug, run.pk)
        except StackmarkError as error:
            messages.error(request, error.detail)
            sheet = sheets.sheet_of(organisation, sheet.pk)
    if sheet.state != Sheet.State.READY:
        return _next(organisation, sheet)
    answer: HttpResponse = _show(
        request,
        "confirm",
        organisation,
        422 if request.method == "POST" else 200,
        **_confirmation(sheet),
    )
    return answer


def _confirmation(sheet: Sheet) -> dict[str, Any]:
    chosen = Choices.of(sheet)
    good = sheets.shown_rows(sheet).exclude(outcome=SheetRow.Outcome.ERROR)
    if chosen.known == "leave":
        good = good.filter(held=False)
    usual = Terms(sheet.version, chosen, now=sheet.uploaded_at)
    return {
        "sheet": sheet,
        "plan": sheets.plan(sheet),
        "chosen": chosen,
        "card": card(sheet.version),
        "people": list(good[:5]),
        "more_people": max(0, sheets.plan(sheet).credentials - 5),
        "domains": sheets.domains(sheet, chosen),
        "ends": usual.usual_end(usual.starts) is not None,
        "same": sheets.same_file(sheet),
        "agreed": sheets.agreement(sheet),
    }


@_of_sheet
@require_POST
def drop(request: HttpRequest, organisation: Any, sheet: Sheet) -> HttpResponse:
    """Throw the upload away."""
    try:
        actions.drop(sheet, actor=request.user)
    except UsageError as error:
        messages.error(request, error.detail)
        return _next(organisation, sheet)
    messages.success(request, _("The file was thrown away. Nothing was issued from it."))
    return redirect("awarding:sheets", organisation.slug)


@_of_sheet
@require_safe
def report(request: HttpRequest, organisation: Any, sheet: Sheet) -> HttpResponse:
    """What became of each row."""
    if sheet.state != Sheet.State.CONFIRMED:
        return _next(organisation, sheet)
    result = request.GET.get("show", "")
    found = sheets.results(sheet)
    rows = sheets.report(sheet, found, result=result)
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    for row in page:
        _dress(row, row.result)
        row.why = downloads.why(row)
    tabs = [("", _("All"), sum(found.values()))]
    tabs += [(name, label, found[name]) for name, label in SheetRow.Result.choices]
    context = {
        "sheet": sheet,
        "run": sheet.run,
        "page": page,
        "tabs": tabs,
        "shown": result,
        "open": found[""],
        "query": _query(request),
    }
    answer: HttpResponse = _show(request, "report", organisation, **context)
    return answer


@_of_sheet
@require_safe
def report_csv(request: HttpRequest, organisation: Any, sheet: Sheet) -> Any:  # noqa: ARG001
    """The same as a file."""
    if sheet.state != Sheet.State.CONFIRMED:
        raise Http404(_("There is no report yet."))
    return _csv(downloads.report(sheet), "report.csv")
