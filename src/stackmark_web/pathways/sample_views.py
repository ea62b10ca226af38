"""Sample learners: what the draft's rules say of each, and why."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stackmark.errors import UsageError
from stackmark.model.holding import read_holdings
from stackmark.stacking.audit import Auditor
from stackmark.stacking.result import Audit
from stackmark_web import clock
from stackmark_web.pathways import finding, queries_design, queries_trials
from stackmark_web.pathways.actions import sampling
from stackmark_web.pathways.design_pages import draft_for, page
from stackmark_web.pathways.editor_views import searches
from stackmark_web.pathways.faults import say
from stackmark_web.pathways.forms_design import SampleForm
from stackmark_web.pathways.imagined import holdings_for
from stackmark_web.pathways.naming import achievements_in, named, names_in
from stackmark_web.pathways.rules_of import rules_of
from stackmark_web.ui.text import json_text

TONES: Final = {"yes": "good", "no": "bad", "undecided": "warn"}
NODES: Final = 5_000  # of one audit on a page


@dataclass(frozen=True, slots=True)
class Tried:
    """A sample learner and what the rules say."""

    sample: Any
    audit: Audit | None
    why: tuple[str, ...] = ()
    fault: str = ""

    @property
    def tone(self) -> str:
        """Of the verdict."""
        return TONES.get(self.audit.verdict, "neutral") if self.audit else "warn"

    @property
    def as_expected(self) -> bool | None:
        """Whether it is as somebody said it should be; None where nobody said."""
        if not self.sample.expected:
            return None
        return self.audit is not None and self.audit.verdict == self.sample.expected


@login_required
@require_safe
def samples(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Every sample learner under the rules as they are, and the way to try everyone."""
    organisation, draft = draft_for(request.user, slug, pk)
    rules = rules_of(draft)
    tried = try_all(rules, queries_design.samples_of(draft.pathway))
    return page(
        request,
        "try",
        organisation,
        pathway=draft.pathway,
        draft=draft,
        tab="try",
        tried=tried,
        wrong=sum(one.as_expected is False for one in tried),
        right=any(one.as_expected for one in tried),
        trial=queries_trials.newest(draft),
        many=queries_trials.people(draft.pathway, rules).count(),
        first=draft.pathway.current_id is None,
    )


def try_all(rules: Any, rows: Iterable[Any]) -> list[Tried]:
    """What the rules say of each sample learner today."""
    auditor = Auditor(rules, clock.today(), node_limit=NODES)
    names = names_in(rules)
    return [_tried(auditor, one, names) for one in rows]


def _tried(auditor: Auditor, sample: Any, names: Mapping[str, str]) -> Tried:
    try:
        found = auditor.audit(read_holdings(sample.holdings))
    except UsageError as problem:
        return Tried(sample, None, fault=problem.detail)
    return Tried(sample, found, tuple(named(one, names) for one in found.explanation))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sample(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """A new sample learner, or the one that ``at`` names."""
    organisation, draft = draft_for(request.user, slug, pk)
    found = _sample(draft, request.GET.get("at", ""))
    if request.method == "POST" and "remove" in request.POST and found is not None:
        sampling.remove_sample(found, actor=request.user)
        messages.success(request, _("Removed."))
        return redirect("pathways:try", slug, pk)
    form = _form(request, draft, found)
    status = 200
    if form.is_bound and searches(request):
        form.is_valid()
        form.errors.clear()
    elif form.is_bound:
        status = 422
        if form.is_valid() and _kept(request, draft, found, form):
            return redirect("pathways:try", slug, pk)
    return page(
        request,
        "sample",
        organisation,
        pathway=draft.pathway,
        draft=draft,
        tab="try",
        form=form,
        sample=found,
        searched=str(request.POST.get("find", ""))[:200],
        status=status,
    )


def _sample(draft: Any, at: str) -> Any:
    if not at:
        return None
    try:
        pk = uuid.UUID(at)
    except ValueError:
        pk = uuid.uuid4()  # nobody's
    return queries_design.sample_of(draft.pathway, pk)


def _form(request: HttpRequest, draft: Any, found: Any) -> SampleForm:
    post = request.POST if request.method == "POST" else None
    ticked = " ".join(post.getlist("achievement"))[:20_000].split() if post else []
    asked = achievements_in(rules_of(draft))
    return SampleForm(
        post,
        found=finding.search(str(post.get("find", "")) if post else ""),
        known=finding.known("achievement", [*asked, *ticked]),
        initial=_initial(found),
    )


def _initial(found: Any) -> dict[str, Any]:
    if found is None:
        return {"holdings": "[]"}
    return {
        "name": found.name,
        "expected": found.expected,
        "holdings": json_text(found.holdings),
    }


def _kept(request: HttpRequest, draft: Any, found: Any, form: SampleForm) -> bool:
    values = form.cleaned_data
    stated = values["holdings"]
    rows = stated.get("holdings", []) if isinstance(stated, dict) else stated
    try:
        ticked = holdings_for(values["achievement"], taken=rows)
        sampling.keep_sample(
            draft.pathway,
            actor=request.user,
            name=values["name"],
            holdings=[*rows, *ticked] if isinstance(rows, list) else rows,
            expected=values["expected"],
            sample=found,
        )
    except UsageError as problem:
        say(form, problem)
        return False
    messages.success(request, _("Saved."))
    return True
