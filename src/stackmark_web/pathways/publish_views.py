"""Publication: what changed sentence by sentence, from when it applies, and the last look."""

from __future__ import annotations

import difflib
import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from stackmark.errors import UsageError
from stackmark_web.pathways import queries_trials
from stackmark_web.pathways.actions import publishing
from stackmark_web.pathways.design_pages import draft_for, page
from stackmark_web.pathways.faults import say
from stackmark_web.pathways.forms_design import PublishForm
from stackmark_web.pathways.shown import Shown, plain_sentences
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.ui.text import plural_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The last page before the rules are frozen."""
    organisation, draft = draft_for(request.user, slug, pk, Permission.PUBLISH)
    pathway = draft.pathway
    form = PublishForm(
        request.POST if request.method == "POST" else None,
        initial={"revision": draft.revision},
        first=pathway.current_id is None,
    )
    if form.is_bound and form.is_valid():
        found = form.cleaned_data
        try:
            made = publishing.publish(
                draft,
                actor=request.user,
                applies_from=found["applies_from"],
                changed=found.get("note", ""),
                revision=found["revision"],
            )
        except UsageError as problem:
            say(form, problem)
        else:
            messages.success(
                request, _("Version %d is published and never changes again.") % made.number
            )
            return redirect("pathways:detail", slug, pk)
    shown = Shown(draft)
    rows = changes(pathway.current, draft) if pathway.current else []
    return page(
        request,
        "publish",
        organisation,
        pathway=pathway,
        draft=draft,
        tab="publish",
        form=form,
        shown=shown,
        changes=rows,
        differs=any(mark != " " for mark, _words in rows),
        trial=queries_trials.newest(draft),
        status=422 if form.is_bound else 200,
    )


def changes(earlier: Any, later: Any) -> list[tuple[str, str]]:
    """The sentences of both versions: ``-`` gone, ``+`` new, a space for what stays."""
    before, after = (_lines(one) for one in (earlier, later))
    rows = difflib.ndiff(before, after)
    return [(one[0], one[2:].strip()) for one in rows if one[0] in "-+ "]


def _lines(version: Any) -> list[str]:
    told = [version.title, *plain_sentences(Shown(version, linted=False))]
    if version.renewal_months:
        months, needed = version.renewal_months, version.continuing_credits or 0
        holds = ngettext("Holds for %(count)s month.", "Holds for %(count)s months.", months)
        renews = ngettext(
            "%(count)s continuing credit renews it.",
            "%(count)s continuing credits renew it.",
            plural_of(needed),
        )
        told += [holds % {"count": months}, renews % {"count": needed}]
    return told
