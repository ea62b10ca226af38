"""Pages that say what a document says: by a rule set, or in another format. Nothing is kept."""

from __future__ import annotations

from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stackmark.errors import StackmarkError
from stackmark_web.verifying import rules, throttle
from stackmark_web.verifying.answering import page, private, too_many
from stackmark_web.verifying.checking import MAX_CARRIED
from stackmark_web.verifying.forms import MAX_LINK
from stackmark_web.verifying.intake import Item
from stackmark_web.verifying.rules_forms import BringForm, ConvertForm, RulesForm

_READING: Final = 3  # what reading and judging costs beside the document itself


@require_http_methods(["GET", "HEAD", "POST"])
def rule_set(request: HttpRequest) -> HttpResponse:
    """Any credential or achievement against a rule set."""
    if request.method != "POST":
        return _empty(request, "rules", RulesForm(initial=_first(request)))
    form = RulesForm(request.POST, request.FILES)
    if not form.is_valid():
        return _empty(request, "rules", form, status=422)
    given = form.cleaned_data
    items = [given["item"], *filter(None, [given["other"]])]
    if seconds := throttle.wait_for(request, _READING + throttle.cost_of(items)):
        return too_many(request, seconds)
    try:
        judged = [rules.judge(rules.read(item), given["rules"]) for item in items]
    except StackmarkError as error:
        return _refused(request, "rules", form, error)
    return _judged(request, form, judged)


def _judged(request: HttpRequest, form: RulesForm, judged: list[rules.Judged]) -> HttpResponse:
    first = judged[0]
    if request.POST.get("as") == "json":
        return _file(first.to_json(), "check.json")
    context = {
        "judged": first,
        "reading": first.reading,
        "again": RulesForm(initial=_again(form, first.reading)),
        "own_text": form.cleaned_data.get("own_text", ""),
        "profile": form.cleaned_data["profile"],
        "convert": ConvertForm(auto_id="convert_%s"),
        "carried": first.reading.carried,
    }
    if len(judged) > 1:
        return page(
            request,
            "rules_compared",
            context | {"other": judged[1], "rows": rules.compare(*judged)},
        )
    return page(request, "rules_result", context)


@require_http_methods(["GET", "HEAD", "POST"])
def convert(request: HttpRequest) -> HttpResponse:
    """A document in another format: what is lost first, then the file."""
    if "to" not in request.POST:  # opened, or come with a document from another page
        return _empty(request, "convert", ConvertForm(initial=_first(request)))
    form = ConvertForm(request.POST, request.FILES)
    if not form.is_valid():
        return _empty(request, "convert", form, status=422)
    given = form.cleaned_data
    if seconds := throttle.wait_for(request, _READING + throttle.cost_of([given["item"]])):
        return too_many(request, seconds)
    try:
        found = rules.convert(rules.read(given["item"]), given["to"])
    except StackmarkError as error:
        return _refused(request, "convert", form, error)
    wanted = request.POST.get("as")
    if wanted == "document":
        return _file(found.made.document, f"{given['to']}.json", found.made.media_type)
    if wanted == "loss":
        return _file(found.loss_json(), f"{given['to']}-loss.json")
    context = {"found": found, "reading": found.reading, "to": given["to"]}
    return page(request, "convert_result", context | {"carried": found.reading.carried})


def _first(request: HttpRequest) -> dict[str, str]:
    """What an address or the page before fills in; looking asks nobody anything."""
    found = {"link": request.GET.get("link", "")[:MAX_LINK]}
    found["carried"] = request.POST.get("carried", "")[: 2 * MAX_CARRIED]
    return found | {"source": request.POST.get("source", "")[:300]}


def _again(form: RulesForm, reading: rules.Reading) -> dict[str, str]:
    return {
        "carried": reading.carried,
        "source": reading.source,
        "profile": form.cleaned_data["profile"],
        "own_text": form.cleaned_data.get("own_text", ""),
    }


def _empty(request: HttpRequest, name: str, form: BringForm, status: int = 200) -> HttpResponse:
    made = render(request, f"verifying/{name}.html", {"form": form}, status=status)
    return private(made) if request.method == "POST" else made


def _refused(
    request: HttpRequest, name: str, form: BringForm, error: StackmarkError
) -> HttpResponse:
    """The form again, with what is wrong with the document in a sentence."""
    item: Item = form.cleaned_data["item"]
    told = _("%(source)s: %(detail)s") % {"source": item.source, "detail": error.detail}
    form.add_error(None, told)
    return _empty(request, name, form, status=422)


def _file(tree: dict[str, Any], name: str, kind: str = "application/json") -> HttpResponse:
    response = HttpResponse(orjson.dumps(tree, option=orjson.OPT_INDENT_2), content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return private(response)
