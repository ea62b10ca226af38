"""The verify page and what comes of it: one answer, or a table of many."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

from django.core import signing
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.issuing.csv_text import neutralise
from stackmark.verification.artefacts import File
from stackmark_web.verifying import actions, batches, queries, throttle
from stackmark_web.verifying.answering import page, private, too_many
from stackmark_web.verifying.checking import Checked
from stackmark_web.verifying.forms import CheckForm, KeepForm
from stackmark_web.verifying.intake import Item, TooMuch, gather
from stackmark_web.verifying.models import Batch, BatchItem
from stackmark_web.verifying.showing import Shown

SEAL: Final = "stackmark.verifying.found"
_ON_PAGE: Final = 100


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The page everybody opens to check something, and its answer."""
    if request.method != "POST":
        first = {"link": request.GET.get("link", "")[:2048]}
        return _form(request, CheckForm(user=request.user, initial=first))
    form = CheckForm(request.POST, request.FILES, user=request.user)
    if not form.is_valid():
        return _form(request, form, status=422)
    try:
        items = gather(
            ((one.name or "", one.read()) for one in form.cleaned_data["files"]),
            text=form.cleaned_data["text"],
            link=form.cleaned_data["link"],
        )
    except TooMuch as error:
        form.add_error(None, str(error))
        return _form(request, form, status=422)
    seconds = throttle.wait_for(request, throttle.cost_of(items))
    if seconds:
        return too_many(request, seconds)
    return _answer(request, form, items)


def _form(request: HttpRequest, form: CheckForm, status: int = 200) -> HttpResponse:
    return render(request, "verifying/start.html", {"form": form}, status=status)


def _answer(request: HttpRequest, form: CheckForm, items: list[Item]) -> HttpResponse:
    """One document at once; several as a table at an address of its own."""
    organisation = queries.organisation_of_register(request.user, form.cleaned_data["register"])
    recipient = form.cleaned_data["recipient"]
    if not items:
        form.add_error(None, _("There is nothing in it that could be checked."))
        return _form(request, form, status=422)
    brought = [File(one.name or "", one.read()) for one in form.cleaned_data["evidence"]]
    if len(items) > 1 and brought:
        form.add_error("evidence", _("Evidence is compared with one credential at a time."))
        return _form(request, form, status=422)
    if len(items) > 1:
        _batch, token = batches.start(
            items, actor=request.user, organisation=organisation, recipient=recipient
        )
        return HttpResponseRedirect(reverse("verifying:batch", args=[token]))
    checked = check_item(items[0], recipient=recipient, organisation=organisation, evidence=brought)
    return result(request, checked)


def check_item(
    item: Item,
    *,
    recipient: str = "",
    organisation: Any = None,
    evidence: Sequence[File] = (),
) -> Checked:
    """The answer about one thing that was brought."""
    if item.url:
        return actions.check_link(
            item.url, recipient=recipient, organisation=organisation, evidence=evidence
        )
    if item.error is not None:
        return actions.refuse(item.error, source=item.source, organisation=organisation)
    return actions.check(
        item.data or b"",
        recipient=recipient,
        organisation=organisation,
        source=item.source,
        evidence=evidence,
    )


def result(request: HttpRequest, checked: Checked) -> HttpResponse:
    """The answer about one document, with the offer to keep a record."""
    found = checked.to_json()
    sealed = signing.dumps({**found, "source": ""}, salt=SEAL, compress=True)
    keep = KeepForm(initial={"found": sealed, "days": "365"}) if checked.sha256 else None
    return page(request, "result", {"checked": checked, "keep": keep})


# -- tables ------------------------------------------------------------------------------------


def _batch(token: str) -> Batch:
    found = queries.batch(token)
    if found is None:
        raise Http404("There is nothing here.")
    return found


@require_safe
def batch(request: HttpRequest, token: str) -> HttpResponse:
    """The table of many documents, as far as they are checked."""
    found = _batch(token)
    rows = found.items.all()
    counts = dict(rows.order_by().values_list("verdict").annotate(Count("pk")))
    wanted = request.GET.get("verdict", "")
    if wanted in ("verified", "refused", "could-not-tell"):
        rows = rows.filter(verdict=wanted)
    shown = Paginator(rows, _ON_PAGE).get_page(request.GET.get("page"))
    context = {
        "batch": found,
        "token": token,
        "rows": [(row, Shown(row.result) if row.verdict else None) for row in shown],
        "page": shown,
        "verdict": wanted,
        "query": f"verdict={wanted}" if wanted else "",
        "done": found.total - counts.get("", 0),
        "counts": _counts(counts),
    }
    part = "parts/batch_table" if request.headers.get("HX-Request") else "batch"
    return page(request, part, context)


def _counts(counts: dict[str, int]) -> list[tuple[str, Any, int]]:
    from stackmark_web.verifying.wording import VERDICTS

    return [(verdict, word, counts.get(verdict, 0)) for verdict, word in VERDICTS.items()]


@require_safe
def batch_item(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """The whole answer about one row of a table."""
    row = BatchItem.objects.filter(batch=_batch(token), number=number).exclude(verdict="").first()
    if row is None:
        raise Http404("There is nothing here.")
    return page(request, "batch_item", {"shown": Shown(row.result), "token": token, "row": row})


@require_safe
def batch_csv(request: HttpRequest, token: str) -> HttpResponse:
    """The table for a spreadsheet; no cell is a formula."""
    del request
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for row in _batch(token).items.all():
        writer.writerow([neutralise(cell) for cell in _cells(row)])
    response = HttpResponse(
        "\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8", headers=_DOWNLOAD
    )
    return private(response)


_DOWNLOAD: Final = {"Content-Disposition": 'attachment; filename="verification.csv"'}
_COLUMNS: Final = (
    *("number", "source", "verdict", "reason", "answer", "since", "detail"),
    *("credential", "holder"),
    *("issuer", "issuer_id", "issuer_trust", "issued", "expires", "credential_id"),
    *("checked_at", "sha256"),
)


def _cells(row: BatchItem) -> list[str]:
    if not row.verdict:
        return [str(row.number + 1), row.source, *[""] * (len(_COLUMNS) - 2)]
    shown = Shown(row.result)
    facts = shown.facts
    return [
        str(row.number + 1),
        row.source,
        row.verdict,
        shown.answer.reason,
        str(shown.answer.saying.title),
        shown.answer.since,
        shown.answer.detail,
        shown.title,
        shown.holder,
        str(shown.issuer.get("name", "")),
        str(shown.issuer.get("id", "")),
        shown.trust,
        str(facts.get("issued", "")),
        str(facts.get("expires", "")),
        str(facts.get("id", "")),
        shown.checked_at,
        shown.sha256,
    ]


@require_POST
def batch_delete(request: HttpRequest, token: str) -> HttpResponse:
    """Delete a table now rather than tomorrow."""
    del request
    batches.delete(token)
    return HttpResponseRedirect(reverse("verifying:start"))
