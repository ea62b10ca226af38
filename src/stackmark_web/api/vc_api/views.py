"""The addresses of the VC API: parse, call one function, answer."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse

from stackmark_web.api.vc_api import config, issuing, resolving, statuses, verifying
from stackmark_web.api.vc_api.asking import answers, body_of
from stackmark_web.api.vc_api.issuers import DEFAULT, ISSUERS
from stackmark_web.api.vc_api.problems import Refused

_NOT_VERIFIED: Final = {"verified": False}  # also of what is no request at all


@answers("GET", "HEAD")
def index(_request: HttpRequest) -> JsonResponse:
    """Issuers, verifiers and resolver, as suites want to be told."""
    return JsonResponse(config.local_config())


@answers("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
def nowhere(_request: HttpRequest) -> JsonResponse:
    """Whatever else is asked for: programs read no page."""
    raise Refused(
        404, "request.address", "There is nothing here; GET /vc-api/ tells what there is."
    )


@answers("POST")
def issue(request: HttpRequest, issuer: str = DEFAULT) -> JsonResponse:
    """Secure a credential; 201."""
    if issuer not in ISSUERS:
        raise Refused(404, "request.issuer", f"There are {', '.join(ISSUERS)}.")
    made = issuing.issue(ISSUERS[issuer], body_of(request))
    return JsonResponse({"verifiableCredential": made}, status=201)


@answers("POST")
def derive(request: HttpRequest) -> JsonResponse:
    """Show parts of a credential; 201."""
    made = issuing.derive(body_of(request))
    return JsonResponse({"verifiableCredential": made}, status=201)


@answers("POST", more=_NOT_VERIFIED)
def verify(request: HttpRequest) -> JsonResponse:
    """Judge a credential; 200 or 400."""
    status, made = verifying.verify_credential(body_of(request))
    return JsonResponse(made, status=status)


@answers("POST", more=_NOT_VERIFIED)
def verify_presentation(request: HttpRequest) -> JsonResponse:
    """Judge a presentation; 200 or 400."""
    status, made = verifying.verify_presentation(body_of(request))
    return JsonResponse(made, status=status)


@answers("POST")
def set_status(request: HttpRequest) -> JsonResponse:
    """Set or clear the status of a credential issued here."""
    return JsonResponse(statuses.update(body_of(request)))


@answers("GET", "HEAD")
def identifier(request: HttpRequest, did: str = "") -> JsonResponse:
    """Resolve a DID."""
    query: Any = request.GET.dict()
    status, made = resolving.resolve(did, query)
    return JsonResponse(made, status=status, content_type=_kind(request))


def _kind(request: HttpRequest) -> str:
    wanted = "application/ld+json" in request.headers.get("Accept", "")
    profile = 'application/ld+json;profile="https://w3id.org/did-resolution"'
    return profile if wanted else "application/json"


@answers("GET", "HEAD", token=False)
def status_list(request: HttpRequest, kind: str, purpose: str) -> HttpResponse:
    """A signed status list."""
    found = statuses.document(kind, purpose)
    if found is None:
        raise Refused(404, "request.status", "Nothing was issued with this list yet.")
    # Many clients read an answer as JSON only when its type says JSON.
    wanted = "application/vc" in request.headers.get("Accept", "")
    return HttpResponse(found, content_type="application/vc" if wanted else "application/json")


@answers("POST")
def publish_list(_request: HttpRequest, kind: str, purpose: str) -> HttpResponse:
    """Suites ask a list to be published; here it is with every change."""
    if statuses.document(kind, purpose) is None:
        raise Refused(404, "request.status", "Nothing was issued with this list yet.")
    return HttpResponse(status=204)
