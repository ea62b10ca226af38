"""A page whose change has to wait leads to the page where it waits."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from stackmark_web.approvals.models import Change
from stackmark_web.tenancy.errors import NeedsSecondPerson


class SecondPerson:
    """Turns ``NeedsSecondPerson`` into a way on, for every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do before or after."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say that it waits, and lead there."""
        if not isinstance(error, NeedsSecondPerson):
            return None
        if not Change.everywhere.filter(pk=error.change_id).exists():
            kept = error.keep()  # a transaction around the action took it back
            path = error.url.replace(str(error.change_id), str(getattr(kept, "pk", "")))
        else:
            path = error.url
        messages.info(request, error.detail)
        if request.headers.get("HX-Request") == "true":
            answer = HttpResponse()
            answer["HX-Redirect"] = path
            return answer
        return HttpResponseRedirect(path)
