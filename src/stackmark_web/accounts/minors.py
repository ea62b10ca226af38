"""How old people are, as far as the law asks: under the age of consent, under 18, or grown up.

Nothing is kept of grown-ups. Of younger people the month of birth is kept until they are 18. Who
is under the site's age of consent holds and shares nothing before a guardian has agreed, and
nobody under 18 has a page that everybody or a search engine can find. Both are asked in actions
and queries, so that no page, file, API or job can forget it.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.accounts.models import GuardianConsent, User

GROWN_UP: Final = 18


def years_before(day: date, years: int) -> date:
    """The first day of the month so many years before."""
    return date(day.year - years, day.month, 1)


def is_grown_up(born: date | None) -> bool:
    """Whether somebody born in that month is 18 for sure; None: said to be."""
    return born is None or born < years_before(clock.today(), GROWN_UP)


def is_minor(user: Any) -> bool:
    """Whether a person is under 18 as far as is known."""
    return not is_grown_up(getattr(user, "born", None))


def grown_up(path: str = "user") -> Q:
    """Rows whose person, at ``path``, is not known to be under 18."""
    before = years_before(clock.today(), GROWN_UP)
    return Q(**{f"{path}__born__isnull": True}) | Q(**{f"{path}__born__lt": before})


def is_under_consent(born: date | None) -> bool:
    """Whether somebody born in that month may be under the site's age of consent."""
    age = settings.AGE_OF_CONSENT
    return bool(age) and born is not None and born >= years_before(clock.today(), age)


def consent_of(user: Any) -> GuardianConsent | None:
    """The consent in force."""
    rows = GuardianConsent.objects.filter(user_id=user.pk, withdrawn_at=None)
    return rows.exclude(given_at=None).order_by("-given_at").first()


def needs_consent(user: Any) -> bool:
    """Whether a guardian has yet to agree, or has taken it back."""
    return is_under_consent(getattr(user, "born", None)) and consent_of(user) is None


def require_consent(user: Any) -> None:
    """Refuse holding and sharing. Raises ``ValidationError`` with what to do."""
    if user is not None and needs_consent(user):
        raise ValidationError(
            _("A parent or guardian has to agree first. Ask them in your account, under Guardian."),
            code="guardian",
        )


def require_grown_up(user: Any) -> None:
    """Refuse what everybody could see. Raises ``ValidationError``."""
    if is_minor(user):
        raise ValidationError(
            _("Public pages are for people of 18 and older. You can share by a link instead."),
            code="minor",
        )


def born_in(year: int, month: int) -> date | None:
    """What is kept of a month of birth: nothing when it makes somebody 18.

    Raises ``ValidationError`` for a month that cannot be.
    """
    today = clock.today()
    if not (1 <= month <= 12 and today.year - 130 <= year <= today.year):
        raise ValidationError(_("This is no month of birth."))
    born = date(year, month, 1)
    if born > today:
        raise ValidationError(_("This month is still to come."))
    return None if is_grown_up(born) else born


def grow_up() -> int:
    """For the duty: the month of birth of whoever is 18 now is no longer kept."""
    before = years_before(clock.today(), GROWN_UP)
    return int(User.objects.filter(born__lt=before).update(born=None))
