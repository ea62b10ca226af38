"""What accounts leave behind and nobody needs after a time (see ``accounts.retention``)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from stackmark_web import clock
from stackmark_web.accounts import minors
from stackmark_web.accounts.models import GuardianConsent, SpentAnswer, User
from stackmark_web.accounts.retention import days_of

UNVERIFIED: Final = timedelta(
    days=days_of("unfinished")
)  # an account whose address nobody has shown to be theirs
REQUESTS: Final = timedelta(days=days_of("guardian-link"))  # a guardian's link after it ran out
BATCH: Final = 1_000


def forget_old() -> int:
    """For the duty: sessions, unfinished sign-ups, spent answers, links, months of birth."""
    return _sessions() + _unfinished() + _answers() + _links() + minors.grow_up()


def _sessions() -> int:
    now = clock.now()
    over = list(
        Session.objects.filter(expire_date__lt=now).values_list("session_key", flat=True)[:BATCH]
    )
    UserSession.objects.filter(session_key__in=over).delete()
    return Session.objects.filter(session_key__in=over).delete()[0]


def _unfinished() -> int:
    """Accounts that were begun with an address and never entered."""
    shown = EmailAddress.objects.filter(verified=True).values("user_id")
    rows = User.objects.filter(joined_at__lt=clock.now() - UNVERIFIED, last_login=None)
    rows = rows.exclude(pk__in=shown).filter(identities=None, is_operator=False)
    gone = 0
    for user in rows[:BATCH]:
        user.delete()
        gone += 1
    return gone


def _answers() -> int:
    return SpentAnswer.objects.filter(expires_at__lt=clock.now()).delete()[0]


def _links() -> int:
    rows = GuardianConsent.objects.filter(given_at=None, expires_at__lt=clock.now() - REQUESTS)
    return rows.delete()[0]
