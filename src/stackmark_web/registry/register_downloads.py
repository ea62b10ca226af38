"""The register as files: a line for each thing, made while it is sent, with one tag for all of it.

The tag is worked out before the first line: from the last public event, the numbers of rows and
the day. Whoever has the file already gets 304 and costs three small questions.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from stackmark import __version__
from stackmark.exchange.formats import NAMES
from stackmark.issuing.csv_text import neutralise
from stackmark_web import clock
from stackmark_web.catalogue import public as catalogue
from stackmark_web.registry import register_history as history
from stackmark_web.registry.documents import MINUTE, opened
from stackmark_web.registry.register_exports import export
from stackmark_web.tenancy import public as tenancy
from stackmark_web.tenancy.queries import did_of
from stackmark_web.verifying.answering import too_many
from stackmark_web.verifying.throttle import wait_for

LINES: Final = "application/x-ndjson; charset=utf-8"
TABLE: Final = "text/csv; charset=utf-8"
_UTC_Z: Final = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
Rows = Iterator[Sequence[str]]


class _Line:
    """What ``csv`` writes to: gives each row back as text."""

    def write(self, text: str) -> str:
        """The row itself."""
        return text


def lines(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """JSON Lines: one object on each line."""
    for row in rows:
        yield orjson.dumps(row, option=_UTC_Z)


def table(head: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """CSV for a spreadsheet: UTF-8 with a mark, and no cell is a formula."""
    writer = csv.writer(_Line())
    yield b"\xef\xbb\xbf" + writer.writerow(head).encode()  # type: ignore[attr-defined] # ours
    for row in rows:
        cells = [neutralise(cell) for cell in row]
        yield writer.writerow(cells).encode()  # type: ignore[attr-defined] # it is text


def tag(name: str) -> str:
    """The tag of the whole register as it is now, for one file."""
    state = (name, __version__, clock.today(), settings.IDENTITY_URL, settings.PUBLIC_URL)
    told = repr((*state, *tenancy.state(), *catalogue.state()))
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


def send(
    request: HttpRequest, name: str, kind: str, make: Callable[[], Iterator[bytes]], *, cost: int
) -> HttpResponseBase:
    """The file ``name``, or 304 to whoever has it. Anybody may read it from anywhere.

    ``cost`` counts for the network that asks, when rows are made for it.
    """
    etag = tag(name)
    response = get_conditional_response(request, etag, None)
    if response is None:
        rows = request.method != "HEAD"
        if rows and (seconds := wait_for(request, cost)):
            return too_many(request, seconds)
        response = StreamingHttpResponse(make() if rows else iter(()), content_type=kind)
        response.headers["Content-Disposition"] = f'attachment; filename="stackmark-{name}"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={5 * MINUTE}"
    return opened(response)


# -- issuers ------------------------------------------------------------------------------------

ISSUER_HEAD: Final = (
    *("id", "name", "legal_name", "kind", "country", "website", "ror", "erasmus_code"),
    *("deqar_id", "domains", "signing_keys", "achievements", "registered", "address"),
)


def issuers() -> Iterator[dict[str, Any]]:
    """Every issuer: who it is, what it showed, what it signs with, how much it offers."""
    many = catalogue.counts()
    rows = tenancy.issuers(tenancy.Wish(), many).order_by("created_at", "pk")
    for root in rows.iterator(chunk_size=200):
        yield issuer(root, many[root.pk])


def issuer(root: Any, achievements: int) -> dict[str, Any]:
    """One row of ``tenancy.issuers`` for machines."""
    return {
        "id": did_of(root),
        "name": root.name,
        "legalName": root.legal_name,
        "kind": root.kind,
        "country": root.country,
        "website": root.website,
        "identifiers": tenancy.identifiers_of(root),
        "domains": [{"name": one.name, "verified": one.verified_at} for one in root.shown_domains],
        "signingKeys": tenancy.keys_told(root),
        "achievements": achievements,
        "registered": root.created_at,
        "address": f"{settings.PUBLIC_URL}/o/{root.slug}",
    }


def issuer_cells() -> Rows:
    """The same as cells; several values of one cell stand apart by a space."""
    for row in issuers():
        names = row["identifiers"]
        yield (
            *(row["id"], row["name"], row["legalName"], row["kind"], row["country"]),
            *(row["website"], names.get("ROR", ""), names.get("ErasmusCode", "")),
            names.get("DEQAR", ""),
            " ".join(one["name"] for one in row["domains"]),
            " ".join(one["id"] for one in row["signingKeys"] if one["state"] == "active"),
            str(row["achievements"]),
            _stamp(row["registered"]),
            row["address"],
        )


# -- achievements -------------------------------------------------------------------------------

ACHIEVEMENT_HEAD: Final = (
    *("id", "version", "current", "retired", "published", "title", "language", "kind"),
    *("eqf_level", "hours_low", "hours_high", "credit", "credit_unit", "skills"),
    *("issuer_id", "issuer", "awarded_by", "address"),
)


def achievements() -> Iterator[dict[str, Any]]:
    """Every achievement with all its published versions, retired ones included."""
    roots = tenancy.roots()
    for one in catalogue.all_achievements():
        root = roots[one.organisation.root_id]
        address = f"{settings.IDENTITY_URL}/achievements/{one.pk}"
        yield {
            "id": address,
            "issuer": {"id": did_of(root), "name": root.name},
            "awardedBy": one.organisation.name,
            "retired": one.retired_at,
            "versions": [_version(row, one, address) for row in one.published],
        }


def _version(row: Any, one: Any, address: str) -> dict[str, Any]:
    return {
        "id": f"{address}/{row.number}",
        "number": row.number,
        "current": row.pk == one.current_id,
        "published": row.published_at,
        "achievement": row.content,
    }


def achievement_cells() -> Rows:
    """A row for each version."""
    for one in achievements():
        for version in one["versions"]:
            yield _cells(one, version)


def _cells(one: dict[str, Any], version: dict[str, Any]) -> Sequence[str]:
    said = version["achievement"]
    hours, credit = said.get("workload") or {}, said.get("credit") or {}
    titles = said.get("title") or {}
    language = said.get("language", "")
    skills = [skill["name"] for row in said.get("outcomes", ()) for skill in row.get("skills", ())]
    found = (
        *(one["id"], version["number"], "yes" if version["current"] else "no"),
        *(_stamp(one["retired"]), _stamp(version["published"])),
        titles.get(language) or next(iter(titles.values()), ""),
        *(language, said.get("kind"), (said.get("level") or {}).get("eqf")),
        *(hours.get("low"), hours.get("high"), credit.get("value"), credit.get("unit")),
        "; ".join(dict.fromkeys(skills)),
        *(one["issuer"]["id"], one["issuer"]["name"], one["awardedBy"], version["id"]),
    )
    return ["" if cell is None else str(cell) for cell in found]


# -- in the formats of others -------------------------------------------------------------------


def documents(name: str) -> Iterator[dict[str, Any]]:
    """The catalogue in one format: a document a line; what cannot be written is left out."""
    roots = tenancy.roots()
    for version in catalogue.all_current():
        made = export(version, roots[version.organisation.root_id], name).made
        if made is not None:
            yield made.document


def loss_reports(name: str) -> Iterator[dict[str, Any]]:
    """What each document lost, and which are left out and why; in the same order."""
    roots = tenancy.roots()
    for version in catalogue.all_current():
        one = export(version, roots[version.organisation.root_id], name)
        yield one.loss_json(f"{settings.IDENTITY_URL}/achievements/{version.achievement_id}")


def changes() -> Iterator[dict[str, Any]]:
    """The change history, newest first."""
    for piece in history.pieces(history.events()):
        yield from (one.to_json() for one in piece)


def index() -> dict[str, Any]:
    """What there is, for machines."""
    base = f"{settings.PUBLIC_URL}/register"
    files = {
        "issuers": {"jsonl": f"{base}/issuers.jsonl", "csv": f"{base}/issuers.csv"},
        "achievements": {"jsonl": f"{base}/achievements.jsonl", "csv": f"{base}/achievements.csv"},
        "changes": {"jsonl": f"{base}/changes.jsonl"},
    }
    formats = {
        name: {
            "title": one.title,
            "documents": f"{base}/formats/{name}.jsonl",
            "loss": f"{base}/formats/{name}-loss.jsonl",
            "single": f"{base}/achievements/{{achievement}}/{{version}}/{name}",
            "singleLoss": f"{base}/achievements/{{achievement}}/{{version}}/{name}/loss",
        }
        for name, one in NAMES.items()
    }
    return {"register": settings.PUBLIC_URL, "files": files, "formats": formats}


def _stamp(when: datetime | None) -> str:
    return when.isoformat() if when is not None else ""
