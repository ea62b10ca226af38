"""Bulk runs: rows in, checked, awarded by workers, followed row by row."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from ninja import File, Form, Query, UploadedFile
from pydantic import Field

from stackmark_web.api import bulk, shapes
from stackmark_web.api.answers import json, nothing
from stackmark_web.api.auth import Principal
from stackmark_web.api.calling import Route
from stackmark_web.api.paging import page
from stackmark_web.api.reading import check_parts
from stackmark_web.api.routes.awards import wanted_version
from stackmark_web.api.schemas import ConfirmIn, Empty, In, Page, RunIn, Uuid, Which
from stackmark_web.awarding import sheet_actions, sheets
from stackmark_web.awarding.models import SheetRow
from stackmark_web.awarding.sheet_choices import Choices
from stackmark_web.jobs import actions as jobs
from stackmark_web.tenancy.permissions import Permission

route = Route("Runs")
READ, WRITE = "runs:read", "runs:write"


class RowQuery(Page):
    """Which rows."""

    result: str = Field("", pattern="^(|issued|skipped|refused)$")
    outcome: str = Field("", pattern="^(|valid|warning|error)$")


class Upload(In):
    """What comes beside a file."""

    achievement: Uuid | None = None
    version: Uuid | None = None
    date_order: str = Field(
        "",
        pattern="^(|dmy|mdy)$",
        description="How 05/04/2026 is meant, where the file leaves it open: dmy or mdy",
    )
    scope: str = Field("all", pattern="^(all|good)$")
    known: str = Field("leave", pattern="^(leave|again|correct)$")
    confirm: bool = True
    same_again: bool = False


@route.get("/runs", READ, shapes.RunList, query=Page)
def runs(request: HttpRequest, query: Query[Page]) -> HttpResponse:
    """List bulk runs, newest first."""
    who = _who(request)
    return page(
        request,
        sheets.sheets(who.organisation),
        bulk.shown,
        limit=query.limit,
        cursor=query.cursor,
        by="uploaded_at",
        scope=str(who.organisation.pk),
    )


@route.post("/runs", WRITE, {201: shapes.RunOut, 202: shapes.ChangeOut}, atomic=False)
def run_start(request: HttpRequest, body: RunIn) -> HttpResponse:
    """Award many: up to 10,000 recipients as JSON.

    All rows are checked first. A bad one refuses the whole (rows-refused), unless scope is good.
    With confirm false nothing is issued until POST /runs/{id}/confirm.
    """
    who = _who(request)
    version = wanted_version(who, body)
    choices = Choices(
        scope=body.scope,
        known=body.known,
        issued_on=body.issued_on,
        send_at=body.send_at,
        claim_by=body.claim_by,
        locale=body.locale,
        name_in_credential=body.name_in_credential,
        suspendable=body.suspendable,
    )
    order = bulk.Order(
        version=version,
        filename=f"api-{uuid.uuid4().hex[:8]}.csv",
        data=bulk.as_csv(body.recipients),
        choices=choices,
        confirm=body.confirm,
        same_again=body.same_again,
    )
    return _made(request, who, order)


@route.post("/runs/file", WRITE, {201: shapes.RunOut, 202: shapes.ChangeOut}, atomic=False)
def run_upload(request: HttpRequest, file: File[UploadedFile], form: Form[Upload]) -> HttpResponse:
    """Award many from a CSV or XLSX file.

    The columns are those of docs/reference/recipients-csv.md, in our names or other platforms'.
    """
    who = _who(request)
    check_parts(request, Upload.model_fields.keys())
    version = wanted_version(who, Which(achievement=form.achievement, version=form.version))
    order = bulk.Order(
        version=version,
        filename=file.name or "upload",
        data=file.read(),
        choices=Choices(scope=form.scope, known=form.known),
        date_order=form.date_order,
        confirm=form.confirm,
        same_again=form.same_again,
    )
    return _made(request, who, order)


def _made(request: HttpRequest, who: Principal, order: bulk.Order) -> HttpResponse:
    once = request.once  # type: ignore[attr-defined]  # set by idempotency.run
    sheet = bulk.make(order, actor=who.actor, organisation=who.organisation, once=once)
    where = {"Location": f"{shapes.ROOT}/runs/{sheet.pk}"}
    return json(bulk.shown(sheet), 201, where)


@route.get("/runs/{run_id}", READ, shapes.RunOut)
def run(request: HttpRequest, run_id: Uuid) -> HttpResponse:
    """How far a run is, and what came of it so far."""
    return json(bulk.shown(sheets.sheet_of(_who(request).organisation, run_id)))


@route.get("/runs/{run_id}/rows", READ, shapes.RowList, query=RowQuery)
def run_rows(request: HttpRequest, run_id: Uuid, query: Query[RowQuery]) -> HttpResponse:
    """The rows of a run in their order, each with its award or the reason why there is none."""
    sheet = sheets.sheet_of(_who(request).organisation, run_id)
    rows = SheetRow.objects.filter(sheet=sheet)
    for name in ("result", "outcome"):
        if wanted := getattr(query, name):
            rows = rows.filter(**{name: wanted})
    return page(
        request,
        rows,
        shapes.row,
        limit=query.limit,
        cursor=query.cursor,
        by="number",
        newest=False,
    )


@route.post(
    "/runs/{run_id}/confirm",
    WRITE,
    {200: shapes.RunOut, 202: shapes.ChangeOut},
    atomic=False,
)
def run_confirm(request: HttpRequest, run_id: Uuid, body: ConfirmIn) -> HttpResponse:
    """Start a run that was checked; asked twice it is started once."""
    who = _who(request)
    sheet = sheets.sheet_of(who.organisation, run_id)
    bulk.start(sheet, actor=who.actor, same_again=body.same_again)
    return json(bulk.shown(sheets.sheet_of(who.organisation, run_id)))


@route.post("/runs/{run_id}/cancel", WRITE, {200: shapes.RunOut})
def run_cancel(request: HttpRequest, run_id: Uuid, body: Empty) -> HttpResponse:
    """Stop a run between two chunks; what was issued stays issued."""
    who = _who(request)
    sheet = sheets.sheet_of(who.organisation, run_id)
    if sheet.run is None:
        raise Http404
    jobs.cancel(sheet.run, actor=who.actor)
    return json(bulk.shown(sheets.sheet_of(who.organisation, run_id)))


@route.delete("/runs/{run_id}", WRITE)
def run_drop(request: HttpRequest, run_id: Uuid) -> HttpResponse:
    """Throw a run away that was checked and not started."""
    who = _who(request)
    sheet_actions.drop(sheets.sheet_of(who.organisation, run_id), actor=who.actor)
    return nothing()


def _who(request: HttpRequest) -> Principal:
    who: Principal = request.auth  # type: ignore[attr-defined]  # set by ninja
    who.require(Permission.AWARD)
    return who
