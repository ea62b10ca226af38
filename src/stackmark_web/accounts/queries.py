"""Reads about people: their addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet

from stackmark_web.accounts.models import Merge, User
from stackmark_web.audit import queries as audit
from stackmark_web.audit.models import AuditEvent


def verified_addresses(user: Any) -> list[str]:
    """The addresses a person has shown to be theirs, in lower case, the primary one first."""
    rows = EmailAddress.objects.filter(user_id=user.pk, verified=True).order_by("-primary", "email")
    return [email.lower() for email in rows.values_list("email", flat=True)]


def has_verified_address(user: Any) -> bool:
    """Whether a person has shown any address to be theirs."""
    return EmailAddress.objects.filter(user_id=user.pk, verified=True).exists()


def owns_address(user: Any, email: str) -> bool:
    """Whether a person has shown this address to be theirs."""
    rows = EmailAddress.objects.filter(user_id=user.pk, verified=True)
    return bool(rows.filter(email__iexact=email.strip()).exists())


def person_by_address(email: str) -> User | None:
    """The person whose verified address this is."""
    rows = EmailAddress.objects.filter(email__iexact=email.strip(), verified=True)
    found = rows.select_related("user").first()
    return found.user if found and found.user.is_active else None


@dataclass(frozen=True, slots=True)
class WaysIn:
    """How a person can sign in."""

    password: bool
    passkeys: int
    app: bool
    codes: int


def ways_in(user: Any) -> WaysIn:
    """The ways of signing in that are set up, besides the mailed code that everybody has."""
    rows = list(Authenticator.objects.filter(user_id=user.pk))
    kinds = Authenticator.Type
    unused = [
        len(row.wrap().get_unused_codes()) for row in rows if row.type == kinds.RECOVERY_CODES
    ]
    return WaysIn(
        password=user.has_usable_password(),
        passkeys=sum(1 for row in rows if row.type == kinds.WEBAUTHN),
        app=any(row.type == kinds.TOTP for row in rows),
        codes=sum(unused),
    )


def addresses(user: Any) -> QuerySet[EmailAddress]:
    """A person's addresses, the one letters go to first."""
    return EmailAddress.objects.filter(user_id=user.pk).order_by("-primary", "-verified", "email")


def recent_events(user: Any, limit: int = 10) -> list[AuditEvent]:
    """What happened to a person's own account lately."""
    return list(audit.of_person(user)[:limit])


def words_of(user: Any) -> set[str]:
    """What a person is called and written to at, to find traces of them in texts."""
    rows = EmailAddress.objects.filter(user_id=user.pk, verified=True)
    return {word for word in (user.name.strip(), *rows.values_list("email", flat=True)) if word}


def telling_pattern(user: Any) -> re.Pattern[str] | None:
    """What finds a person in texts of anybody: their addresses, and their name of several words.

    People choose their name freely. One that could be a word of ours, or any word, finds nothing:
    what is only in small letters or a single word is not sought in what belongs to others.
    """
    sought = [f"(?i:{re.escape(email)})" for email in verified_addresses(user)]
    words = user.name.split()
    if len(words) > 1 and words[0][:1].isupper() and words[-1][:1].isupper():
        sought.append(r"\s+".join(map(re.escape, words)))
    return re.compile(rf"(?<!\w)(?:{'|'.join(sought)})(?!\w)") if sought else None


def own_rows(user: Any, field: str) -> Q:
    """Rows whose ``field`` is one of a person's verified addresses; none when there is none."""
    wanted = Q(pk__in=[])
    for email in verified_addresses(user):
        wanted |= Q(**{f"{field}__iexact": email})
    return wanted


def same_person(one: Any, other: Any) -> bool:
    """Whether two account ids are of one person, as far as accounts were merged."""
    return one is not None and _person(one) == _person(other)


def _person(account: Any) -> str:
    key = getattr(account, "pk", account)
    row = Merge.objects.filter(former=key).first() if key is not None else None
    return str(row.person if row is not None else key)
