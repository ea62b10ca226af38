"""The page on which an owner reads what happened."""

from __future__ import annotations

import uuid
from operator import itemgetter
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stackmark_web.audit import queries as audit
from stackmark_web.audit.export import chained, lines
from stackmark_web.audit.sentences import Names, Told, kind_of
from stackmark_web.tenancy import queries, trail
from stackmark_web.tenancy.forms import AuditForm
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for, require, root_of

_PER_PAGE = 50
MAX_EXPORT = 100_000


@login_required
@require_safe
def events(request: HttpRequest, slug: str) -> HttpResponse:
    """Events as sentences, by kind, person and day."""
    organisation = organisation_for(request.user, slug, Permission.AUDIT)
    form, filters = _asked(request, organisation)
    page = trail.trail(organisation, filters).page(request.GET.get("page"), _PER_PAGE)
    names = Names()
    names.ask(page)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "organisation": organisation,
        "section": "audit",
        "form": form,
        "page": page,
        "told": [Told(event, names) for event in page],
        "query": query.urlencode(),
        "filtered": filters != audit.Filters(),
        "standing": audit.standing(str(organisation.root_id)),
        "whole": queries.may(request.user, Permission.AUDIT, root_of(organisation)),
    }
    return render(request, "audit/events.html", context)


@login_required
@require_safe
def export(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The same as CSV."""
    organisation = organisation_for(request.user, slug, Permission.AUDIT)
    _form, filters = _asked(request, organisation)
    rows = trail.exported(organisation, filters, MAX_EXPORT)
    response = StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{organisation.slug}-audit.csv"'
    return response


@login_required
@require_safe
def chain(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The institution's whole log, which anybody can check with ``stackmark audit-log check``."""
    root = _root(request, slug)
    head = audit.last_head(str(root.pk))
    keys = {key.method_id: key.public_multibase for key in queries.keys_of(root)}
    rows = chained(str(root.pk), head=head.token if head else "", keys=keys)
    response = StreamingHttpResponse(rows, content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="{root.slug}-audit.jsonl"'
    return response


@login_required
@require_safe
def head(request: HttpRequest, slug: str) -> HttpResponse:
    """The last signed head, to be kept where nobody of here can change it."""
    root = _root(request, slug)
    found = audit.last_head(str(root.pk))
    if found is None:
        raise Http404("No head was signed yet.")
    response = HttpResponse(found.token, content_type="application/jwt")
    name = f"{root.slug}-audit-head-{found.seq}.jwt"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _root(request: HttpRequest, slug: str) -> Organisation:
    """The institution; its log is one, so a role at a unit does not open it."""
    root = root_of(organisation_for(request.user, slug, Permission.AUDIT))
    require(request.user, Permission.AUDIT, root)
    return root


def _asked(request: HttpRequest, organisation: Organisation) -> tuple[AuditForm, audit.Filters]:
    """The form and what it asks for; whatever cannot be understood leaves nothing out."""
    chosen = _person(request.GET.get("actor", ""))
    actors = trail.actors(organisation, chosen)
    form = AuditForm(
        request.GET or None,
        verbs=sorted(
            ((verb, kind_of(verb)) for verb in trail.verbs(organisation)), key=itemgetter(1)
        ),
        actors=[(str(pk), name) for pk, name in actors],
    )
    if not form.is_bound:
        return form, audit.Filters()
    form.is_valid()
    given: dict[str, Any] = form.cleaned_data
    actor = given.get("actor")
    return form, audit.Filters(
        verb=given.get("verb") or "",
        actor=uuid.UUID(actor) if actor else None,
        since=given.get("since"),
        until=given.get("until"),
    )


def _person(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return ""
