"""The ledger of uses for everybody: what it is, a question with a code, the file and its check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stackmark.errors import ReadError, StackmarkError, UsageError
from stackmark.recognition.commitments import Ledger
from stackmark_web.passport.contents import Contents
from stackmark_web.recognising import ledger_keeping as keeping
from stackmark_web.recognising import queries_ledger as queries
from stackmark_web.recognising.forms_ledger import AskForm, LedgerFileForm
from stackmark_web.verifying.answering import private, too_many
from stackmark_web.verifying.intake import TooMuch, gather
from stackmark_web.verifying.throttle import wait_for

ASK_COST: Final = 20
FILE_COST: Final = 40
MAX_FILE: Final = 5 * 1024 * 1024
MAX_COPY: Final = 10 * 1024 * 1024


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """In plain words what it is, how long it is, and the ways on."""
    joined = request.user.is_authenticated and queries.secret_of(request.user) is not None
    context = {"state": queries.state(), "joined": joined, "check_form": LedgerFileForm()}
    return render(request, "recognising/ledger/ledger.html", context)


# -- asking ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Who was given a credential and its code learns what it was used for."""
    form = AskForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _asked(request, AskForm())
    seconds = wait_for(request, ASK_COST)
    if seconds:
        return too_many(request, seconds)
    found = _answer(form) if form.is_valid() else None
    return _asked(request, form, found)


def _asked(
    request: HttpRequest, form: AskForm, found: dict[str, Any] | None = None
) -> HttpResponse:
    wrong = form.is_bound and found is None
    context = {"form": form, **(found or {})}
    page = render(request, "recognising/ledger/ask.html", context, status=422 if wrong else 200)
    return private(page)


def _answer(form: AskForm) -> dict[str, Any] | None:
    """The answer with what the credential is called; None when the form says what is wrong."""
    try:
        salt = keeping.salt_in(form.cleaned_data["code"])
    except UsageError:
        text = _("This code was not copied whole: letters are missing or mistaken.")
        form.add_error("code", text)
        return None
    contents = _contents(form)
    if contents is None:
        return None
    if not contents.credential_id:
        form.add_error("file", _("This credential has no id of its own, so it is in no ledger."))
        return None
    digests = keeping.digests(contents.data)
    answer = queries.ask(contents.credential_id, digests, salt)
    return {"answer": answer, "credential": contents}


def _contents(form: AskForm) -> Contents | None:
    """The one credential in the file."""
    given: UploadedFile = form.cleaned_data["file"]
    if (given.size or 0) > MAX_FILE:
        form.add_error("file", _("This file is too large for a credential."))
        return None
    try:
        items = [one for one in gather([(given.name or "", given.read())]) if one.data]
        if len(items) != 1:
            raise ReadError("input.unreadable", "")
        return Contents(items[0].data or b"")
    except (StackmarkError, TooMuch):
        form.add_error(
            "file", _("There is not one credential in this file. Choose the one you were given.")
        )
        return None


# -- the file ----------------------------------------------------------------------------------


@require_safe
def as_json(request: HttpRequest) -> HttpResponseBase:
    """The whole ledger, as ``stackmark.recognition.commitments.Ledger`` reads it."""
    seconds = wait_for(request, FILE_COST)
    if seconds:
        return too_many(request, seconds)
    response = StreamingHttpResponse(_lines(), content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="ledger-of-uses.json"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _lines() -> Iterator[bytes]:
    yield b'{"entries": ['
    for number, content in enumerate(keeping.entries()):
        yield (b",\n" if number else b"\n") + orjson.dumps(content)
    yield b"\n]}\n"


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Whether a copy is whole, and whether the ledger here still holds all that is in it."""
    form = LedgerFileForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return render(request, "recognising/ledger/check.html", {"form": LedgerFileForm()})
    seconds = wait_for(request, FILE_COST)
    if seconds:
        return too_many(request, seconds)
    found = _checked(form) if form.is_valid() else None
    context = {"form": form, **(found or {})}
    status = 200 if found else 422
    return render(request, "recognising/ledger/check.html", context, status=status)


def _checked(form: LedgerFileForm) -> dict[str, Any] | None:
    given: UploadedFile = form.cleaned_data["file"]
    if (given.size or 0) > MAX_COPY:
        form.add_error("file", _("This file is too large to be checked here."))
        return None
    try:
        copy = Ledger.from_json(orjson.loads(given.read()))
    except (orjson.JSONDecodeError, RecursionError):
        form.add_error("file", _("This is no JSON file, so it is no copy of a ledger."))
        return None
    except StackmarkError as error:
        if error.reason == "recognition.ledger-broken":
            return {"broken": error.detail}
        form.add_error("file", _("This is no copy of a ledger: its form is another one."))
        return None
    return {"whole": True, "copy": _compared(copy), "state": queries.state()}


def _compared(copy: Ledger) -> dict[str, Any]:
    length = len(copy.entries)
    last = copy.entries[-1].digest if length else ""
    return {
        "entries": length,
        "digest": last,
        "held": not length or queries.holds(length - 1, last),
    }
