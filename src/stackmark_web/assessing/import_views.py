"""From a file of results to attempts, a page a step."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import UsageError
from stackmark_web.assessing import forms_facts as forms
from stackmark_web.assessing import plans
from stackmark_web.assessing import queries_facts as queries
from stackmark_web.assessing.actions import import_decisions as deciding
from stackmark_web.assessing.actions import importing as actions
from stackmark_web.assessing.imports import reading
from stackmark_web.assessing.imports.planning import Choices, Outlook
from stackmark_web.assessing.models import Attempt, AttemptImport
from stackmark_web.awarding.sheet_uploads import limited_upload
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for
from stackmark_web.ui.views_data import Action

_SHOWN: Final = 50
_GET_POST: Final = ("GET", "HEAD", "POST")
View = Callable[..., HttpResponse]


def of_import(view: View) -> View:
    """The view gets organisation and import, if the person may assess there."""

    @wraps(view)
    def found(request: HttpRequest, slug: str, pk: uuid.UUID, **more: Any) -> HttpResponse:
        organisation = organisation_for(request.user, slug, Permission.ASSESS)
        return view(request, organisation, queries.import_of(organisation, pk), **more)

    return login_required(found)


def show(
    request: HttpRequest, name: str, organisation: Any, status: int = 200, **more: Any
) -> HttpResponse:
    """A page of the work area."""
    context = {"organisation": organisation, "section": "assessing", **more}
    return render(request, f"assessing/facts/{name}.html", context, status=status)


def back_to(name: str, organisation: Any, *args: Any) -> HttpResponse:
    """A redirect to a page of ours."""
    return redirect(f"assessing:{name}", organisation.slug, *args)


@login_required
@require_safe
def imports(request: HttpRequest, slug: str) -> HttpResponse:
    """The files that were uploaded here."""
    organisation = organisation_for(request.user, slug, Permission.ASSESS)
    page = Paginator(queries.imports_of(organisation), _SHOWN).get_page(request.GET.get("page"))
    new = Action(_("Import results"), reverse("assessing:import_new", args=[slug]), "primary")
    return show(request, "imports", organisation, page=page, actions=[new])


@limited_upload
@login_required
@require_http_methods(_GET_POST)
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose an achievement and a file."""
    organisation = organisation_for(request.user, slug, Permission.ASSESS)
    versions = {str(one.pk): one for one in queries.published_versions(organisation)}
    form = forms.UploadForm(
        request.POST or None,
        request.FILES or None,
        versions=list(versions.values()),
        initial={"version": request.GET.get("version", "")},
    )
    if request.method == "POST" and _sized(request, form) and form.is_valid():
        try:
            made = actions.upload(
                versions[form.cleaned_data["version"]],
                actor=request.user,
                filename=form.cleaned_data["file"].name,
                data=form.cleaned_data["file"].read(),
                kind=form.cleaned_data["kind"],
            )
        except UsageError as error:
            form.add_error("file", error.detail)
        else:
            return back_to("import", organisation, made.pk)
    status = 422 if form.errors else 200
    return show(request, "import_new", organisation, status, form=form, versions=versions)


def _sized(request: HttpRequest, form: Any) -> bool:
    if request.upload_limit.too_large:  # type: ignore[attr-defined]  # set by limited_upload
        form.full_clean()
        form.errors.pop("file", None)
        form.add_error("file", reading.too_large().detail)
        return False
    return True


