"""One thing that was sent: its five rows, the draft, and the page that is confirmed and signed."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stackmark.errors import StackmarkError
from stackmark.recognition.statement import in_words
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.recognising import comparing, drafts, pages, queries, sent, wording
from stackmark_web.recognising.actions import deciding, evaluating
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.forms_draft import DraftForm
from stackmark_web.recognising.models import Request, Source
from stackmark_web.verifying.showing import Shown


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def source(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The rows as proposed or as kept, precedents, and the verdict to be chosen."""
    place = pages.place_for(request.user, slug)
    found = queries.source_to(place, pk)
    refused = _refusal(found, request.user)
    if refused is not None:
        return _closed(request, place, found, refused)
    if found.request.kind == Request.Kind.PORTFOLIO and not found.portfolio:
        return redirect("recognising:portfolio_assess", slug, pk)  # evidence before the rows
    try:
        draft = drafts.draft_of(found, queries.current(found))
        held = comparing.held_outcomes(found)
    except StackmarkError as error:
        return _closed(request, place, found, error.detail)
    data = request.POST if request.method == "POST" else None
    form = DraftForm(data, draft=draft, held=held, revision=found.revision)
    if form.is_bound and form.is_valid():
        done = _keep(request, found, form)
        if done is not None:
            return redirect(done, slug, pk)
    return pages.desk_page(
        request,
        "source",
        place,
        source=found,
        asked=found.request,
        form=form,
        draft=draft,
        target_url=catalogue.public_url(found.request.target),
        appeal=queries.open_appeal(queries.current(found)),
        about=sent.about(found),
        report=Shown(found.report) if found.report else None,
        status=422 if form.is_bound else 200,
        **_precedents(found),
    )


def _keep(request: HttpRequest, found: Source, form: DraftForm) -> str | None:
    """Keep what the form says; the page to go to, or None when something is wrong."""
    try:
        kept = evaluating.keep(
            found,
            actor=request.user,
            revision=form.cleaned_data["revision"],
            given=form.given(),
        )
        if "decide" not in request.POST:
            messages.success(request, _("Kept."))
            return "recognising:source"
        kept.request = found.request
        found.revision = kept.revision  # kept already: what is wrong below is mended from here
        form.data = form.data.copy()
        form.data["revision"] = str(kept.revision)
        drafts.decision_of(kept)
    except Problem as problem:
        pages.say(form, problem)
        return None
    return "recognising:source_confirm"


def _precedents(found: Source) -> dict[str, Any]:
    known = queries.precedents_for(found)
    return {
        "precedents": [
            (one, row, wording.LIKENESS[one.likeness], wording.VERDICT_TONES[row.verdict])
            for one, row in known.found
        ],
        "odd": [
            (
                known.row(one.first),
                known.row(one.second),
                [wording.DIFFERS[name] for name in one.differs],
                [wording.ROWS[name] for name in one.rows],
            )
            for one in known.odd
        ],
    }


def _refusal(found: Source, user: Any) -> str | None:
    """Why this person decides nothing here now; None when they may."""
    if found.request.user_id == user.pk:
        return _("It is your own request; a colleague decides.")
    try:
        queries.require_decidable(found, found.request, user)
    except Problem as problem:
        return problem.detail
    except PermissionDenied as error:
        return str(error)
    return None


def _closed(request: HttpRequest, place: Any, found: Source, why: str) -> HttpResponse:
    return pages.desk_page(
        request,
        "closed",
        place,
        source=found,
        asked=found.request,
        why=why,
        decision=queries.current(found),
        about=sent.about(found),
        report=Shown(found.report) if found.report else None,
        status=200 if request.method != "POST" else 422,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Exactly what will be signed; a person says yes."""
    place = pages.place_for(request.user, slug)
    found = queries.source_to(place, pk)
    refused = _refusal(found, request.user)
    if refused is not None:
        return _closed(request, place, found, refused)
    try:
        decided = drafts.decision_of(found)
    except Problem as problem:
        pages.tell(request, problem)
        return redirect("recognising:source", slug, pk)
    wrong = ""
    if request.method == "POST":
        try:
            made = deciding.decide(found, actor=request.user, revision=_revision(request))
        except StackmarkError as error:
            wrong = error.detail
        else:
            messages.success(request, _("Decided and signed. It is in the learner's passport."))
            return redirect("recognising:desk_decision", slug, made.pk)
    return pages.desk_page(
        request,
        "confirm",
        place,
        source=found,
        asked=found.request,
        decided=decided,
        verdict=wording.VERDICTS[decided.verdict],
        rule=wording.RULES[decided.default],
        rows=[
            (one, wording.ROWS[one.name], wording.FINDINGS[one.finding], wording.TONES[one.finding])
            for one in decided.comparison.rows
        ],
        matches=[
            (one, wording.RELATIONS[one.relation], wording.BASES[one.basis])
            for one in decided.comparison.matches
        ],
        sentence=in_words(decided),
        wrong=wrong,
        status=422 if wrong else 200,
    )


def _revision(request: HttpRequest) -> int:
    given = request.POST.get("revision", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else -1


@login_required
@require_safe
def document(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The bytes exactly as they were sent."""
    found = queries.source_to(pages.place_for(request.user, slug), pk)
    if not found.data:
        raise Http404("There is nothing here.")
    data = bytes(found.data)
    response = HttpResponse(data, content_type="application/octet-stream")
    ending = "png" if data.startswith(b"\x89PNG") else "json" if data[:1] in b"{[" else "txt"
    response["Content-Disposition"] = f'attachment; filename="sent-{found.pk}.{ending}"'
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    response.stackmark_csp = {"sandbox": ""}  # type: ignore[attr-defined]  # read by SecurityHeaders
    return response
