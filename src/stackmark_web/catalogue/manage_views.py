"""The work area: the list of achievements, one achievement, its buttons and its offerings."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web.catalogue import actions, offerings, overdue, queries
from stackmark_web.catalogue.errors import StaleError
from stackmark_web.catalogue.figures import figures_of
from stackmark_web.catalogue.models import Achievement, Offering
from stackmark_web.catalogue.offering_forms import OfferingForm
from stackmark_web.catalogue.quality_forms import RenewalForm
from stackmark_web.catalogue.review_views import decisions_of, publication
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may, organisation_for
from stackmark_web.ui.site import address

PER_PAGE: Final = 24
STATES: Final = (
    ("", gettext_lazy("All")),
    ("draft", gettext_lazy("Drafts")),
    ("review", gettext_lazy("Waiting for review")),
    ("published", gettext_lazy("Published")),
    ("retired", gettext_lazy("Retired")),
)


@login_required
@require_safe
def manage(request: HttpRequest, slug: str) -> HttpResponse:
    """What the organisation and its units design and offer."""
    organisation = organisation_for(request.user, slug, Permission.VIEW)
    state = request.GET.get("state", "")
    rows = queries.in_state(queries.achievements_of(organisation), state)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    return render(
        request,
        "catalogue/manage.html",
        {
            "organisation": organisation,
            "section": "achievements",
            "page": page,
            "entries": [_entry(one) for one in page],
            "states": STATES,
            "state": state,
            "query": query.urlencode(),
            "may_design": may(request.user, Permission.DESIGN, organisation),
        },
    )


@login_required
@require_safe
def detail(request: HttpRequest, slug: str, achievement_id: uuid.UUID) -> HttpResponse:
    """One achievement: what is published, what is being written, what is on offer."""
    organisation, achievement = queries.achievement_for(
        request.user, slug, achievement_id, Permission.VIEW
    )
    draft = queries.draft_of(achievement)
    current = queries.public_version(achievement.pk)
    shown = current or draft
    if shown is None:
        raise Http404("There is nothing here.")
    figures = figures_of([shown.pk])[shown.pk]
    context = {
        "organisation": organisation,
        "section": "achievements",
        "achievement": achievement,
        "current": current,
        "draft": draft,
        "versions": queries.versions_of(achievement),
        "card": queries.card(shown, linked=False),
        "facts": queries.facts(shown, figures),
        "offerings": queries.offerings_of(achievement, public=False),
        "may_design": may(request.user, Permission.DESIGN, achievement.organisation),
        "may_publish": may(request.user, Permission.PUBLISH, achievement.organisation),
        "public_url": queries.public_url(current) if current else "",
        "award_url": _award_url(request, achievement, current),
        "decisions": decisions_of(achievement),
        **_review_part(request, current),
        **(_draft_part(request, draft) if draft else {}),
    }
    return render(request, "catalogue/detail.html", context)


@login_required
@require_POST
def act(request: HttpRequest, slug: str, achievement_id: uuid.UUID, verb: str) -> HttpResponse:
    """The buttons of an achievement."""
    _organisation, achievement = queries.achievement_for(
        request.user, slug, achievement_id, Permission.VIEW
    )
    button = _BUTTONS.get(verb)
    if button is None:
        raise Http404("There is no such button.")
    try:
        return button(request, achievement, [slug, achievement_id])
    except StaleError as error:
        messages.warning(request, error.detail)
    except StackmarkError as error:
        messages.error(request, error.detail)
    known = "check" if queries.draft_of(achievement) else "detail"
    return redirect(f"catalogue:{known}", slug, achievement_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def offering(
    request: HttpRequest, slug: str, achievement_id: uuid.UUID, offering_id: uuid.UUID | None = None
) -> HttpResponse:
    """Add or change an offering."""
    organisation, achievement = queries.achievement_for(
        request.user, slug, achievement_id, Permission.DESIGN
    )
    row = _offering(achievement, offering_id) if offering_id else None
    initial = {name: getattr(row, name) for name in offerings.FIELDS} if row else None
    form = OfferingForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            offerings.save_offering(
                achievement, actor=request.user, values=form.cleaned_data, offering=row
            )
        except StackmarkError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, _("The offering is saved."))
            return redirect("catalogue:detail", slug, achievement_id)
    return render(
        request,
        "catalogue/offering.html",
        {
            "organisation": organisation,
            "section": "achievements",
            "achievement": achievement,
            "offering": row,
            "form": form,
        },
        status=422 if form.errors else 200,
    )


@login_required
@require_POST
def close_offering(
    request: HttpRequest, slug: str, achievement_id: uuid.UUID, offering_id: uuid.UUID
) -> HttpResponse:
    """Take an offering down."""
    _organisation, achievement = queries.achievement_for(
        request.user, slug, achievement_id, Permission.DESIGN
    )
    offerings.close_offering(_offering(achievement, offering_id), actor=request.user)
    messages.success(request, _("The offering is closed."))
    return redirect("catalogue:detail", slug, achievement_id)


def _offering(achievement: Achievement, offering_id: uuid.UUID) -> Offering:
    found: Offering | None = achievement.offerings.filter(pk=offering_id).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def _entry(achievement: Achievement) -> dict[str, Any]:
    """A card of the list, and the words under it."""
    drafts: list[Any] = achievement.drafts  # type: ignore[attr-defined]  # put there by the query
    draft = drafts[0] if drafts else None
    shown = achievement.current or draft
    return {
        "card": queries.card(shown, url=queries.manage_url(achievement)) if shown else None,
        "achievement": achievement,
        "draft": draft,
        "current": achievement.current,
    }


def _draft_part(request: HttpRequest, draft: Any) -> dict[str, Any]:
    return {"publication": publication(request.user, draft)}


def _review_part(request: HttpRequest, current: Any) -> dict[str, Any]:
    """When the published version has to be looked at again, and the form to say so."""
    if current is None:
        return {}
    since = overdue.overdue_since(current)
    return {
        "review_due": overdue.due_of(current),
        "overdue": overdue.sentence(since) if since else "",
        "may_review": may(request.user, Permission.REVIEW, current.organisation),
        "renewal_form": RenewalForm(),
    }


def _award_url(request: HttpRequest, achievement: Achievement, current: Any) -> str:
    owner = achievement.organisation
    if (
        current is None
        or achievement.retired_at
        or overdue.overdue_since(current)
        or not may(request.user, Permission.AWARD, owner)
    ):
        return ""
    page = address("awarding:new", "", owner.slug)
    return f"{page}?version={current.pk}" if page else ""


def _draft(achievement: Achievement) -> Any:
    found = queries.draft_of(achievement)
    if found is None:
        raise Http404("There is no draft.")
    return found


def _publish(request: HttpRequest, achievement: Achievement, place: list[Any]) -> HttpResponse:
    months = request.POST.get("review_months", "")
    version = actions.publish(
        _draft(achievement),
        actor=request.user,
        review_months=int(months) if months.isdecimal() and len(months) < 4 else None,
    )
    messages.success(
        request,
        _("Version %(number)s is published. Now it can be awarded.") % {"number": version.number},
    )
    return redirect("catalogue:detail", *place)


def _submit(request: HttpRequest, achievement: Achievement, place: list[Any]) -> HttpResponse:
    actions.submit(_draft(achievement), actor=request.user)
    messages.success(request, _("Handed in. A reviewer can decide now."))
    return redirect("catalogue:detail", *place)


def _new_version(request: HttpRequest, achievement: Achievement, place: list[Any]) -> HttpResponse:
    actions.new_version(achievement, actor=request.user)
    return redirect("catalogue:edit", *place, "basics")


def _discard(request: HttpRequest, achievement: Achievement, place: list[Any]) -> HttpResponse:
    published = achievement.current_id is not None
    actions.discard(_draft(achievement), actor=request.user)
    messages.success(request, _("The draft is gone."))
    if published:
        return redirect("catalogue:detail", *place)
    return redirect("catalogue:manage", place[0])


def _retire(request: HttpRequest, achievement: Achievement, place: list[Any]) -> HttpResponse:
    actions.retire(achievement, actor=request.user)
    messages.success(request, _("Retired. What was awarded keeps counting."))
    return redirect("catalogue:detail", *place)


def _restore(request: HttpRequest, achievement: Achievement, place: list[Any]) -> HttpResponse:
    actions.restore(achievement, actor=request.user)
    messages.success(request, _("It is in the catalogue again."))
    return redirect("catalogue:detail", *place)


_BUTTONS: Final = {
    "publish": _publish,
    "submit": _submit,
    "new-version": _new_version,
    "discard": _discard,
    "retire": _retire,
    "restore": _restore,
}
