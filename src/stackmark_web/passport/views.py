"""Pages of one's own passport: the list, its other views, and one credential."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.awarding import letters
from stackmark_web.awarding import queries as awarding
from stackmark_web.awarding.actions import WrongState
from stackmark_web.passport import (
    actions,
    beside,
    claiming,
    downloads,
    linkedin,
    pass_views,
    queries,
    reissuing,
)
from stackmark_web.passport.cards import award_card, own_card
from stackmark_web.passport.checking import answer_of, credential_bytes
from stackmark_web.passport.forms import FilterForm, FoldersForm
from stackmark_web.passport.models import Holding
from stackmark_web.passport.responses import attachment, picture_response
from stackmark_web.passport.standing import standing_of
from stackmark_web.ui.cards import Card
from stackmark_web.verifying.checking import carry_received
from stackmark_web.verifying.throttle import wait_for

PAGE: Final = 24
_CHECK_COST: Final = 5


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Everything a person holds, and what waits for them."""
    form = FilterForm(request.GET or None, user=request.user)
    filters = form.filters() if form.is_bound else queries.Filters()
    rows = queries.holdings(request.user, filters)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    waiting = queries.waiting_for(request.user)
    return render(
        request,
        "passport/home.html",
        {
            "form": form,
            "filtered": bool(filters),
            "page": page,
            "cards": [own_card(row) for row in page],
            "waiting": [(award, award_card(award)) for award in waiting],
            "query": _without_page(request),
            "tab": "home",
            "empty": not filters and not page.paginator.count,
        },
    )


def _without_page(request: HttpRequest) -> str:
    given = request.GET.copy()
    given.pop("page", None)
    return given.urlencode()


@login_required
@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    """The same by time, with what ends when."""
    years: dict[int, list[tuple[Holding, Card]]] = {}
    rows = queries.holdings(request.user)
    for row in sorted(rows, key=lambda one: one.valid_from or one.added_at, reverse=True):
        year = (row.valid_from or row.added_at).year
        years.setdefault(year, []).append((row, own_card(row)))
    context = {"years": list(years.items()), "tab": "timeline"}
    return render(request, "passport/timeline.html", context)


@login_required
@require_safe
def skills(request: HttpRequest) -> HttpResponse:
    """What the credentials say their holder can do."""
    found = queries.skills_of(request.user)
    return render(request, "passport/skills.html", {"skills": found, "tab": "skills"})


