"""The page on which an owner reads what happened."""

from __future__ import annotations

import uuid
from operator import itemgetter
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stackmark_web.audit import queries as audit
from stackmark_web.audit.export import lines
from stackmark_web.audit.sentences import Names, Told, kind_of
from stackmark_web.tenancy import queries
from stackmark_web.tenancy.forms import AuditForm
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for

_PER_PAGE = 50
MAX_EXPORT = 100_000


@login_required
@require_safe
def events(request: HttpRequest, slug: str) -> HttpResponse:
    """Events as sentences, by kind, person and day."""
    organisation = organisation_for(request.user, slug, Permission.AUDIT)
    form, filters = _asked(request, organisation)
    rows = queries.audit_events(organisation, filters)
    names = Names()
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
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
    }
    return render(request, "audit/events.html", context)


@login_required
@require_safe
def export(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The same as CSV."""
    organisation = organisation_for(request.user, slug, Permission.AUDIT)
    _form, filters = _asked(request, organisation)
    rows = queries.audit_events(organisation, filters)[:MAX_EXPORT]
    response = StreamingHttpResponse(
        lines(rows.iterator(chunk_size=500)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{organisation.slug}-audit.csv"'
    return response


def _asked(request: HttpRequest, organisation: Organisation) -> tuple[AuditForm, audit.Filters]:
    """The form and what it asks for; whatever cannot be understood leaves nothing out."""
    ids = _ids(organisation)
    form = AuditForm(
        request.GET or None,
        verbs=sorted(((verb, kind_of(verb)) for verb in audit.verbs(ids)), key=itemgetter(1)),
        actors=[(str(pk), name) for pk, name in audit.actors(ids)],
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


def _ids(organisation: Organisation) -> list[uuid.UUID]:
    rows = Organisation.objects.filter(path__startswith=organisation.path)
    return list(rows.values_list("pk", flat=True))