@of_import
@require_http_methods(_GET_POST)
def detail(request: HttpRequest, organisation: Any, found: AttemptImport) -> HttpResponse:
    """What the file is and what would become of it; after the import what became of it."""
    if found.state != AttemptImport.State.READ:
        return _done(request, organisation, found)
    form = forms.ChoicesForm(
        request.POST or None,
        plan=plans.plan_of(found.version),
        chosen=Choices.from_json(found.choices),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.choose(found, actor=request.user, choices=form.choices())
        except UsageError as error:
            form.add_error(getattr(error, "field", "") or None, error.detail)
        else:
            return back_to("import", organisation, found.pk)
    seen = actions.look(found)
    return show(
        request,
        "import_preview",
        organisation,
        422 if form.errors else 200,
        found=found,
        form=form,
        seen=seen,
        same=queries.same_file(found),
        first=_first(seen),
        findings=seen.findings[:_SHOWN],
        more_findings=max(0, len(seen.findings) - _SHOWN),
        purposes=_purposes(seen.counts),
    )


def _first(seen: Outlook) -> list[dict[str, Any]]:
    """The first attempts as they would be stored."""
    names = dict(Attempt.Purpose.choices)
    return [
        {
            "line": one.result.line,
            "who": one.result.who,
            "matched": one.learner is not None,
            "purpose": names[Attempt.Purpose(one.purpose)],
            "day": one.day,
            "form": one.form,
            "points": one.result.points,
            "percent": one.percent,
            "answers": sum(value is not None for value in one.responses.values()),
            "known": one.known,
        }
        for one in seen.attempts[:10]
    ]


def _purposes(counts: dict[str, int]) -> list[tuple[str, int]]:
    return [(name, counts[code]) for code, name in Attempt.Purpose.choices if counts.get(code)]


def _done(request: HttpRequest, organisation: Any, found: AttemptImport) -> HttpResponse:
    is_done = found.state == AttemptImport.State.DONE
    rows = Attempt.everywhere.filter(source=found)
    return show(
        request,
        "import_done",
        organisation,
        found=found,
        attempts=rows.count(),
        decided=rows.filter(state=Attempt.State.DECIDED).count(),
        decidable=len(deciding.decidable(found)) if is_done else 0,
        awardable=deciding.awardable(found).count() if is_done else 0,
        rests=actions.rests_on(found) if is_done else "",
        purposes=_purposes(found.counts),
    )


def _act(
    request: HttpRequest, organisation: Any, found: AttemptImport, act: Callable[[], str]
) -> HttpResponse:
    """Do it and say so, or say why not."""
    try:
        messages.success(request, act())
    except UsageError as error:
        messages.error(request, error.detail)
    return back_to("import", organisation, found.pk)


@of_import
@require_POST
def confirm(request: HttpRequest, organisation: Any, found: AttemptImport) -> HttpResponse:
    """Store the attempts."""

    def act() -> str:
        done = actions.confirm(found, actor=request.user)
        new = done.counts["new"]
        text = ngettext("%(n)d attempt was imported.", "%(n)d attempts were imported.", new)
        return text % {"n": new}

    return _act(request, organisation, found, act)


@of_import
@require_POST
def drop(request: HttpRequest, organisation: Any, found: AttemptImport) -> HttpResponse:
    """Throw the upload away."""

    def act() -> str:
        actions.drop(found, actor=request.user)
        return _("The file was thrown away. Nothing was imported from it.")

    return _act(request, organisation, found, act)


@of_import
@require_POST
def undo(request: HttpRequest, organisation: Any, found: AttemptImport) -> HttpResponse:
    """Take the import back."""

    def act() -> str:
        count = actions.undo(found, actor=request.user)
        text = ngettext("%(n)d attempt was removed.", "%(n)d attempts were removed.", count)
        return text % {"n": count}

    return _act(request, organisation, found, act)


@of_import
@require_http_methods(_GET_POST)
def decide(request: HttpRequest, organisation: Any, found: AttemptImport) -> HttpResponse:
    """The list, and a person's confirmation."""
    if found.state != AttemptImport.State.DONE:
        return back_to("import", organisation, found.pk)
    form = forms.DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            passed, failed = deciding.decide(found, actor=request.user, **form.cleaned_data)
        except UsageError as error:
            form.add_error(getattr(error, "field", "") or None, error.detail)
        else:
            text = _("Decided: %(passed)d passed, %(failed)d not yet. Nobody was awarded.")
            messages.success(request, text % {"passed": passed, "failed": failed})
            return back_to("import", organisation, found.pk)
    told = deciding.decidable(found)
    short = [one for one, passed in told if not passed]
    return show(
        request,
        "import_decide",
        organisation,
        422 if form.errors else 200,
        found=found,
        form=form,
        short=short[:500],
        failed=len(short),
        passed=len(told) - len(short),
    )


@of_import
@require_POST
def award(request: HttpRequest, organisation: Any, found: AttemptImport) -> HttpResponse:
    """Award those who passed."""

    def act() -> str:
        made, refused = deciding.award_passed(found, actor=request.user)
        for reason in refused:
            messages.warning(request, reason)
        text = ngettext("%(n)d credential was awarded.", "%(n)d credentials were awarded.", made)
        return text % {"n": made}

    return _act(request, organisation, found, act)
