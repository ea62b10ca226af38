"""Public figures of recognition: all institutions, one of them, and the same as files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from stackmark.issuing.csv_text import neutralise
from stackmark.recognition.decision import VERDICTS
from stackmark.recognition.statistics import LEAST_CELL
from stackmark_web import clock
from stackmark_web.recognising import queries_statistics as queries
from stackmark_web.recognising.counting import publishes
from stackmark_web.recognising.models import Decision
from stackmark_web.recognising.queries_statistics import Shown
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import Organisation
from stackmark_web.verifying.answering import too_many
from stackmark_web.verifying.throttle import wait_for

FILE_COST: Final = 20  # everything is counted for it
HEAD: Final = (
    *("recogniser_id", "recogniser", "issuer_id", "issuer", "decisions"),
    *(*VERDICTS, "recognised"),
)


def paced(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that reads much, so one network may ask for it so often."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        seconds = wait_for(request, FILE_COST)
        return too_many(request, seconds) if seconds else view(request, *args, **kwargs)

    return inner


@require_safe
@paced
def everybody(request: HttpRequest) -> HttpResponse:
    """Every institution that publishes: how much it decided, and the way to its table."""
    context = {"tables": queries.tables(), "least": LEAST_CELL, "files": _files()}
    return render(request, "recognising/public/statistics.html", context)


@require_safe
@paced
def one(request: HttpRequest, slug: str) -> HttpResponse:
    """The table of one institution; a unit's address leads to its institution."""
    place = _place(slug)
    if place.parent_id is not None:
        return redirect("recognising:statistics_of", tenancy.root_of(place).slug)
    shows = publishes(place)
    found = queries.tables(place) if shows else []
    context = {
        "brand": place,
        "place": place,
        "publishes": shows,
        "shown": found[0] if found else None,
        "verdicts": [Decision.Verdict(word).label for word in VERDICTS],
        "least": LEAST_CELL,
        "files": _files(place),
    }
    return render(request, "recognising/public/statistics_of.html", context)


@require_safe
@paced
def as_json(request: HttpRequest, slug: str = "") -> HttpResponse:  # noqa: ARG001
    """The tables as JSON, as ``stackmark.recognition.statistics`` writes them."""
    told = {
        "leastCell": LEAST_CELL,
        "countedInSteps": LEAST_CELL,
        "day": clock.today().isoformat(),
        "tables": [_json(one) for one in _tables(slug)],
    }
    return _opened(JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 1}))


@require_safe
@paced
def as_csv(request: HttpRequest, slug: str = "") -> HttpResponse:  # noqa: ARG001
    """A line for each pair; an empty cell is withheld."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for shown in _tables(slug):
        writer.writerows([neutralise(cell) for cell in row] for row in _cells(shown))
    answer = HttpResponse(
        "\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8"
    )  # the mark tells spreadsheets that it is UTF-8
    name = f"recognition-{slug or 'all'}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return _opened(answer)


def _place(slug: str) -> Organisation:
    found = tenancy.organisation_by_slug(slug)
    if found is None:
        raise Http404("There is nothing here.")
    return found


def _tables(slug: str) -> list[Shown]:
    if not slug:
        return queries.tables()
    place = tenancy.root_of(_place(slug))
    if not publishes(place):
        raise Http404("There is nothing here.")
    return queries.tables(place)


def _json(shown: Shown) -> dict[str, Any]:
    lines = [line.to_json() | {"name": name} for line, name in shown.lines]
    return shown.table.to_json() | {
        "recogniser": shown.did,
        "name": shown.organisation.name,
        "address": settings.PUBLIC_URL + _files(shown.organisation)["page"],
        "lines": lines,
        "furtherLinesWithheld": shown.withholds,
    }


def _cells(shown: Shown) -> list[list[str]]:
    return [
        [
            *(shown.did, shown.organisation.name, line.issuer, name, str(line.decisions)),
            *(_number(line.verdicts[word]) for word in VERDICTS),
            "" if line.recognised is None else f"{float(line.recognised):.3f}",
        ]
        for line, name in shown.lines
    ]


def _number(count: int | None) -> str:
    return "" if count is None else str(count)


def _files(place: Organisation | None = None) -> dict[str, str]:
    """Addresses of a table as page and files."""
    args, end = ([place.slug], "_of") if place else ([], "")
    name = f"recognising:statistics{end}"
    return {
        "page": reverse(name, args=args),
        "json": reverse(f"{name}_json", args=args),
        "csv": reverse(f"{name}_csv", args=args),
    }


def _opened(answer: HttpResponse) -> HttpResponse:
    """Any page on the web may read it."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