@login_required
@require_safe
def holding(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One credential: what a checker sees, and what its holder can do with it."""
    found = queries.holding_of(request.user, pk)
    return render(request, "passport/holding.html", _about(request, found))


def _about(request: HttpRequest, found: Holding) -> dict[str, Any]:
    standing = standing_of(found)
    next_one = _replacement(found)
    return {
        "holding": found,
        "card": own_card(found),
        "standing": standing,
        "replacement": next_one,
        "shown": answer_of(found),
        "forms": downloads.labelled_forms(found),
        "no_certificate": downloads.no_certificate(found),
        "appeal": _appeal(found),
        "print_url": queries.print_url(found),
        "public_url": public_url(found) if found.published else "",
        "folders": FoldersForm(initial={"folders": found.folders.all()}, user=request.user),
        "shares": queries.shares_of(request.user).filter(holdings=found, withdrawn_at=None),
        "carried": carry_received(credential_bytes(found)),
        "passes": pass_views.ready(),
        "reissuable": not reissuing.why_not(found),
        "presentable": queries.is_presentable(found),
        "beside": beside.panels(found),
    }


def _appeal(found: Holding) -> dict[str, Any] | None:
    """The holder's way to answer a revocation: what came of it so far, and where."""
    award = found.award
    revoked = award is not None and standing_of(found).status == "revoked"
    appeal = awarding.appeal_about(award) if award is not None and revoked else None
    if appeal is None:
        return None
    late = appeal.due_at <= clock.now() and not appeal.text and appeal.decided_at is None
    return {"about": appeal, "url": letters.appeal_link(appeal), "late": late}


def _replacement(found: Holding) -> Holding | None:
    """The holding that took this one's place."""
    if found.award is None:
        return None
    award = awarding.replacement_of(found.award)
    return Holding.objects.filter(user=found.user, award=award).first() if award else None


def public_url(found: Holding) -> str:
    """The public page of a credential issued here."""
    return f"{settings.PUBLIC_URL}/credentials/{found.award_id}" if found.award_id else ""


@login_required
@require_safe
def picture(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The small picture of an imported credential."""
    return picture_response(queries.holding_of(request.user, pk))


@login_required
@require_safe
def download(request: HttpRequest, pk: uuid.UUID, form: str) -> HttpResponse:
    """One credential in one form."""
    found = queries.holding_of(request.user, pk)
    try:
        made = downloads.make(found, form, paper=request.GET.get("paper", "a4"))
    except StackmarkError as error:
        messages.error(request, error.detail)
        return redirect("passport:holding", pk=pk)
    return attachment(made)


# -- changes -----------------------------------------------------------------------------------


def _done(request: HttpRequest, pk: uuid.UUID, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("passport:holding", pk=pk)


@login_required
@require_POST
def check(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Check again now."""
    found = queries.holding_of(request.user, pk)
    if wait_for(request, _CHECK_COST):
        messages.error(request, _("You have checked a lot just now; try again in a few minutes."))
        return redirect("passport:holding", pk=pk)
    actions.check_again(found, actor=request.user)
    return _done(request, pk, _("Checked again."))


@login_required
@require_POST
def publish(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Open the public address."""
    found = queries.holding_of(request.user, pk)
    try:
        actions.publish(found, actor=request.user)
    except ValidationError as error:
        messages.error(request, error.message)
        return redirect("passport:holding", pk=pk)
    return _done(request, pk, _("Anybody can see this credential at its public address now."))


@login_required
@require_POST
def unpublish(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Close the public address."""
    actions.unpublish(queries.holding_of(request.user, pk), actor=request.user)
    return _done(request, pk, _("The public address shows nothing any more."))


@login_required
@require_POST
def file(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Choose folders."""
    found = queries.holding_of(request.user, pk)
    form = FoldersForm(request.POST, user=request.user)
    if form.is_valid():
        chosen = list(form.cleaned_data["folders"])
        actions.choose_folders(found, actor=request.user, folders=chosen)
        return _done(request, pk, _("Folders saved."))
    messages.error(request, _("That folder is gone; look again."))
    return redirect("passport:holding", pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take an imported credential out, after a question."""
    found = queries.holding_of(request.user, pk)
    if found.award_id is not None:
        raise Http404("There is nothing here.")
    if request.method == "GET":
        return render(request, "passport/remove.html", {"holding": found, "card": own_card(found)})
    actions.remove(found, actor=request.user)
    messages.success(request, _("The credential is out of your passport."))
    return redirect("passport:home")


@login_required
@require_POST
def print_code(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Withdraw or renew the code on printed certificates."""
    found = queries.holding_of(request.user, pk)
    actions.withdraw_print_share(found, actor=request.user)
    if request.POST.get("renew"):
        actions.make_print_share(found, actor=request.user)
        return _done(
            request,
            pk,
            _("There is a new code. Printed ones lead nowhere now; download the certificate anew."),
        )
    return _done(request, pk, _("Printed codes lead nowhere now."))


@login_required
@require_POST
def accept(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take an award that waits at one of the person's verified addresses."""
    award = queries.waiting_award(request.user, pk)
    try:
        found = claiming.keep(award, user=request.user, via="passport")
    except WrongState as error:
        messages.error(request, error.detail)
        return redirect("passport:home")
    except ValidationError as error:  # a guardian has to agree first
        messages.error(request, error.messages[0])
        return redirect("passport:home")
    return _done(request, found.pk, _("It is in your passport now. Nobody else sees it yet."))


@login_required
@require_http_methods(["GET", "POST"])
def turn_down(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say no to an award that waits, after a question."""
    award = queries.waiting_award(request.user, pk)
    if request.method == "GET":
        context = {"card": award_card(award), "action": "", "back": reverse("passport:home")}
        return render(request, "passport/decline.html", context)
    try:
        claiming.decline(award, user=request.user, via="passport")
    except WrongState as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("You have declined it. The issuer will know."))
    return redirect("passport:home")


# -- LinkedIn ----------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def linkedin_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Add to a LinkedIn profile: needs a page that anybody can open."""
    found = queries.holding_of(request.user, pk)
    if request.method == "POST":
        if not queries.is_presentable(found):
            messages.error(request, _("It is not in force, so LinkedIn should not show it."))
        elif not _checkable_url(found):
            actions.make_share(request.user, [found], title="LinkedIn")
        return redirect("passport:linkedin", pk=pk)
    url = _checkable_url(found)
    context = {
        "holding": found,
        "card": own_card(found),
        "url": url,
        "add": linkedin.add_link(found, url) if url else "",
        "post": linkedin.share_link(url) if url else "",
        "passes": pass_views.ready(),
        "reissuable": not reissuing.why_not(found),
        "presentable": queries.is_presentable(found),
    }
    return render(request, "passport/linkedin.html", context)


def _checkable_url(found: Holding) -> str:
    """A page about this credential that needs neither PIN nor address."""
    if found.published:
        return public_url(found)
    share = queries.linkedin_share(found)
    return queries.share_url(share) if share is not None else ""
