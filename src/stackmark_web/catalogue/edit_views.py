"""The guided editor: start, one page a step, the badge, the check before publication."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import quote, urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods, require_POST

from stackmark.errors import UsageError
from stackmark.model.achievement import Achievement as Descriptor
from stackmark_web.catalogue import actions, editing, findings, queries, steps
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.errors import StaleError
from stackmark_web.catalogue.forms import line, need_to_publish, radios
from stackmark_web.catalogue.models import Achievement, AchievementVersion
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for

_NONE = -1  # no revision at all: never equal to a stored one


class StartForm(forms.Form):
    """The three things a new achievement begins with; all can be changed later."""

    title = line(
        _l("Title"),
        _l("Short and concrete, without the word “certificate”. For example: Soil sampling."),
        limit=200,
    )
    kind = radios(_l("Kind"), words.KINDS, notes=words.KIND_HELP)
    language = forms.ChoiceField(
        label=_l("Language you write in"),
        help_text=_l("Others can be added at any time."),
        choices=sorted(words.LANGUAGES.items(), key=lambda row: str(row[1])),
        initial="en",
    )

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        for name in ("title", "kind"):
            need_to_publish(self.fields[name])

    def content(self) -> dict[str, Any]:
        """The descriptor's beginning."""
        given = self.cleaned_data
        found = {"language": given["language"], "title": {given["language"]: given["title"]}}
        return found | ({"kind": given["kind"]} if given["kind"] else {})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin an achievement."""
    organisation = organisation_for(request.user, slug, Permission.DESIGN)
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            version = actions.create_draft(organisation, actor=request.user, content=form.content())
        except UsageError as error:
            form.add_error(None, error.detail)
        else:
            return redirect("catalogue:edit", slug, version.achievement_id, steps.STEPS[0].slug)
    return render(
        request,
        "catalogue/new.html",
        {"organisation": organisation, "section": "achievements", "form": form},
        status=422 if form.errors else 200,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, achievement_id: uuid.UUID, step: str) -> HttpResponse:
    """One step, in one language."""
    organisation, achievement, version = draft_for(request, slug, achievement_id)
    here = steps.BY_SLUG.get(step)
    if here is None:
        raise Http404("There is no such step.")
    main = queries.descriptor_of(version).language
    language = _language(request, main)
    asked = request.GET.get("add", "")
    form = here.form(
        request.POST or None, content=version.content, language=language, main=main, asked=asked
    )
    if request.method == "POST" and form.is_valid() and _saved(request, version, form):
        return _onwards(request, achievement, here, language if language != main else "")
    fresh = queries.draft_of(achievement) or version
    return render(
        request,
        "catalogue/edit.html",
        {
            "organisation": organisation,
            "section": "achievements",
            "form": form,
            "here": here,
            "revision": fresh.revision,
            "before": steps.preceding(here),
            "after": steps.following(here),
            **findings.of_step(fresh, here.slug),
            **editing.around(achievement, fresh, step=here.slug, language=language),
        },
        status=422 if form.is_bound and not form.is_valid() else 200,
    )


@login_required
@require_POST
def step_findings(
    request: HttpRequest, slug: str, achievement_id: uuid.UUID, step: str
) -> HttpResponse:
    """What the profiles say about a step as it is written now. Nothing is saved."""
    _organisation, _achievement, version = draft_for(request, slug, achievement_id)
    here = steps.BY_SLUG.get(step)
    if here is None:
        raise Http404("There is no such step.")
    main = queries.descriptor_of(version).language
    language = _language(request, main)
    form = here.form(request.POST, content=version.content, language=language, main=main)
    told = request.POST.get("told", "")
    found = findings.of_step(version, step, written=_written(form), told=told)
    return render(request, "catalogue/parts/findings.html", {"here": here, **found})


def _written(form: Any) -> Descriptor | None:
    """What the fields say; None while they cannot be read."""
    if not form.is_valid():
        return None
    try:
        return Descriptor.from_json(form.merged())
    except UsageError:
        return None


def draft_for(
    request: HttpRequest, slug: str, achievement_id: uuid.UUID
) -> tuple[Organisation, Achievement, AchievementVersion]:
    """The draft for a person who may write in it."""
    organisation, achievement = queries.achievement_for(
        request.user, slug, achievement_id, Permission.DESIGN
    )
    version = queries.draft_of(achievement)
    if version is None:
        raise Http404("There is no draft.")
    return organisation, achievement, version


def revision_of(request: HttpRequest) -> int:
    """The revision the page was made from."""
    given = request.POST.get("revision", "")
    return int(given) if given.isdecimal() and len(given) < 10 else _NONE


def _language(request: HttpRequest, main: str) -> str:
    asked = request.POST.get("lang") or request.GET.get("lang") or main
    return asked if words.LANGUAGE.fullmatch(asked) else main


def _saved(request: HttpRequest, version: AchievementVersion, form: Any) -> bool:
    """Keep the step; a refusal is shown in the form."""
    try:
        actions.save_draft(
            version, actor=request.user, content=form.merged(), revision=revision_of(request)
        )
    except StaleError as error:
        form.add_error(None, error.detail)
        form.theirs = _differences(form, error.current)
        return False
    except UsageError as error:
        form.blame(error)
        return False
    return True


def _differences(form: Any, current: AchievementVersion) -> list[tuple[str, str]]:
    """What is stored now, for the fields where this writer has something else."""
    stored = type(form)(content=current.content, language=form.language, main=form.main)
    fields = [
        (str(form[name].label), _shown(form[name].field, stored.initial.get(name)))
        for name in form.changed_data
    ]
    lists = [part for part in form.row_parts() if part["rows"].has_changed()]
    return fields + [
        (str(part["title"]), _("%(count)s rows") % {"count": part["rows"].initial_form_count()})
        for part in lists
    ]


def _shown(field: forms.Field, value: Any) -> str:
    value = field.prepare_value(value)
    said = dict(getattr(field, "choices", ()))
    if isinstance(value, list | tuple):
        return ", ".join(str(said.get(one, one)) for one in value)
    return str(said.get(value, value) or _("(empty)"))


def _onwards(
    request: HttpRequest, achievement: Achievement, here: steps.Step, language: str
) -> HttpResponse:
    """Where the pressed button leads."""
    go = request.POST.get("go", "stay")
    place = [achievement.organisation.slug, achievement.pk]
    after = steps.following(here)
    if go == "next" and after is None:
        return redirect("catalogue:art", *place)
    if go == "check":
        return redirect("catalogue:check", *place)
    if go == "stay":
        messages.success(request, _("Saved."))
    target = after if go == "next" and after else here
    found = redirect("catalogue:edit", *place, target.slug)
    found["Location"] += _back_to(request, language)
    return found


def _back_to(request: HttpRequest, language: str) -> str:
    """The language, the list that was given an empty row, and the place of what was moved."""
    added = request.POST.get("add", "")
    moved = request.POST.get("move", "").partition(":")[2]
    query = {"lang": language, "add": added}
    told = urlencode({name: value for name, value in query.items() if value})
    place = added or moved.rpartition("-")[0]
    return (f"?{told}" if told else "") + (f"#{quote(f'list-{place}')}" if place else "")
