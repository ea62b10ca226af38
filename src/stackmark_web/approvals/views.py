"""Pages: what waits, one change, and what needs a second person."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web.accounts.confirming import fresh_sign_in
from stackmark_web.approvals import achievements, actions, packing, queries
from stackmark_web.approvals.forms import RulesForm, WordsForm
from stackmark_web.approvals.models import Change
from stackmark_web.approvals.registry import kind_of
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for


@login_required
@require_safe
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """What waits and what was decided."""
    organisation = organisation_for(request.user, slug, Permission.VIEW)
    context = {
        "organisation": organisation,
        "section": "changes",
        "changes": queries.changes_of(organisation, request.user),
        "rules": queries.rules_of(organisation),
    }
    return render(request, "approvals/list.html", context)


@login_required
@require_safe
def change(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Exactly what will happen, and the buttons of who may decide."""
    return _page(request, *_found(request, slug, pk))


def _page(
    request: HttpRequest, organisation: Any, found: Change, form: WordsForm | None = None
) -> HttpResponse:
    subject = queries.subject_of(found)
    kind = kind_of(found.kind)
    why = queries.hindrance(request.user, found) if found.is_waiting else ""
    own = queries.is_asker(request.user, found)
    context = {
        "organisation": organisation,
        "section": "changes",
        "change": found,
        "rows": _rows(found, subject),
        "thing": kind.path(subject) if subject is not None else "",
        "own": own,
        "hindrance": actions.hindrance_words(why) if why else "",
        "form": form or WordsForm(label=_("Why not"), auto_id="refuse_%s"),
        "why_form": WordsForm(
            label=_("Why you ask for it"), initial={"words": found.why}, auto_id="why_%s"
        ),
    }
    return render(request, "approvals/change.html", context, status=422 if form else 200)


def _rows(found: Change, subject: Any) -> list[tuple[str, str, str]]:
    if not found.is_waiting or subject is None:
        return []
    how = packing.unpack(found.arguments["how"])
    return list(kind_of(found.kind).rows(subject, how))


@login_required
@require_POST
@fresh_sign_in
def approve(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Yes: it is done at once."""
    organisation, found = _found(request, slug, pk)

    def do() -> None:
        done = actions.approve(found, actor=request.user)
        if done.state == Change.State.DONE:
            messages.success(request, _("Approved, and done."))
        else:
            messages.error(request, done.answer)

    return _after(request, organisation, found, do)


@login_required
@require_POST
def refuse(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """No, with a reason."""
    organisation, found = _found(request, slug, pk)
    form = WordsForm(request.POST, label=_("Why not"), auto_id="refuse_%s")
    if not form.is_valid():
        return _page(request, organisation, found, form)

    def do() -> None:
        actions.refuse(found, actor=request.user, reason=form.cleaned_data["words"])
        messages.success(request, _("Refused. Whoever asked is told why."))

    return _after(request, organisation, found, do)


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Take back what one asked for."""
    organisation, found = _found(request, slug, pk)

    def do() -> None:
        actions.withdraw(found, actor=request.user)
        messages.success(request, _("Taken back."))

    return _after(request, organisation, found, do)


@login_required
@require_POST
def explain(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Say why one asks."""
    organisation, found = _found(request, slug, pk)

    def do() -> None:
        actions.explain(found, actor=request.user, why=request.POST.get("words", ""))
        messages.success(request, _("Saved."))

    return _after(request, organisation, found, do)


def _found(request: HttpRequest, slug: str, pk: uuid.UUID) -> tuple[Any, Change]:
    organisation = organisation_for(request.user, slug, Permission.VIEW)
    return organisation, queries.change_of(organisation, pk, request.user)


def _after(
    request: HttpRequest, organisation: Any, found: Change, do: Callable[[], None]
) -> HttpResponse:
    try:
        do()
    except StackmarkError as error:
        messages.error(request, error.detail)
    except PermissionDenied as error:
        messages.error(request, str(error))
    return redirect("approvals:change", organisation.slug, found.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """What needs a second person here."""
    organisation = organisation_for(request.user, slug, Permission.EDIT)
    row = queries.policy_at(organisation)
    offered = {
        "root": organisation.parent_id is None,
        "achievements": achievements.of(organisation),
    }
    initial = _initial(row)
    form = RulesForm(request.POST if request.method == "POST" else None, initial=initial, **offered)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.set_policy(organisation, actor=request.user, **form.rules())
            except StackmarkError as error:
                form.add_error(None, error.detail)
            else:
                messages.success(request, _("Saved."))
                return redirect("approvals:rules", slug)
    context = {
        "organisation": organisation,
        "section": "settings",
        "tab": "four-eyes",
        "form": form,
        "above": queries.rules_of(organisation.parent) if organisation.parent else None,
    }
    return render(request, "approvals/rules.html", context, status=status)


def _initial(row: Any) -> dict[str, Any]:
    if row is None:
        return {"bulk_over": 50}
    names = ("publishing", "keys", "revoking", "watched")
    return {
        **{name: getattr(row, name) for name in names},
        "bulk": row.bulk_over is not None,
        "bulk_over": 50 if row.bulk_over is None else row.bulk_over,
    }
