"""What proves an award that came of a pathway: files to check on any machine, without us.

The holder and the body that awards may open them, and whoever was given a link to the award that
shows evidence. For everybody else nothing is there.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from stackmark.errors import StackmarkError
from stackmark_web.passport import queries as passport
from stackmark_web.passport.bundle import bundle
from stackmark_web.passport.downloads import Source, file_stem
from stackmark_web.passport.models import Share
from stackmark_web.passport.show_views import opened
from stackmark_web.pathways import queries_proof as queries
from stackmark_web.pathways import record, sealing
from stackmark_web.pathways.models import Completion

CREDENTIALS: Final = "credentials.zip"
RECORD: Final = "record.json"
COMMAND: Final = (
    "stackmark audit --check witness.json --rules rules.json --holdings credentials.zip"
)
COMMAND_OFFLINE: Final = f"{COMMAND} --documents credentials.zip"
COMMAND_AWARD: Final = (
    "stackmark audit --check {name} --rules rules.json --holdings credentials.zip "
    "--documents credentials.zip"
)
COMMAND_STATED: Final = (
    "stackmark audit --check witness.json --rules rules.json --holdings holdings.json"
)


@login_required
@require_safe
def proof(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Which credential served which rule, and the files."""
    found = queries.completion_for(request.user, pk)
    award = queries.award_kept(found, request.user)
    name = "" if award is None else f"{file_stem(Source.of(award))}.json"
    context = {
        "award": award,
        "award_name": name,
        "command_award": COMMAND_AWARD.format(name=name),
        "completion": found,
        "uses": queries.uses_of(found),
        "missing": queries.missing_of(found),
        "may_record": record.may_sign(found),
        "command": COMMAND,
        "command_offline": COMMAND_OFFLINE,
        "command_stated": COMMAND_STATED,
        "by_books": queries.needs_books(found),
        "mine": found.user_id == request.user.pk,
        "tab": "pathways",
    }
    return render(request, "pathways/learner/proof.html", context)


@login_required
@require_safe
def file(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """One of the files, for those who may; nobody else learns that it exists."""
    found = queries.completion_for(request.user, pk)
    return _answer(request, found, name)


@require_safe
@opened
def shared(
    request: HttpRequest,
    token: str,  # noqa: ARG001 - the decorator's form
    found: Share,
    pk: uuid.UUID,
    name: str,
) -> HttpResponse:
    """The same for who was given a link that shows evidence."""
    one = next((row for row in passport.shared(found) if row.pk == pk), None)
    completion = None if one is None or not found.evidence else queries.completion_behind(one)
    if completion is None:
        raise Http404("There is nothing here.")
    return _answer(request, completion, name)


def _answer(request: HttpRequest, found: Completion, name: str) -> HttpResponse:
    try:
        data, kind = _file(found, name)
    except StackmarkError as error:
        messages.error(request, error.detail)
        where = "pathways:proof" if request.user.is_authenticated else "pathways:list"
        return redirect(where, *([found.pk] if where == "pathways:proof" else []))
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _file(found: Completion, name: str) -> tuple[bytes, str]:
    if name == CREDENTIALS:
        kept = queries.kept_of(found)
        return bundle(kept.rows, kept.documents, kept.award).data, "application/zip"
    if name == RECORD:
        return record.record_of(found, queries.used_of(found)), "application/vc+ld+json"
    data = sealing.file_of(found, name)
    if data is None:
        raise Http404("There is nothing here.")
    return data, sealing.MEDIA_TYPE


def exported(user: Any) -> dict[str, bytes]:
    """The witnesses of a learner's completed pathways, and what each is judged by."""
    found: dict[str, bytes] = {}
    for one in queries.completions().filter(user=user):
        for name in sealing.FILES:
            data = sealing.file_of(one, name)
            if data is not None:
                found[f"{one.pk}/{name}"] = data
    return found


def panel(holding: Any, token: str = "") -> str:
    """Beside an award in a passport, and on a link that shows evidence: what proves it."""
    found = queries.completion_behind(holding)
    if found is None:
        return ""
    command = COMMAND_STATED if queries.needs_books(found) else COMMAND
    context = {"completion": found, "holding": holding, "token": token, "command": command}
    return SafeString(render_to_string("pathways/parts/proof.html", context))
