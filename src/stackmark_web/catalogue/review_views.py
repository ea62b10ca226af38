"""Findings, the check before publication, and what a second person decides."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web.catalogue import (
    actions,
    editing,
    findings,
    gate,
    judging,
    profiles,
    queries,
    reviewing,
)
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.edit_views import draft_for, revision_of
from stackmark_web.catalogue.models import Achievement, AchievementVersion, Decision
from stackmark_web.catalogue.quality_forms import DecisionForm, RenewalForm
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may


@login_required
@require_safe
def report(request: HttpRequest, slug: str, achievement_id: uuid.UUID) -> HttpResponse:
    """Every row of every profile in use, the class, the coverage, and what says the same."""
    organisation, achievement = queries.achievement_for(
        request.user, slug, achievement_id, Permission.VIEW
    )
    version = queries.draft_of(achievement)
    if version is None:
        return redirect("catalogue:detail", slug, achievement_id)
    found = findings.parts(version)
    first = found[0].judgement
    twins = judging.twins(version)
    return render(
        request,
        "catalogue/findings.html",
        {
            "organisation": organisation,
            "section": "achievements",
            **editing.around(achievement, version, step="findings"),
            "found_parts": found,
            "class": first.derived,
            "class_word": words.CLASSES[first.derived.value],
            "mislabel": first.mislabel,
            "coverage": findings.coverage(first, words.METHODS),
            "twins": [(one, queries.card(one.version)) for one in twins],
            "asks": any(one.asks for one in twins),
            "unexplained": bool(judging.unexplained(version)),
            "may_design": may(request.user, Permission.DESIGN, version.organisation),
            "revision": version.revision,
        },
    )


@login_required
@require_POST
def justify(request: HttpRequest, slug: str, achievement_id: uuid.UUID) -> HttpResponse:
    """Why it is needed beside others that say the same."""
    _organisation, _achievement, version = draft_for(request, slug, achievement_id)
    try:
        text = request.POST.get("text", "")
        actions.justify(version, actor=request.user, text=text, revision=revision_of(request))
    except StackmarkError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("Your reason is kept with the draft."))
    return redirect("catalogue:findings", slug, achievement_id)


@login_required
@require_safe
def check(request: HttpRequest, slug: str, achievement_id: uuid.UUID) -> HttpResponse:
    """What is missing or in the way, how it will look, and the way to publication."""
    organisation, achievement = queries.achievement_for(
        request.user, slug, achievement_id, Permission.VIEW
    )
    version = queries.draft_of(achievement)
    if version is None:
        return redirect("catalogue:detail", slug, achievement_id)
    return _page(request, organisation, achievement, version, DecisionForm())


@login_required
@require_POST
def decide(request: HttpRequest, slug: str, achievement_id: uuid.UUID) -> HttpResponse:
    """A second person approves a draft or sends it back, with reasons."""
    organisation, achievement = queries.achievement_for(
        request.user, slug, achievement_id, Permission.REVIEW
    )
    version = queries.draft_of(achievement)
    if version is None:
        raise Http404("There is no draft.")
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            return _decided(request, version, form.cleaned_data)
        except StackmarkError as error:
            form.add_error(None, error.detail)
    fresh = queries.draft_of(achievement) or version
    return _page(request, organisation, achievement, fresh, form)


@login_required
@require_POST
def renew(request: HttpRequest, slug: str, achievement_id: uuid.UUID) -> HttpResponse:
    """A reviewer confirms a published version for a further time."""
    _organisation, achievement = queries.achievement_for(
        request.user, slug, achievement_id, Permission.REVIEW
    )
    version = queries.public_version(achievement.pk)
    if version is None:
        raise Http404("Nothing is published.")
    form = RenewalForm(request.POST)
    try:
        if form.is_valid():
            reviewing.renew(version, actor=request.user, **form.cleaned_data)
            messages.success(request, _("Confirmed and signed. It can be awarded."))
        else:
            messages.error(request, next(iter(form.errors.values()))[0])
    except StackmarkError as error:
        messages.error(request, error.detail)
    return redirect("catalogue:detail", slug, achievement_id)


@login_required
@require_safe
def decision(
    request: HttpRequest, slug: str, achievement_id: uuid.UUID, decision_id: uuid.UUID
) -> HttpResponse:
    """A signed decision, byte for byte."""
    _organisation, achievement = queries.achievement_for(
        request.user, slug, achievement_id, Permission.VIEW
    )
    rows = Decision.objects.within(achievement.organisation)
    found = rows.filter(version__achievement=achievement, pk=decision_id).first()
    if found is None:
        raise Http404("There is no such decision.")
    body = bytes(found.document)
    kind = "application/vc+ld+json" if body.startswith(b"{") else "application/vc+jwt"
    answer = HttpResponse(body, content_type=kind)
    ending = "json" if body.startswith(b"{") else "jwt"
    answer["Content-Disposition"] = f'attachment; filename="decision-{found.pk}.{ending}"'
    return answer


def publication(user: Any, version: AchievementVersion) -> dict[str, Any]:
    """What this person may do with this draft now."""
    owner = version.organisation
    second = reviewing.needs_second_person(owner)
    in_review = version.state == AchievementVersion.State.REVIEW
    approval = reviewing.approval_of(version) if second and in_review else None
    reviews = in_review and may(user, Permission.REVIEW, owner)
    publishes = may(user, Permission.PUBLISH, owner)
    return {
        "second_person": second,
        "in_review": in_review,
        "approval": approval,
        "may_design": may(user, Permission.DESIGN, owner),
        "may_publish": publishes and (approval is not None or not second),
        "may_decide": reviews,
        "may_approve": reviews and not reviewing.wrote(user, version),
    }


def decisions_of(achievement: Achievement) -> list[Decision]:
    """Every decision about an achievement, newest first, without its signed bytes."""
    rows = Decision.everywhere.filter(version__achievement=achievement)
    return list(rows.select_related("version", "reviewer", "organisation").defer("document"))


def _decided(request: HttpRequest, version: AchievementVersion, given: Any) -> HttpResponse:
    place = [version.organisation.slug, version.achievement_id]
    said = {
        "actor": request.user,
        "reasons": given["reasons"],
        "named": given["named"],
        "digest": request.POST.get("digest", ""),
    }
    go = request.POST.get("go", "")
    if go == "send-back":
        actions.send_back(version, **said)
        messages.success(request, _("Sent back with your signed reasons."))
        return redirect("catalogue:check", *place)
    approved = actions.approve(version, **said)
    messages.success(request, _("Approved. Your decision is signed."))
    if go != "publish":
        return redirect("catalogue:check", *place)
    made = actions.publish(approved, actor=request.user, review_months=given["review_months"])
    messages.success(
        request,
        _("Version %(number)s is published. Now it can be awarded.") % {"number": made.number},
    )
    return redirect("catalogue:detail", *place)


def _page(
    request: HttpRequest,
    organisation: Organisation,
    achievement: Achievement,
    version: AchievementVersion,
    form: DecisionForm,
) -> HttpResponse:
    blocks = gate.blocks(version)
    return render(
        request,
        "catalogue/check.html",
        {
            "organisation": organisation,
            "section": "achievements",
            **editing.around(achievement, version, step="check"),
            **publication(request.user, version),
            "descriptor": queries.descriptor_of(version),
            "blocks": [(one, findings.url_of(achievement, one.pointer)[1]) for one in blocks],
            "decision_form": form,
            "digest": judging.digest_of(version),
            "decisions": [one for one in decisions_of(achievement) if one.version_id == version.pk],
            "usual_months": profiles.review_months(version.organisation),
        },
        status=422 if form.errors else 200,
    )
