"""Changes of a person's own account; what allauth changes is in its hands."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark_web.accounts.models import User
from stackmark_web.audit.actions import record


@transaction.atomic
def edit_profile(user: User, *, actor: Any, name: str, locale: str | None = None) -> User:
    """What a person is called and the language of letters; only they themselves change it."""
    if actor is not None and actor.pk != user.pk:
        raise PermissionDenied(_("This is another person's account."))
    called = " ".join(name.split())
    if len(called) > 200:
        raise UsageError("account.name", _("At most 200 characters, please."))
    if locale is not None and locale not in dict(settings.LANGUAGES):
        raise UsageError("account.locale", _("This language is not on offer."))
    row = User.objects.select_for_update().get(pk=user.pk)
    row.name = called
    row.locale = row.locale if locale is None else locale
    row.save(update_fields=["name", "locale"])
    record("account.edited", actor=actor, target=row)
    return row


@transaction.atomic
def set_operator(user: User, *, operator: bool, actor: Any) -> None:
    """Who runs this server; only from its command line (``actor`` None)."""
    if actor is not None:
        raise PermissionDenied(_("Operators are made on the server itself."))
    if user.is_operator == operator:
        return
    User.objects.filter(pk=user.pk).update(is_operator=operator)
    record(
        "account.operator",
        actor=None,
        target=user,
        before={"operator": not operator},
        after={"operator": operator},
        via="command line",
    )
