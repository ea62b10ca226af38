"""The public register: pages for people, files for machines."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from stackmark.exchange.formats import NAMES
from stackmark.quality.profile import NAMES as PROFILES
from stackmark.quality.profile import named
from stackmark_web.catalogue import public as catalogue
from stackmark_web.catalogue import queries as cards
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.registry import queries
from stackmark_web.registry import register_downloads as files
from stackmark_web.registry import register_history as history
from stackmark_web.registry.documents import MINUTE, as_json, document, page, readable
from stackmark_web.registry.register_exports import Export, export, exports, media_type
from stackmark_web.tenancy import handovers
from stackmark_web.tenancy import public as tenancy
from stackmark_web.tenancy import queries as organisations
from stackmark_web.tenancy.countries import COUNTRIES
from stackmark_web.tenancy.models import Organisation

PER_PAGE: Final = 25
LATEST: Final = 20  # changes shown beside an entry
MAX_TEXT: Final = 200
_ROW_COST: Final = 20  # of a file of rows, in the throttle's units
_FORMAT_COST: Final = 60  # every document is written anew
Answer = HttpResponseBase


def _word(given: QueryDict, name: str) -> str:
    return " ".join(given.get(name, "").replace("\x00", "").split())[:MAX_TEXT]


def _query(given: QueryDict) -> str:
    rest = given.copy()
    rest.pop("page", None)
    return rest.urlencode()


def _missing() -> Http404:
    return Http404("There is nothing here.")


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> Answer:
    return page(request, render(request, f"registry/{name}.html", context))


# -- issuers ------------------------------------------------------------------------------------


@readable
def issuers(request: HttpRequest) -> Answer:
    """Who issues here, found by name, domain, number, country or kind."""
    given = request.GET
    wish = tenancy.Wish(_word(given, "q"), _word(given, "country"), _word(given, "kind"))
    many = catalogue.counts()
    found = Paginator(tenancy.issuers(wish, many), PER_PAGE).get_page(given.get("page"))
    countries = [(code, COUNTRIES.get(code, code)) for code in tenancy.countries(many)]
    context = {
        "tab": "issuers",
        "wish": wish,
        "page": found,
        "rows": [(one, many[one.pk], _numbers(one)) for one in found],
        "countries": sorted(countries, key=lambda one: str(one[1])),
        "kinds": Organisation.Kind.choices,
        "query": _query(given),
    }
    return _page(request, "register_issuers", context)


def _numbers(one: Any) -> list[tuple[str, str]]:
    return [(name, value) for name, value, _address in queries.identifiers(one)]


@readable
def issuer(request: HttpRequest, slug: str) -> Answer:
    """One issuer: who it is, what it signs with, and what changed."""
    many = catalogue.counts()
    found = tenancy.issuers(tenancy.Wish(), many).filter(slug=slug).first()
    if found is None:
        raise _missing()
    context = {
        "tab": "issuers",
        "brand": found,
        "issuer": found,
        "did": organisations.did_of(found),
        "domains": found.shown_domains,  # type: ignore[attr-defined] # put there by the query
        "keys": tenancy.keys_told(found),
        "successor": handovers.told(found),
        "identifiers": queries.identifiers(found),
        "achievements": many[found.pk],
        **_changes(request, history.events(organisation=found)),
    }
    return _page(request, "register_issuer", context)


def _changes(request: HttpRequest, rows: Any) -> dict[str, Any]:
    found = Paginator(rows, LATEST).get_page(request.GET.get("page"))
    return {"page": found, "changes": history.changes(found), "query": ""}


# -- achievements -------------------------------------------------------------------------------


@readable
def achievements(request: HttpRequest) -> Answer:
    """What can be earned, found by words, skill, level, kind and the rule set it meets."""
    given = request.GET
    fields = ("q", "skill", "level", "kind", "profile")
    wish = catalogue.Wish(
        *(_word(given, name) for name in fields), retired=given.get("state") == "retired"
    )
    found = Paginator(catalogue.found(wish), PER_PAGE).get_page(given.get("page"))
    met = catalogue.met_by(list(found))
    context = {
        "tab": "achievements",
        "wish": wish,
        "page": found,
        "rows": [_row(one, met[one.pk]) for one in found],
        "kinds": words.KINDS.items(),
        "levels": catalogue.LEVELS,
        "profiles": [named(name) for name in PROFILES if not named(name).is_checklist],
        "query": _query(given),
    }
    return _page(request, "register_achievements", context)


def _row(version: Any, met: list[str]) -> dict[str, Any]:
    return {
        "version": version,
        "title": cards.card(version, linked=False).title,
        "kind": words.KINDS.get(version.kind, ""),
        "level": words.level_name(str(version.level)) if version.level else "",
        "met": [named(name) for name in met if name in PROFILES],
    }


@readable
def achievement(request: HttpRequest, pk: uuid.UUID) -> Answer:
    """One achievement: its versions, the rule sets it meets, its forms, and what changed."""
    version = catalogue.current(pk)
    if version is None:
        raise _missing()
    root = organisations.root_of(version.organisation)
    retired = version.achievement.retired_at
    context = {
        "tab": "achievements",
        "brand": version.organisation,
        "version": version,
        "title": cards.card(version, linked=False).title,
        "retired": retired,
        "url": cards.public_url(version),
        "root": root,
        "met": _row(version, catalogue.met_by([version])[version.pk])["met"],
        "versions": cards.versions_of(version.achievement),
        "exports": exports(version, root),
        "own": _own(version),
        **_changes(request, history.events(achievement=version.achievement)),
    }
    return _page(request, "register_achievement", context)


def _own(version: Any) -> str:
    """Where the version stands in the form that says all of it, for a check by a rule set."""
    return settings.PUBLIC_URL + reverse(
        "registry:register_export", args=[version.achievement_id, version.number, "stackmark"]
    )


def _export(pk: uuid.UUID, number: int, form: str) -> Export:
    version = cards.public_version(pk, number)
    if version is None or form not in NAMES:
        raise _missing()
    return export(version, organisations.root_of(version.organisation), form)


@readable
def achievement_export(request: HttpRequest, pk: uuid.UUID, number: int, form: str) -> Answer:
    """A version in one format; 404 with the loss report's address where it cannot be written."""
    made = _export(pk, number, form)
    if made.made is None:
        raise Http404(made.reason)
    return document(
        request, made.body, content_type=media_type(made), max_age=5 * MINUTE, vary=False
    )


