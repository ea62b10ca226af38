"""Role profiles: the public page, and the desk where they are made from skill frameworks."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web.awarding.sheet_uploads import limited_upload
from stackmark_web.pathways import forms_roles as forms
from stackmark_web.pathways import queries_planner as queries
from stackmark_web.pathways.actions import roles as actions
from stackmark_web.pathways.planner_targets import of_role
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may, organisation_for
from stackmark_web.ui.views_data import Action

_GET_POST = ("GET", "HEAD", "POST")


@require_safe
def role(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What a role asks for, for anybody."""
    found = queries.public_role(pk)
    context = {"role": found, "target": of_role(found), "brand": found.organisation}
    return render(request, "pathways/roles/public.html", context)


def show(
    request: HttpRequest, name: str, organisation: Any, status: int = 200, **more: Any
) -> HttpResponse:
    """A page of the work area."""
    context = {"organisation": organisation, "section": "pathways", **more}
    return render(request, f"pathways/roles/{name}.html", context, status=status)


@login_required
@require_safe
def roles(request: HttpRequest, slug: str) -> HttpResponse:
    """The role profiles of an organisation."""
    organisation = organisation_for(request.user, slug, Permission.DESIGN)
    return show(
        request,
        "list",
        organisation,
        rows=queries.roles_of(organisation),
        actions=_making(organisation),
    )


def _making(organisation: Any) -> list[Action]:
    """The way to a role profile, as soon as there is a framework to make it from."""
    if not queries.frameworks_of(organisation).exists():
        return []
    where = reverse("pathways:role_new", args=[organisation.slug])
    return [Action(_("Make a role profile"), where, "primary")]


@limited_upload
@login_required
@require_http_methods(_GET_POST)
def frameworks(request: HttpRequest, slug: str) -> HttpResponse:
    """The frameworks that were loaded, and another one."""
    organisation = organisation_for(request.user, slug, Permission.DESIGN)
    form = forms.FrameworkForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and request.upload_limit.too_large:  # type: ignore[attr-defined]
        form.full_clean()
        form.errors.pop("file", None)
        form.add_error("file", _("The file is larger than 20 MB; load a part of it."))
    elif request.method == "POST" and form.is_valid():
        made = _load(request, organisation, form)
        if made is not None:
            told = _("Loaded: %(title)s, %(n)d skills.") % {"title": made.title, "n": made.size}
            messages.success(request, told)
            return redirect("pathways:frameworks", slug)
    rows = queries.frameworks_of(organisation)
    status = 422 if form.errors else 200
    more = {"form": form, "rows": rows, "actions": _making(organisation)}
    return show(request, "frameworks", organisation, status, **more)


def _load(request: HttpRequest, organisation: Any, form: Any) -> Any:
    file = form.cleaned_data["file"]
    try:
        return actions.load(organisation, actor=request.user, name=file.name, data=file.read())
    except StackmarkError as error:
        form.add_error("file", error.detail)
        return None


@login_required
@require_POST
def framework_delete(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Take a framework away."""
    organisation = organisation_for(request.user, slug, Permission.DESIGN)
    actions.forget(queries.framework_of(organisation, pk), actor=request.user)
    messages.success(request, _("The framework is gone. Role profiles made from it stay."))
    return redirect("pathways:frameworks", slug)


@login_required
@require_http_methods(_GET_POST)
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """A name and a framework."""
    organisation = organisation_for(request.user, slug, Permission.DESIGN)
    rows = {str(one.pk): one for one in queries.frameworks_of(organisation)}
    given = request.POST if request.method == "POST" else None
    form = forms.NewRoleForm(given, frameworks=rows.values())
    if request.method == "POST" and form.is_valid():
        made = actions.make(
            organisation,
            actor=request.user,
            framework=rows[form.cleaned_data["framework"]],
            title=form.cleaned_data["title"],
            summary=form.cleaned_data["summary"],
        )
        return redirect("pathways:role_skills", slug, made.pk)
    status = 422 if form.errors else 200
    return show(request, "new", organisation, status, form=form, frameworks=rows)


@login_required
@require_http_methods(_GET_POST)
def edit(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Title and text; what it asks for; publishing."""
    organisation = organisation_for(request.user, slug, Permission.DESIGN)
    found = queries.role_of(organisation, pk)
    given = request.POST if request.method == "POST" else None
    form = forms.RoleForm(given, initial={"title": found.title, "summary": found.summary})
    if request.method == "POST" and form.is_valid():
        actions.edit(found, actor=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("pathways:role_edit", slug, pk)
    may_publish = may(request.user, Permission.PUBLISH, found.organisation)
    status = 422 if form.errors else 200
    more = {"form": form, "role": found, "target": of_role(found), "may_publish": may_publish}
    return show(request, "edit", organisation, status, **more)


@login_required
@require_http_methods(_GET_POST)
def skills(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Search the framework, pick a skill with its confidence, or take one away."""
    organisation = organisation_for(request.user, slug, Permission.DESIGN)
    found = queries.role_of(organisation, pk)
    wanted = queries.words_of(request.GET.get("q", ""))
    if request.method == "POST":
        _change(request, found)
        address = reverse("pathways:role_skills", args=[slug, pk])
        again = queries.words_of(request.POST.get("q", ""))
        return redirect(queries.with_words(address, again))
    hits, more = queries.search(found, wanted)
    context = {"role": found, "hits": hits, "more": more, "q": wanted, "target": of_role(found)}
    return show(request, "skills", organisation, **context)


def _change(request: HttpRequest, found: Any) -> None:
    try:
        if "drop" in request.POST:
            actions.drop(found, request.POST["drop"], actor=request.user)
            return
        form = forms.SkillForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("A confidence is a whole number from 1 to 99, or empty."))
            return
        skill = queries.skill_of(found, request.POST.get("put", ""))
        actions.put(found, skill, actor=request.user, confidence=form.cleaned_data["confidence"])
    except StackmarkError as error:
        messages.error(request, error.detail)
    except queries.NoSkillError:
        messages.error(request, _("This skill is not in the framework any more; search again."))


@login_required
@require_POST
def publish(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Publish it, or take it back."""
    organisation = organisation_for(request.user, slug, Permission.DESIGN)
    found = queries.role_of(organisation, pk)
    try:
        if found.published:
            actions.withdraw(found, actor=request.user)
            messages.success(request, _("It is no longer public."))
        else:
            actions.publish(found, actor=request.user)
            messages.success(request, _("It is public, and learners can plan for it."))
    except StackmarkError as error:
        messages.error(request, error.detail)
    return redirect("pathways:role_edit", slug, pk)


@login_required
@require_POST
def delete(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Take a profile away."""
    organisation = organisation_for(request.user, slug, Permission.DESIGN)
    try:
        actions.delete(queries.role_of(organisation, pk), actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
        return redirect("pathways:role_edit", slug, pk)
    messages.success(request, _("The role profile is gone."))
    return redirect("pathways:roles", slug)
