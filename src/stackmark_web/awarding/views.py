"""The issuer's pages: the list of awards, a new one, what exactly will be issued, one award."""

from __future__ import annotations

import secrets
from typing import Any, Final

import orjson
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.awarding import actions, exporting, issuing, letters, marks, queries, states
from stackmark_web.awarding.drafting import Draft
from stackmark_web.awarding.forms import explain_end, initial_of, usual_end
from stackmark_web.awarding.models import Award
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.integrations.queries import letters_about
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may, organisation_for

_PER_PAGE: Final = 50
_TABS: Final = (
    Award.State.OFFERED,
    Award.State.CLAIMED,
    Award.State.DRAFT,
    Award.State.SCHEDULED,
    Award.State.LAPSED,
    Award.State.DECLINED,
    Award.State.SUSPENDED,
    Award.State.REVOKED,
    Award.State.SUPERSEDED,
)


def page(
    request: HttpRequest, name: str, organisation: Organisation, **context: Any
) -> HttpResponse:
    """A page of the work area."""
    frame = {"organisation": organisation, "section": "awards"}
    return render(request, f"awarding/{name}.html", frame | context)


@login_required
@require_safe
def awards(request: HttpRequest, slug: str) -> HttpResponse:
    """The awards by state, achievement and words; counts say how many were never claimed."""
    organisation = organisation_for(request.user, slug, Permission.AWARDS_VIEW)
    filters = queries.Filters.read(request.GET.dict())
    rows = queries.listing(organisation, filters)
    counts = rows.counts()
    query = request.GET.copy()
    query.pop("page", None)
    others = query.copy()
    others.pop("state", None)
    total = sum(number for state, number in counts.items() if state != "expired")
    return page(
        request,
        "list",
        organisation,
        page=rows.page(request.GET.get("page"), _PER_PAGE),
        partial=rows.partial,
        most=queries.MOST,
        filters=filters,
        query=query.urlencode(),
        others=others.urlencode(),
        tabs=_tabs(counts, filters.state),
        total=total,
        achievements=queries.achievements_awarded(organisation),
        may_award=may(request.user, Permission.AWARD, organisation),
        appeals=queries.appeals(organisation).filter(decided_at=None).count(),
    )


def _tabs(counts: dict[str, int], chosen: str) -> list[tuple[str, Any, int]]:
    found: list[tuple[str, Any, int]] = [
        (state, Award.State(state).label, counts.get(state, 0)) for state in _TABS
    ]
    found.append(("expired", _("Expired"), counts["expired"]))
    return [tab for tab in found if tab[2] or tab[0] == chosen]


