"""What anybody may read: the pathways on offer, their rules in sentences and as files."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stackmark.errors import UsageError
from stackmark.exchange.rules import export_rules
from stackmark_web import clock
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.pathways import queries, queries_design
from stackmark_web.pathways.addresses import version_path, version_url
from stackmark_web.pathways.models import Pathway
from stackmark_web.pathways.rules_of import rules_of
from stackmark_web.pathways.shown import Shown

PER_PAGE: Final = 24
Answer = HttpResponse


@require_safe
def listing(request: HttpRequest) -> Answer:
    """The pathways on offer."""
    kind = request.GET.get("kind", "")
    rows = queries.published()
    if kind in Pathway.Kind.values:
        rows = rows.filter(kind=kind)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    if words:
        rows = rows.filter(current__title__icontains=words)
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": found,
        "kinds": [("", ""), *Pathway.Kind.choices],
        "kind": kind,
        "words": words,
        "query": query.urlencode(),
    }
    return render(request, "pathways/public/list.html", context)


@require_safe
def pathway(request: HttpRequest, pk: uuid.UUID) -> Answer:
    """A pathway with its newest version."""
    return _page(request, _there(pk))


@require_safe
def version(request: HttpRequest, pk: uuid.UUID, number: int) -> Answer:
    """One version, for ever."""
    return _page(request, _there(pk, number))


@require_safe
def rules_file(request: HttpRequest, pk: uuid.UUID, number: int | None = None) -> Answer:  # noqa: ARG001
    """The rules of a version, as ``stackmark audit --rules`` takes them."""
    found = _there(pk, number)
    return _json(found.rules)


@require_safe
def ctdl_file(request: HttpRequest, pk: uuid.UUID, number: int | None = None) -> Answer:  # noqa: ARG001
    """The rules of a version as a CTDL pathway, as far as CTDL can say them."""
    try:
        return _json(export_rules(rules_of(_there(pk, number)), "ctdl")[0])
    except UsageError as problem:
        return JsonResponse({"error": problem.detail}, status=422)


def _json(tree: Any) -> Answer:
    answer = JsonResponse(tree, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer.headers["Access-Control-Allow-Origin"] = "*"  # public, and meant for machines
    return answer


def _there(pk: uuid.UUID, number: int | None = None) -> Any:
    found = queries.public_version(pk, number)
    if found is None:
        raise Http404("There is nothing here.")
    return found


def _page(request: HttpRequest, found: Any) -> Answer:
    owner = found.pathway
    versions = queries_design.with_followers(list(queries.published_versions(owner)))
    award = owner.achievement.current if owner.achievement else None
    joinable = owner.retired_at is None and queries.version_for(owner, clock.today())
    context = {
        "version": found,
        "pathway": owner,
        "brand": found.organisation,
        "shown": Shown(found, linted=False),
        "versions": versions,
        "is_newest": versions[0].pk == found.pk,
        "until": next((one.until for one in versions if one.pk == found.pk), None),
        "joinable": joinable,
        "mine": _mine(request.user, owner),
        "award": award,
        "card": catalogue.card(award) if award else None,
        "address": version_url(found),
        "path": version_path(found),
    }
    return render(request, "pathways/public/version.html", context)


def _mine(user: Any, found: Pathway) -> Any:
    """How this person follows it, if they do."""
    if not user.is_authenticated:
        return None
    return found.followings.filter(user=user, left_at=None).select_related("version").first()
