"""What is kept how long: the site's table for everybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stackmark_web.accounts import retention


@require_safe
def site(request: HttpRequest) -> HttpResponse:
    """The table."""
    return render(request, "accounts/retention.html", {"rows": retention.rows()})
