"""A key that has signed for a year should be replaced: its owners are told once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse

from stackmark_web import clock
from stackmark_web.awarding.letters import day
from stackmark_web.integrations.actions import queue_mail
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.tenancy.queries import YEAR, owners_of


def remind() -> int:
    """A letter to each owner for each key in use that is a year old; each once."""
    rows = SigningKey.everywhere.filter(
        state=SigningKey.State.ACTIVE, active_from__lte=clock.now() - YEAR
    )
    return sum(_remind(key) for key in rows.select_related("organisation"))


def _remind(key: SigningKey) -> int:
    people = get_user_model().objects.filter(pk__in=owners_of(key.organisation))
    return sum(_tell(key, person) for person in people)


def _tell(key: SigningKey, person: Any) -> bool:
    path = reverse("tenancy:keys", args=[key.organisation.slug])
    language = getattr(person, "locale", "") or settings.LANGUAGE_CODE
    made = queue_mail(
        "key-old",
        to=person.email,
        key=f"key-old:{key.pk}:{person.pk}",
        organisation=key.organisation,
        language=language,
        context={
            "recipient_name": person.name,
            "title": key.method_id.rpartition("#")[2],
            "date": day(key.active_from, language),
            "link": f"{settings.PUBLIC_URL}{path}",
        },
    )
    return made is not None
