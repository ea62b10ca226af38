"""Ask somebody for proof, and see what they answered. Nobody needs an account for it."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark_web.passport import proving, tokens
from stackmark_web.passport.models import ProofRequest
from stackmark_web.passport.presenting import domain
from stackmark_web.passport.proof_forms import AskProofForm
from stackmark_web.passport.proof_showing import Result, package
from stackmark_web.passport.responses import attachment, gone, private
from stackmark_web.verifying.answering import too_many
from stackmark_web.verifying.throttle import wait_for

_ASK_COST: Final = 100  # of 2,000 a network has in ten minutes
_LOOK_COST: Final = 3  # each look checks everything anew
_FILE_COST: Final = 10


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form; sent, it leads to the asker's own page with the link to pass on."""
    organisations = proving.may_ask_for(request.user)
    if request.method != "POST":
        form = AskProofForm(organisations=organisations, initial=_asked(request))
        return _form(request, form)
    form = AskProofForm(request.POST, organisations=organisations)
    if not form.is_valid():
        return _form(request, form, status=400)
    if seconds := wait_for(request, _ASK_COST):
        return too_many(request, seconds)
    given = form.cleaned_data
    try:
        _made, result = proving.ask(
            actor=request.user,
            asker=given["asker"],
            reason=given["reason"],
            wanted=given["wanted"],
            terms=given["terms"],
            days=int(given["days"]),
            organisation=form.in_name_of,
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _form(request, form, status=400)
    return private(redirect("passport:proof", token=result))


def _form(request: HttpRequest, form: AskProofForm, status: int = 200) -> HttpResponse:
    return render(request, "passport/proof_ask.html", {"form": form}, status=status)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What the page that led here named, and who is signed in."""
    found: dict[str, Any] = {}
    if address := request.GET.get("achievement", "")[:500]:
        found |= {"wanted": ProofRequest.Wanted.ACHIEVEMENTS, "terms": address}
    if request.user.is_authenticated and request.user.name:
        found["asker"] = request.user.name
    return found


@require_safe
def proof(request: HttpRequest, token: str) -> HttpResponse:
    """The asker's own page: the link to pass on, then the answer, checked anew at each look."""
    found = proving.result_by_token(token)
    if found is None:
        return gone(request)
    if seconds := wait_for(request, _LOOK_COST):
        return too_many(request, seconds)
    result = Result.of(found)
    if request.GET.get("format") == "json":
        return private(JsonResponse(_plain(result), json_dumps_params={"indent": 2}))
    context = {
        "token": token,
        "asked": found,
        "result": result,
        "domains": proving.proven_domains(found),
        "link": link_of(found) if result.state == "waiting" else "",
        "domain": domain(),
    }
    return private(render(request, "passport/proof.html", context))


def _plain(result: Result) -> Any:
    import orjson

    return orjson.loads(orjson.dumps(result.to_json()))


def link_of(found: ProofRequest) -> str:
    """The address for the person who is asked."""
    token = tokens.unsealed(found.token_sealed)
    return settings.PUBLIC_URL + reverse("passport:asked", args=[token]) if token else ""


@require_safe
def download(request: HttpRequest, token: str) -> HttpResponse:
    """The answer as a zip to check without us."""
    found = proving.result_by_token(token)
    result = Result.of(found) if found is not None else None
    if result is None or not result.given:
        return gone(request)
    if seconds := wait_for(request, _FILE_COST):
        return too_many(request, seconds)
    return attachment(package(result))


@require_POST
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """The asker takes the request back."""
    found = proving.result_by_token(token)
    if found is None:
        return gone(request)
    proving.withdraw_request(found, actor=request.user)
    messages.success(request, _("The request is gone, and so is what was answered."))
    return private(redirect("passport:ask"))