@login_required
@require_safe
def export(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """What the list shows now, as CSV."""
    organisation = organisation_for(request.user, slug, Permission.AWARDS_VIEW)
    filters = queries.Filters.read(request.GET.dict())
    record(
        "awards.exported",
        actor=request.user,
        target=organisation,
        organisation=organisation,
        after=queries.how_many(organisation, filters),
    )
    rows = queries.exported(organisation, filters, exporting.COLUMNS)
    answer = StreamingHttpResponse(exporting.lines(rows), content_type="text/csv; charset=utf-8")
    name = f"awards-{organisation.slug}-{clock.today().isoformat()}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose what to award; then say to whom. Nothing is issued before it was confirmed."""
    organisation = organisation_for(request.user, slug, Permission.AWARD)
    chosen = queries.uuid_text(request.GET.get("version", ""))
    if not chosen:
        choices = list(catalogue.versions_for_award(organisation))
        return page(request, "choose", organisation, cards=_choices(choices))
    version = catalogue.version_for_award(organisation, chosen)
    if request.method == "POST":
        draft = Draft(request.POST)
        if draft.more:
            return _form(request, organisation, draft, version=version)
        award = draft.create(version, organisation=organisation, actor=request.user)
        if award is not None:
            return redirect("awarding:confirm", slug, award.pk)
        return _form(request, organisation, draft, version=version)
    start = {
        "nonce": secrets.token_urlsafe(16),
        "name_in_credential": True,
        "valid_until": usual_end(version),
    }
    return _form(request, organisation, Draft(initial=start), version=version)


def _choices(versions: list[Any]) -> list[Any]:
    return [catalogue.card(version, url=f"?version={version.pk}") for version in versions]


def _form(
    request: HttpRequest, organisation: Organisation, draft: Draft, **context: Any
) -> HttpResponse:
    explain_end(draft.form, context["version"])
    status = 422 if draft.refused else 200
    answer = page(request, "form", organisation, draft=draft, form=draft.form, **context)
    answer.status_code = status
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    """Change a draft or a scheduled award."""
    organisation = organisation_for(request.user, slug, Permission.AWARD)
    award = queries.award_of(organisation, pk)
    if not states.allowed("edit", award):
        messages.warning(request, _("It is issued already; correct it instead."))
        return redirect("awarding:detail", slug, pk)
    if request.method == "POST":
        draft = Draft(request.POST)
        if not draft.more and draft.change(award, actor=request.user):
            return redirect("awarding:confirm", slug, award.pk)
    else:
        start = initial_of(award) | {"nonce": "edit"}
        draft = Draft(initial=start, evidence=award.evidence)
    return _form(request, organisation, draft, version=award.version, award=award)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    """Exactly what will be issued, and the button that does it. Twice pressed issues once."""
    organisation = organisation_for(request.user, slug, Permission.AWARD)
    award = queries.award_of(organisation, pk)
    if request.method == "POST":
        return _release(request, organisation, award)
    if award.signed is not None:
        return redirect("awarding:detail", slug, pk)
    context: dict[str, Any] = {"award": award, "card": queries.card(award), **_marked(award)}
    try:
        unsigned = issuing.preview(award)
        context["document"] = orjson.dumps(unsigned, option=orjson.OPT_INDENT_2).decode()
    except StackmarkError as error:
        context["problem"] = error.detail
    later = award.send_at is not None and award.send_at > clock.now()
    return page(
        request,
        "confirm",
        organisation,
        later=later,
        language=letters.language_name(award),
        link_ends=award.claim_by,
        **context,
    )


def _release(request: HttpRequest, organisation: Organisation, award: Award) -> HttpResponse:
    try:
        actions.release(award, actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
        return redirect("awarding:confirm", organisation.slug, award.pk)
    if award.state == Award.State.SCHEDULED:
        messages.success(request, _("Scheduled. Until then you can change it or take it back."))
    else:
        messages.success(request, _("Issued. The letter with the claim link is on its way."))
    return redirect("awarding:detail", organisation.slug, award.pk)


@login_required
@require_safe
def detail(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    """One award: how it looks, what happened, what can be done."""
    organisation = organisation_for(request.user, slug, Permission.AWARDS_VIEW)
    award = queries.award_of(organisation, pk)
    status, since = queries.status_of(award)
    allowed = {name for name in states.TABLE if states.allowed(name, award)}
    return page(
        request,
        "detail",
        organisation,
        award=award,
        card=queries.card(award),
        status=status,
        since=since,
        allowed=allowed,
        may_award=may(request.user, Permission.AWARD, organisation),
        may_revoke=may(request.user, Permission.REVOKE, organisation),
        history=queries.history(award),
        replacement=queries.replacement_of(award),
        lists=award.status_list,
        appeal=queries.appeal_about(award),
        letters=letters_about(award.pk),
        identifier=issuing.credential_id(award),
        open_links=queries.open_links(award),
        **_marked(award),
    )


def _marked(award: Award) -> dict[str, Any]:
    """Results with the names of their levels, and evidence with its digests."""
    return {"results": marks.shown(award), "pieces": list(marks.pieces(award))}


@login_required
@require_safe
def download(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    """The signed credential, for the issuer's own files."""
    organisation = organisation_for(request.user, slug, Permission.AWARDS_VIEW)
    award = queries.award_of(organisation, pk)
    answer = HttpResponse(queries.credential_bytes(award), content_type="application/vc+ld+json")
    answer["Content-Disposition"] = f'attachment; filename="credential-{award.pk}.json"'
    return answer


@login_required
@require_POST
def discard(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    """Throw a draft away."""
    organisation = organisation_for(request.user, slug, Permission.AWARD)
    award = queries.award_of(organisation, pk)
    try:
        actions.discard(award, actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
        return redirect("awarding:detail", slug, pk)
    messages.success(request, _("Thrown away. Nobody was told of it."))
    return redirect("awarding:list", slug)
