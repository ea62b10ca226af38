"""Rules in and out as files: the requirement language, and CTDL with what could not be carried."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stackmark.errors import StackmarkError, UsageError
from stackmark.exchange.rules import export_rules, import_rules
from stackmark.exchange.shapes import Loss
from stackmark.stacking.write import rules_json
from stackmark_web.pathways.actions import designing
from stackmark_web.pathways.design_pages import draft_for, page
from stackmark_web.pathways.forms_design import RulesFileForm
from stackmark_web.pathways.rules_of import rules_of


def as_file(tree: Mapping[str, Any], name: str) -> HttpResponse:
    """JSON to download."""
    answer = JsonResponse(tree, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Take the rules along, or bring others; what a format cannot say is told."""
    organisation, draft = draft_for(request.user, slug, pk)
    form = RulesFileForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        initial={"revision": draft.revision},
    )
    lost: tuple[Loss, ...] = ()
    if form.is_bound and form.is_valid():
        try:
            rules, lost = _read(form.cleaned_data["tree"])
            designing.save_rules(
                draft,
                actor=request.user,
                rules=rules,
                revision=form.cleaned_data["revision"],
                what="import",
            )
        except StackmarkError as problem:
            form.add_error("file" if form.cleaned_data.get("file") else "text", problem.detail)
        else:
            messages.success(request, _("The rules of the file are the rules of this draft now."))
            if not lost:
                return redirect("pathways:draft", slug, pk)
            draft.refresh_from_db()
            form = RulesFileForm(initial={"revision": draft.revision})
    return page(
        request,
        "files",
        organisation,
        pathway=draft.pathway,
        draft=draft,
        tab="files",
        form=form,
        lost=lost,
        unsaid=_ctdl(draft)[1],
        status=422 if form.is_bound else 200,
    )


def _read(tree: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """Rules from a file of ours, or from a pathway of CTDL or associations of a CLR."""
    if "rule" in tree or "version" in tree:
        return dict(tree), ()
    found, lost = import_rules(tree)
    return rules_json(found), lost


def _ctdl(version: Any) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    try:
        return export_rules(rules_of(version), "ctdl")
    except UsageError as problem:
        return {}, (Loss("", None, problem.detail),)


@login_required
@require_safe
def rules_file(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The draft's rules, as ``stackmark rules`` and ``stackmark audit`` take them."""
    _organisation, draft = draft_for(request.user, slug, pk)
    return as_file(draft.rules, "rules.json")


@login_required
@require_safe
def ctdl_file(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The draft's rules as a CTDL pathway."""
    _organisation, draft = draft_for(request.user, slug, pk)
    return as_file(_ctdl(draft)[0], "pathway.ctdl.json")
