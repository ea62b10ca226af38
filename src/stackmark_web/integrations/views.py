"""The mail pages of an organisation: what was sent, and its own words."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from stackmark_web.integrations import actions, letters, queries
from stackmark_web.integrations.forms import TemplateForm
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.integrations.outbox import Outbox
from stackmark_web.tenancy.newest import MOST
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for

_PER_PAGE = 50
_TONES = {"sent": "good", "failed": "bad", "bounced": "bad", "doubt": "warn"}


@login_required
@require_safe
def outbox(request: HttpRequest, slug: str) -> HttpResponse:
    """The letters, newest first, by state and address."""
    organisation = organisation_for(request.user, slug, Permission.MAIL)
    state, search = request.GET.get("state", ""), request.GET.get("q", "").strip()[:254]
    known = state if state in OutboxMail.State.values else ""
    asked = Outbox(organisation, known, search)
    page, counts = asked.page(request.GET.get("page"), _PER_PAGE), asked.counts()
    for mail in page:
        mail.tone = _TONES.get(mail.state, "neutral")
    query = request.GET.copy()
    query.pop("page", None)
    return render(
        request,
        "integrations/outbox.html",
        {
            "organisation": organisation,
            "section": "mail",
            "page": page,
            "query": query.urlencode(),
            "state": state,
            "search": search,
            "states": [(s, label, counts.get(s, 0)) for s, label in OutboxMail.State.choices],
            "total": sum(counts.values()),
            "most": MOST,
            "partial": asked.partial,
        },
    )


@login_required
@require_safe
def words(request: HttpRequest, slug: str) -> HttpResponse:
    """The kinds of letters, and which of them the organisation wrote itself."""
    organisation = organisation_for(request.user, slug, Permission.MAIL)
    own = queries.kinds_with_own_words(organisation)
    kinds = [
        (
            kind,
            _(letter.name),
            [(code, name, (kind, code) in own) for code, name in settings.LANGUAGES],
        )
        for kind, letter in letters.LETTERS.items()
    ]
    context = {"organisation": organisation, "section": "mail", "kinds": kinds}
    return render(request, "integrations/words.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_words(request: HttpRequest, slug: str, kind: str, language: str) -> HttpResponse:
    """Write one letter, see it filled in, save it or take ours back."""
    organisation = organisation_for(request.user, slug, Permission.MAIL)
    letter = letters.LETTERS.get(kind)
    if letter is None or language not in dict(settings.LANGUAGES):
        raise Http404(_("There is no such letter."))
    own = queries.own_words(organisation, kind, language)
    with override(language):
        ours = {"subject": _(letter.subject), "body": _(letter.body)}
    given = {"subject": own.subject, "body": own.body} if own else ours
    form = TemplateForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if "preview" not in request.POST:
            own_words = {"subject": "", "body": ""} if given == ours else given
            actions.save_template(
                organisation, actor=request.user, kind=kind, language=language, **own_words
            )
            messages.success(request, _("Saved. Letters from now on use these words."))
            return redirect("integrations:words", slug=slug)
    shown = letters.write(
        kind,
        language=language,
        values=_sample(organisation),
        own=(given["subject"], given["body"]) if given["body"].strip() else None,
    )
    context = {
        "organisation": organisation,
        "section": "mail",
        "form": form,
        "name": _(letter.name),
        "language": dict(settings.LANGUAGES)[language],
        "placeholders": letters.PLACEHOLDERS,
        "shown": shown,
        "is_own": own is not None,
    }
    return render(request, "integrations/edit.html", context)


def _sample(organisation: object) -> dict[str, str]:
    return {
        "recipient_name": "Ada Lovelace",
        "title": _("Data Literacy Basics"),
        "issuer": str(organisation),
        "reason": _("Issued in error"),
        "date": "31 December 2026",
        "sender": "Grace Hopper",
        "code": "123456",
        "link": f"{settings.PUBLIC_URL}/claim/…",
    }
