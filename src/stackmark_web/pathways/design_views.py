"""The list of pathways, a new one, one pathway with its versions, its details and its buttons."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import UsageError
from stackmark_web.pathways import queries, queries_board, queries_design
from stackmark_web.pathways.actions import designing, publishing
from stackmark_web.pathways.design_pages import draft_for, page, place_for, tell, whole
from stackmark_web.pathways.errors import StaleError
from stackmark_web.pathways.faults import say
from stackmark_web.pathways.forms_design import DetailsForm, NewForm
from stackmark_web.pathways.models import Pathway
from stackmark_web.pathways.shown import Shown
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may

PER_PAGE: Final = 24


@login_required
@require_safe
def manage(request: HttpRequest, slug: str) -> HttpResponse:
    """What the organisation and its units build and offer."""
    organisation = place_for(request.user, slug)
    rows = queries_design.pathways_of(organisation)
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    boards = queries_board.waiting_by_pathway(request.user, found.object_list)
    for one in found:
        one.draft = one.drafts[0] if one.drafts else None
        one.waiting = boards.get(one.pk, 0)
    return page(
        request,
        "manage",
        organisation,
        page=found,
        may_design=may(request.user, Permission.DESIGN, organisation),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Start a pathway."""
    organisation = place_for(request.user, slug)
    if not may(request.user, Permission.DESIGN, organisation):
        return redirect("pathways:manage", slug)
    form = NewForm(
        request.POST if request.method == "POST" else None,
        organisation=organisation,
        initial={"kind": request.GET.get("kind", "")},
    )
    if form.is_bound and form.is_valid():
        try:
            made = designing.create(organisation, actor=request.user, **form.cleaned_data)
        except UsageError as problem:
            say(form, problem)
        else:
            messages.success(request, _("Started. Change the rules until they say what you mean."))
            return redirect("pathways:draft", slug, made.pathway_id)
    return page(request, "new", organisation, form=form, status=422 if form.is_bound else 200)


@login_required
@require_safe
def detail(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """One pathway: what is published, what is being written, who falls under which version."""
    organisation, pathway = queries_design.pathway_for(request.user, slug, pk, Permission.VIEW)
    place_for(request.user, pathway.organisation.slug)
    draft = queries_design.draft_of(pathway)
    shown = pathway.current or draft
    if shown is None:
        raise Http404("There is nothing here.")
    versions = list(queries.published_versions(pathway))
    return page(
        request,
        "detail",
        organisation,
        pathway=pathway,
        draft=draft,
        tab="overview",
        shown=Shown(shown, linted=False),
        versions=queries_design.with_followers(versions),
        may_design=may(request.user, Permission.DESIGN, pathway.organisation),
        may_publish=may(request.user, Permission.PUBLISH, pathway.organisation),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Name, purpose, what is awarded and by whom."""
    organisation, draft = draft_for(request.user, slug, pk)
    pathway = draft.pathway
    form = DetailsForm(
        request.POST if request.method == "POST" else None,
        organisation=pathway.organisation,
        micro=pathway.kind == Pathway.Kind.MICRO,
        initial=_details_initial(draft),
    )
    if form.is_bound and form.is_valid():
        revision = whole(request.POST.get("revision", ""))
        try:
            designing.save_details(
                draft, actor=request.user, revision=revision, **form.cleaned_data
            )
        except UsageError as problem:
            say(form, problem)
            draft = queries_design.draft_of(pathway) if isinstance(problem, StaleError) else draft
        else:
            messages.success(request, _("Saved."))
            return redirect("pathways:details", slug, pk)
    return page(
        request,
        "details",
        organisation,
        pathway=pathway,
        draft=draft,
        tab="details",
        form=form,
        status=422 if form.is_bound else 200,
    )


def _details_initial(draft: Any) -> dict[str, Any]:
    pathway = draft.pathway
    return {
        "title": draft.title,
        "summary": draft.summary,
        "language": draft.language,
        "unit": draft.rules.get("unit", "ects"),
        "achievement": pathway.achievement_id,
        "conferral": pathway.conferral,
        "renewal_months": draft.renewal_months,
        "continuing_credits": draft.continuing_credits,
    }


# -- buttons ------------------------------------------------------------------------------------


def _start_version(request: HttpRequest, pathway: Any) -> str:
    designing.start_version(pathway, actor=request.user)
    messages.success(request, _("A new version begins as the current one is."))
    return "draft"


def _discard(request: HttpRequest, pathway: Any) -> str:
    draft = queries_design.draft_of(pathway)
    if draft is None:
        return "detail"
    designing.discard(draft, actor=request.user)
    messages.success(request, _("The draft is thrown away."))
    return "detail" if pathway.current_id else "manage"


def _retire(request: HttpRequest, pathway: Any) -> str:
    publishing.retire(pathway, actor=request.user)
    messages.success(request, _("Retired. Who follows it goes on; nobody new can join."))
    return "detail"


def _restore(request: HttpRequest, pathway: Any) -> str:
    publishing.restore(pathway, actor=request.user)
    messages.success(request, _("It is on offer again."))
    return "detail"


_VERBS: Final[dict[str, tuple[Permission, Callable[[HttpRequest, Any], str]]]] = {
    "new-version": (Permission.DESIGN, _start_version),
    "discard": (Permission.DESIGN, _discard),
    "retire": (Permission.PUBLISH, _retire),
    "restore": (Permission.PUBLISH, _restore),
}


@login_required
@require_POST
def act(request: HttpRequest, slug: str, pk: uuid.UUID, verb: str) -> HttpResponse:
    """One of the buttons of a pathway."""
    if verb not in _VERBS:
        raise Http404("There is nothing here.")
    permission, change = _VERBS[verb]
    _organisation, pathway = queries_design.pathway_for(request.user, slug, pk, permission)
    view = "detail"
    try:
        view = change(request, pathway)
    except UsageError as problem:
        tell(request, problem)
    args = [slug] if view == "manage" else [slug, pk]
    return redirect(f"pathways:{view}", *args)
