"""What the views here share."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from stackmark.recognition.decision import DEFAULT_RULES
from stackmark_web.recognising import queries, wording
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Decision
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for

SHOWN: Final = 200


def place_for(user: Any, slug: str) -> Organisation:
    """The organisation, for who may decide there."""
    return organisation_for(user, slug, Permission.RECOGNISE)


def desk_page(
    request: HttpRequest, name: str, organisation: Any, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of the desk."""
    shared = {"organisation": organisation, "section": "recognition", "tones": wording.STATES}
    template = f"recognising/desk/{name}.html"
    return render(request, template, shared | context, status=status)


def learner_page(
    request: HttpRequest, name: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of a learner."""
    shared = {"tab": "recognition", "tones": wording.STATES}
    template = f"recognising/learner/{name}.html"
    return render(request, template, shared | context, status=status)


def say(form: Any, problem: Problem) -> None:
    """The problem at its field, or above the form."""
    form.add_error(problem.field if problem.field in form.fields else None, problem.detail)


def tell(request: HttpRequest, problem: Problem) -> None:
    """The problem on the next page, where there is no form to say it in."""
    messages.error(request, problem.detail)


def shown(row: Decision) -> dict[str, Any]:
    """A decision for ``recognising/parts/decision.html``: its rows in words, and how it stands."""
    decided = queries.decision_in(row)
    rows = decided.comparison.rows if decided.comparison else ()
    return {
        "decision": row,
        "decided": decided,
        "verdict_tone": wording.VERDICT_TONES[row.verdict],
        "rule": wording.RULES[decided.default],
        "binding": DEFAULT_RULES[decided.default].binding,
        "rows": [
            (one, wording.ROWS[one.name], wording.FINDINGS[one.finding], wording.TONES[one.finding])
            for one in rows
        ],
        "matches": [
            (one, wording.RELATIONS[one.relation], wording.BASES[one.basis])
            for one in (decided.comparison.matches if decided.comparison else ())
        ],
        "replaced_by": getattr(row, "replaced_by", None),
        "review": [wording.REVIEW.get(reason, said) for reason, said in row.review_reasons],
    }
