"""The editor of a draft's rules: the list and the drawing, and a form for each part of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import StackmarkError, UsageError
from stackmark.model.strict_json import parse_json
from stackmark_web.pathways import tree
from stackmark_web.pathways.actions import designing
from stackmark_web.pathways.design_pages import draft_for, page, tell, whole
from stackmark_web.pathways.drawing import draw
from stackmark_web.pathways.errors import Problem, StaleError
from stackmark_web.pathways.faults import say
from stackmark_web.pathways.naming import achievements_in
from stackmark_web.pathways.queries_design import draft_of
from stackmark_web.pathways.rule_forms import (
    LIMIT_FORMS,
    GroupForm,
    LeafForm,
    SubstituteForm,
    group_initial,
    leaf_initial,
    limit_initial,
)
from stackmark_web.pathways.rules_of import rules_of
from stackmark_web.pathways.shown import Shown
from stackmark_web.tenancy.queries import did_of

Json = dict[str, Any]
Change = Callable[[Json], Json]


@login_required
@require_safe
def draft(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The rules, twice: as a list and as a drawing."""
    organisation, found = draft_for(request.user, slug, pk)
    shown = Shown(found)
    return page(
        request,
        "rules",
        organisation,
        pathway=found.pathway,
        draft=found,
        tab="rules",
        shown=shown,
        drawing=draw(shown, found.layout),
        limit_words=[(word, label) for word, (_form, label) in LIMIT_FORMS.items()],
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """A rule or a group: a new one (``to`` a group, ``group=1``), or the one that ``at`` names."""
    _organisation, found = draft_for(request.user, slug, pk)
    at, to = request.GET.get("at", ""), request.GET.get("to", "")
    try:
        node = tree.find(found.rules, at or to or found.rules["rule"]["id"])
    except Problem as problem:
        return _back(request, slug, pk, problem)
    wanted = request.GET.get("group") if not at else tree.word_of(node) in tree.GROUPS
    if wanted:
        return _group(request, slug, found, node if at else None, to)
    initial = leaf_initial(node) if at else {"word": "count", "min": 1}
    form = LeafForm(_posted(request), initial=initial)

    def change(rules: Json) -> Json:
        part = form.part()
        return tree.replaced(rules, at, part) if at else tree.added(rules, node["id"], part)

    words = (_("Change a rule"), _("Add a rule"))
    return _edit(request, slug, found, form, change, title=words[0] if at else words[1], at=at)


def _group(request: HttpRequest, slug: str, found: Any, node: Json | None, to: str) -> HttpResponse:
    form = GroupForm(_posted(request), initial=group_initial(node) if node else {"word": "any"})

    def change(rules: Json) -> Json:
        if node is not None:
            rows = tree.below(tree.find(rules, node["id"]))
            return tree.replaced(rules, node["id"], form.part(rows))
        first = {"id": tree.fresh_id(rules, "count"), "count": {"select": {}, "min": 1}}
        return tree.added(rules, to or rules["rule"]["id"], form.part([first]))

    title = _("Change a group") if node else _("Add a group")
    at = node["id"] if node else ""
    return _edit(request, slug, found, form, change, title=title, at=at, is_group=True)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def limit(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """A limit: a new one of the word ``new``, or the one that ``at`` names."""
    _organisation, found = draft_for(request.user, slug, pk)
    at, word = request.GET.get("at", ""), request.GET.get("new", "")
    try:
        one = tree.limit(found.rules, at) if at else None
    except Problem as problem:
        return _back(request, slug, pk, problem)
    word = tree.word_of(one) if one else word
    if word not in LIMIT_FORMS:
        return _back(request, slug, pk, Problem("", _("Choose which limit to add.")))
    make, title = LIMIT_FORMS[word]
    more: Json = {"rules": found.rules} if word == "share" else {}
    if word == "before":
        more["named"] = achievements_in(rules_of(found))
    first = {"issuer": [did_of(found.organisation)]} if word == "residency" else {}
    form = make(_posted(request), initial=limit_initial(one) if one else first, **more)

    def change(rules: Json) -> Json:
        return tree.with_limit(rules, form.part(), at)

    return _edit(request, slug, found, form, change, title=title, at=at)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def substitute(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """What may stand for what: a new one, or the one at the place ``at``."""
    _organisation, found = draft_for(request.user, slug, pk)
    at = request.GET.get("at", "")
    place = whole(at) if at else None
    try:
        one = tree.substitute(found.rules, place) if place is not None else {}
    except Problem as problem:
        return _back(request, slug, pk, problem)
    named = achievements_in(rules_of(found))
    form = SubstituteForm(_posted(request), initial=one, named=named)

    def change(rules: Json) -> Json:
        first, *rest = form.rows()
        made = tree.with_substitute(rules, first, place)
        for row in rest:
            made = tree.with_substitute(made, row)
        return made

    title = _("What may stand for what")
    return _edit(request, slug, found, form, change, title=title, at=at)


# -- moving -------------------------------------------------------------------------------------


def _into(rules: Json, name: str, post: Any) -> Json:
    return tree.put_into(rules, name, post.get("into", ""))


_MOVES: Final[dict[str, Callable[[Json, str, Any], Json]]] = {
    "up": lambda rules, name, _post: tree.moved(rules, name, -1),
    "down": lambda rules, name, _post: tree.moved(rules, name, 1),
    "nest": lambda rules, name, _post: tree.nested(rules, name),
    "out": lambda rules, name, _post: tree.lifted(rules, name),
    "into": _into,
    "remove": lambda rules, name, _post: tree.removed(rules, name),
    "remove-limit": lambda rules, name, _post: tree.without_limit(rules, name),
    "remove-substitute": lambda rules, name, _post: tree.without_substitute(rules, whole(name)),
}


@login_required
@require_POST
def move(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Up, down, into a group, out of one, away: ``do`` with the part ``at``."""
    _organisation, found = draft_for(request.user, slug, pk)
    name, verb = request.POST.get("at", ""), request.POST.get("do", "")
    try:
        if verb not in _MOVES:
            raise Problem("", _("Choose what to do with the rule."))
        changed = _MOVES[verb](found.rules, name, request.POST)
        revision = whole(request.POST.get("revision", ""))
        designing.save_rules(found, actor=request.user, rules=changed, revision=revision)
    except UsageError as problem:
        return _back(request, slug, pk, problem)
    return redirect(_address(slug, pk, "" if verb.startswith("remove") else name))


@login_required
@require_POST
def arrange(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Keep where the boxes of the drawing stand; without positions they are arranged anew."""
    _organisation, found = draft_for(request.user, slug, pk)
    try:
        layout = parse_json(request.POST.get("layout", "{}").encode(errors="surrogatepass"))
        designing.arrange(found, actor=request.user, layout=layout)
    except StackmarkError as problem:
        if request.headers.get("X-Requested-With"):
            return HttpResponse(problem.detail, status=422, content_type="text/plain")
        messages.error(request, problem.detail)
    if request.headers.get("X-Requested-With"):
        return HttpResponse(status=204)
    return redirect(_address(slug, pk, "drawing"))


# -- forms --------------------------------------------------------------------------------------


def _edit(
    request: HttpRequest,
    slug: str,
    found: Any,
    form: Any,
    change: Change,
    *,
    title: Any,
    at: str,
    is_group: bool = False,
) -> HttpResponse:
    """Show a form; a search fills its choices, saving changes the rules."""
    status = 200
    if form.is_bound and searches(request):
        form.is_valid()
        form.errors.clear()
    elif form.is_bound:
        status = 422
        if form.is_valid():
            revision = whole(request.POST.get("revision", ""))
            try:
                made = designing.save_rules(
                    found, actor=request.user, rules=change(found.rules), revision=revision
                )
            except UsageError as problem:
                say(form, problem)
                if isinstance(problem, StaleError):
                    found = draft_of(found.pathway) or found
            else:
                messages.success(request, _("Saved."))
                return redirect(_address(slug, made.pathway_id, at))
    return page(
        request,
        "part",
        found.organisation,
        pathway=found.pathway,
        draft=found,
        tab="rules",
        form=form,
        title=title,
        is_group=is_group,
        searched=str(request.POST.get("find", ""))[:200],
        status=status,
    )


def searches(request: HttpRequest) -> bool:
    """Whether the form was sent to look something up: by its button, or with new words."""
    words = request.POST.get("find", "").strip()
    return "search" in request.POST or bool(words and words != request.POST.get("searched", ""))


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _back(request: HttpRequest, slug: str, pk: uuid.UUID, problem: UsageError) -> HttpResponse:
    tell(request, problem)
    return redirect("pathways:draft", slug, pk)


def _address(slug: str, pk: Any, at: str) -> str:
    page_ = reverse("pathways:draft", args=[slug, pk])
    return f"{page_}#at-{at}" if at and at.replace("-", "").isalnum() else page_
