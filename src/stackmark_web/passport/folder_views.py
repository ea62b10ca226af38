"""Folders of a passport."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stackmark_web.passport import actions, queries
from stackmark_web.passport.cards import own_card
from stackmark_web.passport.forms import FolderForm


@login_required
@require_http_methods(["GET", "POST"])
def folders(request: HttpRequest) -> HttpResponse:
    """All folders, and a new one."""
    form = FolderForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_folder(request.user, name=form.cleaned_data["name"])
        except ValidationError as error:
            form.add_error("name", error)
        else:
            return redirect("passport:folder", pk=made.pk)
    context = {"form": form, "folders": queries.folders_of(request.user), "tab": "folders"}
    return render(request, "passport/folders.html", context, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def folder(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One folder: what is in it, another name."""
    found = queries.folder_of(request.user, pk)
    given = request.POST if request.method == "POST" else None
    form = FolderForm(given, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            actions.rename_folder(found, actor=request.user, name=form.cleaned_data["name"])
        except ValidationError as error:
            form.add_error("name", error)
        else:
            return redirect("passport:folder", pk=pk)
    rows = queries.holdings(request.user).filter(folders=found)
    context = {"folder": found, "form": form, "cards": [own_card(row) for row in rows]}
    context["tab"] = "folders"
    return render(request, "passport/folder.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def delete(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a folder away; what was in it stays."""
    actions.delete_folder(queries.folder_of(request.user, pk), actor=request.user)
    messages.success(request, _("The folder is gone. What was in it is still in your passport."))
    return redirect("passport:folders")
