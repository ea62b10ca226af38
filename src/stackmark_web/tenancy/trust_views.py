"""Pages about what makes an organisation believable: domains, its DID, its keys."""

from __future__ import annotations

import orjson
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import CheckFailed, CouldNotTell, StackmarkError
from stackmark.keys.did import did_web_url
from stackmark_web.accounts.confirming import fresh_sign_in
from stackmark_web.tenancy import (
    actions,
    forms,
    handovers,
    identity,
    proving,
    queries,
    signed,
)
from stackmark_web.tenancy.models import Domain, Organisation, SigningKey
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for


def tools() -> proving.Tools:
    """How domains and published documents are looked at; tests put their own in its place."""
    return proving.Tools()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def domains(request: HttpRequest, slug: str) -> HttpResponse:
    """The domains of an institution; POST adds one."""
    organisation = institution(request, slug, Permission.EDIT)
    form = forms.DomainForm(request.POST or None, initial={"name": _own_host(organisation)})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        made = forms.attempt(
            form, lambda: actions.add_domain(organisation, actor=request.user, **values)
        )
        if made:
            return redirect("tenancy:domains", slug)
    rows = [
        {
            "domain": domain,
            "record": proving.record_name(domain),
            "value": proving.record_value(domain),
            "file": proving.file_url(domain),
        }
        for domain in queries.domains_of(organisation)
    ]
    context = {
        "organisation": organisation,
        "section": "settings",
        "tab": "domains",
        "form": form,
        "rows": rows,
    }
    return render(request, "tenancy/domains.html", context)


@login_required
@require_POST
def domain_check(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Look for the proof now."""
    organisation = institution(request, slug, Permission.EDIT)
    domain = _domain(organisation, pk)
    answer = actions.check_domain(domain, actor=request.user, tools=tools())
    if answer.outcome == "yes":
        messages.success(request, _("%(name)s is verified.") % {"name": domain.name})
    elif answer.outcome == "no":
        messages.error(request, answer.text)
    else:
        messages.warning(request, _("Could not tell: %(why)s") % {"why": answer.text})
    return redirect("tenancy:domains", slug)


@login_required
@require_POST
def domain_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a domain off the list."""
    organisation = institution(request, slug, Permission.EDIT)
    actions.remove_domain(_domain(organisation, pk), actor=request.user)
    messages.success(request, _("The domain is removed."))
    return redirect("tenancy:domains", slug)


@login_required
@require_safe
def keys(request: HttpRequest, slug: str) -> HttpResponse:
    """The signing keys with their history, and where the DID is."""
    organisation = institution(request, slug, Permission.KEYS)
    waiting, active = queries.waiting_key(organisation), queries.active_key(organisation)
    document = _next_document(organisation, waiting)
    did = queries.did_of(organisation)
    context = {
        "organisation": organisation,
        "section": "keys",
        "did": did,
        "did_url": did_web_url(did),
        "hosted": not organisation.did_host,
        "keys": sorted(queries.keys_of(organisation), key=lambda key: key.created_at, reverse=True),
        "active": active,
        "waiting": waiting,
        "old": active is not None and queries.is_old(active),
        "handover": handovers.handover_of(organisation),
        "publish_at": did_web_url(waiting.did) if waiting else "",
        "document": document,
        "host_form": forms.HostForm(initial={"did_host_wanted": organisation.did_host_wanted}),
        "may_move": not organisation.did_host and not queries.has_issued(organisation),
    }
    return render(request, "tenancy/keys.html", context)


@login_required
@require_safe
def key_replace(request: HttpRequest, slug: str) -> HttpResponse:
    """What happens when the key is replaced, with the button that does it."""
    organisation = institution(request, slug, Permission.KEYS)
    active = queries.active_key(organisation)
    if active is None or queries.waiting_key(organisation):
        return redirect("tenancy:keys", slug)
    context = {
        "organisation": organisation,
        "section": "keys",
        "key": active,
        "figures": signed.figures(active),
        "hosted": not organisation.did_host,
        "old": queries.is_old(active),
    }
    return render(request, "tenancy/key_replace.html", context)


@login_required
@require_POST
@fresh_sign_in
def key_change(request: HttpRequest, slug: str) -> HttpResponse:
    """A new key: the first one, or one that takes over."""
    organisation = institution(request, slug, Permission.KEYS)
    action = actions.rotate_key if queries.active_key(organisation) else actions.make_key
    try:
        key = action(organisation, actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _key_words(key))
    return redirect("tenancy:keys", slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in(reading=False)
def key_revoke(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Declare a key known to others."""
    organisation = institution(request, slug, Permission.KEYS)
    key = get_object_or_404(SigningKey.objects.within(organisation), pk=pk)
    form = forms.RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        note = form.cleaned_data["note"]
        since = form.cleaned_data["since"]
        done = forms.attempt(
            form, lambda: actions.declare_lost(key, actor=request.user, since=since, note=note)
        )
        if done:
            messages.success(request, _("The key is revoked."))
            return redirect("awarding:key_awards", slug, key.pk)
    context = {
        "organisation": organisation,
        "section": "keys",
        "key": key,
        "form": form,
        "figures": signed.figures(key),
    }
    return render(request, "tenancy/key_revoke.html", context)


@login_required
@require_POST
@fresh_sign_in
def host(request: HttpRequest, slug: str) -> HttpResponse:
    """Prepare the move of the DID to an own host, or take the wish back."""
    organisation = institution(request, slug, Permission.KEYS)
    wanted = "" if "forget" in request.POST else request.POST.get("did_host_wanted", "")
    try:
        actions.want_did_host(organisation, actor=request.user, host=wanted[:300])
    except StackmarkError as error:
        messages.error(request, error.detail)
    return redirect("tenancy:keys", slug)


@login_required
@require_POST
def published(request: HttpRequest, slug: str) -> HttpResponse:
    """Look at the did.json on the own host; use the waiting key if it is there."""
    organisation = institution(request, slug, Permission.KEYS)
    try:
        actions.check_published(organisation, actor=request.user, fetcher=tools().fetcher)
    except CouldNotTell as error:
        messages.warning(request, _("Could not tell: %(why)s") % {"why": error.detail})
    except CheckFailed as error:
        messages.error(request, _("Not yet: %(why)s") % {"why": error.detail})
    except StackmarkError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("The key is published and signs from now on."))
    return redirect("tenancy:keys", slug)


def institution(request: HttpRequest, slug: str, permission: Permission) -> Organisation:
    """The institution of this address; a unit has no keys and domains of its own."""
    found = organisation_for(request.user, slug, permission)
    if found.parent_id is not None:
        raise Http404(_("This belongs to the institution as a whole."))
    return found


def _domain(organisation: Organisation, pk: int) -> Domain:
    return get_object_or_404(
        Domain.objects.within(organisation).select_related("organisation"), pk=pk
    )


def _own_host(organisation: Organisation) -> str:
    """The website's host, a good guess for the first domain."""
    return organisation.website.partition("://")[2].split("/", 1)[0].removeprefix("www.")


def _next_document(organisation: Organisation, waiting: SigningKey | None) -> str:
    """The did.json to be published on the own host; empty when we serve it ourselves."""
    if waiting is None and not organisation.did_host:
        return ""
    did = waiting.did if waiting else identity.own_did(organisation.did_host)
    document = queries.did_document(organisation, did=did)
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _key_words(key: SigningKey) -> str:
    if key.state == SigningKey.State.WAITING:
        return _("The new key is made. Publish the did.json below, then have us look at it.")
    return _("The new key signs from now on. What the old one signed stays valid.")
