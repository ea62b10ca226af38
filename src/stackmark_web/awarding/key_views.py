"""What a key has signed, and to have it signed anew: for owners, when a key was lost."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web.accounts.confirming import fresh_sign_in
from stackmark_web.awarding import by_key, key_run
from stackmark_web.jobs.models import Chunk, Run
from stackmark_web.tenancy.models import Organisation, SigningKey
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for

PER_PAGE: Final = 50
MAX_SHOWN: Final = 200


@login_required
@require_safe
def awards(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The credentials a key has signed, oldest first, and what became of each."""
    organisation, key = _key(request, slug, pk)
    since = bool(request.GET.get("since"))
    counts = by_key.counts(key)
    number = counts["since" if since and key.lost_from else "all"]
    shown = by_key.shown(key, since_lost=since, number=number)
    run = _last_run(key)
    context = {
        "organisation": organisation,
        "section": "keys",
        "key": key,
        "counts": counts,
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "since": since,
        "run": run,
        "refused": _refused(run),
    }
    return render(request, "awarding/key_awards.html", context)


@login_required
@require_POST
@fresh_sign_in
def anew(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Start the run that signs them anew."""
    _organisation, key = _key(request, slug, pk)
    only = request.POST.get("which") == "since"
    try:
        run = key_run.sign_anew(key, actor=request.user, only_since=only)
    except StackmarkError as error:
        messages.error(request, error.detail)
        return redirect("awarding:key_awards", slug, pk)
    messages.success(request, _("They are being signed anew. The holders get a letter each."))
    return redirect("jobs:run", slug, run.pk)


def _key(request: HttpRequest, slug: str, pk: int) -> tuple[Organisation, SigningKey]:
    organisation = organisation_for(request.user, slug, Permission.KEYS)
    if organisation.parent_id is not None:
        raise Http404("Keys are the institution's.")
    key = get_object_or_404(SigningKey.objects.within(organisation), pk=pk)
    return organisation, key


def _last_run(key: SigningKey) -> Run | None:
    runs = Run.everywhere.filter(organisation=key.organisation, kind=key_run.KIND)
    return next((run for run in runs.order_by("-created_at") if run.params["key"] == key.pk), None)


def _refused(run: Run | None) -> list[tuple[str, str]]:
    """Awards that could not be replaced, and why."""
    if run is None:
        return []
    chunks: Any = Chunk.objects.filter(run=run).values_list("result", flat=True)
    found = [(pk, why) for one in chunks for pk, why in one.get("refused", {}).items()]
    return found[:MAX_SHOWN]
