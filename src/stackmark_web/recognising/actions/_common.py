"""Rights, traces and letters that the actions here share."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from stackmark_web.audit.actions import record
from stackmark_web.integrations.actions import queue_mail
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Request, Source
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require
from stackmark_web.ui.text import day_text

MAX_TEXT: Final = 4_000


def permit_learner(actor: Any, request: Request) -> None:
    """Whose request it is; for everybody else it is not there. None is the system."""
    if actor is not None and request.user_id != actor.pk:
        raise Http404("There is nothing here.")


def permit_evaluator(actor: Any, organisation: Any, learner_id: Any = None) -> None:
    """Who may decide there, and not about themselves. None is the system."""
    if actor is None:
        return
    require(actor, Permission.RECOGNISE, organisation)
    if learner_id is not None and learner_id == actor.pk:
        raise PermissionDenied(_("It is your own request; a colleague decides."))


def words(field: str, text: str, *, needed: bool = False, most: int = MAX_TEXT) -> str:
    """A text as it is kept: trimmed, not too long, and there if it is needed."""
    text = text.replace("\x00", "").strip()
    if needed and not text:
        raise Problem(field, _("Write a few words; the other side will read them."))
    if len(text) > most:
        raise Problem(field, _("This is too long: at most %d characters.") % most)
    return text


def locked(request: Request, *, open_only: bool = True) -> Request:
    """The request as it is now, held until the change is stored."""
    rows = Request.everywhere.select_for_update(of=("self",))
    found: Request = rows.select_related("organisation", "target__achievement", "user").get(
        pk=request.pk
    )
    if open_only and not found.is_open:
        raise Problem("", _("This request is decided already, or was taken back."))
    return found


def locked_source(source: Source, revision: int) -> Source:
    """The source as it is now. Raises ``Problem`` when its draft was changed meanwhile."""
    found: Source = Source.objects.select_for_update().get(pk=source.pk)
    if found.revision != revision:
        raise Problem(
            "",
            _(
                "Somebody changed this draft since you opened it. Nothing of yours was kept; "
                "load the page again to see what they wrote."
            ),
        )
    return found


def note(
    verb: str,
    about: Any,
    *,
    actor: Any,
    organisation: Any,
    label: str,
    via: str,
    after: dict[str, Any] | None = None,
) -> None:
    """An event in the body's trail; no text of a learner goes in."""
    record(
        verb,
        actor=actor,
        target=about,
        organisation=organisation,
        after=after or {},
        via=via,
        label=label,
    )


def note_request(verb: str, request: Request, *, actor: Any, via: str, **after: Any) -> None:
    """An event about a request."""
    note(
        verb,
        request,
        actor=actor,
        organisation=request.organisation,
        label=request.target.title,
        via=via,
        after={"state": request.state} | after,
    )


def tell_learner(
    kind: str,
    user: Any,
    *,
    organisation: Any,
    key: str,
    title: str,
    path: str,
    when: date | None = None,
    reason: str = "",
) -> None:
    """Queue a letter to the learner, once for each key."""
    if user is None:
        return
    language = getattr(user, "locale", "") or settings.LANGUAGE_CODE
    _tell(kind, user.email, user.name, language, organisation, key, title, path, when, reason)


def tell_body(
    kind: str, organisation: Any, *, key: str, title: str, path: str, when: date | None = None
) -> None:
    """Queue a letter to the body's own address, if it has one."""
    language = settings.LANGUAGE_CODE
    _tell(kind, organisation.email, "", language, organisation, key, title, path, when, "")


def _tell(
    kind: str,
    to: str,
    name: str,
    language: str,
    organisation: Any,
    key: str,
    title: str,
    path: str,
    when: date | None,
    reason: str,
) -> None:
    with translation.override(language):
        day = day_text(when) if when else ""
    queue_mail(
        kind,
        to=to,
        organisation=organisation,
        language=language,
        key=f"{kind}:{key}",
        context={
            "recipient_name": name,
            "title": title,
            "date": day,
            "reason": reason,
            "link": f"{settings.PUBLIC_URL}{path}",
        },
    )


def learner_path(request: Request) -> str:
    """The learner's page of a request."""
    return reverse("recognising:request", args=[request.pk])


def desk_path(request: Request) -> str:
    """The body's page of a request."""
    return reverse("recognising:desk_request", args=[request.organisation.slug, request.pk])
