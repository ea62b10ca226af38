"""A statement, for who made it: what it says, and how it is withdrawn."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stackmark_web.accrediting import actions, checking, queries
from stackmark_web.accrediting import rows as profiles
from stackmark_web.accrediting.actions import Problem
from stackmark_web.accrediting.forms import TextForm
from stackmark_web.accrediting.views import page, place_for
from stackmark_web.accrediting.wording import STANDINGS, scope_words
from stackmark_web.tenancy.permissions import Permission


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """What was stated; a reason withdraws it."""
    place = place_for(request.user, slug, Permission.REVIEW)
    found = queries.statement_by(place, pk)
    form = TextForm(
        request.POST if request.method == "POST" else None,
        label=_("Why it is withdrawn"),
        help_text=_("Everybody can read this. It cannot be undone."),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(found, actor=request.user, reason=form.cleaned_data["text"])
        except Problem as problem:
            form.add_error(None, problem.detail)
        else:
            messages.success(request, _("Withdrawn. Everybody who checks sees it from now on."))
            return redirect("accrediting:statement", slug, pk)
    standing = checking.standing(found)
    return page(
        request,
        "statement",
        place,
        statement=found,
        form=form,
        standing=standing,
        standing_words=STANDINGS[standing],
        scope=scope_words(found.scope),
        profile_title=profiles.title_of(found.profile),
        status=422 if form.is_bound else 200,
    )