@readable
def achievement_loss(request: HttpRequest, pk: uuid.UUID, number: int, form: str) -> Answer:
    """What a version lost in a format, or why it is left out."""
    address = f"{settings.IDENTITY_URL}/achievements/{pk}/{number}"
    body = as_json(_export(pk, number, form).loss_json(address))
    return document(request, body, content_type="application/json", max_age=5 * MINUTE, vary=False)


# -- history and files --------------------------------------------------------------------------


@readable
def changes(request: HttpRequest) -> Answer:
    """What changed in the register, newest first."""
    return _page(
        request, "register_changes", {"tab": "changes", **_changes(request, history.events())}
    )


@readable
def downloads(request: HttpRequest) -> Answer:
    """The register as files, for people."""
    return _page(request, "register_downloads", {"tab": "downloads", "formats": NAMES.items()})


@readable
def index(request: HttpRequest) -> Answer:
    """The same for machines."""
    body = as_json(files.index())
    return document(request, body, content_type="application/json", max_age=5 * MINUTE, vary=False)


_FILES: Final = {
    "issuers.jsonl": (files.LINES, lambda: files.lines(files.issuers())),
    "issuers.csv": (files.TABLE, lambda: files.table(files.ISSUER_HEAD, files.issuer_cells())),
    "achievements.jsonl": (files.LINES, lambda: files.lines(files.achievements())),
    "achievements.csv": (
        files.TABLE,
        lambda: files.table(files.ACHIEVEMENT_HEAD, files.achievement_cells()),
    ),
    "changes.jsonl": (files.LINES, lambda: files.lines(files.changes())),
}


@readable
def download(request: HttpRequest, name: str) -> Answer:
    """One of the files of rows."""
    kind, make = _FILES[name]
    return files.send(request, name, kind, make, cost=_ROW_COST)


@readable
def format_download(request: HttpRequest, form: str, loss: str = "") -> Answer:
    """The catalogue in one format, or what was lost on the way there."""
    if form not in NAMES:
        raise _missing()
    rows = files.loss_reports if loss else files.documents
    name = f"{form}-loss.jsonl" if loss else f"{form}.jsonl"
    return files.send(
        request, name, files.LINES, lambda: files.lines(rows(form)), cost=_FORMAT_COST
    )
